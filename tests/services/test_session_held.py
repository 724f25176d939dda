"""Whether a session took place after all."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import AttendanceChange, AuditEntry, Message, PulseRelease, Session
from lernet_xblock.queries.pulse import all_due_pulses
from lernet_xblock.services.pulse import release_due
from lernet_xblock.services.session_change import SessionMisfit
from lernet_xblock.services.session_held import confirm_held
from tests.factories import UserFactory
from tests.runtime import committed
from tests.services.planned import (
    DAY,
    HOUR,
    attended,
    drop,
    fresh,
    ids,
    instead,
    messaged,
    not_held,
    noticed,
    nth,
    planned_cohort,
    staffed,
    take_back,
    wall,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def cohort():
    return planned_cohort()


@pytest.fixture
def second(cohort):
    return nth(cohort, 2)


def confirm(row, now, **values):
    given = {"opened_version": fresh(row).version, "by": UserFactory(is_staff=True).pk, **values}
    return committed(lambda: confirm_held(row, now=now, **given))


@pytest.mark.parametrize("after_end", [-3 * HOUR, timedelta(), 14 * DAY])
def test_held_is_said_from_the_start_until_14_days_after(second, after_end):
    moment = second.ends_at + after_end
    row = confirm(second, moment)
    assert (row.held_at, row.state, row.version, row.sequence) == (moment, "planned", 2, 0)
    assert AuditEntry.objects.filter(verb="session.held").count() == 1
    assert not Message.objects.exists()


@pytest.mark.parametrize("after_end", [-3 * HOUR - SECOND, 14 * DAY + SECOND])
def test_held_is_not_said_before_or_later(second, after_end):
    with pytest.raises(RuleViolation):
        confirm(second, second.ends_at + after_end)
    assert fresh(second).held_at is None


def test_held_twice_changes_nothing(second):
    confirm(second, second.ends_at)
    again = confirm(second, second.ends_at + HOUR)
    assert (again.held_at, again.version) == (second.ends_at, 2)


def test_what_was_cancelled_or_not_held_was_not_held(cohort, second):
    not_held(second, now=second.ends_at)
    third = drop(nth(cohort, 3))
    for row in (second, third):
        with pytest.raises(RuleViolation):
            confirm(row, row.ends_at)


@pytest.mark.parametrize("after_end", [-3 * HOUR, 72 * HOUR])
def test_not_held_is_said_until_the_evaluation_closes(cohort, second, after_end):
    members, (facilitator, deputy) = staffed(cohort)
    moment = second.ends_at + after_end
    row = not_held(second, now=moment, by=facilitator)
    assert (row.state, row.reason, row.held_at, row.number, row.kind) == ("not_held", "Snow", None, 2, "regular")
    assert (row.sequence, row.version, row.changed_at) == (1, 2, moment)
    assert noticed("session_not_held") == messaged("session_not_held") == ids(*members, deputy)
    assert Message.objects.first().urgent


@pytest.mark.parametrize("after_end", [-3 * HOUR - SECOND, 72 * HOUR + SECOND])
def test_not_held_is_not_said_before_or_later(second, after_end):
    with pytest.raises(RuleViolation):
        not_held(second, now=second.ends_at + after_end)
    assert fresh(second).state == "planned"


def test_a_reason_is_needed(second):
    with pytest.raises(RuleViolation) as caught:
        not_held(second, now=second.ends_at, reason=" ")
    assert caught.value.field == "reason"


def test_what_was_said_to_be_held_can_turn_out_not_to_have_been(second):
    confirm(second, second.starts_at)
    assert not_held(second, now=second.ends_at).held_at is None


def test_nobody_counts_as_absent_and_the_history_keeps_what_was_recorded(cohort, second):
    (one, other, _third), (facilitator, _deputy) = staffed(cohort)
    attended(second, one, "absent")
    kept = attended(nth(cohort, 1), one)
    cell = attended(second, other, "late")
    type(cell).objects.filter(pk=cell.pk).update(minutes=30)
    not_held(second, now=second.ends_at, by=facilitator)
    assert not second.attendance.exists()
    assert nth(cohort, 1).attendance.get() == kept
    changes = AttendanceChange.objects.order_by("pk").values_list(
        "user_id", "before", "after", "minutes_before", "by_id"
    )
    assert list(changes) == [(one.pk, "absent", "", None, facilitator.pk), (other.pk, "late", "", 30, facilitator.pk)]


def test_its_evaluation_is_never_published_unless_it_is_taken_back(second):
    later = second.ends_at + 80 * HOUR
    pulse = second.pulse
    assert pulse in all_due_pulses(later, grace=HOUR)
    not_held(second, now=second.ends_at)
    assert pulse not in all_due_pulses(later, grace=HOUR)
    assert committed(lambda: release_due(pulse, now=later)) is None
    take_back(second, now=second.ends_at)
    assert pulse in all_due_pulses(later, grace=HOUR)


def test_published_results_stay(second):
    PulseRelease.objects.create(
        pulse=second.pulse, released_at=second.ends_at, answered=0, asked=0, withheld=True, payload={}
    )
    with pytest.raises(RuleViolation, match="published"):
        not_held(second, now=second.ends_at)


def test_taken_back_it_is_as_it_was_planned(second):
    not_held(second, now=second.ends_at)
    row = take_back(second, now=second.ends_at + 72 * HOUR)
    assert (row.state, row.reason, row.sequence, row.version, row.number) == ("planned", "", 2, 3, 2)
    with pytest.raises(RuleViolation):
        take_back(second, now=second.ends_at)


def test_not_taken_back_too_late_or_by_who_saw_it_before(second):
    not_held(second, now=second.ends_at)
    with pytest.raises(RuleViolation):
        take_back(second, now=second.ends_at + 72 * HOUR + SECOND)
    with pytest.raises(StaleVersion):
        take_back(second, now=second.ends_at, opened_version=1)


def test_said_again_people_are_told_again(cohort, second):
    members, _guides = staffed(cohort, members=1)
    for _time in "12":
        not_held(second, now=second.ends_at)
        take_back(second, now=second.ends_at)
    assert messaged("session_not_held").count(members[0].pk) == 2


def test_another_day_instead_of_one_that_was_not_held(cohort, second):
    members, (facilitator, deputy) = staffed(cohort)
    not_held(second, now=second.ends_at, by=facilitator)
    new = instead(second, wall(2027, 3, 9, 13, 30), now=second.ends_at, by=facilitator)
    assert (new.number, new.kind, new.state, new.slot_date) == (3, "regular", "planned", second.slot_date)
    assert (fresh(second).state, fresh(second).number) == ("not_held", 2)
    assert new.pulse.opens_at == new.ends_at
    assert messaged("session_replaced") == ids(*members, deputy)
    with pytest.raises(StaleVersion):
        instead(second, wall(2027, 3, 10), now=second.ends_at, opened_version=2)


def test_a_launch_that_was_not_held_is_held_later_as_the_launch(cohort):
    first = nth(cohort, 1)
    not_held(first, now=first.ends_at)
    assert fresh(first).kind == "launch"
    assert nth(cohort, 2).kind == "regular"
    new = instead(first, wall(2027, 2, 9, 13, 30), now=first.ends_at)
    assert (new.kind, new.number, nth(cohort, 3).kind, nth(cohort, 6).kind) == ("launch", 2, "regular", "closing")


def test_a_closing_that_was_not_held_leaves_the_one_before_it_as_it_was(cohort):
    fourth, fifth = nth(cohort, 4), nth(cohort, 5)
    not_held(fifth, now=fifth.ends_at)
    assert (fresh(fourth).kind, fresh(fourth).sequence) == ("regular", 0)
    new = instead(fifth, wall(2027, 6, 8, 13, 30), now=fifth.ends_at)
    assert (new.kind, new.number) == ("closing", 6)


def test_another_day_has_to_fit_and_replaces_only_what_was_not_held(cohort, second):
    with pytest.raises(RuleViolation):
        instead(second, wall(2027, 3, 9, 13, 30), now=second.ends_at)
    not_held(second, now=second.ends_at)
    with pytest.raises(SessionMisfit):
        instead(second, wall(2027, 3, 30, 13, 30), now=second.ends_at)
    with pytest.raises(RuleViolation) as caught:
        instead(second, wall(2027, 3, 3, 13, 30), now=second.ends_at)
    assert caught.value.field == "known"
    assert Session.objects.filter(cohort=cohort).count() == 5


def test_not_taken_back_where_another_one_stands_by_now(second):
    not_held(second, now=second.starts_at)
    instead(second, wall(2027, 3, 2, 15, 0), now=second.starts_at, known=True)
    with pytest.raises(SessionMisfit):
        take_back(second, now=second.ends_at)
