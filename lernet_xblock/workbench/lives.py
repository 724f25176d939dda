"""The demo's networks lived through the services, each act at its own moment: no row here is made by hand.

So the demo cannot show what the component would refuse, and everything learners see has a cause.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from lernet_xblock.models import Application, Cohort, Network
from lernet_xblock.rules.authored import read
from lernet_xblock.services import (
    application,
    attendance,
    charter,
    cohort,
    forming,
    network,
    pulse,
    rsvp,
)
from lernet_xblock.workbench.content import (
    DemoCase,
    DemoCohort,
    DemoMeeting,
    DemoNetwork,
    DemoPulse,
    Person,
    load_learners,
    load_meetings,
)
from lernet_xblock.workbench.lives_cases import put_away_news, tell
from lernet_xblock.workbench.scenarios import demo_usage_id
from lernet_xblock.workbench.stage import HOUR, Stage

ANSWER_AFTER = timedelta(hours=2)


def live(
    script: DemoNetwork,
    *,
    cases: Iterable[DemoCase],
    pulses: Iterable[DemoPulse],
    admin: str,
    now: datetime,
) -> Network:
    """Open the network, let people apply, form its group and let it meet, up to now."""
    stage = Stage(script, dict(get_user_model().objects.values_list("username", "pk")), now)
    opened = network.open_applications(
        course_id=settings.LERNET_DEV_COURSE_ID,
        usage_id=demo_usage_id(script.slug),
        settings=read(script.settings),
        by=stage.user_ids[admin],
        now=stage.at("applications_open"),
    )
    apply_all(opened, stage)
    if script.cohort is not None:
        group = form(opened, script.cohort, stage, by=stage.user_ids[admin])
        meet(group, script.cohort, stage, cases=cases, pulses=pulses)
    opened.refresh_from_db()
    return opened


def meet(
    group: Cohort,
    planned: DemoCohort,
    stage: Stage,
    *,
    cases: Iterable[DemoCase],
    pulses: Iterable[DemoPulse],
) -> None:
    """Let the group agree on its charter, share cases, answer evaluations, and come."""
    accept_charter(group, planned, stage)
    for story in cases:
        tell(group, story, stage)
    put_away_news(group, stage)
    for evaluation in pulses:
        evaluate(group, evaluation, stage)
    for meeting in load_meetings():
        if meeting.slug == stage.script.slug:
            come(group, meeting, stage)


def answers_of(person: Person) -> dict[str, Any]:
    """Return what the person fills in to apply."""
    return {
        "function": person.function,
        "department": person.department,
        "organisation": person.organisation,
        "language": person.language,
        "experience_years": person.experience_years,
        "availability": " ".join(person.availability),
        "learning_question": person.learning_question,
        "commitment": True,
    }


def apply_all(opened: Network, stage: Stage) -> None:
    """Let everybody apply in turn, an hour apart, from the opening on."""
    people = {person.username: person for person in load_learners()}
    opening = stage.at("applications_open")
    for number, username in enumerate(stage.script.applicants, start=1):
        moment = min(opening + number * HOUR, stage.now - HOUR)
        application.apply(
            opened,
            user_id=stage.user_ids[username],
            answers=answers_of(people[username]),
            now=moment,
        )


def form(opened: Network, planned: DemoCohort, stage: Stage, *, by: int) -> Cohort:
    """Form the one group of the script and name who guides it."""
    ready = Application.objects.filter(network=opened, user_id__in=[stage.user_ids[name] for name in planned.members])
    moment = stage.at("decision_date")
    (group,) = forming.form_cohorts(
        opened,
        groups=[list(ready.values_list("pk", flat=True))],
        opened_version=opened.version,
        by=by,
        now=moment,
    )
    Cohort.objects.filter(pk=group.pk).update(name=planned.name)
    for role, username in (("facilitator", planned.facilitator), ("deputy", planned.deputy)):
        if username:
            cohort.assign_guide(group, role=role, user_id=stage.user_ids[username], by=by, now=moment)
    return group


def accept_charter(group: Cohort, planned: DemoCohort, stage: Stage) -> None:
    """Let the members agree to the charter at the launch."""
    agreed = group.charters.get()
    for username in planned.members:
        charter.accept(agreed, user_id=stage.user_ids[username], now=stage.at("first_date", 14))


def evaluate(group: Cohort, evaluation: DemoPulse, stage: Stage) -> None:
    """Answer a session's evaluation, and publish it where its time is over."""
    asked = group.sessions.get(number=evaluation.session).pulse
    for username, answer in zip(evaluation.receipts, evaluation.answers, strict=True):
        ratings = {name: value for name, value in answer.items() if name != "comment"}
        pulse.answer(
            asked,
            network=group.network,
            user_id=stage.user_ids[username],
            ratings=ratings,
            comment=answer["comment"],
            now=asked.opens_at + ANSWER_AFTER,
        )
    if evaluation.released:
        pulse.release_due(asked, now=asked.closes_at + HOUR)


def come(group: Cohort, meeting: DemoMeeting, stage: Stage) -> None:
    """Let members say whether they come, and the facilitator record who was there."""
    held = group.sessions.get(number=meeting.session)
    for username, said in meeting.rsvps.items():
        coming = said == "coming"
        rsvp.answer_rsvp(
            held,
            user_id=stage.user_ids[username],
            answer="coming" if coming else "not_coming",
            reason="" if coming else said,
            now=stage.now - HOUR,
        )
    for username, state in meeting.attendance.items():
        attendance.set_attendance(
            held,
            user_id=stage.user_ids[username],
            state=state,
            minutes=None,
            opened_version=0,
            by=group.facilitations.get(role="facilitator").user_id,
            now=held.ends_at,
        )
