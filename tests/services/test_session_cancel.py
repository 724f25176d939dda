"""A session is not held as planned: on another day instead, or not at all."""

from datetime import UTC, datetime

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import AttendanceChange, AuditEntry, Message, Notice, Pulse, Session
from lernet_xblock.queries.pulse import all_due_pulses
from lernet_xblock.services.message import announce
from lernet_xblock.services.pulse import release_due
from lernet_xblock.services.session_change import SessionMisfit
from tests.factories import NOW
from tests.runtime import committed
from tests.services.planned import (
    APRIL_6,
    DAY,
    HOUR,
    MARCH_18,
    answer,
    attended,
    drop,
    fresh,
    ids,
    messaged,
    noticed,
    nth,
    planned_cohort,
    replace,
    staffed,
    stand_in,
    wall,
)

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("cancel", [drop, replace])


@pytest.fixture
def cohort():
    return planned_cohort()


@pytest.fixture
def third(cohort):
    return nth(cohort, 3)


def numbers(cohort):
    rows = Session.objects.filter(cohort=cohort).exclude(state="cancelled").order_by("starts_at")
    return list(rows.values_list("number", "kind"))


def test_dropped_it_stays_as_a_cancelled_row_without_a_number_and_the_others_close_up(cohort, third):
    row = drop(third)
    assert (row.pk, row.uid, row.state, row.number) == (third.pk, third.uid, "cancelled", None)
    assert (row.cancelled_at, row.reason, row.sequence, row.version) == (MARCH_18, "Nobody is free", 1, 2)
    assert (row.starts_at, row.merged_into) == (third.starts_at, None)
    assert numbers(cohort) == [(1, "launch"), (2, "regular"), (3, "regular"), (4, "closing")]
    assert set(Session.objects.filter(cohort=cohort).exclude(pk=row.pk).values_list("sequence", flat=True)) == {0}


def test_replaced_there_is_another_entry_for_the_same_slot(cohort, third):
    Session.objects.filter(pk=third.pk).update(title="Coming back", notes="Bring it", meeting_link="https://a.example")
    third.refresh_from_db()
    old, new = replace(third)
    assert (old.pk, old.state, old.sequence, old.number) == (third.pk, "cancelled", 1, None)
    assert new.uid != old.uid
    assert (new.sequence, new.version, new.state, new.moved_by_hand) == (0, 1, "planned", True)
    assert new.starts_at == datetime(2027, 4, 6, 11, 30, tzinfo=UTC)
    for name in ("kind", "title", "notes", "place", "meeting_link", "slot_date", "slot_time", "time_zone"):
        assert getattr(new, name) == getattr(third, name)
    pulse = new.pulse
    assert (pulse.opens_at, pulse.closes_at) == (new.ends_at, new.ends_at + 72 * HOUR)
    assert [number for number, _kind in numbers(cohort)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("number", "kind"), [(1, "launch"), (5, "closing")])
def test_launch_and_closing_can_be_replaced_and_never_dropped(cohort, number, kind):
    row = nth(cohort, number)
    with pytest.raises(RuleViolation) as caught:
        drop(row, now=NOW)
    assert (caught.value.field, "always held" in caught.value.sentence) == ("way", True)
    _old, new = replace(row, wall(2027, 2, 3, 9, 0) if number == 1 else wall(2027, 5, 27, 9, 0), now=NOW)
    assert (new.kind, new.number) == (kind, number)
    assert numbers(cohort)[0][1] == "launch"
    assert numbers(cohort)[-1][1] == "closing"


def test_the_only_regular_session_is_never_dropped(cohort):
    for number in (2, 2):
        drop(nth(cohort, number), now=NOW)
    assert numbers(cohort) == [(1, "launch"), (2, "regular"), (3, "closing")]
    with pytest.raises(RuleViolation) as caught:
        drop(nth(cohort, 2), now=NOW)
    assert caught.value.field == "way"
    assert "Hold it on another day instead." in caught.value.sentence
    _old, new = replace(nth(cohort, 2))
    assert (new.kind, new.number) == ("regular", 2)


def test_a_regular_session_that_was_not_held_does_not_count(cohort):
    drop(nth(cohort, 2), now=NOW)
    Session.objects.filter(pk=nth(cohort, 2).pk).update(state="not_held")
    with pytest.raises(RuleViolation) as caught:
        drop(nth(cohort, 3), now=NOW)
    assert caught.value.field == "way"


@BOTH
def test_what_hung_on_it_goes(cohort, third, cancel):
    (member, *_others), _guides = staffed(cohort)
    answer(third, member)
    attended(third, member)
    kept = answer(nth(cohort, 4), member)
    announce(third, kind="reminder_1d", now=NOW)
    substitute = stand_in(third)
    cancel(third)
    assert not third.rsvps.exists()
    assert nth(cohort, 3 if cancel is drop else 4).rsvps.get() == kept
    assert not third.attendance.exists()
    assert AttendanceChange.objects.get().after == ""
    assert set(Message.objects.filter(kind="reminder_1d").values_list("state", flat=True)) == {"dropped"}
    assert third.substitutions.get().ended_at == MARCH_18
    assert noticed("stands_in_no_longer") == ids(substitute)


@BOTH
def test_its_evaluation_never_opens_and_is_never_published(third, cancel):
    cancel(third)
    pulse = Pulse.objects.get(session=third)
    later = pulse.closes_at + DAY
    assert pulse not in all_due_pulses(later, grace=HOUR)
    assert committed(lambda: release_due(pulse, now=later)) is None


@pytest.mark.parametrize(("cancel", "kind"), [(drop, "session_cancelled"), (replace, "session_replaced")])
def test_everybody_concerned_is_told_once(cohort, third, cancel, kind):
    members, (facilitator, deputy) = staffed(cohort)
    substitute = stand_in(third)
    done = cancel(third, by=facilitator)
    told = ids(*members, deputy, substitute)
    assert noticed(kind) == told
    assert messaged(kind) == told
    message = Message.objects.filter(kind=kind).first()
    assert message.urgent
    about = done if cancel is drop else done[1]
    assert (message.session, Notice.objects.filter(kind=kind).first().session) == (about, about)
    assert message.facts["before"] == "2027-03-30T11:30:00+00:00"


@pytest.mark.parametrize(("cancel", "verb"), [(drop, "session.drop"), (replace, "session.replace")])
def test_the_log_has_the_reason(third, cancel, verb):
    cancel(third)
    entry = AuditEntry.objects.get(verb=verb)
    assert (entry.subject, bool(entry.reason)) == (third.key, True)


@BOTH
@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_needed_at_any_time(third, cancel, reason):
    with pytest.raises(RuleViolation) as caught:
        cancel(third, reason=reason)
    assert caught.value.field == "reason"
    assert fresh(third).state == "planned"


@BOTH
def test_less_than_48_hours_ahead_needs_a_tick(third, cancel):
    soon = third.starts_at - 47 * HOUR
    with pytest.raises(RuleViolation) as caught:
        cancel(third, now=soon)
    assert caught.value.field == "known"
    cancel(third, now=soon, known=True)
    assert fresh(third).state == "cancelled"


def test_a_day_instead_that_is_soon_needs_a_tick(third):
    with pytest.raises(RuleViolation) as caught:
        replace(third, wall(2027, 3, 19, 9, 0))
    assert caught.value.field == "known"


@BOTH
def test_what_has_begun_is_not_cancelled(third, cancel):
    with pytest.raises(RuleViolation):
        cancel(third, now=third.starts_at, known=True)
    assert fresh(third).state == "planned"


@BOTH
def test_twice_is_refused(third, cancel):
    cancel(third)
    with pytest.raises(RuleViolation, match="cancelled already"):
        cancel(third)
    with pytest.raises(StaleVersion):
        cancel(third, opened_version=1)
    assert Session.objects.filter(cohort=third.cohort_id, state="cancelled").count() == 1


def test_another_day_has_to_fit(cohort, third):
    fourth = nth(cohort, 4)
    with pytest.raises(SessionMisfit):
        replace(third, wall(2027, 4, 27, 12, 0))
    for day, field in ((wall(2027, 3, 1), "date"), (wall(9999, 1, 1), "date")):
        with pytest.raises(RuleViolation) as caught:
            replace(third, day)
        assert caught.value.field == field
    with pytest.raises(RuleViolation) as caught:
        replace(third, minutes=500)
    assert caught.value.field == "minutes"
    assert (fresh(third).state, fresh(fourth).number) == ("planned", 4)
    assert not AuditEntry.objects.filter(verb="session.replace").exists()


def test_its_own_old_time_is_free_for_the_one_instead(third):
    _old, new = replace(third, wall(2027, 3, 30, 15, 0))
    assert new.number == 3


def test_a_group_that_was_split_off_goes_on_counting_where_it_was(cohort):
    Session.objects.filter(cohort=cohort, number__lt=4).delete()
    _old, new = replace(nth(cohort, 4), APRIL_6)
    assert (new.number, new.kind) == (4, "regular")
    assert numbers(cohort) == [(4, "regular"), (5, "closing")]
