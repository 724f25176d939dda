"""Merger: a group that became small goes on as part of another, after a look at what that means."""

from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Cohort
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.operation import operation
from lernet_xblock.panels.operation_transfer import REASON_LENGTH, room
from lernet_xblock.panels.operation_words import Fact, confirming, listed, previewed, refusal, sizes, undo_fact
from lernet_xblock.panels.organiser import own_cohort, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.change import Preview, destinations, merge_preview
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.services.merge import merge
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer


class MergeLookForm(ActionForm):
    """Into which group. Nothing is saved by it."""

    to = fields.CharField(label=gettext_lazy("Into which group"), max_length=20, required=False, widget=fields.Select)


class MergeForm(VersionedForm):
    """The merger as it was seen."""

    to = fields.CharField(max_length=20, widget=fields.HiddenInput)
    both_agreed = fields.BooleanField(label=gettext_lazy("I asked, and both groups agreed."))
    known = fields.BooleanField(
        label=gettext_lazy("I know about this pair, and decide it all the same."), required=False
    )
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("Only the admins of this network read it, in the history of the groups."),
    )


@operation("merge", title=gettext_lazy("Merge into another group"))
def merge_page(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the groups that have room for everybody, and what the merger would mean once one is chosen."""
    target = params.get("to", "")
    people = cohort.memberships.filter(active=True).count()
    held = cohort.offers.filter(open=True, expires_at__gt=viewer.now).count()
    choices = destinations(viewer, cohort, seats=people + held)
    choose = forms(MergeLookForm, "merge.look", about=cohort.key, initial={"to": target})
    # For the eye: the form itself also takes a choice that is not made yet.
    choose.fields["to"].required = True
    choose.fields["to"].widget.choices = [("", _("Choose a group")), *((one.key, room(one)) for one in choices)]
    shown: dict[str, Any] = {"label": cohort_label(cohort), "people": people + held, "choose": choose}
    shown |= {"possible": bool(choices or target), "refused": refusal(forms, "merge.confirm")}
    if not target or target == cohort.key:
        return shown
    preview = merge_preview(viewer, cohort, to=own_cohort(viewer, target))
    shown |= previewed(preview, _facts(viewer, preview))
    if not preview.obstacle:
        choice = {"about": cohort.key, "version": cohort.version, "to": target}
        shown["confirm"] = confirming(forms, MergeForm, "merge.confirm", preview, **choice)
        shown["submit"] = _("Merge the two groups")
    return shown


def _facts(viewer: Viewer, preview: Preview) -> list[Fact]:
    names = {"old": preview.old.label, "new": preview.new.label}
    return [
        (_("Who moves"), [listed(preview.moving)] if preview.moving else [_("Nobody.")]),
        sizes(preview.old, preview.new),
        (_("Cases"), _cases(preview, names)),
        (_("Sessions"), _sessions(viewer, preview, names)),
        (_("Charter"), [_("Whoever comes from %(old)s accepts the charter of %(new)s first.") % names]),
        (_("Who guides"), _guides(preview, names)),
        (
            _("Who is told"),
            [_("Everybody in both groups, and those who guide them. Names and reason stand in nothing they read.")],
        ),
        undo_fact(),
    ]


def _cases(preview: Preview, names: dict[str, str]) -> list[str]:
    kept = ngettext(
        "The %(n)d case of %(old)s keeps its readers: its original members, and nobody of %(new)s.",
        "The %(n)d cases of %(old)s keep their readers: its original members, and nobody of %(new)s.",
        preview.shared,
    )
    return [
        kept % {**names, "n": preview.shared} if preview.shared else _("%(old)s has shared no case.") % names,
        _("Whoever comes from %(old)s does not read what %(new)s has shared so far.") % names,
    ]


def _sessions(viewer: Viewer, preview: Preview, names: dict[str, str]) -> list[str]:
    gone = ngettext(
        "%(n)d session of %(old)s that is still ahead is cancelled.",
        "%(n)d sessions of %(old)s that are still ahead are cancelled.",
        preview.ahead,
    )
    found = [gone % {**names, "n": preview.ahead}] if preview.ahead else []
    found.append(_("What was held stays, with its results for those who were there."))
    if preview.next:
        text = _("Everybody meets with %(new)s, the next time on %(day)s.")
        found.append(text % {**names, "day": day(preview.next, viewer.zone)})
    return found


def _guides(preview: Preview, names: dict[str, str]) -> list[str]:
    if not preview.guides:
        return [_("%(new)s is guided as before.") % names]
    text = _("%(new)s is guided as before. %(people)s keep the cases of %(old)s; name them for %(new)s if you want.")
    one = _("%(new)s is guided as before. %(people)s keeps the cases of %(old)s; name them for %(new)s if you want.")
    return [(one if len(preview.guides) == 1 else text) % {**names, "people": listed(preview.guides)}]


@action("merge.look", panel="cohorts", permission=runs_network, form=MergeLookForm)
def look(viewer: Viewer, form: MergeLookForm) -> Reply:  # noqa: ARG001 - one signature
    """Go to the address of the preview; nothing is saved."""
    values = form.cleaned_data
    return Reply(panel="cohorts", params={"change": "merge", "cohort": values["about"], "to": values["to"]})


@action("merge.confirm", panel="cohorts", permission=runs_network, form=MergeForm)
def confirm(viewer: Viewer, form: MergeForm) -> Reply:
    """Merge the groups."""
    values = form.cleaned_data
    cohort, to = own_cohort(viewer, values["about"]), own_cohort(viewer, values["to"])
    merge(
        cohort,
        to=to,
        both_agreed=values["both_agreed"],
        known=values["known"],
        reason=values["reason"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    words = {"old": cohort_label(cohort), "new": cohort_label(to)}
    return Reply(say=_("%(old)s goes on as part of %(new)s.") % words, panel="cohorts")
