"""The course's own groups as a way to begin."""

import pytest
from django.test import override_settings

from lernet_xblock.host import get_host
from lernet_xblock.queries.people import ready_people
from lernet_xblock.queries.suggestion import suggestions
from tests.factories import ApplicationFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory(minimum_size=2, maximum_size=3, target_size=2)


def applied(network, *usernames):
    return [ApplicationFactory(network=network, user=UserFactory(username=name)).pk for name in usernames]


def group(name, *people, **values):
    return {"name": name, "people": people, **values}


def test_cohorts_and_each_set_of_teams_are_told_apart(network):
    ann, bo, cy, di = applied(network, "ann", "bo", "cy", "di")
    groups = [
        group("Line A", "ann", "bo"),
        group("Line B", "cy", "nobody"),
        group("Blue", "ann", "cy", "di", "bo", kind="team", set_name="Projects"),
        group("Early", "ann", "di", kind="team", set_name="Shifts"),
    ]
    with override_settings(LERNET_DEV_GROUPS=groups):
        lines, projects, shifts = suggestions(get_host(), network, ready_people(network))
    assert (lines.key, lines.kind, lines.set_name, lines.without) == ("cohort", "cohort", "", 1)
    assert [(one.name, one.people, one.fits) for one in lines.groups] == [("Line A", 2, ""), ("Line B", 1, "too_small")]
    assert lines.numbers == {ann: 1, bo: 1, cy: 2}
    assert [(one.name, one.people, one.fits) for one in projects.groups] == [("Blue", 4, "too_large")]
    assert (shifts.kind, shifts.set_name, shifts.numbers, shifts.without) == ("team", "Shifts", {ann: 1, di: 1}, 2)
    assert len({one.key for one in (lines, projects, shifts)}) == 3
    assert not lines.fits


def test_groups_that_fit_could_be_formed_as_they_are(network):
    applied(network, "ann", "bo", "cy", "di")
    with override_settings(LERNET_DEV_GROUPS=[group("A", "ann", "bo"), group("B", "cy", "di")]):
        (found,) = suggestions(get_host(), network, ready_people(network))
    assert found.fits


@pytest.mark.parametrize("people", [3, 30])
def test_the_number_of_queries_does_not_depend_on_people(network, people, django_assert_num_queries):
    names = [f"p{number}" for number in range(people)]
    applied(network, *names)
    ready = ready_people(network)
    with override_settings(LERNET_DEV_GROUPS=[group("A", *names)]), django_assert_num_queries(1):
        assert len(suggestions(get_host(), network, ready)) == 1


def test_where_nobody_of_the_groups_is_ready_nothing_is_suggested(network, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert suggestions(get_host(), network, []) == ()
    applied(network, "ann")
    UserFactory(username="bo")
    with override_settings(LERNET_DEV_GROUPS=[group("A", "bo")]):
        assert suggestions(get_host(), network, ready_people(network)) == ()
