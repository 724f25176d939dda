"""Other dates for all groups at once: a form, what would happen in figures, and an order that a worker goes through."""

from typing import Any

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.operation_words import listed
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.plan_form import LOOK, PlanConfirmForm, PlanForm, initial_of
from lernet_xblock.panels.plan_words import cautions_said, changes_said, heading
from lernet_xblock.queries.plan import Ordered, last_order, plan_of_all
from lernet_xblock.queries.plan_network import LISTS, GroupDifference, NetworkPreview, network_preview
from lernet_xblock.sentences import sentence
from lernet_xblock.services.replan import ask_replan
from lernet_xblock.templatetags.lernet_show import day
from lernet_xblock.viewer import Viewer

ORDER, GO_ON = "plan.order", "plan.go_on"
TASK = "plan.replan"
CHANGES = ("moved", "new", "cancelled")


class OrderForm(PlanConfirmForm):
    """The dates of all groups as they were looked at, and why."""

    def prepare(self) -> None:
        """Say who reads the reason."""
        super().prepare()
        self.fields["reason"].help_text = _("The groups read it with the new dates.")


def all_page(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return how far the last order is; unless one goes on, the form, and what was just refused of it."""
    if not runs_network(viewer):
        raise NotFound
    network = own_network(viewer)
    order = last_order(network, now=viewer.now)
    shown: dict[str, Any] = {"change": "all", "back": "plan"}
    if order is not None:
        shown |= {"order": order, "result": result_said(order)}
    refused = forms.refused(ORDER)
    if refused is not None:
        shown |= looked_at_all(viewer, refused)
        shown |= {"form": None, "confirm": None, "refusal": refused.sentence} if order and order.open else {}
    elif order is None or not order.open:
        shown["form"] = forms(PlanForm, LOOK, initial=initial_of(plan_of_all(network)))
    return shown


def looked_at_all(viewer: Viewer, form: PlanForm) -> dict[str, Any]:
    """Return what the typed dates would do to all groups, the form to confirm them and the one to change them."""
    preview = network_preview(viewer, own_network(viewer), dates=form.dates)
    typed = form.typed()
    confirm = form
    if not isinstance(form, OrderForm):
        confirm = OrderForm(viewer=viewer, action=ORDER, initial=typed)
    confirm.tell_hidden()
    return {
        "preview": preview,
        "obstacle": sentence(preview.refused) if preview.refused else "",
        "figures": [{"name": name, "heading": heading(name, preview.counts.get(name, 0))} for name in LISTS],
        "groups_said": _groups_said(preview),
        "first": [{"label": one.label, "text": _difference(one)} for one in preview.first],
        "alone_said": _alone_said(preview),
        "cautioned": [(day(slot.local), cautions_said(found)) for slot, found in preview.cautioned],
        "changes": changes_said(preview.in_force, form.dates, {}),
        "confirm": confirm,
        "form": PlanForm(viewer=viewer, action=LOOK, initial=typed),
    }


def _groups_said(preview: NetworkPreview) -> str:
    text = ngettext(
        "%(changing)d of %(n)d group gets other dates.", "%(changing)d of %(n)d groups get other dates.", preview.groups
    )
    said = text % {"changing": preview.changing, "n": preview.groups}
    if not preview.own:
        return said
    own = ngettext(
        "%(n)d group has dates of its own, which give way to these.",
        "%(n)d groups have dates of their own, which give way to these.",
        preview.own,
    )
    return f"{said} {own % {'n': preview.own}}"


def _difference(one: GroupDifference) -> str:
    sizes = ((name, getattr(one, name)) for name in CHANGES)
    return ", ".join(heading(name, number) for name, number in sizes if number)


def _alone_said(preview: NetworkPreview) -> str:
    """Return which groups keep their dates, "" for none."""
    if not preview.unfit:
        return ""
    text = ngettext(
        "%(n)d group keeps its dates, since the new ones do not fit what was held or moved there already: %(names)s.",
        "%(n)d groups keep their dates, since the new ones do not fit what was held or moved there already: %(names)s.",
        preview.unfit,
    )
    rest = preview.unfit - len(preview.alone)
    names = [*preview.alone, *([_("%(n)d more") % {"n": rest}] if rest else [])]
    return text % {"n": preview.unfit, "names": listed(names)}


def result_said(order: Ordered) -> str:
    """Return in one sentence what an order did."""
    changes = listed([heading(name, order.figures[name]) for name in CHANGES])
    planned = order.done - len(order.left_alone)
    text = ngettext(
        "%(n)d group was planned anew: %(changes)s.", "%(n)d groups were planned anew: %(changes)s.", planned
    )
    return text % {"n": planned, "changes": changes}


@action(ORDER, panel="plan", permission=runs_network, form=OrderForm)
def order_dates(viewer: Viewer, form: OrderForm) -> Reply:
    """Order these dates for every group; a worker goes through them."""
    network = own_network(viewer)
    stored = plan_of_all(network)
    if form.cleaned_data["version"] != stored.version:
        raise StaleVersion(version=stored.version)
    order = ask_replan(network, dates=form.dates, reason=form.cleaned_data["reason"], by=viewer.user_id, now=viewer.now)
    viewer.host.run_later(TASK, order.key)
    return Reply(say=_("The groups are being planned anew."), panel="plan", params={"change": "all"})


@action(GO_ON, panel="plan", permission=runs_network, form=ActionForm)
def go_on(viewer: Viewer, form: ActionForm) -> Reply:
    """Start the work again where nobody goes on with it. Raises NotFound for another order than the last one."""
    order = last_order(own_network(viewer), now=viewer.now)
    if order is None or order.key != form.cleaned_data["about"]:
        raise NotFound
    if not order.stalled:
        raise RuleViolation(_("Somebody is at it already."))
    viewer.host.run_later(TASK, order.key)
    return Reply(say=_("The work goes on."), panel="plan", params={"change": "all"})
