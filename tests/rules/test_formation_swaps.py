"""Exchanges: what a step gains is what the board is worth more, and no step breaks a rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lernet_xblock.rules.formation_board import Board, board_of
from lernet_xblock.rules.formation_control import Control
from lernet_xblock.rules.formation_draws import Draws
from lernet_xblock.rules.formation_problem import Formation, Problem
from lernet_xblock.rules.formation_reseat import blocks_of, reseat
from lernet_xblock.rules.formation_start import covered, field_of
from lernet_xblock.rules.formation_swaps import exchange, random_pairs
from tests.formation.checker import violations
from tests.formation.instances import generated

FEW = settings(max_examples=10, deadline=None, derandomize=True)


def board_for(problem: Problem) -> Board:
    field = field_of(problem)
    taken = np.full(problem.people, -1, np.int32)
    for stratum in np.unique(problem.stratum):
        people = np.nonzero(problem.stratum == stratum)[0]
        taken = covered(problem, field, people, taken=taken, size=problem.minimum, control=Control(None, None))
    return board_of(field, taken, low=problem.minimum, high=problem.maximum, room=problem.maximum)


def broken(problem: Problem, board: Board) -> dict[str, int]:
    cohort = board.cohort_of()
    return violations(problem, Formation(cohort, dict.fromkeys(np.nonzero(cohort < 0)[0].tolist(), "no_room")))


@FEW
@given(
    seed=st.integers(0, 500),
    attendance=st.sampled_from([1.0, 0.8, 0.6]),
    heat=st.sampled_from([0.0, 0.1, 1.0]),
)
def test_every_step_keeps_every_rule_and_every_person(seed, attendance, heat):
    problem = generated(120, seed, attendance=attendance, minimum=5, maximum=8)
    board, draws = board_for(problem), Draws(seed)
    placed = int((board.cohort_of() >= 0).sum())

    for _ in range(15):
        exchange(board, random_pairs(board.stratum, draws), heat=heat, draws=draws)

    assert broken(problem, board) == {}
    assert int((board.cohort_of() >= 0).sum()) >= placed
    assert sorted(board.seats[board.seats >= 0].tolist()) == list(range(120))


@FEW
@given(seed=st.integers(0, 500))
def test_cold_steps_never_lose(seed):
    board, draws = board_for(generated(120, seed, minimum=5, maximum=8)), Draws(seed)
    worth = [(int((board.cohort_of() >= 0).sum()), board.values().sum())]

    for _ in range(10):
        exchange(board, random_pairs(board.stratum, draws), heat=0.0, draws=draws)
        worth.append((int((board.cohort_of() >= 0).sum()), board.values().sum()))

    assert worth == sorted(worth)


@FEW
@given(seed=st.integers(0, 500), attendance=st.sampled_from([1.0, 0.7]))
def test_seating_anew_never_loses_and_keeps_every_rule(seed, attendance):
    problem = generated(120, seed, attendance=attendance, minimum=5, maximum=8)
    board, draws = board_for(problem), Draws(seed)
    before = board.values().sum()

    reseat(board, blocks_of(board, size=8, draws=draws), doubt=0.1, draws=draws)

    assert board.values().sum() >= before - 1e-9
    assert broken(problem, board) == {}


def test_a_price_lets_people_miss_the_slot_until_it_is_high():
    problem = generated(120, 3, one_language=True, minimum=5, maximum=8)
    board, draws = board_for(problem), Draws(1)

    for _ in range(30):
        exchange(board, random_pairs(board.stratum, draws), heat=0.3, draws=draws, price=0.1)
    missing = int((board.sizes - board.counts.max(axis=1))[~board.waiting].sum())
    for _ in range(200):
        exchange(board, random_pairs(board.stratum, draws), heat=0.0, draws=draws, price=10.0)

    assert missing > 0
    assert int((board.sizes - board.counts.max(axis=1))[~board.waiting].sum()) < missing


@pytest.mark.parametrize(("rows", "pairs"), [(0, 0), (1, 0), (4, 2), (5, 2)])
def test_rows_are_paired_within_their_group(rows, pairs):
    left, right = random_pairs(np.zeros(rows, np.int64), Draws(1))

    assert len(left) == pairs
    assert len({*left.tolist(), *right.tolist()}) == 2 * pairs
