"""Where cases are in their life."""

from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.models import Case
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.case_life import PLACES, Life, lives_of
from tests.factories import NOW, CaseFactory, CohortFactory, MembershipFactory, TurnFactory, shared_case
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def reader(cohort):
    return viewer_of(make_block(MembershipFactory(cohort=cohort).user.username), None)


def test_every_stage_has_a_place(cohort, reader):
    cases = [shared_case(cohort, stage=stage) for stage in Case.Stage.values]
    assert {life.place for life in lives_of(reader, cases).values()} == set(PLACES)


def test_drafts_and_withdrawn_cases_have_none(cohort, reader):
    cases = [CaseFactory(cohort=cohort, state=state, stage="shared") for state in ("draft", "withdrawn")]
    assert lives_of(reader, cases) == {}


@pytest.mark.parametrize("count", [1, 6])
def test_one_query_however_many_rounds(cohort, reader, count, django_assert_num_queries):
    case = shared_case(cohort, stage="discussed")
    for number in range(1, count + 1):
        TurnFactory(case=case, number=number, phase="done", mode="days")
    with django_assert_num_queries(1):
        assert lives_of(reader, [case]) == {case.pk: Life("talked")}


def test_no_query_while_no_case_had_a_turn(cohort, reader, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert lives_of(reader, []) == {}
        lives_of(reader, [])
