"""Other dates for all groups: figures first, then an order that a worker goes through."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Cohort, Replan, Session
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.tasks import perform
from lernet_xblock.workbench import clock
from tests.factories import NOW, PLAN, FacilitationFactory, MembershipFactory, NetworkFactory, UserFactory
from tests.panels.test_plan_change import TYPED
from tests.runtime import get, hidden, make_block, post, words
from tests.services.planned import move, nth, planned_cohort

pytestmark = pytest.mark.django_db
ALL = {name: value for name, value in TYPED.items() if not name.startswith("shift_")}


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Stop the clock, and collect what is to be done in the background."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    asked = []
    monkeypatch.setattr(WorkbenchHost, "run_later", lambda _self, task, key: asked.append((task, key)))
    return asked


@pytest.fixture
def network():
    return NetworkFactory(state="running")


@pytest.fixture
def cohorts(network):
    return [planned_cohort(number=number, network=network, shift_days=number) for number in (1, 2)]


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


def opened(user):
    return get(make_block(user.username), "plan?change=all")


def look(user, **changes):
    return post(make_block(user.username), "plan.look", {"version": "0", **ALL, **changes}, at="plan?change=all")


def order(user, html, **changes):
    form = html.split('data-action="plan.order"', 1)[1].split("</form>", 1)[0]
    fields = dict.fromkeys(ALL, "") | dict(re.findall('name="([a-z_]+)" value="([^"]*)"', form)) | {"reason": ""}
    for name in ("country", "_key"):
        fields.pop(name, None)
    return post(make_block(user.username), "plan.order", fields | changes, at="plan?change=all")


def test_figures_of_all_groups_come_before_anything_is_done(admin, cohorts):
    html = look(admin, session_count="6", session_time="14:00").text
    told = words(html)
    for text in (
        "2 of 2 groups get other dates.",
        "10 sessions move",
        "2 sessions are new",
        "0 sessions are cancelled",
        "Group A : 5 sessions move, 1 session is new",
        "Starts at 14:00 instead of 13:30",
    ):
        assert text in told
    assert Session.objects.count() == 10
    assert not Replan.objects.exists()


def test_an_order_is_worked_off_and_its_result_said_in_one_sentence(admin, cohorts, later):
    html = look(admin, session_count="6", session_time="14:00").text
    response = order(admin, html, reason="The rooms are free then")
    assert response.status_int == 200
    assert "The groups are being planned anew." in response.text
    assert "0 of 2 groups are planned anew." in words(response.text)
    assert 'data-refresh="2000"' in response.text
    assert "plan.look" not in response.text
    assert later == [("plan.replan", Replan.objects.get().key)]
    perform(*later[0])
    done = opened(admin).text
    assert "2 groups were planned anew: 10 sessions move, 2 sessions are new and 0 sessions are cancelled." in done
    assert "data-refresh" not in done
    assert 'value="14:00"' in done
    assert Session.objects.filter(state="planned").count() == 12
    assert nth(cohorts[0], 1).local_date == date(2027, 2, 3)


def test_groups_left_alone_are_listed_by_name(admin, cohorts, later):
    move(nth(cohorts[1], 3), replace_time(nth(cohorts[1], 4), 17), now=NOW)
    html = look(admin, session_time="15:00").text
    assert "1 group keeps its dates" in html
    assert "was held or moved there already: Group B." in words(html)
    order(admin, html)
    perform(*later[0])
    done = words(opened(admin).text)
    assert "1 group was planned anew: 5 sessions move, 0 sessions are new and 0 sessions are cancelled." in done
    assert "These groups keep their dates" in done
    assert "Group B" in done.split("These groups keep their dates", 1)[1]


def replace_time(session, hour):
    from datetime import datetime, time

    return datetime.combine(session.local_date, time(hour))


def test_while_it_goes_on_the_plan_says_so_and_nobody_orders_a_second_one(admin, cohorts, later):
    first = look(admin, session_time="14:00").text
    second = look(admin, session_time="15:00").text
    order(admin, first)
    assert "being planned anew at this moment" in get(make_block(admin.username), "plan").text
    response = order(admin, second)
    assert response.status_int == 409
    assert 'data-action="plan.order"' not in response.text
    assert Replan.objects.count() == 1


def test_an_order_after_another_one_is_a_conflict_and_shows_both(admin, cohorts, later):
    first = look(admin, session_time="14:00").text
    second = look(UserFactory(is_staff=True), session_time="15:00").text
    order(admin, first)
    perform(*later[0])
    response = order(admin, second, reason="Mine")
    assert response.status_int == 409
    assert "Starts at 15:00 instead of 14:00" in words(response.text)
    assert 'value="Mine"' in response.text
    assert order(admin, response.text).status_int == 200


def test_work_that_stopped_can_go_on(admin, network, cohorts, later, monkeypatch):
    order(admin, look(admin, session_time="14:00").text)
    key = Replan.objects.get().key
    block = make_block(admin.username)
    assert post(block, "plan.go_on", {"about": key}, at="plan?change=all").status_int == 422
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=5))
    html = opened(admin).text
    assert "The work stopped after 0 of 2 groups." in words(html)
    assert hidden(html, "plan.go_on", "about") == key
    assert post(block, "plan.go_on", {"about": key}, at="plan?change=all").status_int == 200
    assert later == [("plan.replan", key)] * 2
    assert post(block, "plan.go_on", {"about": "0" * 20}, at="plan?change=all").status_int == 404


def test_what_no_group_could_have_is_refused_beside_its_field(admin, cohorts):
    response = look(admin, session_minutes="500")
    assert response.status_int == 422
    assert "from 60 to 240" in response.text.split('plan-look-session_minutes_error">', 1)[1].split("</p>", 1)[0]


def test_all_groups_have_no_shift(admin, cohorts):
    assert "shift_days" not in opened(admin).text
    assert look(admin, shift_days="3").status_int == 400


def test_holidays_are_copied_into_the_form_of_all_groups(admin, cohorts):
    fields = {"version": "0", **ALL}
    response = post(make_block(admin.username), "plan.holidays", fields, at="plan?change=all")
    assert response.status_int == 200
    assert "2027-03-29 Easter Monday" in response.text
    assert 'data-action="plan.look"' in response.text


def test_only_admins_change_the_dates_of_all_groups(admin, cohorts):
    html = look(admin, session_time="14:00").text
    people = [
        FacilitationFactory(cohort=cohorts[0]).user,
        MembershipFactory(cohort=cohorts[0]).user,
        UserFactory(),
    ]
    for user in people:
        assert opened(user).status_int == 404
        assert look(user).status_int in {403, 404}
        assert order(user, html).status_int == 403
        fields = {"version": "0", **ALL}
        assert post(make_block(user.username), "plan.holidays", fields).status_int in {403, 404}
    assert "change=all" not in get(make_block(people[0].username), "plan").text
    assert not Replan.objects.exists()


@pytest.mark.parametrize("number", [2, 20])
def test_the_page_costs_the_same_whatever_the_number_of_groups(
    admin, network, cohorts, number, django_assert_num_queries
):
    for more in range(number - 2):
        planned_cohort(number=3 + more, network=network)
    block = make_block(admin.username)
    # The user, the network, the membership, the groups guided; the last order and the dates of all.
    with django_assert_num_queries(6):
        get(block, "plan?change=all")
    # Besides: the transaction, and what a preview costs.
    with django_assert_num_queries(15):
        look(admin, session_time="14:00")


def test_an_order_on_which_groups_were_left_alone_costs_one_query_more(
    admin, network, cohorts, django_assert_num_queries
):
    Replan.objects.create(
        network=network,
        dates=dates_of(replace(PLAN, interval=3)),
        open=None,
        asked_at=NOW,
        ended_at=NOW,
        figures={"done": 2, "cohorts": 2, "left_alone": [cohort.key for cohort in cohorts]},
    )
    block = make_block(admin.username)
    with django_assert_num_queries(7):
        html = get(block, "plan?change=all").text
    assert "Group A" in html
    assert 'name="interval" value="3"' in html


def test_groups_that_are_over_are_none_of_all(admin, cohorts):
    Cohort.objects.filter(pk=cohorts[1].pk).update(state="closed")
    assert "1 of 1 group gets other dates." in words(look(admin, session_time="14:00").text)
