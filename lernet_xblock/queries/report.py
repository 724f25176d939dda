"""Reports: what somebody may report, and one report as each of its sides sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Contribution, Report, ReportVoice
from lernet_xblock.permissions import (
    belongs,
    guided_then,
    held_from,
    may_read_case,
    may_read_contribution,
    was_addressed,
)
from lernet_xblock.queries.case_access import known_empty, locked_cohort, reachable, reads
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.report import answer_by
from lernet_xblock.viewer import Viewer

MOST_SHOWN = 20
# So long the page of a case says what came of a report.
SHOWN_AFTERWARDS = timedelta(days=14)


class Part(StrEnum):
    """What somebody has to do with a report. Nobody is on two sides: an involved person never handles it."""

    AUTHOR = "author"
    REPORTER = "reporter"
    HANDLER = "handler"
    TEAM = "team"


@dataclass(frozen=True)
class Said:
    """What somebody gave as the reason of their report; for who handles it."""

    name: str
    ground: str
    words: str
    at: datetime


@dataclass(frozen=True)
class ReportView:
    """A report as one of its sides sees it.

    part: the reader's; of_case: it is about a case, not a contribution; answer_on: the day by which an answer is
    hoped for; guided: somebody who guides the group handles it, else the course team; decided_by: "" where nobody did;
    withdrawn: its author took the thing back meanwhile.
    """

    key: str
    part: Part
    of_case: bool
    group: str
    state: str
    serious: bool
    guided: bool
    raised_at: datetime
    answer_on: date
    release_at: datetime
    decided_at: datetime | None
    decided_by: str
    outcome: str
    withdrawn: bool

    @property
    def open(self) -> bool:
        """Nobody has decided yet."""
        return self.state == Report.State.HELD


@dataclass(frozen=True)
class Reportable:
    """A case, or a contribution to it, that the reader may report. read: they still read it; else it is held already.

    Who had the page open when somebody else was first adds their voice, and finds the thing no more until then.
    """

    case: Case
    contribution: Contribution | None
    read: bool


def find_reportable(viewer: Viewer, case_key: str, voice_key: str) -> Reportable:
    """Return what the reader may report: of others, and told to them. Raises NotFound for all else."""
    closed = locked_cohort(viewer)
    rows = reachable(viewer, closed).select_related("cohort", "cohort__network")
    case = rows.filter(key=case_key, state=Case.State.SHARED).first() if _is_key(case_key) else None
    if case is None or not belongs(viewer):
        raise NotFound
    read = reads(viewer, case, closed)
    if not read and (closed is not None or not held_from(viewer, case)):
        raise NotFound
    if not voice_key:
        if case.owner_id == viewer.user_id:
            raise NotFound
        return Reportable(case, None, read)
    if closed is not None and closed.pk == case.cohort_id:
        raise NotFound
    one = _find_voice(viewer, case, voice_key)
    return Reportable(case, one, read and may_read_contribution(viewer, case, one))


def _find_voice(viewer: Viewer, case: Case, key: str) -> Contribution:
    rows = Contribution.objects.filter(case=case, withdrawn_at=None)
    one = rows.filter(key=key).first() if _is_key(key) else None
    if one is None or one.author_id == viewer.user_id or not was_addressed(viewer, case, one):
        raise NotFound
    return one


def find_report(viewer: Viewer, key: str) -> tuple[Report, Part]:
    """Return a report that concerns the reader, and their part in it. Raises NotFound for every other."""
    rows = _concerning(viewer).select_related("cohort", "network", "case", "contribution")
    found = rows.filter(key=key).first() if _is_key(key) and viewer.may_write else None
    part = part_in(viewer, found) if found is not None else None
    if found is None or part is None:
        raise NotFound
    return found, part


def part_in(viewer: Viewer, report: Report) -> Part | None:
    """Return what the reader has to do with the report, None for nothing. The report came from `_concerning`."""
    thing = report.contribution or report.case
    if viewer.user_id == (thing.owner_id if isinstance(thing, Case) else thing.author_id):
        return Part.AUTHOR
    if getattr(report, "mine", False):
        return Part.REPORTER
    if viewer.user_id == report.handler_id and report.cohort_id in viewer.led_ids:
        return Part.HANDLER
    return Part.TEAM if viewer.actor.is_admin else None


def report_view(viewer: Viewer, report: Report, part: Part) -> ReportView:
    """Return the report as this side sees it: one query for the name of who decided, for those who handle it."""
    return _view(report, part, _deciders(viewer, [(report, part)]), viewer)


def grounds_of(report: Report) -> tuple[str, ...]:
    """Return what is said to be wrong, each ground once: all that the author learns of the other side. One query."""
    found = set(report.voices.values_list("ground", flat=True))
    return tuple(ground for ground in ReportVoice.Ground.values if ground in found)


def voices_of(viewer: Viewer, report: Report) -> tuple[Said, ...]:
    """Return who reported it and why, for who handles it: two queries."""
    rows = list(report.voices.all())
    names = viewer.host.names({row.reporter_id for row in rows})
    return tuple(Said(names.get(row.reporter_id, "—"), row.ground, row.words, row.at) for row in rows)


def reads_it_anyway(viewer: Viewer, report: Report) -> bool:
    """Tell whether who handles the report reads the thing by their role, without opening it for a reason."""
    if not may_read_case(viewer, report.case) or not guided_then(viewer, report.case):
        return False
    return report.contribution is None or may_read_contribution(viewer, report.case, report.contribution)


def to_decide(viewer: Viewer) -> tuple[ReportView, ...]:
    """Return the open reports that wait for the reader, oldest first; for the course team, those nobody else decides.

    Two queries at most.
    """
    if not viewer.may_write:
        return ()
    mine = Q(handler_id=viewer.user_id, cohort__in=viewer.led_ids)
    if viewer.actor.is_admin:
        mine |= Q(handler=None) | Q(serious=True, release_at__lte=viewer.now)
    rows = _concerning(viewer).filter(mine, open=True).select_related("cohort", "case", "contribution")
    return _views(viewer, rows[: 2 * MOST_SHOWN], (Part.HANDLER, Part.TEAM))


def own_reports(viewer: Viewer) -> tuple[ReportView, ...]:
    """Return the last reports the reader made, and those about something of theirs, newest first: one query."""
    if not viewer.may_write:
        return ()
    of_case = Q(contribution=None, case__owner_id=viewer.user_id)
    side = of_case | Q(contribution__author_id=viewer.user_id) | Q(mine=True)
    rows = _concerning(viewer).filter(side).select_related("cohort", "case", "contribution")
    return _views(viewer, rows.order_by("-raised_at", "-pk")[:MOST_SHOWN], (Part.AUTHOR, Part.REPORTER))


def reports_of_case(viewer: Viewer, case: Case) -> tuple[ReportView, ...]:
    """Return the reports about a case that concern the reader: the open ones, and for a while what came of others.

    One query.
    """
    if known_empty(case, "reports"):
        return ()
    lately = Q(open=True) | Q(decided_at__gt=viewer.now - SHOWN_AFTERWARDS)
    rows = list(_concerning(viewer).filter(lately, case=case).select_related("cohort", "contribution"))
    for row in rows:
        row.case = case
    return _views(viewer, rows, (Part.AUTHOR, Part.REPORTER, Part.HANDLER))


def due_reports(now: datetime) -> list[Report]:
    """Return the open reports of all networks whose five days are over: one query."""
    return list(Report.objects.filter(open=True, release_at__lte=now).order_by("release_at", "pk"))


def _is_key(text: str) -> bool:
    """Tell whether the text can be a key: some databases take other letters for the same."""
    return text.isascii() and text.isalnum()


def _concerning(viewer: Viewer) -> QuerySet[Report]:
    """Return the reports of the network, each with whether the reader made it."""
    mine = ReportVoice.objects.filter(report=OuterRef("pk"), reporter_id=viewer.user_id)
    return Report.objects.filter(network=viewer.network).annotate(mine=Exists(mine)).order_by("raised_at", "pk")


def _views(viewer: Viewer, rows: Iterable[Report], parts: tuple[Part, ...]) -> tuple[ReportView, ...]:
    found = [(row, part) for row in rows if (part := part_in(viewer, row)) is not None and part in parts]
    return tuple(_view(row, part, {}, viewer) for row, part in found)


def _deciders(viewer: Viewer, rows: Iterable[tuple[Report, Part]]) -> Mapping[int, str]:
    shown = {row.decided_by_id for row, part in rows if part in {Part.HANDLER, Part.TEAM} and row.decided_by_id}
    return viewer.host.names(shown) if shown else {}


def _view(report: Report, part: Part, names: Mapping[int, str], viewer: Viewer) -> ReportView:
    gone = report.contribution.withdrawn_at is not None if report.contribution else False
    return ReportView(
        key=report.key,
        part=part,
        of_case=report.contribution_id is None,
        group=cohort_label(report.cohort),
        state=report.state,
        serious=report.serious,
        guided=report.handler_id is not None,
        raised_at=report.raised_at,
        answer_on=answer_by(report.raised_at.astimezone(viewer.zone).date()),
        release_at=report.release_at,
        decided_at=report.decided_at,
        decided_by=names.get(report.decided_by_id or 0, ""),
        outcome=report.outcome,
        withdrawn=gone or report.case.state != Case.State.SHARED,
    )
