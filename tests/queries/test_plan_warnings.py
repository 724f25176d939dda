# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
"""What is worth knowing of one date."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from lernet_xblock.queries.plan_warnings import Bounds, Caution, Elsewhere, cautions, elsewhere_of, is_soon
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.zones import to_utc, zone
from tests.factories import NOW, PLAN, CohortFactory, MembershipFactory, NetworkFactory, SessionFactory

NOTHING = Bounds(None, None, None)


def at(local, minutes=180):
    starts_at = to_utc(local, zone("Europe/Brussels"))
    return Occurrence(local, starts_at, starts_at + timedelta(minutes=minutes))


def told(local, bounds=NOTHING, elsewhere=()):
    return [one.code for one in cautions(at(local), PLAN, bounds, elsewhere, now=NOW)]


def test_an_ordinary_date_needs_no_word():
    assert told(datetime(2027, 3, 30, 13, 30)) == []


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2027, 2, 1), ["before_course"]),
        (date(2027, 2, 2), []),
        (date(2027, 5, 25), []),
        (date(2027, 5, 26), ["after_network"]),
        (date(2027, 6, 1), ["after_course", "after_network"]),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_course(day, codes):
    bounds = Bounds(date(2027, 2, 2), date(2027, 5, 31), date(2027, 5, 25))
    assert told(datetime.combine(day, time(13, 30)), bounds) == codes


def test_48_hours_before_it_is_soon():
    assert [is_soon(NOW + timedelta(hours=hours), NOW) for hours in (-1, 0, 1, 47, 48)] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_sessions_that_only_touch_do_not_overlap():
    begins = datetime(2027, 3, 30, 11, 30, tzinfo=UTC)
    three = timedelta(hours=3)
    spans = [
        (begins - three, begins),
        (begins + three, begins + 2 * three),
        (begins + timedelta(hours=2), begins + three),
    ]
    elsewhere = [Elsewhere(f"{nth}", *span, people=2) for nth, span in enumerate(spans)]
    found = cautions(at(datetime(2027, 3, 30, 13, 30)), PLAN, NOTHING, elsewhere, now=NOW)
    assert found == (Caution("elsewhere", {"people": 2, "where": "2"}),)


def test_a_zone_of_its_own_decides_what_the_clock_does():
    utc = replace(PLAN, time_zone="UTC")
    gap = at(datetime(2027, 3, 28, 2, 30))
    assert [one.code for one in cautions(gap, PLAN, NOTHING, (), now=NOW)] == [
        "session_on_holiday",
        "session_in_clock_gap",
    ]
    assert [one.code for one in cautions(gap, utc, NOTHING, (), now=NOW)] == ["session_on_holiday"]


@pytest.mark.django_db
def test_without_new_dates_nobody_is_looked_up(django_assert_num_queries):
    cohort = CohortFactory()
    with django_assert_num_queries(0):
        assert elsewhere_of(cohort, ()) == ()


@pytest.mark.django_db
def test_who_left_and_whoever_is_in_a_group_no_more_counts_no_more():
    cohort = CohortFactory(number=1)
    other = CohortFactory(network=NetworkFactory(usage_id="lernet.d0.u1"), number=1)
    user = MembershipFactory(cohort=cohort).user
    gone = MembershipFactory(cohort=other, user=user, active=None, left_at=NOW, end="left")
    SessionFactory(cohort=other, starts_at=datetime(2027, 3, 30, 12, 0, tzinfo=UTC))
    dates = [at(datetime(2027, 3, 30, 13, 30))]
    assert elsewhere_of(cohort, dates) == ()
    gone.active, gone.left_at, gone.end = True, None, ""
    gone.save()
    assert [one.people for one in elsewhere_of(cohort, dates)] == [1]
