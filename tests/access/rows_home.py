"""Rows of the matrix: joining, offers, news, the evaluation, a place in a group, the calendar."""

from datetime import timedelta
from typing import Any

from lernet_xblock.models import Application, Case, Notice
from lernet_xblock.services.feed import make_feed
from tests.access.rows import GROUP, NETWORK, PLAIN, Fields, action_row
from tests.access.world import MOMENT, Side, World
from tests.factories import ApplicationFactory, OfferFactory, UserFactory

ANSWERS = {
    "function": "shift supervisor",
    "organisation": "Frisse Groenten",
    "department": "",
    "experience_years": "4",
    "language": "nl",
    "learning_question": "How do I start?",
}


@action_row("notice.seen", GROUP, about="keys")
def seen(world: World, side: Side) -> Fields:
    row = Notice.objects.create(
        network=side.network, user=side.user("member"), kind="welcome_back", cohort=side.cohort, at=world.moment
    )
    return {"keys": row.key}


def _asker(world: World, side: Side) -> Any:
    """Return the person whose application it is: the enrolled one, where it is the own network."""
    return world.people["enrolled"] if side is world.own else UserFactory()


def offered(world: World, side: Side) -> Fields:
    user = _asker(world, side)
    given = {"made_at": world.moment, "expires_at": world.moment + timedelta(days=2)}
    row = ApplicationFactory(network=side.network, user=user, state="offered", queued_at=world.moment)
    return {"about": OfferFactory(cohort=side.cohort, network=side.network, application=row, **given).key}


action_row("offer.accept")(offered)
action_row("offer.decline")(offered)
action_row("offer.take_back")(offered)


@action_row("pulse.answer")
def evaluate(_world: World, side: Side) -> Fields:
    return {"about": side.past.key, "useful": "4", "comment": ""}


@action_row("pulse.release", PLAIN)
def release(world: World, side: Side) -> Fields:
    world.moment = side.past.ends_at + timedelta(days=4)
    return {}


@action_row("application.submit", PLAIN)
def submit(_world: World, side: Side) -> Fields:
    _open(side)
    return {**ANSWERS, "commitment": "on"}


@action_row("application.edit", NETWORK)
def edit(world: World, side: Side) -> Fields:
    _open(side)
    row = ApplicationFactory(network=side.network, user=_asker(world, side))
    return {**ANSWERS, "about": row.key, "version": str(row.version), "department": "packaging"}


@action_row("application.withdraw", NETWORK)
def withdraw(world: World, side: Side) -> Fields:
    _open(side)
    return {"about": ApplicationFactory(network=side.network, user=_asker(world, side)).key}


@action_row("application.decline", NETWORK)
def decline(world: World, side: Side) -> Fields:
    _open(side)
    invited = {"state": Application.State.INVITED, "source": "import", "committed_at": None}
    return {"about": ApplicationFactory(network=side.network, user=_asker(world, side), **invited).key}


def _open(side: Side) -> None:
    side.network.state = "open"
    side.network.save()


@action_row("membership.leave")
def leave(world: World, side: Side) -> Fields:
    # A case giver is asked about their cases, so nobody has one here.
    Case.objects.filter(cohort__in=(world.own.cohort, side.cohort)).delete()
    return {"about": side.cohort.key, "reason": ""}


@action_row("membership.pause")
def pause(_world: World, side: Side) -> Fields:
    return {"about": side.cohort.key, "until": "2027-01-20", "reason": ""}


@action_row("membership.resume")
def resume(world: World, side: Side) -> Fields:
    until = (world.moment + timedelta(days=20)).date()
    side.cohort.memberships.filter(active=True).update(paused_at=MOMENT - timedelta(hours=1), paused_until=until)
    return {"about": side.cohort.key}


@action_row("calendar.make", PLAIN)
def make(_world: World, _side: Side) -> Fields:
    return {}


@action_row("calendar.end", PLAIN)
def end(world: World, side: Side) -> Fields:
    for user in (*side.people.values(), *world.other.people.values(), *world.people.values()):
        make_feed(user.pk, now=world.moment)
    return {}
