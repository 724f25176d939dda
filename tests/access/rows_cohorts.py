"""Rows of the matrix: forming groups, running them."""

from datetime import date, timedelta
from typing import Any

from lernet_xblock.models import Application, Membership, Proposal
from lernet_xblock.services.transfer import transfer as transfer_member
from tests.access.page import form_of
from tests.access.rows import NETWORK, PLAIN, Fields, action_row
from tests.access.world import Side, World
from tests.factories import ApplicationFactory, CohortFactory, MembershipFactory, SubstitutionFactory
from tests.panels.proposing import proposed

PAUSE = {"until": "2027-01-20", "reason": "Summer"}


@action_row("network.pause", PLAIN)
def pause(_world: World, side: Side) -> Fields:
    return {"version": str(side.network.version), **PAUSE}


@action_row("network.resume", PLAIN)
def resume(_world: World, side: Side) -> Fields:
    side.network.state, side.network.paused_until = "paused", date(2027, 1, 20)
    side.network.save()
    return {}


def _applied(side: Side, people: int = 20) -> list[Application]:
    side.network.state = "forming"
    side.network.save()
    return [ApplicationFactory(network=side.network) for _nth in range(people)]


def _proposal(side: Side, **values: Any) -> Proposal:
    people = _applied(side)
    return proposed(side.network, [people[:10], people[10:]], **values)


def _versioned(row: Proposal) -> Fields:
    return {"about": row.key, "version": str(row.version)}


@action_row("proposal.look", PLAIN, writes=False)
def look(world: World, side: Side) -> Fields:
    _applied(side)
    return form_of(world, "admin", "cohorts", "proposal.ask")


@action_row("proposal.ask", PLAIN)
def ask(world: World, side: Side) -> Fields:
    _applied(side)
    return form_of(world, "admin", "cohorts", "proposal.ask")


@action_row("proposal.stop", NETWORK)
def stop(_world: World, side: Side) -> Fields:
    return _versioned(_proposal(side, state="searching"))


@action_row("proposal.again", NETWORK)
def again(_world: World, side: Side) -> Fields:
    return _versioned(_proposal(side, state="failed"))


@action_row("proposal.put_aside", NETWORK)
def put_aside(_world: World, side: Side) -> Fields:
    return _versioned(_proposal(side))


@action_row("proposal.confirm", NETWORK)
def confirm(_world: World, side: Side) -> Fields:
    row = _proposal(side)
    # Groups are formed where there are none yet.
    side.network.cohorts.all().delete()
    return {**_versioned(row), "reason": ""}


@action_row("proposal.move", NETWORK)
def move(_world: World, side: Side) -> Fields:
    row = _proposal(side)
    person = row.seats.filter(number=1).first().application
    return {**_versioned(row), "person": person.key, "number": "2"}


@action_row("proposal.pin", NETWORK)
def pin(_world: World, side: Side) -> Fields:
    person = _proposal(side).seats.filter(number=1).first().application
    return {"about": person.key, "number": "2"}


@action_row("pair.keep", PLAIN)
def keep(_world: World, side: Side) -> Fields:
    names = {name: row.user.get_full_name() for name, row in zip(("first", "second"), _applied(side, 2), strict=True)}
    return {"kind": "apart", **names}


@action_row("pair.drop", NETWORK)
def drop(_world: World, side: Side) -> Fields:
    one, other = _applied(side, 2)
    rule = side.network.pair_rules.create(kind="apart", first=one, second=other, made_at=side.cohort.network.opened_at)
    return {"about": rule.key}


@action_row("cohorts.place", NETWORK)
def place(world: World, side: Side) -> Fields:
    waiting = ApplicationFactory(network=side.network, state="waitlisted", queued_at=side.network.opened_at)
    return {"about": waiting.key, "cohort": world.own.cohort.key, "way": "at_once", "reason": "A free seat"}


@action_row("cohorts.place", NETWORK, way="cohort", about="cohort")
def place_in(world: World, side: Side) -> Fields:
    return {**place(world, world.own), "cohort": side.cohort.key}


@action_row("cohorts.sweep", PLAIN, writes=False)
def sweep(_world: World, _side: Side) -> Fields:
    return {}


@action_row("cohorts.guide", NETWORK)
def guide(_world: World, side: Side) -> Fields:
    return {"about": side.cohort.key, "version": str(side.cohort.version), "facilitator": "", "deputy": ""}


@action_row("transfer.look", NETWORK, writes=False)
def transfer_look(world: World, side: Side) -> Fields:
    return {"about": side.cohort.key, "person": str(side.place("member").pk), "to": world.other.cohort.key}


@action_row("transfer.confirm", NETWORK)
def transfer(world: World, side: Side) -> Fields:
    return {**transfer_look(world, side), "version": str(side.cohort.version), "known": "on", "reason": "Shifts"}


@action_row("merge.look", NETWORK, writes=False)
def merge_look(world: World, side: Side) -> Fields:
    return {"about": side.cohort.key, "to": world.other.cohort.key}


@action_row("merge.confirm", NETWORK)
def merge(world: World, side: Side) -> Fields:
    agreed = {"both_agreed": "on", "known": "on", "reason": "Too few"}
    return {**merge_look(world, side), "version": str(side.cohort.version), **agreed}


def _many(side: Side) -> list[Membership]:
    return [MembershipFactory(cohort=side.cohort) for _nth in range(6)]


@action_row("split.look", NETWORK, writes=False)
def split_look(world: World, side: Side) -> Fields:
    # Who can be chosen are the people of the group, so a group that is none refuses all of them.
    people = [str(row.pk) for row in world.own.cohort.memberships.order_by("pk")[:4]] if side is not world.own else []
    return {"about": side.cohort.key, "people": people or [str(row.pk) for row in _many(side)[:4]]}


@action_row("split.confirm", NETWORK)
def split(_world: World, side: Side) -> Fields:
    people = " ".join(str(row.pk) for row in _many(side)[:4])
    given = {"people": people, "known": "on", "reason": "Too many"}
    return {"about": side.cohort.key, "version": str(side.cohort.version), **given}


def _about(side: Side) -> Fields:
    return {"about": side.cohort.key, "version": str(side.cohort.version)}


@action_row("membership.end")
def end(_world: World, side: Side) -> Fields:
    return {**_about(side), "member": str(side.place("late").pk), "reason": ""}


@action_row("membership.pause_for")
def pause_for(_world: World, side: Side) -> Fields:
    return {**_about(side), "member": str(side.place("late").pk), **PAUSE}


@action_row("membership.resume_for")
def resume_for(world: World, side: Side) -> Fields:
    row = side.place("late")
    row.paused_at, row.paused_until = world.moment - timedelta(hours=1), date(2027, 1, 20)
    row.save()
    return {"about": side.cohort.key, "member": str(row.pk)}


@action_row("session.substitute")
def substitute(world: World, side: Side) -> Fields:
    return {**_about(side), "session": side.ahead.key, "person": world.people["enrolled"].username, "reason": ""}


@action_row("substitute.end")
def end_substitution(_world: World, side: Side) -> Fields:
    return {"about": SubstitutionFactory(session=side.ahead).key}


@action_row("change.undo", NETWORK)
def undo(world: World, side: Side) -> Fields:
    near = side.network == world.other.network
    to = world.other.cohort if near else CohortFactory(network=side.network, number=7)
    change = transfer_member(
        side.cohort,
        to=to,
        user_id=side.user("late").pk,
        known=True,
        reason="Shifts",
        opened_version=side.cohort.version,
        by=world.people["admin"].pk,
        now=world.moment,
    )
    return {"about": change.key}
