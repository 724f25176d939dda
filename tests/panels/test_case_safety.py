"""The last part of the page of a case: reporting it, what came of a report, and who opened it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import CaseOpening
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
    consent,
    shared_case,
)
from tests.runtime import get, make_block, words
from tests.services.test_report import AT, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"))


@pytest.fixture
def case(cohort):
    made = shared_case(cohort)
    consent(cohort, made.owner)
    return made


@pytest.fixture
def member(cohort):
    user = MembershipFactory(cohort=cohort).user
    consent(cohort, user)
    return user


def part(user, case):
    """Return the part of the page, "" where it is not there."""
    _before, mark, after = get(make_block(user.username), f"cases?case={case.key}").text.partition("To be safe here")
    return after if mark else ""


def test_readers_can_report_it_and_its_owner_cannot(case, cohort, member):
    guide = FacilitationFactory(cohort=cohort).user
    link = f'data-panel="reports?case={case.key}"'
    assert [link in part(user, case) for user in (member, guide, case.owner)] == [True, True, False]


def test_each_side_finds_the_way_to_the_report_and_the_handler_to_the_decision(case, cohort, member):
    guide = FacilitationFactory(cohort=cohort).user
    made = report(case, member)
    link = f'data-panel="reports?report={made.key}"'
    assert all(link in part(user, case) for user in (case.owner, member, guide))
    assert "A case of yours" in words(part(case.owner, case))
    assert "A case you reported" in words(part(member, case))
    assert "Decide" in words(part(guide, case))
    assert not any("Report this case" in part(user, case) for user in (case.owner, member, guide))


def test_the_owner_reads_every_opening_with_name_and_reason_and_nobody_else_does(case, member):
    lies = UserFactory(first_name="Lies", last_name="Van Acker")
    CaseOpening.objects.create(case=case, by=lies, at=NOW + timedelta(days=2), reason="A member asked for help.")
    CaseOpening.objects.create(case=case, by=None, at=AT, reason="An appeal.")
    text = words(part(case.owner, case))
    assert "Lies Van Acker: “A member asked for help.”" in text
    assert text.index("An appeal.") < text.index("A member asked")
    assert "appeal" not in part(member, case)
