"""How many cohorts, of which sizes: every feasible number, one recommended, honest gaps.

N people fit bounds a…b iff ceil(N / b) <= floor(N / a). Between k·b and (k + 1)·a nothing fits:
then no number is recommended, and the ways out are named with what each of them means.
"""

from dataclasses import dataclass
from fractions import Fraction

from lernet_xblock.rules.circles import circle_sizes, even_sizes
from lernet_xblock.rules.refusals import Refused

SMALLEST_BOUND, LARGEST_BOUND = 2, 30
MOST_PEOPLE = 100_000
# 100 000 people of 2…30 split in 46 667 ways; written out these are a thousand million numbers.
MOST_SIZES_WRITTEN = 1_000_000


@dataclass(frozen=True)
class Split:
    """People over a number of cohorts, sizes at most 1 apart."""

    people: int
    cohorts: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """The size of every cohort, larger first."""
        return even_sizes(self.people, self.cohorts)

    @property
    def smallest(self) -> int:
        """The size of the smallest cohort."""
        return self.people // self.cohorts

    @property
    def largest(self) -> int:
        """The size of the largest cohort."""
        return -(-self.people // self.cohorts)

    def warnings(self, minimum: int, maximum: int) -> tuple[str, ...]:
        """Name what is tight: cohort_at_minimum (one departure puts it below), cohort_at_maximum."""
        tight = (
            ("cohort_at_minimum", self.smallest == minimum),
            ("cohort_at_maximum", self.largest == maximum),
        )
        return tuple(code for code, holds in tight if holds)


@dataclass(frozen=True)
class Option:
    """One way out when nothing fits, with what it means; None where it says nothing.

    kind: waiting_list, wait_for_more, smaller_groups, larger_group; below the minimum extend,
    start_small, join_sister, cancel. waiting, missing: people. circles: the sizes of all circles,
    cohort by cohort.
    """

    kind: str
    sizes: tuple[int, ...] | None = None
    waiting: int | None = None
    missing: int | None = None
    facilitators: int | None = None
    circles: tuple[int, ...] | None = None

    def as_dict(self) -> dict[str, object]:
        """Return {"kind": code, …} as JSON-able values, without what is None."""
        named = {
            "cohorts": None if self.sizes is None else len(self.sizes),
            "sizes": None if self.sizes is None else list(self.sizes),
            "waiting": self.waiting,
            "missing": self.missing,
            "facilitators": self.facilitators,
            "circles": None if self.circles is None else list(self.circles),
        }
        return {"kind": self.kind} | {key: value for key, value in named.items() if value is not None}


@dataclass(frozen=True)
class Sizing:
    """The answer for so many people: feasible by rising number of cohorts, and what follows.

    reason: only_feasible, nearest_to_target, tie_fewer_cohorts; without a recommendation
    below_minimum or no_split. warnings are those of the recommended split.
    """

    people: int
    minimum: int
    maximum: int
    target: float
    feasible: tuple[Split, ...]
    recommended: Split | None
    reason: str
    warnings: tuple[str, ...]
    options: tuple[Option, ...]

    def as_dict(self) -> dict[str, object]:
        """Return {"feasible", "recommended", "reason", "warnings", "options"}, JSON-able.

        Above a million sizes in all, every split but the recommended one carries
        "size_counts" [[size, cohorts of that size], …] in place of "sizes".
        """
        written = sum(split.cohorts for split in self.feasible) <= MOST_SIZES_WRITTEN
        return {
            "feasible": [_written(split, in_full=written or split == self.recommended) for split in self.feasible],
            "recommended": self.recommended.cohorts if self.recommended else None,
            "reason": self.reason,
            "warnings": list(self.warnings),
            "options": [option.as_dict() for option in self.options],
        }


def _written(split: Split, *, in_full: bool) -> dict[str, object]:
    if in_full:
        return {"cohorts": split.cohorts, "sizes": list(split.sizes)}
    larger = split.people % split.cohorts
    counts = [[split.largest, larger]] if larger else []
    return {
        "cohorts": split.cohorts,
        "size_counts": [*counts, [split.smallest, split.cohorts - larger]],
    }


def sizes(n: int, *, minimum: int, maximum: int, target: float | None = None) -> Sizing:
    """Return every feasible number of cohorts for n people, and the one whose mean is nearest.

    n: 0…100 000 people. 2 <= minimum <= maximum <= 30. target: the wished size, between the
    bounds; None is their middle. On a tie the smaller number of cohorts is recommended.
    Raises Refused people_out_of_range, bounds_invalid or target_outside_bounds.
    """
    wished = _checked_target(n, minimum, maximum, target)
    numbers = range(max(1, -(-n // maximum)), n // minimum + 1)
    feasible = tuple(Split(n, cohorts) for cohorts in numbers)
    if feasible:
        best, reason = _nearest(feasible, wished)
        tight = best.warnings(minimum, maximum)
        return Sizing(n, minimum, maximum, float(wished), feasible, best, reason, tight, ())
    reason = "below_minimum" if n < minimum else "no_split"
    options = _below_minimum(n, minimum) if n < minimum else _in_a_gap(n, minimum, maximum)
    return Sizing(n, minimum, maximum, float(wished), (), None, reason, (), options)


def advised_option(sizing: Sizing, *, before_decision: bool, facilitators: int) -> str | None:
    """Return the kind of option to advise in a gap, None where something fits or too few came.

    Before the go/no-go date wait for more; after it smaller groups when there are facilitators
    and no group is more than one below the minimum, else a waiting list for one person, else
    one larger group. Advice only: nothing is selected beforehand.
    """
    kinds = {option.kind: option for option in sizing.options}
    if "waiting_list" not in kinds:
        return None
    if before_decision:
        return "wait_for_more"
    smaller = kinds.get("smaller_groups")
    if smaller is not None and smaller.sizes is not None:
        enough = facilitators >= len(smaller.sizes)
        if enough and min(smaller.sizes) >= sizing.minimum - 1:
            return "smaller_groups"
    if kinds["waiting_list"].waiting == 1 or "larger_group" not in kinds:
        return "waiting_list"
    return "larger_group"


def _checked_target(n: int, minimum: int, maximum: int, target: float | None) -> Fraction:
    if not 0 <= n <= MOST_PEOPLE:
        raise Refused("people_out_of_range", "n", {"maximum": MOST_PEOPLE})
    if not SMALLEST_BOUND <= minimum <= maximum <= LARGEST_BOUND:
        field = "minimum" if not SMALLEST_BOUND <= minimum <= LARGEST_BOUND else "maximum"
        raise Refused("bounds_invalid", field, {"lowest": SMALLEST_BOUND, "highest": LARGEST_BOUND})
    if target is None:
        return Fraction(minimum + maximum, 2)
    if not minimum <= target <= maximum:
        raise Refused("target_outside_bounds", "target", {"minimum": minimum, "maximum": maximum})
    # Through its digits, so that 12.3 means 12.3 and a tie stays a tie.
    return Fraction(str(target))


def _nearest(feasible: tuple[Split, ...], wished: Fraction) -> tuple[Split, str]:
    if len(feasible) == 1:
        return feasible[0], "only_feasible"
    # The mean falls as cohorts are added, so the best lies beside people / target.
    people, fewest = feasible[0].people, feasible[0].cohorts
    at = min(max(int(people / wished) - fewest, 0), len(feasible) - 2)
    fewer, more = feasible[at], feasible[at + 1]
    off_fewer = abs(Fraction(people, fewer.cohorts) - wished)
    off_more = abs(Fraction(people, more.cohorts) - wished)
    if off_fewer == off_more:
        return fewer, "tie_fewer_cohorts"
    return (fewer if off_fewer < off_more else more), "nearest_to_target"


def _below_minimum(n: int, minimum: int) -> tuple[Option, ...]:
    small = Option("start_small", sizes=(n,), facilitators=1, circles=circle_sizes(n))
    possible = (small,) if n >= SMALLEST_BOUND else ()
    return (
        Option("extend", missing=minimum - n),
        *possible,
        Option("join_sister"),
        Option("cancel"),
    )


def _in_a_gap(n: int, minimum: int, maximum: int) -> tuple[Option, ...]:
    full = n // maximum
    options = [
        Option("waiting_list", sizes=(maximum,) * full, waiting=n - full * maximum),
        Option("wait_for_more", sizes=(minimum,) * (full + 1), missing=(full + 1) * minimum - n),
    ]
    smaller = even_sizes(n, full + 1)
    if min(smaller) >= SMALLEST_BOUND:
        options.append(Option("smaller_groups", sizes=smaller, facilitators=full + 1))
    larger = even_sizes(n, full)
    if max(larger) <= LARGEST_BOUND:
        circles = tuple(size for cohort in larger for size in circle_sizes(cohort))
        options.append(Option("larger_group", sizes=larger, facilitators=full, circles=circles))
    return tuple(options)
