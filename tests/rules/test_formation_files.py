import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_files import (
    Pairs,
    read_cohorts,
    read_members,
    read_pairs,
    read_policy_file,
    write_cohorts,
)
from lernet_xblock.rules.formation_people import MASKS
from lernet_xblock.rules.formation_policy import Policy
from lernet_xblock.rules.refusals import Refused

MEMBERS = "id,function,department,email,availability_hex35\n7,cook,north,a@x,0000074c8\né,guide,south,b@x,7ffffffff\n"


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "given.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refusal(read: Any, path: Path, **more: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        read(path, **more)
    return refused.value


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace("id,", '" id ",'),
    ],
    ids=["plain", "mark", "crlf", "no_last_end", "blank_lines", "quoted_header"],
)
def test_members_are_read_however_they_are_saved(file: Any, change: Any) -> None:
    people = read_members(file(change(MEMBERS)), policy=Policy())

    assert list(people.ids) == ["7", "é"]
    assert people.columns == {"function": ["cook", "guide"], "department": ["north", "south"]}
    assert people.masks is not None
    assert list(people.masks) == [0x74C8, 2**35 - 1]


def test_only_what_the_policy_names_is_kept(file: Any) -> None:
    path = file("email,id,experience_years,site\nx@y,1,4,here\n")

    assert read_members(path, policy=Policy()).columns == {"experience_years": ["4"]}
    assert read_members(path, policy=Policy(match={"site": 1}, mix={}, same=("id",))).columns == {"site": ["here"]}


def test_without_availability_there_are_no_masks(file: Any) -> None:
    people = read_members(file("id\n1\n2\n"), policy=Policy())

    assert (list(people.ids), people.columns, people.masks) == (["1", "2"], {}, None)


def test_a_header_alone_is_nobody(file: Any) -> None:
    people = read_members(file("id,availability_hex35"), policy=Policy())

    assert people.masks is not None
    assert (list(people.ids), list(people.masks)) == ([], [])


@pytest.mark.parametrize(
    ("content", "code", "field", "line"),
    [
        ("", "column_missing", "id", 0),
        ("name\nx\n", "column_missing", "id", 1),
        ("id;function\n1;x\n", "column_missing", "id", 1),
        ("id,function,function\n", "column_twice", "function", 1),
        ("id,function\n1,x\n2\n", "cell_count", None, 3),
        ("id,function\n1,x,y\n", "cell_count", None, 2),
        ("id,function\n1,x\n ,y\n", "id_empty", "id", 3),
        ("id,availability_hex35\n1,800000000\n", "availability_invalid", "availability_hex35", 2),
        ("id,availability_hex35\n1,00\n2,MO-am\n", "availability_invalid", "availability_hex35", 3),
        ('id,function\n"1\n2",y\n', "id_invalid", "id", 3),
        ('id,function\n1,"x" y\n', "file_invalid", None, 2),
        ('id,function\n1,"x\n', "file_invalid", None, 2),
    ],
)
def test_a_wrong_line_of_members_is_named(file: Any, content: str, code: str, field: str, line: int) -> None:
    refused = refusal(read_members, file(content), policy=Policy())

    assert (refused.code, refused.field, refused.values["line"]) == (code, field, line)
    assert refused.values["file"] == "given.csv"


def test_the_person_of_a_wrong_mask_is_named(file: Any) -> None:
    refused = refusal(read_members, file("id,availability_hex35\nann,xyz\n"), policy=Policy())

    assert refused.values["people"] == ["ann"]


def test_what_is_no_text_and_what_is_not_there(file: Any, tmp_path: Path) -> None:
    assert refusal(read_cohorts, file(b"id,cohort\n\xff,1\n")).code == "file_not_text"
    assert refusal(read_cohorts, tmp_path).code == "file_unreadable"
    missing = refusal(read_cohorts, tmp_path / "none.csv")
    assert (missing.code, missing.values) == ("file_unreadable", {"file": "none.csv"})


def test_pairs(file: Any) -> None:
    found = read_pairs(file("b,kind,a,why\n2,apart,1,chief\n4,together,3,\n6,apart,5,\n"))

    assert found == Pairs(apart=(("1", "2"), ("5", "6")), together=(("3", "4"),))


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("kind,a\napart,1\n", "column_missing", 1),
        ("kind,a,b\nnear,1,2\n", "pair_kind_unknown", 2),
        ("kind,a,b\napart,1,\n", "id_empty", 2),
    ],
)
def test_a_wrong_line_of_pairs_is_named(file: Any, content: str, code: str, line: int) -> None:
    refused = refusal(read_pairs, file(content))

    assert (refused.code, refused.values["line"]) == (code, line)


def test_cohorts(file: Any) -> None:
    assert read_cohorts(file("id,cohort\na,3\nb,-1\n")) == {"a": 3, "b": -1}


@pytest.mark.parametrize("cohort", ["", "A", "1.0", "1e3", " 1", "1_0", "--1", "1234567890", "٣"])
def test_a_cohort_that_is_no_number_is_refused(file: Any, cohort: str) -> None:
    refused = refusal(read_cohorts, file(f"id,cohort\na,3\nb,{cohort}\n"))

    assert (refused.code, refused.field) == ("cohort_not_a_number", "cohort")
    assert (refused.values["line"], refused.values["people"]) == (3, ["b"])


def test_nobody_stands_twice_in_a_file_of_cohorts(file: Any) -> None:
    refused = refusal(read_cohorts, file("id,cohort\na,3\na,3\n"))

    assert (refused.code, refused.values["line"], refused.values["people"]) == ("people_twice", 3, ["a"])


def test_a_policy(file: Any) -> None:
    assert read_policy_file(file('\ufeff{"match": {"site": 1}}')) == Policy(match={"site": 1.0}, mix={}, same=())


@pytest.mark.parametrize("content", ["", "{", "[]", "[" * 100_000, "1"])
def test_a_policy_that_is_no_json_object_is_refused(file: Any, content: str) -> None:
    assert refusal(read_policy_file, file(content)).code == "policy_invalid"


IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1).filter(str.strip)


# A shared machine stutters, so no single example is timed.
@settings(deadline=None)
@given(st.dictionaries(IDS, st.integers(-1, 999_999), max_size=8))
def test_cohorts_come_back_as_they_were_written(tmp_path_factory: Any, cohorts: dict[str, int]) -> None:
    path = tmp_path_factory.getbasetemp() / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        write_cohorts(out, list(cohorts), list(cohorts.values()))

    assert read_cohorts(path) == cohorts


def test_cohorts_are_written_in_order_and_quoted_where_needed() -> None:
    out = io.StringIO()

    write_cohorts(out, ["b", 'a,"x"'], [2, -1])

    assert out.getvalue() == 'id,cohort\nb,2\n"a,""x""",-1\n'


def test_a_hundred_thousand_lines_take_about_a_second(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(("id", "function", "department", "organisation", "language", "experience_years", MASKS))
        lines.writerows(
            [row, row % 12, row % 25, row % 40, row % 4, row % 30, f"{row + 1:09x}"] for row in range(100_000)
        )

    started = time.process_time()
    people = read_members(path, policy=Policy())

    # Twice what it should be at most; a shared machine stutters.
    assert time.process_time() - started < 2.4
    assert len(people.ids) == 100_000
