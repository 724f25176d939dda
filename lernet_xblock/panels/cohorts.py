"""Forming groups: how many fit, what should make a good one, and the proposals there are; afterwards the groups."""

from collections.abc import Sequence
from typing import Any

from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Network, Proposal
from lernet_xblock.panels.cohorts_compare import compared
from lernet_xblock.panels.cohorts_limits import limit_sentences
from lernet_xblock.panels.cohorts_pairs import fixed, pairs_page
from lernet_xblock.panels.cohorts_person import person_shown
from lernet_xblock.panels.cohorts_proposal import line_shown, proposal_shown
from lernet_xblock.panels.cohorts_running import running
from lernet_xblock.panels.cohorts_suggested import suggested_page
from lernet_xblock.panels.cohorts_wishes import MOST_FORESEEN, asked, starting_points, usual_for, wishes_form
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.organiser import own_network, runs_network
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.queries.application import decision_is_over
from lernet_xblock.queries.cohort import NetworkSizing, Way, network_sizing
from lernet_xblock.queries.forming_reach import reach_of
from lernet_xblock.queries.proposal import ProposalLine, find_proposal, proposal_lines
from lernet_xblock.rules.sizing import advised_option
from lernet_xblock.rules.wishes import BY_TIMES, Wishes
from lernet_xblock.services.forming import BEFORE_GROUPS, too_late
from lernet_xblock.viewer import Viewer

# More numbers of groups than these are no choice; those nearest to the recommended one are offered.
MOST_NUMBERS = 25
# Actions whose form may not be on the page any more when they are refused.
TOLD_ON_TOP = (
    "proposal.again",
    "proposal.confirm",
    "proposal.move",
    "proposal.pin",
    "proposal.put_aside",
    "proposal.stop",
)
# Whole sentences by number: a language may bend what is counted.
GROUPS_OF = {
    1: gettext_lazy("One group of %(sizes)s"),
    2: gettext_lazy("Two groups: %(sizes)s"),
    3: gettext_lazy("Three groups: %(sizes)s"),
    4: gettext_lazy("Four groups: %(sizes)s"),
    5: gettext_lazy("Five groups: %(sizes)s"),
    6: gettext_lazy("Six groups: %(sizes)s"),
    7: gettext_lazy("Seven groups: %(sizes)s"),
    8: gettext_lazy("Eight groups: %(sizes)s"),
}
MANY_GROUPS_OF = gettext_lazy("%(groups)d groups of %(sizes)s")
# More numbers than that are named by what they are, once each.
MOST_LISTED = 8


def listed(numbers: Sequence[int]) -> str:
    """Return "14, 14 and 13"; of more than eight numbers, the different ones: "13 or 14"."""
    many = len(numbers) > MOST_LISTED
    *some, last = (str(number) for number in (sorted(set(numbers)) if many else numbers))
    text = _("%(some)s or %(last)s") if many else _("%(some)s and %(last)s")
    return text % {"some": ", ".join(some), "last": last} if some else last


def groups_of(sizes: tuple[int, ...]) -> str:
    """Return "Two groups: 14 and 13", or "24 groups of 12 or 13"."""
    text = GROUPS_OF.get(len(sizes), MANY_GROUPS_OF)
    return text % {"groups": len(sizes), "sizes": listed(sizes)}


@panel("cohorts", title=gettext_lazy("Groups"), visible=runs_network)
def cohorts(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the page of forming that the address names, and once groups are formed the groups themselves."""
    network = own_network(viewer)
    if network.state not in BEFORE_GROUPS:
        shown = running(viewer, params, forms)
    else:
        shown = {**forming(viewer, network, params, forms), "too_late": too_late(viewer.plan, now=viewer.now)}
    return {**shown, "conflict": _conflict(forms, confirming="confirm" in shown)}


def forming(viewer: Viewer, network: Network, params: Params, forms: Forms) -> dict[str, Any]:
    """Return one of the pages of forming: a proposal, a person of it, two side by side, what is fixed, or all of it."""
    if params.get("pairs"):
        return pairs_page(viewer, params, forms)
    if params.get("course"):
        return suggested_page(viewer, forms)
    proposal = _open_proposal(network, params.get("proposal", ""))
    if proposal and params.get("person"):
        return {"person": person_shown(viewer, proposal, params)}
    lines = proposal_lines(viewer, network)
    shown: dict[str, Any] = {"lines": _lines(lines), "most": len(lines) > 1}
    if proposal:
        return {**shown, **proposal_shown(viewer, proposal, params, forms)}
    one, other = (_open_proposal(network, params.get(name, "")) for name in ("compare", "with"))
    if one and other:
        return {**shown, "comparison": compared(viewer, one, other)}
    return {**shown, **_sized(viewer, network, params, forms, lines), "gone": bool(params.get("proposal"))}


def _open_proposal(network: Network, key: str) -> Proposal | None:
    """Return the proposal, None for one that was put aside meanwhile."""
    try:
        return find_proposal(network, key) if key else None
    except NotFound:
        return None


def _conflict(forms: Forms, *, confirming: bool) -> str:
    """Return why the last action was refused, where no form on the page says it."""
    for name in TOLD_ON_TOP:
        refused = forms.refused(name)
        if refused is not None and not (name == "proposal.confirm" and confirming):
            return refused.sentence
    return ""


def _lines(lines: Sequence[ProposalLine]) -> list[dict[str, Any]]:
    ready = [line for line in lines if line.cohorts]
    return [
        line_shown(line, [other for other in ready if line.cohorts and other.number < line.number]) for line in lines
    ]


def _sized(
    viewer: Viewer,
    network: Network,
    params: Params,
    forms: Forms,
    lines: Sequence[ProposalLine],
) -> dict[str, Any]:
    """Return how many groups fit, the wishes where there is something to ask for, and what is fixed beforehand."""
    sizing = network_sizing(network, network.applications.filter(state="submitted").count())
    chosen = _chosen(sizing, params.get("choice", ""))
    numbers = numbers_offered(sizing, timed=params.get("attendance", "0") != "0")
    shown: dict[str, Any] = {
        "sizing": sizing,
        "sizes": listed(sizing.recommended.sizes) if sizing.recommended else "",
        "ways": [_way_card(viewer, sizing, way) for way in sizing.others],
        "chosen": _way_label(chosen) if chosen else "",
        "outside": bool(chosen and chosen.outside),
        "outdated": bool(params.get("choice")) and params["choice"] not in dict(numbers),
    }
    if sizing.fitting or chosen:
        bounds = _bounds(network, chosen)
        reach = reach_of(network, Wishes(), minimum=bounds[0], maximum=bounds[1])
        usual = usual_for(reach)
        shown["wishes"] = wishes_form(forms, params, usual=usual, numbers=numbers, starts=starting_points(lines))
        shown["limits"] = limit_sentences(network, asked(params, usual), reach, bounds, eased=not usual.same)
        shown |= fixed(viewer, forms)
    return shown


def numbers_offered(sizing: NetworkSizing, *, timed: bool) -> list[tuple[str, str]]:
    """Return what the number of groups can be chosen to be; where nothing fits, one of the ways on, or nothing yet."""
    if not sizing.fitting:
        possible = [way for way in sizing.others if way.possible]
        return [("", "—"), *((way.kind, _way_label(way)) for way in possible)]
    by_times = _("as many as suit people best")
    if timed:
        by_times = _("as many as people’s free times allow")
    elif len(sizing.fitting[0].sizes) <= MOST_FORESEEN:
        by_times = _("the recommended number")
    near = sorted(sizing.fitting, key=lambda way: abs(len(way.sizes) - len((sizing.recommended or way).sizes)))
    offered = sorted(near[:MOST_NUMBERS], key=lambda way: len(way.sizes))
    return [(BY_TIMES, by_times), *((str(len(way.sizes)), groups_of(way.sizes)) for way in offered)]


def _way_label(way: Way) -> str:
    if not way.waiting:
        return groups_of(way.sizes)
    return _("%(groups)s, the others wait") % {"groups": groups_of(way.sizes)}


def _bounds(network: Network, chosen: Way | None) -> tuple[int, int]:
    """Return the least and the most people of a group: the network's, or those of a way that leaves them on purpose."""
    if chosen and chosen.outside:
        return min(chosen.sizes), max(chosen.sizes)
    return network.minimum_size, network.maximum_size


def _chosen(sizing: NetworkSizing, choice: str) -> Way | None:
    """Return the number or way that the address chose, None for none or one that does not fit any more."""
    named = [(str(len(way.sizes)), way) for way in sizing.fitting]
    named += [(way.kind, way) for way in sizing.others if way.possible]
    return dict(named).get(choice)


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
