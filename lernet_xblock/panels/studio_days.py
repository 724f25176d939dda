"""Days without session, as people type them: one date on a line, with a name after it if they like."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.rules.holidays import Holiday
from lernet_xblock.rules.holidays_be import be_holiday
from lernet_xblock.sentences import HOLIDAYS

MOST_DAYS = 400
LONGEST_TEXT = 20_000
# A comma or a semicolon parts two days only where a date follows: names have commas too.
_PARTS = re.compile(r"\n|[,;]\s*(?=[0-9]{4}-)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def own_day(text: str) -> date | None:
    """Return the date with which a line begins, None where there is none."""
    found = _DATE.match(text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def lines_of(text: str) -> list[str]:
    """Return what stands for one day each, without empty lines."""
    return [part.strip() for part in _PARTS.split(text) if part.strip()]


def dates_of_text(text: str) -> tuple[date, ...]:
    """Return the ISO dates of a text, ascending, one that is listed twice twice. Raises ValidationError."""
    found = []
    for part in re.split(r"[\s,;]+", text.strip()):
        try:
            found += [date.fromisoformat(part)] if part else []
        except ValueError:
            said = _("“%(text)s” is not a date such as 2027-02-02.") % {"text": part[:40]}
            raise forms.ValidationError(said) from None
    return tuple(sorted(found))


class DaysField(forms.CharField):
    """A text of dates; its clean value is a tuple of dates, ascending, each once."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
        super().__init__(required=False, max_length=LONGEST_TEXT, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """Raise ValidationError for a line that begins with no date, or that has two."""
        days = []
        for line in lines_of(super().clean(value)):
            found = own_day(line)
            if found is None:
                raise forms.ValidationError(_("“%(text)s” is not a date such as 2027-02-02.") % {"text": line[:40]})
            if len(_DATE.findall(line)) > 1:
                text = _("“%(text)s” has two dates. Please give each day a line of its own.")
                raise forms.ValidationError(text % {"text": line[:60]})
            days.append(found)
        if len(set(days)) > MOST_DAYS:
            raise forms.ValidationError(_("Please give at most %(most)d days.") % {"most": MOST_DAYS})
        return tuple(sorted(set(days)))


class CountryField(forms.CharField):
    """Whose public holidays are wanted: a code such as BE or DE-BY."""

    def __init__(self) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "country", "autocapitalize": "characters"})
        super().__init__(
            label=gettext_lazy("Public holidays of"),
            required=False,
            max_length=12,
            initial="BE",
            widget=widget,
            help_text=gettext_lazy("Two letters, such as BE or FR; DE-BY for a part of a country."),
        )


def written(days: Iterable[date]) -> str:
    """Return dates as a field of lines shows them."""
    return "\n".join(day.isoformat() for day in days)


def written_free(days: Iterable[date]) -> str:
    """Return days without session as the field shows them, Belgian holidays by name: only their dates are kept."""
    named = ((day, be_holiday(day)) for day in days)
    return "\n".join(f"{day.isoformat()} {HOLIDAYS[code]}" if code else day.isoformat() for day, code in named)


def with_holidays(text: str, holidays: Iterable[Holiday]) -> tuple[str, int]:
    """Return the text with a line for each holiday that it lacks, in the order of dates, and how many came.

    What was typed stays as it is; lines without a date come first.
    """
    lines = lines_of(text)
    known = {own_day(line) for line in lines}
    new = [f"{one.day.isoformat()} {HOLIDAYS.get(one.name, one.name)}" for one in holidays if one.day not in known]
    ordered = sorted((*lines, *new), key=lambda line: own_day(line) or date.min)
    return "\n".join(ordered), len(new)
