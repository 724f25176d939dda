"""What an admin asks of the groups, in a few choices, and the policy of formation that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# How much an attribute weighs where the admin finds it as important as the others (see formation_policy).
USUAL_WEIGHTS = {"function": 0.40, "department": 0.25, "organisation": 0.20, "experience": 0.15, "language": 0.20}
ATTRIBUTES = tuple(USUAL_WEIGHTS)
MATCH, MIX, SAME, FREE = "match", "mix", "same", ""
KINDS = (SAME, MATCH, MIX, FREE)
IMPORTANCE = {1: 0.5, 2: 1.0, 3: 2.0}
# The share of a group that must be free at one time, in percent; 0 asks for no common time.
ATTENDANCES = (100, 90, 80, 70, 60, 50, 0)
# The number of groups is left to what people's free times allow.
BY_TIMES = "times"


@dataclass(frozen=True)
class Wishes:
    """kinds: for each of ATTRIBUTES one of KINDS; importance: 1 little, 2 as usual, 3 much.

    attendance: percent, see ATTENDANCES. choice: a number of groups as text, BY_TIMES, or the kind of a way on where
    no number fits. seed: of the search. base: the key of the proposal to change as little as possible, or
    "<kind>:<set>" of groups that exist in the course, "" to begin anew.
    """

    kinds: Mapping[str, str] = field(
        default_factory=lambda: {
            "function": MATCH,
            "department": MIX,
            "organisation": MIX,
            "experience": MIX,
            "language": SAME,
        }
    )
    importance: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(ATTRIBUTES, 2))
    attendance: int = 0
    choice: str = BY_TIMES
    seed: int = 1
    base: str = ""

    @property
    def same(self) -> tuple[str, ...]:
        """The attributes everybody of a group must share."""
        return tuple(name for name in ATTRIBUTES if self.kinds.get(name) == SAME)

    def weights(self, kind: str) -> dict[str, float]:
        """Return the weight of each attribute to match, or to mix; those of both kinds add up to 1."""
        raw = {
            name: USUAL_WEIGHTS[name] * IMPORTANCE[self.importance.get(name, 2)]
            for name in ATTRIBUTES
            if self.kinds.get(name) in (MATCH, MIX)
        }
        whole = sum(raw.values())
        return {name: weight / whole for name, weight in raw.items() if self.kinds[name] == kind}

    def written(self) -> dict[str, object]:
        """Return the wishes as JSON-able values."""
        return {
            "kinds": dict(self.kinds),
            "importance": dict(self.importance),
            "attendance": self.attendance,
            "choice": self.choice,
            "seed": self.seed,
            "base": self.base,
        }


def read_wishes(written: Mapping[str, object]) -> Wishes:
    """Return the wishes that `Wishes.written` wrote; what is missing there is as usual."""
    usual = Wishes()
    kinds, importance = written.get("kinds"), written.get("importance")
    return Wishes(
        kinds={**usual.kinds, **kinds} if isinstance(kinds, dict) else usual.kinds,
        importance={**usual.importance, **importance} if isinstance(importance, dict) else usual.importance,
        attendance=int(str(written.get("attendance", usual.attendance))),
        choice=str(written.get("choice", usual.choice)),
        seed=int(str(written.get("seed", usual.seed))),
        base=str(written.get("base", usual.base)),
    )
