"""Measure cohort formation beside simpler methods, with the goals: python scripts/bench_formation.py [--only 300,3000].

Every measurement runs in a fresh process, on one core. Bounds are known for seed 1.
"""

import argparse
import importlib.util
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

_BARE_KILOBYTES = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

SIZES = (60, 300, 1000, 3000, 10_000, 30_000, 100_000)
# Share of the bound that may be missing, by number of people.
GAPS = {60: 0.0826, 300: 0.04, 1000: 0.035, 3000: 0.015, 30_000: 0.009, 100_000: 0.008}
SECONDS = {100_000: 10.0}
QUICK_SECONDS = {60: 0.2}
MOST_MEGABYTES, MOST_GROWTH, LEAST_PLACED = 200, 1.1, 0.9998
# The constrained k-means takes minutes beyond.
MOST_CLUSTERED = 3000


def _random(problem: Any, seed: int) -> Any:
    import random

    import numpy as np

    cohorts = max(1, round(problem.people / 12.5))
    choice = random.Random(seed)  # noqa: S311 - what Open edX does, no secret
    return np.array([choice.choice(range(cohorts)) for _ in range(problem.people)], np.int32)


def _round_robin(problem: Any, _seed: int) -> Any:
    import numpy as np

    return (np.arange(problem.people) % max(1, round(problem.people / 12.5))).astype(np.int32)


def _clustered(problem: Any, seed: int) -> Any:
    import numpy as np
    from k_means_constrained import KMeansConstrained

    cohort, first = np.full(problem.people, -1, np.int32), 0
    for stratum in np.unique(problem.stratum):
        rows = np.nonzero(problem.stratum == stratum)[0]
        cohorts = round(len(rows) / 12.5)
        if cohorts < 1 or not cohorts * problem.minimum <= len(rows) <= cohorts * problem.maximum:
            continue
        if cohorts == 1:
            # The library takes no bound that all people reach.
            cohort[rows], first = first, first + 1
            continue
        free = ((problem.masks[rows][:, None] >> np.arange(35)) & 1).astype(float)
        kind = np.eye(int(problem.attributes[0].codes.max()) + 1)[problem.attributes[0].codes[rows]] * 3
        model = KMeansConstrained(
            cohorts, size_min=problem.minimum, size_max=problem.maximum, random_state=seed, n_init=1
        )
        cohort[rows] = model.fit_predict(np.concatenate([kind, free], axis=1)) + first
        first += cohorts
    return cohort


def _lernet(problem: Any, seed: int) -> Any:
    from lernet_xblock.rules.formation import form

    return form(problem, seed=seed).cohort


def _quick(problem: Any, seed: int) -> Any:
    from lernet_xblock.rules.formation import form

    return form(problem, seed=seed, effort="quick").cohort


METHODS: dict[str, Callable[[Any, int], Any]] = {
    "random": _random,
    "round-robin": _round_robin,
    "k-means": _clustered,
    "lernet quick": _quick,
    "lernet": _lernet,
}


def measured(people: int, method: str, seed: int) -> dict[str, Any]:
    """Return what one method makes of one course: J, placed, violations, CPU seconds, megabytes."""
    import numpy as np

    # Loaded before the clock starts, and counted in the memory.
    importlib.import_module("lernet_xblock.rules.formation")
    from lernet_xblock.rules.formation_problem import Formation, score
    from tests.formation.checker import violations
    from tests.formation.instances import generated

    problem = generated(people, seed)
    started = time.process_time()
    cohort = METHODS[method](problem, seed)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    left = dict.fromkeys(np.nonzero(cohort < 0)[0].tolist(), "no_room")
    return {
        "worth": score(problem, cohort),
        "placed": int((cohort >= 0).sum()),
        "broken": violations(problem, Formation(cohort, left)),
        "seconds": seconds,
        "megabytes": (peak - _BARE_KILOBYTES) / 1024,
    }


def _in_its_own_process(people: int, method: str, seed: int) -> dict[str, Any] | None:
    command = [sys.executable, __file__, "--measure", str(people), method, str(seed)]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | threads)
    if done.returncode:
        sys.stderr.write(done.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _verdict(met: bool | None) -> str:  # noqa: FBT001 - it names a truth value
    return "" if met is None else "met" if met else "NOT MET"


def _judged(people: int, seed: int, method: str, row: dict[str, Any]) -> str:
    """Return the goals this row is held against, each with met or NOT MET."""
    from tests.formation.instances import bounds

    if not method.startswith("lernet"):
        return ""
    goals = [("legal", not row["broken"])]
    bound = bounds().get(people) if seed == 1 else None
    if bound is not None:
        exact = bound.placed if people <= 5000 else bound.placed * LEAST_PLACED
        goals.append((f"placed >= {math.ceil(exact)}", row["placed"] >= exact))
    limit = (QUICK_SECONDS if "quick" in method else SECONDS).get(people)
    if limit is not None:
        goals.append((f"<= {limit} s", row["seconds"] <= limit))
    if method == "lernet":
        goals.append((f"<= {MOST_MEGABYTES} MB", row["megabytes"] <= MOST_MEGABYTES))
        if bound is not None and people in GAPS:
            # Bounds and goals are given to four digits.
            gap = (bound.worth - row["worth"]) / bound.worth
            goals.append((f"gap <= {GAPS[people]:.2%}", gap <= GAPS[people] + 5e-5))
    return "; ".join(f"{goal} {_verdict(met)}" for goal, met in goals)


def _line(people: int, seed: int, method: str, row: dict[str, Any]) -> str:
    from tests.formation.instances import bounds

    bound = bounds().get(people) if seed == 1 else None
    limit = f"{bound.worth:.4f}" if bound else "-"
    gap = f"{(bound.worth - row['worth']) / bound.worth:.2%}" if bound else "-"
    placed = f"{row['placed']}/{bound.placed if bound else people}"
    broken = "/".join(str(row["broken"].get(rule, 0)) for rule in ("size", "stratum", "slot", "apart", "together"))
    return (
        f"{people:>7} {seed:>4} {method:<13}{row['worth']:>8.4f} {limit:>7} {gap:>8} {placed:>15} {broken:>24}"
        f"{row['seconds']:>9.2f}{row['megabytes']:>7.0f}  {_judged(people, seed, method, row)}"
    )


def _growth(seconds: dict[int, float]) -> None:
    for small, large in ((10_000, 100_000), (30_000, 100_000)):
        if small in seconds and large in seconds:
            power = math.log(seconds[large] / seconds[small]) / math.log(large / small)
            goal = f"goal <= {MOST_GROWTH} {_verdict(power <= MOST_GROWTH)}"
            print(f"growth {small} -> {large}: exponent {power:.2f}, {goal}")


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default=",".join(map(str, SIZES)), help="numbers of people, with commas")
    arguments.add_argument("--seeds", default="1", help="seeds of the courses, with commas")
    arguments.add_argument("--methods", default=",".join(METHODS), help="methods, with commas")
    arguments.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.measure:
        people, method, seed = chosen.measure
        print(json.dumps(measured(int(people), method, int(seed))))
        return
    print(
        f"{'N':>7} {'seed':>4} {'method':<13}{'J':>8} {'bound':>7} {'gap':>8} {'placed/bound':>15}"
        f"{'size/str./slot/apart/tog.':>25}{'CPU s':>9}{'MB':>7}  goals"
    )
    for seed in map(int, chosen.seeds.split(",")):
        seconds: dict[int, float] = {}
        for people in map(int, chosen.only.split(",")):
            for method in chosen.methods.split(","):
                _measure_one(people, seed, method, seconds)
        _growth(seconds)


def _measure_one(people: int, seed: int, method: str, seconds: dict[int, float]) -> None:
    if method == "k-means" and (people > MOST_CLUSTERED or importlib.util.find_spec("k_means_constrained") is None):
        why = "takes too long here" if people > MOST_CLUSTERED else "k_means_constrained is not installed"
        print(f"{people:>7} {seed:>4} {method:<13}{why}")
        return
    row = _in_its_own_process(people, method, seed)
    if row is None:
        print(f"{people:>7} {seed:>4} {method:<13}failed")
        return
    if method == "lernet":
        seconds[people] = row["seconds"]
    print(_line(people, seed, method, row), flush=True)


if __name__ == "__main__":
    main()
