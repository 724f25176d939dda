"""Cases through the door: drafting, sharing, contributing, and who must not learn that a case exists."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Case, CharterConsent, Contribution
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db

CANARY = "canary-4711"
TEXT = {
    "title": "Handover",
    "situation": f"The night shift hears half of it. {CANARY}",
    "question": "How do I make it whole?",
    "tried": "",
    "horizon": "urgent",
    "kind": "problem",
}


@pytest.fixture(autouse=True)
def a_day_later():
    """Everybody joined yesterday, and nobody wrote anything in this minute."""
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        yield


@pytest.fixture
def network():
    return NetworkFactory(state="running")


@pytest.fixture
def cohort(network):
    """A cohort with agreements in force."""
    return CharterFactory(cohort__network=network).cohort


def accepted(user, cohort):
    """Return the person after they accepted the agreements in force."""
    charter = cohort.charters.order_by("-version").first()
    CharterConsent.objects.create(charter=charter, user=user, at=NOW)
    return user


@pytest.fixture
def owner(cohort):
    return accepted(MembershipFactory(cohort=cohort).user, cohort)


@pytest.fixture
def colleague(cohort):
    return accepted(MembershipFactory(cohort=cohort).user, cohort)


@pytest.fixture
def facilitator(cohort):
    return FacilitationFactory(cohort=cohort).user


def block_of(user):
    return make_block(user.username)


def draft_of(owner, cohort, **changes):
    empty = {"title": "", "situation": "", "question": "", "third_parties_checked": False, "shared_at": None}
    return CaseFactory(cohort=cohort, owner=owner, **{**empty, "state": "draft", "version": 1, **changes})


def send(user, action, case, **changes):
    fields = {"about": case.key, "version": case.version, **TEXT, **changes}
    pairs = {name: str(value) for name, value in fields.items() if value is not None}
    return post(block_of(user), action, pairs, at=f"cases?case={case.key}")


def stored(case):
    case.refresh_from_db()
    return case


def test_a_draft_starts_empty_and_twice_is_the_same_draft(owner, cohort):
    first = post(block_of(owner), "case.start", {"_key": "k1"})
    again = post(block_of(owner), "case.start", {"_key": "k2"})
    draft = Case.objects.get(owner=owner)
    assert (first.status_int, again.status_int) == (200, 200)
    assert f'data-address="cases?case={draft.key}"' in first.text
    assert (draft.state, draft.cohort) == ("draft", cohort)


def test_a_draft_saves_itself_again_and_again(owner, cohort):
    draft = draft_of(owner, cohort)
    first = send(owner, "case.save", draft, title="Hand")
    assert first.status_int == 200
    assert "Saved " in first.text.split("data-saved", 1)[1][:60]
    version = hidden(first.text, "case.share", "version")
    second = send(owner, "case.save", draft, title="Handover", version=version)
    assert second.status_int == 200
    assert stored(draft).title == "Handover"


def test_the_reply_to_an_autosave_carries_the_form_the_script_looks_for(owner, cohort):
    reply = send(owner, "case.save", draft_of(owner, cohort)).text
    assert reply.count('data-autosave="case.save"') == 1


def test_an_incomplete_draft_is_kept(owner, cohort):
    draft = draft_of(owner, cohort)
    assert send(owner, "case.save", draft, title="", situation="", question="half a").status_int == 200
    assert stored(draft).question == "half a"


@pytest.mark.parametrize(("field", "length"), [("title", 100), ("situation", 2500), ("question", 300), ("tried", 1500)])
def test_drafts_are_bounded(owner, cohort, field, length):
    draft = draft_of(owner, cohort)
    assert send(owner, "case.save", draft, **{field: "x" * length}).status_int == 200
    refused = send(owner, "case.save", stored(draft), **{field: "x" * (length + 1)})
    assert refused.status_int == 422
    assert f'name="{field}"' in refused.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]


def test_two_windows_get_a_conflict_that_shows_both_and_loses_nothing(owner, cohort):
    draft = draft_of(owner, cohort, title="From the phone", version=4)
    response = send(owner, "case.save", draft, title="From the desk", version=3)
    assert response.status_int == 409
    assert "From the phone" in response.text
    assert "From the desk" in response.text
    assert stored(draft).title == "From the phone"
    assert (
        send(
            owner,
            "case.save",
            draft,
            title="From the desk",
            version=hidden(response.text, "case.share", "version"),
        ).status_int
        == 200
    )
    assert stored(draft).title == "From the desk"


def test_a_conflict_shows_a_stored_choice_in_words(owner, cohort):
    draft = draft_of(owner, cohort, **{**TEXT, "horizon": "future"}, version=4)
    response = send(owner, "case.save", draft, version=3)
    assert response.status_int == 409
    assert "Stored now: <b>Future: something I see coming</b>" in response.text


def test_the_last_autosave_and_the_press_of_the_button_do_not_quarrel(owner, cohort):
    draft = draft_of(owner, cohort, **TEXT, version=5)
    assert send(owner, "case.share", draft, version=4, third_parties="on").status_int == 200


def test_a_draft_that_was_never_typed_in_says_no_saved_time(owner, cohort):
    page = get(block_of(owner), f"cases?case={draft_of(owner, cohort).key}").text
    assert "Only you can read it." in page
    assert "Saved " not in page


def test_sharing_says_before_who_will_read_it(owner, cohort, colleague, facilitator):
    accepted(MembershipFactory(cohort=cohort).user, cohort)
    MembershipFactory(cohort=cohort)
    page = get(block_of(owner), f"cases?case={draft_of(owner, cohort).key}").text
    assert "The 2 other members of your group will read this. 1 more will, once they accept the charter." in page
    assert facilitator.get_full_name() in page


def test_without_the_tick_sharing_is_refused_and_everything_kept(owner, cohort):
    draft = draft_of(owner, cohort)
    response = send(owner, "case.share", draft)
    assert response.status_int == 422
    assert "nobody can be recognised" in response.text
    assert 'name="third_parties"' in response.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]
    assert CANARY in response.text
    assert stored(draft).state == "draft"


@pytest.mark.parametrize("field", ["title", "situation", "question"])
def test_sharing_needs_a_title_a_situation_and_a_question(owner, cohort, field):
    draft = draft_of(owner, cohort)
    response = send(owner, "case.share", draft, third_parties="on", **{field: ""})
    assert response.status_int == 422
    assert f'name="{field}"' in response.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]
    assert stored(draft).state == "draft"


def test_a_question_without_its_mark_is_shared_when_it_is_meant_so(owner, cohort):
    draft = draft_of(owner, cohort)
    refused = send(owner, "case.share", draft, third_parties="on", question="I need ideas")
    assert refused.status_int == 422
    assert 'name="statement"' in refused.text
    assert (
        send(owner, "case.share", draft, third_parties="on", question="I need ideas", statement="on").status_int == 200
    )
    assert stored(draft).state == "shared"


def test_the_tick_about_the_question_mark_stands_only_where_it_is_missing(owner, cohort):
    asks = draft_of(owner, cohort, **TEXT)
    tells = draft_of(owner, cohort, **{**TEXT, "question": "I need ideas"})
    assert 'name="statement"' not in get(block_of(owner), f"cases?case={asks.key}").text
    assert 'name="statement"' in get(block_of(owner), f"cases?case={tells.key}").text


def test_a_shared_case_is_read_by_the_cohort_and_those_who_guide_it(owner, cohort, colleague, facilitator):
    draft = draft_of(owner, cohort)
    assert send(owner, "case.share", draft, third_parties="on").status_int == 200
    for reader in (owner, colleague, facilitator):
        assert CANARY in get(block_of(reader), f"cases?case={draft.key}").text
        assert "Handover" in get(block_of(reader), "cases").text
    assert (stored(draft).third_parties_checked, draft.shared_at is not None) == (True, True)


def test_markup_is_shown_as_text(owner, cohort, colleague):
    case = shared_case(cohort, title="<b>bold</b>", situation="<script>alert(1)</script>")
    page = get(block_of(colleague), f"cases?case={case.key}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<b>bold</b>" not in page


def test_urgent_cases_stand_first_then_the_newest(owner, cohort, colleague):
    shared_case(cohort, title="Older", shared_at=NOW + timedelta(days=1))
    shared_case(cohort, title="Newer", shared_at=NOW + timedelta(days=2))
    shared_case(cohort, title="Pressing", shared_at=NOW + timedelta(hours=1), horizon="urgent")
    page = get(block_of(colleague), "cases").text
    assert page.index("Pressing") < page.index("Newer") < page.index("Older")


def masked(response):
    return response.status_int, response.text


@pytest.fixture
def secret(owner, cohort, colleague):
    """A shared case with a canary, and the proof that there is something to leak."""
    case = CaseFactory(cohort=cohort, owner=owner, title=f"Title {CANARY}", situation=CANARY)
    Contribution.objects.create(case=case, author=colleague, kind="question", text=CANARY, posted_at=NOW)
    assert get(block_of(colleague), f"cases?case={case.key}").text.count(CANARY) >= 3
    return case


def outsider(kind, network, cohort):
    """Return somebody who must not learn of the cohort's cases."""
    if kind == "other cohort":
        return MembershipFactory(cohort=CohortFactory(network=network)).user
    if kind == "other facilitator":
        return FacilitationFactory(cohort=CohortFactory(network=network)).user
    if kind == "late joiner":
        return accepted(MembershipFactory(cohort=cohort, joined_at=NOW + timedelta(days=2)).user, cohort)
    if kind == "former member":
        ended = {"active": None, "left_at": NOW + timedelta(hours=20)}
        return accepted(MembershipFactory(cohort=cohort, **ended).user, cohort)
    if kind == "unenrolled member":
        return accepted(MembershipFactory(cohort=cohort, user=UserFactory(is_active=False)).user, cohort)
    return UserFactory(is_staff=kind == "admin")


@pytest.mark.parametrize(
    "kind",
    [
        "other cohort",
        "other facilitator",
        "late joiner",
        "former member",
        "unenrolled member",
        "admin",
        "stranger",
    ],
)
def test_outsiders_find_neither_the_case_nor_a_difference_from_none(kind, network, cohort, secret):
    person = block_of(outsider(kind, network, cohort))
    for address in ("home", "cases", "results", f"cases?case={secret.key}"):
        assert CANARY not in get(person, address).text
    assert get(person, f"cases?case={secret.key}").status_int == 404
    assert masked(get(person, f"cases?case={secret.key}")) == masked(get(person, "cases?case=" + "0" * 20))


@pytest.mark.parametrize(
    "kind",
    [
        "other cohort",
        "other facilitator",
        "late joiner",
        "former member",
        "unenrolled member",
        "admin",
        "stranger",
    ],
)
@pytest.mark.parametrize(
    "action", ["case.save", "case.share", "case.edit", "case.withdraw", "case.discard", "contribution.post"]
)
def test_outsiders_write_nothing_and_find_no_difference_from_none(kind, action, network, cohort, secret):
    person = outsider(kind, network, cohort)
    fields = {
        "contribution.post": {"kind": "question", "text": "hm"},
        "case.withdraw": {},
        "case.discard": {},
    }.get(
        action,
        {**TEXT, "version": "1", "third_parties": "on", "title": "Mine"},
    )
    foreign, missing = (post(block_of(person), action, {**fields, "about": key}) for key in (secret.key, "0" * 20))
    assert foreign.status_int in {403, 404}
    assert masked(foreign) == masked(missing)
    assert (stored(secret).title, secret.state, secret.contributions.count()) == (
        f"Title {CANARY}",
        "shared",
        1,
    )


def test_anonymous_readers_learn_nothing(secret):
    nobody = make_block("none")
    assert get(nobody, f"cases?case={secret.key}").status_int == 403
    assert CANARY not in get(nobody, f"cases?case={secret.key}").text
    assert CANARY not in nobody.render("public_view").body_html()


def test_staff_who_look_as_a_member_find_no_cases_and_write_none(monkeypatch, secret, colleague):
    seen = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(seen(*given), masquerading=True))
    assert get(block_of(colleague), "cases").status_int == 404
    assert get(block_of(colleague), f"cases?case={secret.key}").status_int == 404
    assert 'data-panel="cases"' not in get(block_of(colleague), "home").text
    written = post(block_of(colleague), "contribution.post", {"about": secret.key, "kind": "question", "text": "x"})
    assert written.status_int == 403


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_drafts_and_withdrawn_cases_are_their_owners_alone(state, owner, colleague, facilitator, secret):
    Case.objects.filter(pk=secret.pk).update(state=state)
    assert CANARY in get(block_of(owner), f"cases?case={secret.key}").text
    for reader in (colleague, facilitator):
        assert get(block_of(reader), f"cases?case={secret.key}").status_int == 404
        assert CANARY not in get(block_of(reader), "cases").text


@pytest.mark.parametrize("key", ["%00", "%C3%A9" * 20, "' OR 1=1 --", "a" * 5000, "<b>"])
def test_odd_keys_find_nothing(owner, key):
    assert get(block_of(owner), f"cases?case={key}").status_int == 404


def test_who_names_herself_facilitator_reads_what_is_shared_from_then_on(owner, cohort, colleague, secret):
    """The audience of a case is settled when it is shared: naming somebody does not widen it."""
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        eva = UserFactory(is_staff=True, first_name="Eva", last_name="Claes")
        named = {"about": cohort.key, "version": str(cohort.version), "facilitator": eva.username, "deputy": ""}
        assert post(block_of(eva), "cohorts.guide", named, at="cohorts").status_int == 200
        assert CANARY not in get(block_of(eva), "cases").text
        assert get(block_of(eva), f"cases?case={secret.key}").status_int == 404
        said = {"about": secret.key, "kind": "question", "text": "hm"}
        assert post(block_of(eva), "contribution.post", said).status_int == 404
        assert "Eva Claes" in get(block_of(colleague), "group").text
        page = words(get(block_of(owner), f"cases?case={secret.key}").text)
        assert page.count("Eva Claes") == page.count("From now on these people could read it as well: Eva Claes.") == 1
        after = draft_of(owner, cohort)
        assert "Eva Claes" in get(block_of(owner), f"cases?case={after.key}").text
        assert send(owner, "case.share", after, third_parties="on").status_int == 200
        assert get(block_of(eva), f"cases?case={after.key}").status_int == 200
        assert get(block_of(colleague), f"cases?case={secret.key}").status_int == 200


def test_people_without_a_part_have_no_cases_in_the_menu(network):
    person = UserFactory(is_staff=True)
    assert get(block_of(person), "cases").status_int == 404
    assert 'data-panel="cases"' not in get(block_of(person), "home").text


def test_before_accepting_the_agreements_no_case_is_seen_nor_told(cohort, secret):
    newcomer = MembershipFactory(cohort=cohort).user
    board = get(block_of(newcomer), "cases")
    assert CANARY not in board.text
    assert 'data-panel="group"' in board.text
    assert get(block_of(newcomer), f"cases?case={secret.key}").status_int == 404
    refused = post(block_of(newcomer), "contribution.post", {"about": secret.key, "kind": "question", "text": "x"})
    assert refused.status_int == 404
    assert post(block_of(newcomer), "case.start").status_int == 422
    accepted(newcomer, cohort)
    assert CANARY in get(block_of(newcomer), f"cases?case={secret.key}").text


def test_a_group_without_agreements_tells_no_cases(cohort, colleague, secret):
    cohort.charters.all().delete()
    assert CANARY not in get(block_of(colleague), "cases").text
    assert post(block_of(colleague), "case.start").status_int == 422


def test_an_owner_keeps_the_own_text_but_not_the_voices_until_new_agreements_are_accepted(owner, cohort, secret):
    Contribution.objects.filter(case=secret).update(text="a colleague's words")
    CharterFactory(cohort=cohort, version=2)
    page = get(block_of(owner), f"cases?case={secret.key}").text
    assert CANARY in page
    assert "a colleague" not in page


def test_a_draft_is_kept_but_not_shared_before_the_agreements_are_accepted(owner, cohort):
    draft = draft_of(owner, cohort)
    CharterFactory(cohort=cohort, version=2)
    assert send(owner, "case.save", draft).status_int == 200
    refused = send(owner, "case.share", stored(draft), third_parties="on")
    assert refused.status_int == 422
    assert "accept the charter" in refused.text
    assert stored(draft).state == "draft"


def test_those_who_guide_read_without_accepting(cohort, facilitator, secret):
    CharterFactory(cohort=cohort, version=2)
    assert CANARY in get(block_of(facilitator), f"cases?case={secret.key}").text


def test_a_change_after_the_first_contribution_shows_its_date(owner, colleague, secret):
    assert send(owner, "case.edit", secret, third_parties="on", title="Clearer").status_int == 200
    assert stored(secret).edited_at is not None
    assert "changed on" in get(block_of(colleague), f"cases?case={secret.key}").text


def test_a_change_before_anybody_contributed_leaves_no_mark(owner, colleague, cohort):
    case = CaseFactory(cohort=cohort, owner=owner)
    assert send(owner, "case.edit", case, third_parties="on").status_int == 200
    assert "changed on" not in get(block_of(colleague), f"cases?case={case.key}").text


def test_a_change_needs_the_tick_again(owner, secret):
    refused = send(owner, "case.edit", secret, title="With a name")
    assert refused.status_int == 422
    assert stored(secret).title != "With a name"


def test_a_stale_change_shows_both(owner, secret):
    response = send(owner, "case.edit", secret, third_parties="on", title="Mine", version=secret.version + 1)
    assert response.status_int == 409
    assert f"Title {CANARY}" in response.text
    assert "Mine" in response.text


def test_autosave_never_changes_what_the_group_reads(owner, secret):
    assert send(owner, "case.save", secret, title="Half a ti").status_int == 404
    assert stored(secret).title == f"Title {CANARY}"


def test_withdrawing_hides_the_text_at_once(owner, colleague, secret):
    response = post(block_of(owner), "case.withdraw", {"about": secret.key}, at=f"cases?case={secret.key}")
    assert response.status_int == 200
    assert "Only you can read it." in response.text
    assert get(block_of(colleague), f"cases?case={secret.key}").status_int == 404
    assert CANARY not in get(block_of(colleague), "cases").text


def test_a_draft_is_thrown_away_by_its_owner_only(owner, cohort, colleague):
    draft = draft_of(owner, cohort)
    assert post(block_of(colleague), "case.discard", {"about": draft.key}).status_int == 404
    response = post(block_of(owner), "case.discard", {"about": draft.key}, at=f"cases?case={draft.key}")
    assert response.status_int == 200
    assert not Case.objects.exists()


def test_a_shared_case_is_not_thrown_away(owner, secret):
    assert post(block_of(owner), "case.discard", {"about": secret.key}).status_int == 404
    assert Case.objects.filter(pk=secret.pk).exists()


def queries_for(block, address):
    with CaptureQueriesContext(connection) as queries:
        assert get(block, address).status_int == 200
    return len(queries)


def test_the_board_and_a_case_cost_the_same_for_few_and_many(cohort, colleague, secret):
    costs = []
    for more in (3, 27):
        for _ in range(more):
            case = shared_case(cohort)
            Contribution.objects.create(case=case, author=case.owner, kind="suggestion", text="x", posted_at=NOW)
            Contribution.objects.create(case=secret, author=case.owner, kind="question", text="x", posted_at=NOW)
        costs.append([queries_for(block_of(colleague), address) for address in ("cases", f"cases?case={secret.key}")])
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 10


def test_a_draft_saves_what_would_help_by_when_and_for_whom(owner, cohort):
    draft = draft_of(owner, cohort)
    fields = [("about", draft.key), ("version", "1"), *TEXT.items(), ("needed_by", "2026-12-24")]
    fields += [("help_wanted", "ideas"), ("help_wanted", "resources"), ("audience", "circle")]
    reply = post(block_of(owner), "case.save", fields, at=f"cases?case={draft.key}")
    assert reply.status_int == 200
    assert "Saved " in reply.text.split("data-saved", 1)[1][:60]
    row = stored(draft)
    assert (row.help_wanted, str(row.needed_by), row.audience) == (["ideas", "resources"], "2026-12-24", "circle")
    page = get(block_of(owner), f"cases?case={draft.key}").text
    for name, value in (("help_wanted", "ideas"), ("help_wanted", "resources"), ("audience", "circle")):
        assert " checked" in page.split(f'name="{name}" value="{value}"')[1].split(">")[0]
    assert 'value="2026-12-24"' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("help_wanted", "money"), ("audience", "everybody"), ("needed_by", "soon"), ("horizon", "never"), ("x", "y")],
)
def test_what_cannot_be_chosen_is_not_saved(owner, cohort, field, value):
    draft = draft_of(owner, cohort)
    assert send(owner, "case.save", draft, **{field: value}).status_int in {400, 422}
    assert stored(draft).title == ""


def test_a_conflict_shows_days_and_choices_in_words(owner, cohort):
    chosen = {"needed_by": "2026-12-24", "help_wanted": ["ideas", "questions"], "audience": "facilitator"}
    draft = draft_of(owner, cohort, **{**TEXT, **chosen}, version=4)
    response = send(owner, "case.save", draft, version=3, audience="cohort")
    assert response.status_int == 409
    stored_now = re.findall("Stored now: <b>([^<]*)</b>", response.text)
    assert stored_now == [
        "Thursday 24 December 2026",
        "Ideas, Questions that make me think",
        "Those who guide the group, only",
    ]


@pytest.mark.parametrize(("day", "status"), [("2026-12-01", 422), ("2026-12-02", 200)])
def test_an_answer_is_needed_by_a_day_to_come(owner, cohort, colleague, day, status):
    draft = draft_of(owner, cohort)
    response = send(owner, "case.share", draft, third_parties="on", needed_by=day)
    assert response.status_int == status
    if status == 200:
        assert "By Wed 2 Dec" in words(get(block_of(colleague), f"cases?case={draft.key}").text)
    else:
        assert 'name="needed_by"' in response.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]


@pytest.mark.parametrize(
    ("audience", "member_reads", "said"),
    [
        ("cohort", 200, "Shared with your group."),
        ("circle", 404, "Shared with the circle that will work on it, and with those who guide your group."),
        ("facilitator", 404, "Shared with those who guide your group."),
    ],
)
def test_it_is_shared_with_its_audience_and_says_so(cohort, colleague, audience, member_reads, said):
    owner = accepted(MembershipFactory(cohort=cohort).user, cohort)
    facilitator = FacilitationFactory(cohort=cohort).user
    draft = draft_of(owner, cohort)
    response = send(owner, "case.share", draft, third_parties="on", audience=audience)
    assert f'data-say="{said}"' in response.text
    address = f"cases?case={draft.key}"
    assert [get(block_of(user), address).status_int for user in (colleague, facilitator)] == [member_reads, 200]


def test_situation_and_what_was_tried_are_safe_markdown_and_the_question_is_plain(cohort, colleague):
    case = shared_case(
        cohort, situation="**half** of it\n\n- a\n- b", tried="[a](javascript:x) https://x.org", question="*Why*?"
    )
    page = get(block_of(colleague), f"cases?case={case.key}").text
    assert "<strong>half</strong>" in page
    assert "<li>a</li>" in page
    assert 'rel="noopener noreferrer nofollow"' in page
    assert "javascript:x" not in re.findall('href="([^"]*)"', page)
    assert "<b>*Why*?</b>" in page


def test_what_would_help_is_shown(cohort, colleague):
    case = shared_case(cohort, help_wanted=["resources", "ideas"])
    assert "What would help: Ideas · Tools, texts or people I could ask" in words(
        get(block_of(colleague), f"cases?case={case.key}").text
    )


def test_the_form_that_changes_the_text_does_not_ask_for_whom_it_is(owner, secret):
    refused = send(owner, "case.edit", secret, third_parties="on", audience="circle")
    assert refused.status_int == 400
    assert stored(secret).audience == "cohort"
