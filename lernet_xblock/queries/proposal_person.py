"""One person of a proposal: where else they could be and why not; what a move did; two proposals side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Proposal, ProposalSeat
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.queries.forming import Framed, frame, part_of
from lernet_xblock.queries.proposal import ProposalLine, proposal_lines
from lernet_xblock.queries.proposal_card import Seat, Violation, bounds_for, named, people_of
from lernet_xblock.queries.proposal_search import figures_of
from lernet_xblock.rules.formation_comparison import CohortChange, compare, effect
from lernet_xblock.rules.formation_comparison import Effect as Change
from lernet_xblock.rules.formation_moves import Alternative, alternatives, shares_there
from lernet_xblock.rules.formation_problem import NOT_PLACED
from lernet_xblock.rules.formation_violations import Violation as Broken
from lernet_xblock.rules.wishes import Wishes, read_wishes
from lernet_xblock.viewer import Viewer

# More places than these are no choice; they come best first.
MOST_TARGETS = 40
# What a person adds at most is 1; a tenth of it is felt, a hundredth is not.
FELT, CLEAR = 0.1, 0.6


@dataclass(frozen=True)
class Target:
    """Where a person could go; number None is no group. gain: -2 much worse … 2 much better, 0 about the same."""

    number: int | None
    label: str
    size: int
    gain: int
    breaks: tuple[Violation, ...]

    @property
    def legal(self) -> bool:
        """Whether no rule stands against it."""
        return not self.breaks


@dataclass(frozen=True)
class Rise:
    """The share of an attribute in a group before and after a move, in percent (see Share)."""

    attribute: str
    kind: str
    before: int
    after: int


@dataclass(frozen=True)
class PersonPage:
    """label: of the present group, "" for none. best: the best other group, None where there is no other.

    rises: what would change for the person there, in percent; () without a present group.
    """

    seat: Seat
    label: str
    targets: tuple[Target, ...]
    best: Target | None
    rises: tuple[Rise, ...] = ()


@dataclass(frozen=True)
class GroupChange:
    """A group that a move touched, as far as it has shares before and after."""

    label: str
    rises: tuple[Rise, ...]


@dataclass(frozen=True)
class Effect:
    """What a move did. better: -2 much worse … 2 much better, 0 about the same. groups: those it touched.

    appeared, disappeared: rules broken only after it, only before; standing: those it left broken in these groups.
    """

    name: str
    before: str
    after: str
    better: int
    groups: tuple[GroupChange, ...]
    appeared: tuple[Violation, ...]
    disappeared: tuple[Violation, ...]
    standing: tuple[Violation, ...]


@dataclass(frozen=True)
class Comparison:
    """differently: people who sit in another group, after groups were matched so that most stay."""

    one: ProposalLine
    other: ProposalLine
    differently: int


def person_page(viewer: Viewer, proposal: Proposal, key: str) -> PersonPage:
    """Return every other place for the person, best first. Raises NotFound."""
    seat = proposal.seats.select_related("application").filter(application__key=key).first()
    if seat is None:
        raise NotFound
    framed, numbers = _whole(proposal)
    label = group_label(seat.number) if seat.number else ""
    if seat.application_id not in framed.people:
        # Somebody beyond the seats may still take one of them.
        framed = part_of(proposal.network, read_wishes(proposal.wishes), bounds_for(proposal), numbers=numbers)
    found = alternatives(framed.problem, framed.numbered(numbers), framed.row_of(seat.application_id))
    shown = [one for one in found if one.cohort != NOT_PLACED][:MOST_TARGETS]
    shown += [one for one in found if one.cohort == NOT_PLACED]
    known = _concerned(viewer, proposal, framed, shown) | people_of(viewer, [seat])
    sizes = _sizes(numbers)
    targets = tuple(_target(one, framed, known, sizes) for one in shown)
    best = next((one for one in targets if one.number is not None), None)
    rises = _rises(framed, numbers, read_wishes(proposal.wishes), seat, best)
    return PersonPage(known[seat.application_id], label, targets, best, rises)


def _rises(
    framed: Framed, numbers: Mapping[int, int | None], wishes: Wishes, seat: ProposalSeat, best: Target | None
) -> tuple[Rise, ...]:
    """Return how the person's mates would fit in the best other group, beside how they fit now."""
    if best is None or best.number is None or seat.number is None:
        return ()
    cohort, person = framed.numbered(numbers), framed.row_of(seat.application_id)
    here, there = (shares_there(framed.problem, cohort, person, one - 1) for one in (seat.number, best.number))
    return tuple(
        Rise(name, wishes.kinds[name], round(100 * here[name]), round(100 * there[name]))
        for name in here
        if name in there
    )


def effect_of(viewer: Viewer, proposal: Proposal, *, application: int, before: int | None, after: int | None) -> Effect:
    """Return what moving a person did, for a proposal in which it is done. before, after: groups, None for none."""
    touched = [number for number in (before, after) if number]
    concerned = Q(number__in=touched) | Q(application=application)
    seats = list(proposal.seats.filter(concerned).select_related("application"))
    numbers = {seat.application_id: seat.number for seat in seats}
    wishes = read_wishes(proposal.wishes)
    part = part_of(proposal.network, wishes, bounds_for(proposal), numbers=numbers)
    known = people_of(viewer, seats)
    done = effect(part.problem, part.numbered({**numbers, application: before}), part.numbered(numbers))
    return Effect(
        name=known[application].name,
        before=group_label(before) if before else "",
        after=group_label(after) if after else "",
        better=_felt(done.score * part.problem.people),
        groups=tuple(_group_change(change, wishes) for change in done.cohorts),
        appeared=named(done.appeared, part, known),
        disappeared=named(done.disappeared, part, known),
        standing=named(_standing(done), part, known),
    )


def _standing(done: Change) -> tuple[Broken, ...]:
    """Return the rules that were broken before, and are still, in the groups that changed."""
    new = {one.identity for one in done.appeared}
    after = [one for change in done.cohorts if change.after for one in change.after.broken]
    return tuple({one.identity: one for one in after if one.identity not in new}.values())


def figures_now(proposal: Proposal) -> dict[str, Any]:
    """Return the figures of a proposal as its seats are now; what only a search knows is taken over."""
    framed, numbers = _whole(proposal)
    kept = {name: proposal.figures[name] for name in ("stopped", "moves", "table") if name in proposal.figures}
    return figures_of(framed.problem, framed.numbered(numbers), people=len(numbers)) | kept


def comparison(viewer: Viewer, one: Proposal, other: Proposal) -> Comparison:
    """Return two proposals of the network side by side; people of one of them only are not counted as different."""
    lines = {line.key: line for line in proposal_lines(viewer, one.network)}
    framed, numbers = _whole(one)
    others = dict(other.seats.values_list("application_id", "number"))
    differently = compare(framed.problem, framed.numbered(numbers), framed.numbered(others)).moved
    return Comparison(lines[one.key], lines[other.key], differently)


def _whole(proposal: Proposal) -> tuple[Framed, dict[int, int | None]]:
    """Return the problem of everybody in the proposal, and their groups."""
    numbers = dict(proposal.seats.values_list("application_id", "number"))
    return _of_these(proposal, numbers), numbers


def _of_these(proposal: Proposal, numbers: Mapping[int, int | None]) -> Framed:
    wishes, bounds = read_wishes(proposal.wishes), bounds_for(proposal)
    everybody = frame(proposal.network, wishes, bounds, to_look_at=True)
    if set(everybody.people) | set(everybody.rest) == set(numbers):
        return everybody
    # Somebody came or went since: those of the proposal are asked for by number.
    return part_of(proposal.network, wishes, bounds, numbers=numbers)


def _sizes(numbers: Mapping[int, int | None]) -> dict[int | None, int]:
    sizes: dict[int | None, int] = {}
    for number in numbers.values():
        sizes[number] = sizes.get(number, 0) + 1
    return sizes


def _concerned(viewer: Viewer, proposal: Proposal, framed: Framed, shown: list[Alternative]) -> dict[int, Seat]:
    """Return the people whom broken rules name beside the person."""
    rows = {row for one in shown for broken in one.breaks for row in broken.people}
    seats = ProposalSeat.objects.filter(proposal=proposal, application__in=[framed.people[row] for row in rows])
    return people_of(viewer, seats.select_related("application"))


def _target(one: Alternative, framed: Framed, known: Mapping[int, Seat], sizes: Mapping[int | None, int]) -> Target:
    number = None if one.cohort == NOT_PLACED else one.cohort + 1
    return Target(
        number=number,
        label=group_label(number) if number else "",
        size=sizes.get(number, 0) + 1,
        gain=_felt(one.gain),
        breaks=named(one.breaks, framed, known),
    )


def _group_change(change: CohortChange, wishes: Wishes) -> GroupChange:
    before, after = (facts.shares if facts else {} for facts in (change.before, change.after))
    shares = [(name, before.get(name), after.get(name)) for name in {**before, **after}]
    return GroupChange(
        group_label(change.number + 1),
        tuple(
            Rise(name, wishes.kinds[name], round(100 * was), round(100 * becomes))
            for name, was, becomes in shares
            if was is not None and becomes is not None
        ),
    )


def _felt(gain: float) -> int:
    """Return -2 … 2 for a change of N x J."""
    size = 2 if abs(gain) >= CLEAR else 1 if abs(gain) >= FELT else 0
    return size if gain > 0 else -size
