"""Rows of the matrix: the charter, its drafts and what people say to them."""

from lernet_xblock.models import CharterDraft, CharterVoice
from tests.access.rows import Fields, action_row
from tests.access.world import MOMENT, SHARED, Side, World
from tests.factories import CharterFactory


def _second(side: Side) -> Fields:
    """Return what is sent about a second version, so that nobody has accepted what is in force."""
    charter = CharterFactory(cohort=side.cohort, version=2, text="Second words.", in_force_at=SHARED)
    return {"about": side.cohort.key, "charter": str(charter.version)}


@action_row("charter.accept")
def accept(_world: World, side: Side) -> Fields:
    return {**_second(side), "agreed": "on"}


@action_row("charter.refuse")
def refuse(_world: World, side: Side) -> Fields:
    return _second(side)


@action_row("charter.draft")
def draft(_world: World, side: Side) -> Fields:
    return {"about": side.cohort.key, "text": "What is said here stays here, also after the programme."}


def draft_of(side: Side) -> CharterDraft:
    given = {"cohort": side.cohort, "text": "It stays here, always.", "base": 1, "made_at": SHARED, "saved_at": SHARED}
    return CharterDraft.objects.create(**given)


def _about(side: Side) -> Fields:
    row = draft_of(side)
    return {"about": row.key, "version": str(row.version)}


@action_row("charter.support")
def support(_world: World, side: Side) -> Fields:
    return _about(side)


@action_row("charter.object")
def object_to(_world: World, side: Side) -> Fields:
    return {**_about(side), "objection": "What about my manager?"}


@action_row("charter.unsay")
def unsay(_world: World, side: Side) -> Fields:
    row = draft_of(side)
    people = {name: user for name, user in side.people.items() if name not in {"guide", "former"}}
    for user in people.values():
        CharterVoice.objects.create(draft=row, user=user, supports=True, about=1, said_at=MOMENT)
    return {"about": row.key}


@action_row("charter.answer")
def answer(_world: World, side: Side) -> Fields:
    given = {"supports": False, "objection": "My manager?", "about": 1, "said_at": MOMENT}
    row = CharterVoice.objects.create(draft=draft_of(side), user=side.user("member"), **given)
    return {"about": row.key, "version": str(row.version), "answer": "Managers read nothing."}


@action_row("charter.revise")
def revise(_world: World, side: Side) -> Fields:
    return {**_about(side), "text": "It stays here, always and everywhere."}


@action_row("charter.enforce")
def enforce(_world: World, side: Side) -> Fields:
    row = draft_of(side)
    for stay in side.cohort.memberships.filter(active=True):
        CharterVoice.objects.create(draft=row, user_id=stay.user_id, supports=True, about=1, said_at=MOMENT)
    return {"about": row.key, "version": str(row.version)}


@action_row("charter.drop")
def drop(_world: World, side: Side) -> Fields:
    return _about(side)
