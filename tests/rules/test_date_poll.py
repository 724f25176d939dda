"""Which dates suit a group best: counted, ranked, and the same whoever is listed first."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.date_poll import ANSWERS, Tally, best, people_needed

FIRST = datetime.fromisoformat("2027-02-02T13:30")
OPTIONS = {key: FIRST + timedelta(days=number) for number, key in enumerate("abcdef")}
PEOPLE = range(1, 9)


@st.composite
def polls(draw):
    """Some options, who answered what, who the members are, and the share wished for."""
    options = draw(st.lists(st.sampled_from(sorted(OPTIONS)), min_size=2, unique=True))
    cells = st.dictionaries(st.tuples(st.sampled_from(options), st.sampled_from(PEOPLE)), st.sampled_from(ANSWERS))
    members = draw(st.lists(st.sampled_from(PEOPLE), unique=True))
    return {key: OPTIONS[key] for key in options}, draw(cells), members, draw(st.integers(1, 100))


def ranked(poll, **changes):
    options, cells, members, share = poll
    answers = [(option, person, answer) for (option, person), answer in cells.items()]
    given = {"options": options, "answers": answers, "members": members, "share_percent": share, **changes}
    return best(given.pop("options"), given.pop("answers"), given.pop("members"), **given)


@pytest.mark.parametrize(
    ("members", "share", "needed"), [(0, 80, 1), (1, 1, 1), (10, 80, 8), (12, 80, 10), (13, 100, 13), (15, 34, 6)]
)
def test_the_share_is_rounded_up_to_whole_people(members, share, needed):
    assert people_needed(members, share) == needed


def test_counts_are_those_of_members_only():
    answers = [("a", 1, "yes"), ("a", 2, "if_need_be"), ("a", 3, "no"), ("a", 9, "no"), ("a", 8, "yes"), ("x", 1, "no")]
    found = best({"a": FIRST}, answers, [1, 2, 3, 4], share_percent=50, guides=[9, 7])
    assert found == (Tally("a", yes=1, if_need_be=1, no=1, silent=1, fits=True, away=(9,)),)
    assert found[0].can_come == 2


def test_order_is_fitting_then_more_yes_then_fewer_no_then_earlier():
    said = {
        "a": "yes yes no no",
        "b": "if_need_be if_need_be if_need_be -",
        "c": "yes yes - no",
        "d": "yes yes if_need_be no",
        "e": "yes yes - no",
    }
    answers = [
        (option, person, answer)
        for option, row in said.items()
        for person, answer in enumerate(row.split(), start=1)
        if answer != "-"
    ]
    found = best({key: OPTIONS[key] for key in said}, answers, [1, 2, 3, 4], share_percent=75)
    assert [(one.option, one.fits) for one in found] == [
        ("d", True),
        ("b", True),
        ("c", False),
        ("e", False),
        ("a", False),
    ]


def test_without_members_no_date_fits():
    assert not any(one.fits for one in best(OPTIONS, [("a", 1, "yes")], [], share_percent=1))


@given(polls())
def test_every_member_is_counted_once_for_every_option(poll):
    options, _cells, members, _share = poll
    found = ranked(poll)
    assert sorted(one.option for one in found) == sorted(options)
    assert {one.yes + one.if_need_be + one.no + one.silent for one in found} == {len(members)}


@given(polls(), st.randoms())
def test_the_order_of_what_goes_in_changes_nothing(poll, random):
    options, cells, members, share = poll
    shuffled = [list(options.items()), list(cells.items()), list(members)]
    for one in shuffled:
        random.shuffle(one)
    assert ranked((dict(shuffled[0]), dict(shuffled[1]), shuffled[2], share)) == ranked(poll)


@given(polls(), st.data())
def test_one_more_yes_never_lowers_a_date(poll, data):
    options, cells, members, share = poll
    option = data.draw(st.sampled_from(sorted(options)))
    person = data.draw(st.sampled_from(PEOPLE))
    before = ranked(poll)
    after = ranked((options, {**cells, (option, person): "yes"}, members, share))

    def place(found):
        return next((number, one.fits) for number, one in enumerate(found) if one.option == option)

    assert place(after)[0] <= place(before)[0]
    assert place(after)[1] >= place(before)[1]


@given(polls(), st.integers(1, 100))
def test_a_smaller_share_never_unfits_a_date(poll, share):
    options, cells, members, asked = poll
    fits = {one.option: one.fits for one in ranked(poll)}
    lower = {one.option: one.fits for one in ranked((options, cells, members, min(share, asked)))}
    assert all(lower[option] for option in fits if fits[option])
