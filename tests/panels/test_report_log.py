"""The list of all reports: that they were, and no word and no name."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.queries.report_log import REPORTS_ON_A_PAGE
from lernet_xblock.services.report_decision import lapse
from tests.factories import (
    NOW,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    ReportFactory,
    UserFactory,
    shared_case,
)
from tests.runtime import committed, get, make_block, words
from tests.services.test_report import report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        yield


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), name="Gembloux")


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


def log(user, page=""):
    return get(make_block(user.username), f"report_log?page={page}" if page else "report_log")


def test_every_report_is_there_with_its_state_and_without_a_word(cohort, admin):
    case = shared_case(cohort, title="canary-title", situation="canary-situation")
    reporter = MembershipFactory(cohort=cohort, user__first_name="Reporterfirst").user
    said = ContributionFactory(case=case, text="canary-said", author=MembershipFactory(cohort=cohort).user)
    made = report(case, reporter, words="canary-words", serious=True)
    done = report(said, reporter, case=case, words="canary-words")
    committed(lambda: lapse(done, now=done.release_at))
    page = log(admin).text
    text = words(page)
    assert "Held, being looked at" in text
    assert "Released after five days" in text
    assert "Gembloux" in text
    assert f"reports?report={made.key}" in page
    assert not any(secret in page for secret in ("canary", reporter.first_name, case.owner.first_name))


def test_the_list_goes_page_by_page(cohort, admin):
    assert "Nothing was reported so far." in log(admin).text
    for _number in range(REPORTS_ON_A_PAGE + 1):
        ReportFactory(case=shared_case(cohort))
    first, second, odd = (log(admin, page).text for page in ("", "2", "99"))
    assert [page.count("See the report") for page in (first, second, odd)] == [REPORTS_ON_A_PAGE, 1, 1]
    assert "report_log?page=2" in first


def test_the_list_is_for_the_course_team_alone(cohort):
    people = [UserFactory(), MembershipFactory(cohort=cohort).user, FacilitationFactory(cohort=cohort).user]
    assert [log(user).status_int for user in people] == [404, 404, 404]


def test_reports_of_another_network_are_not_listed(admin, cohort):
    elsewhere = CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9", state="running"))
    ReportFactory(case=shared_case(elsewhere))
    assert "Nothing was reported so far." in log(admin).text


def test_a_page_costs_the_same_for_few_and_many(cohort, admin, django_assert_num_queries):
    for count in (1, 20):
        for _number in range(count):
            ReportFactory(case=shared_case(cohort))
        log(admin)
        with django_assert_num_queries(6):
            log(admin)
