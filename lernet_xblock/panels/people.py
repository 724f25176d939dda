"""People, for the admin: how many groups they make, who is in them and guides them, and everybody by name."""

import re
from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Cohort, Facilitation
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.cohorts import forming, groups_of, listed, own_network, runs_network
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.people_import import importing
from lernet_xblock.queries.application import decision_is_over
from lernet_xblock.queries.cohort import FormedGroup, NetworkSizing, Way, cohort_label, formed_groups
from lernet_xblock.queries.people import PeoplePage, late_applicants, people_page
from lernet_xblock.rules.sizing import advised_option
from lernet_xblock.services.cohort import BEFORE_GROUPS, assign_guide, place_applicant
from lernet_xblock.services.membership import late_joining_ends
from lernet_xblock.viewer import Viewer

Role = Facilitation.Role

STATES = {
    "invited": gettext_lazy("invited, not answered"),
    "submitted": gettext_lazy("applied"),
    "waitlisted": gettext_lazy("on the waiting list"),
    "member": gettext_lazy("in a group"),
    "withdrawn": gettext_lazy("withdrew"),
    "declined": gettext_lazy("declined"),
}


class GuideForm(VersionedForm):
    """Who guides a cohort. A person is named by username, or by the name this network knows them by."""

    facilitator = fields.CharField(label=gettext_lazy("Facilitator"), max_length=150, required=False)
    deputy = fields.CharField(label=gettext_lazy("Deputy"), max_length=150, required=False)


class PlaceForm(ActionForm):
    """A late applicant and the cohort that has room."""

    person = fields.CharField(label=gettext_lazy("Who"), max_length=20, widget=fields.Select)
    cohort = fields.CharField(label=gettext_lazy("Into which group"), max_length=20, widget=fields.Select)


@panel("people", title=gettext_lazy("People"), visible=runs_network)
def people(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return what the panel of people shows; the number of queries does not depend on how many there are."""
    network = own_network(viewer)
    page = params.get("page", "")
    listed_people = people_page(viewer, network, page=int(page) if re.fullmatch("[0-9]{1,6}", page) else 1)
    shown: dict[str, Any] = {
        "listed": listed_people,
        "counts": _counted(listed_people),
        "states": STATES,
        "conflict": "",
        **_pages(listed_people),
        **importing(viewer, network, forms),
    }
    if network.state in BEFORE_GROUPS:
        shown |= forming(viewer, network, params, forms)
        sizing = shown["sizing"]
        shown["ways"] = [_way_card(viewer, sizing, way) for way in sizing.others]
        shown["sizes"] = listed(sizing.recommended.sizes) if sizing.recommended else ""
    else:
        shown |= _running(viewer, forms)
    refused = forms.refused("cohorts.confirm")
    if refused is not None and "confirm" not in shown:
        shown["conflict"] = refused.sentence
    return shown


@action("cohorts.guide", panel="people", permission=runs_network, form=GuideForm)
def guide(viewer: Viewer, form: GuideForm) -> Reply:
    """Set facilitator and deputy of a cohort; an empty field leaves the role open."""
    cohort = _own_cohort(viewer, form.cleaned_data["about"])
    before = {row.role: row.user_id for row in cohort.facilitations.all()}
    wanted = {role: _named(viewer, form.cleaned_data[role], before.get(role), field=role) for role in Role.values}
    if wanted[Role.DEPUTY] and wanted[Role.DEPUTY] == wanted[Role.FACILITATOR]:
        raise RuleViolation(_("The deputy stands in for the facilitator: choose somebody else."), field="deputy")
    changed = [role for role in Role.values if wanted[role] != before.get(role)]
    for role in changed:
        assign_guide(
            cohort,
            role=role,
            user_id=wanted[role],
            by=viewer.user_id,
            now=viewer.now,
            opened_version=form.cleaned_data["version"] if role == changed[0] else None,
        )
    return Reply(say=_("Saved: who guides %(group)s.") % {"group": cohort_label(cohort)})


@action("cohorts.place", panel="people", permission=runs_network, form=PlaceForm, creates=True)
def place(viewer: Viewer, form: PlaceForm) -> Reply:
    """Give a late applicant a seat."""
    cohort = _own_cohort(viewer, form.cleaned_data["cohort"])
    application = own_network(viewer).applications.filter(key=form.cleaned_data["person"]).first()
    if application is None:
        raise NotFound
    place_applicant(cohort, application=application, by=viewer.user_id, now=viewer.now)
    name = viewer.host.names([application.user_id]).get(application.user_id, "—")
    return Reply(say=_("%(name)s is in %(group)s now.") % {"name": name, "group": cohort_label(cohort)})


def _own_cohort(viewer: Viewer, key: str) -> Cohort:
    found = own_network(viewer).cohorts.filter(key=key).first()
    if found is None:
        raise NotFound
    return found


def _named(viewer: Viewer, text: str, before: int | None, *, field: str) -> int | None:
    """Return the person meant by a username, or by the full name of somebody this network knows.

    before: who has the role now, whose name stands in the form as it was opened.
    """
    text = " ".join(text.split())
    if not text:
        return None
    if before and viewer.host.names([before]).get(before) == text:
        return before
    found = viewer.host.find_learners(own_network(viewer).course_id, [text]).get(text.lower())
    if found:
        return found.user_id
    guiding = Facilitation.objects.filter(cohort__network=own_network(viewer)).values_list("user_id", flat=True)
    known = {*guiding, *own_network(viewer).applications.values_list("user_id", flat=True)}
    same = [one for one, name in viewer.host.names(known).items() if name.casefold() == text.casefold()]
    if len(same) == 1:
        return same[0]
    if same:
        raise RuleViolation(_("Several people have this name. Please give the username."), field=field)
    raise RuleViolation(_("We find nobody of this course by this name. Please give the username."), field=field)


def _pages(page: PeoplePage) -> dict[str, int]:
    """Return the pages beside this one, 0 for none, and how many wait beyond those shown."""
    return {
        "before": page.page - 1,
        "after": page.page + 1 if page.page < page.pages else 0,
        "waiting_more": page.counts["waitlisted"] - len(page.waiting),
    }


def _counted(page: PeoplePage) -> list[str]:
    """Return a sentence for each state that somebody is in."""
    counts = page.counts
    sentences = (
        (counts["submitted"], lambda n: ngettext("%(n)d person applied.", "%(n)d people applied.", n)),
        (
            counts["member"],
            lambda n: ngettext("%(n)d person is in a group.", "%(n)d people are in a group.", n),
        ),
        (
            counts["waitlisted"],
            lambda n: ngettext("%(n)d person is on the waiting list.", "%(n)d people are on the waiting list.", n),
        ),
        (
            counts["invited"],
            lambda n: ngettext(
                "%(n)d person is invited and has not answered.",
                "%(n)d people are invited and have not answered.",
                n,
            ),
        ),
        (
            counts["withdrawn"] + counts["declined"],
            lambda n: ngettext("%(n)d person withdrew or declined.", "%(n)d people withdrew or declined.", n),
        ),
    )
    return [sentence(n) % {"n": n} for n, sentence in sentences if n] or [_("Nobody has applied yet.")]


def _way_card(viewer: Viewer, sizing: NetworkSizing, way: Way) -> dict[str, Any]:
    limit = own_network(viewer).cohort_limit
    return {
        "way": way,
        "groups": groups_of(way.sizes) if way.sizes else "",
        "circles": listed(way.circles) if way.circles else "",
        "total": sizing.people + way.missing,
        "late": decision_is_over(viewer.plan, viewer.now),
        "advice": _advice(viewer, sizing, way.kind),
        "beyond": limit if len(way.sizes) > limit else 0,
    }


def _advice(viewer: Viewer, sizing: NetworkSizing, kind: str) -> str:
    """Return under which condition this way is advised, "" when it is not; nothing is chosen by it."""
    if sizing.reason != "no_split":
        return ""
    decision = viewer.plan.decision_date
    if decision is None or viewer.now.astimezone(viewer.zone).date() <= decision:
        waits = kind == advised_option(sizing.rule, before_decision=True, facilitators=0)
        return _("This is what we advise before the decision date") if waits else ""
    many = advised_option(sizing.rule, before_decision=False, facilitators=sizing.people)
    one = advised_option(sizing.rule, before_decision=False, facilitators=0)
    if kind == many == one:
        return _("Our advice")
    if kind == many:
        return _("Our advice if each group has a facilitator")
    return _("This is what we advise if facilitators are missing") if kind == one else ""


def _running(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return the groups as they are, with the forms around them."""
    groups = formed_groups(viewer, own_network(viewer))
    late = late_applicants(viewer, own_network(viewer))
    open_groups = [group for group in groups if group.seats_left and _takes_late(viewer, group)]
    shown: dict[str, Any] = {
        "groups": [
            {"group": group, "form": _guide_form(forms, group), "takes_late": group in open_groups} for group in groups
        ],
        "late": late,
    }
    if late and open_groups:
        form = forms(PlaceForm, "cohorts.place")
        form.fields["person"].widget.choices = [(one.key, one.name) for one in late]
        form.fields["cohort"].widget.choices = [(one.key, one.label) for one in open_groups]
        shown["place"] = form
    return shown


def _takes_late(viewer: Viewer, group: FormedGroup) -> bool:
    ends = late_joining_ends(group.starts)
    return own_network(viewer).state == "running" and (ends is None or viewer.now < ends)


def _guide_form(forms: Forms, group: FormedGroup) -> ActionForm:
    named = {role: name for role, (name, _user_id) in group.guides.items()}
    return forms(GuideForm, "cohorts.guide", about=group.key, initial={**named, "version": group.version})
