"""What becomes of planned turns when their session is not held, or is held elsewhere."""

from datetime import datetime

import pytest

from lernet_xblock.models import Notice, Session, Turn
from lernet_xblock.services import turn_phase
from lernet_xblock.services.session_cancel import drop_session, replace_session
from lernet_xblock.services.session_held import declare_not_held
from lernet_xblock.services.session_merge import merge_session
from lernet_xblock.services.session_move import move_session
from lernet_xblock.services.session_regroup import cancel_ahead
from lernet_xblock.services.turn_plan import plan_in_session
from lernet_xblock.services.turn_session import free_turns
from tests.factories import CaseFactory, CharterFactory, FacilitationFactory, MembershipFactory, UserFactory
from tests.services.planned import HOUR, MARCH_18, nth, planned_cohort
from tests.services.turning import fresh

pytestmark = pytest.mark.django_db

APRIL = datetime(2027, 4, 6, 13, 30)  # noqa: DTZ001 - a time on the wall


@pytest.fixture
def cohort():
    return CharterFactory(cohort=planned_cohort()).cohort


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def case(cohort):
    return CaseFactory(cohort=cohort, owner=MembershipFactory(cohort=cohort).user)


@pytest.fixture
def turn(case, cohort, guide):
    """A turn in the third session, on 30 March."""
    return plan_in_session(case, session=nth(cohort, 3), mode="live", by=guide.pk, now=MARCH_18)


def change(service, row, *, now=MARCH_18, **more):
    given = {"opened_version": row.version, "by": UserFactory().pk, "now": now, "reason": "Flood", **more}
    return service(row, **given)


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def test_a_session_that_is_left_out_frees_its_turns(cohort, turn, case, guide):
    change(drop_session, nth(cohort, 3), known=False)
    assert (fresh(case).stage, Turn.objects.count()) == ("shared", 0)
    assert (told("turn_freed"), told("turn_freed_you")) == ({guide.pk}, {case.owner_id})


def test_a_session_on_another_day_instead_takes_them_over(cohort, turn, case):
    _old, new = change(replace_session, nth(cohort, 3), local=APRIL, duration_minutes=180, known=False)
    assert (fresh(turn).session, fresh(case).stage) == (new, "scheduled")


def test_a_session_that_becomes_part_of_another_takes_its_turns_along(cohort, turn, case):
    target = nth(cohort, 4)
    more = {"into": target, "into_version": target.version, "duration_minutes": 180, "known": False}
    change(merge_session, nth(cohort, 3), **more)
    assert (fresh(turn).session, fresh(case).stage) == (target, "scheduled")


def test_a_moved_session_keeps_its_turns(cohort, turn):
    row = nth(cohort, 3)
    change(move_session, row, local=APRIL, duration_minutes=180, known=False)
    assert fresh(turn).session == row


def test_a_session_that_was_not_held_frees_what_did_not_begin(cohort, turn, case, guide):
    row = nth(cohort, 3)
    other = CaseFactory(cohort=cohort, owner=MembershipFactory(cohort=cohort).user)
    begun = plan_in_session(other, session=row, mode="live", by=guide.pk, now=MARCH_18)
    turn_phase.begin(begun, opened_version=1, by=guide.pk, now=row.starts_at)
    change(declare_not_held, row, now=row.ends_at + HOUR)
    assert (fresh(case).stage, fresh(other).stage) == ("shared", "in_discussion")


def test_a_group_that_goes_into_another_has_no_turns_ahead(cohort, turn, case, guide):
    cancel_ahead(cohort, by=guide.pk, now=MARCH_18)
    assert fresh(case).stage == "shared"


def test_where_nothing_is_planned_one_question_is_enough(cohort, django_assert_num_queries):
    pks = list(Session.objects.filter(cohort=cohort).values_list("pk", flat=True))
    with django_assert_num_queries(1):
        free_turns(pks, by=None, now=MARCH_18)
