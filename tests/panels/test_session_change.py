"""One session and its ways, as those who guide or run the group see it."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import Session
from lernet_xblock.workbench import clock
from tests.factories import NOW, CohortFactory, MembershipFactory, NetworkFactory, SubstitutionFactory, UserFactory
from tests.runtime import get, make_block, post, words
from tests.services.planned import DAY, HOUR, drop, fresh, not_held, nth, planned_cohort, staffed

pytestmark = pytest.mark.django_db

ACTIONS = (
    "session.look",
    "session.move",
    "session.replace",
    "session.drop",
    "session.merge_look",
    "session.merge",
    "session.hold",
    "session.not_held",
    "session.take_back",
    "session.instead",
)


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def cohort():
    UserFactory(username="admin", is_staff=True)
    cohort = planned_cohort(number=1)
    staffed(cohort)
    return cohort


@pytest.fixture
def third(cohort):
    return nth(cohort, 3)


def guide(cohort):
    return cohort.facilitations.get(role="facilitator").user


def show(row, who="admin", **params):
    query = "&".join(f"{name}={value}" for name, value in {"session": row.key, **params}.items())
    return get(make_block(who), f"session?{query}")


def read(*args, **params):
    response = show(*args, **params)
    assert response.status_int == 200, response.text
    return words(response.text)


@pytest.mark.parametrize("who", ["admin", "facilitator", "deputy"])
def test_who_guides_or_runs_the_group_finds_the_ways_of_a_session(cohort, third, who):
    name = who if who == "admin" else cohort.facilitations.get(role=who).user.username
    response = show(third, name)
    shown = words(response.text)
    assert "What happens with this session?" in shown
    assert "Group A, session 3" in shown
    assert "Tuesday 30 March 2027, 13:30–16:30 (Brussels)" in shown
    assert f"session?session={third.key}&amp;do=move" in response.text
    assert f"session?session={third.key}&amp;do=cancel" in response.text


def test_the_title_stands_beside_the_number(third):
    Session.objects.filter(pk=third.pk).update(title="Coming back")
    assert "Group A, session 3: Coming back" in read(third)


def test_who_stands_in_moves_and_does_not_cancel(cohort, third):
    once = SubstitutionFactory(session=third, since=NOW).user.username
    response = show(third, once)
    assert "do=move" in response.text
    assert "do=cancel" not in response.text
    assert "This cannot be done with this session now." in read(third, once, do="cancel")
    assert show(nth(cohort, 4), once).status_int == 404


def test_members_others_and_foreign_sessions_find_nothing(cohort, third):
    other = planned_cohort(network=cohort.network, number=2)
    foreign = planned_cohort(network=NetworkFactory(usage_id="lernet.d9.u9", state="running"), number=1)
    member = cohort.memberships.first().user.username
    assert show(third, member).status_int == 404
    assert show(nth(other, 3), guide(cohort).username).status_int == 404
    assert show(nth(foreign, 3)).status_int == 404
    assert show(nth(other, 3)).status_int == 200
    for key in ("", "x", "%00", "0" * 20, third.pk):
        assert get(make_block("admin"), f"session?session={key}").status_int == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_every_write_is_for_those_who_change_the_session(cohort, third, action):
    fields = {"about": third.key, **FIELDS.get(action, {})}
    member = cohort.memberships.first().user.username
    assert post(make_block(member), action, fields).status_int == 403
    other = planned_cohort(network=cohort.network, number=2)
    staffed(other)
    assert post(make_block(guide(other).username), action, fields).status_int == 404
    assert Session.objects.get(pk=third.pk).version == 1


TIME = {"date": "2027-04-06", "time": "13:30", "minutes": "180"}
FIELDS = {
    "session.look": {**TIME, "do": "move"},
    "session.move": {**TIME, "version": "1", "reason": ""},
    "session.replace": {**TIME, "version": "1", "reason": "Flood"},
    "session.drop": {"version": "1", "reason": "Flood"},
    "session.merge_look": {"into": "x", "minutes": ""},
    "session.merge": {"into": "x", "into_version": "1", "minutes": "180", "version": "1", "reason": "Flood"},
    "session.hold": {"version": "1"},
    "session.not_held": {"version": "1", "reason": "Snow"},
    "session.take_back": {"version": "1"},
    "session.instead": {**TIME, "version": "1"},
}


def test_whoever_stands_in_cannot_send_a_cancellation(third):
    once = SubstitutionFactory(session=third, since=NOW).user.username
    for action in ("session.replace", "session.drop", "session.merge_look", "session.merge"):
        assert post(make_block(once), action, {"about": third.key, **FIELDS[action]}).status_int == 404
    assert fresh(third).state == "planned"


def test_what_is_over_says_so(cohort, third, at):
    at(third.ends_at + 15 * DAY)
    assert "Nothing about this session can be changed any more." in read(third)
    assert "This cannot be done with this session now." in read(third, do="move")


def test_a_cancelled_session_has_no_ways(third):
    drop(third, now=NOW)
    assert "Nothing about this session can be changed any more." in read(third)
    assert "Nobody is free" in read(third)


def test_one_that_was_not_held_can_be_held_after_all_or_on_another_day(third, at):
    not_held(third, now=third.ends_at)
    at(third.ends_at + HOUR)
    response = show(third)
    for do in ("hold", "instead"):
        assert f"session?session={third.key}&amp;do={do}" in response.text
    at(third.ends_at + 73 * HOUR)
    assert "do=instead" not in show(third).text


def test_it_is_in_nobody_s_menu(third):
    assert 'data-panel="session"' not in show(third).text


def test_the_page_costs_the_same_for_few_and_many(cohort, third):
    show(third)
    costs = []
    for _more in "12":
        MembershipFactory.create_batch(5, cohort=cohort)
        CohortFactory(network=cohort.network)
        with CaptureQueriesContext(connection) as seen:
            show(third, do="move", **TIME)
        costs.append(len(seen))
    assert costs[0] == costs[1]
