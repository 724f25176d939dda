import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lernet_xblock.rules import __main__ as command_line
from lernet_xblock.rules import formation
from lernet_xblock.rules.formation_problem import Formation, Problem
from tests.formation.instances import make_instance

ROOT = Path(command_line.__file__).parents[2]


class Recorder:
    """Stands in for the search: everybody in cohort 0 but the last, who is not placed."""

    def __init__(self) -> None:
        self.given: list[Problem] = []
        self.wishes: list[dict[str, Any]] = []

    def __call__(self, problem: Problem, **wishes: Any) -> Formation:
        self.given.append(problem)
        self.wishes.append(wishes)
        cohort = np.zeros(problem.people, np.int32)
        cohort[-1] = -1
        return Formation(cohort, {problem.people - 1: "no_room"})


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(formation, "form", recorder)
    return recorder


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def saved(name: str, content: str) -> str:
        (tmp_path / name).write_text(content, encoding="utf-8")
        return str(tmp_path / name)

    return saved


@pytest.fixture
def members(write: Any) -> str:
    return str(write("members.csv", "id,function,language\né,cook,fr\nb,guide,fr\nc,cook,fr\n"))


def run(*arguments: str) -> tuple[int, str, list[Any]]:
    stdout, stderr = StringIO(), StringIO()
    code = command_line.main(["form", *arguments], StringIO(), stdout, stderr)
    return code, stdout.getvalue(), [json.loads(line) for line in stderr.getvalue().splitlines()]


def test_everybody_has_a_line_in_the_order_of_the_file(search: Recorder, members: str) -> None:
    code, out, err = run("--min", "2", "--max", "3", "--seed", "7", members)

    assert (code, out) == (0, "id,cohort\né,0\nb,0\nc,-1\n")
    assert err == [{"id": "c", "reason": "no_room"}]
    assert search.wishes == [{"seed": 7, "effort": "full"}]


def test_all_files_and_wishes_are_read(search: Recorder, members: str, write: Any) -> None:
    code, _, _ = run(
        *("--min", "2", "--max", "3", "--target", "2.5", "--cohorts", "1", "--effort", "quick"),
        *("--pairs", write("pairs.csv", "kind,a,b\napart,é,b\ntogether,b,c\n")),
        *("--pins", write("pins.csv", "id,cohort\nb,4\n")),
        *("--attendance", "0.8"),
        *("--policy", write("policy.json", '{"mix": {"function": 2}}')),
        members,
    )

    (problem,) = search.given
    assert code == 0
    assert (problem.minimum, problem.maximum, problem.target, problem.cohorts) == (2, 3, 2.5, 1)
    assert problem.attendance == 0.8
    assert problem.apart.tolist() == [[0, 1]]
    assert problem.unit.tolist() == [0, 1, 1]
    assert problem.pinned.tolist() == [-1, 4, 4]
    assert [(one.name, one.weight) for one in problem.attributes] == [("function", -2.0)]
    assert problem.stratum.tolist() == [0, 0, 0]
    assert problem.previous is None
    assert search.wishes == [{"seed": 1, "effort": "quick"}]


@pytest.mark.parametrize(
    ("extra", "error", "field", "values"),
    [
        ({"pairs": "kind,a,b\napart,b,x\n"}, "person_unknown", "apart", {"people": ["x"], "count": 1}),
        ({"pairs": "kind,a,b\nnear,b,c\n"}, "pair_kind_unknown", "kind", {"line": 2, "file": "pairs"}),
        ({"pins": "id,cohort\nb,one\n"}, "cohort_not_a_number", "cohort", {"people": ["b"], "line": 2}),
        ({"policy": '{"match": {"salary": 1}}'}, "attribute_unknown", "policy", {"names": ["salary"]}),
        ({"previous": "id\nb\n"}, "column_missing", "cohort", {"line": 1}),
    ],
)
def test_a_refusal_leaves_stdout_empty(  # noqa: PLR0917 - one column each, and what it stands on
    search: Recorder, members: str, write: Any, extra: dict[str, str], error: str, field: str, values: dict[str, Any]
) -> None:
    more = [part for name, content in extra.items() for part in (f"--{name}", write(name, content))]

    code, out, err = run("--min", "2", "--max", "3", "--seed", "1", members, *more)

    (found,) = err
    assert (code, out) == (2, "")
    assert (found["error"], found["field"]) == (error, field)
    assert values.items() <= found.items()
    assert search.given == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--min", "2", "--max", "3"),
        ("--min", "2", "--max", "3", "--seed", "-1", "members.csv"),
        ("--min", "2", "--max", "3", "--effort", "some", "members.csv"),
    ],
)
def test_wrong_arguments_are_refused_on_stderr(arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert err[0]["error"] == "usage"


def test_a_file_that_is_not_there(search: Recorder) -> None:
    code, out, err = run("--min", "2", "--max", "3", "nobody.csv")

    assert (code, out, err) == (2, "", [{"error": "file_unreadable", "file": "nobody.csv"}])


def test_the_command_as_it_is_run(tmp_path: Path) -> None:
    made = make_instance(26, 3, one_language=True, density=0.6)
    columns = made.columns()
    with (tmp_path / "members.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["id", *columns, "availability_hex35"])
        lines.writerows(zip(range(26), *columns.values(), (f"{int(mask):09x}" for mask in made.mask), strict=True))

    done = subprocess.run(
        [
            *(sys.executable, "-m", "lernet_xblock.rules", "form", "--min", "10", "--max", "15", "--seed", "1"),
            *("--effort", "quick", str(tmp_path / "members.csv")),
        ],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
    )

    placed = list(csv.DictReader(StringIO(done.stdout.decode())))
    assert done.returncode == 0
    assert b"\r" not in done.stdout
    assert [line["id"] for line in placed] == [str(row) for row in range(26)]
    assert len(done.stderr.splitlines()) == sum(line["cohort"] == "-1" for line in placed)
    for number in {int(line["cohort"]) for line in placed} - {-1}:
        rows = [int(line["id"]) for line in placed if int(line["cohort"]) == number]
        assert 10 <= len(rows) <= 15
        assert np.bitwise_and.reduce(made.mask[rows])


def test_sizes_need_no_numpy() -> None:
    program = "import sys; sys.modules['numpy'] = None; from lernet_xblock.rules.__main__ import main; "
    program += "sys.exit(main(['sizes', '27', '--min', '10', '--max', '15'], sys.stdin, sys.stdout))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
