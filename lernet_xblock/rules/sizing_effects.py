"""What a number of cohorts, or a way out of a gap, means for those who run them and those who are in them."""

from collections import Counter
from collections.abc import Sequence

from lernet_xblock.rules.circles import circle_sizes
from lernet_xblock.rules.network_settings import DEFAULT_THRESHOLD
from lernet_xblock.rules.sizing import Option, Sizing


def described(sizing: Sizing, *, threshold: int = DEFAULT_THRESHOLD) -> dict[str, object]:
    """Return what Sizing.as_dict returns, and more, JSON-able.

    With a recommendation "headroom": {"late_joiners", "departures"}, for each cohort (in the order of its sizes) the
    seats left below the maximum and the people who may leave before it is under the minimum. Without one "gap":
    {"above", "below"}, the nearest numbers of people that fit (above 0: none do), and with every option of known
    sizes its effects. threshold: answers from which results are shown.
    """
    written = sizing.as_dict()
    if sizing.recommended:
        sizes = sizing.recommended.sizes
        late_joiners = [sizing.maximum - size for size in sizes]
        departures = [size - sizing.minimum for size in sizes]
        return written | {"headroom": {"late_joiners": late_joiners, "departures": departures}}
    full = sizing.people // sizing.maximum
    gap = {"above": full * sizing.maximum, "below": (full + 1) * sizing.minimum}
    options = [option.as_dict() | _effects(option, threshold) for option in sizing.options]
    return written | {"gap": gap, "options": options}


def _effects(option: Option, threshold: int) -> dict[str, object]:
    if not option.sizes:
        return {}
    return {
        # One leads each cohort.
        "facilitators": len(option.sizes),
        "turns": _turns(option.sizes),
        "confidentiality": _confidentiality(option.sizes, threshold),
    }


def _turns(sizes: Sequence[int]) -> list[dict[str, object]]:
    """Return for each size of cohort its circles, in each of which one member gives a case per regular session.

    sessions_for_all: the regular sessions until everybody of the largest circle has had a turn.
    """
    return [
        {
            "members": size,
            "cohorts": cohorts,
            "circles": list(circles),
            "turns_per_session": len(circles),
            "sessions_for_all": -(-size // len(circles)),
        }
        for size, cohorts in Counter(sizes).items()
        for circles in [circle_sizes(size)]
    ]


def _confidentiality(sizes: Sequence[int], threshold: int) -> dict[str, object]:
    """Return who hears a case, and how many of the smallest cohort must answer before its results show.

    code: never_shown when the cohort is smaller than the threshold, most_must_answer when that is over half of it,
    else half_may_be_silent.
    """
    smallest = min(sizes)
    shown = [("never_shown", smallest < threshold), ("most_must_answer", 2 * threshold > smallest)]
    return {
        "code": next((code for code, holds in shown if holds), "half_may_be_silent"),
        "smallest_cohort": smallest,
        "answers_needed": threshold,
        "largest_circle": max(max(circle_sizes(size)) for size in sizes),
        "largest_cohort": max(sizes),
    }
