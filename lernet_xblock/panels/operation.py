"""Named operations on the groups of a running network: each a page of its own, with a preview before anything is done.

Importing the module of an operation registers it; the order of import is the order in which they are offered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lernet_xblock.models import Cohort
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.viewer import Viewer

Context = Callable[[Viewer, Cohort, Params, Forms], dict[str, Any]]


@dataclass(frozen=True)
class Operation:
    """title: as a link under a group; template: of its page; context: what the page gets besides `cohort`."""

    name: str
    title: Any
    template: str
    context: Context


OPERATIONS: dict[str, Operation] = {}


def operation(name: str, *, title: Any) -> Callable[[Context], Context]:
    """Register the context function of the page `cohorts?change=<name>&cohort=<key>`."""

    def register(context: Context) -> Context:
        OPERATIONS[name] = Operation(name, title, f"lernet_xblock/operation_{name}.html", context)
        return context

    return register
