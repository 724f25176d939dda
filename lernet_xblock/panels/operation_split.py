"""Split: a group becomes two, after a look at who would be where."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms as fields

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Cohort, Membership
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.operation import operation
from lernet_xblock.panels.operation_transfer import REASON_LENGTH
from lernet_xblock.panels.operation_words import Fact, confirming, listed, previewed, refusal, sizes, undo_fact
from lernet_xblock.panels.organiser import own_cohort, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.change import Preview, split_preview, suggested_half
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.departure import MemberLine, member_lines
from lernet_xblock.rules.sizing import SMALLEST_BOUND
from lernet_xblock.services.split import split
from lernet_xblock.viewer import Viewer

HEX = 16
# Numbers of memberships of the largest group, with spaces between.
LONGEST_LIST = 800


class SplitLookForm(ActionForm):
    """Who would go on in the new group. Nothing is saved by it."""

    people = fields.MultipleChoiceField(
        label=gettext_lazy("Who goes on in the new group"),
        required=False,
        widget=fields.CheckboxSelectMultiple,
    )

    def offer(self, lines: Sequence[MemberLine]) -> None:
        """Let the people of the group be chosen."""
        self.fields["people"].choices = [(str(line.number), line.name) for line in lines]

    def prepare(self) -> None:
        """Take the people of the group that the form is about, whoever they are by now."""
        if self.is_bound and self.viewer.network is not None:
            cohort = self.viewer.network.cohorts.filter(key=self.data.get("about", "")).first()
            self.offer(member_lines(self.viewer, cohort) if cohort else ())


class SplitForm(VersionedForm):
    """The split as it was seen. people: numbers of memberships, a space between."""

    people = fields.RegexField(r"\A[0-9]{1,19}( [0-9]{1,19})*\Z", max_length=LONGEST_LIST, widget=fields.HiddenInput)
    known = fields.BooleanField(
        label=gettext_lazy("I know about this pair, and decide it all the same."), required=False
    )
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("Only the admins of this network read it, in the history of the groups."),
    )


def packed(numbers: Sequence[int], chosen: Collection[int]) -> str:
    """Return who of the ordered numbers is chosen, as hexadecimal digits: an address is short."""
    return f"{sum(1 << place for place, number in enumerate(numbers) if number in chosen):x}"


def unpacked(numbers: Sequence[int], text: str) -> frozenset[int]:
    """Return what `packed` was given; nobody for what makes no sense."""
    try:
        bits = int(text[: len(numbers)], HEX)
    except ValueError:
        return frozenset()
    return frozenset(number for place, number in enumerate(numbers) if bits >> place & 1)


@operation("split", title=gettext_lazy("Split into two groups"))
def split_page(viewer: Viewer, cohort: Cohort, params: Params, forms: Forms) -> dict[str, Any]:
    """Return who could go on in a new group, at first two halves, and what that would mean."""
    lines = member_lines(viewer, cohort)
    numbers = sorted(line.number for line in lines)
    chosen = unpacked(numbers, params["who"]) if params.get("who") else suggested_half(cohort)
    choose = forms(SplitLookForm, "split.look", about=cohort.key, initial={"people": [str(one) for one in chosen]})
    choose.offer(lines)
    shown: dict[str, Any] = {"label": cohort_label(cohort), "choose": choose, "suggested": not params.get("who")}
    shown |= {"possible": len(lines) >= 2 * SMALLEST_BOUND, "refused": refusal(forms, "split.confirm")}
    if not shown["possible"]:
        return shown
    preview = split_preview(viewer, cohort, numbers=chosen)
    shown |= previewed(preview, _facts(preview))
    if not preview.obstacle:
        choice = {"about": cohort.key, "version": cohort.version, "people": " ".join(map(str, sorted(chosen)))}
        shown["confirm"] = confirming(forms, SplitForm, "split.confirm", preview, **choice)
        shown["submit"] = _("Split the group")
    return shown


def _facts(preview: Preview) -> list[Fact]:
    names = {"old": preview.old.label, "new": preview.new.label}
    return [
        (preview.new.label, [listed(preview.moving)] if preview.moving else [_("Nobody yet.")]),
        (preview.old.label, [listed(preview.staying)] if preview.staying else [_("Nobody.")]),
        sizes(preview.old, preview.new),
        (_("Cases"), _cases(preview)),
        (_("Sessions"), _sessions(preview, names)),
        (_("Charter"), [_("%(new)s gets the charter of %(old)s, and its members accept it anew.") % names]),
        (_("Who guides"), [_("%(old)s is guided as before. Say afterwards who guides %(new)s.") % names]),
        (
            _("Who is told"),
            [_("Everybody in the group, and those who guide it. Names and reason stand in nothing they read.")],
        ),
        undo_fact(),
    ]


def _cases(preview: Preview) -> list[str]:
    kept = ngettext(
        "Both groups go on reading the %(n)d case that was shared so far.",
        "Both groups go on reading the %(n)d cases that were shared so far.",
        preview.shared,
    )
    return [
        kept % {"n": preview.shared} if preview.shared else _("No case was shared so far."),
        _("From now on, each group reads what it shares itself."),
    ]


def _sessions(preview: Preview, names: dict[str, str]) -> list[str]:
    if not preview.ahead:
        return [_("%(old)s has no session ahead, so %(new)s gets none.") % names]
    copied = ngettext(
        "%(new)s gets the %(n)d session that %(old)s has ahead, at the same time and place.",
        "%(new)s gets the %(n)d sessions that %(old)s has ahead, at the same times and places.",
        preview.ahead,
    )
    return [
        copied % {**names, "n": preview.ahead},
        _("The online link is not copied: each group needs a room of its own."),
    ]


@action("split.look", panel="cohorts", permission=runs_network, form=SplitLookForm)
def look(viewer: Viewer, form: SplitLookForm) -> Reply:
    """Go to the address of the preview; nothing is saved."""
    cohort = own_cohort(viewer, form.cleaned_data["about"])
    numbers = sorted(line.number for line in member_lines(viewer, cohort))
    who = packed(numbers, {int(one) for one in form.cleaned_data["people"]})
    return Reply(panel="cohorts", params={"change": "split", "cohort": cohort.key, "who": who})


@action("split.confirm", panel="cohorts", permission=runs_network, form=SplitForm)
def confirm(viewer: Viewer, form: SplitForm) -> Reply:
    """Split the group."""
    values = form.cleaned_data
    cohort = own_cohort(viewer, values["about"])
    numbers = {int(one) for one in values["people"].split()}
    rows = Membership.objects.filter(pk__in=numbers, cohort=cohort, active=True)
    people = list(rows.values_list("user_id", flat=True))
    if len(people) < len(numbers):
        raise RuleViolation(_("The people of this group changed meanwhile. Please look again."))
    change = split(
        cohort,
        user_ids=people,
        known=values["known"],
        reason=values["reason"],
        opened_version=values["version"],
        by=viewer.user_id,
        now=viewer.now,
    )
    made = Cohort.objects.get(pk=change.done["cohorts"][1])
    words = {"new": cohort_label(made), "old": cohort_label(cohort)}
    return Reply(say=_("%(new)s was made out of %(old)s. Say now who guides it.") % words, panel="cohorts")
