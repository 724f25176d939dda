"""What a preview says: facts by term, what to think about, and why something cannot be done."""

from collections.abc import Sequence
from typing import Any

from lernet_xblock.i18n import LANGUAGES, gettext_lazy, ngettext
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.queries.change import CLOSING, GUIDES, LIMIT, MEETING, NO_ROOM, SMALL, Preview
from lernet_xblock.queries.move_scene import Side
from lernet_xblock.rules.regrouping import APART
from lernet_xblock.services.change import UNDO_HOURS

Fact = tuple[str, list[str]]

OBSTACLES: dict[str, Any] = {
    NO_ROOM: gettext_lazy("There is not enough room in this group, seats included that were offered to others."),
    GUIDES: gettext_lazy("Somebody who would move guides this group, and nobody is a member of a group they guide."),
    CLOSING: gettext_lazy("The closing session has begun: the groups stay as they are."),
    MEETING: gettext_lazy("A session is being held at this moment. Please wait until it is over."),
    LIMIT: gettext_lazy("This network cannot have more groups; the author can allow more in Studio."),
    SMALL: gettext_lazy("Each of the two groups needs at least two people."),
}


def sizes(*sides: Side) -> Fact:
    """Return how many people each group has now, and then."""
    return _("Sizes"), [_size(side) for side in sides]


def undo_fact() -> Fact:
    """Return until when it can be taken back."""
    text = _(
        "For %(hours)d hours, in the history of the group, as long as nothing was built on it: no session begun,"
        " nothing shared, nobody moved again."
    )
    return _("Undo"), [text % {"hours": UNDO_HOURS}]


def previewed(preview: Preview, facts: list[Fact]) -> dict[str, Any]:
    """Return what the template of a preview gets."""
    return {"facts": facts, "warnings": warnings(preview), "obstacle": OBSTACLES.get(preview.obstacle, "")}


def confirming(forms: Forms, form_class: type[ActionForm], action: str, preview: Preview, **initial: Any) -> ActionForm:
    """Return the form that does what is previewed; what was refused for another choice goes with a fresh one.

    initial: `about` and what the form carries of the choice, as text, with the version.
    """
    about = initial.pop("about")
    form = forms(form_class, action, about=about, initial=initial)
    if form.is_bound and any(form.data.get(name) != value for name, value in initial.items() if name != "version"):
        refused = form
        form = form_class(viewer=refused.viewer, action=action, about=about, initial=initial)
        form.initial["reason"], form.sentence = refused.data.get("reason", ""), refused.sentence
    if not preview.pairs:
        del form.fields["known"]
    return form


def refusal(forms: Forms, action: str) -> str:
    """Return why the action was just refused, "" when it was not; for a page that shows no form for it any more."""
    refused = forms.refused(action)
    return refused.sentence if refused is not None else ""


def listed(names: Sequence[str]) -> str:
    """Return "Anke, Bo and Cleo"."""
    *some, last = names
    return _("%(some)s and %(last)s") % {"some": ", ".join(some), "last": last} if some else last


def warnings(preview: Preview) -> list[str]:
    """Return what an admin should have thought about; nothing of it stands in the way."""
    found = [_below(side) for side in (preview.old, preview.new) if side.below and side.after]
    if preview.new.above:
        text = _("%(group)s then has more people than its maximum of %(maximum)d.")
        found.append(text % {"group": preview.new.label, "maximum": preview.new.maximum})
    if preview.language:
        text = _("%(group)s works in another language: %(language)s.")
        language = LANGUAGES.get(preview.language, preview.language)
        found.append(text % {"group": preview.new.label, "language": language})
    for pair in preview.pairs:
        names = {"first": pair.first, "second": pair.second}
        apart = _("%(first)s and %(second)s are to be kept apart, and would be in one group.")
        together = _("%(first)s and %(second)s are to be together, and would be in different groups.")
        found.append((apart if pair.kind == APART else together) % names)
    return found


def _size(side: Side) -> str:
    text = ngettext(
        "%(group)s: %(before)d now, then %(after)d person.",
        "%(group)s: %(before)d now, then %(after)d people.",
        side.after,
    )
    said = text % {"group": side.label, "before": side.before, "after": side.after}
    if not side.offered:
        return said
    held = ngettext("%(n)d seat was offered to somebody.", "%(n)d seats were offered to somebody.", side.offered)
    return f"{said} {held % {'n': side.offered}}"


def _below(side: Side) -> str:
    text = _("%(group)s then has fewer people than its minimum of %(minimum)d; it goes on.")
    return text % {"group": side.label, "minimum": side.minimum}
