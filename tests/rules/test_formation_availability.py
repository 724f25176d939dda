import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.formation_availability import EVERY_SLOT, HALF_DAYS, as_masks, mask_of_half_days, mask_of_hex
from lernet_xblock.rules.refusals import Refused


def test_half_days_cover_the_week_without_overlap() -> None:
    assert sum(HALF_DAYS.values()) == EVERY_SLOT
    assert len(HALF_DAYS) == 15


def test_half_days_are_blocks_of_their_day() -> None:
    assert mask_of_half_days(["MO-am"]) == 0b111
    assert mask_of_half_days(["TU-pm"]) == 0b111000 << 7
    assert mask_of_half_days(["FR-evening"]) == 1 << 34
    assert mask_of_half_days(["MO-am", "MO-am", "MO-pm"]) == 0b111111
    assert mask_of_half_days([]) == 0


def test_an_unknown_half_day_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        mask_of_half_days(["MO-am", "SA-am", "mo-pm"])

    assert (refused.value.code, refused.value.values) == ("half_day_unknown", {"names": ["SA-am", "mo-pm"]})


@pytest.mark.parametrize(
    ("written", "mask"),
    [
        ("", 0),
        ("0", 0),
        ("0000074c8", 0x74C8),
        ("7FFFFFFFF", EVERY_SLOT),
        ("800000000", None),
        ("0x1f", None),
        ("1_0", None),
        (" 1", None),
        ("-1", None),
        ("+1", None),
        ("٣", None),
        ("f" * 17, None),
        ("Monday", None),
    ],
)
def test_hexadecimal_masks(written: str, mask: int | None) -> None:
    assert mask_of_hex(written) == mask


@given(st.integers(0, EVERY_SLOT))
def test_a_mask_comes_back_from_its_digits(mask: int) -> None:
    assert mask_of_hex(f"{mask:09x}") == mask


def test_masks_that_no_array_holds_are_marked() -> None:
    assert as_masks([1, -5, 1 << 35, 1 << 80, EVERY_SLOT]).tolist() == [1, -1, -1, -1, EVERY_SLOT]
    assert as_masks(np.array([3, 4], np.int32)).dtype == np.int64
