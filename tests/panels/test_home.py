"""The home panel: exactly one next step, for everybody."""

import re
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Attendance, Poll, PollAnswer, PollOption, PulseRelease, Rsvp
from lernet_xblock.rules.authored import write
from lernet_xblock.services.pulse import GRACE
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    PLAN,
    ApplicationFactory,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post

pytestmark = pytest.mark.django_db

LINK = "https://meet.example.org/lead"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and let a test set it."""
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def session(cohort):
    session = SessionFactory(cohort=cohort, place="Gembloux", meeting_link=LINK)
    PulseFactory(session=session)
    SessionFactory(cohort=cohort, number=2, kind="closing", starts_at=session.starts_at + timedelta(days=28))
    return session


@pytest.fixture
def member(cohort):
    user = MembershipFactory(cohort=cohort).user
    CharterFactory(cohort=cohort).consents.create(user=user, at=NOW)
    return user


def html(user):
    return get(make_block(user.username, display_name="Return to work"), "home").text


def step(user):
    """Return the kind of the one step, and its text without tags."""
    page = html(user)
    found = re.findall(r'data-step="(\w+)".*?</section>', page, re.DOTALL)
    assert len(found) == 1
    inside = page.split('data-step="', 1)[1].split(">", 1)[1].split("</section>")[0]
    assert inside.count('class="lnx-button"') <= 1
    return found[0], " ".join(re.sub("<[^>]+>", " ", inside).split())


def button(user):
    """Return the address that the one button leads to."""
    inside = html(user).split('data-step="', 1)[1].split("</section>")[0]
    return re.search(r'data-panel="([^"]+)"', inside).group(1)


def test_before_opening_each_role_reads_what_it_can_do():
    learner, author, admin = UserFactory(), UserFactory(username="author1"), UserFactory(is_staff=True)
    assert step(learner)[0] == "preparation"
    assert "in preparation" in step(learner)[1]
    assert (step(author)[0], "Studio" in step(author)[1]) == ("studio", True)
    assert (step(admin)[0], button(admin)) == ("open", "opening")


def test_who_is_not_enrolled_is_told_so(member):
    member.is_active = False
    member.save()
    assert step(member)[0] == "outside"
    assert "Next session" not in html(member)


def test_who_may_apply_is_led_to_the_application():
    NetworkFactory()
    user = UserFactory()
    assert step(user) == (
        "apply",
        "Would you like to take part? Applications close on Friday 8 January 2027. Read more and apply",
    )
    assert button(user) == "join"


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        ("submitted", "applied", "You will hear by Friday 15 January 2027."),
        ("waitlisted", "waiting", "You are number 1 on the waiting list."),
        ("invited", "invited", "You were put forward by the organiser."),
        ("withdrawn", "apply", "Would you like to take part?"),
    ],
)
def test_applicant_reads_where_the_application_stands(state, kind, said):
    user = ApplicationFactory(network=NetworkFactory(), state=state, queued_at=NOW).user
    found = step(user)
    assert (found[0], said in found[1]) == (kind, True)
    assert button(user) == "join"


@pytest.mark.parametrize("state", ["submitted", "waitlisted"])
def test_after_the_decision_date_no_past_day_is_promised(at, state):
    user = ApplicationFactory(network=NetworkFactory(), state=state, queued_at=NOW).user
    sentence = "The groups are not formed yet. You will hear as soon as they are."
    at(NOW.replace(year=2027, month=1, day=15, hour=22))
    assert sentence not in step(user)[1]
    at(NOW.replace(year=2027, month=1, day=15, hour=23))  # midnight in Brussels
    said = step(user)[1]
    assert sentence in said
    assert "You will hear by" not in said
    assert "formed then" not in said


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        (NOW.replace(year=2026, month=11, day=20), "early"),
        (NOW.replace(year=2027, month=1, day=20), "closed"),
    ],
)
def test_outside_the_window_it_says_so(at, moment, kind):
    NetworkFactory()
    at(moment)
    assert step(UserFactory())[0] == kind


def test_applicant_sees_the_line_of_the_settings():
    NetworkFactory()
    page = html(UserFactory())
    line = page.split('class="lnx-line"', 1)[1].split("</ol>")[0]
    assert re.findall(r'data-state="(\w+)"', line) == ["planned"] * 5
    assert ("Tue 2 Feb" in line, "Launch" in line, "Closing" in line) == (True, True, True)


def test_without_a_place_the_started_groups_are_not_shown(cohort, session):
    user = ApplicationFactory(network=cohort.network, state="submitted").user
    assert step(user)[0] == "without_place"
    assert "Gembloux" not in html(user)


def test_member_goes_through_the_steps_in_order(cohort, session, at):
    user = MembershipFactory(cohort=cohort).user
    charter = CharterFactory(cohort=cohort)
    assert (step(user)[0], button(user)) == ("accept", "group")
    charter.consents.create(user=user, at=NOW)
    assert (step(user)[0], button(user)) == ("case", "cases")
    case = CaseFactory(cohort=cohort, owner=user, state="draft")
    assert (step(user)[0], button(user)) == ("draft", "cases")
    case.state = "shared"
    case.save()
    assert (step(user)[0], button(user)) == ("ready", "cases")
    at(session.starts_at - timedelta(minutes=15))
    assert step(user)[0] == "session"
    at(session.ends_at)
    assert (step(user)[0], button(user)) == ("pulse", f"results?pulse={session.key}")
    session.pulse.receipts.create(user=user, on=NOW.date())
    assert (step(user)[0], "from Friday 5 February 2027 on" in step(user)[1]) == ("answered", True)
    at(session.pulse.closes_at + timedelta(seconds=1))
    assert step(user)[0] == "ready"
    at(session.ends_at + timedelta(days=60))
    assert (step(user)[0], button(user)) == ("finished", "results")


def test_link_leads_out_safely_and_names_its_host(member, session, at):
    assert LINK not in html(member)
    at(session.starts_at)
    assert "Your session has begun." in step(member)[1]
    links = re.findall(r"<a [^>]*meet\.example\.org/lead[^>]*>([^<]*)</a>", html(member))
    assert [words.strip() for words in links] == ["Join at meet.example.org"]
    link = re.search(r"<a [^>]*meet\.example\.org/lead[^>]*>", html(member)).group()
    assert 'target="_blank"' in link
    assert 'rel="noopener noreferrer nofollow"' in link


def test_link_stands_below_while_another_step_comes_first(cohort, session, at):
    at(session.starts_at)
    CharterFactory(cohort=cohort)
    user = MembershipFactory(cohort=cohort).user
    assert step(user)[0] == "accept"
    assert html(user).count(LINK) == 1


def test_unanswered_pulse_is_forgotten_after_72_hours(member, session, at):
    at(session.pulse.closes_at + timedelta(seconds=1))
    assert step(member)[0] == "case"


def test_next_session_stands_in_the_person_s_zone_and_the_group_s(session, cohort, monkeypatch):
    monkeypatch.setattr("lernet_xblock.host.workbench.zones", lambda: {"traveller": "Africa/Kigali"})
    user = MembershipFactory(cohort=cohort, user__username="traveller").user
    page = html(user)
    assert "Tuesday 2 February 2027, 14:30–17:30 (Kigali)" in page
    assert "Where the group meets, that is Tuesday 2 February 2027, 13:30–16:30 (Brussels)." in page


def test_network_s_clock_is_not_repeated_where_it_is_the_same(session, member):
    page = html(member)
    assert "Tuesday 2 February 2027, 13:30–16:30 (Brussels)" in page
    assert "Where the group meets" not in page


def test_line_tells_what_is_over_and_what_comes(member, session, at):
    at(session.ends_at)
    line = html(member).split('class="lnx-line"', 1)[1].split("</ol>")[0]
    assert re.findall(r'data-state="(\w+)"', line) == ["past", "next"]
    assert re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", line.split(">", 1)[1])).split() == [
        "Tue",
        "2",
        "Feb",
        "Launch",
        "over",
        "Tue",
        "2",
        "Mar",
        "Closing",
        "next",
    ]


def test_who_to_ask_is_named(member, cohort, session):
    FacilitationFactory(cohort=cohort, user__first_name="Filip", user__last_name="Maes")
    page = html(member)
    assert "Filip Maes" in page
    assert "desk@example.org" in page


def test_facilitator_is_asked_for_attendance_then_place_then_results_then_to_check(cohort, at):
    user = FacilitationFactory(cohort=cohort).user
    past = SessionFactory(cohort=cohort)
    coming = SessionFactory(cohort=cohort, number=2, starts_at=past.starts_at + timedelta(days=28))
    pulse = PulseFactory(session=past)
    at(pulse.closes_at + timedelta(hours=1))
    PulseRelease.objects.create(
        pulse=pulse,
        released_at=pulse.closes_at,
        answered=5,
        asked=10,
        withheld=False,
        payload={},
    )
    assert (step(user)[0], button(user)) == ("attendance", f"attendance?session={past.key}")
    one = MembershipFactory(cohort=cohort).user
    Attendance.objects.create(session=past, user=one, state="present", at=past.ends_at)
    assert (step(user)[0], button(user)) == ("where", f"sessions?cohort={cohort.key}")
    coming.meeting_link = LINK
    coming.save()
    assert (step(user)[0], button(user)) == ("results", "results")
    at(pulse.closes_at + timedelta(days=8))
    assert (step(user)[0], button(user)) == ("check", f"sessions?cohort={cohort.key}")
    at(coming.starts_at)
    assert (step(user)[0], "The session of your group has begun." in step(user)[1]) == ("session", True)
    at(coming.ends_at)
    assert (step(user)[0], button(user)) == ("attendance", f"attendance?session={coming.key}")
    at(coming.ends_at + timedelta(days=14, seconds=1))
    assert step(user)[0] == "finished"


def test_a_member_is_asked_for_dates_and_whether_they_come(member, cohort, session, at):
    poll = Poll.objects.create(cohort=cohort, time_zone="Europe/Brussels", made_at=NOW)
    option = PollOption.objects.create(poll=poll, local_date=date(2027, 1, 5), local_time=time(9))
    assert (step(member)[0], button(member)) == ("poll", "poll")
    PollAnswer.objects.create(option=option, user=UserFactory(), answer="yes", at=NOW)
    assert step(member)[0] == "poll"
    PollAnswer.objects.create(option=option, user=member, answer="no", at=NOW)
    assert step(member)[0] == "case"
    at(session.starts_at - timedelta(days=7, seconds=1))
    assert step(member)[0] == "case"
    at(session.starts_at - timedelta(days=7))
    assert (step(member)[0], button(member)) == ("rsvp", "sessions")
    Rsvp.objects.create(session=session, user=member, answer="coming", at=NOW)
    assert step(member)[0] == "case"


def test_who_was_not_there_is_not_asked_how_it_was(member, cohort, session, at):
    CaseFactory(cohort=cohort, owner=member)
    at(session.ends_at)
    assert step(member)[0] == "pulse"
    Attendance.objects.create(session=session, user=member, state="excused", at=session.ends_at)
    assert step(member)[0] != "pulse"


def test_who_comes_by_first_after_an_evaluation_publishes_it(member, cohort, session, at):
    people = (member, FacilitationFactory(cohort=cohort).user, UserFactory(is_staff=True))
    CaseFactory(cohort=cohort, owner=member)
    at(session.pulse.closes_at + GRACE)
    assert not any("data-auto" in html(user) for user in people)
    at(session.pulse.closes_at + GRACE + timedelta(seconds=1))
    assert all('data-action="pulse.release" data-auto' in html(user) for user in people)
    assert "data-auto" not in html(UserFactory())
    response = post(make_block(member.username), "pulse.release", at="home")
    assert (response.status_int, 'data-address="home"' in response.text) == (200, True)
    assert PulseRelease.objects.get().pulse == session.pulse
    assert not any("data-auto" in html(user) for user in people)


def test_member_hears_of_the_results_unless_they_are_withheld(member, cohort, session, at):
    CaseFactory(cohort=cohort, owner=member)
    at(session.pulse.closes_at + timedelta(hours=1))
    told = {"released_at": session.pulse.closes_at, "answered": 5, "asked": 10, "payload": {}}
    release = PulseRelease.objects.create(pulse=session.pulse, withheld=False, **told)
    said = "The results of the session on Tuesday 2 February 2027 are there."
    assert (step(member)[0], said in step(member)[1], button(member)) == ("results", True, "results")
    release.withheld = True
    release.save()
    assert step(member)[0] == "ready"


def test_evaluation_of_a_session_that_was_cancelled_is_not_published(member, session, at):
    session.number, session.cancelled_at = None, NOW
    session.state = "cancelled"
    session.save()
    at(session.pulse.closes_at + timedelta(days=1))
    assert "data-auto" not in html(member)


def test_admin_is_asked_to_form_the_groups():
    network = NetworkFactory()
    admin = UserFactory(is_staff=True)
    assert (step(admin)[0], button(admin)) == ("empty", "cohorts")
    ApplicationFactory.create_batch(9, network=network)
    assert step(admin)[0] == "few"
    ApplicationFactory.create_batch(18, network=network)
    assert step(admin) == (
        "form",
        "27 people applied. Form the groups when you have everybody. Form the groups",
    )
    assert button(admin) == "cohorts"


def test_admin_of_running_groups_gives_each_a_facilitator_then_sees_the_dates(cohort, session):
    admin = UserFactory(is_staff=True)
    assert (step(admin)[0], button(admin)) == ("guide", "cohorts")
    FacilitationFactory(cohort=cohort)
    assert (step(admin)[0], button(admin)) == ("dates", "plan")


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_pause_and_cancellation_are_said_to_everybody(member, cohort, session, state):
    cohort.network.state = state
    cohort.network.paused_until = NOW.date() if state == "paused" else None
    cohort.network.save()
    for user in (member, UserFactory(), UserFactory(is_staff=True)):
        assert step(user)[0] == state


def test_who_looks_as_a_member_reads_neither_link_nor_pulse_nor_cases(member, session, at, monkeypatch):
    at(session.ends_at)
    assert step(member)[0] == "pulse"
    seen = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(seen(*given), masquerading=True))
    assert (step(member)[0], button(member)) == ("ready", "sessions")
    at(session.starts_at)
    assert LINK not in html(member)


def test_nothing_of_another_group_is_on_home(member, cohort, session):
    other = CohortFactory(network=cohort.network, number=2, name="Canaries")
    SessionFactory(cohort=other, place="Secret room", starts_at=session.starts_at - timedelta(days=1))
    theirs = MembershipFactory(cohort=other).user
    FacilitationFactory(cohort=other, user__first_name="Greta", user__last_name="Other")
    for word in ("Canaries", "Secret room", "Greta Other"):
        assert word in html(theirs)
        assert word not in html(member)


def test_what_people_wrote_is_text(cohort):
    network = cohort.network
    network.authored = write(replace(PLAN, title="<b>x</b>", support_contact="<script>alert(1)</script>"))
    network.save()
    SessionFactory(cohort=cohort, place="<img src=x>")
    page = html(MembershipFactory(cohort=cohort).user)
    assert "&lt;img src=x&gt;" in page
    for raw in ("<img", "<script>alert", "<b>x</b>"):
        assert raw not in page


@pytest.mark.parametrize("people", [3, 30, 300])
def test_home_costs_at_most_eight_queries_of_ours(cohort, session, people):
    for _number in range(people):
        user = MembershipFactory(cohort=cohort).user
        CaseFactory(cohort=cohort, owner=user)
        ApplicationFactory(network=cohort.network, user=user, state="member")
    guide = FacilitationFactory(cohort=cohort).user
    for reader in (user, guide, UserFactory(is_staff=True), UserFactory()):
        with CaptureQueriesContext(connection) as seen:
            assert make_block(reader.username).render("student_view").body_html()
        ours = [query["sql"] for query in seen.captured_queries if "lernet_xblock" in query["sql"]]
        assert len(ours) <= 7
        assert len(seen.captured_queries) <= 9
