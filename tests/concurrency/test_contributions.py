"""Eight people speak at the moment the phase moves on; a case that is nearly full; one person in two windows."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import Case, Contribution, PrivateNote, Turn
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services import contribution, private_note
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import (
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    TurnFactory,
    consent,
    shared_case,
)

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

MOVE = "move on"
A_MOMENT = 0.02


@pytest.fixture
def turn():
    case = shared_case(FacilitationFactory().cohort)
    consent(case.cohort, case.owner)
    return TurnFactory(case=case, phase="questions")


def colleague(turn):
    person = MembershipFactory(cohort=turn.cohort).user
    consent(turn.cohort, person)
    return person.pk


def crowd_of(turn):
    """Return 64 questions of eight people, and in the midst of them somebody who moves the phase on."""
    people = [colleague(turn) for _ in range(PROCESSES)]
    words = [(turn.pk, person, f"{person} asks {number}") for number in range(PROCESSES) for person in people]
    return [*words[:28], (turn.pk, 0, MOVE), *words[28:]]


def speak_or_move(one):
    turn, person, text = one
    return move(turn) if text == MOVE else speak(turn, person, text)


def speak(turn, person, text):
    case = Case.objects.get(turns=turn)
    try:
        attempt(lambda: contribution.post(case, kind="question", text=text, author_id=person, now=timezone.now()))
    except RuleViolation:
        return "refused"
    return "said"


def speak_naively(one):
    """Look, think for a moment, write: without the lock."""
    turn, person, text = one
    if text == MOVE:
        return move(turn)
    if Turn.objects.get(pk=turn).phase != "questions":
        return "refused"
    time.sleep(A_MOMENT)
    case = Case.objects.get(turns=turn)
    Contribution.objects.create(case=case, author_id=person, kind="question", text=text, posted_at=timezone.now())
    return "said"


def move(turn):
    """Open reflections, as whoever leads the turn does: under the lock of the case. Return what was said until then."""
    time.sleep(A_MOMENT)

    def work():
        case = Case.objects.select_for_update().get(pk=Turn.objects.values_list("case_id", flat=True).get(pk=turn))
        Turn.objects.select_for_update().filter(pk=turn).update(phase="reflections")
        return f"moved after {case.contributions.count()}"

    return attempt(work)


def told(outcomes):
    """Return how many were said until the phase moved on, how many were accepted, and how many there are."""
    (moved,) = (how for _who, how in outcomes if how.startswith("moved"))
    said = {who[2] for who, how in outcomes if how == "said"}
    stored = set(Contribution.objects.values_list("text", flat=True))
    return int(moved.rsplit(" ", 1)[-1]), said, stored


def test_no_question_lands_after_the_phase_moved_on_and_none_that_was_accepted_is_lost(turn):
    outcomes = all_at_once(speak_or_move, crowd_of(turn))
    until_then, said, stored = told(outcomes)
    assert said == stored
    assert len(stored) == until_then
    assert {how for _who, how in outcomes if not how.startswith("moved")} <= {"said", "refused"}


def test_without_the_lock_questions_land_in_the_wrong_phase(turn):
    """Guards the test above: the same crowd on the naive version breaks the rule it checks."""
    until_then, said, stored = told(all_at_once(speak_naively, crowd_of(turn)))
    assert said == stored
    assert len(stored) > until_then


def fill(turn, most):
    case = turn.case
    Contribution.objects.bulk_create(
        Contribution(case=case, kind="question", text="x", posted_at=timezone.now()) for _ in range(most)
    )


def speak_while_there_is_room(one):
    """Count, think for a moment, write: without the lock."""
    turn, person, text = one
    case = Case.objects.get(turns=turn)
    if case.contributions.count() >= contribution.MOST_CONTRIBUTIONS:
        return "refused"
    time.sleep(A_MOMENT)
    Contribution.objects.create(case=case, author_id=person, kind="question", text=text, posted_at=timezone.now())
    return "said"


@pytest.mark.parametrize(("act", "kept"), [(speak_or_move, True), (speak_while_there_is_room, False)])
def test_a_case_never_holds_more_than_it_can_and_the_naive_one_does(turn, act, kept):
    fill(turn, contribution.MOST_CONTRIBUTIONS - 5)
    crowd = [one for one in crowd_of(turn) if one[2] != MOVE]
    outcomes = Counter(how for _who, how in all_at_once(act, crowd))
    stored = Contribution.objects.count()
    assert (stored == contribution.MOST_CONTRIBUTIONS) == kept
    assert (outcomes["said"] == 5) == kept


def edit(one):
    said, author, text = one
    row = Contribution.objects.get(pk=said)
    now = row.posted_at + timedelta(minutes=1)
    try:
        attempt(lambda: contribution.edit(row, text=text, by=author, opened_version=1, now=now))
    except StaleVersion:
        return "conflict"
    return "saved"


def edit_naively(one):
    """Read, think for a moment, write what was read with other words."""
    said, _author, text = one
    row = Contribution.objects.get(pk=said)
    if row.version != 1:
        return "conflict"
    time.sleep(A_MOMENT)
    row.text, row.version = text, row.version + 1
    row.save()
    return "saved"


@pytest.mark.parametrize(("act", "once"), [(edit, True), (edit_naively, False)])
def test_of_many_windows_one_saves_and_the_others_are_shown_both_and_the_naive_one_loses(turn, act, once):
    author = colleague(turn)
    said = ContributionFactory(case=turn.case, author_id=author, author=None).pk
    Contribution.objects.filter(pk=said).update(author=author)
    outcomes = all_at_once(act, [(said, author, f"window {number}") for number in range(PROCESSES)])
    saved = [who[2] for who, how in outcomes if how == "saved"]
    assert (len(saved) == 1) == once
    assert Contribution.objects.get(pk=said).text in saved


def note(one):
    case, owner, text = one
    row = Case.objects.get(pk=case)
    try:
        attempt(lambda: private_note.save(row, user_id=owner, text=text, opened_version=0, now=timezone.now()))
    except StaleVersion:
        return "conflict"
    return "saved"


def note_naively(one):
    case, owner, text = one
    if PrivateNote.objects.filter(case=case).exists():
        return "conflict"
    time.sleep(A_MOMENT)
    PrivateNote.objects.create(case_id=case, user_id=owner, text=text, saved_at=timezone.now())
    return "saved"


@pytest.mark.parametrize(("act", "surprises"), [(note, False), (note_naively, True)])
def test_first_notes_in_many_windows_make_one_page_and_the_naive_ones_break(turn, act, surprises):
    crowd = [(turn.case_id, turn.case.owner_id, f"window {number}") for number in range(PROCESSES)]
    outcomes = Counter(how for _who, how in all_at_once(act, crowd))
    assert PrivateNote.objects.count() == outcomes["saved"] == 1
    assert bool(outcomes["IntegrityError"]) == surprises
