"""A page for a team meeting, made of one takeaway: what its owner ticked and nothing else, shown once, never kept."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.takeaway_forms import BRIEF, BriefForm
from lernet_xblock.queries.takeaway import Line, find_own, own_line
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer


def brief_form(line: Line, forms: Forms) -> ActionForm:
    """Return the form that asks what goes in: only what the line has is offered."""
    form = forms(BriefForm, "takeaway.brief", about=line.key, initial={"fields_in": ["text"]})
    if isinstance(form, BriefForm):
        form.offer({name: bool(getattr(line, name)) for name in BRIEF})
    return form


def brief_of(line: Line, *, ticked: list[str], own_line: str) -> list[tuple[str, str]]:
    """Return the ticked fields as labels and words, and the own sentence with the label ""."""
    words = {
        "text": line.text,
        "happened": line.happened,
        "with_whom": line.with_whom,
        "by_date": day(line.by_date) if line.by_date else "",
    }
    parts = [(str(label), words[name]) for name, label in BRIEF.items() if name in ticked and words[name]]
    return [*parts, ("", own_line)] if own_line else parts


@action("takeaway.brief", panel="journal", permission=permissions.keeps_journal, form=BriefForm)
def brief(viewer: Viewer, form: BriefForm) -> Reply:
    """Show the page this one time."""
    found = find_own(viewer, form.cleaned_data["about"])
    typed = form.cleaned_data
    parts = brief_of(own_line(viewer, found), ticked=typed["fields_in"], own_line=typed["own_line"])
    if not parts:
        raise RuleViolation(_("There is nothing in what you ticked."), field="fields_in")
    once: dict[str, Any] = {
        "brief": parts,
        "brief_text": "\n\n".join(f"{label}: {words}" if label else words for label, words in parts),
    }
    said = _("This is your page. It is shown this one time, and not kept.")
    return Reply(say=said, panel="journal", params={"line": found.key}, once=once)
