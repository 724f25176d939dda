"""What is said on the page of a case, and the box to say something more."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import Contribution, Turn
from lernet_xblock.services.speaking import NOW_OPEN, OWNER_NOW
from tests.factories import (
    NOW,
    CircleFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    TurnFactory,
    consent,
    seat,
    shared_case,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    """Nobody wrote anything in this minute."""
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        yield


@pytest.fixture
def case():
    shared = shared_case(FacilitationFactory().cohort)
    shared.cohort.memberships.update(joined_at=NOW)
    consent(shared.cohort, shared.owner)
    return shared


@pytest.fixture
def colleague(case):
    return joined(case)


@pytest.fixture
def guide(case):
    return case.cohort.facilitations.get().user


def joined(case):
    person = MembershipFactory(cohort=case.cohort).user
    consent(case.cohort, person)
    return person


def page(user, case, query=""):
    return get(make_block(user.username), f"cases?case={case.key}{query}").text


def say(user, case, kind="question", text="Since when?", **changes):
    fields = {"about": case.key, "kind": kind, "text": text, **changes}
    return post(make_block(user.username), "contribution.post", fields, at=f"cases?case={case.key}")


def box(html):
    """Return the form of the box, "" where there is none."""
    return (
        html.split('data-action="contribution.post"', 1)[1].split("</form>")[0] if "contribution.post" in html else ""
    )


def offered(html):
    """Return the kinds that the box offers."""
    return re.findall(r'name="kind"\s+value="([a-z]+)"', box(html))


def test_members_and_those_who_guide_contribute_with_their_name(case, colleague, guide):
    for person in (colleague, guide):
        assert say(person, case, "question", f"Words of {person.username}").status_int == 200
    html = page(case.owner, case)
    assert f"Words of {colleague.username}" in html
    assert guide.get_full_name() in html


@pytest.mark.parametrize(
    ("phase", "kinds"),
    [
        (None, ["question"]),
        ("planned", ["question"]),
        ("questions", ["question"]),
        ("reflections", ["reflection"]),
        ("suggestions", ["suggestion", "experience", "resource"]),
        ("closing", ["appreciation"]),
        ("done", []),
    ],
)
def test_the_box_offers_what_is_open_and_one_line_says_why_not_more(phase, kinds, case, colleague):
    if phase:
        TurnFactory(case=case, phase=phase)
    html = page(colleague, case)
    assert offered(html) == kinds
    assert words(html).count(str(NOW_OPEN[phase or "planned"])) == 1


@pytest.mark.parametrize("phase", ["planned", "questions", "reflections", "suggestions", "closing"])
def test_the_case_giver_has_no_box_but_to_thank(phase, case):
    TurnFactory(case=case, phase=phase)
    assert offered(page(case.owner, case)) == (["appreciation"] if phase == "closing" else [])


def test_before_any_turn_the_case_giver_is_told_what_goes_on(case):
    assert str(OWNER_NOW["planned"]) in words(page(case.owner, case))


def test_who_sits_in_another_circle_reads_along(case, colleague, guide):
    circle = CircleFactory(session__cohort=case.cohort, number=2)
    TurnFactory(case=case, phase="questions", session=circle.session, circle=circle)
    ContributionFactory(case=case, text="Who decides?")
    html = page(colleague, case)
    assert "Circle 2 works on this case" in words(html)
    assert "Who decides?" in html
    assert offered(html) == []
    refused = say(colleague, case, text="Since *when* is it so?")
    assert refused.status_int == 422
    assert "Since *when* is it so?</textarea>" in refused.text
    assert 'data-action="contribution.post"' not in refused.text
    assert offered(page(guide, case)) == ["question"]
    seat(circle, colleague)
    assert say(colleague, case).status_int == 200


def test_what_was_typed_while_the_phase_changed_stays_in_the_box(case, colleague):
    turn = TurnFactory(case=case, phase="questions")
    Turn.objects.filter(pk=turn.pk).update(phase="suggestions")
    refused = say(colleague, case, text="Since when is it so?")
    assert refused.status_int == 422
    assert str(NOW_OPEN["suggestions"]) in words(refused.text.split('data-kind="error"')[1])
    assert "Since when is it so?</textarea>" in refused.text
    assert offered(refused.text) == ["suggestion", "experience", "resource"]
    assert "checked" not in box(refused.text)
    assert not case.contributions.exists()


def test_where_one_kind_is_left_the_typed_words_can_be_sent_as_that(case, colleague):
    TurnFactory(case=case, phase="reflections")
    refused = say(colleague, case)
    assert (refused.status_int, offered(refused.text)) == (422, ["reflection"])


def test_a_doubled_click_posts_once(case, colleague):
    assert [say(colleague, case, text="Once", _key="k").status_int for _ in range(2)] == [200, 200]
    assert Contribution.objects.filter(text="Once").count() == 1


@pytest.mark.parametrize(
    ("kind", "length", "status"),
    [("question", 300, 200), ("question", 301, 422), ("suggestion", 1000, 200), ("suggestion", 1001, 422)],
)
def test_contributions_are_bounded_and_kept_when_refused(case, colleague, kind, length, status):
    TurnFactory(case=case, phase=f"{kind}s")
    text = "x" * length
    response = say(colleague, case, kind, text)
    assert response.status_int == status
    assert text in response.text
    assert 'name="text"' in response.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1] or status == 200


@pytest.mark.parametrize("fields", [{"kind": "answer", "text": "x"}, {"kind": "question", "text": ""}, {"kind": ""}])
def test_contributions_of_another_kind_or_without_words_are_refused(case, colleague, fields):
    assert say(colleague, case, **fields).status_int == 422
    assert not case.contributions.exists()


def test_the_case_giver_answers_below_a_question_and_posts_nothing_else(case, colleague):
    question = ContributionFactory(case=case, author=colleague)
    light = page(case.owner, case).split('data-action="contribution.answer"', 1)[1].split("</form>")[0]
    assert f'name="about" value="{question.key}"' in light
    assert 'name="_key" value="' in light
    fields = {"about": question.key, "text": "Since May."}
    response = post(make_block(case.owner.username), "contribution.answer", fields, at=f"cases?case={case.key}")
    assert response.status_int == 200
    assert question.replies.get().text == "Since May."
    assert "Since May." in page(colleague, case)
    assert say(case.owner, case).status_int == 422


def test_an_answer_that_is_refused_is_kept_below_its_question(case, colleague):
    question = ContributionFactory(case=case, author=colleague)
    fields = {"about": question.key, "text": "y" * 1001}
    refused = post(make_block(case.owner.username), "contribution.answer", fields, at=f"cases?case={case.key}")
    assert refused.status_int == 422
    assert "y" * 1001 in refused.text.split('data-action="contribution.answer"', 1)[1].split("</form>")[0]


def test_an_answer_that_comes_too_late_is_kept(case, colleague):
    question = ContributionFactory(case=case, author=colleague)
    TurnFactory(case=case, phase="reflections")
    fields = {"about": question.key, "text": "Since the first of May."}
    refused = post(make_block(case.owner.username), "contribution.answer", fields, at=f"cases?case={case.key}")
    assert refused.status_int == 422
    assert "Since the first of May.</textarea>" in refused.text
    assert str(OWNER_NOW["reflections"]) in words(refused.text)


def test_colleagues_do_not_answer_for_the_case_giver(case, colleague, guide):
    question = ContributionFactory(case=case, author=colleague)
    fields = {"about": question.key, "text": "x"}
    for person, status in ((colleague, 404), (guide, 403)):
        assert post(make_block(person.username), "contribution.answer", fields).status_int == status
        assert "contribution.answer" not in page(person, case)
    assert not question.replies.exists()


def test_the_words_of_an_account_that_is_gone_stay_without_a_name(case):
    ContributionFactory(case=case, author=None)
    assert "A former member" in page(case.owner, case)


def test_a_filter_shows_one_kind_and_its_links_say_how_many(case, colleague):
    turn = TurnFactory(case=case, phase="suggestions")
    for kind, text in (("question", "Who decides?"), ("suggestion", "Ask them."), ("experience", "We did.")):
        ContributionFactory(case=case, author=colleague, kind=kind, text=text, turn=turn)
    everything, one = page(colleague, case), page(colleague, case, "&kind=suggestion")
    assert "All kinds Clarifying questions (1) Suggestions (1) Own experience (1)" in words(everything)
    assert [text in everything for text in ("Who decides?", "Ask them.", "We did.")] == [True, True, True]
    assert [text in one for text in ("Who decides?", "Ask them.", "We did.")] == [False, True, False]
    assert "Who decides?" in page(colleague, case, "&kind=nonsense")


def test_an_earlier_round_is_folded_with_how_much_was_said(case, colleague):
    first = TurnFactory(case=case, phase="done")
    asked = ContributionFactory(case=case, author=colleague, turn=first, text="Who decides?")
    ContributionFactory(case=case, author=case.owner, kind="answer", answers=asked, turn=first)
    second = TurnFactory(case=case, number=2, mode="days", phase="questions", questions_until=NOW + timedelta(days=9))
    ContributionFactory(case=case, author=colleague, turn=second, text="And since then?")
    html = page(colleague, case)
    folded = html.split("<details", 1)[1].split("</details>", 1)[0]
    assert "Round 1: 2 contributions" in words(folded)
    assert "Who decides?" in folded
    assert "And since then?" in html.replace(folded, "")


def test_own_words_are_marked_and_edited_ones_too(case, colleague):
    ContributionFactory(case=case, author=colleague, edited_at=NOW)
    own, theirs = page(colleague, case), page(case.owner, case)
    assert "data-mine" in own
    assert "data-mine" not in theirs
    assert "edited" in words(theirs)


def test_today_is_told_by_the_clock_and_other_days_by_their_date(case, colleague):
    ContributionFactory(case=case, author=colleague, posted_at=NOW + timedelta(days=4, minutes=-5))
    ContributionFactory(case=case, author=colleague, posted_at=NOW + timedelta(days=2))
    shown = words(page(colleague, case))
    assert "You 09:55 More" in shown
    assert "You Thu 3 Dec More" in shown


def test_withdrawn_and_reported_words_leave_a_place_without_them(case, colleague):
    question = ContributionFactory(case=case, author=colleague, text="canary", withdrawn_at=NOW)
    ContributionFactory(case=case, author=case.owner, kind="answer", text="Since May.", answers=question)
    ContributionFactory(case=case, author=colleague, text="canary", held_at=NOW)
    html = page(joined(case), case)
    assert "canary" not in html
    assert colleague.get_full_name() not in html
    assert "Withdrawn by its author." in words(html)
    assert "Since May." in html
    assert "One contribution was reported and is being looked at." in words(html)
    own = page(colleague, case)
    assert own.count("<p>canary</p>") == 2
    assert "Withdrawn. Only you can read it." in words(own)


def test_a_hint_is_given_after_posting_and_never_blocks(case, colleague):
    posted = say(colleague, case, text="Have you tried talking to Mr Janssens?")
    said = case.contributions.get()
    assert posted.status_int == 200
    assert "This sounds like a suggestion." in words(posted.text)
    assert "seems to name somebody" in words(posted.text)
    assert f'data-panel="cases?case={case.key}&amp;voice={said.key}">Change them' in posted.text
    assert "sounds like" not in page(colleague, case)


def test_a_plain_question_gets_no_hint(case, colleague):
    assert "sounds like" not in say(colleague, case).text


def test_markdown_is_shown_as_safe_html(case, colleague):
    assert say(colleague, case, text="**Who** <script>alert(1)</script> https://example.org ?").status_int == 200
    html = page(case.owner, case)
    assert "<strong>Who</strong> &lt;script&gt;" in html
    assert '<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">' in html


def queries_for(user, case):
    with CaptureQueriesContext(connection) as queries:
        page(user, case)
    return len(queries)


def test_a_page_costs_the_same_for_few_and_many_contributions(case, colleague, guide):
    costs = []
    for many in (3, 57):
        for number in range(many):
            asked = ContributionFactory(case=case, author=joined(case) if many == 3 else colleague)
            if number % 3 == 0:
                ContributionFactory(case=case, author=case.owner, kind="answer", answers=asked)
        costs.append([queries_for(person, case) for person in (colleague, guide, case.owner)])
    assert costs[0] == costs[1]
    assert costs[0][0] <= 11
