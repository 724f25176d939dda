"""Lists of people as they arrive in practice."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.roster import MOST_LINES, Problem, read_roster

DATA = Path(__file__).resolve().parent.parent / "data"
HEAD = "username;function;language\n"


def lines_of(text):
    return read_roster(text.encode()).lines


def codes(line):
    return [(problem.code, problem.value) for problem in line.problems]


@pytest.mark.parametrize("people", [8, 17, 27, 60])
def test_a_clean_list_has_nothing_against_it(people):
    roster = read_roster((DATA / f"roster_{people:03d}.csv").read_bytes())
    assert len(roster.lines) == people
    assert not any(line.problems for line in roster.lines)
    assert roster.notices == (Problem("column_unused", "interests"),)


MESSY = {
    2: [],
    3: [("repeated", "2")],
    4: [("missing", "username")],
    5: [],  # whether ghost404 exists is not seen in the file
    6: [("formula", "function"), ("years_negative", "-4"), ("half_day_unknown", "WE-noon")],
    7: [("language_unknown", "xx"), ("years_not_a_number", "twelve")],
    8: [],
    9: [("control_character", "username")],
}


@pytest.mark.parametrize("number", MESSY)
def test_every_line_of_the_messy_list_has_all_its_reasons(number):
    lines = {line.number: line for line in read_roster((DATA / "roster_messy.csv").read_bytes()).lines}
    assert set(lines) == set(MESSY)
    assert codes(lines[number]) == MESSY[number]


def test_a_quoted_separator_stays_in_its_cell():
    line = read_roster((DATA / "roster_messy.csv").read_bytes()).lines[6]
    assert line.values["function"] == "chef d’équipe; nuit"
    assert (line.years, line.values["availability"]) == (11, "TH-pm")


@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_common_shape_of_file_is_read(mark, ending, encoding):
    text = ending.join((mark.join(("Username", "function", "LANGUAGE")), mark.join(("an", "chef d’équipe", "FR"))))
    roster = read_roster(text.encode(encoding))
    assert not roster.problems
    assert [(one.values["username"], one.values["function"], one.values["language"]) for one in roster.lines] == [
        ("an", "chef d’équipe", "fr"),
    ]


def test_an_old_encoding_is_guessed_and_said():
    roster = read_roster((HEAD + "an;chargé d’équipe;fr").encode("cp1252"))
    assert roster.lines[0].values["function"] == "chargé d’équipe"
    assert roster.notices == (Problem("encoding_guessed"),)


def test_a_byte_of_no_encoding_is_reported_on_its_line():
    assert codes(read_roster(HEAD.encode() + b"an;b\x81ss;fr").lines[0]) == [("unreadable", "function")]


def test_the_line_of_a_spreadsheet_about_its_separator_is_no_header():
    assert [line.number for line in lines_of("sep=;\n" + HEAD + "an;boss;fr")] == [3]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"\n \n;;\n", "empty"),
        (HEAD.encode(), "no_people"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
        ((HEAD + "a;b;fr\n" * (MOST_LINES + 1)).encode(), "too_many_lines"),
        (b'user"name;x\n"a', "no_columns"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(body, problem):
    roster = read_roster(body)
    assert roster.lines == ()
    assert roster.problems[0].code == problem


def test_missing_and_repeated_columns_are_all_named():
    roster = read_roster(b"username;username;email\na;b;c\n")
    assert roster.problems == (
        Problem("column_missing", "function"),
        Problem("column_missing", "language"),
        Problem("column_twice", "username"),
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("an;boss", [("cell_count", "2/3"), ("missing", "language")]),
        ("an;boss;fr;spare", [("cell_count", "4/3")]),
        ("an;boss;fr;;", []),
        ("an;;", [("missing", "function"), ("missing", "language")]),
        ("an;=1+1;fr", [("formula", "function")]),
        ("an;@boss;fr", [("formula", "function")]),
        ("an; +boss;fr", [("formula", "function")]),
        ("-an;-boss;fr", [("formula", "username"), ("formula", "function")]),
        ("an;bo\u202ess;fr", [("control_character", "function")]),
        (f"an;{'x' * 81};fr", [("too_long", "function/80")]),
        ("an;boss;french", [("language_unknown", "french")]),
        ('an;"boss;fr', [("quotes", "")]),
        ('an;"bo"ss;fr', [("quotes", "")]),
    ],
)
def test_what_is_wrong_with_a_line(row, expected):
    assert codes(lines_of(HEAD + row)[0]) == expected


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ("", None),
        ("0", 0),
        ("60", 60),
        (" 7 ", 7),
        ("+4", 4),
        ("61", "years_too_many"),
        ("-1", "years_negative"),
        ("7,5", "years_not_a_number"),
        ("=4", "formula"),
        ("٤", "years_not_a_number"),
        ("9" * 30, "years_not_a_number"),
    ],
)
def test_years_are_whole_numbers_up_to_60(years, expected):
    line = lines_of(f"username;function;language;experience_years\nan;boss;fr;{years}")[0]
    if isinstance(expected, str):
        assert expected in [code for code, _value in codes(line)]
        assert line.years is None
    else:
        assert (line.years, line.problems) == (expected, ())


def test_half_days_are_put_in_the_order_of_the_week():
    line = lines_of("username;function;language;availability\nan;boss;fr;fr-PM mo-am|MO-am")[0]
    assert (line.values["availability"], line.problems) == ("MO-am FR-pm", ())


def test_a_person_is_repeated_whatever_the_case():
    first, second, third = lines_of(HEAD + "An;boss;fr\naN;boss;fr\nbo;boss;nl")
    assert (first.problems, third.problems) == ((), ())
    assert codes(second) == [("repeated", "2")]


def test_a_cell_over_two_lines_counts_as_two():
    lines = lines_of(HEAD + '\nan;"boss\nat night";fr\n\nbo;boss;nl')
    assert [(line.number, line.values["function"]) for line in lines] == [(3, "boss at night"), (6, "boss")]


def test_a_quote_that_is_never_closed_costs_its_own_line_only():
    lines = lines_of(HEAD + 'an;"boss;fr\n' + "".join(f"p{number};boss;fr\n" for number in range(50)))
    assert [line.number for line in lines if line.problems] == [2]
    assert len(lines) == 51


@given(st.binary(max_size=400))
def test_no_bytes_are_a_crash(body):
    read_roster(body)


@given(st.text(max_size=300))
def test_no_text_below_a_good_header_is_a_crash_or_lost_control(text):
    for line in read_roster((HEAD + text).encode("utf-8", "surrogatepass")).lines:
        assert all("\x00" not in value for value in line.values.values())
