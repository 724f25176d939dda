"""Rows of the matrix: other dates for a group, or for all groups."""

from datetime import timedelta

from lernet_xblock.models import Replan
from tests.access.page import form_of
from tests.access.rows import NETWORK, PLAIN, Fields, action_row
from tests.access.world import Side, World


@action_row("plan.order", PLAIN)
def order(world: World, _side: Side) -> Fields:
    dates = {"frequency": "weekly", "interval": "2", "first_date": "2027-02-02", "session_count": "5"}
    given = {"session_time": "13:30", "session_minutes": "180", "make_up": "on", "reason": "Shifts"}
    shown = form_of(world, "admin", "plan?change=all", "plan.look")
    return {"version": shown["version"], **dates, **given}


@action_row("plan.go_on", NETWORK, writes=False)
def go_on(world: World, side: Side) -> Fields:
    asked = world.moment - timedelta(hours=2)
    return {"about": Replan.objects.create(network=side.network, dates={}, asked_at=asked, leased_until=asked).key}


DATES = {
    "frequency": "weekly",
    "interval": "4",
    "first_date": "2027-02-02",
    "session_count": "5",
    "listed_dates": "",
    "session_time": "14:30",
    "session_minutes": "180",
    "free_days": "",
    "make_up": "on",
    "shift_days": "",
    "shift_hours": "",
    "shift_minutes": "",
}


def _planned(side: Side) -> Fields:
    return {"about": side.cohort.key, "version": "0", **DATES}


@action_row("plan.look", writes=False)
def plan_look(_world: World, side: Side) -> Fields:
    return {**_planned(side), "country": "BE"}


@action_row("plan.look", PLAIN, way="all groups", writes=False)
def plan_look_at_all(_world: World, _side: Side) -> Fields:
    own = {name: value for name, value in DATES.items() if not name.startswith("shift_")}
    return {"version": "0", "country": "BE", **own}


@action_row("plan.holidays", writes=False)
def holidays(_world: World, side: Side) -> Fields:
    return {**_planned(side), "country": "BE"}


@action_row("plan.confirm")
def plan_confirm(_world: World, side: Side) -> Fields:
    return {**_planned(side), "reason": "Shifts"}
