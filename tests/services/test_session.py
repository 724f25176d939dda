"""Planning the sessions of a cohort, and saying where they are held."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Pulse, Session
from lernet_xblock.rules.zones import tz_version
from lernet_xblock.services.session import (
    EDITED,
    AlreadyPlanned,
    SessionOverlap,
    edit_session,
    plan_all_sessions,
    plan_sessions,
)
from tests.factories import NOW, PLAN, CohortFactory, NetworkFactory, SessionFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


def plan(cohort, admin, **changes):
    return committed(lambda: plan_sessions(cohort, settings=replace(PLAN, **changes), by=admin.pk, now=NOW))


def test_sessions_keep_the_wall_clock_across_the_clock_change(cohort, admin):
    sessions = plan(cohort, admin)
    assert [session.starts_at for session in sessions] == [
        datetime(2027, 2, 2, 12, 30, tzinfo=UTC),
        datetime(2027, 3, 2, 12, 30, tzinfo=UTC),
        datetime(2027, 3, 30, 11, 30, tzinfo=UTC),
        datetime(2027, 4, 27, 11, 30, tzinfo=UTC),
        datetime(2027, 5, 25, 11, 30, tzinfo=UTC),
    ]
    assert {(session.local_time, session.time_zone) for session in sessions} == {(time(13, 30), "Europe/Brussels")}
    assert {session.ends_at - session.starts_at for session in sessions} == {timedelta(minutes=180)}
    assert {session.zone_data_version for session in sessions} == {tz_version()}


def test_first_is_the_launch_and_last_the_closing(cohort, admin):
    sessions = plan(cohort, admin)
    assert [session.number for session in sessions] == [1, 2, 3, 4, 5]
    assert [session.kind for session in sessions] == ["launch", "regular", "regular", "regular", "closing"]


def test_every_session_gets_a_pulse_of_72_hours_from_its_end(cohort, admin):
    sessions = plan(cohort, admin)
    windows = Pulse.objects.order_by("opens_at").values_list("session_id", "opens_at", "closes_at")
    assert list(windows) == [
        (session.pk, session.ends_at, session.ends_at + timedelta(hours=72)) for session in sessions
    ]


def test_place_and_link_come_from_the_settings(cohort, admin):
    sessions = plan(cohort, admin)
    assert {(session.place, session.meeting_link) for session in sessions} == {
        ("Rue du Moulin 4, Gembloux", "https://meet.example.org/lead"),
    }
    assert {session.changed_by_id for session in sessions} == {admin.pk}


def test_imported_place_and_link_that_no_column_takes_are_cut_or_left_out(cohort, admin):
    sessions = plan(cohort, admin, place="x" * 900, meeting_link="javascript:alert(1)")
    assert {(len(session.place), session.meeting_link) for session in sessions} == {(200, "")}


def test_planning_twice_doubles_nothing(cohort, admin):
    plan(cohort, admin)
    with pytest.raises(AlreadyPlanned):
        plan(cohort, admin)
    assert Session.objects.filter(cohort=cohort).count() == 5


def test_cohorts_are_planned_apart(cohort, admin):
    plan(cohort, admin)
    plan(CohortFactory(network=cohort.network), admin)
    assert Session.objects.count() == 10


def test_shifted_cohort_meets_on_its_own_wall_clock(admin):
    cohort = CohortFactory(shift_days=1, shift_minutes=-60)
    first = plan(cohort, admin)[0]
    assert (first.local_date, first.local_time) == (date(2027, 2, 3), time(12, 30))
    assert first.starts_at == datetime(2027, 2, 3, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({"frequency": "weekly", "interval": 1, "session_count": 3}, ["2027-02-02", "2027-02-09", "2027-02-16"]),
        ({"frequency": "monthly", "interval": 1, "session_count": 3}, ["2027-02-02", "2027-03-02", "2027-04-06"]),
        (
            {"frequency": "monthly_last", "interval": 1, "session_count": 3, "first_date": date(2027, 2, 23)},
            ["2027-02-23", "2027-03-30", "2027-04-27"],
        ),
        (
            {
                "frequency": "dates",
                "session_count": 3,
                "first_date": date(2027, 2, 2),
                "listed_dates": (date(2027, 3, 11), date(2027, 2, 2), date(2027, 5, 4)),
            },
            ["2027-02-02", "2027-03-11", "2027-05-04"],
        ),
    ],
)
def test_every_frequency_gives_its_dates(cohort, admin, changes, days):
    assert [str(session.local_date) for session in plan(cohort, admin, **changes)] == days


def test_overlapping_sessions_are_refused_and_none_is_kept(cohort, admin):
    # Only a row of an import can say this: 25 hours, and a session every day.
    days = tuple(date(2027, 2, day) for day in (2, 3, 4))
    with pytest.raises(SessionOverlap):
        plan(cohort, admin, frequency="dates", listed_dates=days, session_count=3, session_minutes=1440 + 60)
    assert not Session.objects.exists()


def test_rule_without_sessions_is_refused_in_a_sentence(cohort, admin):
    with pytest.raises(RuleViolation) as refused:
        plan(cohort, admin, frequency="dates", listed_dates=(date(2027, 2, 2),), session_count=1)
    assert refused.value.sentence == "A network has at least 3 sessions: the launch, one in between and the closing."


def test_wall_clock_that_does_not_exist_is_planned_all_the_same(cohort, admin):
    days = (date(2027, 3, 28), date(2027, 4, 4), date(2027, 4, 11))
    first = plan(
        cohort,
        admin,
        frequency="dates",
        listed_dates=days,
        first_date=days[0],
        session_count=3,
        session_time=time(2, 30),
    )[0]
    assert (first.local_time, first.starts_at) == (time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))


def edit(session, **changes):
    words = {"place": "Zaal 3", "meeting_link": "https://meet.example.org/new"}
    words |= {name: changes.pop(name) for name in EDITED if name in changes}
    values = {"words": words, "opened_version": 1, "by": UserFactory().pk, "now": NOW, **changes}
    return committed(lambda: edit_session(session, **values))


def test_subject_and_notes_are_kept_and_what_is_not_named_stays(cohort):
    session = SessionFactory(cohort=cohort, place="Zaal 1")
    values = {"opened_version": 1, "by": UserFactory().pk, "now": NOW}
    committed(lambda: edit_session(session, words={"title": "Coming back", "notes": "Bring the plan"}, **values))
    session.refresh_from_db()
    assert (session.title, session.notes, session.place) == ("Coming back", "Bring the plan", "Zaal 1")
    assert (session.version, session.sequence) == (2, 1)


def test_visible_change_raises_version_and_sequence_and_says_who(cohort):
    by = UserFactory()
    edited = edit(SessionFactory(cohort=cohort), by=by.pk, now=NOW + timedelta(hours=1))
    edited.refresh_from_db()
    assert (edited.place, edited.meeting_link) == ("Zaal 3", "https://meet.example.org/new")
    assert (edited.version, edited.sequence) == (2, 1)
    assert (edited.changed_by, edited.changed_at) == (by, NOW + timedelta(hours=1))
    assert list(AuditEntry.objects.values_list("verb", "subject")) == [("session.edit", edited.key)]


def test_saving_the_same_words_changes_nothing(cohort):
    session = SessionFactory(cohort=cohort, place="Zaal 3", meeting_link="https://meet.example.org/new")
    edit(session)
    session.refresh_from_db()
    assert (session.version, session.sequence, session.changed_by) == (1, 0, None)
    assert not AuditEntry.objects.exists()


def test_second_editor_reads_what_the_first_stored(cohort):
    session = SessionFactory(cohort=cohort)
    first = UserFactory()
    edit(session, place="Zaal 1", by=first.pk)
    with pytest.raises(StaleVersion) as stale:
        edit(session, place="Zaal 2")
    assert (stale.value.version, stale.value.by_id, stale.value.theirs) == (2, first.pk, {"place": "Zaal 1"})
    session.refresh_from_db()
    assert session.place == "Zaal 1"


@pytest.mark.parametrize(
    "link",
    [
        "http://meet.example.org",
        "javascript:alert(1)",
        "https://",
        "meet.example.org",
        "https://a:b@meet.example.org",
        "https://meet.example.org/a b",
    ],
)
def test_link_that_is_not_https_is_refused_at_its_field(cohort, link):
    session = SessionFactory(cohort=cohort)
    with pytest.raises(RuleViolation) as refused:
        edit(session, meeting_link=link)
    assert refused.value.field == "meeting_link"
    session.refresh_from_db()
    assert session.meeting_link == ""


def test_session_that_is_over_stays_as_it_was(cohort):
    session = SessionFactory(cohort=cohort)
    with pytest.raises(RuleViolation):
        edit(session, now=session.ends_at)


def test_cancelled_session_has_no_place_to_set(cohort):
    with pytest.raises(RuleViolation):
        edit(SessionFactory(cohort=cohort, state="cancelled"))


def test_many_cohorts_are_planned_at_once_each_on_its_own_shift(admin):
    network = NetworkFactory()
    cohorts = [CohortFactory(network=network, shift_days=days) for days in (0, 1, 0)]
    committed(lambda: plan_all_sessions(cohorts, settings=PLAN, by=admin.pk, now=NOW))
    launches = Session.objects.filter(kind="launch").order_by("cohort_id").values_list("local_date", flat=True)
    assert list(launches) == [date(2027, 2, 2), date(2027, 2, 3), date(2027, 2, 2)]
    assert Session.objects.count() == Pulse.objects.count() == 15
    lines = AuditEntry.objects.filter(network=network, verb="sessions.plan").values_list("subject", "actor_id")
    assert set(lines) == {(cohort.key, admin.pk) for cohort in cohorts}


def test_one_planned_cohort_among_many_is_not_planned_again(admin):
    network = NetworkFactory()
    cohorts = CohortFactory.create_batch(3, network=network)
    SessionFactory(cohort=cohorts[2])
    with pytest.raises(AlreadyPlanned):
        committed(lambda: plan_all_sessions(cohorts, settings=PLAN, by=admin.pk, now=NOW))
    assert Session.objects.count() == 1
