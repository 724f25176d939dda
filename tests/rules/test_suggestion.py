from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.suggestion import SuggestedGroup, suggested_formation

PEOPLE = st.lists(st.integers(1, 60), unique=True)
GROUPS = st.lists(st.tuples(st.sampled_from(["Line A", "Line B", "Night"]), st.frozensets(st.integers(1, 80))))


def test_two_lines_become_two_groups_and_one_person_is_in_none() -> None:
    found = suggested_formation(
        range(1, 28),
        [("Line A", frozenset(range(1, 15))), ("Line B", frozenset(range(15, 27)))],
        minimum=10,
        maximum=15,
    )
    assert [(group.name, len(group.people), group.fits) for group in found.groups] == [
        ("Line A", 14, ""),
        ("Line B", 12, ""),
    ]
    assert found.without == (27,)
    assert not found.fits
    assert found.numbers[14] == 1
    assert found.numbers[15] == 2


def test_what_does_not_fit_the_bounds_is_named_and_nobody_is_moved() -> None:
    groups = [("Day", range(1, 17)), ("Night", range(17, 20)), ("Office", range(20, 30))]
    found = suggested_formation(range(1, 30), groups, minimum=10, maximum=15)
    assert found.groups == (
        SuggestedGroup("Day", tuple(range(1, 17)), "too_large"),
        SuggestedGroup("Night", (17, 18, 19), "too_small"),
        SuggestedGroup("Office", tuple(range(20, 30)), ""),
    )


def test_groups_without_anybody_who_is_ready_take_no_number() -> None:
    found = suggested_formation([5, 6], [("Gone", {1, 2}), ("Here", {5, 6, 7})], minimum=2, maximum=3)
    assert (found.groups, dict(found.numbers)) == ((SuggestedGroup("Here", (5, 6), ""),), {5: 1, 6: 1})
    assert found.fits


def test_who_is_in_two_counts_in_the_first() -> None:
    found = suggested_formation([1, 2], [("A", {1}), ("B", {1, 2})], minimum=1, maximum=9)
    assert dict(found.numbers) == {1: 1, 2: 2}


def test_nobody_ready_is_nothing_to_suggest() -> None:
    found = suggested_formation([], [("A", {1})], minimum=1, maximum=9)
    assert (found.groups, dict(found.numbers), found.without) == ((), {}, ())


@given(PEOPLE, GROUPS)
def test_everybody_ready_is_told_once_and_nobody_else(
    people: list[int], groups: list[tuple[str, frozenset[int]]]
) -> None:
    found = suggested_formation(people, groups, minimum=3, maximum=6)
    assert sorted([*found.numbers, *found.without]) == sorted(people)
    assert set(found.numbers.values()) == set(range(1, len(found.groups) + 1))
    for number, group in enumerate(found.groups, start=1):
        assert list(group.people) == [person for person in people if found.numbers.get(person) == number]
        assert (group.fits == "") == (3 <= len(group.people) <= 6)
        assert any(name == group.name and set(group.people) <= members for name, members in groups)
