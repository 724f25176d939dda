"""Rows of the matrix: the circles of a session."""

from datetime import timedelta

from lernet_xblock.models import Circle, Membership
from tests.access.rows import AT, Fields, action_row, panel_row
from tests.access.world import Side, World
from tests.factories import CircleFactory, MembershipFactory, seat


def _people(world: World, side: Side) -> list[Membership]:
    """Return twelve people of the group, in a session that has just begun."""
    world.moment = side.past.starts_at + timedelta(minutes=5)
    for _nth in range(8):
        MembershipFactory(cohort=side.cohort)
    return list(side.cohort.memberships.filter(active=True).order_by("pk"))


def circles_of(world: World, side: Side) -> tuple[list[Circle], list[Membership]]:
    """Return two circles in which everybody sits but the last one to join, and the people."""
    people = _people(world, side)
    rows = [CircleFactory(session=side.past, number=number) for number in (1, 2)]
    seat(rows[0], *(row.user for row in people[:6]))
    seat(rows[1], *(row.user for row in people[6:-1]))
    return rows, people


def _about(side: Side) -> Fields:
    return {"about": side.past.key, AT: f"circles?session={side.past.key}"}


@panel_row("circles", "session")
def circles(_world: World, side: Side) -> Fields:
    return {"session": side.past.key}


@action_row("circles.look", writes=False)
def look(world: World, side: Side) -> Fields:
    return {**_about(side), "here": [str(row.pk) for row in _people(world, side)], "count": "2"}


@action_row("circles.form")
def form(world: World, side: Side) -> Fields:
    return {**look(world, side), "version": "0"}


@action_row("circles.late")
def late(world: World, side: Side) -> Fields:
    _rows, people = circles_of(world, side)
    return {**_about(side), "person": str(people[-1].pk), "circle": ""}


@action_row("circles.move")
def change_circle(world: World, side: Side) -> Fields:
    rows, people = circles_of(world, side)
    return {**_about(side), "version": str(rows[0].version), "person": str(people[0].pk), "circle": "2"}


@action_row("circles.roles")
def roles(world: World, side: Side) -> Fields:
    rows, people = circles_of(world, side)
    return {
        **_about(side),
        "about": rows[0].key,
        "version": str(rows[0].version),
        "moderator": str(people[0].pk),
        "timekeeper": "",
    }
