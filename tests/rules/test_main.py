import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from lernet_xblock.rules import __main__ as command_line
from lernet_xblock.rules.holidays_be import holidays_of

ROOT = Path(command_line.__file__).parents[2]
RULE: dict[str, Any] = {
    "tz": "Europe/Brussels",
    "begin": "2027-02-02",
    "time": "13:30",
    "duration_min": 180,
    "freq": {"kind": "weekly", "interval": 4, "weekdays": ["TU"]},
    "end": {"count": 5},
}
STARTS = [
    "2027-02-02T12:30:00Z",
    "2027-03-02T12:30:00Z",
    "2027-03-30T11:30:00Z",
    "2027-04-27T11:30:00Z",
    "2027-05-25T11:30:00Z",
]


def run(*arguments: str, given: str = "") -> tuple[int, Any]:
    stdout = StringIO()
    code = command_line.main(arguments, StringIO(given), stdout)
    return code, json.loads(stdout.getvalue())


def schedule(**changes: object) -> tuple[int, Any]:
    return run("schedule", given=json.dumps(RULE | changes))


def test_schedule_prints_starts_and_ends_in_utc() -> None:
    ends = [
        "2027-02-02T15:30:00Z",
        "2027-03-02T15:30:00Z",
        "2027-03-30T14:30:00Z",
        "2027-04-27T14:30:00Z",
        "2027-05-25T14:30:00Z",
    ]

    assert schedule() == (0, {"utc_starts": STARTS, "utc_ends": ends})


def test_all_day_sessions_have_no_ends() -> None:
    assert schedule(time=None, end={"count": 1}) == (0, {"utc_starts": ["2027-02-01T23:00:00Z"]})


def test_a_rule_without_a_session_has_two_empty_lists() -> None:
    assert schedule(end={"until": "2027-02-01"}) == (0, {"utc_starts": [], "utc_ends": []})


def test_an_unsatisfiable_rule_exits_with_two() -> None:
    rule = {"end": {"count": 200}, "freq": RULE["freq"] | {"interval": 52}}

    assert schedule(**rule) == (2, {"error": "schedule_unsatisfiable"})


def test_an_invalid_rule_names_its_field() -> None:
    assert schedule(tz="Mars/Olympus") == (2, {"error": "schedule_invalid", "field": "tz"})


def test_holidays_without_the_library_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays_of.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)

    assert schedule(exclude={"holidays": "LU"}) == (2, {"error": "schedule_holidays_unavailable"})


@pytest.mark.parametrize("given", ["", "{", "[]", "null", "[" * 100_000, '"rule"'])
def test_what_is_no_json_object_is_no_rule(given: str) -> None:
    assert run("schedule", given=given) == (2, {"error": "schedule_invalid", "field": "rule"})


def test_sizes_prints_every_feasible_number() -> None:
    assert run("sizes", "30", "--min", "10", "--max", "15") == (
        0,
        {
            "feasible": [{"cohorts": 2, "sizes": [15, 15]}, {"cohorts": 3, "sizes": [10, 10, 10]}],
            "recommended": 2,
            "reason": "tie_fewer_cohorts",
            "warnings": ["cohort_at_maximum"],
            "options": [],
            "headroom": {"late_joiners": [0, 0], "departures": [5, 5]},
        },
    )


def test_sizes_takes_a_target() -> None:
    _, found = run("sizes", "30", "--min", "10", "--max", "15", "--target", "10.5")

    assert found["recommended"] == 3


def test_a_gap_is_an_answer_and_no_refusal() -> None:
    code, found = run("sizes", "17", "--min", "10", "--max", "15")

    assert (code, found["recommended"], found["gap"]) == (0, None, {"above": 15, "below": 20})
    assert [option["kind"] for option in found["options"]] == [
        "waiting_list",
        "wait_for_more",
        "smaller_groups",
        "larger_group",
    ]
    assert [option["facilitators"] for option in found["options"]] == [1, 2, 2, 1]


def test_refused_bounds_exit_with_two() -> None:
    assert run("sizes", "17", "--min", "1", "--max", "15") == (
        2,
        {"error": "bounds_invalid", "field": "minimum"},
    )


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("guess",),
        ("sizes",),
        ("sizes", "many", "--min", "10", "--max", "15"),
        ("sizes", "17"),
        ("schedule", "x"),
    ],
)
def test_wrong_arguments_are_refused_in_json_too(arguments: tuple[str, ...]) -> None:
    code, found = run(*arguments)

    assert (code, found["error"]) == (2, "usage")
    assert found["message"]


@pytest.mark.parametrize("system_zone", ["America/Vancouver", "Asia/Kolkata"])
def test_the_command_gives_the_same_instants_wherever_it_runs(system_zone: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lernet_xblock.rules", "schedule"],
        cwd=ROOT,
        env=os.environ | {"TZ": system_zone},
        input=json.dumps(RULE),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["utc_starts"] == STARTS


def test_the_command_exits_with_two_on_a_refused_rule() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lernet_xblock.rules", "schedule"],
        cwd=ROOT,
        input=b"\xff not a rule",
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (2, b"")
    assert json.loads(done.stdout) == {"error": "schedule_invalid", "field": "rule"}
