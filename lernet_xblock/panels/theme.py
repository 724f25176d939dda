"""Themes: similar cases side by side. Members see them; who guides the group makes, changes and dissolves them."""

from collections.abc import Iterable
from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_readership import reads_cases
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.queries import theme as queries
from lernet_xblock.queries.case_board import CaseLine
from lernet_xblock.services import theme as services
from lernet_xblock.viewer import Viewer


class CaseChoice(fields.MultipleChoiceField):
    """Some of the cases that a page listed. What was not on it is refused by the action, as what does not exist."""

    def valid_value(self, value: str) -> bool:
        """Take every key: the reader's own cases are looked up once, when the form is acted upon."""
        return value.isascii() and value.isalnum()


def _title() -> fields.CharField:
    return fields.CharField(label=gettext_lazy("What do these cases have in common?"), max_length=services.LONGEST)


def _cases() -> CaseChoice:
    return CaseChoice(label=gettext_lazy("Cases"), required=False, widget=fields.CheckboxSelectMultiple)


class MakeForm(ActionForm):
    """A new theme. `about`: the group."""

    title = _title()
    cases = _cases()


class ChangeForm(VersionedForm):
    """A theme as it stands: its name, and its cases beside those in no theme."""

    title = _title()
    cases = _cases()


def _offer(form: ActionForm, lines: Iterable[CaseLine]) -> ActionForm:
    form.fields["cases"].choices = [(line.key, line.title) for line in lines]
    return form


@panel(
    "theme",
    title=gettext_lazy("Similar cases"),
    visible=reads_cases,
    in_menu=lambda viewer: False,  # noqa: ARG005 - a panel's signature; the board leads here
)
def theme(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return the themes, and for who guides a group the forms to make and change them."""
    space = queries.theme_space(viewer)
    free = {group.key: group.free for group in space.groups}
    return {
        "themes": [_card(card, free.get(card.cohort_key, ()), forms) for card in space.themes],
        "groups": [
            {"label": group.label, "make": _offer(forms(MakeForm, "theme.make", about=group.key), group.free)}
            for group in space.groups
            if group.free
        ],
        "several": len(space.groups) > 1,
        "guides": bool(space.groups),
    }


def _card(card: queries.ThemeCard, free: Iterable[CaseLine], forms: Forms) -> dict[str, Any]:
    if not card.may_change:
        return {"card": card}
    initial = {"title": card.title, "version": card.version, "cases": [line.key for line in card.cases]}
    form = forms(ChangeForm, "theme.change", about=card.key, initial=initial)
    return {
        "card": card,
        "change": _offer(form, [*card.cases, *free]),
        "changing": form.is_bound,
        "dissolve": forms(VersionedForm, "theme.dissolve", about=card.key, initial={"version": card.version}),
    }


def _chosen(viewer: Viewer, keys: Iterable[str]) -> dict[str, Case]:
    """Return the readable cases of these keys. Raises NotFound where one is none."""
    wanted = set(keys)
    found = {case.key: case for case in queries.readable_cases(viewer) if case.key in wanted}
    if set(found) != wanted:
        raise NotFound
    return found


@action("theme.make", panel="theme", permission=permissions.is_facilitator, form=MakeForm, creates=True)
def make(viewer: Viewer, form: MakeForm) -> Reply:
    """Put cases side by side under a name."""
    group = queries.find_group(viewer, form.cleaned_data["about"])
    chosen = _chosen(viewer, form.cleaned_data["cases"])
    services.make(
        group,
        title=form.cleaned_data["title"],
        case_ids=[case.pk for case in chosen.values()],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("They stand side by side now. Who may read them has not changed."), panel="theme")


@action("theme.change", panel="theme", permission=permissions.is_facilitator, form=ChangeForm)
def change(viewer: Viewer, form: ChangeForm) -> Reply:
    """Give a theme another name or other cases; cases in it that the reader may not read stay in it."""
    own = queries.find_theme(viewer, form.cleaned_data["about"])
    chosen = {case.pk for case in _chosen(viewer, form.cleaned_data["cases"]).values()}
    inside = {case.pk for case in queries.readable_cases(viewer) if case.theme_id == own.pk}
    services.change(
        own,
        title=form.cleaned_data["title"],
        add=chosen - inside,
        remove=inside - chosen,
        opened_version=form.cleaned_data["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("Saved."), panel="theme")


@action("theme.dissolve", panel="theme", permission=permissions.is_facilitator, form=VersionedForm)
def dissolve(viewer: Viewer, form: VersionedForm) -> Reply:
    """Take a theme away."""
    own = queries.find_theme(viewer, form.cleaned_data["about"])
    services.dissolve(own, opened_version=form.cleaned_data["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The cases stand for themselves again."), panel="theme")
