"""How many people could have a place before anything is searched for: what must be the same, and a common time."""

from collections import Counter
from dataclasses import dataclass

from lernet_xblock.i18n import LANGUAGES
from lernet_xblock.models import Application, Network
from lernet_xblock.queries.forming import bounds_of, experience_band, frame, text_value
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.wishes import BY_TIMES, Wishes

# Above this number of people the answer would not be there at once.
MOST_TIMED = 1000
COLUMNS = {"experience": "experience_years"}


@dataclass(frozen=True)
class Reach:
    """seated: how many of the people can have a place at most; at_most: whatever they share.

    small: what people share of whom there are too few for a group, each with their number, most people first.
    """

    people: int
    seated: int
    at_most: int
    small: tuple[tuple[str, int], ...]


def reach_of(network: Network, wishes: Wishes, *, minimum: int, maximum: int) -> Reach:
    """Return how many can have a place in groups of these sizes when what must be the same is the same: one query."""
    shared = [COLUMNS.get(name, name) for name in wishes.same]
    ready = network.applications.filter(state=Application.State.SUBMITTED).order_by()
    rows = list(ready.values_list("pk", *shared))
    sizes = Counter(tuple(_value(name, one) for name, one in zip(wishes.same, row[1:], strict=True)) for row in rows)
    labels = {
        tuple(_value(name, one) for name, one in zip(wishes.same, row[1:], strict=True)): _label(wishes.same, row[1:])
        for row in reversed(rows)
    }
    small = [(labels[value], people) for value, people in sizes.items() if people < minimum]
    seated = sum(_seated(people, minimum, maximum) for people in sizes.values())
    at_most = min(_seated(len(rows), minimum, maximum), max(network.seats, maximum))
    return Reach(
        people=len(rows),
        seated=min(seated, at_most),
        at_most=at_most,
        small=tuple(sorted(small, key=lambda one: (-one[1], one[0]))),
    )


def timed_reach(network: Network, wishes: Wishes, *, people: int) -> int | None:
    """Return how many could have a place with the common time wished for; None where it is not known at once."""
    # scipy takes a second to import, and most processes never ask.
    from lernet_xblock.rules.formation_slots import placeable  # noqa: PLC0415 - see above

    bounds = bounds_of(network, people, BY_TIMES)
    if not wishes.attendance or people > MOST_TIMED or bounds is None:
        return None
    try:
        framed = frame(network, wishes, bounds)
    except Refused:
        # What contradicts itself is told when somebody asks for a proposal.
        return None
    return min(placeable(framed.problem, attendance=wishes.attendance / 100), network.seats)


def _seated(people: int, minimum: int, maximum: int) -> int:
    """Return the most of so many people that groups of these sizes take."""
    groups = people // minimum
    return min(people, groups * maximum)


def _value(name: str, value: object) -> str:
    return experience_band(value) if name == "experience" else text_value(value)


def _label(names: tuple[str, ...], values: tuple[object, ...]) -> str:
    """Return what people share as they wrote it: "Nederlands"."""
    pairs = zip(names, ("" if value is None else str(value) for value in values), strict=True)
    shown = (LANGUAGES.get(text, text) if name == "language" else text for name, text in pairs)
    return ", ".join(filter(None, shown)) or "—"
