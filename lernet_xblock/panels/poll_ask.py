"""Asking a group when it can meet: a few choices become a list of dates, which can be edited before it is sent."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms as fields
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Cohort
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.poll_pick import run_poll
from lernet_xblock.panels.poll_words import DAYS_OF_WEEK, PARTS, words
from lernet_xblock.panels.run import guides_or_runs
from lernet_xblock.permissions import may_run
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.poll import PollPage
from lernet_xblock.queries.session import choose_cohort, cohorts_of
from lernet_xblock.rules.date_proposal import FEWEST_OPTIONS, Proposed, propose, read_lines, read_times, write_lines
from lernet_xblock.rules.pause import today_in
from lernet_xblock.rules.zones import zone
from lernet_xblock.services.poll import add_options, ask_poll
from lernet_xblock.services.poll_refusals import asked
from lernet_xblock.templatetags.lernet_show import zone_name
from lernet_xblock.viewer import FALLBACK_ZONE, Viewer

LINES_LENGTH = 3000
TIMES_LENGTH = 60
DEFAULT_SHARE = 80
# Where nothing else is known: two working weeks that begin in a week or more.
NOTICE_DAYS, SPAN_DAYS, WORKING_DAYS = 7, 11, 5


def date_widget() -> fields.DateInput:
    """Return the browser's own calendar."""
    return fields.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def lines_field() -> fields.CharField:
    """Return the field for dates, one on each line."""
    return fields.CharField(
        label=gettext_lazy("Dates to ask about"),
        max_length=LINES_LENGTH,
        widget=fields.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("One on each line. Take out what does not suit, or add lines like 2027-02-02 13:30."),
    )


class ProposeForm(ActionForm):
    """Which days, and when on them. Nothing is saved by it."""

    first = fields.DateField(label=gettext_lazy("From"), widget=date_widget())
    last = fields.DateField(label=gettext_lazy("To"), widget=date_widget())
    weekdays = fields.MultipleChoiceField(
        label=gettext_lazy("On which days of the week"),
        choices=[(str(number), "") for number in range(7)],
        widget=fields.CheckboxSelectMultiple,
    )
    times = fields.CharField(
        label=gettext_lazy("Starting at"),
        max_length=TIMES_LENGTH,
        required=False,
        help_text=gettext_lazy("One time or several, such as 9:00, 13:30."),
    )
    parts = fields.MultipleChoiceField(
        label=gettext_lazy("Or ask about parts of the day"),
        choices=list(PARTS.items()),
        required=False,
        widget=fields.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        """Name the days of the week in the reader's language."""
        self.fields["weekdays"].choices = [(str(one.weekday()), date_format(one, "D")) for one in DAYS_OF_WEEK]


class LinesForm(VersionedForm):
    """More dates for a poll that is open."""

    lines = lines_field()


class AskForm(ActionForm):
    """What the group is asked."""

    lines = lines_field()
    share_percent = fields.IntegerField(
        label=gettext_lazy("A date fits when so many per cent of the members can come"), min_value=1, max_value=100
    )
    answers_until = fields.DateField(
        label=gettext_lazy("Please answer until"),
        required=False,
        widget=date_widget(),
        help_text=gettext_lazy("A wish: later answers still count, until you choose a date."),
    )


def ask_parts(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the two forms of asking: the choices, and the dates that follow from them as lines to edit."""
    typed = _typed(params)
    looked = ProposeForm(typed, viewer=viewer, action="poll.propose")
    chosen = looked.cleaned_data if params.get("first") and looked.is_valid() else _usual(viewer)
    try:
        proposed = _proposed(viewer, chosen)
    except RuleViolation:
        proposed = ()
    lines = write_lines(proposed, words())
    initial = {"lines": lines, "share_percent": DEFAULT_SHARE, "answers_until": _until(viewer, proposed)}
    form = forms(AskForm, "poll.ask", about=cohort.key, initial=initial)
    # Other choices make other lines: the script keeps what was typed under the same id.
    mark = hashlib.sha256(lines.encode()).hexdigest()[:8]
    form.fields["lines"].widget.attrs |= {"id": f"{viewer.html_id}-poll-lines-{mark}", "rows": len(proposed) + 1}
    propose_form = forms(ProposeForm, "poll.propose", about=cohort.key, initial=chosen)
    return {
        "propose": propose_form,
        "ask": form,
        "asking": bool(params.get("first")) or form.is_bound or propose_form.is_bound,
        "asked_group": cohort_label(cohort),
        "zone": zone_name(_zone(viewer)),
    }


def more_form(page: PollPage, forms: Forms) -> ActionForm:
    """Return the form that adds dates to an open poll."""
    return forms(LinesForm, "poll.extend", about=page.key, initial={"version": page.version})


def _typed(params: Params) -> MultiValueDict:
    """Return the choices that an address carries, as a form sends them."""
    return MultiValueDict(
        {
            "first": [params.get("first", "")],
            "last": [params.get("last", "")],
            "weekdays": list(params.get("days", "")),
            "times": [params.get("times", "")],
            "parts": [one for one in params.get("parts", "").split(",") if one],
        }
    )


def _usual(viewer: Viewer) -> dict[str, Any]:
    """Return the choices to begin with: two working weeks around the author's first date, at the author's time."""
    today = today_in(_zone(viewer), viewer.now)
    around = max(viewer.plan.first_date or today, today + timedelta(days=NOTICE_DAYS))
    # The Monday of that week, or the next one where that lies too near.
    monday = around - timedelta(days=around.weekday())
    monday += timedelta(days=7) if monday < today + timedelta(days=NOTICE_DAYS) else timedelta()
    at = viewer.plan.session_time
    return {
        "first": monday,
        "last": monday + timedelta(days=SPAN_DAYS),
        "weekdays": [str(number) for number in range(WORKING_DAYS)],
        "times": f"{at:%H:%M}" if at else "",
        "parts": [] if at else list(PARTS)[:2],
    }


def _proposed(viewer: Viewer, chosen: Mapping[str, Any]) -> tuple[Proposed, ...]:
    """Return the dates that follow. Raises RuleViolation at the field that allows none, or too many."""
    return asked(
        lambda: propose(
            chosen["first"],
            chosen["last"],
            weekdays={int(one) for one in chosen["weekdays"]},
            times=read_times(chosen["times"]),
            parts=chosen["parts"],
            usual=viewer.plan.session_time,
            without=viewer.plan.free_days,
        )
    )


def _until(viewer: Viewer, proposed: Sequence[Proposed]) -> date | None:
    """Return a week from now, or the day before the first of the dates."""
    today = today_in(_zone(viewer), viewer.now)
    return min(today + timedelta(days=7), proposed[0].day - timedelta(days=1)) if proposed else None


def _zone(viewer: Viewer) -> ZoneInfo:
    return zone(viewer.plan.time_zone or FALLBACK_ZONE)


def _lines(viewer: Viewer, text: str, fewest: int = FEWEST_OPTIONS) -> tuple[Proposed, ...]:
    return asked(lambda: read_lines(text, words(), viewer.plan.session_time, fewest=fewest))


def _run_cohort(viewer: Viewer, key: str) -> Cohort:
    """Return a group that the reader runs. Raises NotFound for every other."""
    cohort = choose_cohort(viewer, cohorts_of(viewer), key) if key else None
    if cohort is None or not may_run(viewer, cohort):
        raise NotFound
    return cohort


@action("poll.propose", panel="poll", permission=guides_or_runs, form=ProposeForm)
def look(viewer: Viewer, form: ProposeForm) -> Reply:
    """Go to the address of the dates that follow; nothing is saved."""
    chosen = form.cleaned_data
    cohort = _run_cohort(viewer, chosen["about"])
    number = len(_proposed(viewer, chosen))
    params = {
        "cohort": cohort.key,
        "first": str(chosen["first"]),
        "last": str(chosen["last"]),
        "days": "".join(chosen["weekdays"]),
        "times": chosen["times"],
        "parts": ",".join(chosen["parts"]),
    }
    said = ngettext(
        "%(n)d date is listed. Nothing is sent yet.", "%(n)d dates are listed. Nothing is sent yet.", number
    )
    return Reply(say=said % {"n": number}, panel="poll", params=params)


@action("poll.ask", panel="poll", permission=guides_or_runs, form=AskForm, creates=True)
def ask(viewer: Viewer, form: AskForm) -> Reply:
    """Ask the group."""
    chosen = form.cleaned_data
    cohort = _run_cohort(viewer, chosen["about"])
    ask_poll(
        cohort,
        options=_lines(viewer, chosen["lines"]),
        share_percent=chosen["share_percent"],
        answers_until=chosen["answers_until"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(
        say=_("%(group)s is asked.") % {"group": cohort_label(cohort)}, panel="poll", params={"cohort": cohort.key}
    )


@action("poll.extend", panel="poll", permission=guides_or_runs, form=LinesForm)
def extend(viewer: Viewer, form: LinesForm) -> Reply:
    """Ask about more dates."""
    poll = run_poll(viewer, form.cleaned_data["about"])
    options = _lines(viewer, form.cleaned_data["lines"], fewest=1)
    add_options(poll, options=options, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The group is asked about these dates as well."))
