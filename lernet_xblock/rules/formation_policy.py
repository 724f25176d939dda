"""What makes people fit together: attributes to match, to mix, and to have in common without exception."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from lernet_xblock.rules.refusals import Refused

MOST_WEIGHT = 1_000_000.0
KEYS = ("match", "mix", "same")


@dataclass(frozen=True)
class Policy:
    """match, mix: attributes with their weights, 0 … a million; same: attributes all mates must share.

    Without arguments the usual policy. Raises Refused policy_empty, policy_weight_invalid (field match.<name> or
    mix.<name>) and policy_attribute_twice (names): nothing is both matched and mixed, or both the same and mixed.
    """

    match: Mapping[str, float] = field(default_factory=lambda: {"function": 0.40})
    mix: Mapping[str, float] = field(
        default_factory=lambda: {"department": 0.25, "organisation": 0.20, "experience_band": 0.15}
    )
    same: tuple[str, ...] = ("language",)

    def __post_init__(self) -> None:
        """Refuse what no search could make sense of."""
        if not (self.match or self.mix or self.same):
            raise Refused("policy_empty", "policy")
        for key, weights in (("match", self.match), ("mix", self.mix)):
            for name, weight in weights.items():
                # Written so that NaN is refused too.
                if not 0 <= weight <= MOST_WEIGHT:
                    raise Refused("policy_weight_invalid", f"{key}.{name}", {"highest": MOST_WEIGHT})
        twice = sorted((self.match.keys() | set(self.same)) & self.mix.keys())
        if twice:
            raise Refused("policy_attribute_twice", "mix", {"names": twice})

    @property
    def names(self) -> tuple[str, ...]:
        """Every attribute that is named, once."""
        return tuple(dict.fromkeys((*self.match, *self.mix, *self.same)))

    def weights(self) -> dict[str, float]:
        """Return the weights that count, those to mix with a minus."""
        mixed = {name: -weight for name, weight in self.mix.items()}
        return {name: float(weight) for name, weight in {**self.match, **mixed}.items() if weight}


def read_policy(document: object) -> Policy:
    """Return the policy of a JSON document {"match": {name: weight}, "mix": {name: weight}, "same": [name]}.

    What is left out is empty. Raises Refused policy_invalid (field: which part has the wrong shape),
    policy_unknown_key (names), and what Policy raises.
    """
    if not isinstance(document, dict):
        raise Refused("policy_invalid", "policy")
    unknown = sorted(str(key) for key in document.keys() - set(KEYS))
    if unknown:
        raise Refused("policy_unknown_key", "policy", {"names": unknown})
    return Policy(
        match=_weights("match", document.get("match", {})),
        mix=_weights("mix", document.get("mix", {})),
        same=_names("same", document.get("same", [])),
    )


def _weights(key: str, given: object) -> dict[str, float]:
    if not isinstance(given, dict):
        raise Refused("policy_invalid", key)
    return {_name(key, name): _weight(f"{key}.{name}", weight) for name, weight in given.items()}


def _weight(path: str, given: object) -> float:
    # True is an int in Python, and no weight.
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Refused("policy_weight_invalid", path, {"highest": MOST_WEIGHT})
    # An int may be too long for a float.
    return float(given) if abs(given) <= MOST_WEIGHT else math.inf


def _names(key: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise Refused("policy_invalid", key)
    return tuple(dict.fromkeys(_name(key, name) for name in given))


def _name(key: str, given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise Refused("policy_invalid", key)
    return given
