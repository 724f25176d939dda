"""A list of people as a spreadsheet writes it: every line read, every reason against it named.

Nothing here crashes on bytes, stops at the first thing that is wrong or guesses: a line is good, or it is
reported with all its reasons. Whether its person exists is asked on the floor above.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lernet_xblock.rules.text import clean

LANGUAGES = ("en", "fr", "nl", "de")
HALF_DAYS = tuple(f"{day}-{half}" for day in ("MO", "TU", "WE", "TH", "FR") for half in ("am", "pm"))
MOST_YEARS = 60

# Characters that the tables take.
LONGEST = {"username": 150, "email": 254, "function": 80, "department": 80, "organisation": 120}
LONGEST |= {"language": 20, "experience_years": 20, "availability": 200}
COLUMNS = tuple(LONGEST)
REQUIRED = ("username", "function", "language")
# A spreadsheet runs a cell that starts so, once somebody opens an export of ours.
FORMULA = ("=", "+", "-", "@")
UNREADABLE = "\ufffd"

SEPARATORS = (";", ",", "\t")
MOST_LINES, MOST_NOTICES = 5000, 10
# A quote that is never closed would swallow the rest of the file.
MOST_LINES_IN_A_RECORD = 20
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# XLSX and ODS are zip archives; XLS is a compound file.
WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Excel's own first line; the byte order mark is gone by then.
SEPARATOR_LINE = re.compile(r"sep=([;,\t])\r?\n?", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """What is wrong: a code, and the one value that its sentence needs."""

    code: str
    value: str = ""


@dataclass(frozen=True)
class Record:
    """One line's cells. number: the line it starts on, from 1; problems: why it could not be read."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Table:
    """A file's header, tidied, and its records; problems of the whole file leave no records."""

    header: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Line:
    """One person of the list. number: counted from 1 as an editor counts; values: by column, cleaned.

    years: None when none are given. problems: every reason against the line, () when it is good.
    """

    number: int
    values: Mapping[str, str]
    years: int | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Roster:
    """The list. problems: what is wrong with all of it, so that no line was read; notices: worth saying."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]


def read_roster(body: bytes) -> Roster:
    """Return the list of people in the file, whatever the bytes are."""
    table = parse(body, known=COLUMNS)
    problems = table.problems or _header_problems(table.header)
    if table.header and not set(table.header) & set(COLUMNS):
        problems = (Problem("no_columns", ", ".join(REQUIRED)),)
    if problems:
        return Roster((), problems, table.notices)
    unused = [Problem("column_unused", name) for name in table.header if name and name not in COLUMNS]
    lines = [_line(record, table.header) for record in table.records]
    return Roster(_without_repeats(lines), (), (*table.notices, *unused[:MOST_NOTICES]))


def _header_problems(header: Sequence[str]) -> tuple[Problem, ...]:
    times = Counter(header)
    missing = [Problem("column_missing", name) for name in REQUIRED if not times[name]]
    twice = [Problem("column_twice", name) for name in COLUMNS if times[name] > 1]
    return (*missing, *twice)


def _line(record: Record, header: Sequence[str]) -> Line:
    if record.problems:
        return Line(record.number, {}, None, record.problems)
    cells = dict(zip(header, record.cells, strict=False))
    raw = {name: cells.get(name, "") for name in COLUMNS}
    values = {name: _tidy(text) for name, text in raw.items()}
    years, against_years = _years(values["experience_years"])
    values["language"] = values["language"].lower()
    values["availability"], against_days = _half_days(values["availability"])
    problems = (
        *_shape(record, header),
        *(problem for name in COLUMNS for problem in _cell(name, raw[name])),
        *_language(values["language"]),
        *against_years,
        *against_days,
    )
    return Line(record.number, values, years, problems)


def _tidy(text: str) -> str:
    """Return the cell on one line, without what cannot be seen."""
    return " ".join(clean(text).split())


def _shape(record: Record, header: Sequence[str]) -> list[Problem]:
    wrong = len(record.cells) < len(header) or any(cell.strip() for cell in record.cells[len(header) :])
    return [Problem("cell_count", f"{len(record.cells)}/{len(header)}")] if wrong else []


def _cell(name: str, raw: str) -> list[Problem]:
    text, lines = _tidy(raw), raw.replace("\r\n", "\n").replace("\r", "\n")
    number = name == "experience_years" and re.fullmatch(r"[+-]\s?\d+", text)
    reasons = (
        ("missing", name, not text and name in REQUIRED),
        # What cleaning takes away cannot be seen; line ends are only a matter of taste.
        ("control_character", name, clean(lines) != unicodedata.normalize("NFC", lines)),
        ("unreadable", name, UNREADABLE in text),
        ("formula", name, text.startswith(FORMULA) and not number),
        ("too_long", f"{name}/{LONGEST[name]}", len(text) > LONGEST[name]),
    )
    return [Problem(code, value) for code, value, holds in reasons if holds]


def _language(text: str) -> list[Problem]:
    return [Problem("language_unknown", text[:20])] if text and text not in LANGUAGES else []


def _years(text: str) -> tuple[int | None, list[Problem]]:
    if not text:
        return None, []
    if not re.fullmatch(r"[+-]?\s?[0-9]{1,9}", text):
        return None, [Problem("years_not_a_number", text[:20])]
    number = int(text.replace(" ", ""))
    if 0 <= number <= MOST_YEARS:
        return number, []
    return None, [Problem("years_negative" if number < 0 else "years_too_many", text)]


def _half_days(text: str) -> tuple[str, list[Problem]]:
    """Return the half-days in the order of the week, as "MO-am TU-pm"."""
    words = re.split(r"[\s|,;/]+", text) if text else []
    named = {f"{word[:2].upper()}{word[2:].lower()}": word for word in words if word}
    unknown = [Problem("half_day_unknown", word[:20]) for name, word in named.items() if name not in HALF_DAYS]
    return " ".join(day for day in HALF_DAYS if day in named), unknown


def _without_repeats(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Report whoever stands on an earlier line as well; usernames are compared without case."""
    first: dict[str, int] = {}
    kept = []
    for line in lines:
        name = line.values.get("username", "").lower()
        before = first.setdefault(name, line.number) if name else line.number
        repeated = (Problem("repeated", str(before)),) if before != line.number else ()
        kept.append(replace(line, problems=(*repeated, *line.problems)))
    return tuple(kept)


def parse(body: bytes, *, known: Sequence[str]) -> Table:
    """Return the table in the bytes. known: the column names by which the separator is told."""
    if body.startswith(WORKBOOK_MARKS):
        return Table(problems=(Problem("workbook"),))
    text, notices = decode(body)
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > MOST_LINES + 1:
        return Table(problems=(Problem("too_many_lines", str(MOST_LINES)),))
    start, separator = _separator(lines, known)
    records = [
        record
        for record in _records(lines, start, separator)
        if record.problems or any(cell.strip() for cell in record.cells)
    ]
    if not records:
        return Table(problems=(Problem("empty"),))
    if records[0].problems:
        return Table(problems=records[0].problems)
    problems = () if records[1:] else (Problem("no_people"),)
    return Table(_header(records[0].cells), tuple(records[1:]), problems, notices)


def decode(body: bytes) -> tuple[str, tuple[Problem, ...]]:
    """Return the text: UTF-8, UTF-16 with its mark, else Windows-1252 with a notice."""
    encoding = "utf-16" if body.startswith(UTF16_MARKS) else "utf-8-sig"
    try:
        return body.decode(encoding), ()
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace"), (Problem("encoding_guessed"),)


def _separator(lines: Sequence[str], known: Sequence[str]) -> tuple[int, str]:
    """Return the line that the header stands on, from 0, and the separator that finds most columns in it."""
    said = SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    if said:
        return 1, said[1]
    start = next((place for place, line in enumerate(lines) if line.strip()), 0)
    line = lines[start] if lines else ""
    return start, max(SEPARATORS, key=lambda mark: sum(cell in known for cell in _header(line.split(mark))))


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = [re.sub(r"[ _]+", "_", _tidy(cell).strip('" \ufeff').lower())[:40] for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _records(lines: Sequence[str], start: int, separator: str) -> Iterator[Record]:
    """Yield every record; after one that cannot be read, go on with the next line."""
    place = start
    while place < len(lines):
        ahead = islice(lines, place, place + MOST_LINES_IN_A_RECORD)
        some = csv.reader(ahead, delimiter=separator, strict=True)
        try:
            cells = next(some)
        except csv.Error:
            yield Record(place + 1, (), (Problem("quotes"),))
            place += 1
            continue
        yield Record(place + 1, tuple(cells))
        place += some.line_num
