"""Leaving a group oneself: what becomes of what one told, and an optional reason."""

from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, own_words
from lernet_xblock.queries.departure import seat_ahead, told_by_reader
from lernet_xblock.services.departure import Parting, Told, leave
from lernet_xblock.viewer import Viewer

CASE = "case-"
# What may be gone by the time the form arrives.
OWN = (CASE, "contributions", "takeaways")
CASE_CHOICES = (
    (Told.NAMED.value, gettext_lazy("It stays, with my name")),
    (Told.UNNAMED.value, gettext_lazy("It stays, as that of a former member")),
    (Told.REMOVED.value, gettext_lazy("It goes: from now on only I can read it")),
)
TAKEAWAY_CHOICES = (
    (Told.NAMED.value, gettext_lazy("They stay, with my name")),
    (Told.REMOVED.value, gettext_lazy("They go: from now on only I can read them")),
)
VOICE_CHOICES = (
    (Told.NAMED.value, gettext_lazy("They stay, with my name")),
    (Told.UNNAMED.value, gettext_lazy("They stay, as those of a former member")),
)


def _choice(label: Any, choices: tuple[tuple[str, Any], ...]) -> fields.ChoiceField:
    return fields.ChoiceField(label=label, choices=choices, widget=fields.RadioSelect)


class LeaveForm(ActionForm):
    """What somebody who leaves decides. It has a field for each case that is shared at this moment."""

    reason = fields.CharField(
        label=gettext_lazy("Why, if you want to say it"),
        max_length=300,
        required=False,
        widget=fields.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only the admins of this network read it. Your group is not told."),
    )

    def prepare(self) -> None:
        """Ask about what the person told, first."""
        words = told_by_reader(self.viewer)
        asked: dict[str, fields.Field] = {}
        for key, title in words.cases:
            asked[f"{CASE}{key}"] = _choice(_("Your case “%(title)s”") % {"title": title}, CASE_CHOICES)
        if words.contributions:
            asked["contributions"] = _choice(_("Your questions, answers and suggestions"), VOICE_CHOICES)
        if words.takeaways:
            asked["takeaways"] = _choice(_("What you took home and let others read"), TAKEAWAY_CHOICES)
        # A case that was withdrawn in another window meanwhile is not asked about any more.
        gone = [name for name in self.data if name.startswith(OWN) and name not in asked]
        asked |= {name: fields.CharField(required=False, widget=fields.HiddenInput) for name in gone}
        for field in asked.values():
            field.error_messages.update(own_words(field))
        self.fields |= asked
        self.order_fields(asked)

    def parting(self) -> Parting:
        """Return the decisions, as the service takes them."""
        decided = {name: value for name, value in self.cleaned_data.items() if name.startswith(CASE) and value}
        cases = {name.removeprefix(CASE): Told(value) for name, value in decided.items()}
        rest = {name: self.cleaned_data.get(name) for name in ("contributions", "takeaways")}
        return Parting(cases, **{name: Told(value) for name, value in rest.items() if value in set(Told)})


def leave_page(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return what leaving means and the form to do it. Raises NotFound for who is in no group."""
    if viewer.cohort is None or not permissions.is_member(viewer):
        raise NotFound
    form = forms(LeaveForm, "membership.leave", about=viewer.cohort.key) if viewer.may_write else None
    return {"leaving": seat_ahead(viewer, viewer.cohort), "leave": form}


@action("membership.leave", panel="group", permission=permissions.is_member, form=LeaveForm)
def leave_group(viewer: Viewer, form: LeaveForm) -> Reply:
    """End the own membership."""
    if viewer.membership is None or viewer.membership.cohort.key != form.cleaned_data["about"]:
        raise NotFound
    leave(viewer.membership, now=viewer.now, parting=form.parting(), reason=form.cleaned_data["reason"])
    return Reply(say=_("You have left the network."), panel="home")
