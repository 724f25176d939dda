"""Reporting something that hurts or names somebody: held at once, looked into by somebody who is not involved."""

from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Cohort, Contribution, Facilitation, Report, ReportVoice
from lernet_xblock.rules.report import choose_handler, release_at
from lernet_xblock.services.audit import record
from lernet_xblock.services.message import announce_to
from lernet_xblock.services.notice import tell

# How a report ended that let people read the thing again.
READ_AGAIN = (Report.State.RELEASED, Report.State.RESOLVED, Report.State.LAPSED)

Thing = Case | Contribution


def raise_report(
    case: Case,
    contribution: Contribution | None,
    *,
    reporter_id: int,
    ground: str,
    words: str,
    serious: bool,
    now: datetime,
) -> Report:
    """Hold the case, or this contribution to it, until somebody who is not involved decides; return the report.

    What is held already gets one more voice, and a second press of the button changes nothing. Raises NotFound for
    something of one's own and for what nobody can read any more; RuleViolation for who reported it before, unless its
    author changed it since.
    """
    thing = lock_thing(case, contribution)
    if author_of(thing) == reporter_id or not _is_out(thing):
        raise NotFound
    report = Report.objects.select_for_update().filter(target=thing.key, open=True).first()
    if report is not None and report.voices.select_for_update().filter(reporter_id=reporter_id).exists():
        return report
    if report is None:
        _refuse_again(thing, reporter_id)
        report = _hold(thing, now=now)
    ReportVoice.objects.create(report=report, reporter_id=reporter_id, ground=ground, words=words, at=now)
    report.serious = report.serious or serious
    report.version += 1
    settle_handler(report, now=now)
    return report


def lock_thing(case: Case, contribution: Contribution | None) -> Thing:
    """Return what a report is about, locked together with its cohort and case. Raises NotFound where it is gone."""
    Cohort.objects.select_for_update().get(pk=case.cohort_id)
    found: Thing | None = Case.objects.select_for_update().filter(pk=case.pk).first()
    if found is not None and contribution is not None:
        found = Contribution.objects.select_for_update().filter(pk=contribution.pk, case=case).first()
    if found is None:
        raise NotFound
    return found


def author_of(thing: Thing) -> int | None:
    """Return whose it is; None for words that stayed without their author."""
    return thing.owner_id if isinstance(thing, Case) else thing.author_id


def settle_handler(report: Report, *, now: datetime) -> None:
    """Keep who handles the locked report now, and tell somebody who did not before; saves the report."""
    before, report.handler_id = report.handler_id, handler_now(report)
    report.save()
    if report.handler_id is not None and report.handler_id != before:
        tell(report.network, [report.handler_id], kind="report_raised", now=now, cohort=report.cohort)
        announce_to(report.cohort, [report.handler_id], kind="report_raised", mark=report.key, now=now, urgent=True)


def handler_now(report: Report) -> int | None:
    """Return who handles the report as things stand, None for the course team."""
    guides = Facilitation.objects.filter(cohort=report.cohort_id).values_list("role", "user_id")
    return choose_handler(guides, involved_in(report))


def involved_in(report: Report) -> set[int]:
    """Return the author of what was reported, and everybody who reported it."""
    author = author_of(report.contribution or report.case)
    return {*report.voices.values_list("reporter_id", flat=True), *([author] if author else [])}


def hand_on(cohort: Cohort, *, now: datetime) -> None:
    """Let the open reports of a cohort go to who guides it now; the cohort is locked."""
    for report in Report.objects.select_for_update().filter(cohort=cohort, open=True):
        settle_handler(report, now=now)


def _is_out(thing: Thing) -> bool:
    """Tell whether others could read it, were it not held."""
    if isinstance(thing, Case):
        return thing.state == Case.State.SHARED
    return thing.withdrawn_at is None and thing.case.state == Case.State.SHARED


def _refuse_again(thing: Thing, reporter_id: int) -> None:
    """Raise RuleViolation for who reported the thing before: a report is no way to keep something from being read."""
    earlier = Report.objects.filter(target=thing.key, state__in=READ_AGAIN, voices__reporter_id=reporter_id)
    last = earlier.order_by("-decided_at").values_list("decided_at", flat=True).first()
    changed = thing.saved_at if isinstance(thing, Case) else thing.edited_at
    if last is None or (changed is not None and changed > last):
        return
    raise RuleViolation(
        _(
            "You reported this before, and it can be read again since. Please talk to the person who guides your"
            " group, or to the course team."
        )
    )


def _hold(thing: Thing, *, now: datetime) -> Report:
    """Return a new report; from now on only the author, who reported it and who handles it read the thing."""
    case = thing if isinstance(thing, Case) else thing.case
    thing.held_at = now
    thing.save(update_fields=["held_at"])
    report = Report.objects.create(
        network=case.cohort.network,
        cohort=case.cohort,
        case=case,
        contribution=None if isinstance(thing, Case) else thing,
        target=thing.key,
        raised_at=now,
        release_at=release_at(now),
    )
    # Nobody stands in the log for having reported something.
    record(report.network, "report.raise", by=None, now=now, subject=report.key)
    author = author_of(thing)
    tell(report.network, [author] if author else [], kind="report_held", now=now, cohort=report.cohort)
    return report
