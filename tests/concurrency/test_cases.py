"""One owner in eight windows at once: no words are lost in silence, and a case never holds more than it may."""

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Attachment, Case, Turn
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services import case as cases
from lernet_xblock.services.attachment import MOST_ATTACHMENTS, attach_link
from lernet_xblock.services.case_audience import change_audience
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import CaseFactory, CharterFactory, MembershipFactory, TurnFactory, consent

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

TICKS: dict[str, Any] = {"third_parties_checked": True, "statement_confirmed": True}


@pytest.fixture
def owner():
    cohort = CharterFactory().cohort
    place = MembershipFactory(cohort=cohort)
    consent(cohort, place.user)
    return place


def windows(case):
    """Return what each of eight windows wants to write: the case as all of them opened it, and other words each."""
    return [(case.pk, case.version, f"Window {number}") for number in range(PROCESSES)]


def save(window):
    pk, version, words = window
    return kept(lambda: cases.save(Case(pk=pk), words=chosen(words), opened_version=version, now=timezone.now()))


def edit(window):
    pk, version, words = window
    return kept(
        lambda: cases.edit(Case(pk=pk), words=chosen(words), opened_version=version, now=timezone.now(), **TICKS)
    )


def chosen(words):
    number = int(words.split()[1])
    return {
        "situation": words,
        "help_wanted": ["ideas"] * (number % 2),
        "audience": "circle" if number % 3 else "cohort",
    }


def kept(write):
    """Return how it ended: "kept", or what the conflict shows as stored."""
    try:
        attempt(write)
    except StaleVersion as stale:
        return f"stale: {stale.theirs['situation']} ({stale.version})"
    return "kept"


def save_naively(window):
    """Look at the version, then write, without the lock: what the lock is for."""
    pk, version, words = window
    with transaction.atomic():
        row = Case.objects.get(pk=pk)
        if row.version != version:
            return "stale"
        # All have looked before the first one writes.
        transaction.get_connection().cursor().execute("SELECT SLEEP(0.5)")
        row.situation, row.version = words, row.version + 1
        row.save()
    return "kept"


@pytest.mark.parametrize(("write", "state"), [(save, "draft"), (edit, "shared")])
def test_of_eight_windows_one_is_kept_and_the_others_see_it(owner, write, state):
    case = CaseFactory(cohort=owner.cohort, owner=owner.user, state=state)
    outcomes = Counter(how for _window, how in all_at_once(write, windows(case)))
    row = Case.objects.get()
    assert outcomes == {"kept": 1, f"stale: {row.situation} ({row.version})": PROCESSES - 1}
    assert row.version == case.version + 1
    expected = chosen(row.situation)
    assert row.help_wanted == expected["help_wanted"]
    assert row.audience == (expected["audience"] if state == "draft" else "cohort")


def test_without_the_lock_words_are_lost(owner):
    """Guards the test above: the naive version keeps several, of which one is left."""
    case = CaseFactory(cohort=owner.cohort, owner=owner.user, state="draft")
    outcomes = Counter(how for _window, how in all_at_once(save_naively, windows(case)))
    assert outcomes["kept"] > 1


def attach(window):
    pk, _version, words = window
    try:
        attempt(lambda: attach_link(Case(pk=pk), url="https://example.org", name=words, now=timezone.now()))
    except RuleViolation:
        return "full"
    return "attached"


def test_eight_windows_attach_five_links(owner):
    case = CaseFactory(cohort=owner.cohort, owner=owner.user)
    outcomes = Counter(how for _window, how in all_at_once(attach, windows(case)))
    assert outcomes == {"attached": MOST_ATTACHMENTS, "full": PROCESSES - MOST_ATTACHMENTS}
    assert Attachment.objects.count() == MOST_ATTACHMENTS


def narrow_or_take_back(window):
    pk, version, words = window
    case, number = Case.objects.get(pk=pk), int(words.split()[1])
    try:
        if number % 2:
            attempt(lambda: cases.withdraw(case, now=timezone.now()))
            return "withdrawn"
        attempt(
            lambda: change_audience(
                case, audience="facilitator", open_to=None, opened_version=version, now=timezone.now()
            )
        )
    except (NotFound, StaleVersion) as refusal:
        return type(refusal).__name__
    return "narrowed"


def test_it_is_withdrawn_once_and_its_turn_is_dropped_once(owner):
    case = CaseFactory(cohort=owner.cohort, owner=owner.user, stage="in_discussion")
    TurnFactory(case=case, phase="questions")
    outcomes = Counter(how for _window, how in all_at_once(narrow_or_take_back, windows(case)))
    assert outcomes["withdrawn"] == 1
    assert set(outcomes) <= {"withdrawn", "narrowed", "NotFound", "StaleVersion"}
    assert (Case.objects.get().state, Turn.objects.get().phase) == ("withdrawn", "done")
