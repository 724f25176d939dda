"""The panel of the charter: a draft is begun, changed, put in force or dropped."""

from dataclasses import replace

import pytest
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Charter, CharterDraft, CharterVoice
from lernet_xblock.services import charter_voice
from lernet_xblock.workbench import clock
from tests.factories import NOW, CharterFactory, CohortFactory, MembershipFactory
from tests.panels.chartered import IN_FORCE, TEXT, chartered, drafted, people_of, send, show
from tests.runtime import committed, hidden, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def cohort():
    return chartered()


@pytest.fixture
def people(cohort):
    return people_of(cohort)


def support(draft, *users):
    for user in users:
        values = {"user_id": user.pk, "opened_version": CharterDraft.objects.get(pk=draft.pk).version, "now": NOW}
        committed(lambda values=values: charter_voice.support(draft, **values))


@pytest.mark.parametrize(
    ("who", "status", "begins"),
    [
        ("Anke", 200, True),
        ("guide", 200, True),
        ("deputy", 200, True),
        ("stand-in", 200, False),
        ("admin", 200, False),
        ("member of B", 404, False),
        ("guide of B", 404, False),
        ("outsider", 404, False),
        ("unenrolled", 404, False),
    ],
)
def test_the_group_sees_its_charter_and_members_and_guides_can_suggest_another_text(
    cohort, people, who, status, begins
):
    response = show(people[who], f"charter?cohort={cohort.key}")
    assert response.status_int == status
    assert ("We come on time." in response.text) is (status == 200)
    assert ("charter.draft" in response.text) is begins


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("Anke", 200),
        ("guide", 200),
        ("deputy", 200),
        ("stand-in", 404),
        ("member of B", 404),
        ("guide of B", 404),
        ("admin", 403),
        ("outsider", 403),
        ("unenrolled", 403),
    ],
)
def test_members_and_those_who_guide_for_good_begin_a_draft(cohort, people, who, status):
    response = send(people[who], "charter.draft", cohort.key, text=TEXT)
    assert response.status_int == status
    assert CharterDraft.objects.count() == (status == 200)


def test_the_form_begins_with_the_text_in_force(cohort, people):
    html = show(people["Anke"]).text
    assert f"\n{IN_FORCE}</textarea>" in html
    assert "charter.revise" not in html


def test_without_a_charter_it_begins_with_what_the_author_wrote(cohort, people):
    Charter.objects.filter(cohort=cohort).delete()
    html = show(people["guide"]).text
    assert "\nWhat is said here stays here.</textarea>" in html
    assert "There is no charter yet." in html
    assert "<details" in html
    assert "open>" in html


def test_the_very_text_in_force_is_refused_and_stays_in_the_form(cohort, people):
    response = send(people["Anke"], "charter.draft", cohort.key, text=IN_FORCE)
    assert response.status_int == 422
    assert "word for word" in response.text
    assert not CharterDraft.objects.exists()


def test_a_second_draft_is_refused_and_what_was_typed_is_not_lost(cohort, people):
    drafted(cohort, people["guide"])
    response = send(people["Anke"], "charter.draft", cohort.key, text="My own rules.")
    assert response.status_int == 422
    assert "looks at another text already" in response.text
    assert "My own rules." in response.text
    assert CharterDraft.objects.count() == 1


def test_the_draft_is_shown_line_by_line_with_the_text_in_force(cohort, people):
    drafted(cohort, people["Bo"])
    html = show(people["Anke"]).text
    assert "<del>We come on time.</del>" in html
    assert "<ins>We start at 13:15.</ins>" in html
    assert "Bo began it on Tuesday 1 December 2026." in words(html)


def test_a_draft_is_shown_as_text(cohort, people):
    drafted(cohort, people["Bo"], text="<script>alert(1)</script>")
    html = show(people["Anke"]).text
    assert "<script>" not in html
    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>" in html


RUNS = ("charter.revise", "charter.enforce", "charter.drop")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("guide", 200),
        ("deputy", 200),
        ("stand-in", 404),
        ("guide of B", 404),
        ("Anke", 403),
        ("member of B", 403),
        ("admin", 403),
        ("outsider", 403),
        ("unenrolled", 403),
    ],
)
@pytest.mark.parametrize("action", RUNS)
def test_only_those_who_guide_for_good_change_put_in_force_and_drop(cohort, people, who, status, action):
    draft = drafted(cohort, people["guide"])
    cohort.memberships.filter(user=people["unenrolled"]).delete()
    support(draft, people["Anke"], people["Bo"])
    text = {"text": "Other."} if action == "charter.revise" else {}
    assert send(people[who], action, draft.key, version="1", **text).status_int == status
    draft.refresh_from_db()
    if status != 200:
        assert (draft.text, draft.version, draft.open) == (TEXT, 1, True)
        assert not any(name in show(people["Anke"]).text for name in RUNS)
    elif action == "charter.revise":
        assert (draft.text, draft.version) == ("Other.", 2)
    else:
        assert draft.open is None
        assert Charter.objects.filter(cohort=cohort).count() == (2 if action == "charter.enforce" else 1)


@pytest.mark.parametrize("action", ["charter.draft", *RUNS])
def test_who_looks_as_somebody_else_changes_nothing(cohort, people, action, monkeypatch):
    draft = drafted(cohort, people["guide"])
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    html = show(people["guide"]).text
    assert action not in html
    assert send(people["guide"], action, draft.key, version="1").status_int == 403


def test_two_who_change_the_text_at_the_same_time_see_both(cohort, people):
    draft = drafted(cohort, people["guide"])
    opened = show(people["deputy"]).text
    assert send(people["guide"], "charter.revise", draft.key, version="1", text="Theirs.").status_int == 200
    version = hidden(opened, "charter.revise", "version")
    refused = send(people["deputy"], "charter.revise", draft.key, version=version, text="Mine.")
    assert refused.status_int == 409
    assert "Stored now: Theirs." in words(refused.text)
    assert "\nMine.</textarea>" in refused.text
    again = hidden(refused.text, "charter.revise", "version")
    assert send(people["deputy"], "charter.revise", draft.key, version=again, text="Mine.").status_int == 200
    assert CharterDraft.objects.get().text == "Mine."


def test_words_typed_for_a_draft_that_was_closed_meanwhile_are_not_lost(cohort, people):
    draft = drafted(cohort, people["guide"])
    send(people["deputy"], "charter.drop", draft.key, version="1")
    refused = send(people["guide"], "charter.revise", draft.key, version="1", text="My long text.")
    assert refused.status_int == 422
    assert "This draft is closed" in refused.text
    assert "It was not saved: My long text." in words(refused.text)


def test_it_comes_into_force_with_two_thirds_and_is_asked_of_everybody_again(cohort, people):
    cohort.memberships.filter(user=people["unenrolled"]).delete()
    cohort.charters.get().consents.create(user=people["Anke"], at=NOW)
    draft = drafted(cohort, people["guide"])
    support(draft, people["Anke"])
    html = show(people["guide"]).text
    assert "1 of 3 members supports this text" not in words(html)
    assert "1 of 3 members support this text; 2 are needed." in words(html)
    assert "charter.enforce" not in html
    assert send(people["guide"], "charter.enforce", draft.key, version="1").status_int == 422
    support(draft, people["Bo"])
    assert "charter.enforce" in show(people["guide"]).text
    response = send(people["guide"], "charter.enforce", draft.key, version="1")
    assert response.status_int == 200
    assert "Version 2 in force" in words(response.text)
    assert "charter.accept" in show(people["Anke"], "group").text
    assert "0 of 3 people accepted." in show(people["Anke"], "group").text


def test_who_puts_a_text_in_force_that_changed_since_is_shown_the_new_one(cohort, people):
    draft = drafted(cohort, people["guide"])
    support(draft, people["Anke"], people["Bo"], people["Cleo"])
    send(people["deputy"], "charter.revise", draft.key, version="1", text="Theirs.")
    refused = send(people["guide"], "charter.enforce", draft.key, version="1")
    assert refused.status_int == 409
    assert "<ins>Theirs.</ins>" in refused.text
    assert Charter.objects.filter(cohort=cohort).count() == 1


def test_versions_are_listed_and_compared(cohort, people):
    CharterFactory(cohort=cohort, version=2, text=TEXT)
    html = show(people["Anke"]).text
    assert "What changed with version 2" in html
    assert "<del>" not in html
    compared = show(people["Anke"], f"charter?cohort={cohort.key}&version=2").text
    assert "<del>We come on time.</del>" in compared
    for version in ("0", "3", "x", "%C2%B2", "-1", "9" * 9):
        status = show(people["Anke"], f"charter?cohort={cohort.key}&version={version}").status_int
        assert (version, status) == (version, 404)


def test_the_group_and_home_lead_to_the_draft(cohort, people):
    address = f'data-panel="charter?cohort={cohort.key}"'
    assert "Suggest another text" in show(people["Anke"], "group").text
    drafted(cohort, people["Bo"])
    group = show(people["Anke"], "group").text
    assert address in group
    assert "The group looks at another text." in group
    home = show(people["Anke"], "home").text
    assert "looks at a new text for its charter" in home
    assert address in home
    assert "The draft of your charter" in home


@pytest.mark.parametrize("people_more", [2, 20])
def test_the_page_costs_the_same_whatever_the_size_of_the_group(cohort, people, people_more, django_assert_num_queries):
    draft = drafted(cohort, people["guide"])
    for row in MembershipFactory.create_batch(people_more, cohort=cohort):
        values = {"draft": draft, "supports": False, "about": 1, "objection": "No.", "said_at": NOW}
        CharterVoice.objects.create(user=row.user, **values)
    # The user, the network, the membership, the groups guided; five for the charter.
    with django_assert_num_queries(8):
        show(people["Anke"])


def test_an_admin_chooses_the_group(cohort, people):
    other = CohortFactory(network=cohort.network, number=3)
    CharterFactory(cohort=other, text="Rules of C.")
    assert "Rules of C." in show(people["admin"], f"charter?cohort={other.key}").text
    assert "Rules of C." not in show(people["admin"]).text
