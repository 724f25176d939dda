"""Opening a case as staff: kept with its reason, told to the owner, and without a word in the log."""

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import AuditEntry, CaseOpening, Message, Notice
from lernet_xblock.services.case_opening import open_case
from tests.factories import (
    NOW,
    CaseFactory,
    CohortFactory,
    FacilitationFactory,
    NetworkFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

REASON = "The owner asked us to look at it."


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"))


def opened(case, by):
    return committed(lambda: open_case(case, by=by.pk, reason=REASON, now=NOW))


def test_the_owner_is_told_and_those_who_guide_learn_that_it_happened(cohort):
    facilitator = FacilitationFactory(cohort=cohort).user
    case, admin = shared_case(cohort), UserFactory(is_staff=True)
    opened(case, admin)
    kept = CaseOpening.objects.get()
    assert (kept.case, kept.by, kept.at, kept.reason) == (case, admin, NOW, REASON)
    told = dict(Notice.objects.values_list("user", "kind"))
    assert told == {case.owner_id: "case_opened", facilitator.pk: "case_opened_group"}


def test_the_log_has_the_key_and_neither_reason_nor_title(cohort):
    case, admin = shared_case(cohort), UserFactory(is_staff=True)
    opened(case, admin)
    entry = AuditEntry.objects.get(verb="case.open")
    assert (entry.actor, entry.subject, entry.reason) == (admin, case.key, "")
    assert not Message.objects.exists()


def test_each_opening_is_kept(cohort):
    case, admin = shared_case(cohort), UserFactory(is_staff=True)
    opened(case, admin)
    opened(case, admin)
    assert CaseOpening.objects.count() == 2


def test_who_guides_and_opens_it_is_not_told_of_it(cohort):
    guide = FacilitationFactory(cohort=cohort).user
    opened(shared_case(cohort), guide)
    assert not Notice.objects.filter(user=guide).exists()


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_nobody_opens_what_is_not_shared(cohort, state):
    case = CaseFactory(cohort=cohort, state=state)
    with pytest.raises(NotFound):
        opened(case, UserFactory(is_staff=True))
    assert not CaseOpening.objects.exists()
