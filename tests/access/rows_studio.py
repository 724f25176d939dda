"""Rows of the matrix: what an author sets, opening a network, and lists of people."""

from dataclasses import replace

from lernet_xblock.models import PeopleImport
from lernet_xblock.rules.authored import block_field, write
from lernet_xblock.services.people_import import COPIED
from tests.access.page import form_of
from tests.access.rows import NETWORK, PLAIN, Fields, action_row
from tests.access.world import Side, World
from tests.factories import PLAN

ELSEWHERE = "lernet.d9.u9"


@action_row("studio.save", PLAIN, writes=False)
def save(world: World, _side: Side) -> Fields:
    return form_of(world, "admin", "studio", "studio.save")


@action_row("studio.holidays", PLAIN, writes=False)
def holidays(world: World, side: Side) -> Fields:
    return {**save(world, side), "country": "BE"}


@action_row("network.open", PLAIN)
def open_applications(world: World, _side: Side) -> Fields:
    world.usage = ELSEWHERE
    return form_of(world, "admin", "opening", "network.open")


@action_row("network.take_over", PLAIN)
def take_over(world: World, side: Side) -> Fields:
    side.network.state = "open"
    side.network.save()
    changed = write(
        replace(
            PLAN,
            goal="Shift leaders can plan a lighter shift together with others.",
        )
    )
    world.authored = {block_field(name): value for name, value in changed.items()}
    return form_of(world, "admin", "opening", "network.take_over")


@action_row("people.import", PLAIN, file=True)
def upload(world: World, _side: Side) -> Fields:
    return {"file": f"username;email;function;language\n{world.people['enrolled'].username};;Operator;nl\n"}


def _held(world: World, side: Side) -> Fields:
    who = world.people["enrolled"]
    words = dict.fromkeys(COPIED, "") | {"experience_years": 4, "availability": [], "language": "nl"}
    row = {**words, "user_id": who.pk, "username": who.username}
    held = PeopleImport.objects.create(
        network=side.network, rows=[row], uploaded_at=world.moment, uploaded_by=world.people["admin"]
    )
    return {"about": held.key}


@action_row("people.apply_import", NETWORK)
def apply_list(world: World, side: Side) -> Fields:
    return {**_held(world, side), "agreed": "on"}


@action_row("people.discard_import", NETWORK)
def discard(world: World, side: Side) -> Fields:
    return _held(world, side)
