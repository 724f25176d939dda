"""The form that a page shows, as somebody would send it back."""

from typing import Any

from lxml import html

from tests.access.world import World
from tests.runtime import get

PROTOCOL = ("_key",)


def form_of(world: World, actor: str, address: str, action: str, about: str | None = None) -> dict[str, Any]:
    """Return the fields of an action's form on a page. about: which of several."""
    shown = get(world.block(actor), address)
    tree = html.fromstring(f"<div>{shown.text}</div>")
    for form in tree.iterfind(f".//form[@data-action='{action}']"):
        pairs = [pair for pair in form.form_values() if pair[0] not in PROTOCOL]
        values = {name: [value for other, value in pairs if other == name] for name, _value in pairs}
        if about is None or values.get("about", [""]) == [about]:
            return {name: given if len(given) > 1 else given[0] for name, given in values.items()}
    raise AssertionError(f"{address} shows {actor} no form of {action} ({shown.status_int})")
