"""What becomes of something that is held: somebody decides, or five days pass."""

from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Message, Report
from lernet_xblock.services.audit import record
from lernet_xblock.services.message import announce_to
from lernet_xblock.services.notice import tell
from lernet_xblock.services.report import Thing, author_of, handler_now, involved_in, lock_thing
from lernet_xblock.services.turn import drop_turn

WAITS = "report_waits"
DECISIONS = (Report.State.RELEASED, Report.State.RESOLVED, Report.State.REMOVED)


def version_of(report: Report, thing: Thing) -> int:
    """Return a number that grows with the report and with what it is about."""
    return report.version + thing.version


def decide(
    report: Report,
    *,
    decision: str,
    outcome: str,
    by: int,
    for_the_course: bool,
    opened_version: int,
    now: datetime,
) -> Report:
    """End the report and tell both sides. decision: one of DECISIONS; outcome: what both sides read.

    for_the_course: `by` is of the course team, who may decide about every report that they are not involved in.
    opened_version: of `version_of`. Raises NotFound for who does not handle it, StaleVersion when somebody decided
    before, or the thing or what is said against it changed since the page was opened.
    """
    thing, found = _locked(report)
    _refuse_closed(found)
    if by in involved_in(found) or not (for_the_course or by == handler_now(found)):
        raise NotFound
    if version_of(found, thing) != opened_version:
        raise StaleVersion(version=version_of(found, thing))
    if decision == Report.State.REMOVED:
        _remove(thing, by=by, now=now)
    thing.held_at = None
    thing.save()
    found.decided_by_id, found.outcome = by, outcome
    _close(found, decision, now=now)
    record(found.network, "report.decide", by=by, now=now, subject=found.key)
    _tell_sides(found, kind="report_decided", now=now)
    return found


def lapse(report: Report, *, now: datetime) -> bool:
    """Release what nobody decided about in time; return whether there was something to release."""
    thing, found = _locked(report)
    if not found.open or found.serious or found.release_at > now:
        return False
    thing.held_at = None
    thing.save(update_fields=["held_at"])
    _close(found, Report.State.LAPSED, now=now)
    record(found.network, "report.lapse", by=None, now=now, subject=found.key)
    _tell_sides(found, kind="report_lapsed", now=now)
    if found.handler_id is not None:
        tell(found.network, [found.handler_id], kind="report_missed", now=now, cohort=found.cohort)
    return True


def remind_serious(report: Report, *, now: datetime) -> bool:
    """Remind who handles a serious report that nobody decided about in five days; return whether that was news to them.

    What is serious stays held; the course team finds it on its page from then on, too.
    """
    _thing, found = _locked(report)
    if not found.open or not found.serious or found.release_at > now or found.handler_id is None:
        return False
    if Message.objects.filter(cause=f"{WAITS}:{found.key}:{found.handler_id}").exists():
        return False
    announce_to(found.cohort, [found.handler_id], kind=WAITS, mark=found.key, now=now, urgent=True)
    return True


def _locked(report: Report) -> tuple[Thing, Report]:
    """Return what the report is about and the report, both locked. Raises NotFound where they are gone."""
    thing = lock_thing(report.case, report.contribution)
    found = Report.objects.select_for_update().filter(pk=report.pk).first()
    if found is None:
        raise NotFound
    return thing, found


def _refuse_closed(report: Report) -> None:
    if report.open:
        return
    if report.state == Report.State.LAPSED:
        raise RuleViolation(
            _("Nobody decided in five days, so it was released. You can talk to both sides all the same.")
        )
    raise StaleVersion(version=report.version, by_id=report.decided_by_id, at=report.decided_at)


def _remove(thing: Thing, *, by: int, now: datetime) -> None:
    """Keep the thing from everybody but its author, for good; the caller saves it."""
    thing.version += 1
    if isinstance(thing, Case):
        drop_turn(thing, now=now, by=by)
        thing.state = Case.State.WITHDRAWN
    elif thing.withdrawn_at is None:
        thing.withdrawn_at = now


def _close(report: Report, state: str, *, now: datetime) -> None:
    report.open, report.state, report.decided_at = None, state, now
    report.version += 1
    report.save()


def _tell_sides(report: Report, *, kind: str, now: datetime) -> None:
    """Tell the author and who reported it, each for themselves: neither learns who the other side is."""
    author = author_of(report.contribution or report.case)
    reporters = set(report.voices.values_list("reporter_id", flat=True))
    tell(report.network, [author] if author else [], kind=f"{kind}_yours", now=now, cohort=report.cohort)
    tell(report.network, reporters, kind=kind, now=now, cohort=report.cohort)
    sides = reporters | ({author} if author else set())
    announce_to(report.cohort, sides, kind="report_decided", mark=report.key, now=now)
