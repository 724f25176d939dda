"""Every code of the rules has a sentence, and numbers and lists read well."""

import re
from pathlib import Path

import pytest

from lernet_xblock import rules
from lernet_xblock.panels import cohorts_words as said
from lernet_xblock.panels.cohorts_refusals import REFUSALS, refusal_sentence
from lernet_xblock.queries.proposal_card import Share, Violation
from lernet_xblock.rules.formation_availability import HALF_DAYS
from lernet_xblock.rules.formation_facts import BINDING
from lernet_xblock.rules.formation_problem import Formation
from lernet_xblock.rules.formation_violations import CODES
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.wishes import ATTRIBUTES, MATCH, MIX

RULES = Path(rules.__file__).parent
# Where wishes, pairs, pins and people are made into a problem.
REFUSING = ("formation_people.py", "formation_policy.py", "formation_availability.py", "formation_ties.py")
VALUES = {
    "people": ["Anna", "Ben"],
    "count": 2,
    "names": ["x"],
    "cohort": 1,
    "cohorts": 3,
    "highest": 2,
    "lowest": 1,
    "minimum": 10,
    "maximum": 15,
}


def test_every_broken_rule_and_what_binds_has_a_sentence():
    assert set(CODES) <= set(said.PROBLEMS)
    assert set(CODES) <= set(said.OBSTACLES)
    assert set(BINDING) == set(said.BINDING)


def test_every_reason_for_no_place_has_a_sentence():
    told = set(re.findall(r"^    (\w+): ", Formation.__doc__ or "", re.MULTILINE)) - {"cohort", "reasons", "stopped"}
    assert told
    assert told <= set(said.LEFT_OUT)


def test_every_half_day_has_a_name():
    assert set(said.TIMES) == set(HALF_DAYS)


def test_every_share_has_a_sentence_and_a_label():
    wanted = {(name, kind) for name in ATTRIBUTES for kind in (MATCH, MIX)}
    assert set(said.SHARES) == set(said.SHARE_LABELS) == wanted


def test_every_refusal_of_the_rules_has_a_sentence():
    text = "".join((RULES / name).read_text() for name in REFUSING)
    codes = set(re.findall(r'Refused\(\s*"(\w+)"', text))
    assert len(codes) > 8
    assert codes <= set(REFUSALS)
    kinds = {f"{kind}_{code}" for kind in ("together", "pinned") for code in ("not_same", "too_many", "cannot_meet")}
    assert kinds <= set(REFUSALS)


@pytest.mark.parametrize("code", [*REFUSALS, "something_new"])
def test_a_refusal_reads_as_a_sentence(code):
    sentence = refusal_sentence(Refused(code, "x", dict(VALUES)))
    assert sentence.endswith(".")
    assert "%" not in sentence
    assert "[" not in sentence


def test_a_refusal_names_people_and_groups():
    values = {"people": ["Anna", "Ben"], "count": 12, "cohort": 1, "maximum": 15}
    assert "Group B" in refusal_sentence(Refused("pinned_too_many", "pins", values))
    assert "Anna, Ben and others" in refusal_sentence(Refused("pinned_too_many", "pins", values))


@pytest.mark.parametrize(
    ("words", "sentence"), [([], "—"), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_words_are_joined(words, sentence):
    assert said.joined(words) == sentence


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ((), ""),
        (((12, 1),), "1 group of 12"),
        (((12, 2),), "2 groups of 12"),
        (((13, 3), (10, 20)), "23 groups of 10–13"),
    ],
)
def test_groups_are_counted_with_their_sizes(sizes, sentence):
    assert said.groups_sentence(sizes) == sentence


@pytest.mark.parametrize(
    ("times", "best", "asked", "sentence"),
    [
        (None, None, 0, ""),
        ((), 62, 100, "No half-day suits enough people: 62 % are free at the best one."),
        (("TU-am", "TH-evening"), 100, 100, "Everybody is free: Tuesday morning and Thursday evening."),
        (("TU-am",), 91, 90, "At least 90 % are free: Tuesday morning."),
    ],
)
def test_times_are_said_in_words(times, best, asked, sentence):
    assert said.times_sentence(times, best, asked) == sentence


def test_a_share_is_told_beside_the_course():
    share = Share("function", MATCH, 66, 12)
    assert said.share_sentence(share) == "66\xa0% of colleagues with the same function (whole course: 12\xa0%)"


def test_names_stand_behind_a_colon():
    assert said.problem_sentence(Violation("apart", ("Anna", "Ben"))).endswith(": Anna and Ben.")
    assert said.obstacle_sentence(Violation("full", ())) == "It is full."
