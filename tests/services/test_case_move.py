"""What becomes of a turn when the owner of its case goes elsewhere."""

from datetime import timedelta

import pytest

from lernet_xblock.models import AuditEntry, Membership, Turn
from lernet_xblock.services.departure import leave
from lernet_xblock.services.split import split
from lernet_xblock.services.transfer import transfer
from tests.factories import CaseFactory, TurnFactory, UserFactory
from tests.runtime import committed
from tests.services.regroup import LATER, fresh, group, running_network

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def network():
    return running_network(cohort_limit=4)


@pytest.fixture
def cohort(network):
    return group(network, 1, 8)


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


def places(cohort):
    return list(cohort.memberships.filter(active=True).order_by("pk"))


def turn_of(place, phase="planned", **values):
    case = CaseFactory(cohort=place.cohort, owner=place.user, shared_at=LATER - HOUR, stage="scheduled")
    session = None if values.get("mode") == "days" else place.cohort.sessions.get(number=2)
    return TurnFactory(case=case, session=session, phase=phase, **values)


def goes(place, how, network, admin):
    if how == "leaves":
        committed(lambda: leave(place, now=LATER))
    elif how == "transfer":
        to = group(network, 2, 3)
        values = {"known": False, "reason": "Rota", "opened_version": fresh(place.cohort).version}
        committed(lambda: transfer(place.cohort, to=to, user_id=place.user_id, by=admin.pk, now=LATER, **values))
    else:
        chosen = [row.user_id for row in places(place.cohort)[:4]]
        values = {"known": False, "reason": "Many", "opened_version": fresh(place.cohort).version}
        committed(lambda: split(place.cohort, user_ids=chosen, by=admin.pk, now=LATER, **values))


@pytest.mark.parametrize("how", ["leaves", "transfer", "split"])
def test_a_planned_turn_is_free_for_somebody_else_and_a_running_one_is_over(how, network, cohort, admin):
    first, second, *_others, last = places(cohort)
    planned, stays = turn_of(first), turn_of(last)
    running = turn_of(second if how == "split" else first, phase="questions")
    goes(first, how, network, admin)
    assert not Turn.objects.filter(pk=planned.pk).exists()
    running.refresh_from_db()
    assert (running.phase, running.open, running.first_step) == ("done", None, "")
    stays.refresh_from_db()
    assert stays.phase == "planned"
    planned.case.refresh_from_db()
    running.case.refresh_from_db()
    assert (planned.case.state, planned.case.stage, running.case.stage) == ("shared", "shared", "awaiting_outcome")
    expected = first.user_id if how == "leaves" else admin.pk
    assert set(AuditEntry.objects.filter(verb__startswith="turn.").values_list("actor_id", flat=True)) == {expected}


@pytest.mark.parametrize(("how", "phase"), [("leaves", "done"), ("transfer", "done"), ("split", "questions")])
def test_a_turn_over_several_days_goes_on_after_a_split_only(how, phase, network, cohort, admin):
    first = places(cohort)[0]
    running = turn_of(first, phase="questions", mode="days", questions_until=LATER + timedelta(days=4))
    goes(first, how, network, admin)
    running.refresh_from_db()
    assert running.phase == phase
    assert Membership.objects.filter(user=first.user, active=True).exists() == (how != "leaves")
