"""Cases for the course team: titles and states, and a text for a reason, once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import AuditEntry, CaseOpening
from lernet_xblock.queries.case_list import GROUPS_ON_A_PAGE
from tests.factories import (
    NOW,
    CaseFactory,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
    consent,
    shared_case,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db

TEXTS = {"situation": "canary-situation", "question": "canary-question?", "tried": "canary-tried"}
REASON = "The owner asked the course team to look."


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        yield


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1, name="Gembloux")


@pytest.fixture
def admin():
    return UserFactory(is_staff=True, first_name="Sofieadmin")


@pytest.fixture
def case(cohort):
    return shared_case(cohort, title="Handover", **TEXTS)


def page(user, address):
    return get(make_block(user.username), address)


def opened(user, case, reason=REASON, **fields):
    return post(make_block(user.username), "case.open", {"about": case.key, "reason": reason, **fields}, at="case_list")


def test_titles_and_states_are_listed_and_no_text(admin, cohort, case):
    shared_case(cohort, title="On the night shift", held_at=NOW, stage="discussed", audience="facilitator", **TEXTS)
    CaseFactory(cohort=cohort, state="draft", title="canary-draft", shared_at=None)
    CaseFactory(cohort=cohort, state="withdrawn", title="canary-withdrawn")
    html = page(admin, f"case_list?cohort={cohort.key}").text
    text = words(html)
    assert all(part in text for part in ("Handover", "On the night shift", "Discussed", "Held", "shared 8 days ago"))
    assert "canary" not in html
    groups = words(page(admin, "case_list").text)
    assert "Gembloux 2 cases · 1 held" in groups


def test_the_page_of_a_case_asks_why_and_shows_no_text(admin, case):
    html = page(admin, f"case_list?case={case.key}").text
    assert "Handover" in html
    assert 'data-action="case.open"' in html
    assert "canary" not in html


def test_a_reason_opens_the_text_once_and_its_owner_reads_who_and_why(admin, case, cohort):
    consent(cohort, case.owner)
    ContributionFactory(case=case, text="canary-said", author=MembershipFactory(cohort=cohort).user)
    ContributionFactory(case=case, text="withdrawn-said", withdrawn_at=NOW)
    reply = opened(admin, case)
    assert reply.status_int == 200
    assert f'data-address="case_list?case={case.key}"' in reply.text
    assert all(text in reply.text for text in (*TEXTS.values(), "canary-said"))
    assert "withdrawn-said" not in reply.text
    assert "canary" not in page(admin, f"case_list?case={case.key}").text
    kept = CaseOpening.objects.get()
    assert (kept.by, kept.reason) == (admin, REASON)
    owner = page(case.owner, f"cases?case={case.key}").text
    assert REASON in owner
    assert "Sofieadmin" in owner
    assert "opened your case" in words(page(case.owner, "home").text)


def test_the_log_has_no_word_of_it(admin, case):
    opened(admin, case)
    entry = AuditEntry.objects.get(verb="case.open")
    assert (entry.actor, entry.subject, entry.reason) == (admin, case.key, "")


@pytest.mark.parametrize("reason", ["", " " * 20, "because", "x" * 301])
def test_without_a_reason_nothing_is_opened(admin, case, reason):
    reply = opened(admin, case, reason=reason)
    assert reply.status_int == 422
    assert "canary" not in reply.text
    assert not CaseOpening.objects.exists()


def test_a_lost_reply_and_a_second_press_leave_one_line_for_the_owner(admin, case):
    assert [opened(admin, case, _key="k1").status_int for _click in "12"] == [200, 200]
    assert CaseOpening.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_drafts_and_withdrawn_cases_are_not_there(admin, cohort, state):
    case = CaseFactory(cohort=cohort, state=state, title="canary-title")
    assert page(admin, f"case_list?case={case.key}").status_int == 404
    assert opened(admin, case).status_int == 404
    assert not CaseOpening.objects.exists()


def test_a_case_of_another_network_is_not_there(admin, cohort):
    elsewhere = shared_case(CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9", state="running")))
    assert page(admin, f"case_list?case={elsewhere.key}").status_int == 404
    assert page(admin, f"case_list?cohort={elsewhere.cohort.key}").status_int == 404
    assert opened(admin, elsewhere).status_int == 404


def test_nobody_but_the_course_team_lists_or_opens(cohort, case):
    people = [UserFactory(), MembershipFactory(cohort=cohort).user, FacilitationFactory(cohort=cohort).user, case.owner]
    for user in people:
        assert page(user, "case_list").status_int == 404
        assert opened(user, case).status_int == 403
    assert not CaseOpening.objects.exists()


def test_thousands_of_groups_come_page_by_page(admin, cohort):
    for number in range(2, GROUPS_ON_A_PAGE + 2):
        CohortFactory(network=cohort.network, number=number)
    first, second = (page(admin, address).text for address in ("case_list", "case_list?page=2"))
    assert [html.count("case_list?cohort=") // 2 for html in (first, second)] == [GROUPS_ON_A_PAGE, 1]
    assert "case_list?page=2" in first


def test_the_pages_cost_the_same_for_few_and_many(admin, cohort):
    costs = []
    for count in (1, 20):
        for _number in range(count):
            shared_case(cohort)
        for address in ("case_list", f"case_list?cohort={cohort.key}"):
            with CaptureQueriesContext(connection) as seen:
                page(admin, address)
            costs.append(len(seen))
    assert costs == [6, 6, 6, 6]


def test_the_course_team_finds_the_list_beside_the_groups(admin, cohort):
    assert 'data-panel="case_list"' in page(admin, "cohorts").text
    assert "Titles of cases" not in page(admin, "cohorts").text.split("</nav>")[0]
