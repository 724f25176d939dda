"""The charter of a group: its versions, and the draft that the group makes its own."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Cohort
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.charter_forms import OPENED, TextForm, TextVersionForm, refused_here
from lernet_xblock.panels.charter_voice import voice_parts
from lernet_xblock.panels.forms import Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.sessions import choices
from lernet_xblock.queries.charter_draft import CharterPage, Draft, charter_page, find_led_draft, version_lines
from lernet_xblock.queries.session import choose_cohort, cohorts_of
from lernet_xblock.services import charter_draft as services
from lernet_xblock.services.charter import common_charter
from lernet_xblock.viewer import Viewer


def never(viewer: Viewer) -> bool:  # noqa: ARG001 - one signature
    """The panel is no entry of the menu: the page of the group leads to it."""
    return False


@panel("charter", title=gettext_lazy("Charter"), visible=permissions.takes_part, in_menu=never)
def charter(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the charter of one group. Raises NotFound for a group that does not concern the reader."""
    cohorts = cohorts_of(viewer)
    cohort = choose_cohort(viewer, cohorts, params.get("cohort", ""))
    shown: dict[str, Any] = {"choices": choices(cohorts, cohort), "address_of": "charter", "page": None}
    if cohort is None:
        return shown
    page = charter_page(viewer, cohort)
    return {
        **shown,
        "page": page,
        **_compared(cohort, params),
        **(_draft_parts(viewer, page, page.draft, forms) if page.draft else _begin_part(viewer, cohort, page, forms)),
    }


def _compared(cohort: Cohort, params: Params) -> dict[str, Any]:
    """Return the version that the address asks for, beside the one before it."""
    asked = params.get("version", "")
    if not asked:
        return {}
    if not (asked.isascii() and asked.isdigit() and len(asked) <= OPENED):
        raise NotFound
    return {"compared": int(asked), "compared_lines": version_lines(cohort, int(asked))}


def _begin_part(viewer: Viewer, cohort: Cohort, page: CharterPage, forms: Forms) -> dict[str, Any]:
    """Return the form to begin a draft, for the members and for who guides the group for good."""
    shown: dict[str, Any] = {"lost": refused_here(forms, but=("charter.draft",))}
    if not viewer.may_write or not (page.own or page.runs):
        return shown
    text = page.text or viewer.plan.charter_text or common_charter(cohort.working_language)
    begin = forms(TextForm, "charter.draft", about=page.key, initial={"text": text})
    return {**shown, "begin": begin, "beginning": begin.is_bound or not page.text}


def _draft_parts(viewer: Viewer, page: CharterPage, draft: Draft, forms: Forms) -> dict[str, Any]:
    parts = voice_parts(viewer, page, draft, forms)
    names = parts.pop("actions")
    if page.runs and viewer.may_write:
        initial = {"version": draft.version}
        revise = forms(TextVersionForm, "charter.revise", about=draft.key, initial={**initial, "text": draft.text})
        parts |= {
            "revise": revise,
            "revising": revise.is_bound,
            "in_force": forms(VersionedForm, "charter.enforce", about=draft.key, initial=initial),
            "drop": forms(VersionedForm, "charter.drop", about=draft.key, initial=initial),
            "dropping": forms.refused("charter.drop") is not None,
        }
        names = (*names, "charter.revise", "charter.enforce", "charter.drop")
    return {**parts, "standing": _standing(draft), "lost": refused_here(forms, but=names)}


def _standing(draft: Draft) -> list[str]:
    """Return how far the group is, in sentences."""
    found = draft.tally
    counted = {"yes": found.supporting, "n": found.members, "needed": found.needed}
    many = ngettext(
        "%(yes)d of %(n)d member supports this text; %(needed)d is needed.",
        "%(yes)d of %(n)d members support this text; %(needed)d are needed.",
        found.members,
    )
    if not found.open_objections:
        return [many % counted]
    waits = ngettext(
        "%(n)d objection waits for an answer.", "%(n)d objections wait for an answer.", found.open_objections
    )
    return [many % counted, waits % {"n": found.open_objections}]


@action("charter.draft", panel="charter", permission=permissions.belongs, form=TextForm, creates=True)
def begin(viewer: Viewer, form: TextForm) -> Reply:
    """Begin a draft with this text."""
    found = next((one for one in cohorts_of(viewer) if one.key == form.cleaned_data["about"]), None)
    own = permissions.is_member(viewer) and viewer.cohort == found
    if found is None or not (own or permissions.leads(viewer, found)):
        raise NotFound
    services.begin(found, text=form.cleaned_data["text"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("Your group can read the draft now, and say what it thinks of it."))


@action("charter.revise", panel="charter", permission=permissions.is_facilitator, form=TextVersionForm)
def revise(viewer: Viewer, form: TextVersionForm) -> Reply:
    """Change the text of the draft."""
    draft = find_led_draft(viewer, form.cleaned_data["about"])
    opened = form.cleaned_data["version"]
    services.revise(draft, text=form.cleaned_data["text"], opened_version=opened, by=viewer.user_id, now=viewer.now)
    return Reply(say=_("Saved. Those who supported the text before are asked again."))


@action("charter.enforce", panel="charter", permission=permissions.is_facilitator, form=VersionedForm)
def enforce(viewer: Viewer, form: VersionedForm) -> Reply:
    """Put the draft in force."""
    draft = find_led_draft(viewer, form.cleaned_data["about"])
    opened = form.cleaned_data["version"]
    services.put_in_force(draft, opened_version=opened, by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The new charter is in force. Everybody is asked to accept it."))


@action("charter.drop", panel="charter", permission=permissions.is_facilitator, form=VersionedForm)
def drop(viewer: Viewer, form: VersionedForm) -> Reply:
    """Drop the draft."""
    draft = find_led_draft(viewer, form.cleaned_data["about"])
    services.drop(draft, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The draft is dropped. The charter in force stays."))
