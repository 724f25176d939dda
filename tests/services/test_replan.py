"""Planning all groups of a network anew, in the background."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock import tasks
from lernet_xblock.errors import RuleViolation
from lernet_xblock.models import AuditEntry, Message, Notice, Plan, Pulse, Replan, Session
from lernet_xblock.rules.authored import write
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.services import replan as services
from lernet_xblock.services.plan import plan_anew
from lernet_xblock.services.replan import ask_replan, is_stalled, stalled, work_on
from lernet_xblock.services.session import plan_all_sessions
from tests.factories import (
    NOW,
    PLAN,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
TUESDAYS = [date(2027, 2, 2) + timedelta(weeks=4 * place) for place in range(6)]


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


@pytest.fixture
def network():
    return NetworkFactory(state="running", authored=write(PLAN))


def groups(network, admin, number, **values):
    """Return so many planned groups, shifted by 0, 1 and 2 days in turn, of two members and a facilitator each."""
    made = [CohortFactory(network=network, shift_days=place % 3, **values) for place in range(number)]
    for cohort in made:
        MembershipFactory.create_batch(2, cohort=cohort)
        FacilitationFactory(cohort=cohort)
    committed(lambda: plan_all_sessions(made, settings=PLAN, by=admin.pk, now=NOW))
    AuditEntry.objects.filter(verb="sessions.plan").delete()
    return made


def dates(**changes):
    return dates_of(replace(PLAN, **changes))


def ask(network, admin, **changes):
    return committed(lambda: ask_replan(network, dates=dates(**changes), reason="A new hall", by=admin.pk, now=LATER))


def finish(order, now=LATER):
    while committed(lambda: work_on(order, now=now)):
        pass
    order.refresh_from_db()
    return order


def test_every_group_gets_the_dates_on_its_own_shift(network, admin):
    cohorts = groups(network, admin, 4)
    order = finish(ask(network, admin, session_time=time(15)))
    for cohort in cohorts:
        rows = Session.objects.filter(cohort=cohort)
        assert [row.local_date for row in rows] == [day + timedelta(days=cohort.shift_days) for day in TUESDAYS[:5]]
        assert {(row.local_time, row.sequence, row.reason) for row in rows} == {(time(15), 1, "A new hall")}
        assert all(row.pulse.opens_at == row.ends_at for row in rows)
    expected = {"unchanged": 0, "moved": 20, "new": 0, "cancelled": 0, "cohorts": 4, "done": 4, "left_alone": []}
    assert order.figures == {**expected, "after": cohorts[-1].pk}
    assert (order.open, order.ended_at, order.leased_until) == (None, LATER, None)


def test_it_writes_what_planning_each_group_anew_would_write(network, admin):
    twins = NetworkFactory(state="running", authored=write(PLAN), usage_id="lernet.d1.u1")
    changes: dict[str, Any] = {"free_days": (TUESDAYS[1],), "make_up": False, "session_count": 6}
    for cohort in groups(network, admin, 3):
        settings = replace(PLAN, **changes)
        shift = {"shift_days": cohort.shift_days, "shift_minutes": 0}
        committed(
            lambda cohort=cohort, settings=settings, shift=shift: plan_anew(
                cohort, settings=settings, dates=dates_of(settings), **shift, reason="A new hall", opened_version=0,
                by=admin.pk, now=LATER)
        )  # fmt: skip
    groups(twins, admin, 3)
    finish(ask(twins, admin, **changes))
    assert look(network) == look(twins)


def look(network):
    """Return what the groups of a network are like, without what is random or a row number."""
    columns = ("number", "kind", "state", "local_date", "slot_date", "starts_at", "sequence", "version", "moved_from",
               "reason", "place", "meeting_link", "changed_at", "pulse__opens_at", "pulse__closes_at")  # fmt: skip
    sessions = Session.objects.filter(cohort__network=network).order_by("cohort__pk", "starts_at", "pk")
    messages = Message.objects.filter(network=network).order_by("pk").values_list("kind", "facts", "urgent", "send_at")
    plans = Plan.objects.filter(cohort__network=network).values_list("dates", "version", "changed_by", "changed_at")
    lines = AuditEntry.objects.filter(network=network, verb="plan.change").values_list("actor", "reason", "at")
    told = Notice.objects.filter(network=network).values_list("kind", "at", "day")
    return list(sessions.values_list(*columns)), list(messages), list(plans), list(lines), list(told)


def test_everybody_is_told_once_about_their_group(network, admin):
    cohorts = groups(network, admin, 3)
    finish(ask(network, admin, session_time=time(15)))
    expected = sorted(
        f"plan_changed:{cohort.key}:1:{row.user_id}"
        for cohort in cohorts
        for row in (*cohort.memberships.all(), *cohort.facilitations.all())
    )
    assert sorted(Message.objects.values_list("cause", flat=True)) == expected
    assert len(expected) == Notice.objects.count() == 9
    assert sorted(AuditEntry.objects.values_list("verb", flat=True)) == ["plan.change"] * 3 + ["plan.replan"]


def test_the_same_dates_again_change_nothing_and_tell_nobody(network, admin):
    groups(network, admin, 3)
    finish(ask(network, admin, session_time=time(15)))
    before, said = list(Session.objects.order_by("pk").values()), Message.objects.count()
    again = finish(ask(network, admin, session_time=time(15)))
    assert list(Session.objects.order_by("pk").values()) == before
    assert (Message.objects.count(), again.figures["unchanged"], again.figures["moved"]) == (said, 15, 0)
    assert set(Plan.objects.values_list("version", flat=True)) == {2}


def test_a_group_whom_the_dates_do_not_fit_is_left_alone_and_named(network, admin):
    one, other = groups(network, admin, 2)
    # A session that a hand moved to where the third would be.
    Session.objects.filter(cohort=one, number=4).update(
        moved_by_hand=True,
        starts_at=datetime(2027, 3, 30, 14, tzinfo=UTC),
        ends_at=datetime(2027, 3, 30, 17, tzinfo=UTC),
    )
    before = list(Session.objects.filter(cohort=one).order_by("pk").values())
    order = finish(ask(network, admin, session_time=time(15)))
    assert (order.figures["left_alone"], order.figures["done"], order.figures["moved"]) == ([one.key], 2, 5)
    assert list(Session.objects.filter(cohort=one).order_by("pk").values()) == before
    assert list(Plan.objects.values_list("cohort_id", flat=True)) == [other.pk]
    assert set(Message.objects.values_list("cohort_id", flat=True)) == {other.pk}


def test_a_shift_that_no_rule_takes_leaves_its_group_alone(network, admin):
    cohort = groups(network, admin, 1)[0]
    cohort.shift_days = 9000
    cohort.save()
    assert finish(ask(network, admin, session_time=time(15))).figures["left_alone"] == [cohort.key]


def test_a_plan_of_its_own_gives_way_and_what_a_hand_moved_stays(network, admin):
    cohort = groups(network, admin, 1)[0]
    Plan.objects.create(cohort=cohort, dates=dates(session_time=time(9)), version=3, changed_at=NOW)
    Session.objects.filter(cohort=cohort, number=2).update(moved_by_hand=True, title="Moved")
    finish(ask(network, admin, session_time=time(15)))
    plan = Plan.objects.get()
    assert (plan.version, plan.dates["session_time"], plan.changed_by) == (4, "15:00", admin)
    assert Message.objects.filter(cause__startswith=f"plan_changed:{cohort.key}:4:").count() == 3
    clocks = dict(Session.objects.filter(cohort=cohort).values_list("title", "local_time"))
    assert clocks == {"Moved": time(13, 30), "": time(15)}


def test_groups_that_are_over_are_not_planned(network, admin):
    cohort = groups(network, admin, 2)[0]
    cohort.state = "closed"
    cohort.save()
    order = finish(ask(network, admin, session_time=time(15)))
    assert (order.figures["cohorts"], order.figures["done"]) == (1, 1)
    assert set(Session.objects.filter(cohort=cohort).values_list("local_time", flat=True)) == {time(13, 30)}


def test_one_order_at_a_time(network, admin):
    ask(network, admin, session_time=time(15))
    with pytest.raises(RuleViolation) as refused:
        ask(network, admin, session_time=time(16))
    assert refused.value.sentence == ("All groups are being planned anew already. Please wait until that is done.")
    finish(Replan.objects.get())
    ask(network, admin, session_time=time(16))
    assert Replan.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"session_minutes": 500}, "session_minutes"), ({"first_date": date(2026, 1, 6)}, "first_date")],
)
def test_dates_that_no_group_can_have_are_refused_at_once(network, admin, changes, field):
    with pytest.raises(RuleViolation) as refused:
        ask(network, admin, **changes)
    assert refused.value.field == field
    assert not Replan.objects.exists()


def test_work_goes_on_where_a_batch_was_lost(network, admin, monkeypatch):
    monkeypatch.setattr(services, "COHORTS_AT_ONCE", 2)
    groups(network, admin, 5)
    order = ask(network, admin, session_time=time(15))
    assert committed(lambda: work_on(order, now=LATER))

    def dies(*_given, **_values):
        raise SystemExit

    with monkeypatch.context() as context:
        context.setattr(services, "tell_cohorts", dies)
        with pytest.raises(SystemExit):
            committed(lambda: work_on(order, now=LATER))
    assert Session.objects.filter(local_time=time(15)).count() == 10
    finish(order)
    assert Session.objects.filter(local_time=time(15), sequence=1).count() == 25
    assert Message.objects.count() == Notice.objects.count() == 15


def test_a_worker_keeps_its_lease_and_a_silent_one_loses_it(network, admin, monkeypatch):
    monkeypatch.setattr(services, "COHORTS_AT_ONCE", 1)
    groups(network, admin, 2)
    order = ask(network, admin, session_time=time(15))
    assert not is_stalled(order, now=LATER + timedelta(seconds=59))
    assert is_stalled(order, now=LATER + timedelta(seconds=61))
    assert stalled(now=LATER + timedelta(seconds=59)) == []
    assert stalled(now=LATER + timedelta(seconds=61)) == [order.key]
    later = LATER + timedelta(seconds=70)
    committed(lambda: work_on(order, now=later))
    order.refresh_from_db()
    assert not is_stalled(order, now=later + timedelta(seconds=59))
    finish(order)
    assert not is_stalled(order, now=later + timedelta(days=9))
    assert stalled(now=later + timedelta(days=9)) == []
    assert not committed(lambda: work_on(order, now=later))


def test_the_task_of_this_name_does_it_all(network, admin, monkeypatch):
    monkeypatch.setattr(services, "COHORTS_AT_ONCE", 2)
    groups(network, admin, 3)
    tasks.perform("plan.replan", ask(network, admin, session_time=time(15)).key)
    assert set(Session.objects.values_list("local_time", flat=True)) == {time(15)}
    assert Replan.objects.get().open is None
    assert Pulse.objects.count() == 15


def test_what_a_batch_costs_does_not_grow_with_its_groups(network, admin):
    costs = []
    other = NetworkFactory(state="running", authored=write(PLAN), usage_id="lernet.d1.u1")
    for place, number in ((network, 3), (other, 9)):
        groups(place, admin, number)
        order = ask(place, admin, session_time=time(15))
        with CaptureQueriesContext(connection) as caught:
            committed(lambda order=order: work_on(order, now=LATER))
        costs.append(len(caught))
        finish(order)
    # Three shifts, five dates each.
    assert costs[0] == costs[1] <= 60
