"""The people of a network as cohort formation takes them: one problem for one set of wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from lernet_xblock.models import Application, Network, PairRule, Pin
from lernet_xblock.queries.cohort import SPLIT, network_sizing
from lernet_xblock.queries.people import BANDS
from lernet_xblock.rules.formation_availability import EVERY_SLOT, mask_of_half_days
from lernet_xblock.rules.formation_people import People, make_problem
from lernet_xblock.rules.formation_policy import Policy
from lernet_xblock.rules.formation_problem import Ints, Problem
from lernet_xblock.rules.wishes import ATTRIBUTES, BY_TIMES, MATCH, MIX, Wishes

# What all people have in common.
EVERYBODY = "everybody"
COLUMNS = ("pk", "function", "department", "organisation", "language", "experience_years", "availability")


@dataclass(frozen=True)
class Bounds:
    """What the number of groups that was chosen asks of the sizes; seats: people who can take part at most."""

    minimum: int
    maximum: int
    cohorts: int | None
    seats: int
    outside: bool = False


@dataclass(frozen=True)
class Framed:
    """people: row numbers of applications, in the order of the problem's rows; rest: those beyond the seats."""

    people: tuple[int, ...]
    rest: tuple[int, ...]
    problem: Problem

    def row_of(self, application: int) -> int:
        """Return the row of a person in the problem. Raises ValueError for who is not in it."""
        return self.people.index(application)

    def numbered(self, numbers: Mapping[int, int | None]) -> Ints:
        """Return the problem's cohort of each person (from 0) for groups that count from 1."""
        return np.array([(numbers.get(pk) or 0) - 1 for pk in self.people], dtype=np.int32).reshape(-1)


def ready_rows(network: Network) -> list[tuple[object, ...]]:
    """Return what formation compares of everybody who is ready, in the order of application: one query."""
    ready = network.applications.filter(state=Application.State.SUBMITTED)
    return list(ready.order_by("submitted_at", "pk").values_list(*COLUMNS))


def bounds_of(network: Network, people: int, choice: str) -> Bounds | None:
    """Return what the choice asks of so many people, None when it does not fit them."""
    if choice == BY_TIMES:
        return Bounds(network.minimum_size, network.maximum_size, None, network.seats)
    sizing = network_sizing(network, people)
    if choice.isascii() and choice.isdigit():
        number = int(choice)
        fits = -(-people // network.maximum_size) <= number <= people // network.minimum_size
        if not fits or not 1 <= number <= network.cohort_limit:
            return None
        return Bounds(network.minimum_size, network.maximum_size, number, people)
    way = next((one for one in sizing.others if one.kind == choice and one.possible and one.kind != SPLIT), None)
    if way is None:
        return None
    seats, groups = sum(way.sizes), len(way.sizes)
    if not way.outside:
        return Bounds(network.minimum_size, network.maximum_size, groups, seats)
    return Bounds(min(way.sizes), max(way.sizes), groups, seats, outside=True)


def frame(
    network: Network,
    wishes: Wishes,
    bounds: Bounds,
    *,
    previous: Mapping[int, int | None] | None = None,
    limit: int | None = None,
    to_look_at: bool = False,
) -> Framed:
    """Return the problem of these wishes: three queries.

    previous: group number by application, to change as little of it as possible. limit: the most groups, where their
    number is left open. to_look_at: for groups that stand already. Else raises Refused for what contradicts itself.
    """
    rows = ready_rows(network)
    taken, left = rows[: bounds.seats], rows[bounds.seats :]
    people = tuple(int(str(row[0])) for row in taken)
    problem = make_problem(
        _people(taken, timed=wishes.attendance > 0),
        policy=_policy(wishes),
        minimum=bounds.minimum,
        maximum=bounds.maximum,
        attendance=(wishes.attendance or 100) / 100,
        previous=_previous(people, previous),
        cohorts=None if to_look_at else limit if bounds.cohorts is None else bounds.cohorts,
        to_look_at=to_look_at,
        target=float(network.target_size) if bounds.cohorts is None and not bounds.outside else None,
        **_pairs_and_pins(network, set(people)),
    )
    return Framed(people, tuple(int(str(row[0])) for row in left), problem)


def part_of(network: Network, wishes: Wishes, bounds: Bounds, *, numbers: Mapping[int, int | None]) -> Framed:
    """Return the problem of these people alone, for looking at their groups: three queries, however many there are."""
    chosen = network.applications.filter(pk__in=list(numbers)).order_by("submitted_at", "pk").values_list(*COLUMNS)
    rows = list(chosen)
    people = tuple(int(row[0]) for row in rows)
    problem = make_problem(
        _people(rows, timed=wishes.attendance > 0),
        policy=_policy(wishes),
        minimum=bounds.minimum,
        maximum=bounds.maximum,
        attendance=(wishes.attendance or 100) / 100,
        to_look_at=True,
        **_pairs_and_pins(network, set(people)),
    )
    return Framed(people, (), problem)


def text_value(text: object) -> str:
    """Return what is compared of a text; letter case and spaces make no difference."""
    return " ".join(str(text or "").split()).casefold()


def experience_band(years: object) -> str:
    """Return the last year of the band these years fall into, "" for who did not say."""
    if years is None:
        return ""
    return str(next((top for top in BANDS if int(str(years)) <= top), BANDS[-1] + 1))


def _policy(wishes: Wishes) -> Policy:
    """Return the policy of the wishes; where nothing matters, everybody is alike."""
    return Policy(match=wishes.weights(MATCH), mix=wishes.weights(MIX), same=(*wishes.same, EVERYBODY))


def _people(rows: Sequence[Sequence[object]], *, timed: bool) -> People:
    columns = {name: [text_value(row[place]) for row in rows] for place, name in enumerate(ATTRIBUTES[:3], start=1)}
    columns["language"] = [text_value(row[4]) for row in rows]
    columns[EVERYBODY] = [""] * len(rows)
    columns["experience"] = [experience_band(row[5]) for row in rows]
    # Who did not say when they are free counts as free at any time.
    masks = [mask_of_half_days(str(row[6] or "").split()) or EVERY_SLOT for row in rows] if timed else None
    return People(ids=tuple(str(row[0]) for row in rows), columns=columns, masks=masks)


def _previous(people: Sequence[int], numbers: Mapping[int, int | None] | None) -> dict[str, int] | None:
    if numbers is None:
        return None
    return {str(pk): (numbers.get(pk) or 0) - 1 for pk in people if numbers.get(pk)}


class _Ties(TypedDict):
    """What make_problem takes of pairs and pins, by the ids of people."""

    apart: list[tuple[str, str]]
    together: list[tuple[str, str]]
    pins: dict[str, int]


def _pairs_and_pins(network: Network, people: set[int]) -> _Ties:
    """Return the rules about people who take part; those about others wait until they do."""
    pairs = [
        (rule.kind, (str(rule.first_id), str(rule.second_id)))
        for rule in PairRule.objects.filter(network=network)
        if {rule.first_id, rule.second_id} <= people
    ]
    pins = Pin.objects.filter(network=network).values_list("application_id", "number")
    return {
        "apart": [pair for kind, pair in pairs if kind == PairRule.Kind.APART],
        "together": [pair for kind, pair in pairs if kind == PairRule.Kind.TOGETHER],
        "pins": {str(pk): number - 1 for pk, number in pins if pk in people},
    }
