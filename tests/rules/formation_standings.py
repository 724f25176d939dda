"""A course on its way to a new formation, as its tests need it."""

from lernet_xblock.rules.formation_problem import Problem
from lernet_xblock.rules.formation_reform_standing import Standing, standing
from tests.rules.formation_cases import ints


def stands(given_problem: Problem, *previous: int) -> Standing:
    return standing(given_problem, ints(*previous))
