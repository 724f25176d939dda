import pickle

from lernet_xblock.rules.refusals import Refused


def test_a_refusal_survives_pickling_with_all_it_says() -> None:
    refused = Refused("out_of_range", "interval", {"maximum": 52})

    copy = pickle.loads(pickle.dumps(refused))  # noqa: S301 - our own bytes

    assert (copy.code, copy.field, copy.values) == ("out_of_range", "interval", {"maximum": 52})


def test_a_refusal_without_values_has_none_of_another() -> None:
    first, second = Refused("a"), Refused("b")

    first.values["seen"] = True

    assert second.values == {}
