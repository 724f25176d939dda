"""Who applied, and the groups a proposal would make of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.models import Application
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.cohort import Way
from lernet_xblock.queries.people import (
    attribute_value,
    difference,
    late_applicants,
    marks_of,
    pending_import,
    people_page,
    propose,
    proposed_groups,
    ready_people,
)
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import make_block


def rows(*departments):
    return [
        Application(pk=number, key=f"{number:020d}", department=department)
        for number, department in enumerate(departments, start=1)
    ]


@pytest.fixture
def viewer(db):
    return viewer_of(make_block(UserFactory(is_staff=True).username), None)


@pytest.mark.parametrize("people", [3, 30])
def test_a_page_costs_four_queries(viewer, people, django_assert_num_queries):
    network = NetworkFactory()
    ApplicationFactory.create_batch(people, network=network)
    ApplicationFactory.create_batch(people, network=network, state="waitlisted", queued_at=NOW)
    with django_assert_num_queries(4):
        page = people_page(viewer, network, page=1)
    assert (len(page.rows), len(page.waiting), page.counts["submitted"]) == (people, people, people)


@pytest.mark.parametrize("people", [3, 30])
def test_late_applicants_cost_two_queries(viewer, people, django_assert_num_queries):
    network = NetworkFactory()
    ApplicationFactory.create_batch(people, network=network)
    ApplicationFactory(network=network, state="member")
    with django_assert_num_queries(2):
        assert len(late_applicants(viewer, network)) == people


@pytest.mark.parametrize("people", [3, 30])
def test_the_cards_of_a_proposal_cost_one_query(viewer, people, django_assert_num_queries):
    network = NetworkFactory()
    ApplicationFactory.create_batch(people, network=network)
    ready = ready_people(network)
    proposal = propose(ready, way=Way("split", (people,)), attribute="function", seed=1)
    with django_assert_num_queries(1):
        groups, rest = proposed_groups(viewer, ready, proposal, "function")
    assert (len(groups[0].people), rest) == (people, ())
    assert groups[0].shares == (("shift supervisor", people),)


def test_nothing_waits_where_no_list_was_uploaded(viewer):
    assert pending_import(NetworkFactory()) is None


def test_shares_name_what_was_not_said_and_years_in_bands(viewer):
    network = NetworkFactory()
    for years in (None, 0, 2, 3, 10, 20, 21, 45):
        ApplicationFactory(network=network, experience_years=years)
    ready = ready_people(network)
    proposal = propose(ready, way=Way("split", (8,)), attribute="experience", seed=1)
    groups, _rest = proposed_groups(viewer, ready, proposal, "experience")
    assert dict(groups[0].shares) == {
        "not said": 1,
        "0–2 years": 2,
        "3–5 years": 1,
        "6–10 years": 1,
        "11–20 years": 1,
        "more than 20 years": 2,
    }


def test_spelling_does_not_make_another_department():
    first, second = rows("Quality  control", " quality control ")
    assert attribute_value(first, "department") == attribute_value(second, "department") == "quality control"


def test_who_applied_last_is_left_out():
    proposal = propose(rows(*"abcde"), way=Way("waiting_list", (3,), waiting=2), attribute="", seed=1)
    assert sorted(proposal.groups[0]) == [1, 2, 3]
    assert proposal.rest == (4, 5)


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=4, max_size=60), st.integers(1, 10**9 - 1))
def test_groups_are_balanced_whatever_the_draw(departments, seed):
    people = rows(*departments)
    half = len(people) // 2
    proposal = propose(people, way=Way("split", (len(people) - half, half)), attribute="department", seed=seed)
    assert sorted(pk for group in proposal.groups for pk in group) == [row.pk for row in people]
    by_pk = {row.pk: row.department for row in people}
    for value in set(departments):
        shares = [sum(by_pk[pk] == value for pk in group) for group in proposal.groups]
        assert max(shares) - min(shares) <= 1


@given(st.lists(st.sampled_from("abc"), min_size=4, max_size=20), st.integers(1, 99))
def test_the_digest_follows_from_people_attribute_and_draw(departments, seed):
    people, way = rows(*departments), Way("split", (len(departments),))
    first = propose(people, way=way, attribute="department", seed=seed)
    assert propose(people, way=way, attribute="department", seed=seed) == first
    assert propose(people, way=way, attribute="department", seed=seed + 1).digest != first.digest
    assert propose(people, way=way, attribute="function", seed=seed).digest != first.digest


def test_who_came_and_who_went_is_counted():
    people = rows(*"abcdef")
    assert difference(marks_of(people[:4]), marks_of(people[:4])) == (0, 0)
    assert difference(marks_of(people[:4]), marks_of(people[1:])) == (2, 1)
    assert difference("odd", marks_of(people[:1])) == (1, 1)
