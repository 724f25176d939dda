"""Opening a file of a case: for who is logged in, was given the link, and may read the case at this moment."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import OperationalError
from django.test import Client

from lernet_xblock.exports import addresses, file_view
from lernet_xblock.exports.addresses import file_url
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Attachment, Case, CharterConsent
from lernet_xblock.services.attachment import attach_file, attach_link
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    UserFactory,
    consent,
)
from tests.runtime import committed
from tests.services.pictures import PDF, picture

pytestmark = pytest.mark.django_db

CANARY = "canarysingsinthemine"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=3))


@pytest.fixture
def case():
    cohort = CharterFactory(cohort__network__state="running").cohort
    owner = MembershipFactory(cohort=cohort).user
    consent(cohort, owner)
    return CaseFactory(cohort=cohort, owner=owner)


@pytest.fixture
def member(case):
    person = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, person)
    return person


@pytest.fixture
def pdf(case):
    return committed(lambda: attach_file(case, content=PDF, name=f"{CANARY}.pdf", now=NOW))


def link(user, attachment):
    return file_url(WorkbenchHost(), user.pk, attachment.key).removeprefix("http://127.0.0.1:8042")


def fetch(user, attachment, *, login=None, method="get"):
    client = Client()
    if login is not None:
        client.force_login(login)
    return getattr(client, method)(link(user, attachment))


def is_nothing(response):
    return (response.status_code, response.content) == (404, b"")


def test_a_pdf_is_kept_and_a_picture_is_shown_and_neither_is_stored_on_the_way(case, member, pdf):
    shot = committed(lambda: attach_file(case, content=picture(), name='a"b.png', now=NOW))
    kept, shown = fetch(member, pdf, login=member), fetch(member, shot, login=member)
    assert (kept.status_code, kept.content, kept["Content-Type"]) == (200, PDF, "application/pdf")
    assert kept["Content-Disposition"] == f'attachment; filename="{CANARY}.pdf"'
    assert (shown["Content-Type"], shown["Content-Disposition"]) == ("image/png", 'inline; filename="a\\"b.png"')
    for response in (kept, shown):
        assert {name: response[name] for name in HEADERS} == HEADERS


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


def test_the_owner_and_those_who_guide_open_it_as_well(case, pdf):
    for person in (case.owner, FacilitationFactory(cohort=case.cohort).user):
        assert fetch(person, pdf, login=person).status_code == 200


def outsider(kind, case):
    if kind == "other cohort":
        return MembershipFactory(cohort=CohortFactory(network=case.cohort.network)).user
    if kind == "joined later":
        person = MembershipFactory(cohort=case.cohort, joined_at=NOW + timedelta(days=2)).user
        consent(case.cohort, person)
        return person
    if kind == "locked by the charter":
        return MembershipFactory(cohort=case.cohort).user
    if kind == "left":
        return MembershipFactory(cohort=case.cohort, active=None, left_at=NOW + timedelta(days=2), end="left").user
    return UserFactory(is_staff=kind == "admin")


@pytest.mark.parametrize("kind", ["other cohort", "joined later", "locked by the charter", "left", "admin", "stranger"])
def test_who_may_not_read_the_case_gets_nothing_even_with_a_link_of_their_own(kind, case, pdf):
    person = outsider(kind, case)
    assert is_nothing(fetch(person, pdf, login=person))


def test_a_link_of_somebody_else_opens_nothing(case, member, pdf):
    assert is_nothing(fetch(member, pdf, login=case.owner))


def test_in_the_workbench_the_address_says_who_looks(member, pdf):
    assert fetch(member, pdf).status_code == 200
    assert is_nothing(Client().get(link(member, pdf) + "?student=somebody_else"))
    assert Client().get(link(member, pdf) + f"?student={member.username}").status_code == 200


def test_who_cannot_log_in_any_more_gets_nothing(member, pdf):
    get_user_model().objects.filter(pk=member.pk).update(is_active=False)
    assert is_nothing(fetch(member, pdf))


def test_who_is_not_enrolled_any_more_gets_nothing(member, pdf, monkeypatch):
    monkeypatch.setattr(WorkbenchHost, "enrolled", lambda *_given: frozenset())
    assert is_nothing(fetch(member, pdf))


@pytest.mark.parametrize(
    "change", [{"state": "withdrawn"}, {"state": "draft"}, {"audience": "facilitator"}, {"held_at": NOW}]
)
def test_what_becomes_of_the_case_holds_for_its_files_at_once(case, member, pdf, change):
    address = link(member, pdf)
    assert Client().get(address).status_code == 200
    Case.objects.filter(pk=case.pk).update(**change)
    assert is_nothing(Client().get(address))
    assert fetch(case.owner, pdf).status_code == 200


def test_files_follow_an_opening_to_late_joiners_and_its_end(case, pdf):
    late = outsider("joined later", case)
    assert is_nothing(fetch(late, pdf))
    Case.objects.update(open_to=case.cohort, opened_at=NOW)
    assert fetch(late, pdf).status_code == 200
    CharterConsent.objects.filter(user=late).delete()
    assert is_nothing(fetch(late, pdf))


def test_after_ten_minutes_the_link_is_over(member, pdf, monkeypatch):
    address = link(member, pdf)
    monkeypatch.setattr(addresses, "FILE_LASTS_SECONDS", -1)
    assert is_nothing(Client().get(address))


def test_links_and_missing_and_forged_ones_are_alike(case, member, pdf):
    page = committed(lambda: attach_link(case, url="https://example.org", name="", now=NOW))
    missing = Attachment(key="0" * 20)
    odd = (Attachment(key="é" * 20), Attachment(key="' OR 1=1"))
    forged = [f"/lernet/file/{signing.dumps([member.pk, pdf.key], salt='other')}/", "/lernet/file/x/"]
    answers = [fetch(member, one) for one in (page, missing, *odd)] + [Client().get(one) for one in forged]
    assert all(is_nothing(answer) for answer in answers)
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(member, pdf, method):
    response = fetch(member, pdf, method=method)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_head_says_the_same_without_the_content(member, pdf):
    response = fetch(member, pdf, method="head")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"", "application/pdf")


def test_no_log_keeps_name_or_address(case, member, pdf, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    address = link(member, pdf)
    Case.objects.update(state="withdrawn")
    Client().get(address)
    monkeypatch.setattr(file_view, "file_for", lambda *_given, **_more: (_ for _ in ()).throw(OperationalError()))
    assert Client().get(address).status_code == 503
    requests = [row.getMessage() for row in caplog.records if row.name.startswith("django.request")]
    assert requests
    assert not [line for line in requests if address.split("/")[3] in line or CANARY in line]


def test_it_costs_the_same_few_queries(member, pdf, django_assert_max_num_queries):
    address = link(member, pdf)
    with django_assert_max_num_queries(12):
        assert Client().get(address).status_code == 200
