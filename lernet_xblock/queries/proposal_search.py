"""A search for groups, from the wishes of a proposal to its seats and figures; nothing is saved here."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from lernet_xblock.host import get_host
from lernet_xblock.models import Network, Proposal
from lernet_xblock.queries.forming import Bounds, Framed, bounds_of, frame, ready_rows
from lernet_xblock.queries.people import ready_people
from lernet_xblock.queries.suggestion import suggestions
from lernet_xblock.rules.formation_comparison import summary
from lernet_xblock.rules.formation_problem import Cancel, Formation, Ints, Problem, Progress
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.wishes import Wishes, read_wishes

Effort = Literal["full", "quick"]
# The first look at so many people is instant; more are looked at in the background only.
MOST_AT_ONCE = 300


def never() -> bool:
    """Nobody cancels."""
    return False


def unheard(share: float) -> None:
    """Nobody is told how far it is."""


def search(
    proposal: Proposal, *, effort: Effort, cancel: Cancel = never, progress: Progress = unheard
) -> tuple[dict[int, int | None], dict[int, str], dict[str, Any]]:
    """Return the group of each person (from 1, None for none), reasons by code, and the figures of the proposal.

    effort: "quick" for a first look, or "full". Raises Refused for wishes, pairs and pins that contradict themselves.
    """
    # scipy takes a second and 36 MB, and most processes of a platform never form groups.
    from lernet_xblock.rules.formation import form  # noqa: PLC0415 - see above
    from lernet_xblock.rules.formation_reform import reform  # noqa: PLC0415 - see above

    network, wishes = proposal.network, read_wishes(proposal.wishes)
    bounds = _bounds(network, wishes)
    previous = _previous(network, wishes)
    framed = frame(network, wishes, bounds, previous=previous)
    moves: tuple[Any, ...] = ()
    if previous is not None:
        found = reform(framed.problem, seed=wishes.seed, cancel=cancel, progress=progress)
        formation, moves = found.formation, found.moves
    else:
        searched = partial(form, seed=wishes.seed, effort=effort, cancel=cancel, progress=progress)
        framed, formation = _within_limit(network, wishes, bounds, framed, searched)
    return result_of(framed, formation, moves=moves)


def result_of(
    framed: Framed, formation: Formation, *, moves: tuple[Any, ...] = ()
) -> tuple[dict[int, int | None], dict[int, str], dict[str, Any]]:
    """Return numbers, reasons and figures of a formation, as `search` does."""
    placed = formation.cohort.tolist()
    numbers: dict[int, int | None] = {
        pk: None if at < 0 else at + 1 for pk, at in zip(framed.people, placed, strict=True)
    }
    reasons = {framed.people[row]: code for row, code in formation.reasons.items()}
    for pk in framed.rest:
        numbers[pk], reasons[pk] = None, "sizes_leave_over"
    figures = figures_of(framed.problem, formation.cohort, people=len(numbers))
    figures["stopped"] = formation.stopped
    figures["moves"] = [[framed.people[one.person], one.before + 1, one.after + 1] for one in moves]
    if framed.problem.previous is not None:
        figures["moves"] += _newly_placed(framed, placed)
    return numbers, reasons, figures


def _newly_placed(framed: Framed, placed: list[int]) -> list[list[int]]:
    """Return who had no place in what the search began with, written as moves are."""
    before = framed.problem.previous.tolist() if framed.problem.previous is not None else []
    rows = zip(framed.people, before, placed, strict=True)
    return [[pk, 0, at + 1] for pk, was, at in rows if was < 0 <= at]


def figures_of(problem: Problem, cohort: Ints, *, people: int) -> dict[str, Any]:
    """Return what comparing proposals needs, JSON-able. people: with those beyond the seats.

    course: what the shares would be if everybody's mates were drawn from the whole course.
    """
    told = summary(problem, cohort)
    leaves_out = told.placed < problem.people and problem.masks is not None
    return {
        "people": people,
        "placed": told.placed,
        "cohorts": told.cohorts,
        "sizes": {str(size): many for size, many in told.sizes.items()},
        "score": told.score,
        "shares": dict(told.shares),
        "course": _drawn(problem),
        "with_common_time": told.with_common_slot,
        "violations": sum(told.violations.values()),
        "table": _table(problem) if leaves_out else [],
    }


def _table(problem: Problem) -> list[list[Any]]:
    """Return percent, people who could meet, and whether that is proved, for falling shares of a group."""
    from lernet_xblock.rules.formation_slots import placed_by_attendance  # noqa: PLC0415 - scipy, as in `search`

    return [[round(100 * share), placeable, proved] for share, placeable, proved in placed_by_attendance(problem)]


def _drawn(problem: Problem) -> dict[str, float]:
    """Return the share of fitting mates by attribute if they were drawn from everybody."""
    shares = {}
    pairs = problem.people * (problem.people - 1)
    for attribute in problem.attributes:
        counted: dict[int, int] = {}
        for code in attribute.codes.tolist():
            counted[code] = counted.get(code, 0) + 1
        same = sum(many * (many - 1) for many in counted.values()) / pairs if pairs else 0.0
        shares[attribute.name] = same if attribute.weight > 0 else 1.0 - same
    return shares


def _bounds(network: Network, wishes: Wishes) -> Bounds:
    bounds = bounds_of(network, len(ready_rows(network)), wishes.choice)
    if bounds is None:
        raise Refused("choice_does_not_fit", "choice", {"choice": wishes.choice})
    return bounds


def _previous(network: Network, wishes: Wishes) -> Mapping[int, int | None] | None:
    """Return the groups to begin with: those of another proposal or of the course, None to begin anew."""
    if not wishes.base:
        return None
    base = network.proposals.filter(key=wishes.base).first()
    if base is not None:
        return dict(base.seats.values_list("application_id", "number"))
    return next(
        (
            dict(one.numbers)
            for one in suggestions(get_host(), network, ready_people(network))
            if one.key == wishes.base
        ),
        None,
    )


def _within_limit(
    network: Network, wishes: Wishes, bounds: Bounds, framed: Framed, searched: Callable[[Problem], Formation]
) -> tuple[Framed, Formation]:
    """Form the groups; where their number was left open and there are too many, once more with the most allowed."""
    formation = searched(framed.problem)
    groups = len(set(formation.cohort[formation.cohort >= 0].tolist()))
    if bounds.cohorts is None and groups > network.cohort_limit:
        framed = frame(network, wishes, bounds, limit=network.cohort_limit)
        formation = searched(framed.problem)
    return framed, formation
