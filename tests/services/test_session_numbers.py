"""Counting the sessions of many groups anew is counting those of one, many times."""

import random
from datetime import timedelta

import pytest

from lernet_xblock.models import Session
from lernet_xblock.services.session_numbers import renumber, renumber_all
from tests.factories import NOW, CohortFactory, NetworkFactory, SessionFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def network():
    return NetworkFactory(state="running")


def muddled(network, seed):
    """Return a group whose sessions stand in any order, some cancelled, some not held."""
    dice = random.Random(seed)  # noqa: S311 - any muddle will do
    cohort = CohortFactory(network=network)
    numbers = dice.sample([*range(1, 9), 2001, 2002], dice.randint(1, 7))
    first = SessionFactory.build(cohort=cohort).starts_at
    for number in numbers:
        state = dice.choice(["planned", "planned", "planned", "cancelled", "not_held"])
        SessionFactory(
            cohort=cohort,
            kind=dice.choice(["regular", "regular", "launch", "closing"]),
            state=state,
            number=None if state == "cancelled" else number,
            starts_at=first + timedelta(days=dice.randint(0, 30)),
        )
    return cohort


def look(cohort):
    columns = ("number", "kind", "sequence", "version", "changed_at", "changed_by_id")
    return list(Session.objects.filter(cohort=cohort).order_by("pk").values_list(*columns))


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_many_groups_are_counted_as_each_would_be(network, start):
    by = UserFactory().pk
    ones = [muddled(network, seed) for seed in range(start, start + 10)]
    twins = [muddled(network, seed) for seed in range(start, start + 10)]
    assert [look(one) for one in ones] == [look(twin) for twin in twins]
    for one in ones:
        committed(lambda one=one: renumber(one, by=by, now=LATER))
    committed(lambda: renumber_all([twin.pk for twin in twins], by=by, now=LATER))
    assert [look(one) for one in ones] == [look(twin) for twin in twins]


def test_groups_in_order_cost_one_query(network, django_assert_num_queries):
    cohorts = [SessionFactory(cohort=CohortFactory(network=network)).cohort_id for _number in range(3)]
    with django_assert_num_queries(1):
        renumber_all(cohorts, by=None, now=LATER)
