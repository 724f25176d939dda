# ruff: noqa: DTZ001 - a session's wall-clock time is naive by contract
"""What other dates would do to all groups of a network, in figures."""

import time as seconds
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from lernet_xblock.host import get_host
from lernet_xblock.models import Cohort, Plan, Session
from lernet_xblock.queries.plan_network import MOST_NAMED, GroupDifference, network_preview
from lernet_xblock.queries.plan_preview import plan_preview
from lernet_xblock.queries.plan_warnings import Caution
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.services.session import plan_all_sessions
from lernet_xblock.viewer import load_viewer
from lernet_xblock.workbench import clock
from tests.factories import NOW, PLAN, CohortFactory, NetworkFactory, UserFactory
from tests.runtime import committed, make_block
from tests.services.planned import drop, move, nth

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def network():
    return NetworkFactory(state="running", cohort_limit=9)


@pytest.fixture
def viewer():
    user = UserFactory(is_staff=True)
    return load_viewer(get_host(), make_block(user.username), None, authored=lambda: PLAN, keep=lambda _: None)


def groups(network, number, **values):
    first = network.cohorts.count() + 1
    made = [CohortFactory(network=network, number=first + place, **values) for place in range(number)]
    committed(lambda: plan_all_sessions(made, settings=PLAN, by=UserFactory().pk, now=NOW))
    return made


def look(viewer, network, **changes):
    return network_preview(viewer, network, dates=dates_of(replace(PLAN, **changes)))


def test_figures_are_those_of_the_groups_one_by_one(network, viewer):
    plain, shifted, moved, dropped = groups(network, 1) + groups(network, 3, shift_days=7)
    move(nth(moved, 2), datetime(2027, 3, 10, 13, 30), now=NOW)
    drop(nth(dropped, 3), now=NOW)
    wanted: dict[str, Any] = {"session_count": 6, "session_time": time(14), "first_date": date(2027, 2, 9)}
    found = look(viewer, network, **wanted)
    single = [
        plan_preview(viewer, one, dates=dates_of(replace(PLAN, **wanted)), shift_days=one.shift_days, shift_minutes=0)
        for one in (plain, shifted, moved, dropped)
    ]
    for name in ("unchanged", "moved", "new", "cancelled", "left"):
        assert found.counts[name] == sum(len(getattr(one, name)) for one in single)
    assert found.groups == found.changing == 4
    assert found.first == tuple(
        GroupDifference(group.key, f"Group {letter}", len(one.moved), len(one.new), len(one.cancelled))
        for letter, group, one in zip("ABCD", (plain, shifted, moved, dropped), single, strict=True)
    )
    assert found.counts["left"] == 2


def test_dates_that_are_the_same_change_no_group(network, viewer):
    groups(network, 3)
    found = look(viewer, network)
    assert (found.groups, found.changing, found.counts["unchanged"], found.first) == (3, 0, 15, ())


def test_groups_that_the_dates_do_not_fit_keep_theirs_and_are_named(network, viewer):
    one, _other = groups(network, 2)
    move(nth(one, 3), datetime(2027, 4, 27, 17, 0), now=NOW)
    found = look(viewer, network, session_time=time(15))
    assert (found.unfit, found.alone, found.changing) == (1, ("Group A",), 1)
    assert (found.counts["left"], found.counts["moved"]) == (5, 5)


def test_groups_with_dates_of_their_own_are_counted_since_these_give_way(network, viewer):
    cohorts = groups(network, 3)
    for cohort in cohorts[:2]:
        Plan.objects.create(cohort=cohort, dates=dates_of(replace(PLAN, interval=2)), changed_at=NOW)
    assert look(viewer, network).own == 2


def test_groups_that_were_merged_are_none(network, viewer):
    groups(network, 3)
    Cohort.objects.filter(network=network, number=3).update(state=Cohort.State.MERGED)
    assert look(viewer, network, session_count=3).groups == 2


def test_a_foreign_network_s_groups_are_none(network, viewer):
    groups(network, 1)
    groups(NetworkFactory(usage_id="lernet.d0.u1", state="running"), 2)
    assert look(viewer, network, session_count=3).groups == 1


def test_dates_worth_a_word_are_told_once(network, viewer):
    groups(network, 2)
    found = look(viewer, network, first_date=date(2027, 3, 1), session_count=3)
    holiday = Caution("session_on_holiday", {"date": date(2027, 3, 29), "holiday": "easter_monday"})
    assert [(slot.local.date(), told) for slot, told in found.cautioned] == [(date(2027, 3, 29), (holiday,))]


def test_dates_that_no_group_could_have_are_refused(network, viewer):
    groups(network, 1)
    found = look(viewer, network, session_count=2)
    assert (found.refused.code, found.groups, found.counts) == ("out_of_range", 0, {})


@pytest.mark.parametrize("number", [1, 15])
def test_it_costs_the_same_whatever_the_number_of_groups(network, viewer, number, django_assert_num_queries):
    groups(network, number)
    # The orders so far, the groups, those with a plan of their own, the sessions.
    with django_assert_num_queries(4):
        assert len(look(viewer, network, session_count=3).first) == min(number, MOST_NAMED)


def test_a_thousand_groups_are_looked_at_in_a_moment(network, viewer):
    common = {"network": network, "minimum_size": 10, "maximum_size": 15, "working_language": "fr"}
    made = Cohort.objects.bulk_create(
        Cohort(**common, number=number, key=f"{number:020x}", shift_days=number % 7) for number in range(1, 1001)
    )
    made = list(network.cohorts.filter(number__lte=len(made)))
    committed(lambda: plan_all_sessions(made, settings=PLAN, by=UserFactory().pk, now=NOW))
    began = seconds.process_time()
    found = look(viewer, network, session_count=6, session_time=time(14))
    taken = seconds.process_time() - began
    assert (found.groups, found.counts["moved"], found.counts["new"]) == (1000, 5000, 1000)
    # Ten times as many may take three seconds.
    assert taken < 1


def test_a_moment_in_summer_is_not_moved_by_the_clock_change(network, viewer):
    groups(network, 1)
    starts = list(Session.objects.order_by("starts_at").values_list("starts_at", flat=True))
    assert starts[2] == datetime(2027, 3, 30, 11, 30, tzinfo=UTC)
    assert look(viewer, network).changing == 0
