"""The cap: four in a cycle, the oldest reminder drops first, and what is urgent is no part of it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.message_cap import MOST_IN_A_CYCLE, Waiting, cycle_began, dropped

NOW = datetime(2027, 1, 26, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
KINDS = ("reminder_7d", "reminder_1d", "reminder_1h", "please_answer", "poll_asked", "plan_made", "plan_changed")


def line(*kinds):
    return [Waiting(number, kind, NOW + number * HOUR) for number, kind in enumerate(kinds)]


def keys(found):
    return [one.key for one in found]


def test_four_fit():
    assert dropped(line("plan_made", "poll_asked", "reminder_7d", "reminder_1d"), sent=0) == ()
    assert dropped(line("reminder_1d"), sent=3) == ()


def test_the_oldest_reminder_drops_first():
    waiting = line("plan_made", "reminder_7d", "please_answer", "reminder_1d", "reminder_1h")
    assert keys(dropped(waiting, sent=0)) == [1]
    assert keys(dropped(waiting, sent=1)) == [1, 3]
    assert keys(dropped(waiting, sent=2)) == [1, 3, 4]


def test_then_being_asked_again_then_the_poll_then_the_first_dates():
    waiting = line("plan_made", "poll_asked", "please_answer", "reminder_7d")
    assert keys(dropped(waiting, sent=4)) == [3, 2, 1, 0]


def test_of_two_networks_the_older_reminder_drops():
    waiting = [Waiting("b", "reminder_1h", NOW), Waiting("a", "reminder_7d", NOW + HOUR)]
    assert keys(dropped(waiting, sent=3)) == ["b"]


WAITING = st.lists(
    st.builds(
        Waiting,
        key=st.integers(0, 10_000),
        kind=st.sampled_from(KINDS),
        send_at=st.integers(-50, 50).map(lambda hours: NOW + hours * HOUR),
        urgent=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.key,
)


@given(WAITING, st.integers(0, 6), st.randoms())
def test_never_more_than_four_and_nothing_lost_in_vain(waiting, sent, chance):
    gone = dropped(waiting, sent=sent)
    countable = [one for one in waiting if not one.urgent]
    kept = len(countable) - len(gone)
    assert kept == min(len(countable), max(0, MOST_IN_A_CYCLE - sent))
    assert not any(one.urgent for one in gone)
    assert dropped([one for one in waiting if not one.urgent], sent=sent) == gone
    shuffled = list(waiting)
    chance.shuffle(shuffled)
    assert dropped(shuffled, sent=sent) == gone


@given(WAITING, st.integers(0, 6))
def test_no_reminder_is_kept_that_is_older_than_a_dropped_one(waiting, sent):
    gone = set(dropped(waiting, sent=sent))
    reminders = [one for one in waiting if one.kind.startswith("reminder") and not one.urgent]
    kept = [one.send_at for one in reminders if one not in gone]
    lost = [one.send_at for one in reminders if one in gone]
    assert not kept or not lost or max(lost) <= min(kept)


def test_a_cycle_begins_at_the_last_end():
    ends = [NOW - 3 * HOUR, NOW - HOUR, NOW + HOUR]
    assert cycle_began(ends, now=NOW, joined=NOW - 9 * HOUR) == NOW - HOUR
    assert cycle_began([NOW], now=NOW, joined=None) == NOW


def test_before_the_first_session_it_begins_with_joining():
    assert cycle_began([NOW + HOUR], now=NOW, joined=NOW - 9 * HOUR) == NOW - 9 * HOUR
    assert cycle_began([], now=NOW, joined=None) is None
