"""The rows of the matrix: for each handler, something that it can be asked about and that would succeed.

A row is a function of the world and a side of it. It may add what has to be there, and returns the fields of the form
(for a panel: the parameters of its address). Without a row no handler passes, see test_matrix.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.access.actors import GROUP, NETWORK, PLAIN
from tests.access.world import Side, World

Fields = dict[str, Any]
Arrange = Callable[[World, Side], Fields]
# As long as a real key, and nobody's.
MISSING = "f0" * 10
AT = "@"


@dataclass(frozen=True)
class Row:
    """One handler asked in one way.

    handler: the name of the action or the panel; about: the field with the key that is replaced for a missing one, ""
    where there is none; missing: what stands in for it. A field called AT is the page that the form is sent from.
    """

    name: str
    handler: str
    kind: str
    arrange: Arrange
    about: str = "about"
    missing: str = MISSING
    file: bool = False
    writes: bool = True


ACTION_ROWS: dict[str, Row] = {}
PANEL_ROWS: dict[str, Row] = {}


def action_row(handler: str, kind: str = GROUP, **options: Any) -> Callable[[Arrange], Arrange]:
    """Register the function as the row of an action; options: of Row, and `way` for a second row of the same action."""
    way = options.pop("way", "")
    name = f"{handler} {way}".strip()
    if kind == PLAIN:
        options.setdefault("about", "")

    def register(arrange: Arrange) -> Arrange:
        if name in ACTION_ROWS:
            raise AssertionError(name)
        ACTION_ROWS[name] = Row(name, handler, kind, arrange, **options)
        return arrange

    return register


def panel_row(handler: str, key: str = "", kind: str = "", way: str = "") -> Callable[[Arrange], Arrange]:
    """Register the function as a row of a panel. key: the parameter of its address that names a row."""
    name = " ".join(part for part in (handler, key, way) if part)

    def register(arrange: Arrange) -> Arrange:
        if name in PANEL_ROWS:
            raise AssertionError(name)
        PANEL_ROWS[name] = Row(name, handler, kind or (GROUP if key else PLAIN), arrange, about=key)
        return arrange

    return register


def everyone(_world: World, _side: Side) -> Fields:
    """Arrange nothing and send nothing."""
    return {}


__all__ = ["ACTION_ROWS", "AT", "GROUP", "NETWORK", "PANEL_ROWS", "PLAIN", "Fields", "Row", "action_row", "panel_row"]
