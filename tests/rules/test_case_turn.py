from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lernet_xblock.rules.case_turn import (
    CLOSING,
    DONE,
    OPEN_KINDS,
    PHASES,
    PLANNED,
    REFLECTIONS,
    WORKED,
    Why,
    awaits_outcome,
    may_go,
    next_phase,
    phase_at,
    stage_of,
    why_not,
)

NOW = datetime(2026, 12, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
KINDS = sorted({kind for kinds in OPEN_KINDS.values() for kind in kinds})


def test_phases_follow_one_another_and_the_last_one_stays() -> None:
    assert [next_phase(phase) for phase in PHASES] == [*PHASES[1:], DONE]


def test_a_turn_goes_forward_by_one_and_back_by_one_while_it_is_worked_on() -> None:
    allowed = {(one, other) for one, other in product(PHASES, PHASES) if may_go(one, other)}
    forward = {(phase, next_phase(phase)) for phase in PHASES[:-1]}
    back = {(next_phase(phase), phase) for phase in WORKED[:-1]}
    assert allowed == forward | back


@given(st.sampled_from(PHASES), st.lists(st.integers(-5, 5), min_size=4, max_size=4))
def test_deadlines_only_ever_move_a_turn_forward_and_never_end_it(phase: str, days: list[int]) -> None:
    until = {name: NOW + number * DAY for name, number in zip(WORKED, sorted(days), strict=True)}
    found = phase_at(phase, until, NOW)
    assert PHASES.index(found) >= PHASES.index(phase)
    assert found == phase if phase in (PLANNED, CLOSING, DONE) else found in WORKED
    assert phase_at(found, until, NOW) == found


def test_without_deadlines_a_phase_stays_open() -> None:
    assert phase_at(REFLECTIONS, {}, NOW) == REFLECTIONS


@pytest.mark.parametrize(("phase", "kind", "owner"), [*product(PHASES, KINDS, (True, False))])
def test_what_is_open_is_what_the_rule_opens_for_this_person(phase: str, kind: str, owner: bool) -> None:
    why = why_not(kind, phase=phase, owner=owner, in_circle=True)
    speaks = kind in ("answer", "appreciation") if owner else kind != "answer"
    assert (why is None) == (kind in OPEN_KINDS[phase] and speaks and not (owner and phase == REFLECTIONS))


def test_another_circle_reads_along() -> None:
    assert why_not("question", phase="questions", owner=False, in_circle=False) == Why.OTHER_CIRCLE
    assert why_not("answer", phase="questions", owner=True, in_circle=False) is None


@pytest.mark.parametrize(
    ("open_phase", "chosen", "told", "stage"),
    [
        (None, None, False, "shared"),
        (PLANNED, None, False, "scheduled"),
        ("questions", None, False, "in_discussion"),
        (CLOSING, True, True, "in_discussion"),
        (PLANNED, True, False, "scheduled"),
        (None, True, False, "discussed"),
        (None, False, False, "awaiting_outcome"),
        (None, True, True, "outcome_told"),
    ],
)
def test_the_stage_of_a_case_follows_from_its_turns(
    open_phase: str | None, chosen: bool | None, told: bool, stage: str
) -> None:
    assert stage_of(open_phase=open_phase, chosen=chosen, told=told) == stage


@pytest.mark.parametrize(
    ("step", "on", "told", "begun", "asked"),
    [
        ("", None, False, True, False),
        ("Call", date(2026, 12, 4), False, False, False),
        ("Call", date(2026, 12, 3), False, False, True),
        ("Call", date(2027, 1, 3), False, True, True),
        ("Call", date(2026, 12, 3), True, True, False),
    ],
)
def test_a_first_step_is_asked_about_on_its_day_or_at_the_next_session(
    step: str, on: date | None, told: bool, begun: bool, asked: bool
) -> None:
    found = awaits_outcome(first_step=step, step_on=on, told=told, next_begun=begun, today=NOW.date())
    assert found == asked
