"""Somebody joins late: the groups that have room, the roomiest first, and a seat offered or given at once."""

from typing import Any

from django import forms as fields

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import LANGUAGES, gettext_lazy
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Offer
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.organiser import own_cohort, own_network, runs_network
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.late_joiner import Fit, fits
from lernet_xblock.queries.offer import due_offers, open_offers
from lernet_xblock.queries.pause import pause_is_over
from lernet_xblock.rules.late_joining import APART, FULL, GUIDES, HELD, LANGUAGE, LATE
from lernet_xblock.services.late_joiner import WAITS_FOR_A_PLACE, place_applicant
from lernet_xblock.services.offer import OFFER_HOURS, expire, offer_seat, take_back
from lernet_xblock.services.pause import end_pause
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer

OFFER, AT_ONCE = "offer", "at_once"
# So many groups are shown of each sort: enough to choose from, also where a network has thousands.
MOST_SHOWN = 8
REASONS: dict[str, Any] = {
    FULL: gettext_lazy("All of its %(maximum)d seats are taken."),
    HELD: gettext_lazy("Its free seats were offered to others, who may still answer."),
    LATE: gettext_lazy("Half of its sessions have begun, so it is too late to join."),
    GUIDES: gettext_lazy("This person guides it."),
    APART: gettext_lazy("This person is to be kept apart from one of its members."),
    LANGUAGE: gettext_lazy("It works in %(language)s; this person speaks %(own)s best."),
}


class PlaceForm(ActionForm):
    """A seat for somebody who waits, who is `about`: in which group, and how."""

    cohort = fields.CharField(label=gettext_lazy("Into which group"), max_length=20, widget=fields.RadioSelect)
    way = fields.ChoiceField(
        label=gettext_lazy("How"),
        choices=(
            (OFFER, gettext_lazy("Offer the seat: the person has 72 hours to say yes")),
            (AT_ONCE, gettext_lazy("Give it at once: the person has agreed already")),
        ),
        initial=OFFER,
        widget=fields.RadioSelect,
    )
    reason = fields.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only the admins of this network read it, in the history of the groups."),
    )


def late_page(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page of one person who waits. Raises NotFound for everybody else."""
    application = _waiting(viewer, params.get("late", ""))
    found = fits(viewer, own_network(viewer), application)
    possible = [fit for fit in found if fit.possible][:MOST_SHOWN]
    unfit = [fit for fit in found if fit.reasons]
    name = viewer.host.names([application.user_id]).get(application.user_id, "—")
    shown: dict[str, Any] = {
        "late_name": name,
        "best": possible[0] if possible and possible[0].suits else None,
        "unfit": [{"label": fit.label, "reasons": _said(fit, application)} for fit in unfit[:MOST_SHOWN]],
        "unfit_more": max(0, len(unfit) - MOST_SHOWN),
    }
    if possible:
        first = {"cohort": possible[0].key} if possible[0].suits else {}
        form = forms(PlaceForm, "cohorts.place", about=application.key, initial=first)
        form.fields["cohort"].widget.choices = [(fit.key, _choice(fit)) for fit in possible]
        shown["place"] = form
    return {"late_page": shown}


def _waiting(viewer: Viewer, key: str) -> Application:
    rows = own_network(viewer).applications.filter(key=key, state__in=WAITS_FOR_A_PLACE)
    found = rows.first() if key.isalnum() else None
    if found is None:
        raise NotFound
    return found


def _choice(fit: Fit) -> str:
    seats = {"group": fit.label, "people": fit.room.members, "free": fit.room.free}
    return _("%(group)s: %(people)d people, seats free: %(free)d") % seats


def _said(fit: Fit, application: Application) -> list[str]:
    values = {
        "maximum": fit.room.maximum,
        "language": LANGUAGES.get(fit.room.language, fit.room.language),
        "own": LANGUAGES.get(application.language, application.language),
    }
    return [REASONS[code] % values for code in fit.reasons]


@action("cohorts.place", panel="cohorts", permission=runs_network, form=PlaceForm, creates=True)
def place(viewer: Viewer, form: PlaceForm) -> Reply:
    """Offer somebody who waits a seat, or give it at once."""
    cohort = own_cohort(viewer, form.cleaned_data["cohort"])
    rows = own_network(viewer).applications.filter(key=form.cleaned_data["about"])
    application = rows.first()
    if application is None:
        raise NotFound
    values = {"application": application, "by": viewer.user_id, "now": viewer.now}
    values["reason"] = form.cleaned_data["reason"]
    name = viewer.host.names([application.user_id]).get(application.user_id, "—")
    words = {"name": name, "group": cohort_label(cohort)}
    if form.cleaned_data["way"] == AT_ONCE:
        place_applicant(cohort, **values)
        return Reply(say=_("%(name)s is in %(group)s now.") % words, panel="cohorts")
    made = offer_seat(cohort, hours=OFFER_HOURS, **values)
    words |= {"day": day(made.expires_at, viewer.zone), "time": clock(made.expires_at, viewer.zone)}
    said = _("The seat in %(group)s is held for %(name)s until %(day)s, %(time)s.") % words
    return Reply(say=said, panel="cohorts")


@action("offer.take_back", panel="cohorts", permission=runs_network)
def no_longer(viewer: Viewer, form: ActionForm) -> Reply:
    """Offer a seat no longer."""
    row = Offer.objects.filter(network=viewer.network, key=form.cleaned_data["about"]).select_related("cohort").first()
    if row is None:
        raise NotFound
    take_back(row, by=viewer.user_id, now=viewer.now)
    return Reply(say=_("The offer is taken back. The person is on the waiting list again."), panel="cohorts")


@action("cohorts.sweep", panel="cohorts", permission=runs_network)
def sweep(viewer: Viewer, form: ActionForm) -> None:  # noqa: ARG001 - one signature
    """End what is over by the clock, offers and a pause of the network; asking again changes nothing."""
    for offer in due_offers(viewer.now, viewer.network):
        expire(offer, now=viewer.now)
    end_pause(own_network(viewer), now=viewer.now)


def waiting_for(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return the offers that wait for an answer, each with the way to take it back; and what is over by the clock."""
    offers = open_offers(viewer, own_network(viewer))
    rows = [{"offer": one, "form": forms(ActionForm, "offer.take_back", about=one.key)} for one in offers]
    due = any(one.over for one in offers) or pause_is_over(viewer)
    return {"offers": rows, "sweep": forms(ActionForm, "cohorts.sweep") if due and viewer.may_write else None}
