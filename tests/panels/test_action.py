"""Everything the dispatcher holds, on an action made for the purpose."""

import json
import threading

import pytest
from django import forms
from django.core.cache import cache
from django.db import OperationalError, transaction

from lernet_xblock import errors, permissions
from lernet_xblock.models import AuditEntry, SentForm
from lernet_xblock.panels import action as dispatcher
from lernet_xblock.panels import attempt as attempts
from lernet_xblock.panels import conflict
from lernet_xblock.panels.forms import ActionForm, VersionedForm
from lernet_xblock.services.audit import record
from lernet_xblock.workbench import clock
from tests.factories import NOW, MembershipFactory, NetworkFactory, UserFactory
from tests.runtime import make_block, post

pytestmark = pytest.mark.django_db


class NoteForm(ActionForm):
    note = forms.CharField(label="Note", max_length=20)


class PlaceForm(VersionedForm):
    place = forms.CharField(label="Place", max_length=20)


@pytest.fixture(autouse=True)
def actions(monkeypatch):
    """A writing action, a creating one and one that always finds a newer version."""
    monkeypatch.setattr(dispatcher, "ACTIONS", dict(dispatcher.ACTIONS))
    cache.clear()

    @dispatcher.action("note.add", panel="home", permission=permissions.is_learner, form=NoteForm, creates=True)
    def add(viewer, form):
        record(viewer.network, "noted", by=viewer.user_id, now=NOW, reason=form.cleaned_data["note"])
        return dispatcher.Reply(say="Noted.")

    @dispatcher.action("note.refuse", panel="home", permission=permissions.is_learner, form=NoteForm)
    def refuse(viewer, form):
        record(viewer.network, "half", by=viewer.user_id, now=NOW)
        raise errors.RuleViolation("Not on a Sunday.", field="note")

    @dispatcher.action("place.edit", panel="home", permission=permissions.is_learner, form=PlaceForm)
    def edit(viewer, form):
        raise errors.StaleVersion(
            version=7, theirs={"place": "Namur"}, by_id=UserFactory(first_name="Karim").pk, at=NOW
        )

    @dispatcher.action("file.take", panel="home", permission=permissions.is_learner, content_types=("text/csv",))
    def take(viewer, form):
        return dispatcher.Reply(say=f"{len(form.file)} bytes")

    @dispatcher.action("admin.only", panel="home", permission=permissions.is_admin)
    def admin_only(viewer, form):
        return None


@pytest.fixture
def network():
    return NetworkFactory()


@pytest.fixture
def block(network):
    return make_block(UserFactory().username)


def notes():
    return AuditEntry.objects.filter(verb="noted").count()


def test_a_valid_form_is_done_and_the_panel_comes_back(block):
    response = post(block, "note.add", {"note": "hello", "_key": "k1"})
    assert response.status_int == 200
    assert 'data-say="Noted."' in response.text
    assert notes() == 1


def test_get_is_not_a_way_to_write(block):
    assert post(block, "note.add", {"note": "x"}, method="GET").status_int == 405
    assert notes() == 0


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""])
def test_only_json_is_taken(block, content_type):
    assert post(block, "note.add", {"note": "x"}, content_type=content_type).status_int == 415
    assert notes() == 0


def test_a_file_action_takes_its_type_as_the_raw_body_and_no_json(block):
    taken = post(block, "file.take", body=b"a;b", content_type="text/csv")
    assert (taken.status_int, 'data-say="3 bytes"' in taken.text) == (200, True)
    assert post(block, "file.take", {}).status_int == 415


def test_a_file_may_be_larger_than_a_form_but_not_endless(block):
    assert post(block, "file.take", body=b"x" * (5 * 1024 * 1024), content_type="text/csv").status_int == 200
    assert post(block, "file.take", body=b"x" * (5 * 1024 * 1024 + 1), content_type="text/csv").status_int == 413


def test_a_form_above_64_kib_is_too_large(block):
    response = post(block, "note.add", {"note": "x" * 70_000})
    assert response.status_int == 413
    assert "64 kB" in response.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"1",
        b"{}",
        b'{"fields": {}}',
        b'{"fields": [["a"]]}',
        b'{"fields": [["a", 1]]}',
        b'{"fields": [[1, "a"]]}',
        b'{"fields": ["ab"]}',
        b'{"fields": [["note", null]]}',
        b"\xff\xfe",
        b'{"fields": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_json_of_another_shape_is_malformed(block, body):
    assert post(block, "note.add", body=body).status_int == 400
    assert notes() == 0


def test_unknown_fields_are_refused(block):
    response = post(block, "note.add", {"note": "x", "is_admin": "1"})
    assert response.status_int == 400
    assert "is_admin" in response.text


def test_a_request_without_the_script_header_is_refused(block):
    assert post(block, "note.add", {"note": "x"}, headers={"X-Requested-With": ""}).status_int == 403


def test_anonymous_people_write_nothing(network):
    assert post(make_block("none"), "note.add", {"note": "x"}).status_int == 403
    assert notes() == 0


@pytest.mark.parametrize(
    "door", ["/courses/a/xblock/b/handler_noauth/action/note.add", "/unauth_handler/b/action/note.add"]
)
def test_unauthenticated_doors_stay_shut_even_for_known_people(block, door):
    assert post(block, "note.add", {"note": "x"}, path=door).status_int == 403
    assert notes() == 0


def test_without_permission_nothing_happens(block):
    assert post(block, "admin.only").status_int == 403


def test_masquerading_staff_write_nothing(block, monkeypatch):
    from dataclasses import replace

    from lernet_xblock.host.workbench import WorkbenchHost

    real = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(real(*given), masquerading=True))
    response = post(block, "note.add", {"note": "x"})
    assert (response.status_int, notes()) == (403, 0)
    assert "looking as somebody else" in response.text
    logged = AuditEntry.objects.get(verb="masquerade.refused")
    assert (logged.subject, logged.actor, logged.reason) == ("note.add", None, "")


def test_what_is_missing_is_named_and_what_was_typed_is_kept(block):
    response = post(block, "note.add", {"note": "x" * 21, "_key": "keep-me"})
    assert response.status_int == 422
    assert 'aria-invalid="true"' in response.text or "x" * 21 not in response.text
    assert SentForm.objects.count() == 0


def test_a_refused_rule_leaves_nothing_half_written(block):
    response = post(block, "note.refuse", {"note": "hello"})
    assert response.status_int == 422
    assert AuditEntry.objects.filter(verb="half").count() == 0


def test_the_same_key_twice_is_done_once(block):
    first = post(block, "note.add", {"note": "hello", "_key": "k1"})
    second = post(block, "note.add", {"note": "hello", "_key": "k1"})
    assert (first.status_int, second.status_int, notes()) == (200, 200, 1)
    assert "saved already" in second.text


def test_the_same_key_with_other_content_is_refused(block):
    post(block, "note.add", {"note": "hello", "_key": "k1"})
    assert post(block, "note.add", {"note": "other", "_key": "k1"}).status_int == 409
    assert notes() == 1


def test_a_key_belongs_to_one_person(block, network):
    post(block, "note.add", {"note": "hello", "_key": "k1"})
    post(make_block(UserFactory().username), "note.add", {"note": "hello", "_key": "k1"})
    assert notes() == 2


def test_the_memory_of_forms_holds_no_words(block):
    post(block, "note.add", {"note": "secretword", "_key": "k1"})
    row = SentForm.objects.get()
    assert "secretword" not in repr(row.__dict__)


def test_a_stale_version_is_a_conflict(block):
    response = post(block, "place.edit", {"place": "Mons", "version": "3"})
    assert response.status_int == 409


def test_conflict_keeps_what_was_typed_shows_what_is_stored_and_names_who_was_first(block):
    from lernet_xblock.panels.page import viewer_of

    viewer = viewer_of(block, None)
    found = dispatcher.ACTIONS["place.edit"]
    sent = dispatcher.read_json(json.dumps({"fields": [["place", "Mons"], ["version", "3"]]}).encode())
    form = PlaceForm(sent.fields, viewer=viewer, action="place.edit")
    assert form.is_valid()
    stale = errors.StaleVersion(version=7, theirs={"place": "Namur"}, by_id=UserFactory(first_name="Karim").pk, at=NOW)
    form.take_conflict(stale, conflict.changed_by(viewer, stale, typed=True))
    assert "Karim" in form.sentence
    assert "10:00" in form.sentence
    assert (form["place"].value(), form["version"].value(), form.theirs) == ("Mons", "7", {"place": "Namur"})
    assert found.form is PlaceForm


def test_more_writes_a_minute_than_a_person_can_are_refused(block, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for number in range(30):
        assert post(block, "note.add", {"note": "hello", "_key": f"k{number}"}).status_int == 200
    assert post(block, "note.add", {"note": "hello", "_key": "k31"}).status_int == 429


def test_control_characters_are_cleaned_before_the_form_sees_them(block):
    post(block, "note.add", {"note": "he\x00llo\x07", "_key": "k1"})
    assert AuditEntry.objects.get(verb="noted").reason == "hello"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [1213, 1205, 1020])
def test_a_deadlock_is_tried_again(number):
    tries = []

    def work():
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError(number, "Deadlock found")
        return "done"

    assert (attempts.attempt(work), len(tries)) == ("done", 3)


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_inside_somebody_elses_transaction_is_not_tried_again():
    tries = []

    def work():
        tries.append(1)
        raise OperationalError(1213, "Deadlock found")

    with pytest.raises(errors.Busy), transaction.atomic():
        attempts.attempt(work)
    assert len(tries) == 1


def test_busy_says_when_to_try_again(block, monkeypatch):
    def busy(work):
        raise errors.Busy

    monkeypatch.setattr(dispatcher, "attempt", busy)
    response = post(block, "note.add", {"note": "hello", "_key": "k"})
    assert (response.status_int, response.headers["Retry-After"]) == (503, "2")


def test_membership_ends_at_the_next_request(network):
    from django.utils import timezone

    member = MembershipFactory(cohort__network=network)
    block = make_block(member.user.username)
    from lernet_xblock.panels.page import viewer_of

    assert permissions.is_member(viewer_of(block, None))
    member.active, member.left_at = None, timezone.now()
    member.save()
    assert not permissions.is_member(viewer_of(block, None))


def test_threads_do_not_share_a_language(block):
    """Each request activates its own language and puts the former one back."""
    from django.utils.translation import get_language

    before = get_language()
    seen = []
    thread = threading.Thread(target=lambda: seen.append(get_language()))
    post(block, "note.add", {"note": "hello", "_key": "k"})
    thread.start()
    thread.join()
    assert get_language() == before == seen[0]
