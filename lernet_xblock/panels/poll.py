"""The date poll of a group: everybody says what suits them, each answer saved at once, and one date is chosen."""

from collections import Counter
from itertools import groupby
from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.operation_words import refusal
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.poll_ask import ask_parts, more_form
from lernet_xblock.panels.poll_pick import chosen_parts, result_parts
from lernet_xblock.panels.poll_words import SAID, away, counts, here, hours
from lernet_xblock.panels.rate import CELLS_PER_MINUTE
from lernet_xblock.panels.sessions import choices
from lernet_xblock.permissions import may_run
from lernet_xblock.queries.poll import OptionLine, PollPage, find_option, find_poll, poll_page
from lernet_xblock.queries.session import choose_cohort, cohorts_of
from lernet_xblock.rules.date_poll import ANSWERS, NO
from lernet_xblock.services.poll_answer import answer_poll, answer_rest
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer

# Actions whose form is gone once the poll is over, or never shows why it was refused.
GONE_WHEN_OVER = ("poll.answer", "poll.rest", "poll.pick", "poll.end", "poll.extend")


class AnswerForm(ActionForm):
    """What somebody says to one date; `about` is its key."""

    answer = fields.ChoiceField(choices=[(one, one) for one in ANSWERS])


def never(viewer: Viewer) -> bool:  # noqa: ARG001 - one signature
    """The panel is no entry of the menu: whoever is asked is led to it."""
    return False


@panel("poll", title=gettext_lazy("Date poll"), visible=permissions.takes_part, in_menu=never)
def poll(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the poll of one group, and for those who run it the form to ask. Raises NotFound for a foreign group."""
    cohorts = cohorts_of(viewer)
    cohort = choose_cohort(viewer, cohorts, params.get("cohort", ""))
    page = poll_page(viewer, cohort) if cohort else None
    shown: dict[str, Any] = {
        "choices": choices(cohorts, cohort),
        "address_of": "poll",
        "page": page,
        "refused": _refused(page, forms),
    }
    if page is not None and page.open:
        return shown | _open(viewer, page, forms)
    may_ask = cohort is not None and viewer.may_write and may_run(viewer, cohort)
    asking = ask_parts(viewer, cohort, params, forms) if cohort is not None and may_ask else {}
    return shown | asking | (chosen_parts(viewer, page) if page else {})


def _refused(page: PollPage | None, forms: Forms) -> str:
    """Return why something was refused whose form is not on the page any more."""
    names = ("poll.ask", "poll.answer") if page is not None and page.open else GONE_WHEN_OVER
    return next((told for name in names if (told := refusal(forms, name))), "")


def _open(viewer: Viewer, page: PollPage, forms: Forms) -> dict[str, Any]:
    on_day = Counter(line.day for line in page.options)
    rows = [_row(viewer, page, line) | {"alone": on_day[line.day] == 1} for line in page.options]
    return {
        "days": [{"day": one, "rows": list(some)} for one, some in groupby(rows, key=lambda row: row["line"].day)],
        "left": _left(page),
        "rest_label": _("No to all the others") if any(line.mine for line in page.options) else _("No to all of them"),
        "rest": forms(ActionForm, "poll.rest", about=page.key) if page.left else None,
        "until": day(page.answers_until) if page.answers_until else "",
        **(result_parts(page, forms) | {"more": more_form(page, forms)} if page.may_run else {}),
    }


def _row(viewer: Viewer, page: PollPage, line: OptionLine) -> dict[str, Any]:
    saved = _("saved %(time)s") % {"time": clock(line.saved_at, viewer.zone)} if line.saved_at else ""
    return {
        "line": line,
        "hours": hours(line, page.zone),
        "here": here(line, viewer.zone),
        "counts": counts(line),
        "saved": saved,
        "choices": [(value, word, value == line.mine) for value, word in SAID.items()],
        "said": SAID[line.mine] if line.mine else "",
        "away": away(line),
        "names": [(word, line.names[value]) for value, word in SAID.items() if line.names[value]],
    }


def _left(page: PollPage) -> str:
    """Return how far the reader is; "" for who is not asked."""
    asked = sum(not line.past for line in page.options)
    if not page.may_answer or not asked:
        return ""
    if not page.left:
        return _("You have answered every date. You can change your answers until a date is chosen.")
    if page.left == asked:
        return ngettext("%(n)d date waits for your answer.", "%(n)d dates wait for your answer.", asked) % {"n": asked}
    return ngettext(
        "%(left)d date still waits for your answer.", "%(left)d dates still wait for your answer.", page.left
    ) % {"left": page.left}


@action("poll.answer", panel="poll", permission=permissions.belongs, form=AnswerForm, a_minute=CELLS_PER_MINUTE)
def answer(viewer: Viewer, form: AnswerForm) -> Reply:
    """Save what the reader says to one date."""
    option = find_option(viewer, form.cleaned_data["about"])
    said = form.cleaned_data["answer"]
    answer_poll(option, user_id=viewer.user_id, answer=said, now=viewer.now)
    return Reply(say=_("Saved: %(day)s, %(answer)s.") % {"day": day(option.local_date), "answer": SAID[said]})


@action("poll.rest", panel="poll", permission=permissions.belongs)
def rest(viewer: Viewer, form: ActionForm) -> Reply:
    """Say no to every date that the reader has not answered."""
    row = find_poll(viewer, form.cleaned_data["about"])
    number = answer_rest(row, user_id=viewer.user_id, answer=NO, now=viewer.now)
    return Reply(say=ngettext("Saved: no to %(n)d date.", "Saved: no to %(n)d dates.", number) % {"n": number})
