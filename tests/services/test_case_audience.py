"""Who may read a shared case: its owner alone narrows and widens it, and nothing said before goes further."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Case, CharterConsent
from lernet_xblock.services.case_audience import change_audience
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CircleFactory,
    CohortFactory,
    MembershipFactory,
    SessionFactory,
    TurnFactory,
    consent,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=5)


@pytest.fixture
def case():
    cohort = CharterFactory().cohort
    owner = MembershipFactory(cohort=cohort).user
    consent(cohort, owner)
    return CaseFactory(cohort=cohort, owner=owner)


def change(case, audience="cohort", open_to=None, **values):
    given = {"opened_version": Case.objects.get(pk=case.pk).version, "now": LATER, **values}
    return committed(lambda: change_audience(case, audience=audience, open_to=open_to, **given))


def test_it_is_narrowed_and_widened_again_and_that_is_no_edit(case):
    case.contributions.create(kind="question", text="Why?", posted_at=NOW)
    for audience in ("circle", "facilitator", "circle", "cohort"):
        changed = change(case, audience)
        assert (changed.audience, changed.edited_at) == (audience, None)
    assert changed.version == case.version + 4
    assert AuditEntry.objects.filter(verb="case.audience", subject=case.key, reason="").count() == 4


def test_the_same_again_changes_nothing_whatever_the_version(case):
    assert change(case, "cohort", opened_version=99).version == case.version
    assert not AuditEntry.objects.exists()


def test_a_case_for_a_circle_goes_to_the_one_that_works_on_it(case):
    assert change(case, "circle").circle is None
    change(case, "cohort")
    circle = CircleFactory(session=SessionFactory(cohort=case.cohort))
    TurnFactory(case=case, session=circle.session, circle=circle)
    assert change(case, "circle").circle == circle
    assert change(case, "facilitator").circle is None
    assert change(case, "circle").circle == circle


def test_tables_refuse_a_circle_for_a_case_that_is_not_for_one(case):
    circle = CircleFactory(session=SessionFactory(cohort=case.cohort))
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(circle=circle)


def test_it_is_opened_to_those_who_come_later_and_closed_again(case):
    opened = change(case, open_to=case.cohort)
    assert (opened.open_to, opened.opened_at) == (case.cohort, LATER)
    assert change(case, "circle", open_to=case.cohort, now=LATER + timedelta(days=1)).opened_at == LATER
    closed = change(case)
    assert (closed.open_to, closed.opened_at) == (None, None)


def moved(case):
    """Let the owner go on in another cohort, whose charter they accepted."""
    other = CharterFactory(cohort__network=case.cohort.network).cohort
    case.cohort.memberships.filter(user=case.owner).update(active=None, left_at=NOW, end="merged")
    MembershipFactory(cohort=other, user=case.owner)
    consent(other, case.owner)
    return other


def test_an_owner_opens_an_old_case_to_the_group_they_are_in_now_and_to_no_other(case):
    other = moved(case)
    for cohort in (case.cohort, CohortFactory(network=case.cohort.network)):
        with pytest.raises(NotFound):
            change(case, open_to=cohort)
    assert change(case, open_to=other).open_to == other
    assert change(case, "facilitator", open_to=other).audience == "facilitator"
    assert change(case, "cohort", open_to=other).audience == "cohort"


def test_what_is_open_to_a_former_group_may_stay_so(case):
    change(case, open_to=case.cohort)
    other = moved(case)
    assert change(case, "circle", open_to=case.cohort).open_to == case.cohort
    assert change(case, "circle", open_to=other).open_to == other


@pytest.mark.parametrize(("audience", "opens"), [("circle", False), ("facilitator", True)])
def test_widening_waits_for_the_charter_and_narrowing_does_not(case, audience, opens):
    change(case, "facilitator")
    CharterConsent.objects.all().delete()
    with pytest.raises(RuleViolation, match="charter"):
        change(case, audience, open_to=case.cohort if opens else None)
    Case.objects.update(audience="cohort")
    assert change(case, "facilitator").audience == "facilitator"


def test_who_left_the_network_narrows_and_widens_nothing(case):
    change(case, "circle", open_to=case.cohort)
    case.cohort.memberships.update(active=None, left_at=NOW, end="left")
    with pytest.raises(NotFound):
        change(case, "cohort", open_to=case.cohort)
    assert change(case, "facilitator").open_to is None


def test_two_windows_get_a_conflict_that_says_what_is_stored(case):
    change(case, "facilitator", open_to=case.cohort)
    with pytest.raises(StaleVersion) as conflict:
        change(case, "circle", opened_version=case.version)
    assert conflict.value.theirs == {"audience": "facilitator", "open_to": case.cohort.key}
    assert (conflict.value.by_id, conflict.value.at) == (case.owner_id, LATER)


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_case_that_nobody_else_reads_has_no_audience_to_change(case, state):
    Case.objects.update(state=state)
    with pytest.raises(NotFound):
        change(case, "circle")
