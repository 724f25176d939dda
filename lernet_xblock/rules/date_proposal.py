"""The dates a poll asks about: proposed from a few choices, written as lines that a person can edit, read again."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lernet_xblock.rules.refusals import Refused

MORNING, AFTERNOON, EVENING = "morning", "afternoon", "evening"
PARTS = (MORNING, AFTERNOON, EVENING)
# When a part of a day usually begins, and until when a start belongs to it.
_BEGINS = {MORNING: time(9), AFTERNOON: time(13, 30), EVENING: time(18, 30)}
_NOON, _END_OF_AFTERNOON = time(12), time(17)

FEWEST_OPTIONS, MOST_OPTIONS = 2, 40
LONGEST_AHEAD = timedelta(days=366)
_LONGEST_SPAN_DAYS = 366
_LINE = re.compile(r"(?:(?P<weekday>[^\d\s]+)\s+)?(?P<day>\d{4}-\d{1,2}-\d{1,2})[\s,T]+(?P<at>\S+)")
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})")


@dataclass(frozen=True, order=True)
class Proposed:
    """A day with a time, or a part of a day, whose `at` is then when that usually begins and `half` its name."""

    day: date
    at: time
    half: str = ""

    @property
    def local(self) -> datetime:
        """The naive wall-clock start."""
        return datetime.combine(self.day, self.at)


@dataclass(frozen=True)
class Words:
    """The words of a language that lines are written with.

    weekdays: from Monday, as short as they are shown; parts: the word of each of PARTS.
    """

    weekdays: Sequence[str]
    parts: Mapping[str, str]


def part_of(at: time) -> str:
    """Return the part of the day that a start belongs to."""
    if at < _NOON:
        return MORNING
    return AFTERNOON if at < _END_OF_AFTERNOON else EVENING


def part_begins(part: str, usual: time | None = None) -> time:
    """Return when a part of a day begins: at the group's usual time where that belongs to it."""
    return usual if usual is not None and part_of(usual) == part else _BEGINS[part]


def propose(
    first: date,
    last: date,
    *,
    weekdays: Collection[int],
    times: Iterable[time] = (),
    parts: Iterable[str] = (),
    usual: time | None = None,
    without: Collection[date] = (),
) -> tuple[Proposed, ...]:
    """Return every weekday (0 is Monday) from first to last with each time and part, in order, but the days without.

    Raises Refused last_before_first, span_too_long, no_days, or too_many_options.
    """
    if last < first:
        raise Refused("last_before_first", "last")
    span = (last - first).days + 1
    if span > _LONGEST_SPAN_DAYS:
        raise Refused("span_too_long", "last")
    days = [day for n in range(span) if (day := first + timedelta(n)).weekday() in weekdays and day not in without]
    starts = [(at, "") for at in set(times)] + [(part_begins(part, usual), part) for part in set(parts)]
    found = tuple(sorted(Proposed(day, at, half) for day in days for at, half in starts))
    if not found:
        raise Refused("no_days", "weekdays")
    if len(found) > MOST_OPTIONS:
        raise Refused("too_many_options", "last", {"count": len(found), "maximum": MOST_OPTIONS})
    return found


def read_times(text: str) -> tuple[time, ...]:
    """Return the times of day in a text such as "9:00, 13:30", each once. Raises Refused times_unreadable."""
    found = {part: _clock(part) for part in re.split(r"[,;\s]+", text.strip()) if part}
    unread = [part for part, at in found.items() if at is None]
    if unread:
        raise Refused("times_unreadable", "times", {"text": unread[0][:20]})
    return tuple(sorted({at for at in found.values() if at is not None}))


def write_lines(proposed: Iterable[Proposed], words: Words) -> str:
    """Return one line for each: "Tue 2027-02-02 13:30" or "Tue 2027-02-02 morning"."""
    starts = ((one.day, words.parts.get(one.half) or f"{one.at:%H:%M}") for one in proposed)
    return "\n".join(f"{words.weekdays[day.weekday()]} {day:%Y-%m-%d} {start}" for day, start in starts)


def read_lines(
    text: str, words: Words, usual: time | None = None, *, fewest: int = FEWEST_OPTIONS
) -> tuple[Proposed, ...]:
    """Return what the lines say, in order, each once; empty lines say nothing.

    Raises Refused line_unreadable, weekday_differs, too_many_lines or too_few_options. values: `line`, from 1, `text`.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    found = tuple(sorted({_read(number, line, words, usual) for number, line in lines}))
    if len(found) < fewest:
        raise Refused("too_few_options", "lines", {"minimum": fewest})
    if len(found) > MOST_OPTIONS:
        raise Refused("too_many_lines", "lines", {"count": len(found), "maximum": MOST_OPTIONS})
    return found


def _read(number: int, line: str, words: Words, usual: time | None) -> Proposed:
    where = {"line": number, "text": line[:40]}
    parsed = _LINE.fullmatch(line)
    if parsed is None:
        raise Refused("line_unreadable", "lines", where)
    try:
        day = date(*(int(part) for part in parsed["day"].split("-")))
    except ValueError as error:
        raise Refused("line_unreadable", "lines", where) from error
    start = _start(parsed["at"], words, usual)
    if start is None:
        raise Refused("line_unreadable", "lines", where)
    if parsed["weekday"] and _plain(parsed["weekday"]) != _plain(words.weekdays[day.weekday()]):
        raise Refused("weekday_differs", "lines", {**where, "day": day})
    return Proposed(day, *start)


def _start(typed: str, words: Words, usual: time | None) -> tuple[time, str] | None:
    """Return the time and the part of the day that a word says; None for any other."""
    for part, word in words.parts.items():
        if _plain(typed) in {_plain(word), part}:
            return part_begins(part, usual), part
    at = _clock(typed)
    return None if at is None else (at, "")


def _clock(typed: str) -> time | None:
    clock = _CLOCK.fullmatch(typed)
    try:
        return time(int(clock[1]), int(clock[2])) if clock else None
    except ValueError:
        return None


def _plain(word: str) -> str:
    return word.casefold().strip(".,:")


def refuse_dates(options: Sequence[Proposed], *, now: datetime, answers_until: date | None) -> None:
    """Raise Refused unless the dates can be asked about: ahead, within a year, each once, after the day to answer by.

    now: the naive wall clock of the zone of the dates. Codes: too_few_options, too_many_lines, option_repeated,
    option_past, option_too_far, until_past, until_after_first.
    """
    if len(options) < FEWEST_OPTIONS:
        raise Refused("too_few_options", "lines", {"minimum": FEWEST_OPTIONS})
    refuse_more_dates(options, [], now=now)
    if answers_until is None:
        return
    if answers_until < now.date():
        raise Refused("until_past", "answers_until")
    if answers_until > min(one.day for one in options):
        raise Refused("until_after_first", "answers_until", {"day": min(one.day for one in options)})


def refuse_more_dates(options: Sequence[Proposed], asked: Sequence[Proposed], *, now: datetime) -> None:
    """Raise Refused, with the codes of refuse_dates, unless the options can be asked about beside those asked."""
    count = len(options) + len(asked)
    if count > MOST_OPTIONS:
        raise Refused("too_many_lines", "lines", {"count": count, "maximum": MOST_OPTIONS})
    if len({*options, *asked}) < count:
        raise Refused("option_repeated", "lines")
    if min(options).local <= now:
        raise Refused("option_past", "lines", {"day": min(options).day})
    if max(options).local > now + LONGEST_AHEAD:
        raise Refused("option_too_far", "lines", {"day": max(options).day})
