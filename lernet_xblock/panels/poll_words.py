"""What is said of the dates of a poll: when they are, who can come, and the lines to edit them in."""

from datetime import date, timedelta, tzinfo
from typing import Any

from django.utils.formats import date_format

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.panels.operation_words import listed
from lernet_xblock.queries.poll import OptionLine, PollPage
from lernet_xblock.rules.date_poll import IF_NEED_BE, NO, YES, people_needed
from lernet_xblock.rules.date_proposal import AFTERNOON, EVENING, MORNING, Words
from lernet_xblock.templatetags.lernet_show import clock, day, short_day, zone_name

PARTS: dict[str, Any] = {
    MORNING: gettext_lazy("morning"),
    AFTERNOON: gettext_lazy("afternoon"),
    EVENING: gettext_lazy("evening"),
}
SAID: dict[str, Any] = {
    YES: gettext_lazy("Yes"),
    IF_NEED_BE: gettext_lazy("If need be"),
    NO: gettext_lazy("No"),
}
A_MONDAY = date(2024, 1, 1)
DAYS_OF_WEEK = tuple(A_MONDAY + timedelta(days=number) for number in range(7))


def words() -> Words:
    """Return the words of the reader's language for the lines of dates."""
    weekdays = tuple(date_format(one, "D") for one in DAYS_OF_WEEK)
    return Words(weekdays, {part: str(word) for part, word in PARTS.items()})


def hours(line: OptionLine, zone: tzinfo) -> str:
    """Return "13:30–16:30", or "13:30" while nobody knows how long it takes, or "morning"."""
    if line.half:
        return str(PARTS[line.half])
    begins = clock(line.starts_at, zone)
    return f"{begins}–{clock(line.ends_at, zone)}" if line.ends_at else begins


def here(line: OptionLine, zone: tzinfo) -> str:
    """Return when that is on a reader's clock that shows another time, "" for the same: "07:30–10:30 (Toronto)"."""
    if not line.elsewhere:
        return ""
    begins = clock(line.starts_at, zone)
    told = _("from about %(time)s") % {"time": begins} if line.half else hours(line, zone)
    if line.starts_at.astimezone(zone).date() != line.day:
        told = f"{short_day(line.starts_at, zone)}, {told}"
    return f"{told} ({zone_name(zone)})"


def whole(line: OptionLine, zone: tzinfo) -> str:
    """Return "Tuesday 2 March 2027, 13:30–16:30"."""
    return f"{day(line.day)}, {hours(line, zone)}"


def counts(line: OptionLine) -> str:
    """Return "5 yes · 2 if need be · 1 no"; "" before anybody answered."""
    tally = line.tally
    told = [
        (tally.yes, ngettext("%(n)d yes", "%(n)d yes", tally.yes)),
        (tally.if_need_be, ngettext("%(n)d if need be", "%(n)d if need be", tally.if_need_be)),
        (tally.no, ngettext("%(n)d no", "%(n)d no", tally.no)),
    ]
    return " · ".join(text % {"n": n} for n, text in told if n)


def who_can(line: OptionLine, members: int) -> str:
    """Return who can come on this date, in sentences."""
    tally = line.tally
    said = {"can": tally.can_come, "n": members, "yes": tally.yes, "need": tally.if_need_be}
    if tally.if_need_be:
        told = [_("%(can)d of %(n)d can come: %(yes)d yes, %(need)d if need be.") % said]
    else:
        told = [_("%(can)d of %(n)d can come.") % said]
    if tally.no:
        told.append(ngettext("%(n)d cannot.", "%(n)d cannot.", tally.no) % {"n": tally.no})
    if tally.silent:
        silent = ngettext("%(n)d has not answered it yet.", "%(n)d have not answered it yet.", tally.silent)
        told.append(silent % {"n": tally.silent})
    return " ".join(told)


def away(line: OptionLine) -> str:
    """Return which guides cannot come, "" when nobody said so."""
    if not line.away:
        return ""
    text = ngettext(
        "%(names)s, who guides the group, cannot come.", "%(names)s, who guide the group, cannot come.", len(line.away)
    )
    return text % {"names": listed(line.away)}


def verdict(page: PollPage) -> str:
    """Return whether some date suits as many people as were wished for."""
    needed = people_needed(page.members, page.share_percent)
    said = {"share": page.share_percent, "needed": needed, "n": page.members}
    if not any(line.tally.can_come for line in page.ranking):
        return _("A date suits the group when %(needed)d of %(n)d people (%(share)d %%) can come.") % said
    fitting = sum(line.tally.fits for line in page.ranking)
    if not fitting:
        return _("No date suits %(needed)d of %(n)d people (%(share)d %%) so far. These come nearest:") % said
    text = ngettext(
        "%(dates)d date suits at least %(needed)d of %(n)d people (%(share)d %%).",
        "%(dates)d dates suit at least %(needed)d of %(n)d people (%(share)d %%).",
        fitting,
    )
    return text % {**said, "dates": fitting}
