"""A group with five sessions from the scenario: Tuesdays at 13:30, four weeks apart, from 2 February 2027."""

from datetime import UTC, datetime, timedelta

from lernet_xblock.models import Attendance, Message, Notice, Rsvp, Session
from lernet_xblock.services.session import plan_sessions
from lernet_xblock.services.session_cancel import drop_session, replace_session
from lernet_xblock.services.session_held import declare_not_held, hold_instead, take_back_not_held
from lernet_xblock.services.session_merge import merge_session
from lernet_xblock.services.session_move import move_session
from tests.factories import (
    NOW,
    PLAN,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import committed

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
# Scenario 3.6: on 18 March, session 3 goes from 30 March to 6 April.
MARCH_18 = datetime(2027, 3, 18, 9, 0, tzinfo=UTC)


def wall(*parts):
    return datetime(*parts)  # noqa: DTZ001 - a time on the wall has no zone


APRIL_6 = wall(2027, 4, 6, 13, 30)


def planned_cohort(**values):
    cohort = CohortFactory(network=values.pop("network", None) or NetworkFactory(state="running"), **values)
    by = UserFactory().pk
    committed(lambda: plan_sessions(cohort, settings=PLAN, by=by, now=NOW))
    return cohort


def staffed(cohort, members=3):
    """Return the members, the facilitator and the deputy of the cohort."""
    people = [MembershipFactory(cohort=cohort).user for _nth in range(members)]
    guides = [FacilitationFactory(cohort=cohort, role=role).user for role in ("facilitator", "deputy")]
    return people, guides


def nth(cohort, number):
    return Session.objects.get(cohort=cohort, number=number)


def fresh(row):
    return Session.objects.get(pk=row.pk)


def move(row, local=APRIL_6, *, minutes=180, now=MARCH_18, by=None, **values):
    return _do(move_session, row, by=by, now=now, local=local, duration_minutes=minutes, **{**QUIET, **values})


def replace(row, local=APRIL_6, *, minutes=180, now=MARCH_18, by=None, **values):
    given = {"reason": "The room is flooded", "known": False, **values}
    return _do(replace_session, row, by=by, now=now, local=local, duration_minutes=minutes, **given)


def drop(row, *, now=MARCH_18, by=None, **values):
    return _do(drop_session, row, by=by, now=now, **{"reason": "Nobody is free", "known": False, **values})


def merge(row, into, *, minutes=180, now=MARCH_18, by=None, **values):
    given = {"reason": "Both are short", "known": False, "into_version": fresh(into).version, **values}
    return _do(merge_session, row, by=by, now=now, into=into, duration_minutes=minutes, **given)


def not_held(row, *, now, by=None, **values):
    return _do(declare_not_held, row, by=by, now=now, **{"reason": "Snow", **values})


def take_back(row, *, now, by=None, **values):
    return _do(take_back_not_held, row, by=by, now=now, **values)


def instead(row, local, *, minutes=180, now, by=None, **values):
    given = {"known": False, **values}
    return _do(hold_instead, row, by=by, now=now, local=local, duration_minutes=minutes, **given)


QUIET = {"reason": "", "known": False}


def _do(service, row, *, by, **values):
    by = by or UserFactory(is_staff=True)
    given = {"opened_version": fresh(row).version, **values}
    return committed(lambda: service(row, by=by.pk, **given))


def noticed(kind):
    return sorted(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def messaged(kind):
    return sorted(Message.objects.filter(kind=kind).values_list("user_id", flat=True))


def answer(row, user, **values):
    return Rsvp.objects.create(session=row, user=user, answer="coming", at=NOW, **values)


def attended(row, user, state="present"):
    return Attendance.objects.create(session=row, user=user, state=state, at=NOW)


def stand_in(row):
    return SubstitutionFactory(session=row).user


def ids(*users):
    return sorted(user.pk for user in users)
