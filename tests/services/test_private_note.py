"""Private notes: the case giver's alone, and two windows lose nothing."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, StaleVersion
from lernet_xblock.models import PrivateNote
from lernet_xblock.services import private_note
from tests.factories import NOW, CaseFactory, FacilitationFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def save(case, text, *, version=0, user=None, now=NOW):
    who = (user or case.owner).pk
    return private_note.save(case, user_id=who, text=text, opened_version=version, now=now)


def test_notes_are_made_once_and_then_kept():
    case = CaseFactory()
    first = save(case, "They say time.")
    second = save(case, "They say trust.", version=1, now=NOW + timedelta(minutes=1))
    assert (first.pk, first.version) == (second.pk, 1)
    assert (second.text, second.version, second.saved_at) == ("They say trust.", 2, NOW + timedelta(minutes=1))


def test_nobody_else_writes_into_them_and_a_draft_has_none():
    case = CaseFactory()
    for other in (MembershipFactory(cohort=case.cohort).user, FacilitationFactory(cohort=case.cohort).user):
        with pytest.raises(NotFound):
            save(case, "x", user=other)
    with pytest.raises(NotFound):
        save(CaseFactory(cohort=case.cohort, state="draft", shared_at=None), "x")
    assert not PrivateNote.objects.exists()


def test_two_windows_with_other_words_get_both_and_the_same_words_are_no_conflict():
    case = CaseFactory()
    save(case, "From the phone")
    with pytest.raises(StaleVersion) as stale:
        save(case, "From the desk")
    assert (stale.value.theirs, stale.value.version) == ({"text": "From the phone"}, 1)
    assert save(case, "From the phone").version == 2
