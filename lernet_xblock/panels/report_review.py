"""One report: its course for both sides, and the decision for who handles it."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Report
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_opening import OpenForm, opened_text
from lernet_xblock.panels.forms import Forms, VersionedForm
from lernet_xblock.panels.organiser import runs_network
from lernet_xblock.panels.report_words import DECISIONS, GROUNDS, STATES
from lernet_xblock.queries.report import (
    Part,
    find_report,
    grounds_of,
    reads_it_anyway,
    report_view,
    voices_of,
)
from lernet_xblock.services import report_decision as deciding
from lernet_xblock.services.case_opening import open_case
from lernet_xblock.viewer import Viewer

LONGEST_OUTCOME = 500
HANDLING = (Part.HANDLER, Part.TEAM)


class DecideForm(VersionedForm):
    """What becomes of it, and what both sides are told. version: of the report and the thing, as they were read."""

    decision = fields.ChoiceField(
        label=gettext_lazy("What becomes of it?"), choices=tuple(DECISIONS.items()), widget=fields.RadioSelect
    )
    outcome = fields.CharField(
        label=gettext_lazy("What both sides are told"),
        max_length=LONGEST_OUTCOME,
        widget=fields.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "The author and whoever reported it read these words. Do not write who reported it, nor anything that lets"
            " it be guessed."
        ),
    )


def may_handle(viewer: Viewer) -> bool:
    """Those who guide a group for good, and the course team; which report it is decides further."""
    return bool(viewer.led_ids) or runs_network(viewer)


def review_page(viewer: Viewer, key: str, forms: Forms) -> dict[str, Any]:
    """Return the page of a report as the reader's side sees it."""
    report, part = find_report(viewer, key)
    view = report_view(viewer, report, part)
    shown: dict[str, Any] = {
        "template": "lernet_xblock/reports_review.html",
        "report": view,
        "part": part.value,
        "state": STATES[view.state],
        "refused": _refused(forms) if not view.open else "",
    }
    if part == Part.AUTHOR:
        shown["grounds"] = [GROUNDS[ground] for ground in grounds_of(report)]
        shown["case_key"] = report.case.key
    if part in HANDLING and view.open:
        shown |= _handling(viewer, report, part, forms, withdrawn=view.withdrawn)
    return shown


def _handling(viewer: Viewer, report: Report, part: Part, forms: Forms, *, withdrawn: bool) -> dict[str, Any]:
    """Return what is needed to decide. Who does not read the case by their role gives a reason to open it first.

    withdrawn: there is nothing to read any more, and all the same both sides hope for an answer.
    """
    thing = report.contribution or report.case
    version = deciding.version_of(report, thing)
    shown: dict[str, Any] = {
        "decide": forms(DecideForm, "report.decide", about=report.key, initial={"version": version})
    }
    if withdrawn:
        return {**shown, **(_said(viewer, report) if part == Part.HANDLER else {})}
    if part == Part.HANDLER and reads_it_anyway(viewer, report):
        return {**shown, "case_key": report.case.key, "voice": report.contribution, **_said(viewer, report)}
    return {**shown, "opening": forms(OpenForm, "report.open", about=report.key)}


def _said(viewer: Viewer, report: Report) -> dict[str, Any]:
    return {"said": [{"voice": one, "ground": GROUNDS[one.ground]} for one in voices_of(viewer, report)]}


def _refused(forms: Forms) -> str:
    """Return why a decision was refused, where its form is not on the page any more."""
    form = forms.refused("report.decide")
    return form.sentence if form is not None else ""


def _to_handle(viewer: Viewer, key: str) -> tuple[Report, Part]:
    """Return a report that the reader handles. Raises NotFound."""
    report, part = find_report(viewer, key)
    if part not in HANDLING:
        raise NotFound
    return report, part


@action("report.decide", panel="reports", permission=may_handle, form=DecideForm)
def decide(viewer: Viewer, form: DecideForm) -> Reply:
    """End the report; both sides are told."""
    given = form.cleaned_data
    report, part = _to_handle(viewer, given["about"])
    deciding.decide(
        report,
        decision=given["decision"],
        outcome=given["outcome"],
        by=viewer.user_id,
        for_the_course=part == Part.TEAM,
        opened_version=given["version"],
        now=viewer.now,
    )
    return Reply(say=_("Decided. Both sides are told."), panel="reports", params={"report": report.key})


@action("report.open", panel="reports", permission=may_handle, form=OpenForm, creates=True)
def open_reported(viewer: Viewer, form: OpenForm) -> Reply:
    """Show what was reported and why, this once; the owner of the case reads who opened it, and the reason."""
    report, _part = _to_handle(viewer, form.cleaned_data["about"])
    if not report.open:
        raise NotFound
    open_case(report.case, by=viewer.user_id, reason=form.cleaned_data["reason"], now=viewer.now)
    once = {**opened_text(viewer, report.case, reported=report.target), **_said(viewer, report), "opening": None}
    return Reply(panel="reports", params={"report": report.key}, once=once)
