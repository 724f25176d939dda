"""Panels: what a person can open. One module each; the registry is filled by importing them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lernet_xblock.errors import NotFound
from lernet_xblock.panels.engine import render
from lernet_xblock.panels.forms import Forms
from lernet_xblock.viewer import Viewer

Params = Mapping[str, str]
LONGEST_ADDRESS = 300


def page_number(params: Params) -> int:
    """Return the page that an address asks for; what makes no sense is the first one."""
    page = params.get("page", "")
    return int(page) if re.fullmatch("[0-9]{1,6}", page) else 1


@dataclass(frozen=True)
class Panel:
    """`context` returns what the template gets; `visible` says whether the panel exists for the viewer at all."""

    name: str
    title: Any
    template: str
    visible: Callable[[Viewer], bool]
    context: Callable[[Viewer, Params, Forms], dict[str, Any]]
    in_menu: Callable[[Viewer], bool] | None = None


PANELS: dict[str, Panel] = {}


@dataclass(frozen=True)
class Address:
    """Which panel, looked at how: `cases?case=4f…` names one case of the panel of cases."""

    panel: str
    params: Params = field(default_factory=dict)

    def __str__(self) -> str:
        query = urlencode({name: value for name, value in self.params.items() if value})
        return f"{self.panel}?{query}" if query else self.panel

    @classmethod
    def parse(cls, text: str, default: str = "home") -> "Address":
        """Return the address a script sent; anything odd in it finds nothing later."""
        name, _mark, query = text[:LONGEST_ADDRESS].partition("?")
        return cls(name or default, dict(parse_qsl(query)))


def panel(
    name: str,
    *,
    title: Any,
    visible: Callable[[Viewer], bool],
    template: str = "",
    in_menu: Callable[[Viewer], bool] | None = None,
) -> Callable[[Callable[[Viewer, Params, Forms], dict[str, Any]]], Callable[..., dict[str, Any]]]:
    """Register the context function as a panel; its order in the menu is the order of import."""

    def register(context: Callable[[Viewer, Params, Forms], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        PANELS[name] = Panel(name, title, template or f"{name}.html", visible, context, in_menu)
        return context

    return register


def menu(viewer: Viewer, current: str) -> list[dict[str, Any]]:
    """Return the panels this person has business with, in order."""
    shown = (one for one in PANELS.values() if one.visible(viewer) and (one.in_menu or one.visible)(viewer))
    return [{"name": one.name, "title": one.title, "current": one.name == current} for one in shown]


def find_panel(viewer: Viewer, name: str) -> Panel:
    """Return the panel. Raises NotFound when there is none or it is not for this person."""
    found = PANELS.get(name)
    if found is None or not found.visible(viewer):
        raise NotFound
    return found


def render_panel(
    viewer: Viewer,
    address: Address,
    forms: Forms | None = None,
    say: str = "",
    once: Mapping[str, Any] | None = None,
) -> str:
    """Return the fragments of a panel: menu and panel, each a `data-fragment`. once: see Reply."""
    found = find_panel(viewer, address.panel)
    forms = forms or Forms(viewer)
    values = {
        "viewer": viewer,
        "id": viewer.html_id,
        "panel": found,
        "address": str(address),
        "say": say,
        "menu": menu(viewer, found.name),
        "forms": forms,
        **found.context(viewer, address.params, forms),
        **(once or {}),
    }
    return render("fragments.html", {**values, "body": render(found.template, values)})
