"""Planning a cohort anew: rows and settings in, a difference or a refusal out."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from lernet_xblock.rules.planning_anew import planned_anew, slots_of, standings
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from tests.rules.settings_cases import example

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass
class Row:
    """A session as it is stored."""

    pk: int
    slot_date: date | None
    slot_time: time | None
    local_date: date
    starts_at: datetime
    ends_at: datetime
    kind: str = "regular"
    state: str = "planned"
    moved_by_hand: bool = False
    held_at: datetime | None = None


def row(pk: int, at: Occurrence, **changes: Any) -> Row:
    assert at.ends_at is not None
    kind = "launch" if pk == 1 else "regular"
    return Row(
        pk, at.local.date(), at.local.time(), at.local.date(), at.starts_at, at.ends_at, **{"kind": kind} | changes
    )


def planned(**settings: Any) -> list[Row]:
    return [row(pk, at) for pk, at in enumerate(slots_of(example(**settings)), start=1)]


def refused(rows: list[Row], now: datetime = NOW, **settings: Any) -> tuple[str, str | None, dict[str, object]]:
    shift = {name: settings.pop(name) for name in ("shift_days", "shift_minutes") if name in settings}
    with pytest.raises(Refused) as refusal:
        planned_anew(rows, example(**settings), now=now, **shift)
    return refusal.value.code, refusal.value.field, refusal.value.values


def test_what_was_called_off_by_hand_is_not_planned_again() -> None:
    rows = planned()
    rows[2] = replace(rows[2], state="cancelled")
    found = planned_anew(rows, example(), now=NOW)

    assert (found.new, found.left, len(found.unchanged)) == ((), (3,), 4)
    later = planned_anew(rows, example(session_time=time(9)), now=NOW)
    assert (later.new, later.left, len(later.moved)) == ((), (3,), 4)


def test_what_a_plan_let_go_is_planned_again_where_its_date_is_back() -> None:
    rows = planned()
    rows[2] = replace(rows[2], state="cancelled", slot_date=None, slot_time=None)
    found = planned_anew(rows, example(), now=NOW)

    assert [at.local.date() for at in found.new] == [rows[2].local_date]


@pytest.mark.parametrize("state", ["cancelled", "not_held"])
def test_one_that_is_held_instead_of_another_takes_its_date_once(state: str) -> None:
    rows = planned()
    gone = replace(rows[2], state=state)
    instead = replace(rows[2], pk=9, moved_by_hand=True, starts_at=rows[2].starts_at + timedelta(days=1))
    found = planned_anew([*rows[:2], gone, instead, *rows[3:]], example(session_count=6), now=NOW)

    assert (found.left, len(found.unchanged), len(found.new)) == ((9,), 4, 1)


@pytest.mark.parametrize(
    "changes",
    [{"state": "not_held"}, {"moved_by_hand": True}, {"held_at": NOW}, {"starts_at": NOW}],
    ids=["not held", "moved by hand", "held", "begun"],
)
def test_what_is_fixed(changes: dict[str, Any]) -> None:
    rows = planned()
    (loose,) = standings(rows[:1], now=NOW)
    (fixed,) = standings([replace(rows[0], **changes)], now=NOW)

    assert (loose.fixed, fixed.fixed) == (False, True)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"session_minutes": 500}, "session_minutes"),
        ({"shift_days": 367}, "shift_days"),
        ({"shift_minutes": -1441}, "shift_minutes"),
    ],
)
def test_what_is_beyond_all_measure_is_named(settings: dict[str, Any], field: str) -> None:
    assert refused(planned(), **settings)[:2] == ("out_of_range", field)


def test_fewer_than_three_dates_are_no_plan() -> None:
    days = (date(2027, 2, 2), date(2027, 3, 2))
    settings: dict[str, Any] = {"frequency": "dates", "listed_dates": days, "session_count": 2}
    assert refused(planned(), **settings)[:2] == ("out_of_range", "session_count")
    assert refused(planned(), free_days=tuple(one.local_date for one in planned()[:3]), make_up=False)[:2] == (
        "free_days_leave_too_few",
        "free_days",
    )


def test_a_plan_that_leaves_fewer_than_three_sessions_is_refused() -> None:
    # Two were called off by hand, three take place: of four dates, two would be left.
    rows = [replace(one, state="cancelled") for one in planned()[1:3]]
    assert refused([planned()[0], *rows, *planned()[3:]], session_count=4)[:2] == ("too_few_sessions", "session_count")


def test_a_group_with_few_sessions_of_its_own_may_be_planned_anew() -> None:
    # Split off after the third session: it goes on with two.
    rows = [replace(one, kind="regular") for one in planned()[3:]]
    later = datetime(2027, 4, 1, tzinfo=UTC)

    found = planned_anew(rows, example(session_time=time(9)), now=later)

    assert (len(found.moved), found.new, len(found.lost)) == (2, (), 3)


def test_dates_of_one_plan_that_overlap_are_both_named() -> None:
    # The clock of Apia has no 30 December 2011: two days begin at one instant.
    apia = (date(2011, 12, 30), date(2011, 12, 31), date(2012, 1, 3))
    settings: dict[str, Any] = {"frequency": "dates", "listed_dates": apia, "first_date": apia[0], "session_count": 3}
    code, field, values = refused([], **settings, time_zone="Pacific/Apia", decision_date=date(2011, 1, 1))
    assert (code, field, values) == ("sessions_overlap", "first_date", {"day": apia[0], "other": apia[1]})


def test_a_new_date_upon_a_session_that_a_hand_moved_is_refused_with_both_days() -> None:
    rows = planned()
    wednesday = rows[3].starts_at + timedelta(days=1)
    rows[2] = replace(
        rows[2],
        moved_by_hand=True,
        starts_at=wednesday + timedelta(hours=1),
        ends_at=wednesday + timedelta(hours=2),
        local_date=date(2027, 4, 28),
    )
    code, _field, values = refused(rows, first_date=date(2027, 2, 3))
    assert (code, values) == ("sessions_overlap", {"day": date(2027, 4, 28), "other": date(2027, 4, 28)})


def test_what_overlapped_before_and_stays_is_nobodys_fault() -> None:
    rows = planned()
    rows[2] = replace(rows[2], moved_by_hand=True, starts_at=rows[3].starts_at, ends_at=rows[3].ends_at)

    assert planned_anew(rows, example(), now=NOW).left == (3,)


def test_a_first_session_in_the_past_is_refused() -> None:
    code, field, values = refused(planned(), now=datetime(2027, 1, 15, tzinfo=UTC), first_date=date(2027, 1, 12))
    assert (code, field, values) == ("session_past", "first_date", {"day": date(2027, 1, 12)})


def test_a_listed_date_in_the_past_is_refused_at_the_list() -> None:
    days = (date(2027, 1, 12), *(one.local_date for one in planned()))
    settings: dict[str, Any] = {"frequency": "dates", "listed_dates": days, "first_date": days[0], "session_count": 6}
    code, field, _values = refused(planned(), now=datetime(2027, 1, 15, tzinfo=UTC), **settings)
    assert (code, field) == ("session_past", "listed_dates")


def test_an_hour_of_today_that_is_over_is_refused_at_the_hour() -> None:
    # The second session is at half past one, in an hour.
    now = datetime(2027, 3, 2, 11, 30, tzinfo=UTC)
    code, field, values = refused(planned(), now=now, session_time=time(9))
    assert (code, field, values) == ("session_past", "session_time", {"day": date(2027, 3, 2)})


def test_dates_between_sessions_that_were_held_are_gone() -> None:
    now = datetime(2027, 3, 10, tzinfo=UTC)
    found = planned_anew(planned(), example(interval=2), now=now)

    assert found.left == (1, 2)
    assert [at.local.date() for at in found.lost] == [date(2027, 2, 16)]


def test_the_first_plan_of_all_is_new_sessions_alone() -> None:
    found = planned_anew([], example(), now=NOW)

    assert (len(found.new), found.unchanged, found.moved, found.cancelled) == (5, (), (), ())


def test_a_missing_setting_is_named() -> None:
    assert refused([], session_time=None)[:2] == ("required", "session_time")
