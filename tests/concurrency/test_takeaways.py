"""Two windows on one line of a journal, and two who guide a group on one case."""

import time
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone

from lernet_xblock.models import Case, Cohort, Takeaway, Theme
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services import takeaway as services
from lernet_xblock.services import theme as themes
from lernet_xblock.services.takeaway import Words
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import CohortFactory, FacilitationFactory, MembershipFactory, TakeawayFactory, shared_case

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

LOOKS_FOR_SECONDS = 0.3


@pytest.fixture
def windows():
    """As many windows on one line as there are processes, each with other words."""
    membership = MembershipFactory()
    row = TakeawayFactory(cohort=membership.cohort, user=membership.user)
    return [(row.pk, f"window {number}") for number in range(PROCESSES)]


def write(window):
    pk, text = window
    row, now = Takeaway.objects.get(pk=pk), timezone.now()
    attempt(lambda: services.change(row, words=Words(text), opened_version=1, today=now.date(), now=now))
    return "saved"


def write_naively(window):
    """Look at the version, then write, without the lock: what the lock is for."""
    pk, text = window
    with transaction.atomic():
        row = Takeaway.objects.get(pk=pk)
        time.sleep(LOOKS_FOR_SECONDS)
        if row.version != 1:
            return "StaleVersion"
        row.text, row.version = text, row.version + 1
        row.save()
    return "saved"


def test_one_window_writes_and_the_others_are_shown_what_it_wrote(windows):
    outcomes = all_at_once(write, windows)
    assert Counter(how for _who, how in outcomes) == {"saved": 1, "StaleVersion": PROCESSES - 1}
    (winner,) = [text for (_pk, text), how in outcomes if how == "saved"]
    row = Takeaway.objects.get()
    assert (row.text, row.version) == (winner, 2)


def test_without_the_lock_words_are_lost(windows):
    """Guards the test above: of several that were told "saved" one stands."""
    outcomes = Counter(how for _who, how in all_at_once(write_naively, windows))
    assert outcomes["saved"] > 1


@pytest.fixture
def clusters():
    """One case that everybody who guides puts into a theme of their own."""
    cohort = CohortFactory()
    guide, case = FacilitationFactory(cohort=cohort).user, shared_case(cohort)
    return [(cohort.pk, case.pk, guide.pk, f"theme {number}") for number in range(PROCESSES)]


def make(order):
    cohort_id, case_id, guide, title = order
    cohort = Cohort.objects.get(pk=cohort_id)
    attempt(lambda: themes.make(cohort, title=title, case_ids=[case_id], by=guide, now=timezone.now()))
    return "made"


def make_naively(order):
    """See that the case is free, then take it, without a lock."""
    cohort_id, case_id, guide, title = order
    with transaction.atomic():
        free = Case.objects.filter(pk=case_id, theme=None).exists()
        time.sleep(LOOKS_FOR_SECONDS)
        if not free:
            return "RuleViolation"
        theme = Theme.objects.create(cohort_id=cohort_id, title=title, made_by_id=guide, made_at=timezone.now())
        Case.objects.filter(pk=case_id).update(theme=theme)
    return "made"


def test_a_case_goes_into_one_theme_and_no_other_is_left_empty(clusters):
    outcomes = Counter(how for _who, how in all_at_once(make, clusters))
    assert outcomes == {"made": 1, "RuleViolation": PROCESSES - 1}
    assert Case.objects.get().theme == Theme.objects.get()


def test_without_the_lock_themes_stand_empty(clusters):
    """Guards the test above: several themes are made for one case."""
    outcomes = Counter(how for _who, how in all_at_once(make_naively, clusters))
    assert outcomes["made"] > 1
