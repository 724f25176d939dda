"""The case giver's notes: on their page in the phase they listen in, saved while they type, and nobody else's."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import PrivateNote
from tests.factories import NOW, FacilitationFactory, MembershipFactory, TurnFactory, UserFactory, consent, shared_case
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db

CANARY = "canary-4711"


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        yield


@pytest.fixture
def case():
    shared = shared_case(FacilitationFactory().cohort)
    consent(shared.cohort, shared.owner)
    return shared


def page(user, case):
    return get(make_block(user.username), f"cases?case={case.key}").text


def save(user, case, text, version="0"):
    fields = {"about": case.key, "text": text, "version": version}
    return post(make_block(user.username), "note.save", fields, at=f"cases?case={case.key}")


def test_the_notes_stand_open_while_the_case_giver_listens(case):
    TurnFactory(case=case, phase="reflections")
    html = page(case.owner, case)
    assert "Only you can read this." in words(html)
    assert f'<details id="{make_html_id(html)}-note">' not in html


def make_html_id(html):
    return html.split('id="', 1)[1].split("-panel", 1)[0]


@pytest.mark.parametrize(("phase", "there"), [("planned", False), ("questions", True), ("closing", True)])
def test_in_other_phases_they_are_folded(case, phase, there):
    TurnFactory(case=case, phase=phase)
    html = page(case.owner, case)
    assert ('data-autosave="note.save"' in html) == there
    assert (f'<details id="{make_html_id(html)}-note">' in html) == there


def test_they_save_themselves_again_and_again_and_stay(case):
    TurnFactory(case=case, phase="reflections")
    first = save(case.owner, case, "They say time.")
    assert first.status_int == 200
    assert first.text.count('data-autosave="note.save"') == 1
    assert "Saved " in first.text.split("data-saved", 1)[1][:60]
    second = save(case.owner, case, "They say trust.", hidden(first.text, "note.save", "version"))
    assert second.status_int == 200
    assert PrivateNote.objects.get().text == "They say trust."


def test_two_windows_get_both(case):
    TurnFactory(case=case, phase="reflections")
    save(case.owner, case, "From the phone")
    conflict = save(case.owner, case, "From the desk")
    assert conflict.status_int == 409
    assert "Stored now: From the phone" in words(conflict.text)
    assert "From the desk</textarea>" in conflict.text


def test_nobody_else_finds_or_writes_them(case):
    TurnFactory(case=case, phase="reflections")
    save(case.owner, case, CANARY)
    colleague = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, colleague)
    others = [colleague, case.cohort.facilitations.get().user, UserFactory(is_staff=True), UserFactory()]
    for other in others:
        html = page(other, case)
        assert CANARY not in html
        assert "note.save" not in html
        assert save(other, case, "x", "1").status_int in {403, 404}
    assert PrivateNote.objects.get().text == CANARY


def test_notes_are_bounded(case):
    TurnFactory(case=case, phase="reflections")
    assert save(case.owner, case, "x" * 4000).status_int == 200
    assert save(case.owner, case, "x" * 4001, "1").status_int == 422
