"""The rules on the command line: JSON out, exit 0; a refusal as {"error": code}, exit 2.

python -m lernet_xblock.rules sizes 27 --min 10 --max 15 [--target 12]
python -m lernet_xblock.rules schedule < rule.json
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NoReturn, TextIO

from lernet_xblock.rules.recurrence import Occurrence, occurrences, parse_rule
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.sizing import sizes

REFUSED = 2
Command = Callable[[argparse.Namespace, TextIO], dict[str, object]]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise instead of printing: a caller that reads JSON gets JSON."""
        raise Refused("usage", values={"message": message})


def _sizes(arguments: argparse.Namespace, _: TextIO) -> dict[str, object]:
    found = sizes(
        arguments.people,
        minimum=arguments.minimum,
        maximum=arguments.maximum,
        target=arguments.target,
    )
    return found.as_dict()


def _schedule(_: argparse.Namespace, stdin: TextIO) -> dict[str, object]:
    try:
        rule = json.load(stdin)
    except (ValueError, RecursionError) as error:
        raise Refused("schedule_invalid", "rule") from error
    return _instants(occurrences(parse_rule(rule)))


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
    sizing.add_argument("--min", type=int, required=True, dest="minimum")
    sizing.add_argument("--max", type=int, required=True, dest="maximum")
    sizing.add_argument("--target", type=float)
    sizing.set_defaults(run=_sizes)
    schedule = commands.add_parser("schedule", help="the instants of a rule read from stdin")
    schedule.set_defaults(run=_schedule)
    return parser


def _refusal(refused: Refused) -> dict[str, object]:
    named: dict[str, object] = {"error": refused.code}
    # Only an invalid rule names its field; the other codes of the contract stand alone.
    if refused.field is not None and refused.code != "schedule_holidays_unavailable":
        named["field"] = refused.field
    return named | ({"message": refused.values["message"]} if refused.code == "usage" else {})


def main(argv: Sequence[str], stdin: TextIO, stdout: TextIO) -> int:
    """Run one command and return its exit code: 0, or 2 for a refusal."""
    try:
        arguments = _parser().parse_args(argv)
        run: Command = arguments.run
        answer, code = run(arguments, stdin), 0
    except Refused as refused:
        answer, code = _refusal(refused), REFUSED
    stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout))
