"""The expected table: for each handler and side a line with one status for each actor."""

from pathlib import Path

from tests.access.actors import ACTORS, GROUP, SIDES
from tests.access.rows import Row

FILE = Path(__file__).with_name("expected.txt")
WIDTH = 40
FORBIDDEN, MISSING = 403, 404

Statuses = tuple[int, ...]


def read() -> dict[tuple[str, str], Statuses]:
    """Return the statuses in the order of ACTORS, by name of the row and side."""
    lines = (line for line in FILE.read_text().splitlines() if line and not line.startswith("#"))
    table = {}
    for line in lines:
        name, side, *statuses = line[:WIDTH].strip(), *line[WIDTH:].split()
        if len(statuses) != len(ACTORS) or (name, side) in table:
            raise AssertionError(line)
        table[name, side] = tuple(int(one) for one in statuses)
    return table


def expected(table: dict[tuple[str, str], Statuses], name: str, row: Row, side: str) -> Statuses:
    """Return the statuses of a side. Raises KeyError where the table has no line.

    What belongs to another network is missing; that follows from the rest unless a line says otherwise.
    """
    if side == "elsewhere" and (name, side) not in table:
        known = [table[name, one] for one in SIDES[row.kind] if one in {"own", "other"}]
        return tuple(FORBIDDEN if set(cell) == {FORBIDDEN} else MISSING for cell in zip(*known, strict=True))
    return table[name, side]


def written(cells: dict[tuple[str, str], Statuses]) -> str:
    """Return the text of the table."""
    head = f"{'# handler':{WIDTH}}{'side':11}" + " ".join(f"{actor[:5]:5}" for actor in ACTORS)
    lines = [f"{name:{WIDTH}}{side:11}" + "   ".join(map(str, row)) for (name, side), row in cells.items()]
    return "\n".join([head.rstrip(), *lines]) + "\n"


__all__ = ["GROUP", "expected", "read", "written"]
