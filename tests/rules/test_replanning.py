"""Planning anew as a difference: which session takes which date."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.replanning import Replanned, Standing, replan
from lernet_xblock.rules.zones import to_utc, zone

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
BRUSSELS = zone("Europe/Brussels")
TUESDAYS = tuple(date(2027, 2, 2) + timedelta(weeks=week) for week in range(8))
HALF_PAST_ONE = time(13, 30)


def slot(day: date, clock: time = HALF_PAST_ONE, minutes: int = 180) -> Occurrence:
    local = datetime.combine(day, clock)
    starts_at = to_utc(local, BRUSSELS)
    return Occurrence(local, starts_at, starts_at + timedelta(minutes=minutes))


def slots(*days: date, clock: time = HALF_PAST_ONE, minutes: int = 180) -> tuple[Occurrence, ...]:
    return tuple(slot(day, clock, minutes) for day in days)


def standing(pk: int, at: Occurrence, *, fixed: bool = False, to: datetime | None = None) -> Standing:
    """Return the session of that date. to: where a hand moved it."""
    starts_at = to or at.starts_at
    assert at.ends_at is not None
    return Standing(pk, at.local, starts_at, starts_at + (at.ends_at - at.starts_at), fixed=fixed or to is not None)


def five(**fixed: bool) -> list[Standing]:
    """Return the sessions 1 to 5, on Tuesdays from 2 February; fixed: `s2=True`."""
    return [standing(pk, slot(TUESDAYS[pk - 1]), fixed=fixed.get(f"s{pk}", False)) for pk in range(1, 6)]


def moves(found: Replanned) -> dict[int, date]:
    return {pk: at.local.date() for pk, at in found.moved}


def kept(found: Replanned) -> list[int]:
    return [pk for pk, _at in found.unchanged]


def test_the_same_plan_again_changes_nothing() -> None:
    found = replan(five(), slots(*TUESDAYS[:5]), now=NOW)

    assert found == Replanned(unchanged=tuple((pk, slot(TUESDAYS[pk - 1])) for pk in range(1, 6)))
    assert found.changes_nothing


def test_a_date_that_is_newly_excluded_moves_one_session_to_the_end_and_no_other() -> None:
    found = replan(five(), slots(*TUESDAYS[:2], *TUESDAYS[3:6]), now=NOW)

    assert (kept(found), moves(found)) == ([1, 2, 4, 5], {3: TUESDAYS[5]})
    assert (found.new, found.cancelled) == ((), ())


def test_a_date_that_is_lost_cancels_its_session_alone() -> None:
    found = replan(five(), slots(*TUESDAYS[:2], *TUESDAYS[3:5]), now=NOW)

    assert (kept(found), found.cancelled, found.moved, found.new) == ([1, 2, 4, 5], (3,), (), ())


def test_more_dates_are_new_sessions() -> None:
    found = replan(five(), slots(*TUESDAYS[:7]), now=NOW)

    assert (kept(found), found.new) == ([1, 2, 3, 4, 5], slots(*TUESDAYS[5:7]))


def test_another_hour_moves_each_session_on_its_own_day_also_beside_an_excluded_one() -> None:
    days = (*TUESDAYS[:2], *TUESDAYS[3:6])
    found = replan(five(), slots(*days, clock=time(15)), now=NOW)

    assert moves(found) == {1: days[0], 2: days[1], 4: days[2], 5: days[3], 3: days[4]}


def test_another_length_is_a_change_of_every_session_where_it_is() -> None:
    found = replan(five(), slots(*TUESDAYS[:5], minutes=120), now=NOW)

    assert moves(found) == {pk: TUESDAYS[pk - 1] for pk in range(1, 6)}


def test_another_weekday_moves_them_in_their_order() -> None:
    fridays = [day + timedelta(days=3) for day in TUESDAYS[:5]]
    found = replan(five(), slots(*fridays), now=NOW)

    assert moves(found) == dict(zip(range(1, 6), fridays, strict=True))


def test_what_a_hand_moved_stays_there_and_its_date_is_not_planned_again() -> None:
    sessions = five()
    sessions[2] = standing(3, slot(TUESDAYS[2]), to=slot(TUESDAYS[2] + timedelta(days=2)).starts_at)
    found = replan(sessions, slots(*TUESDAYS[:5]), now=NOW)

    assert (found.left, kept(found), found.new) == ((3,), [1, 2, 4, 5], ())


def test_what_a_hand_moved_uses_up_its_date_when_the_others_move() -> None:
    sessions = five()
    sessions[2] = standing(3, slot(TUESDAYS[2]), to=slot(date(2027, 5, 4)).starts_at)
    fridays = [day + timedelta(days=3) for day in TUESDAYS[:5]]
    found = replan(sessions, slots(*fridays), now=NOW)

    assert moves(found) == {1: fridays[0], 2: fridays[1], 4: fridays[3], 5: fridays[4]}
    assert (found.left, found.new, found.cancelled) == ((3,), (), ())


def test_what_was_held_counts_and_the_rest_is_put_off() -> None:
    later = datetime(2027, 2, 10, tzinfo=UTC)
    put_off = [day + timedelta(weeks=9) for day in TUESDAYS[:5]]
    found = replan(five(s1=True, s2=True), slots(*put_off), now=later)

    assert (found.left, moves(found)) == ((1, 2), {3: put_off[2], 4: put_off[3], 5: put_off[4]})
    assert (found.new, found.cancelled) == ((), ())


def test_a_date_in_the_past_is_not_filled() -> None:
    later = datetime(2027, 2, 10, tzinfo=UTC)
    found = replan(five()[2:], slots(*TUESDAYS[:5]), now=later)

    assert (kept(found), found.new, found.lost) == ([3, 4, 5], (), slots(*TUESDAYS[:2]))


def test_a_session_that_has_begun_is_left_even_where_nobody_said_so() -> None:
    during = slot(TUESDAYS[0]).starts_at
    found = replan(five(), slots(*(day + timedelta(days=1) for day in TUESDAYS[:5])), now=during)

    assert found.left == (1,)
    assert len(found.moved) == 4


def test_where_dates_are_short_a_fixed_session_stays_and_another_gives_way() -> None:
    sessions = five()[:3]
    sessions[2] = standing(3, slot(TUESDAYS[2]), to=slot(date(2027, 5, 4)).starts_at)
    fridays = [day + timedelta(days=3) for day in TUESDAYS[:2]]
    found = replan(sessions, slots(*fridays), now=NOW)

    assert (moves(found), found.cancelled, found.left, found.new) == ({1: fridays[0]}, (2,), (3,), ())


def test_two_fixed_sessions_at_one_date_take_it_once() -> None:
    first, second = standing(1, slot(TUESDAYS[0]), fixed=True), standing(2, slot(TUESDAYS[0]), fixed=True)
    found = replan([first, second], slots(*TUESDAYS[:3]), now=NOW)

    assert (found.left, found.new) == ((1, 2), slots(TUESDAYS[2]))


# From here on: any sessions, any dates.

DAYS = st.integers(-30, 60).map(lambda days: date(2027, 2, 1) + timedelta(days=days))
CLOCKS = st.sampled_from([time(9), HALF_PAST_ONE, time(18, 30)])


@st.composite
def sessions(draw: st.DrawFn) -> list[Standing]:
    days = draw(st.lists(DAYS, unique=True, max_size=7))
    made = []
    for pk, day in enumerate(days, start=1):
        at = slot(day, draw(CLOCKS), draw(st.sampled_from([60, 180])))
        assert at.ends_at is not None
        stood = draw(st.sampled_from([at.local, at.local, datetime.combine(draw(DAYS), draw(CLOCKS)), None]))
        made.append(Standing(pk, stood, at.starts_at, at.ends_at, fixed=draw(st.booleans())))
    return made


PLANS = st.builds(
    lambda days, clock, minutes: slots(*sorted(days), clock=clock, minutes=minutes),
    st.sets(DAYS, max_size=7),
    CLOCKS,
    st.sampled_from([60, 180]),
)


def everything(found: Replanned) -> list[int]:
    changing = [pk for pk, _at in (*found.unchanged, *found.moved)]
    return [*changing, *found.cancelled, *found.left]


def after(standing_before: Sequence[Standing], found: Replanned) -> list[Standing]:
    """Return what stands once the difference was written."""
    by_pk = {one.pk: one for one in standing_before}
    left = [by_pk[pk] for pk in found.left]
    placed = [(pk, at) for pk, at in (*found.unchanged, *found.moved)]
    placed += list(enumerate(found.new, start=100))
    return left + [Standing(pk, at.local, at.starts_at, at.ends_at or at.starts_at, fixed=False) for pk, at in placed]


@settings(max_examples=400, deadline=None)
@given(standing_before=sessions(), plan=PLANS)
def test_every_session_is_in_one_list_and_every_date_is_used_once(
    standing_before: list[Standing], plan: tuple[Occurrence, ...]
) -> None:
    found = replan(standing_before, plan, now=NOW)

    assert sorted(everything(found)) == [one.pk for one in standing_before]
    taken = [at for _pk, at in (*found.unchanged, *found.moved)] + list(found.new)
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(plan)
    assert all(at.starts_at > NOW for at in taken)


@settings(max_examples=400, deadline=None)
@given(standing_before=sessions(), plan=PLANS)
def test_fixed_and_begun_sessions_are_left_and_no_others(
    standing_before: list[Standing], plan: tuple[Occurrence, ...]
) -> None:
    found = replan(standing_before, plan, now=NOW)

    assert set(found.left) == {one.pk for one in standing_before if one.fixed or one.starts_at <= NOW}
    by_pk = {one.pk: one for one in standing_before}
    assert all((by_pk[pk].starts_at, by_pk[pk].ends_at) == (at.starts_at, at.ends_at) for pk, at in found.unchanged)
    assert not any((by_pk[pk].starts_at, by_pk[pk].ends_at) == (at.starts_at, at.ends_at) for pk, at in found.moved)


@settings(max_examples=400, deadline=None)
@given(standing_before=sessions(), plan=PLANS)
def test_a_session_at_a_date_of_the_plan_stays_unless_a_fixed_one_stands_for_it(
    standing_before: list[Standing], plan: tuple[Occurrence, ...]
) -> None:
    found = replan(standing_before, plan, now=NOW)

    stood_for = {one.slot for one in standing_before if one.pk in found.left}
    at = {(one.starts_at, one.ends_at): one.local for one in plan}
    for one in standing_before:
        local = at.get((one.starts_at, one.ends_at))
        if one.pk not in found.left and local is not None and local not in stood_for:
            assert one.pk in kept(found)


@settings(max_examples=400, deadline=None)
@given(standing_before=sessions(), plan=PLANS)
def test_planning_the_same_again_changes_nothing(standing_before: list[Standing], plan: tuple[Occurrence, ...]) -> None:
    first = replan(standing_before, plan, now=NOW)
    second = replan(after(standing_before, first), plan, now=NOW)

    assert second.changes_nothing
    assert second.left == first.left


@settings(max_examples=200, deadline=None)
@given(standing_before=sessions(), plan=PLANS, seed=st.integers(0, 999))
def test_the_order_in_which_rows_and_dates_come_does_not_matter(
    standing_before: list[Standing], plan: tuple[Occurrence, ...], seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - any order will do
    mixed_rows, mixed_plan = list(standing_before), list(plan)
    dice.shuffle(mixed_rows)
    dice.shuffle(mixed_plan)

    assert replan(mixed_rows, mixed_plan, now=NOW) == replan(standing_before, plan, now=NOW)


@settings(max_examples=200, deadline=None)
@given(standing_before=sessions(), plan=PLANS)
def test_dates_are_new_only_where_sessions_are_too_few(
    standing_before: list[Standing], plan: tuple[Occurrence, ...]
) -> None:
    found = replan(standing_before, plan, now=NOW)

    assert not (found.new and found.cancelled)
