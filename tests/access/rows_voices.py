"""Rows of the matrix: what is said to a case, notes, attachments, what somebody takes home, reports."""

from datetime import date, timedelta
from typing import Any

from lernet_xblock.models import Attachment, Contribution, Report, ReportVoice, Takeaway
from lernet_xblock.services.report_decision import version_of
from tests.access.rows import PLAIN, Fields, action_row
from tests.access.rows_turns import turn_of
from tests.access.world import MOMENT, Side, World
from tests.factories import ContributionFactory, ReportFactory, TakeawayFactory

JUST_NOW = MOMENT - timedelta(minutes=5)
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@action_row("contribution.post")
def thank(_world: World, side: Side) -> Fields:
    turn_of(side, phase="closing")
    return {"about": side.case.key, "kind": "appreciation", "text": "You saw what I missed."}


@action_row("contribution.post", way="question")
def post(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "kind": "question", "text": "Since when?"}


def said(side: Side, **values: Any) -> Contribution:
    """Return a question of a member, asked a moment ago."""
    return ContributionFactory(**{"case": side.case, "author": side.user("member"), "posted_at": JUST_NOW} | values)


@action_row("contribution.answer")
def answer(_world: World, side: Side) -> Fields:
    return {"about": said(side).key, "text": "Since May."}


@action_row("contribution.edit")
def edit(_world: World, side: Side) -> Fields:
    row = said(side)
    return {"about": row.key, "version": str(row.version), "text": "Since when, and where?"}


@action_row("contribution.withdraw")
def withdraw(_world: World, side: Side) -> Fields:
    return {"about": said(side).key}


@action_row("contribution.helped")
def helped(_world: World, side: Side) -> Fields:
    return {"about": said(side).key, "helped": "yes"}


@action_row("note.save")
def note(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "version": "0", "text": "Ask Ana."}


@action_row("case.search", PLAIN, writes=False)
def look_for(_world: World, _side: Side) -> Fields:
    return {"words": "handover"}


@action_row("case.audience")
def narrow(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "version": str(side.case.version), "audience": "facilitator", "open_to": ""}


@action_row("case.attach", file=True)
def attach(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "name": "floor.png", "file": PNG, "content_type": "image/png"}


@action_row("case.attach_link")
def attach_link(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "url": "https://example.org/rota", "name": "The rota"}


@action_row("attachment.remove")
def remove(_world: World, side: Side) -> Fields:
    given = {"case": side.case, "name": "The rota", "url": "https://example.org/rota", "added_at": MOMENT}
    return {"about": Attachment.objects.create(**given).key}


@action_row("takeaway.take")
def take(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "text": "Ask before I advise.", "by_date": "", "visibility": "me"}


@action_row("takeaway.note", PLAIN)
def note_line(_world: World, _side: Side) -> Fields:
    return {"text": "Ask before I advise.", "session": "", "by_date": "", "with_whom": ""}


def line_of(side: Side, **values: Any) -> Takeaway:
    """Return a line in the journal of the case giver."""
    return TakeawayFactory(cohort=side.cohort, network=side.network, user=side.user("owner"), **values)


def _committed(side: Side) -> Fields:
    row = line_of(side, state="committed", by_date=date(2026, 12, 3))
    return {"about": row.key, "version": str(row.version)}


@action_row("takeaway.change")
def change(_world: World, side: Side) -> Fields:
    return {**_committed(side), "text": "Ask twice.", "by_date": "2026-12-11", "with_whom": ""}


@action_row("takeaway.tell")
def tell(_world: World, side: Side) -> Fields:
    return {**_committed(side), "came": "tried", "happened": "It helped.", "new_date": ""}


@action_row("takeaway.later")
def later(_world: World, side: Side) -> Fields:
    return {"about": _committed(side)["about"]}


@action_row("takeaway.told")
def told(_world: World, side: Side) -> Fields:
    row = line_of(side, state="tried")
    return {"about": row.key, "version": str(row.version)}


@action_row("takeaway.reopen")
def reopen(_world: World, side: Side) -> Fields:
    row = line_of(side, state="dropped")
    return {"about": row.key, "version": str(row.version)}


@action_row("takeaway.brief", writes=False)
def brief(_world: World, side: Side) -> Fields:
    return {"about": line_of(side).key, "own_line": "We try it in March."}


@action_row("report.raise")
def report(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "voice": "", "ground": "names", "words": "It names a customer."}


@action_row("report.raise", way="voice", about="voice")
def report_voice(world: World, side: Side) -> Fields:
    row = said(side, author=side.user("late"))
    return {"about": world.own.case.key, "voice": row.key, "ground": "hurts", "words": ""}


def reported(side: Side, *, handler: str = "guide") -> Report:
    """Return an open report of the shared case by a member. handler: "" for the course team."""
    by = side.user(handler) if handler else None
    report = ReportFactory(case=side.case, handler=by, raised_at=MOMENT - timedelta(hours=2))
    ReportVoice.objects.create(report=report, reporter=side.user("member"), ground="names", at=report.raised_at)
    return report


def _decided(report: Report) -> Fields:
    return {
        "about": report.key,
        "version": str(version_of(report, report.case)),
        "decision": "released",
        "outcome": "It names nobody.",
    }


@action_row("report.decide")
def decide(_world: World, side: Side) -> Fields:
    return _decided(reported(side))


@action_row("report.decide", way="team")
def decide_for_the_course(_world: World, side: Side) -> Fields:
    return _decided(reported(side, handler=""))


@action_row("report.open")
def open_reported(_world: World, side: Side) -> Fields:
    return {"about": reported(side).key, "reason": "To decide on the report."}


@action_row("report.open", way="team")
def open_for_the_course(_world: World, side: Side) -> Fields:
    return {"about": reported(side, handler="").key, "reason": "To decide on the report."}


@action_row("case.open")
def open_listed(_world: World, side: Side) -> Fields:
    return {"about": side.case.key, "reason": "Somebody asked for help with it."}
