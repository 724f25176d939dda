"""The rules on the command line: the answer on stdout, exit 0; a refusal as {"error": code}, exit 2.

python -m lernet_xblock.rules sizes 27 --min 10 --max 15 [--target 12]
python -m lernet_xblock.rules schedule < rule.json
python -m lernet_xblock.rules form --min 10 --max 15 --seed 1 members.csv [--pairs pairs.csv]
    [--previous cohorts.csv] [--pins pins.csv] [--attendance 1.0] [--policy policy.json]
    [--target 12] [--cohorts 5] [--effort full|quick] > cohorts.csv

sizes and schedule answer, and refuse, in JSON on stdout. form answers with lines `id,cohort` in the order of
members.csv, -1 for who is not placed; on stderr it says why as {"id": …, "reason": code}, a line of JSON for each.
What form refuses stands on stderr too, with the values of the refusal such as "people" and "line", and leaves stdout
empty.
"""

import argparse
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from lernet_xblock.rules.recurrence import Occurrence, occurrences, parse_rule
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.sizing import sizes
from lernet_xblock.rules.sizing_effects import described

if TYPE_CHECKING:
    from lernet_xblock.rules.formation_people import People
    from lernet_xblock.rules.formation_problem import Formation, Problem

REFUSED = 2
FORM = "form"


@dataclass(frozen=True)
class Streams:
    """Where a command reads and writes."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO


Command = Callable[[argparse.Namespace, Streams], None]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise instead of printing: a caller that reads JSON gets JSON."""
        raise Refused("usage", values={"message": message})


def _sizes(arguments: argparse.Namespace, streams: Streams) -> None:
    found = sizes(
        arguments.people,
        minimum=arguments.minimum,
        maximum=arguments.maximum,
        target=arguments.target,
    )
    _write(streams.stdout, described(found))


def _schedule(_: argparse.Namespace, streams: Streams) -> None:
    try:
        rule = json.load(streams.stdin)
    except (ValueError, RecursionError) as error:
        raise Refused("schedule_invalid", "rule") from error
    _write(streams.stdout, _instants(occurrences(parse_rule(rule))))


def _form(arguments: argparse.Namespace, streams: Streams) -> None:
    # numpy and scipy take longer to import than the other commands run.
    from lernet_xblock.rules.formation_files import write_cohorts  # noqa: PLC0415 - see above

    people, problem = _problem(arguments)
    formed = _formed(problem, arguments)
    reasons = sorted(formed.reasons.items())
    for row, reason in reasons:
        # Plain ASCII: a stream of errors may know no other letters, and would break the JSON.
        streams.stderr.write(json.dumps({"id": people.ids[row], "reason": reason}) + "\n")
    write_cohorts(streams.stdout, people.ids, formed.cohort.tolist())


def _problem(arguments: argparse.Namespace) -> "tuple[People, Problem]":
    from lernet_xblock.rules import formation_files as files  # noqa: PLC0415 - as in _form
    from lernet_xblock.rules.formation_people import make_problem  # noqa: PLC0415 - as in _form
    from lernet_xblock.rules.formation_policy import Policy  # noqa: PLC0415 - as in _form

    policy = files.read_policy_file(arguments.policy) if arguments.policy else None
    people = files.read_members(arguments.members, policy=policy or Policy())
    pairs = files.read_pairs(arguments.pairs) if arguments.pairs else files.Pairs()
    return people, make_problem(
        people,
        policy=policy,
        minimum=arguments.minimum,
        maximum=arguments.maximum,
        attendance=arguments.attendance,
        apart=pairs.apart,
        together=pairs.together,
        pins=files.read_cohorts(arguments.pins) if arguments.pins else None,
        previous=files.read_cohorts(arguments.previous) if arguments.previous else None,
        cohorts=arguments.cohorts,
        target=arguments.target,
    )


def _formed(problem: "Problem", arguments: argparse.Namespace) -> "Formation":
    if problem.previous is None:
        from lernet_xblock.rules.formation import form  # noqa: PLC0415 - as in _form

        return form(problem, seed=arguments.seed, effort=arguments.effort)
    from lernet_xblock.rules.formation_reform import reform  # noqa: PLC0415 - as in _form

    return reform(problem, seed=arguments.seed).formation


def _instants(found: Sequence[Occurrence]) -> dict[str, object]:
    """Return {"utc_starts": […], "utc_ends": […]}; all-day sessions have no utc_ends."""
    ends = [one.ends_at for one in found if one.ends_at is not None]
    starts: dict[str, object] = {"utc_starts": [_written(one.starts_at) for one in found]}
    return starts if found and not ends else starts | {"utc_ends": [_written(end) for end in ends]}


def _written(instant: datetime) -> str:
    # isoformat and not strftime: %Y does not pad years below 1000 on every platform.
    return instant.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _parser() -> _Parser:
    parser = _Parser(prog="python -m lernet_xblock.rules")
    commands = parser.add_subparsers(dest="command", required=True)
    sizing = commands.add_parser("sizes", help="feasible numbers and sizes of cohorts")
    sizing.add_argument("people", type=int, metavar="N")
    _add_bounds(sizing)
    sizing.set_defaults(run=_sizes)
    schedule = commands.add_parser("schedule", help="the instants of a rule read from stdin")
    schedule.set_defaults(run=_schedule)
    forming = commands.add_parser(FORM, help="cohorts of people read from a file")
    forming.add_argument("members", type=Path, metavar="members.csv")
    _add_bounds(forming)
    forming.add_argument("--seed", type=_seed, default=1)
    for name, file in (("pairs", "pairs.csv"), ("previous", "cohorts.csv"), ("pins", "pins.csv")):
        forming.add_argument(f"--{name}", type=Path, metavar=file)
    forming.add_argument("--policy", type=Path, metavar="policy.json")
    forming.add_argument("--attendance", type=float, default=1.0)
    forming.add_argument("--cohorts", type=int)
    forming.add_argument("--effort", choices=("full", "quick"), default="full")
    forming.set_defaults(run=_form)
    return parser


def _add_bounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--min", type=int, required=True, dest="minimum")
    parser.add_argument("--max", type=int, required=True, dest="maximum")
    parser.add_argument("--target", type=float)


def _seed(written: str) -> int:
    seed = int(written)
    if seed < 0:
        raise argparse.ArgumentTypeError("a seed is no negative number")
    return seed


def _refusal(refused: Refused, *, values: bool) -> dict[str, object]:
    named: dict[str, object] = {"error": refused.code}
    # Only an invalid rule names its field; the other codes of the contract stand alone.
    if refused.field is not None and refused.code != "schedule_holidays_unavailable":
        named["field"] = refused.field
    return named | (refused.values if values or refused.code == "usage" else {})


def _write(out: TextIO, answer: dict[str, object], *, ascii_only: bool = False) -> None:
    out.write(json.dumps(answer, ensure_ascii=ascii_only) + "\n")


def main(argv: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 for a refusal. stderr: None is that of the process."""
    streams = Streams(stdin, stdout, stderr or sys.stderr)
    try:
        arguments = _parser().parse_args(argv)
        run: Command = arguments.run
        run(arguments, streams)
    except Refused as refused:
        forming = bool(argv) and argv[0] == FORM
        answer = _refusal(refused, values=forming)
        _write(streams.stderr if forming else streams.stdout, answer, ascii_only=forming)
        return REFUSED
    return 0


if __name__ == "__main__":
    # A file of cohorts is the same bytes on every system.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout))
