"""People, pairs, pins and cohorts as CSV files: UTF-8 with or without a byte order mark, any line ends.

Whatever is wrong is refused with its line, counted from 1 as an editor counts; nothing is guessed.
"""

import csv
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from lernet_xblock.rules.formation_availability import mask_of_hex
from lernet_xblock.rules.formation_people import BAND, MASKS, YEARS, People
from lernet_xblock.rules.formation_policy import Policy, read_policy
from lernet_xblock.rules.refusals import Refused

APART, TOGETHER = "apart", "together"
_COHORT = re.compile("-?[0-9]{1,9}")


@dataclass(frozen=True)
class Pairs:
    """Pairs of ids that are kept apart, and that are kept together."""

    apart: tuple[tuple[str, str], ...] = ()
    together: tuple[tuple[str, str], ...] = ()


def read_members(path: Path, *, policy: Policy) -> People:
    """Return the people of a file with `id`, attributes and perhaps availability_hex35.

    Of the attributes only those the policy names are kept. Raises Refused like every reader here: file_unreadable,
    file_not_text, file_invalid, column_missing, column_twice, cell_count, id_empty, id_invalid, and
    availability_invalid.
    """
    wanted = {*policy.names, *((YEARS,) if BAND in policy.names else ())} - {"id", MASKS}
    ids: list[str] = []
    masks: list[int] = []
    with _table(path, ("id",)) as table:
        columns: dict[str, list[str]] = {name: [] for name in table.header if name in wanted}
        filled = [(column.append, table.header.index(name)) for name, column in columns.items()]
        at, hex_at = table.header.index("id"), table.header.index(MASKS) if MASKS in table.header else None
        same: dict[str, str] = {}
        for cells in table:
            ids.append(table.filled(cells[at]))
            for append, place in filled:
                # One copy of each value, however many people share it.
                append(same.setdefault(cells[place], cells[place]))
            if hex_at is not None:
                masks.append(table.mask(cells[hex_at], ids[-1]))
    return People(ids, columns, np.array(masks, np.int64) if hex_at is not None else None)


def read_pairs(path: Path) -> Pairs:
    """Return the pairs of a file with `kind` (apart or together), `a` and `b`. Raises Refused pair_kind_unknown."""
    found: dict[str, list[tuple[str, str]]] = {APART: [], TOGETHER: []}
    with _table(path, ("kind", "a", "b")) as table:
        places = [table.header.index(name) for name in ("kind", "a", "b")]
        for cells in table:
            kind, one, other = (table.filled(cells[place]) for place in places)
            if kind not in found:
                raise table.refused("pair_kind_unknown", "kind", {"kind": kind})
            found[kind].append((one, other))
    return Pairs(tuple(found[APART]), tuple(found[TOGETHER]))


def read_cohorts(path: Path) -> dict[str, int]:
    """Return the cohort by id of a file with `id` and `cohort`. Raises Refused cohort_not_a_number, people_twice."""
    cohorts: dict[str, int] = {}
    with _table(path, ("id", "cohort")) as table:
        at, cohort_at = table.header.index("id"), table.header.index("cohort")
        for cells in table:
            name = table.filled(cells[at])
            if not _COHORT.fullmatch(cells[cohort_at]):
                raise table.refused("cohort_not_a_number", "cohort", {"people": [name]})
            if name in cohorts:
                raise table.refused("people_twice", "id", {"people": [name]})
            cohorts[name] = int(cells[cohort_at])
    return cohorts


def read_policy_file(path: Path) -> Policy:
    """Return the policy of a JSON file. Raises Refused policy_invalid and what formation_policy.read_policy raises."""
    with _opened(path) as file:
        text = file.read()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("policy_invalid", "policy", {"file": path.name}) from error
    return read_policy(document)


def write_cohorts(out: TextIO, ids: Sequence[str], cohort: Sequence[int]) -> None:
    """Write `id,cohort`, every person on one line in their order."""
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("id", "cohort"))
    lines.writerows(zip(ids, cohort, strict=True))


class _Table:
    """Lines of cells as wide as the header; blank lines are left out."""

    def __init__(self, name: str, file: TextIO) -> None:
        self._name, self._reader = name, csv.reader(file, strict=True)
        self.header: list[str] = []

    def __iter__(self) -> Iterator[list[str]]:
        width = len(self.header)
        for cells in self._reader:
            if len(cells) == width:
                yield cells
            elif cells:
                raise self.refused("cell_count", None, {"cells": len(cells), "wanted": width})

    def begin(self, wanted: Collection[str]) -> None:
        """Read the header, refused without a column that is wanted or with one of any name twice."""
        self.header = [cell.strip() for cell in next(self._reader, [])]
        for name in wanted:
            if name not in self.header:
                raise self.refused("column_missing", name, {})
        twice = [name for name in self.header if name and self.header.count(name) > 1]
        if twice:
            raise self.refused("column_twice", twice[0], {})

    def filled(self, cell: str) -> str:
        """Return the cell, refused when it is blank or goes on over several lines, as behind a lost quote."""
        if not cell.strip():
            raise self.refused("id_empty", "id", {})
        if "\n" in cell or "\r" in cell:
            raise self.refused("id_invalid", "id", {})
        return cell

    def mask(self, cell: str, person: str) -> int:
        """Return the mask of the cell."""
        mask = mask_of_hex(cell)
        if mask is None:
            raise self.refused("availability_invalid", MASKS, {"people": [person]})
        return mask

    def refused(self, code: str, field: str | None, values: Mapping[str, object]) -> Refused:
        """Return the refusal, with the file and the line that was read last."""
        return Refused(code, field, {**values, "file": self._name, "line": self._reader.line_num})


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise Refused("file_unreadable", None, {"file": path.name}) from error
    except UnicodeDecodeError as error:
        raise Refused("file_not_text", None, {"file": path.name}) from error


@contextmanager
def _table(path: Path, wanted: Collection[str]) -> Iterator[_Table]:
    with _opened(path) as file:
        table = _Table(path.name, file)
        try:
            table.begin(wanted)
            yield table
        except csv.Error as error:
            raise table.refused("file_invalid", None, {}) from error
