"""The cases of the demo: shared, worked through in a turn, and what came of it, each act at its own moment."""

from datetime import date, datetime, time, timedelta

from lernet_xblock.models import Case, Cohort, Contribution, Notice, Turn
from lernet_xblock.services import case, contribution, turn_outcome, turn_phase, turn_plan
from lernet_xblock.workbench.content import DemoCase, DemoTurn
from lernet_xblock.workbench.overview import ZONE
from lernet_xblock.workbench.stage import HOUR, Stage

A_MOMENT = timedelta(minutes=5)
STILL_NEWS = timedelta(days=1)


def tell(group: Cohort, story: DemoCase, stage: Stage) -> None:
    """Share a case, and let the group work on it as far as the story goes."""
    shared = _share(group, story, stage)
    if story.turn is None or story.turn.session is not None:
        _contribute(shared, story, stage)
        if story.turn is not None:
            _plan_for(shared, story.turn, stage)
        return
    begun = _begin(shared, story.turn, stage)
    _contribute(shared, story, stage)
    _choose(begun, story.turn, stage)


def put_away_news(group: Cohort, stage: Stage) -> None:
    """Let what was told back then count as seen."""
    told = Notice.objects.filter(cohort=group, kind__startswith="turn_", at__lt=stage.now - STILL_NEWS)
    told.update(seen_at=stage.now)


def _share(group: Cohort, story: DemoCase, stage: Stage) -> Case:
    owner, shared_at = stage.user_ids[story.owner], stage.ago(story.days_ago)
    draft = case.start(group, user_id=owner, now=shared_at - HOUR)
    words = {name: getattr(story, name) for name in case.TEXT_FIELDS if hasattr(story, name)}
    if story.needed_in is not None:
        words["needed_by"] = _day(stage.ago(-story.needed_in))
    return case.share(
        draft,
        words=words,
        third_parties_checked=True,
        statement_confirmed=True,
        opened_version=draft.version,
        now=shared_at,
    )


def _contribute(shared: Case, story: DemoCase, stage: Stage) -> None:
    """Post the contributions in their order; deadlines have opened the phase that each of them needs."""
    posted: list[Contribution] = []
    for said in story.contributions:
        moment, author = stage.ago(said.days_ago), stage.user_ids[said.author]
        if said.answers is not None:
            posted.append(contribution.answer(posted[said.answers], text=said.text, now=moment))
        else:
            posted.append(contribution.post(shared, kind=said.kind, text=said.text, author_id=author, now=moment))


def _guide(shared: Case) -> int:
    return int(shared.cohort.facilitations.get(role="facilitator").user_id)


def _plan_for(shared: Case, planned: DemoTurn, stage: Stage) -> None:
    session = shared.cohort.sessions.get(number=planned.session)
    turn_plan.plan_in_session(shared, session=session, mode=Turn.Mode.LIVE, by=_guide(shared), now=stage.now - HOUR)


def _begin(shared: Case, planned: DemoTurn, stage: Stage) -> Turn:
    """Plan a turn over several days and begin it."""
    guide, begins = _guide(shared), stage.ago(planned.began)
    deadlines = [_evening(stage.ago(days), stage) for days in planned.until]
    turn = turn_plan.plan_over_days(shared, cohort=shared.cohort, deadlines=deadlines, by=guide, now=begins - A_MOMENT)
    return turn_phase.begin(turn, opened_version=turn.version, by=guide, now=begins)


def _choose(begun: Turn, planned: DemoTurn, stage: Stage) -> None:
    """Let the owner choose, and tell what came of it, if the story goes that far."""
    if planned.chosen is None:
        return
    moment = stage.ago(planned.chosen.days_ago)
    begun.refresh_from_db()
    chosen = turn_outcome.choose(
        begun,
        question=planned.chosen.question,
        first_step=planned.chosen.step,
        step_on=_day(stage.ago(planned.chosen.step_on)),
        no_step=False,
        today=_day(moment),
        opened_version=begun.version,
        now=moment,
    )
    if planned.told is not None:
        told_at = stage.ago(planned.told.days_ago)
        turn_outcome.tell(chosen, outcome=planned.told.outcome, opened_version=chosen.version, now=told_at)


def _evening(moment: datetime, stage: Stage) -> datetime:
    """Return eight in the evening of a day ahead, as people choose deadlines; what is over stays to the minute."""
    return moment if moment <= stage.now else datetime.combine(_day(moment), time(20), tzinfo=ZONE)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()
