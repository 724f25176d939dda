"""What a case says, on its page: the text itself is in the template, here is what stands around it."""

from typing import Any

from lernet_xblock.models import Case
from lernet_xblock.panels.case_attachment import attaching, shown
from lernet_xblock.panels.case_audience import for_whom
from lernet_xblock.panels.case_forms import HELP
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.case_scene import CaseScene


def help_words(case: Case) -> list[Any]:
    """Return what would help its owner, in words."""
    return [HELP[one] for one in Case.HELP if one in case.help_wanted]


def text_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return help wanted, links and files, and for whom it is; the owner can add links and files."""
    rows = shown(scene.viewer, scene.case)
    own = scene.mine and scene.shared
    return {
        "help_wanted": help_words(scene.case),
        "for_whom": "" if scene.mine else for_whom(scene.case),
        **(attaching(scene.case, rows, forms) if own else {"attached": rows}),
    }
