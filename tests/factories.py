"""Rows that stand where a test begins."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import factory
from django.contrib.auth import get_user_model

from lernet_xblock import models
from lernet_xblock.rules.authored import write
from lernet_xblock.rules.network_settings import Settings

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
COURSE, USAGE = "course-v1:Workbench+LERNET+dev", "lernet.d0.u0"

# Scenario "shift leads": five Tuesdays across the clock change of 28 March 2027.
PLAN = Settings(
    title="Return to work",
    goal="Shift leaders can prepare and hold a return-to-work talk, and plan a lighter shift.",
    audience="Shift leaders in the food industry",
    tags=("supervision", "reintegration"),
    minimum_size=10,
    maximum_size=15,
    target_size=12,
    cohort_limit=2,
    session_count=5,
    frequency="weekly",
    interval=4,
    first_date=date(2027, 2, 2),
    session_time=time(13, 30),
    time_zone="Europe/Brussels",
    session_minutes=180,
    preparation_minutes=30,
    working_language="fr",
    mode="mixed",
    place="Rue du Moulin 4, Gembloux",
    meeting_link="https://meet.example.org/lead",
    applications_open=date(2026, 11, 30),
    applications_close=date(2027, 1, 8),
    decision_date=date(2027, 1, 15),
    threshold=5,
    charter_text="What is said here stays here.",
    support_contact="desk@example.org",
)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda number: f"member{number:03d}")
    first_name = factory.Sequence(lambda number: f"Mila{number}")
    last_name = "Peeters"
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class NetworkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Network

    course_id, usage_id = COURSE, USAGE
    title = PLAN.title
    authored = factory.LazyFunction(lambda: write(PLAN))
    minimum_size, maximum_size, target_size, cohort_limit, threshold = 10, 15, 12, 2, 5
    opened_at = changed_at = NOW


class ApplicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Application

    network = factory.SubFactory(NetworkFactory)
    user = factory.SubFactory(UserFactory)
    state = "submitted"
    function, department, organisation, language = "shift supervisor", "packaging", "Frisse Groenten", "nl"
    experience_years = 4
    learning_question = "How do I start a talk after a long absence?"
    commitment_version = 1
    committed_at = submitted_at = NOW


class CohortFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Cohort

    network = factory.SubFactory(NetworkFactory, state="running")
    number = factory.Sequence(lambda number: number + 1)
    minimum_size, maximum_size, working_language = 10, 15, "fr"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Membership

    cohort = factory.SubFactory(CohortFactory)
    network = factory.SelfAttribute("cohort.network")
    user = factory.SubFactory(UserFactory)
    joined_at = NOW


class FacilitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Facilitation

    cohort = factory.SubFactory(CohortFactory)
    user = factory.SubFactory(UserFactory)
    role = "facilitator"
    since = NOW


class CharterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Charter

    cohort = factory.SubFactory(CohortFactory)
    version = 1
    text = PLAN.charter_text
    in_force_at = NOW


class SessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Session

    cohort = factory.SubFactory(CohortFactory)
    state = "planned"
    # Only a cancelled one has no number.
    number = factory.LazyAttribute(lambda row: None if row.state == "cancelled" else 1)
    cancelled_at = factory.LazyAttribute(lambda row: NOW if row.state == "cancelled" else None)
    kind = "launch"
    local_date, local_time, time_zone = date(2027, 2, 2), time(13, 30), "Europe/Brussels"
    duration_minutes = 180
    starts_at = datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(minutes=row.duration_minutes))
    zone_data_version = "2026.6"
    changed_at = NOW


class PulseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Pulse

    session = factory.SubFactory(SessionFactory)
    opens_at = factory.LazyAttribute(lambda row: row.session.ends_at)
    closes_at = factory.LazyAttribute(lambda row: row.opens_at + timedelta(hours=72))


class CaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Case

    cohort = factory.SubFactory(CohortFactory)
    owner = factory.SubFactory(UserFactory)
    state = "shared"
    title, situation, question = (
        "Handover",
        "The night shift hears half of it.",
        "How do I make a handover whole?",
    )
    third_parties_checked = True
    shared_at = saved_at = NOW + timedelta(days=1)


class OfferFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Offer

    cohort = factory.SubFactory(CohortFactory)
    network = factory.SelfAttribute("cohort.network")
    application = factory.SubFactory(
        ApplicationFactory, network=factory.SelfAttribute("..cohort.network"), state="offered", queued_at=NOW
    )
    made_at = NOW
    expires_at = NOW + timedelta(hours=72)


class SubstitutionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Substitution

    session = factory.SubFactory(SessionFactory)
    cohort = factory.SelfAttribute("session.cohort")
    user = factory.SubFactory(UserFactory)
    since = NOW


def shared_case(cohort: models.Cohort, **changes: Any) -> models.Case:
    """Return a shared case of a member of the cohort."""
    owner = MembershipFactory(cohort=cohort).user
    return CaseFactory(cohort=cohort, owner=owner, **changes)


class MessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Message

    cohort = factory.SubFactory(CohortFactory)
    network = factory.SelfAttribute("cohort.network")
    user = factory.SubFactory(UserFactory)
    kind = "reminder_1d"
    cause = factory.Sequence(lambda number: f"cause {number}")
    send_at = made_at = NOW


class PollFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Poll
        skip_postgeneration_save = True

    cohort = factory.SubFactory(CohortFactory)
    time_zone = "Europe/Brussels"
    made_at = NOW

    @factory.post_generation
    def days(self, create: bool, extracted: Any, **_given: Any) -> None:
        """The days asked about, at 13:30: two Tuesdays unless told otherwise."""
        if create:
            for day in extracted or (date(2027, 2, 2), date(2027, 2, 9)):
                models.PollOption.objects.create(poll=self, local_date=day, local_time=time(13, 30))


def consent(cohort: models.Cohort, *users: Any) -> None:
    """Let these people accept the charter in force; the cohort gets one where it has none."""
    charter = cohort.charters.order_by("-version").first() or CharterFactory(cohort=cohort)
    for user in users:
        models.CharterConsent.objects.get_or_create(charter=charter, user=user, defaults={"at": NOW})


class ContributionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Contribution

    case = factory.SubFactory(CaseFactory)
    author = factory.SubFactory(UserFactory)
    kind, text = "question", "Since when?"
    posted_at = NOW + timedelta(days=2)


class CircleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Circle

    session = factory.SubFactory(SessionFactory)
    cohort = factory.SelfAttribute("session.cohort")
    number = 1
    formed_at = NOW


def seat(circle: models.Circle, *users: Any) -> None:
    """Let these people sit in the circle."""
    for user in users:
        models.CircleSeat.objects.create(circle=circle, session=circle.session, user=user, seated_at=NOW)


class TurnFactory(factory.django.DjangoModelFactory):
    """A planned turn in a session of the case's cohort; phase="questions" and so on begins it."""

    class Meta:
        model = models.Turn

    case = factory.SubFactory(CaseFactory, stage="scheduled")
    cohort = factory.SelfAttribute("case.cohort")
    mode, phase = "live", "planned"
    session = factory.LazyAttribute(
        lambda row: None if row.mode == "days" else SessionFactory(cohort=row.cohort, number=40 + row.case.pk)
    )
    questions_until = factory.LazyAttribute(lambda row: NOW + timedelta(days=4) if row.mode == "days" else None)
    planned_at = phase_since = NOW + timedelta(days=1)
    begun_at = factory.LazyAttribute(lambda row: None if row.phase == "planned" else NOW + timedelta(days=2))
    ended_at = factory.LazyAttribute(lambda row: NOW + timedelta(days=3) if row.phase == "done" else None)
    open = factory.LazyAttribute(lambda row: None if row.phase == "done" else True)


class ReportFactory(factory.django.DjangoModelFactory):
    """An open report of a case, or of a contribution to it; what it is about is held."""

    class Meta:
        model = models.Report
        skip_postgeneration_save = True

    case = factory.SubFactory(CaseFactory)
    cohort = factory.SelfAttribute("case.cohort")
    network = factory.SelfAttribute("case.cohort.network")
    contribution = None
    target = factory.LazyAttribute(lambda row: row.contribution.key if row.contribution else row.case.key)
    raised_at = NOW + timedelta(days=3)
    release_at = NOW + timedelta(days=8)

    @factory.post_generation
    def held(self, create: bool, extracted: Any, **_given: Any) -> None:
        """Hold what was reported."""
        if create:
            type(self.contribution or self.case).objects.filter(key=self.target).update(held_at=self.raised_at)


class TakeawayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Takeaway

    cohort = factory.SubFactory(CohortFactory)
    network = factory.SelfAttribute("cohort.network")
    user = factory.SubFactory(UserFactory)
    text = "Ask before I advise."
    made_at = changed_at = NOW
