"""What people read when the dates of a poll cannot be asked about."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext_lazy as _
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.sentences import shown_day

Result = TypeVar("Result")

SENTENCES: dict[str, Any] = {
    "last_before_first": _("The last day cannot come before the first one."),
    "span_too_long": _("Please choose days within one year."),
    "no_days": _("No date follows from this. Please choose at least one day of the week, and a time or a part of it."),
    "times_unreadable": _("“%(text)s” is no time of day that we can read. Please write it like 13:30."),
    "too_many_options": _("That makes %(count)s dates; %(maximum)s is the most. Please choose fewer days or times."),
    "too_many_lines": _("These are %(count)s dates; %(maximum)s is the most. Please take some lines out."),
    "too_few_options": _("Please propose at least %(minimum)s dates, one on each line."),
    "line_unreadable": _(
        "Line %(line)s, “%(text)s”, is no date and time that we can read. Please write it like the other lines, for"
        " example 2027-02-02 13:30.",
    ),
    "weekday_differs": _("Line %(line)s, “%(text)s”: %(day)s is another day of the week. Please check the date."),
    "option_repeated": _("A date is in the poll already. Please take its line out."),
    "option_past": _("%(day)s is over, or begins before anybody can answer. Please propose dates ahead."),
    "option_too_far": _("%(day)s is more than a year ahead. Please propose dates within one year."),
    "until_past": _("The day to answer by is over. Please choose a later one."),
    "until_after_first": _(
        "People have to answer before the first of the dates, %(day)s. Please choose a day until then."
    ),
}


def asked(work: Callable[[], Result]) -> Result:
    """Run the rule and return its result. Raises RuleViolation with the sentence of what it refuses."""
    try:
        return work()
    except Refused as refused:
        values = {name: _shown(value) for name, value in refused.values.items()}
        raise RuleViolation(str(SENTENCES[refused.code]) % values, field=refused.field) from refused


def _shown(value: object) -> object:
    return shown_day(value) if isinstance(value, date) else value
