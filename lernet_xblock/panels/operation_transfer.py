"""Transfer: one member goes to another group that has room, after a look at what that means."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Cohort, Membership
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.operation import operation
from lernet_xblock.panels.operation_words import Fact, confirming, previewed, refusal, sizes, undo_fact
from lernet_xblock.panels.organiser import own_cohort, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.change import Choice, Preview, destinations, transfer_preview
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.departure import member_lines
from lernet_xblock.services.transfer import transfer
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer

LARGEST_NUMBER = 2**63 - 1
REASON_LENGTH = 300


class TransferLookForm(ActionForm):
    """Who would go where. Nothing is saved by it."""

    person = fields.CharField(label=gettext_lazy("Who"), max_length=20, required=False, widget=fields.Select)
    to = fields.CharField(label=gettext_lazy("To which group"), max_length=20, required=False, widget=fields.Select)


class TransferForm(VersionedForm):
    """The transfer as it was seen."""

    person = fields.IntegerField(min_value=1, max_value=LARGEST_NUMBER, widget=fields.HiddenInput)
    to = fields.CharField(max_length=20, widget=fields.HiddenInput)
    known = fields.BooleanField(
        label=gettext_lazy("I know about this pair, and decide it all the same."), required=False
    )
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=REASON_LENGTH,
        required=False,
        help_text=gettext_lazy("Only the admins of this network read it, in the history of the groups."),
    )


@operation("transfer", title=gettext_lazy("Move a member"))
def transfer_page(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the choice of person and group, and what it would mean once both are chosen."""
    person, target = params.get("person", ""), params.get("to", "")
    choices = destinations(viewer, cohort, seats=1)
    shown: dict[str, Any] = {
        "label": cohort_label(cohort),
        "choose": _choose(viewer, cohort, forms, choices, person=person, to=target),
        "possible": bool(choices or target),
        "refused": refusal(forms, "transfer.confirm"),
    }
    if not (person.isdecimal() and len(person) < len(str(LARGEST_NUMBER)) and target):
        return shown
    preview = transfer_preview(viewer, cohort, to=own_cohort(viewer, target), number=int(person))
    if preview is None or target == cohort.key:
        return shown
    shown |= previewed(preview, _facts(viewer, preview))
    if not preview.obstacle:
        shown["confirm"] = _confirm(cohort, preview, forms, person=person, to=target)
        words = {"name": preview.moving[0], "group": preview.new.label}
        shown["submit"] = _("Move %(name)s to %(group)s") % words
    return shown


def _choose(
    viewer: Viewer,
    cohort: Cohort,
    forms: Forms,
    choices: tuple[Choice, ...],
    *,
    person: str,
    to: str,
) -> ActionForm:
    form = forms(TransferLookForm, "transfer.look", about=cohort.key, initial={"person": person, "to": to})
    form.fields["person"].widget.choices = [
        ("", _("Choose somebody")),
        *((line.number, line.name) for line in member_lines(viewer, cohort)),
    ]
    form.fields["to"].widget.choices = [("", _("Choose a group")), *((one.key, room(one)) for one in choices)]
    # For the eye: the form itself also takes a choice that is not made yet.
    form.fields["person"].required = form.fields["to"].required = True
    return form


def room(choice: Choice) -> str:
    """Return "Group B: 12 people, 3 seats free"."""
    free = ngettext("%(n)d seat free", "%(n)d seats free", choice.free) % {"n": choice.free}
    people = ngettext("%(n)d person", "%(n)d people", choice.people) % {"n": choice.people}
    return _("%(group)s: %(people)s, %(free)s") % {"group": choice.label, "people": people, "free": free}


def _confirm(cohort: Cohort, preview: Preview, forms: Forms, **choice: str) -> ActionForm:
    about = {"about": cohort.key, "version": cohort.version}
    form = confirming(forms, TransferForm, "transfer.confirm", preview, **about, **choice)
    form.fields["reason"].required = preview.late
    if preview.late:
        form.fields["reason"].help_text = _(
            "Half of the sessions have begun, so a reason is needed. Only admins read it."
        )
    return form


def _facts(viewer: Viewer, preview: Preview) -> list[Fact]:
    names = {"name": preview.moving[0], "old": preview.old.label, "new": preview.new.label}
    meets = _("%(name)s is expected in the sessions of %(new)s from now on.") % names
    if preview.next:
        text = _("%(name)s is expected in the sessions of %(new)s, the next time on %(day)s.")
        meets = text % {**names, "day": day(preview.next, viewer.zone)}
    return [
        sizes(preview.old, preview.new),
        (_("Cases"), [_cases(preview, names), _("%(name)s reads what %(new)s shares from now on.") % names]),
        (_("Sessions"), [meets]),
        (_("Charter"), [_("%(name)s accepts the charter of %(new)s before reading any case there.") % names]),
        (
            _("Who is told"),
            [_("%(name)s is told. Both groups and their facilitators read one line, without name or reason.") % names],
        ),
        undo_fact(),
    ]


def _cases(preview: Preview, names: dict[str, str]) -> str:
    reads = _("%(name)s no longer reads the cases of %(old)s.") % names
    if not preview.shared:
        return reads
    own = ngettext(
        "The %(n)d case that %(name)s shared stays with %(old)s, and %(name)s keeps reading it.",
        "The %(n)d cases that %(name)s shared stay with %(old)s, and %(name)s keeps reading them.",
        preview.shared,
    )
    return f"{reads} {own % {**names, 'n': preview.shared}}"


@action("transfer.look", panel="cohorts", permission=runs_network, form=TransferLookForm)
def look(viewer: Viewer, form: TransferLookForm) -> Reply:  # noqa: ARG001 - one signature
    """Go to the address of the preview; nothing is saved."""
    values = form.cleaned_data
    params = {"change": "transfer", "cohort": values["about"], "person": values["person"], "to": values["to"]}
    return Reply(panel="cohorts", params=params)


@action("transfer.confirm", panel="cohorts", permission=runs_network, form=TransferForm)
def confirm(viewer: Viewer, form: TransferForm) -> Reply:
    """Move the member."""
    values = form.cleaned_data
    cohort, to = own_cohort(viewer, values["about"]), own_cohort(viewer, values["to"])
    row = Membership.objects.filter(pk=values["person"], cohort=cohort).first()
    if row is None:
        raise NotFound
    transfer(
        cohort,
        to=to,
        user_id=row.user_id,
        known=values["known"],
        reason=values["reason"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    name = viewer.host.names([row.user_id]).get(row.user_id, "—")
    return Reply(say=_("%(name)s is in %(group)s now.") % {"name": name, "group": cohort_label(to)}, panel="cohorts")
