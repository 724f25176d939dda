"""Rows of the matrix: sessions, who comes and who was there, date polls."""

from datetime import date, timedelta

from lernet_xblock.models import Poll
from lernet_xblock.panels.poll_words import PARTS
from lernet_xblock.rules.authored import write
from tests.access.rows import Fields, action_row
from tests.access.world import Side, World
from tests.factories import PLAN, PollFactory

WHEN = {"date": "2027-01-07", "time": "13:30", "minutes": "180"}
WHY = {"known": "on", "reason": "The room is flooded"}


@action_row("rsvp.answer")
def come(_world: World, side: Side) -> Fields:
    return {"about": side.ahead.key, "answer": "coming"}


@action_row("attendance.check_in")
def check_in(world: World, side: Side) -> Fields:
    side.network.authored = {**write(PLAN), "self_check_in": True}
    side.network.self_check_version = 1
    side.network.save()
    world.moment = side.ahead.starts_at + timedelta(minutes=5)
    return {"about": side.ahead.key}


def _version(side: Side) -> Fields:
    return {"about": side.ahead.key, "version": str(side.ahead.version)}


@action_row("session.edit")
def edit(_world: World, side: Side) -> Fields:
    return {**_version(side), "title": "Handover", "place": "Namur", "meeting_link": "", "notes": ""}


@action_row("session.look", writes=False)
def look(_world: World, side: Side) -> Fields:
    return {"about": side.ahead.key, "do": "move", **WHEN}


@action_row("session.move")
def move(_world: World, side: Side) -> Fields:
    return {**_version(side), **WHEN, **WHY}


@action_row("session.replace")
def replace(_world: World, side: Side) -> Fields:
    return {**_version(side), **WHEN, **WHY}


@action_row("session.drop")
def drop(_world: World, side: Side) -> Fields:
    return {**_version(side), **WHY}


@action_row("session.merge_look", writes=False)
def merge_look(_world: World, side: Side) -> Fields:
    return {"about": side.ahead.key, "into": side.sessions[2].key, "minutes": ""}


@action_row("session.merge")
def merge(_world: World, side: Side) -> Fields:
    into = side.sessions[2]
    return {**_version(side), **WHY, "into": into.key, "minutes": "180", "into_version": str(into.version)}


@action_row("session.merge", way="into", about="into")
def merge_into(world: World, side: Side) -> Fields:
    """The session it goes into is the one that is asked about; the one that ends is the own one."""
    into = side.sessions[2]
    given = {**WHY, "into": into.key, "minutes": "180", "into_version": str(into.version)}
    return {**_version(world.own), **given}


@action_row("session.hold")
def hold(_world: World, side: Side) -> Fields:
    return {"about": side.past.key, "version": str(side.past.version)}


@action_row("session.not_held")
def not_held(_world: World, side: Side) -> Fields:
    return {"about": side.past.key, "version": str(side.past.version), "reason": "Snow"}


def _not_held(side: Side) -> Fields:
    side.past.state = "not_held"
    side.past.save()
    return {"about": side.past.key, "version": str(side.past.version)}


@action_row("session.take_back")
def take_back(_world: World, side: Side) -> Fields:
    return _not_held(side)


@action_row("session.instead")
def instead(_world: World, side: Side) -> Fields:
    return {**_not_held(side), **WHEN, "date": "2026-12-17", "known": "on"}


@action_row("attendance.set", missing="f0" * 10 + "-1")
def record(_world: World, side: Side) -> Fields:
    about = f"{side.past.key}-{side.place('member').pk}"
    return {"about": about, "version": "0", "state": "present", "minutes": "150"}


@action_row("attendance.rest")
def record_rest(_world: World, side: Side) -> Fields:
    return {"about": side.past.key}


def poll_of(side: Side) -> Poll:
    return PollFactory(cohort=side.cohort, days=(date(2027, 1, 12), date(2027, 1, 19)))


@action_row("poll.pick")
def pick(_world: World, side: Side) -> Fields:
    poll = poll_of(side)
    return {"about": poll.options.first().key, "version": str(poll.version)}


@action_row("poll.end")
def end(_world: World, side: Side) -> Fields:
    poll = poll_of(side)
    return {"about": poll.key, "version": str(poll.version)}


@action_row("poll.propose", writes=False)
def propose(_world: World, side: Side) -> Fields:
    dates = {"first": "2027-01-11", "last": "2027-01-22"}
    return {"about": side.cohort.key, **dates, "weekdays": ["1", "3"], "times": "", "parts": list(PARTS)[:2]}


LINES = "2027-01-12 13:30\n2027-01-19 13:30"


@action_row("poll.ask")
def ask(_world: World, side: Side) -> Fields:
    return {"about": side.cohort.key, "lines": LINES, "share_percent": "75", "answers_until": "2027-01-05"}


@action_row("poll.extend")
def extend(_world: World, side: Side) -> Fields:
    poll = poll_of(side)
    return {"about": poll.key, "version": str(poll.version), "lines": "2027-01-26 13:30"}


@action_row("poll.answer")
def answer(_world: World, side: Side) -> Fields:
    return {"about": poll_of(side).options.first().key, "answer": "yes"}


@action_row("poll.rest")
def answer_rest(_world: World, side: Side) -> Fields:
    return {"about": poll_of(side).key}
