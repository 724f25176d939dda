"""How dates, times and amounts are shown: in the reader's zone, in the active language."""

from datetime import date, datetime, tzinfo

from django import template
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language

from lernet_xblock.i18n import gettext as _

register = template.Library()

# Patterns of our own: the platform's editions of Django differ in what they ship for a language.
DAY = {"de": "l, j. F Y"}
SHORT_DAY = {"de": "D, j. M", "fr": "D j b", "nl": "D j b"}
DEFAULT_DAY = "l j F Y"
DEFAULT_SHORT_DAY = "D j M"
MINUTES_PER_HOUR = 60


def _pattern(patterns: dict[str, str], default: str) -> str:
    return patterns.get((get_language() or "en").split("-")[0], default)


def _local(moment: date | datetime, zone: tzinfo | None) -> date | datetime:
    return moment.astimezone(zone) if isinstance(moment, datetime) and zone else moment


@register.filter
def day(moment: date | datetime, zone: tzinfo | None = None) -> str:
    """Return "Tuesday 2 March 2027"; a moment is first turned into the zone's calendar."""
    return date_format(_local(moment, zone), _pattern(DAY, DEFAULT_DAY))


@register.filter
def short_day(moment: date | datetime, zone: tzinfo | None = None) -> str:
    """Return "Tue 2 Mar"."""
    return date_format(_local(moment, zone), _pattern(SHORT_DAY, DEFAULT_SHORT_DAY))


@register.filter
def clock(moment: datetime, zone: tzinfo) -> str:
    """Return "13:30" in the zone."""
    return date_format(moment.astimezone(zone), "H:i")


@register.filter
def zone_name(zone: tzinfo) -> str:
    """Return the zone in words: "Europe/Brussels" reads "Brussels", in the reader's language; others keep theirs."""
    name = str(zone)
    return _("Brussels") if name == "Europe/Brussels" else name.rsplit("/", maxsplit=1)[-1].replace("_", " ")


@register.filter
def hours(minutes: int) -> str:
    """Return "17 h 30" for 1050."""
    whole, rest = divmod(minutes, MINUTES_PER_HOUR)
    if not rest:
        return _("%(hours)d h") % {"hours": whole}
    return _("%(hours)d h %(minutes)02d") % {"hours": whole, "minutes": rest}


@register.filter
def amount(value: float) -> str:
    """Return a number with at most one decimal, in the language's own notation."""
    return number_format(value, 0 if float(value).is_integer() else 1)


@register.simple_tag
def when(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> str:
    """Return "Tuesday 2 March 2027, 13:30–16:30 (Brussels)"."""
    return f"{day(starts_at, zone)}, {clock(starts_at, zone)}–{clock(ends_at, zone)} ({zone_name(zone)})"
