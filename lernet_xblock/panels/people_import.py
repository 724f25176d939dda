"""A list of people from a spreadsheet: uploaded, reported line by line, applied when the admin says so."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Network, PeopleImport
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.queries.people import pending_import
from lernet_xblock.rules.roster import COLUMNS, REQUIRED, read_roster
from lernet_xblock.services.people_import import TAKES_PEOPLE, apply_import, discard_import, hold
from lernet_xblock.viewer import Viewer

# More would be no reading; the list is mended and sent again.
MOST_LINES_SHOWN = 200

SENTENCES = {
    "workbook": gettext_lazy("This is a spreadsheet. Save it as CSV first, and choose that file."),
    "too_many_lines": gettext_lazy("This list is too long: %(value)s lines are the most at once."),
    "empty": gettext_lazy("This file is empty."),
    "no_people": gettext_lazy("This file has a first line, and nobody below it."),
    "no_columns": gettext_lazy("The first line names no column that we know. These are needed: %(value)s."),
    "column_missing": gettext_lazy("The column “%(value)s” is missing in the first line."),
    "column_twice": gettext_lazy("The column “%(value)s” stands twice in the first line."),
    "column_unused": gettext_lazy("The column “%(value)s” is not used."),
    "encoding_guessed": gettext_lazy("The file is not in UTF-8: please check that accents look right."),
    "quotes": gettext_lazy("The quotation marks do not match, so the line cannot be read."),
    "cell_count": gettext_lazy("The line has more or fewer cells than the first line (%(value)s)."),
    "missing": gettext_lazy("“%(value)s” is empty."),
    "control_character": gettext_lazy("“%(value)s” holds characters that cannot be seen."),
    "unreadable": gettext_lazy("“%(value)s” holds characters that cannot be read."),
    "formula": gettext_lazy("“%(value)s” begins like a formula of a spreadsheet."),
    "too_long": gettext_lazy("“%(column)s” is too long: %(limit)s characters are the most."),
    "language_unknown": gettext_lazy("The language “%(value)s” is none of en, fr, nl and de."),
    "years_not_a_number": gettext_lazy("The years of experience, “%(value)s”, are not a whole number."),
    "years_negative": gettext_lazy("The years of experience, “%(value)s”, are below zero."),
    "years_too_many": gettext_lazy("The years of experience, “%(value)s”, are too many."),
    "half_day_unknown": gettext_lazy("The half-day “%(value)s” is not known; write for example MO-am or FR-pm."),
    "repeated": gettext_lazy("This person stands on line %(value)s already."),
    "not_enrolled": gettext_lazy("Nobody enrolled in this course has the username “%(value)s”."),
    "email_of_somebody_else": gettext_lazy("The e-mail address “%(value)s” is not that of this person."),
    "already_applied": gettext_lazy("This person applied or was invited already."),
    "already_member": gettext_lazy("This person is a member already."),
    "guides_already": gettext_lazy("This person guides a group of this network."),
}

# Beside the name of somebody who can be invited, but not taken for agreed.
REMARKS = {"withdrawn": gettext_lazy("withdrew before"), "declined": gettext_lazy("declined before")}


class ApplyForm(ActionForm):
    """What an admin states about the people of a list."""

    agreed = fields.BooleanField(
        label=gettext_lazy("They have already agreed to take part"),
        required=False,
        help_text=gettext_lazy(
            "They then count as applied; that you said so is written in the log. Without it they are invited,"
            " and each decides for themselves.",
        ),
    )


def problem_sentence(code: str, value: str) -> str:
    """Return the reason against a line in words."""
    column, _slash, limit = value.partition("/")
    return SENTENCES[code] % {"value": value, "column": column, "limit": limit}


@action("people.import", panel="people", permission=runs_network, content_types=("text/csv",))
def upload(viewer: Viewer, form: ActionForm) -> Reply:
    """Read the file and hold its good lines; nobody is added yet."""
    roster = read_roster(form.file)
    if roster.problems:
        raise RuleViolation(" ".join(problem_sentence(one.code, one.value) for one in roster.problems))
    usernames = {line.values["username"] for line in roster.lines if line.values.get("username")}
    learners = viewer.host.find_learners(own_network(viewer).course_id, usernames)
    held = hold(
        own_network(viewer),
        lines=roster.lines,
        notices=roster.notices,
        learners=learners,
        by=viewer.user_id,
        now=viewer.now,
    )
    if not held.rows:
        return Reply(say=_("The list is read. No line of it can be used; the reasons are below."))
    return Reply(say=_("The list is read. Nobody is added yet: look at it below and decide."))


@action("people.apply_import", panel="people", permission=runs_network, form=ApplyForm, creates=True)
def apply_list(viewer: Viewer, form: ApplyForm) -> Reply:
    """Add the people of the list that waits."""
    held = _held(viewer, form)
    usernames = [row["username"] for row in held.rows]
    learners = viewer.host.find_learners(own_network(viewer).course_id, usernames)
    done = apply_import(
        held,
        agreed=form.cleaned_data["agreed"],
        enrolled={person.user_id for person in learners.values()},
        by=viewer.user_id,
        now=viewer.now,
    )
    added = ngettext("%(n)d person was added.", "%(n)d people were added.", done.added) % {"n": done.added}
    skipped = ngettext(
        "%(n)d person was left out: something changed since the upload.",
        "%(n)d people were left out: something changed since the upload.",
        done.skipped,
    ) % {"n": done.skipped}
    asked = ngettext(
        "%(n)d of them withdrew or declined before, so this person is invited and decides.",
        "%(n)d of them withdrew or declined before, so these people are invited and decide.",
        done.asked,
    ) % {"n": done.asked}
    told = ((added, True), (asked, done.asked), (skipped, done.skipped))
    return Reply(say=" ".join(text for text, holds in told if holds))


@action("people.discard_import", panel="people", permission=runs_network)
def discard(viewer: Viewer, form: ActionForm) -> Reply:
    """Put the list that waits aside."""
    discard_import(_held(viewer, form), by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The list is put aside, and nothing of it is kept."))


def importing(viewer: Viewer, network: Network, forms: Forms) -> dict[str, Any]:
    """Return the part about lists: the upload, and the report on the list that waits."""
    held = pending_import(network)
    refused = [forms.refused(name) for name in ("people.import", "people.apply_import", "people.discard_import")]
    shown: dict[str, Any] = {
        "takes_people": network.state in TAKES_PEOPLE,
        "held": None,
        "columns": ", ".join(COLUMNS),
        "required": ", ".join(REQUIRED),
        "refused_list": next((one.sentence for one in refused if one), ""),
    }
    if held is None:
        return shown
    lines = [line for line in held.report if line["line"]]
    notices = [one for line in held.report if not line["line"] for one in line["problems"]]
    return {
        **shown,
        "held": held,
        "good": len(held.rows),
        "bad": len(lines),
        "by": viewer.host.names([held.uploaded_by_id]).get(held.uploaded_by_id, "—"),
        "notices": [problem_sentence(*one) for one in notices],
        "lines": [_reported(line) for line in lines[:MOST_LINES_SHOWN]],
        "again": [_again(row) for row in held.rows if row.get("before")],
        "more": max(0, len(lines) - MOST_LINES_SHOWN),
        "apply": forms(ApplyForm, "people.apply_import", about=held.key),
        "discard": forms(ActionForm, "people.discard_import", about=held.key),
    }


def _again(row: dict[str, Any]) -> dict[str, Any]:
    return {"username": row["username"], "remark": REMARKS[row["before"]]}


def _reported(line: dict[str, Any]) -> dict[str, Any]:
    reasons = [problem_sentence(*problem) for problem in line["problems"]]
    return {"number": line["line"], "username": line["username"], "reasons": reasons}


def _held(viewer: Viewer, form: ActionForm) -> PeopleImport:
    held = own_network(viewer).imports.filter(key=form.cleaned_data["about"]).first()
    if held is None:
        raise NotFound
    return held
