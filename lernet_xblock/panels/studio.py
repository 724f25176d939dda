"""Studio: the editor, and the author's preview with sample people."""

from typing import Any

from django.utils import translation

from lernet_xblock import permissions
from lernet_xblock.errors import StaleVersion
from lernet_xblock.host import Place
from lernet_xblock.i18n import LANGUAGES, gettext_lazy
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.action import IN_STUDIO, Reply, action
from lernet_xblock.panels.engine import render
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.opening import digest, past
from lernet_xblock.panels.panel import Address, Params, panel, render_panel
from lernet_xblock.panels.settings_shown import card_values, said, shown
from lernet_xblock.panels.studio_form import SettingsForm, initial_of
from lernet_xblock.panels.studio_holidays import HolidaysForm
from lernet_xblock.queries.network import Change, card, changes
from lernet_xblock.rules.authored import write
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.trajectory import check, notices
from lernet_xblock.rules.zones import zone_names
from lernet_xblock.sentences import COMMITMENT_VERSION, COMMITMENTS, SETTING_LABELS
from lernet_xblock.viewer import Viewer

# Two invented colleagues for the preview: an author has no group to look at.
SAMPLE_PEOPLE = (
    ("Mila", gettext_lazy("shift leader, packaging")),
    ("Karim", gettext_lazy("team coach, home care")),
    ("Anneke", gettext_lazy("works manager, bakery")),
)


def _in_studio(viewer: Viewer) -> bool:
    return permissions.is_known(viewer) and viewer.place is not Place.LEARN


def _may_edit(viewer: Viewer) -> bool:
    return permissions.is_author(viewer) and viewer.place is not Place.LEARN


def _never(_viewer: Viewer) -> bool:
    return False


def author_panel(viewer: Viewer) -> str:
    """Return the preview; a sentence where settings are not shown to this person."""
    return render_panel(viewer, Address("preview")) if _in_studio(viewer) else _closed(viewer)


def editor_panel(viewer: Viewer) -> str:
    """Return the editor; a sentence for somebody who is no author."""
    return render_panel(viewer, Address("studio")) if _may_edit(viewer) else _closed(viewer)


def _closed(viewer: Viewer) -> str:
    body = render("studio_closed.html", {})
    return render("fragments.html", {"viewer": viewer, "id": viewer.html_id, "menu": [], "body": body})


class SavedElsewhere(StaleVersion):
    """The settings were saved after this editor was opened: by somebody else, or in another tab."""

    def __init__(self, *, stored: Settings, typed: Settings) -> None:
        pairs = {name: (getattr(stored, name), getattr(typed, name)) for name in Settings.__dataclass_fields__}
        theirs = {name: shown(name, old) for name, (old, new) in pairs.items() if (old or None) != (new or None)}
        super().__init__(version=version_of(stored), theirs=theirs)
        self.sentence = _(
            "The settings were saved somewhere else after you opened them. What you typed is kept: compare it with"
            " what is stored now, and save again if yours should stand."
        )


def version_of(settings: Settings) -> int:
    """Return the number that stands for these settings: a block counts no versions of its own."""
    return int(digest(settings)[:8], 16)


def findings(viewer: Viewer, settings: Settings) -> dict[str, Any]:
    """Return what is still to do before applications can open, and what is worth knowing."""
    return {"missing": said(check(settings)), "notices": said((*past(viewer, settings), *notices(settings)))}


@panel("studio", title=gettext_lazy("Settings"), visible=_may_edit, in_menu=_never)
def studio(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return the editor over the block's own fields, whatever is in force in the course."""
    settings = viewer.authored()
    form = forms(SettingsForm, "studio.save", initial=initial_of(settings) | {"version": version_of(settings)})
    found = findings(viewer, settings)
    return {
        "menu": [],
        "form": form,
        "card": card(settings),
        "zones": zone_names(),
        "notices": found["notices"],
        "missing": [entry | {"id": form[entry["field"]].id_for_label} for entry in found["missing"]],
        "opened": viewer.network is not None,
        "pending": [SETTING_LABELS[one.name] for one in _pending(viewer, settings)],
    }


def _pending(viewer: Viewer, settings: Settings) -> tuple[Change, ...]:
    """Return what was changed since applications opened and is not in force."""
    return changes(viewer.network, settings) if viewer.network else ()


@action("studio.save", panel="studio", permission=permissions.is_author, form=SettingsForm, places=IN_STUDIO)
def save(viewer: Viewer, form: SettingsForm) -> Reply:
    """Write the settings into the block's fields; the runtime saves them after the handler. Raises StaleVersion."""
    stored, typed = viewer.authored(), form.settings
    if form.cleaned_data["version"] != version_of(stored) and write(typed) != write(stored):
        raise SavedElsewhere(stored=stored, typed=typed)
    viewer.keep(typed)
    return Reply(say=_("Saved."))


@action("studio.holidays", panel="studio", permission=permissions.is_author, form=HolidaysForm, places=IN_STUDIO)
def holidays(viewer: Viewer, form: HolidaysForm) -> Reply:  # noqa: ARG001 - one signature
    """Return the editor as it was typed, with the public holidays of a country among the days without session."""
    filled, sentence = form.filled()
    return Reply(say=sentence, once={"form": filled, "filled": True})


@panel("preview", title=gettext_lazy("Preview"), visible=_in_studio, in_menu=_never)
def preview(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return what learners will read, in a language of choice, with sample people."""
    settings = viewer.authored()
    language = params.get("language", "")
    language = language if language in LANGUAGES else viewer.language
    values = {
        "viewer": viewer,
        "id": viewer.html_id,
        "people": SAMPLE_PEOPLE,
        "commitment": COMMITMENTS[COMMITMENT_VERSION],
        **card_values(settings),
    }
    with translation.override(language):
        sample = render("studio_sample.html", values)
    return {
        "menu": [],
        "sample": sample,
        "language": language,
        "languages": LANGUAGES.items(),
        "configured": bool((settings.goal or "").strip()),
        "in_studio": viewer.place is Place.STUDIO,
        "opened": viewer.network is not None,
        **findings(viewer, settings),
    }
