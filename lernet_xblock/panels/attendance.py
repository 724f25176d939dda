"""Attendance: the sheet of one session, a cell for each person, saved one by one; and the grid of a group."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Attendance, Cohort, Membership, Session
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.attendance_words import RECORDED, WORDS, said
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.rate import CELLS_PER_MINUTE
from lernet_xblock.panels.run import guides_or_runs, has_groups
from lernet_xblock.panels.sessions import choices
from lernet_xblock.permissions import may_change_session, may_plan, may_run
from lernet_xblock.queries.attendance import PersonLine, Sheet, sheet
from lernet_xblock.queries.attendance_grid import NOT_RECORDED, grid
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.session import choose_cohort, cohorts_of, find_session
from lernet_xblock.rules.presence import EXPECTED, RECORDED_BEFORE, recording
from lernet_xblock.services import attendance as writing
from lernet_xblock.viewer import Viewer

LONGEST_MINUTES = 480
HIGHEST_NUMBER = 2**31 - 1
# Nothing recorded: the choice that takes a record back.
NOTHING = ""


class CellForm(VersionedForm):
    """One person at one session; `about` is the session's key and the number of the membership."""

    state = fields.ChoiceField(
        label=gettext_lazy("Attendance"), choices=[*RECORDED.items(), (NOTHING, NOTHING)], required=False
    )
    minutes = fields.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=LONGEST_MINUTES, required=False)


@panel(
    "attendance",
    title=gettext_lazy("Attendance"),
    visible=guides_or_runs,
    in_menu=lambda viewer: guides_or_runs(viewer) and has_groups(viewer),
)
def attendance(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the sheet that the address names, or a group's grid; else the sheet of the session that began last."""
    if params.get("session"):
        return _sheet(viewer, find_session(viewer, params["session"]), forms)
    planned = [cohort for cohort in cohorts_of(viewer) if may_plan(viewer, cohort)]
    cohort = choose_cohort(viewer, planned, params.get("cohort", ""))
    if cohort is None:
        return {"part": "lernet_xblock/attendance_none.html"}
    if not params.get("cohort"):
        last = _last_begun(viewer, cohort)
        if last is not None:
            return _sheet(viewer, last, forms)
    return {**_grid(viewer, cohort), "choices": choices(planned, cohort), "address_of": "attendance"}


def _last_begun(viewer: Viewer, cohort: Cohort) -> Session | None:
    """Return the session of the cohort that can be recorded and began last, of those that the reader may change."""
    begun = Session.objects.filter(
        cohort=cohort, state=Session.State.PLANNED, starts_at__lte=viewer.now + RECORDED_BEFORE
    )
    rows = begun.select_related("cohort__network").order_by("-starts_at", "-pk")
    return next((row for row in rows if may_change_session(viewer, row)), None)


def _sheet(viewer: Viewer, session: Session, forms: Forms) -> dict[str, Any]:
    found = sheet(viewer, session)
    rest = [line for line in found.lines if line.place == EXPECTED and not line.state]
    away = sum(line.rsvp == "not_coming" for line in rest)
    window = recording(session.starts_at, session.ends_at)
    return {
        "part": "lernet_xblock/attendance_sheet.html",
        "sheet": found,
        "session": session,
        "label": cohort_label(session.cohort),
        "grid_of": session.cohort.key if may_run(viewer, session.cohort) else "",
        "opens_at": window.opens_at if viewer.now < window.opens_at else None,
        "closes_at": window.closes_at,
        "rows": [_row(found, line, forms) for line in found.lines],
        "rest": forms(ActionForm, "attendance.rest", about=session.key) if rest and found.open else None,
        "rest_label": _rest_label(len(rest), found),
        "rest_away": away,
    }


def _rest_label(count: int, found: Sheet) -> str:
    if not found.recorded:
        return _("Everybody was present")
    return ngettext("The other person was present", "The other %(n)d people were present", count) % {"n": count}


def _row(found: Sheet, line: PersonLine, forms: Forms) -> dict[str, Any]:
    about = f"{found.session.key}-{line.number}"
    form = forms(CellForm, "attendance.set", about=about)
    # After a conflict the stored state is marked, so that choosing one's own again is a change that is sent.
    typed = form.data if form.is_bound and not form.theirs else {}
    state, minutes = typed.get("state", line.state), typed.get("minutes", line.minutes)
    sign = line.state or (NOT_RECORDED if line.place == EXPECTED else line.place)
    return {
        "line": line,
        "about": about,
        "may_write": found.open and line.place == EXPECTED,
        "options": [{"value": value, "word": word, "chosen": value == state} for value, word in RECORDED.items()],
        "sign": sign,
        "word": said(sign),
        "minutes": "" if minutes is None else minutes,
        "there": line.state in Attendance.THERE,
        "form": form if form.is_bound else None,
        "mine": said(form.data.get("state", "")) if form.is_bound and form.theirs else "",
        "changes": [
            {"change": one, "before": said(one.before), "after": said(one.after)} for one in reversed(line.changes)
        ],
    }


def _grid(viewer: Viewer, cohort: Cohort) -> dict[str, Any]:
    if not may_run(viewer, cohort):
        raise NotFound
    found = grid(viewer, cohort)
    used = {state for row in found.rows for state in row.cells}
    return {
        "part": "lernet_xblock/attendance_grid.html",
        "label": cohort_label(cohort),
        "grid": found,
        "rows": [{"row": row, "cells": [(state, said(state)) for state in row.cells]} for row in found.rows],
        "legend": [(state, word) for state, word in WORDS.items() if state in used],
    }


@action("attendance.set", panel="attendance", permission=guides_or_runs, form=CellForm, a_minute=CELLS_PER_MINUTE)
def record(viewer: Viewer, form: CellForm) -> Reply:
    """Record one person, or take the record back."""
    typed = form.cleaned_data
    key, _dash, number = typed["about"].partition("-")
    session = find_session(viewer, key)
    stays = Membership.objects.filter(cohort=session.cohort_id)
    short = number.isascii() and number.isdecimal() and len(number) <= len(str(HIGHEST_NUMBER))
    stay = stays.filter(pk=int(number)).first() if short else None
    if stay is None:
        raise NotFound
    state = typed["state"]
    writing.set_attendance(
        session,
        user_id=stay.user_id,
        state=state,
        # The page sends what still stands in the field when somebody is marked as not there.
        minutes=typed["minutes"] if state in Attendance.THERE else None,
        opened_version=typed["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    name = viewer.host.names([stay.user_id]).get(stay.user_id, "—")
    return Reply(say=_("%(name)s: %(state)s. Saved.") % {"name": name, "state": said(state)})


@action("attendance.rest", panel="attendance", permission=guides_or_runs)
def record_rest(viewer: Viewer, form: ActionForm) -> Reply:
    """Record everybody of whom nothing is recorded yet."""
    session = find_session(viewer, form.cleaned_data["about"])
    count = writing.set_all(session, by=viewer.user_id, now=viewer.now)
    return Reply(say=ngettext("%(n)d person recorded.", "%(n)d people recorded.", count) % {"n": count})
