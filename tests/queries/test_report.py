"""What each side finds of a report, and what can be reported at all."""

from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.errors import NotFound
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.report import (
    Part,
    due_reports,
    find_report,
    find_reportable,
    grounds_of,
    own_reports,
    report_view,
    reports_of_case,
    to_decide,
    voices_of,
)
from lernet_xblock.services.report_decision import lapse
from tests.factories import (
    CharterFactory,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    ReportFactory,
    UserFactory,
    consent,
    shared_case,
)
from tests.runtime import committed, make_block
from tests.services.test_report import AT, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), name="Gembloux")


@pytest.fixture
def handler(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def case(cohort, handler):
    return shared_case(cohort)


@pytest.fixture
def member(cohort):
    user = MembershipFactory(cohort=cohort).user
    consent(cohort, user)
    return user


def seen_by(user):
    return viewer_of(make_block(user.username), None)


def test_each_side_has_one_part_and_nobody_else_finds_it(case, member, handler):
    made = report(case, member)
    admin = UserFactory(is_staff=True)
    parts = {user: find_report(seen_by(user), made.key)[1] for user in (case.owner, member, handler, admin)}
    assert list(parts.values()) == [Part.AUTHOR, Part.REPORTER, Part.HANDLER, Part.TEAM]
    for user in (UserFactory(), MembershipFactory(cohort=case.cohort).user):
        with pytest.raises(NotFound):
            find_report(seen_by(user), made.key)


@pytest.mark.parametrize("involved", ["author", "reporter"])
def test_somebody_of_the_course_team_who_is_involved_has_no_part_in_deciding(case, cohort, member, involved):
    member.is_staff = True
    member.save()
    said = ContributionFactory(case=case, author=member if involved == "author" else case.owner)
    made = report(said, member if involved == "reporter" else MembershipFactory(cohort=cohort).user, case=case)
    assert find_report(seen_by(member), made.key)[1] == involved
    assert made.key not in {view.key for view in to_decide(seen_by(member))}


@pytest.mark.parametrize("key", ["", "nothing", "é", "%", "0" * 20])
def test_a_report_that_is_not_there_is_not_found(case, handler, key):
    with pytest.raises(NotFound):
        find_report(seen_by(handler), key)


def test_who_stopped_guiding_finds_the_report_no_more(case, member, handler):
    made = report(case, member)
    case.cohort.facilitations.all().delete()
    with pytest.raises(NotFound):
        find_report(seen_by(handler), made.key)


def test_the_name_of_who_decided_is_for_those_who_decide(case, member, handler):
    made = report(case, member)
    made.decided_by, made.decided_at, made.state, made.open = handler, AT, "released", None
    made.save()

    def name_for(user):
        viewer = seen_by(user)
        return report_view(viewer, *find_report(viewer, made.key)).decided_by

    assert (name_for(member), name_for(case.owner)) == ("", "")
    assert handler.first_name in name_for(UserFactory(is_staff=True))


def test_grounds_come_once_each_and_voices_with_their_words(case, cohort, member, handler):
    made = report(case, member, ground="hurts", words="why")
    for _number in range(2):
        report(case, MembershipFactory(cohort=cohort).user, ground="names")
    assert grounds_of(made) == ("names", "hurts")
    said = voices_of(seen_by(handler), made)
    assert [(one.ground, one.words) for one in said] == [("hurts", "why"), ("names", ""), ("names", "")]
    assert member.first_name in said[0].name


def test_what_waits_is_the_handlers_and_the_course_teams_where_nobody_else_decides(case, cohort, member, handler):
    own = report(case, member)
    said = ContributionFactory(case=shared_case(cohort), author=handler)
    team = report(said, member, case=said.case)
    admin = UserFactory(is_staff=True)
    assert [view.key for view in to_decide(seen_by(handler))] == [own.key]
    assert [view.key for view in to_decide(seen_by(admin))] == [team.key]
    assert to_decide(seen_by(member)) == ()


def test_ones_own_reports_are_those_on_either_side_newest_first(case, cohort, member, handler):
    about_mine = ContributionFactory(case=case, author=member)
    first = report(shared_case(cohort), member, now=AT - timedelta(hours=1))
    second = report(about_mine, case.owner, case=case)
    views = own_reports(seen_by(member))
    assert [(view.key, view.part) for view in views] == [(second.key, Part.AUTHOR), (first.key, Part.REPORTER)]


def test_the_page_of_a_case_says_for_two_weeks_what_came_of_a_report(case, member, handler):
    made = report(case, member, now=AT - timedelta(days=30))
    assert [view.key for view in reports_of_case(seen_by(member), case)] == [made.key]
    committed(lambda: lapse(made, now=AT - timedelta(days=13)))
    assert [view.open for view in reports_of_case(seen_by(case.owner), case)] == [False]
    type(made).objects.update(decided_at=AT - timedelta(days=15))
    assert reports_of_case(seen_by(member), case) == ()


def test_before_a_yes_to_the_charter_nothing_can_be_reported(case, cohort):
    newcomer = MembershipFactory(cohort=cohort).user
    CharterFactory(cohort=cohort)
    said = ContributionFactory(case=case)
    for voice in ("", said.key):
        with pytest.raises(NotFound):
            find_reportable(seen_by(newcomer), case.key, voice)


def test_what_is_held_already_can_be_reported_and_not_read(case, cohort, member, handler):
    second = MembershipFactory(cohort=cohort).user
    consent(cohort, second)
    assert find_reportable(seen_by(second), case.key, "").read
    report(case, member)
    assert not find_reportable(seen_by(second), case.key, "").read
    with pytest.raises(NotFound):
        find_reportable(seen_by(UserFactory()), case.key, "")


def test_due_are_open_reports_of_all_networks_whose_time_is_over(case):
    elsewhere = CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9", state="running"))
    due = [ReportFactory(case=one, release_at=AT) for one in (case, shared_case(elsewhere))]
    ReportFactory(case=shared_case(elsewhere), release_at=AT + timedelta(seconds=1))
    assert due_reports(AT) == due
