"""Several people change the sessions of one group at the same moment."""

import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from django.db import transaction

from lernet_xblock.errors import StaleVersion
from lernet_xblock.models import AuditEntry, Message, Session
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.rules.zones import to_utc, zone
from lernet_xblock.services.pulse import release_due
from lernet_xblock.services.session_cancel import drop_session, replace_session
from lernet_xblock.services.session_held import declare_not_held
from lernet_xblock.services.session_move import move_session
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import UserFactory
from tests.services.planned import MARCH_18, fresh, nth, planned_cohort, staffed

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

APRIL = datetime(2027, 4, 5, 9, 0)  # noqa: DTZ001 - a time on the wall
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def cohort():
    cohort = planned_cohort()
    staffed(cohort)
    return cohort


@pytest.fixture
def admins():
    return [UserFactory(is_staff=True).pk for _number in range(PROCESSES)]


def move_to(pk, local, by, version):
    attempt(
        lambda: move_session(
            Session.objects.get(pk=pk),
            local=local,
            duration_minutes=180,
            reason="",
            known=False,
            opened_version=version,
            by=by,
            now=MARCH_18,
        )
    )
    return "moved"


def at_one_time(cohort):
    """Return pairs of sessions that take place and overlap."""
    rows = Session.objects.filter(cohort=cohort, state="planned")
    return [(a, b) for a, b in combinations(rows, 2) if a.starts_at < b.ends_at and b.starts_at < a.ends_at]


def test_of_eight_who_move_one_session_one_wins_and_the_others_read_who_and_when(cohort, admins):
    third = nth(cohort, 3)

    def act(order):
        by, local = order
        try:
            return move_to(third.pk, local, by, 1)
        except StaleVersion as stale:
            return f"stale {stale.by_id} {stale.at == MARCH_18} {stale.theirs['date']}"

    orders = [(by, APRIL + nth * DAY) for nth, by in enumerate(admins)]
    outcomes = all_at_once(act, orders)
    row = fresh(third)
    told = f"stale {row.changed_by_id} True {row.local_date.isoformat()}"
    assert Counter(how for _who, how in outcomes) == {"moved": 1, told: PROCESSES - 1}
    assert (row.sequence, row.version, row.pulse.opens_at) == (1, 2, row.ends_at)
    told = Message.objects.filter(kind="session_moved").values_list("user_id", flat=True)
    assert (len(told), len(set(told)), Message.objects.count()) == (5, 5, 5)
    assert AuditEntry.objects.filter(verb="session.move").count() == 1


def test_without_the_version_the_last_one_overwrites_in_silence(cohort, admins):
    """Guards the test above: reading first and writing what one has then tells eight people eight times."""
    third = nth(cohort, 3)

    def naively(order):
        with transaction.atomic():
            row = Session.objects.get(pk=third.pk)
            if row.version != 1:
                return "stale"
            # Long enough that all eight have looked before anybody writes, also on a busy machine.
            time.sleep(1)
            row.local_date, row.version = order[1].date(), row.version + 1
            row.save(update_fields=["local_date", "version"])
        return "moved"

    outcomes = all_at_once(naively, [(by, APRIL + nth * DAY) for nth, by in enumerate(admins)])
    assert Counter(how for _who, how in outcomes)["moved"] > 1


@pytest.mark.parametrize("way", [drop_session, replace_session])
def test_moved_or_cancelled_and_never_both(cohort, admins, way):
    third = nth(cohort, 3)
    more = {"local": APRIL + 14 * DAY, "duration_minutes": 180} if way is replace_session else {}

    def act(order):
        number, by = order
        if number % 2:
            return move_to(third.pk, APRIL + number * DAY, by, 1)
        given = {"reason": "Flood", "known": False, "opened_version": 1, "by": by, "now": MARCH_18, **more}
        attempt(lambda: way(Session.objects.get(pk=third.pk), **given))
        return "cancelled"

    outcomes = Counter(how for _who, how in all_at_once(act, list(enumerate(admins))))
    row = fresh(third)
    won = "cancelled" if row.state == "cancelled" else "moved"
    assert outcomes == {won: 1, "StaleVersion": PROCESSES - 1}
    assert (row.sequence, row.moved_by_hand) == (1, won == "moved")
    assert Message.objects.values("kind").distinct().count() == 1
    assert Message.objects.count() == 5
    live = Session.objects.filter(cohort=cohort).exclude(state="cancelled").order_by("starts_at")
    assert [one.number for one in live] == list(range(1, live.count() + 1))


def test_two_sessions_never_land_at_overlapping_times(cohort, admins):
    second, third, fourth = (nth(cohort, number) for number in (2, 3, 4))
    Session.objects.filter(pk=second.pk).update(starts_at=MARCH_18 + 5 * DAY, ends_at=MARCH_18 + 5 * DAY + 3 * HOUR)
    orders = [
        ((second.pk, third.pk, fourth.pk)[number % 3], APRIL + number * timedelta(minutes=20), by)
        for number, by in enumerate(admins)
    ]
    outcomes = Counter(how for _who, how in all_at_once(lambda order: move_to(order[0], order[1], order[2], 1), orders))
    assert outcomes["moved"] == 1
    assert set(outcomes) <= {"moved", "SessionMisfit", "StaleVersion"}
    assert at_one_time(cohort) == []


def test_without_the_cohort_s_lock_sessions_land_on_each_other(cohort, admins):
    """Guards the test above: looking at the others first and moving then lets several sessions into one hour."""
    rows = [nth(cohort, number) for number in (2, 3, 4)]

    def naively(order):
        pk, local = order
        starts_at = to_utc(local, zone("Europe/Brussels"))
        ends_at = starts_at + 3 * HOUR
        with transaction.atomic():
            others = Session.objects.filter(cohort=cohort).exclude(pk=pk)
            if others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
                return "overlap"
            # Long enough that all have looked before anybody moves, also on a busy machine.
            time.sleep(1)
            Session.objects.filter(pk=pk).update(starts_at=starts_at, ends_at=ends_at)
        return "moved"

    all_at_once(naively, [(row.pk, APRIL + number * HOUR) for number, row in enumerate(rows)])
    assert at_one_time(cohort)


def test_results_are_published_or_the_session_was_not_held_and_never_both(cohort, admins):
    third = nth(cohort, 3)
    moment = third.pulse.closes_at

    def act(order):
        number, by = order
        row = Session.objects.get(pk=third.pk)
        if number % 2:
            # A clock that is ahead, on another server.
            done = attempt(lambda: release_due(row.pulse, now=moment + HOUR))
            return "published" if done else "nothing"
        given = {"reason": "Snow", "opened_version": 1, "by": by, "now": moment}
        attempt(lambda: declare_not_held(row, **given))
        return "not held"

    outcomes = Counter(how for _who, how in all_at_once(act, list(enumerate(admins))))
    published = hasattr(fresh(third).pulse, "release")
    assert (fresh(third).state == "not_held") is not published
    assert outcomes["not held"] == int(not published)
    assert set(outcomes) <= {"published", "nothing", "not held", "RuleViolation", "StaleVersion"}
