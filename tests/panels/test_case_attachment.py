"""Attaching links and files through the door, and who may."""

import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from lernet_xblock.models import Attachment, Case
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
    consent,
)
from tests.runtime import get, hidden, make_block, post
from tests.services.pictures import CANARY, PDF, photo, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        yield


@pytest.fixture
def case():
    cohort = CharterFactory(cohort__network=NetworkFactory(state="running"), cohort__number=1).cohort
    owner = MembershipFactory(cohort=cohort).user
    consent(cohort, owner)
    return CaseFactory(cohort=cohort, owner=owner)


@pytest.fixture
def member(case):
    person = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, person)
    return person


def page(user, case):
    return get(make_block(user.username), f"cases?case={case.key}")


def upload(user, case, content=PDF, name="Plan.pdf", *, content_type="image/png", key="k1"):
    form = {"at": f"cases?case={case.key}", "fields": [["about", case.key], ["_key", key], ["name", name]]}
    headers = {"X-Lernet-Form": quote(json.dumps(form))}
    block = make_block(user.username)
    return post(block, "case.attach", body=content, content_type=content_type, headers=headers)


def link(user, case, url="https://example.org/plan", name="The plan", key="k2"):
    fields = {"about": case.key, "url": url, "name": name, "_key": key}
    return post(make_block(user.username), "case.attach_link", fields, at=f"cases?case={case.key}")


def take_away(user, key, case):
    return post(make_block(user.username), "attachment.remove", {"about": key}, at=f"cases?case={case.key}")


def addresses(html):
    return re.findall(r'href="http://127\.0\.0\.1:8042(/lernet/file/[^"]+)"', html)


def test_a_file_is_attached_whatever_the_browser_calls_it(case):
    assert upload(case.owner, case).status_int == 200
    assert upload(case.owner, case, photo(), "IMG.JPG", content_type="application/pdf", key="k3").status_int == 200
    rows = [(row.name, row.content_type) for row in Attachment.objects.all()]
    assert rows == [("Plan.pdf", "application/pdf"), ("IMG.jpg", "image/jpeg")]


def test_readers_open_what_is_attached_and_the_owner_takes_it_away(case, member):
    upload(case.owner, case)
    link(case.owner, case)
    html = page(member, case).text
    assert 'href="https://example.org/plan"' in html
    assert 'rel="noopener noreferrer nofollow"' in html.split('href="https://example.org/plan"')[1].split(">")[0]
    assert "<bdi>example.org</bdi>" in html
    assert 'data-action="attachment.remove"' not in html
    (address,) = addresses(html)
    assert Client().get(address).content == PDF
    for row in Attachment.objects.all():
        assert 'data-action="attachment.remove"' in page(case.owner, case).text
        assert take_away(case.owner, row.key, case).status_int == 200
    assert "Plan.pdf" not in page(member, case).text
    assert Client().get(address).status_code == 404


def test_the_link_of_a_colleague_is_made_for_that_colleague(case, member):
    upload(case.owner, case)
    mine, theirs = (addresses(page(user, case).text)[0] for user in (case.owner, member))
    assert mine != theirs
    client = Client()
    client.force_login(member)
    assert (client.get(theirs).status_code, client.get(mine).status_code) == (200, 404)


def test_a_draft_takes_files_and_keeps_them_when_it_is_shared(case, member):
    draft = CaseFactory(cohort=case.cohort, owner=case.owner, state="draft", shared_at=None)
    response = upload(case.owner, draft, picture(), "Sketch.png")
    assert response.status_int == 200
    assert "Sketch.png" in response.text
    assert hidden(response.text, "case.share", "version") == str(draft.version)
    Case.objects.filter(pk=draft.pk).update(state="shared", shared_at=NOW + timedelta(days=1))
    assert "Sketch.png" in page(member, draft).text


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"<html>", b"PK\x03\x04", picture()[:50]])
def test_what_is_neither_is_refused_with_a_sentence_beside_the_field(case, content):
    response = upload(case.owner, case, content, "Plan.pdf")
    assert response.status_int == 422
    assert "This is no picture that can be read" in response.text
    assert re.search('<details id="[^"]*-attach" open', response.text)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(("size", "status"), [(5 * 1024 * 1024, 200), (5 * 1024 * 1024 + 1, 413)])
def test_files_have_at_most_five_mebibytes(case, size, status):
    assert upload(case.owner, case, PDF + b" " * (size - len(PDF))).status_int == status


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/json", "multipart/form-data"])
def test_other_content_types_are_not_taken(case, content_type):
    assert upload(case.owner, case, content_type=content_type).status_int == 415


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://x.org", "https://a@b.org", ""])
def test_other_links_are_refused_and_kept_to_be_mended(case, url):
    response = link(case.owner, case, url)
    assert response.status_int == 422
    assert 'name="url"' in response.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]
    assert not Attachment.objects.exists()


def test_a_doubled_click_attaches_once(case):
    assert [link(case.owner, case).status_int for _ in "12"] == [200, 200]
    assert [upload(case.owner, case).status_int for _ in "12"] == [200, 200]
    assert Attachment.objects.count() == 2


def test_the_sixth_is_refused(case):
    for number in range(5):
        assert link(case.owner, case, key=f"n{number}").status_int == 200
    refused = link(case.owner, case, key="n6")
    assert refused.status_int == 422
    assert "5 links and files are all that a case can hold." in refused.text
    assert 'data-upload="case.attach"' not in page(case.owner, case).text


def person(kind, case, member):
    return {
        "member": lambda: member,
        "guide": lambda: FacilitationFactory(cohort=case.cohort).user,
        "admin": lambda: UserFactory(is_staff=True),
        "stranger": UserFactory,
    }[kind]()


@pytest.mark.parametrize("kind", ["member", "guide", "admin", "stranger"])
def test_nobody_but_the_owner_attaches_or_takes_away(case, member, kind):
    link(case.owner, case)
    row = Attachment.objects.get()
    other = person(kind, case, member)
    gone = Case(key="0" * 20)
    for mine, missing in (
        (upload(other, case), upload(other, gone)),
        (link(other, case, key="n"), link(other, gone, key="n")),
        (take_away(other, row.key, case), take_away(other, "0" * 20, case)),
    ):
        assert mine.status_int in {403, 404}
        assert (mine.status_int, mine.text) == (missing.status_int, missing.text)
    assert Attachment.objects.count() == 1


def test_a_withdrawn_case_hides_its_files(case, member):
    upload(case.owner, case, photo("JPEG"), "IMG.jpg")
    (address,) = addresses(page(member, case).text)
    post(make_block(case.owner.username), "case.withdraw", {"about": case.key}, at=f"cases?case={case.key}")
    assert Client().get(address).status_code == 404
    own = addresses(page(case.owner, case).text)
    assert CANARY.encode() not in Client().get(own[0]).content


def test_a_name_is_shown_as_text(case, member):
    link(case.owner, case, name="<img src=x onerror=alert(1)>")
    assert "<img src=x" not in page(member, case).text


def test_what_was_typed_into_another_form_is_no_file(case):
    response = post(make_block(case.owner.username), "case.attach", body=PDF, content_type="image/png")
    assert response.status_int == 404
