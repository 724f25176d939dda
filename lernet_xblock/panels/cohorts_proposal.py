"""A proposal of groups: in the list, while it is searched for, as cards with people, and confirmed or put aside."""

from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Proposal
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.cohorts_cards import bar_of, card_shown, left_out_shown
from lernet_xblock.panels.cohorts_person import effect_shown
from lernet_xblock.panels.cohorts_refusals import refusal_sentence
from lernet_xblock.panels.cohorts_wishes import asked_again, wishes_sentence
from lernet_xblock.panels.cohorts_words import groups_sentence, share_sentence
from lernet_xblock.panels.forms import Forms, VersionedForm
from lernet_xblock.panels.organiser import own_network, own_proposal, runs_network
from lernet_xblock.panels.panel import Address, Params, page_number
from lernet_xblock.queries.forming import bounds_of
from lernet_xblock.queries.proposal import ProposalLine, ProposalPage, proposal_page
from lernet_xblock.rules.application_window import OPEN, application_window
from lernet_xblock.rules.wishes import BY_TIMES
from lernet_xblock.services import proposal as services
from lernet_xblock.services import proposal_search as searches
from lernet_xblock.viewer import Viewer

State = Proposal.State
# Above this number of people the groups are formed in the background.
MOST_AT_ONCE = 2000
# What is shown of those who would wait.
MOST_NAMED = 50


class ProposalForm(VersionedForm):
    """A proposal, by key in `about`."""


class ConfirmForm(VersionedForm):
    """The proposal as it was seen, by key in `about`."""

    reason = fields.CharField(
        label=gettext_lazy("Why these groups?"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Your reason is kept with the groups, for whoever asks later."),
    )


def line_shown(line: ProposalLine, others: list[ProposalLine]) -> dict[str, Any]:
    """Return a proposal of the list in words. others: those it can be compared with."""
    return {
        "line": line,
        "title": title_of(line),
        "to": address_of(line),
        "figures": figures_of(line) if line.cohorts else [],
        "broken": broken_of(line),
        "shares": [share_sentence(share) for share in line.shares if share.percent is not None],
        "wishes": wishes_sentence(line.wishes),
        "compare": [
            (title_of(other), str(Address("cohorts", {"compare": line.key, "with": other.key}))) for other in others
        ],
    }


def title_of(line: ProposalLine) -> str:
    """Return "Proposal 2"."""
    return _("Proposal %(number)d") % {"number": line.number}


def address_of(line: ProposalLine, **params: object) -> str:
    """Return the address of a proposal."""
    return str(Address("cohorts", {"proposal": line.key, **{name: str(value) for name, value in params.items()}}))


def figures_of(line: ProposalLine) -> list[str]:
    """Return what there is to know of a proposal at one glance: groups, people, common times, who was moved."""
    figures = [
        groups_sentence(line.sizes),
        _("%(placed)d of %(people)d people have a place") % {"placed": line.placed, "people": line.people},
    ]
    if line.with_common_time is not None:
        text = _("%(timed)d of %(groups)d groups have a common half-day")
        figures.append(text % {"timed": line.with_common_time, "groups": line.cohorts})
    wished = line.wishes.choice
    if line.cohorts and wished.isdigit() and int(wished) != line.cohorts:
        text = ngettext("%(n)d group was asked for", "%(n)d groups were asked for", int(wished))
        figures.append(text % {"n": int(wished)})
    if line.by_hand:
        text = ngettext("%(n)d person moved by hand", "%(n)d people moved by hand", line.by_hand)
        figures.append(text % {"n": line.by_hand})
    return figures


def broken_of(line: ProposalLine) -> str:
    """Return how many rules are broken, "" for none."""
    if not line.problems:
        return ""
    return ngettext("%(n)d rule is broken.", "%(n)d rules are broken.", line.problems) % {"n": line.problems}


def proposal_shown(viewer: Viewer, proposal: Proposal, params: Params, forms: Forms) -> dict[str, Any]:
    """Return one proposal: a page of its groups, who has none, what a move did, and the form that confirms it."""
    page = proposal_page(viewer, proposal, page=page_number(params))
    line = page.line
    ready = line.state == State.READY
    shown: dict[str, Any] = {
        "proposal": line,
        "title": title_of(line),
        "figures": figures_of(line) if line.cohorts else [],
        "broken": broken_of(line),
        "shares": [bar_of(share) for share in line.shares if share.percent is not None],
        "wishes": wishes_sentence(line.wishes),
        "searching": line.state in (State.SEARCHING, State.FORMING),
        "ready": ready,
        "refusal": refusal_sentence(line.refusal) if line.refusal else "",
        "cards": [card_shown(line, card, movable=ready) for card in page.cards],
        "left_out": left_out_shown(page, movable=ready),
        "page": page,
        "pages": [(one, address_of(line, page=one)) for one in range(1, page.pages + 1)] if page.pages > 1 else [],
        "about": {"about": line.key, "version": line.version},
    }
    return shown | _open(viewer, proposal, page, params, forms) if ready else shown


def _open(
    viewer: Viewer,
    proposal: Proposal,
    page: ProposalPage,
    params: Params,
    forms: Forms,
) -> dict[str, Any]:
    """Return what can be done with a proposal that is ready, and what the last move in it did."""
    line, network = page.line, own_network(viewer)
    shown: dict[str, Any] = {
        "carry": {"about": line.key, "version": line.version},
        "again": asked_again(forms, line.wishes, about="again", seed=line.wishes.seed + 1, base=""),
        "table": _table(line, forms),
        "outdated": _outdated(page),
        "effect": effect_shown(viewer, proposal, params) if params.get("moved") else {},
    }
    if shown["outdated"]:
        people = network.applications.filter(state="submitted").count()
        choice = line.wishes.choice if bounds_of(network, people, line.wishes.choice) else BY_TIMES
        shown["take_in"] = asked_again(forms, line.wishes, about="take-in", base=line.key, choice=choice)
        return shown
    return shown | {"confirm": _confirm_form(page, forms), "open_until": _open_until(viewer)}


def _table(line: ProposalLine, forms: Forms) -> dict[str, Any]:
    """Return how many could meet if fewer had to be free, with a form of one button for each line."""
    if not line.table:
        return {}
    form = asked_again(forms, line.wishes, about="table")
    del form.fields["attendance"]
    return {"form": form, "rows": line.table, "asked": line.wishes.attendance, "people": line.people}


def _outdated(page: ProposalPage) -> str:
    """Return who came or went since the proposal was made, "" for nobody."""
    came, gone = page.outdated
    said = []
    if came:
        text = ngettext("%(n)d person applied since.", "%(n)d people applied since.", came)
        said.append(text % {"n": came})
    if gone:
        text = ngettext("%(n)d person withdrew since.", "%(n)d people withdrew since.", gone)
        said.append(text % {"n": gone})
    return " ".join(said)


def _confirm_form(page: ProposalPage, forms: Forms) -> Any:
    """Return the form that forms these groups; it asks for a reason where sizes or rules need one."""
    line = page.line
    form = forms(ConfirmForm, "proposal.confirm", about=line.key, initial={"version": line.version})
    if page.outside or line.problems:
        form.fields["reason"].required = True
    elif not form.is_bound:
        del form.fields["reason"]
    return form


def _open_until(viewer: Viewer) -> Any:
    window = application_window(viewer.plan, viewer.now)
    return viewer.plan.applications_close if window == OPEN else None


@action("proposal.stop", panel="cohorts", permission=runs_network, form=ProposalForm)
def stop(viewer: Viewer, form: ProposalForm) -> Reply:
    """End a search with the best it has so far."""
    searches.stop(own_proposal(viewer, form.cleaned_data["about"]), now=viewer.now)
    return Reply(say=_("The search stops with the best it has so far."))


@action("proposal.again", panel="cohorts", permission=runs_network, form=ProposalForm)
def again(viewer: Viewer, form: ProposalForm) -> Reply:
    """Begin a search again that failed or was interrupted."""
    row = searches.search_again(own_proposal(viewer, form.cleaned_data["about"]), by=viewer.user_id, now=viewer.now)
    viewer.host.run_later("proposal.search", row.key)
    return Reply(say=_("Proposal %(number)d is being searched for.") % {"number": row.number})


@action("proposal.put_aside", panel="cohorts", permission=runs_network, form=ProposalForm)
def put_aside(viewer: Viewer, form: ProposalForm) -> Reply:
    """Lay a proposal aside for good."""
    given = form.cleaned_data
    row = own_proposal(viewer, given["about"])
    services.put_aside(row, opened_version=given["version"], by=viewer.user_id, now=viewer.now)
    return Reply(say=_("Proposal %(number)d is put aside.") % {"number": row.number}, panel="cohorts")


@action("proposal.confirm", panel="cohorts", permission=runs_network, form=ConfirmForm)
def confirm(viewer: Viewer, form: ConfirmForm) -> Reply:
    """Form the groups of the proposal as it was seen: at once, or in the background for very many people."""
    given = form.cleaned_data
    row = own_proposal(viewer, given["about"])
    asked = {"opened_version": given["version"], "by": viewer.user_id, "now": viewer.now, "reason": given["reason"]}
    if row.figures.get("people", 0) > MOST_AT_ONCE:
        services.begin_forming(row, **asked)
        viewer.host.run_later("proposal.form", row.key)
        return Reply(say=_("The groups are being formed."))
    cohorts = services.confirm(row, **asked)
    text = ngettext("%(n)d group is formed.", "%(n)d groups are formed.", len(cohorts)) % {"n": len(cohorts)}
    return Reply(say=f"{text} {_('Each has its sessions and its charter; say now who guides it.')}", panel="cohorts")
