"""The groups of a proposal as cards: who is in them, when they can meet, how they fit and what is wrong."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lernet_xblock.i18n import LANGUAGES
from lernet_xblock.models import Pin, Proposal, ProposalSeat
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.queries.forming import Bounds, Framed, bounds_of, part_of
from lernet_xblock.rules.formation_availability import half_days_of
from lernet_xblock.rules.formation_facts import CohortFacts, facts
from lernet_xblock.rules.formation_violations import Violation as Broken
from lernet_xblock.rules.wishes import Wishes, read_wishes
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Seat:
    """A person of a proposal. key: of the application; reason: a code of rules, "" for who has a group."""

    key: str
    name: str
    function: str
    department: str
    organisation: str
    language: str
    years: int | None
    pinned: bool
    by_hand: bool
    reason: str


@dataclass(frozen=True)
class Share:
    """The average share of mates who are the same (kind match) or different (mix), in percent; None without mates."""

    attribute: str
    kind: str
    percent: int | None
    course_percent: int | None


@dataclass(frozen=True)
class Violation:
    """A rule that is broken, by code, and the names of those concerned."""

    code: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One proposed group.

    language: its name where all share it, else "". times: the half-days on which enough people are free, as "MO-am";
    None where no common time was asked for. best_percent: the share who is free in the best half-day.
    """

    number: int
    label: str
    people: tuple[Seat, ...]
    language: str
    times: tuple[str, ...] | None
    best_percent: int | None
    shares: tuple[Share, ...]
    problems: tuple[Violation, ...]
    binding: tuple[str, ...]


def bounds_for(proposal: Proposal) -> Bounds:
    """Return the bounds of its sizes; where the choice does not fit the people any more, those of the network."""
    network = proposal.network
    people = int(proposal.figures.get("people", 0))
    wide = Bounds(network.minimum_size, network.maximum_size, None, network.seats)
    return bounds_of(network, people, read_wishes(proposal.wishes).choice) or wide


def people_of(viewer: Viewer, seats: Iterable[ProposalSeat]) -> dict[int, Seat]:
    """Return what is shown of the people on these seats, by application: two queries."""
    rows = list(seats)
    names = viewer.host.names({row.application.user_id for row in rows})
    pinned = set(
        Pin.objects.filter(application__in=[row.application_id for row in rows]).values_list(
            "application_id", flat=True
        )
    )
    return {row.application_id: _seat(row, names, pinned=row.application_id in pinned) for row in rows}


def cards_of(
    proposal: Proposal,
    seats: Collection[ProposalSeat],
    known: Mapping[int, Seat],
) -> tuple[Card, ...]:
    """Return the groups that these seats fill, with what the rules say of them: three queries."""
    numbers = {row.application_id: row.number for row in seats}
    wishes = read_wishes(proposal.wishes)
    part = part_of(proposal.network, wishes, bounds_for(proposal), numbers=numbers)
    told = facts(part.problem, part.numbered(numbers))
    course = proposal.figures.get("course", {})
    return tuple(_card(one, part, known, wishes, course) for one in told.cohorts)


def shares_of(shares: Mapping[str, float | None], course: Mapping[str, Any], wishes: Wishes) -> tuple[Share, ...]:
    """Return shares (0 … 1 by attribute) as percentages beside those of the course."""
    return tuple(
        Share(name, wishes.kinds[name], _percent(share), _percent(course.get(name))) for name, share in shares.items()
    )


def named(broken: Iterable[Broken], part: Framed, known: Mapping[int, Seat]) -> tuple[Violation, ...]:
    """Return broken rules with the names of those concerned, as far as they are on the page."""
    return tuple(
        Violation(
            one.code,
            tuple(sorted(known[part.people[row]].name for row in one.people if part.people[row] in known)),
        )
        for one in broken
    )


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _seat(row: ProposalSeat, names: Mapping[int, str], *, pinned: bool) -> Seat:
    person = row.application
    return Seat(
        key=person.key,
        name=names.get(person.user_id, "—"),
        function=person.function,
        department=person.department,
        organisation=person.organisation,
        language=LANGUAGES.get(person.language, person.language),
        years=person.experience_years,
        pinned=pinned,
        by_hand=row.by_hand,
        reason=row.reason,
    )


def _card(
    one: CohortFacts,
    part: Framed,
    known: Mapping[int, Seat],
    wishes: Wishes,
    course: Mapping[str, Any],
) -> Card:
    people = [known[part.people[row]] for row in one.people]
    languages = {person.language for person in people}
    return Card(
        number=one.number + 1,
        label=group_label(one.number + 1),
        people=tuple(sorted(people, key=lambda person: person.name.casefold())),
        language=languages.pop() if len(languages) == 1 else "",
        times=None if one.common_slots is None else half_days_of(one.common_slots),
        best_percent=None if one.best_slot_free is None else round(100 * one.best_slot_free / one.size),
        shares=shares_of(one.shares, course, wishes),
        problems=named(one.broken, part, known),
        binding=one.binding,
    )
