"""A seat that is offered to somebody who waits: what they would accept, and their yes or no."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Offer
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.home_steps import Step
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.queries.offer import own_offer
from lernet_xblock.services import offer as services
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer


def offer_parts(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return the step of somebody who was offered a seat, with both forms; only the step once its time is over."""
    page = own_offer(viewer)
    if page is None:
        title = _("The time to answer our offer is over.")
        text = _("You are on the waiting list again, at your old place. The seat goes to the next person.")
        return {"step": Step("offer_over", title, text)}
    until = {"day": day(page.expires_at, viewer.zone), "time": clock(page.expires_at, viewer.zone)}
    title = _("A place is free in %(group)s.") % {"group": page.label}
    return {
        "step": Step("offered", title, _("It is yours if you say so by %(day)s, %(time)s.") % until),
        "offer": page,
        "offer_accept": forms(ActionForm, "offer.accept", about=page.key) if viewer.may_write else None,
        "offer_decline": forms(ActionForm, "offer.decline", about=page.key) if viewer.may_write else None,
    }


def refusal(forms: Forms) -> str:
    """Return why an answer was refused, "" when none was: its form may be gone by then."""
    failed = forms.refused("offer.accept") or forms.refused("offer.decline")
    return failed.sentence if failed else ""


def _own(viewer: Viewer, form: ActionForm) -> Offer:
    rows = Offer.objects.filter(network=viewer.network, application__user_id=viewer.user_id)
    found = rows.filter(key=form.cleaned_data["about"]).select_related("cohort").first()
    if found is None:
        raise NotFound
    return found


@action("offer.accept", panel="home", permission=permissions.is_learner, creates=True)
def accept(viewer: Viewer, form: ActionForm) -> Reply:
    """Take the seat."""
    offer = _own(viewer, form)
    services.accept(offer, now=viewer.now)
    return Reply(say=_("Welcome. You are in %(group)s now.") % {"group": cohort_label(offer.cohort)}, panel="home")


@action("offer.decline", panel="home", permission=permissions.is_learner, creates=True)
def decline(viewer: Viewer, form: ActionForm) -> Reply:
    """Leave the seat to the next person."""
    services.decline(_own(viewer, form), now=viewer.now)
    return Reply(say=_("Thank you for telling us. The seat goes to the next person."), panel="home")
