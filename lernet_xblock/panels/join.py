"""Join: the card of the network, applying, changing one's mind, the waiting list."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Application
from lernet_xblock.panels.action import Reply, action, values
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.join_form import ApplyForm, EditForm, answers_of
from lernet_xblock.panels.offer import offer_parts
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.settings_shown import card_values
from lernet_xblock.queries.application import join_page, waiting_place
from lernet_xblock.sentences import COMMITMENT_VERSION, COMMITMENTS
from lernet_xblock.services import application as services
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer

State = Application.State


@panel("join", title=gettext_lazy("Join"), visible=permissions.may_apply)
def join(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - one signature
    """Return the card, where the person stands, and the one thing to do."""
    page = join_page(_network(viewer), user_id=viewer.user_id, now=viewer.now)
    own = page.application
    state = own.state if own else ""
    key = own.key if own else ""
    may_apply = page.window == "open" and state in {"", State.WITHDRAWN, State.DECLINED, State.INVITED}
    holds = state in services.ACTIVE
    may_edit = holds and page.window == "open"
    initial = {"language": viewer.language, **answers_of(own)}
    return {
        "page": page,
        "stage": page.stage,
        "applied": day(own.submitted_at, viewer.zone) if own else "",
        "apply": forms(ApplyForm, "application.submit", initial=initial) if may_apply else None,
        "edit": forms(EditForm, "application.edit", about=key, initial=initial) if may_edit else None,
        "edit_refused": forms.refused("application.edit"),
        **card_values(page.settings),
        **(offer_parts(viewer, forms) if state == State.OFFERED else {}),
        "withdraw": forms(ActionForm, "application.withdraw", about=key) if holds else None,
        "decline": forms(ActionForm, "application.decline", about=key) if state == State.INVITED else None,
        "commitment": COMMITMENTS[COMMITMENT_VERSION],
        "refusal": _refusal(forms, shown=page.window == "open"),
    }


def _network(viewer: Viewer) -> Any:
    if viewer.network is None:
        raise NotFound
    return viewer.network


def _refusal(forms: Forms, *, shown: bool) -> str:
    """Return why something was refused when its form is not there any more, such as after the last day."""
    failed = [forms.refused(f"application.{verb}") for verb in ("submit", "edit", "withdraw", "decline")]
    return "" if shown else next((form.sentence for form in failed if form), "")


def _own(viewer: Viewer, form: ActionForm) -> Application:
    found = (
        Application.objects.filter(
            network=_network(viewer),
            user_id=viewer.user_id,
            key=form.cleaned_data["about"],
        )
        .select_related("network")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@action("application.submit", panel="join", permission=permissions.may_apply, form=ApplyForm, creates=True)
def submit(viewer: Viewer, form: ApplyForm) -> Reply:
    """Apply, and say at once whether there is a seat."""
    made = services.apply(_network(viewer), user_id=viewer.user_id, answers=values(form), now=viewer.now)
    if made.state == State.WAITLISTED:
        return Reply(say=_("You are number %(place)d on the waiting list.") % {"place": waiting_place(made)})
    return Reply(say=_("You have applied. You will hear by %(day)s.") % {"day": day(viewer.plan.decision_date)})


@action("application.edit", panel="join", permission=permissions.may_apply, form=EditForm)
def edit(viewer: Viewer, form: EditForm) -> Reply:
    """Change the answers."""
    services.edit(
        _own(viewer, form),
        answers=values(form),
        now=viewer.now,
        opened_version=form.cleaned_data["version"],
    )
    return Reply(say=_("Saved."))


@action("application.withdraw", panel="join", permission=permissions.may_apply)
def withdraw(viewer: Viewer, form: ActionForm) -> Reply:
    """Withdraw, without a reason."""
    services.withdraw(_own(viewer, form), now=viewer.now)
    return Reply(say=_("You have withdrawn your application."))


@action("application.decline", panel="join", permission=permissions.may_apply)
def decline(viewer: Viewer, form: ActionForm) -> Reply:
    """Say no to being put forward."""
    services.decline(_own(viewer, form), now=viewer.now)
    return Reply(say=_("Thank you for telling us. You can still apply later, while applications are open."))
