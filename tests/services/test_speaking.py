"""The sentences for what is closed: one line for each phase, for the case giver and for colleagues."""

import pytest

from lernet_xblock.rules.case_turn import PHASES, Why
from lernet_xblock.services.speaking import NOW_OPEN, OWNER_NOW, closed_sentence


@pytest.mark.parametrize("spoken", [NOW_OPEN, OWNER_NOW])
def test_every_phase_has_its_line(spoken):
    assert list(spoken) == list(PHASES)
    assert all(str(line).endswith(".") for line in spoken.values())


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("why", Why)
def test_every_refusal_is_a_sentence(why, phase):
    assert closed_sentence(why, phase=phase, circle_number=2).endswith(".")


def test_who_sits_elsewhere_is_told_where_it_goes_on():
    assert closed_sentence(Why.OTHER_CIRCLE, phase="questions", circle_number=2) == (
        "Circle 2 works on this case. You can read along."
    )


def test_the_case_giver_is_told_to_listen():
    assert closed_sentence(Why.OWNER_LISTENS, phase="reflections", circle_number=0) == str(OWNER_NOW["reflections"])
