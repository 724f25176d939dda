"""Two proposals side by side, and in a sentence what is different."""

from collections.abc import Callable
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.models import Proposal
from lernet_xblock.panels.cohorts_wishes import wishes_sentence
from lernet_xblock.panels.cohorts_words import SHARE_LABELS, groups_sentence, joined
from lernet_xblock.queries.proposal import ProposalLine
from lernet_xblock.queries.proposal_card import Share
from lernet_xblock.queries.proposal_person import Comparison, comparison
from lernet_xblock.viewer import Viewer

# A difference of a percent or two is not told in the sentence.
WORTH_TELLING = 3


def compared(viewer: Viewer, one: Proposal, other: Proposal) -> dict[str, Any]:
    """Return the table and the sentence about it."""
    found = comparison(viewer, *sorted((one, other), key=lambda row: row.number))
    return {
        "one": found.one,
        "other": found.other,
        "rows": [*_counted(found), *_shares(found)],
        "differences": differences(found),
    }


def differences(found: Comparison) -> list[str]:
    """Return what is different between two proposals, in sentences."""
    if found.one.key == found.other.key:
        return []
    text = ngettext("%(n)d person is in another group.", "%(n)d people are in another group.", found.differently) % {
        "n": found.differently
    }
    sentences = [text] if found.differently else [_("Everybody sits with the same people.")]
    return [*sentences, *_placed(found), *_better(found)]


def _placed(found: Comparison) -> list[str]:
    more = found.one.placed - found.other.placed
    if not more:
        return []
    winner = found.one if more > 0 else found.other
    text = ngettext(
        "Proposal %(number)d has a place for %(n)d more person.",
        "Proposal %(number)d has a place for %(n)d more people.",
        abs(more),
    )
    return [text % {"number": winner.number, "n": abs(more)}]


def _better(found: Comparison) -> list[str]:
    """Return in which respects each of the two is clearly better."""
    won: dict[int, list[str]] = {found.one.number: [], found.other.number: []}
    for share, against in _pairs(found):
        gap = (share.percent or 0) - (against.percent or 0)
        if abs(gap) >= WORTH_TELLING:
            won[found.one.number if gap > 0 else found.other.number].append(_label(share))
    text = _("Better in proposal %(number)d: %(what)s.")
    return [text % {"number": number, "what": joined(labels)} for number, labels in won.items() if labels]


def _counted(found: Comparison) -> list[dict[str, Any]]:
    """Return the rows that count something; `better`: 1 or 2, 0 where neither is."""

    def row(label: str, shown: Callable[[ProposalLine], str], better: int = 0) -> dict[str, Any]:
        return {"label": label, "one": shown(found.one), "other": shown(found.other), "better": better}

    one, other = found.one, found.other
    rows = [
        row(_("What was asked for"), lambda line: wishes_sentence(line.wishes)),
        row(_("Groups"), lambda line: groups_sentence(line.sizes)),
        row(_("People with a place"), _placed_of, _higher(one.placed, other.placed)),
    ]
    if one.with_common_time is not None or other.with_common_time is not None:
        rows.append(row(_("Groups with a common half-day"), _timed))
    return [
        *rows,
        row(_("Broken rules"), lambda line: str(line.problems), _higher(other.problems, one.problems)),
        row(_("Moved by hand"), lambda line: str(line.by_hand)),
    ]


def _placed_of(line: ProposalLine) -> str:
    return _("%(placed)d of %(people)d") % {"placed": line.placed, "people": line.people}


def _timed(line: ProposalLine) -> str:
    if line.with_common_time is None:
        return _("not asked for")
    return _("%(timed)d of %(groups)d") % {"timed": line.with_common_time, "groups": line.cohorts}


def _shares(found: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "label": _label(share),
            "one": _percent(share),
            "other": _percent(against),
            "better": _higher(share.percent or 0, against.percent or 0),
        }
        for share, against in _pairs(found)
    ]


def _percent(share: Share) -> str:
    return "—" if share.percent is None else _("%(percent)d %%") % {"percent": share.percent}


def _pairs(found: Comparison) -> list[tuple[Share, Share]]:
    """Return the shares that both proposals wanted in the same way."""
    others = {(share.attribute, share.kind): share for share in found.other.shares}
    return [
        (share, others[share.attribute, share.kind])
        for share in found.one.shares
        if (share.attribute, share.kind) in others
    ]


def _label(share: Share) -> str:
    return str(SHARE_LABELS[share.attribute, share.kind])


def _higher(one: int, other: int) -> int:
    return 0 if one == other else 1 if one > other else 2
