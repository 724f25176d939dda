"""Proposals as an admin looks at them: the list with its figures, and one of them as cards with people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Application, Network, Proposal, ProposalSeat
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.queries.proposal_card import Card, Seat, Share, bounds_for, cards_of, people_of, shares_of
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.wishes import Wishes, read_wishes
from lernet_xblock.viewer import Viewer

State = Proposal.State
OPEN_STATES = (State.SEARCHING, State.READY, State.FAILED, State.FORMING)
CARDS = 24
MOST_LISTED = 100


@dataclass(frozen=True)
class ProposalLine:
    """A proposal in the list.

    progress: percent of a search; stalled: its worker is gone. sizes: how many groups of each size, largest first.
    table: how many people could meet if only so many percent had to be free, and whether that is proved; () where
    everybody has a place. refusal: why a search failed.
    """

    key: str
    number: int
    state: str
    version: int
    progress: int
    stalled: bool
    wishes: Wishes
    people: int
    placed: int
    cohorts: int
    sizes: tuple[tuple[int, int], ...]
    shares: tuple[Share, ...]
    with_common_time: int | None
    problems: int
    by_hand: int
    score: int
    table: tuple[tuple[int, int, bool], ...]
    refusal: Refused | None
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class Moved:
    """Somebody whom a proposal puts elsewhere than the one it was made from. "" is no group."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ProposalPage:
    """A page of 24 groups. outdated: how many applied, and how many withdrew, since the proposal was made."""

    line: ProposalLine
    cards: tuple[Card, ...]
    page: int
    pages: int
    left_out: tuple[Seat, ...]
    left_out_count: int
    outdated: tuple[int, int]
    moves: tuple[Moved, ...]
    outside: bool


def proposal_lines(viewer: Viewer, network: Network) -> tuple[ProposalLine, ...]:
    """Return the open proposals in order: at most four queries."""
    rows = list(network.proposals.filter(state__in=OPEN_STATES))
    by_hand = Counter(
        ProposalSeat.objects.filter(proposal__in=rows, by_hand=True).values_list("proposal_id", flat=True)
    )
    accused = _accused(rows)
    names = viewer.host.names({*accused.values(), *(row.made_by_id for row in rows if row.made_by_id)})
    people = {str(pk): names.get(user, "—") for pk, user in accused.items()}
    return tuple(_line(viewer, row, by_hand[row.pk], names.get(row.made_by_id or 0, ""), people) for row in rows)


def find_proposal(network: Network, key: str) -> Proposal:
    """Return an open proposal of the network. Raises NotFound."""
    found = network.proposals.select_related("network").filter(key=key, state__in=OPEN_STATES).first()
    if found is None:
        raise NotFound
    return found


def proposal_page(viewer: Viewer, proposal: Proposal, *, page: int) -> ProposalPage:
    """Return 24 groups with their people, and the first hundred without one: the queries do not grow with people."""
    line = next(one for one in proposal_lines(viewer, proposal.network) if one.key == proposal.key)
    last = proposal.seats.aggregate(last=Max("number"))["last"] or 0
    pages = max(1, -(-last // CARDS))
    page = min(max(page, 1), pages)
    shown = range((page - 1) * CARDS + 1, page * CARDS + 1)
    seats = list(proposal.seats.filter(number__in=shown).select_related("application"))
    left = list(
        proposal.seats.filter(number=None)
        .select_related("application")
        .order_by("application__submitted_at", "pk")[:MOST_LISTED]
    )
    known = people_of(viewer, (*seats, *left))
    return ProposalPage(
        line=line,
        cards=cards_of(proposal, seats, known),
        page=page,
        pages=pages,
        left_out=tuple(known[seat.application_id] for seat in left),
        left_out_count=line.people - line.placed,
        outdated=_outdated(proposal),
        moves=_moves(viewer, proposal),
        outside=bounds_for(proposal).outside,
    )


def _accused(rows: Iterable[Proposal]) -> dict[int, int]:
    """Return the user of each application that a refused search names."""
    named_ones = {one for row in rows for one in row.problem.get("values", {}).get("people", ())}
    if not named_ones:
        return {}
    return dict(Application.objects.filter(pk__in=named_ones).values_list("pk", "user_id"))


def _line(viewer: Viewer, row: Proposal, by_hand: int, made_by: str, people: Mapping[str, str]) -> ProposalLine:
    figures, wishes = row.figures, read_wishes(row.wishes)
    shares = figures.get("shares", {})
    return ProposalLine(
        key=row.key,
        number=row.number,
        state=row.state,
        version=row.version,
        progress=row.progress,
        stalled=row.state == State.SEARCHING and (row.lease_until is None or row.lease_until < viewer.now),
        wishes=wishes,
        people=figures.get("people", 0),
        placed=figures.get("placed", 0),
        cohorts=figures.get("cohorts", 0),
        sizes=tuple(sorted(((int(size), many) for size, many in figures.get("sizes", {}).items()), reverse=True)),
        shares=shares_of(shares, figures.get("course", {}), wishes),
        with_common_time=figures.get("with_common_time"),
        problems=figures.get("violations", 0),
        by_hand=by_hand,
        score=round(100 * figures.get("score", 0)),
        table=tuple((percent, people, proved) for percent, people, proved in figures.get("table", ())),
        refusal=_refusal(row.problem, people) if row.state == State.FAILED else None,
        made_by=made_by,
        made_at=row.made_at,
    )


def _refusal(problem: Mapping[str, Any], people: Mapping[str, str]) -> Refused:
    """Return what was refused, with names in place of row numbers."""
    values = dict(problem.get("values", {}))
    if "people" in values:
        values["people"] = [people.get(str(one), "—") for one in values["people"]]
    return Refused(problem.get("code", "worker_gone"), problem.get("field"), values)


def _outdated(proposal: Proposal) -> tuple[int, int]:
    """Return how many are ready who are not in the proposal, and how many of it are not ready any more."""
    if not proposal.figures:
        return 0, 0
    ready = Application.objects.filter(network=proposal.network, state=Application.State.SUBMITTED)
    still = proposal.seats.filter(application__state=Application.State.SUBMITTED).count()
    return ready.count() - still, proposal.seats.count() - still


def _moves(viewer: Viewer, proposal: Proposal) -> tuple[Moved, ...]:
    """Return whom the proposal moved against the one it was made from; the search wrote it down."""
    rows = proposal.figures.get("moves", ())[:MOST_LISTED]
    users = dict(Application.objects.filter(pk__in=[pk for pk, *_ in rows]).values_list("pk", "user_id"))
    names = viewer.host.names(users.values())
    return tuple(
        Moved(names.get(users.get(pk, 0), "—"), *(group_label(number) if number else "" for number in (before, after)))
        for pk, before, after in rows
    )
