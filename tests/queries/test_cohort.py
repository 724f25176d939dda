"""What a group is called, and which groups so many people can make."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.models import Network
from lernet_xblock.queries.cohort import MOST_CHOICES, cohort_label, network_sizing
from tests.factories import (
    CohortFactory,
)


def bounds(minimum=10, maximum=15, target=12, limit=2):
    return Network(minimum_size=minimum, maximum_size=maximum, target_size=target, cohort_limit=limit)


@pytest.mark.django_db
def test_a_group_is_called_by_its_name_else_by_its_letter():
    assert [cohort_label(CohortFactory.build(number=number)) for number in (1, 2, 26, 27)] == [
        "Group A",
        "Group B",
        "Group Z",
        "Group 27",
    ]
    assert cohort_label(CohortFactory.build(number=1, name="Les matinales")) == "Les matinales"


def test_the_letter_is_said_in_the_readers_language(monkeypatch):
    monkeypatch.setattr("lernet_xblock.queries.cohort._", lambda text: text.replace("Group", "Groep"))
    with translation.override("nl"):
        assert cohort_label(CohortFactory.build(number=2)) == "Groep B"


@pytest.mark.parametrize(
    ("people", "limit", "sizes", "reason"),
    [
        (27, 2, (14, 13), "only_feasible"),
        (30, 2, (15, 15), "within_limit"),
        (30, 8, (10, 10, 10), "nearest_to_target"),
        (60, 8, (12,) * 5, "nearest_to_target"),
        (12, 1, (12,), "only_feasible"),
    ],
)
def test_the_recommendation_keeps_to_the_number_of_groups(people, limit, sizes, reason):
    sizing = network_sizing(bounds(limit=limit), people)
    assert (sizing.recommended.sizes, sizing.reason) == (sizes, reason)


def test_beyond_the_seats_the_ways_on_keep_to_the_number_of_groups():
    sizing = network_sizing(bounds(limit=2), 40)
    assert sizing.reason == "beyond_seats"
    assert [(way.kind, way.sizes, way.waiting, way.possible) for way in sizing.others] == [
        ("waiting_list", (15, 15), 10, True),
        ("larger_group", (20, 20), 0, True),
        ("more_groups", (14, 13, 13), 0, False),
    ]


def test_a_gap_within_reach_offers_the_four_ways_of_the_rule():
    sizing = network_sizing(bounds(limit=2), 17)
    assert [(way.kind, way.possible, way.outside) for way in sizing.others] == [
        ("waiting_list", True, False),
        ("wait_for_more", False, False),
        ("smaller_groups", True, True),
        ("larger_group", True, True),
    ]


@given(
    st.integers(0, 500),
    st.integers(2, 30).flatmap(lambda low: st.tuples(st.just(low), st.integers(low, 30))),
    st.integers(1, 10_000),
)
def test_what_is_possible_never_has_too_many_groups_or_people(people, sizes, limit):
    minimum, maximum = sizes
    sizing = network_sizing(bounds(minimum, maximum, (minimum + maximum) // 2, limit), people)
    assert bool(sizing.fitting) == (sizing.recommended is not None) == (not sizing.others)
    for way in sizing.fitting:
        assert sum(way.sizes) == people
        assert all(minimum <= size <= maximum for size in way.sizes)
    for way in (*sizing.fitting, *(way for way in sizing.others if way.possible)):
        assert 1 <= len(way.sizes) <= limit
        assert sum(way.sizes) + way.waiting == people
        assert way.outside == any(not minimum <= size <= maximum for size in way.sizes)
        assert all(2 <= size <= 30 for size in way.sizes)


@pytest.mark.parametrize(
    ("people", "limit", "groups"),
    [
        (300, 10_000, range(21, 29)),
        (300, 22, range(20, 23)),
        (300, 30, range(21, 29)),
        (100_000, 10_000, range(8329, 8337)),
        (100_000, 6_668, range(6667, 6669)),
    ],
)
def test_of_many_numbers_of_groups_a_few_around_the_recommended_one_are_offered(people, limit, groups):
    sizing = network_sizing(bounds(limit=limit), people)
    assert [len(way.sizes) for way in sizing.fitting] == list(groups)
    assert len(sizing.fitting) <= MOST_CHOICES
    assert sizing.recommended in sizing.fitting
