"""The demo's networks lived through the services, each act at its own moment: no row here is made by hand.

So the demo cannot show what the component would refuse, and everything learners see has a cause.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from lernet_xblock.models import Application, Case, Cohort, Contribution, Network
from lernet_xblock.rules.authored import read
from lernet_xblock.services import (
    application,
    attendance,
    case,
    charter,
    cohort,
    contribution,
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
from lernet_xblock.workbench.overview import ZONE
from lernet_xblock.workbench.scenarios import demo_usage_id

ANSWER_AFTER = timedelta(hours=2)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Stage:
    """What every act needs: the network as written, people's numbers by username, and the present moment."""

    script: DemoNetwork
    user_ids: Mapping[str, int]
    now: datetime

    def at(self, day: str, hour: int = 9) -> datetime:
        """Return the hour of a day that the settings name, in the network's zone, but never the future."""
        moment = datetime.combine(self.script.day(day), time(hour), tzinfo=ZONE)
        return min(moment, self.now - HOUR)

    def ago(self, days: int) -> datetime:
        """Return the moment so many days back."""
        return self.now - timedelta(days=days)


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


def tell(group: Cohort, story: DemoCase, stage: Stage) -> None:
    """Share a case and let colleagues contribute."""
    owner, shared_at = stage.user_ids[story.owner], stage.ago(story.days_ago)
    draft = case.start(group, user_id=owner, now=shared_at - HOUR)
    words = {name: getattr(story, name) for name in case.TEXT_FIELDS}
    shared = case.share(
        draft,
        words=words,
        third_parties_checked=True,
        statement_confirmed=True,
        opened_version=draft.version,
        now=shared_at,
    )
    contribute(shared, story, stage)


def contribute(shared: Case, story: DemoCase, stage: Stage) -> None:
    """Post the contributions in their order."""
    posted: list[Contribution] = []
    for said in story.contributions:
        moment, author = stage.ago(said.days_ago), stage.user_ids[said.author]
        if said.answers is not None:
            posted.append(contribution.answer(posted[said.answers], text=said.text, now=moment))
        else:
            posted.append(contribution.post(shared, kind=said.kind, text=said.text, author_id=author, now=moment))


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
