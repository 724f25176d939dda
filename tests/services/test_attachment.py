"""Links and files beside a case."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.models import Attachment, AttachmentBody, AuditEntry, Case
from lernet_xblock.services.attachment import attach_file, attach_link, remove
from lernet_xblock.services.picture import NoPicture
from tests.factories import NOW, CaseFactory, ContributionFactory
from tests.runtime import committed
from tests.services.pictures import CANARY, PDF, photo, picture

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=3)


@pytest.fixture
def case():
    return CaseFactory()


def link(case, url="https://example.org/plan", name="The plan"):
    return committed(lambda: attach_link(case, url=url, name=name, now=LATER))


def file(case, content=PDF, name="Plan.pdf"):
    return committed(lambda: attach_file(case, content=content, name=name, now=LATER))


def fresh(case):
    return Case.objects.get(pk=case.pk)


def test_a_link_keeps_its_words_or_those_of_its_host(case):
    assert (link(case).name, link(case, name="").name) == ("The plan", "example.org")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "https://me@example.org", "plan"])
def test_other_addresses_are_refused_at_their_field(case, url):
    with pytest.raises(RuleViolation) as refusal:
        link(case, url)
    assert (refusal.value.field, Attachment.objects.count()) == ("url", 0)


def test_a_pdf_is_kept_as_it_is_and_a_picture_without_what_the_camera_wrote(case):
    kept, shot = file(case), file(case, photo("JPEG"), "../IMG_1.heic.jpeg")
    assert (kept.content_type, kept.size, bytes(kept.body.content)) == ("application/pdf", len(PDF), PDF)
    assert (shot.name, shot.content_type, shot.size) == ("IMG_1.heic.jpg", "image/jpeg", len(shot.body.content))
    assert CANARY.encode() not in bytes(shot.body.content)


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"<html>%PDF-", b"PK\x03\x04"])
def test_its_content_decides_and_not_its_name(case, content):
    with pytest.raises(NoPicture):
        file(case, content, "Plan.pdf")
    assert not AttachmentBody.objects.exists()


def test_five_are_all_that_a_case_holds(case):
    for number in range(4):
        link(case, name=str(number))
    fifth = file(case, picture())
    for one_more in (link, file):
        with pytest.raises(RuleViolation, match="at most 5"):
            one_more(case)
    committed(lambda: remove(fifth, now=LATER))
    assert link(case)
    assert Attachment.objects.count() == 5


def test_a_change_of_what_is_attached_is_dated_once_somebody_contributed(case):
    link(case)
    assert fresh(case).edited_at is None
    ContributionFactory(case=case)
    made = link(case)
    assert (fresh(case).edited_at, fresh(case).version) == (LATER, case.version)
    Case.objects.update(edited_at=None)
    committed(lambda: remove(made, now=LATER))
    assert fresh(case).edited_at == LATER


def test_it_is_logged_without_a_name_and_on_drafts_not_at_all(case):
    committed(lambda: remove(link(case), now=LATER))
    lines = [(row.verb, row.reason) for row in AuditEntry.objects.order_by("pk")]
    assert lines == [("case.attach", ""), ("case.detach", "")]
    link(CaseFactory(cohort=case.cohort, state="draft", shared_at=None))
    assert AuditEntry.objects.count() == 2


def test_it_is_taken_away_once(case):
    made = file(case)
    committed(lambda: remove(made, now=LATER))
    committed(lambda: remove(Attachment(pk=made.pk or 0, case=case, key=made.key), now=LATER))
    assert (Attachment.objects.count(), AttachmentBody.objects.count()) == (0, 0)


def test_nothing_is_added_to_a_case_that_was_withdrawn_and_what_is_there_can_go(case):
    made = link(case)
    Case.objects.update(state="withdrawn")
    with pytest.raises(NotFound):
        link(case)
    committed(lambda: remove(made, now=LATER))
    assert not Attachment.objects.exists()


def test_a_draft_that_is_thrown_away_takes_its_files_with_it():
    draft = CaseFactory(state="draft", shared_at=None)
    file(draft)
    draft.delete()
    assert not AttachmentBody.objects.exists()
