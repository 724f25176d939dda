"""`make test`: the static gate and every lane of the suite that this machine can run, two at a time.

DATABASE_URL          the whole suite on that database, instead of SQLite and MariaDB
LERNET_MARIADB_URL    the suite on that server as well as on SQLite
LERNET_NO_SKIPS=1     a lane or a test that cannot run is a failure (`make` sets it where CI=true)
LERNET_LANES          how many lanes run side by side (default 2)

A lane that is left out says why. Each lane's output is shown when it ends; the last lines are the results.
Arguments are handed to pytest: `python scripts/lanes.py tests/rules -x`.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chromium import chromium_path  # noqa: E402 - the top of the repository is on no path before

PYTEST = [sys.executable, "-m", "pytest", "-q"]
GATE = [sys.executable, "scripts/gate.py"]
EVERYWHERE = "not browser and not install and not matrix"
LANE_LIMIT_SECONDS = 25 * 60
# The system's zone in the lanes that run everything: nothing may follow from it.
ZONES = {"sqlite": "America/Vancouver", "mariadb": "Asia/Kolkata"}
# pytest's code for "no tests were collected".
NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Lane:
    """One process. `database`: a URL, or empty for SQLite; `missing`: why it cannot run here, or empty."""

    name: str
    command: list[str]
    database: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Result:
    """How a lane ended. `summary`: the last line it printed, or why it did not run."""

    name: str
    word: str
    summary: str
    seconds: float = 0.0


def lanes(variables: Mapping[str, str], arguments: list[str]) -> list[Lane]:
    """Return the lanes in the order in which they start: the long ones first."""
    chosen = variables.get("DATABASE_URL", "")
    kind = chosen.partition(":")[0] or "sqlite"
    marks = f"{EVERYWHERE} and not mariadb" if kind == "sqlite" else EVERYWHERE
    chromium = "" if chromium_path() else "there is no Chromium here; LERNET_CHROMIUM can name one"
    return [
        *([] if chosen else [mariadb_lane(variables.get("LERNET_MARIADB_URL", ""), arguments)]),
        Lane(kind, [*PYTEST, "-m", marks, *arguments], chosen),
        Lane("browser", [*PYTEST, "-m", "browser", *arguments], chosen, chromium),
        Lane("install", [*PYTEST, "-m", "install", *arguments]),
        Lane("gate", GATE),
    ]


def mariadb_lane(server: str, arguments: list[str]) -> Lane:
    """Return the lane on a real server, left out when none is named."""
    missing = "" if server else "no server is named: LERNET_MARIADB_URL=mysql://user:password@host:3306/name"
    # Rules know no database, and calendar programs read files.
    apart = [] if arguments else ["--ignore=tests/rules", "--ignore=tests/interop", "--ignore=tests/scripts"]
    return Lane("mariadb", [*PYTEST, "-m", f"{EVERYWHERE} and not once", *apart, *arguments], server, missing)


def run(lane: Lane) -> Result:
    """Run a lane to its end, or for LANE_LIMIT_SECONDS, and show its output in one piece."""
    if lane.missing:
        word = "FAILED" if os.environ.get("LERNET_NO_SKIPS") == "1" else "left out"
        return Result(lane.name, word, lane.missing)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"lernet-{lane.name}-", ignore_cleanup_errors=True) as folder:
        output = Path(folder) / "output"
        code = exit_code(lane, folder, output)
        text = output.read_text(encoding="utf-8", errors="replace").rstrip()
    seconds = time.monotonic() - started
    print(f"\n=== {lane.name}\n{text}", flush=True)
    summary = (text.splitlines() or ["no output"])[-1].strip("= ")
    return Result(lane.name, "ok" if code == 0 else "FAILED", summary, seconds)


def exit_code(lane: Lane, folder: str, output: Path) -> int:
    """Return the code with which the lane ended; what it prints goes to the file `output`."""
    variables = {
        **os.environ,
        "DATABASE_URL": lane.database,
        "LERNET_TEST_DATA": folder,
        "LERNET_TEST_LANE": lane.name,
        "PYTHONUNBUFFERED": "1",
    }
    if lane.name in ZONES:
        # Django sets the process's zone from its settings, so those of the tests read a name of ours.
        variables |= {"TZ": ZONES[lane.name], "LERNET_TEST_ZONE": ZONES[lane.name]}
    if not lane.database:
        del variables["DATABASE_URL"]
    with output.open("wb") as file:
        process = subprocess.Popen(
            lane.command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
        try:
            code = process.wait(timeout=LANE_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            file.write(f"\nstopped after {LANE_LIMIT_SECONDS} s\n".encode())
            return process.wait()
    # With arguments, only some lanes hold the tests that were asked for.
    return 0 if code == NOTHING_COLLECTED and sys.argv[1:] else code


def main() -> int:
    """Run the lanes; return 1 when one fails."""
    started = time.monotonic()
    with ThreadPoolExecutor(max_workers=int(os.environ.get("LERNET_LANES", "2"))) as pool:
        results = list(pool.map(run, lanes(os.environ, sys.argv[1:])))
    print(f"\n=== results ({time.monotonic() - started:.0f} s)")
    for result in results:
        print(f"{result.name:9} {result.word:9} {result.seconds:4.0f} s   {result.summary}")
    return 1 if any(result.word == "FAILED" for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
