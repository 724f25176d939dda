"""Results: what the group said about its sessions, once it may be shown; and the own evaluation form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Pulse
from lernet_xblock.panels.dots import Picture, draw
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.pulse import PACES, STATEMENTS, PulseForm, release_form
from lernet_xblock.panels.run import has_groups
from lernet_xblock.queries import pulse as pulses
from lernet_xblock.rules.evaluation import PACE, RATING_SCALE
from lernet_xblock.services.pulse import GRACE, is_open, threshold_of
from lernet_xblock.templatetags.lernet_show import amount
from lernet_xblock.viewer import Viewer

NUMBERS = tuple(str(value) for value in range(1, RATING_SCALE + 1))


@dataclass(frozen=True)
class ItemShown:
    """One item of a release: a picture, a sentence, the cells of a table (none if counts are not shown)."""

    statement: str
    sentence: str
    picture: Picture | None
    counts: tuple[int, ...]
    middle: str
    is_rating: bool


@panel("results", title=gettext_lazy("Results"), visible=permissions.takes_part, in_menu=has_groups)
def results_panel(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the released evaluations, or the form of the one that the address names."""
    if params.get("pulse"):
        pulse = pulses.find_pulse(viewer, params["pulse"])
        own = _own(viewer, pulse, forms)
        if own is not None:
            return own
    groups = pulses.cohort_results(viewer, grace=GRACE)
    due = any(result.window == pulses.Window.DUE for group in groups for result in group.results)
    return {
        "template": "lernet_xblock/results_groups.html",
        "groups": [
            {
                "label": group.label,
                "rows": [_row(result) for result in group.results],
                "newest": _newest(group),
            }
            for group in groups
        ],
        "release": release_form(viewer, forms, due=due),
        "numbers": NUMBERS,
    }


def _newest(group: pulses.CohortResults) -> str:
    """Return the key of the session whose results are shown unfolded, "" when none are released."""
    released = (result for result in group.results if result.window == pulses.Window.RELEASED)
    return next((result.session_key for result in released), "")


def _own(viewer: Viewer, pulse: Pulse, forms: Forms) -> dict[str, Any] | None:
    """Return the page of the member's own evaluation: sent, or to fill in; None when it is not open."""
    shown = {"pulse": pulse, "session": pulse.session}
    if pulses.has_answered(viewer, pulse):
        return {**shown, "template": "lernet_xblock/pulse_sent.html"}
    refused = forms.refused("pulse.answer")
    if viewer.network is None or (refused is None and not is_open(pulse, viewer.now)):
        return None
    return {
        **shown,
        "template": "lernet_xblock/pulse_form.html",
        "threshold": threshold_of(pulse, viewer.network),
        "form": forms(PulseForm, "pulse.answer", about=pulse.session.key),
    }


def _row(result: pulses.PulseResult) -> dict[str, Any]:
    payload = result.payload or {}
    return {
        "result": result,
        "threshold": payload.get("threshold"),
        "comments": payload.get("comments", ()),
        "items": [_item(item) for item in payload.get("items", ())],
    }


def _item(item: Mapping[str, Any]) -> ItemShown:
    pace = item["item"] == PACE
    labels = [str(word) for word in PACES] if pace else NUMBERS
    sentence = _pace_sentence(item, labels) if pace else _sentence(item)
    middle = amount(item["median"]) if "median" in item and not pace else ""
    # A band as wide as the scale says nothing, so it is not drawn either.
    hidden = pace and item["shown"] == "band"
    return ItemShown(
        statement=str(STATEMENTS[item["item"]]),
        sentence=sentence,
        picture=None if hidden else draw(item, labels),
        counts=tuple(item.get("dots", ())),
        middle=middle,
        is_rating=not pace,
    )


def _answers(count: int) -> str:
    return ngettext("%(n)d answer", "%(n)d answers", count) % {"n": count}


def _sentence(item: Mapping[str, Any]) -> str:
    """Return in words what the picture of a rating shows."""
    if item["shown"] == "nothing":
        return _("Too few people answered this line to show anything.")
    given = _answers(item["answered"])
    if item["shown"] == "band":
        low, high = item["band"]
        return _("%(answers)s. Most lie between %(low)d and %(high)d.") % {
            "answers": given,
            "low": low,
            "high": high,
        }
    if item["shown"] == "coarse":
        return _("%(answers)s, on average about %(mean)s.") % {"answers": given, "mean": amount(item["mean"])}
    return _("%(answers)s. The middle answer is %(median)s.") % {
        "answers": given,
        "median": amount(item["median"]),
    }


def _pace_sentence(item: Mapping[str, Any], labels: Sequence[str]) -> str:
    """Return in words what the picture of the pace shows."""
    if item["shown"] == "dots":
        counts = zip(labels, item["dots"], strict=True)
        return ", ".join(_("%(word)s: %(n)d") % {"word": word, "n": count} for word, count in counts)
    if item["shown"] == "coarse":
        low, high = int(item["mean"]), int(item["mean"] + 0.5)
        words = {"answers": _answers(item["answered"]), "low": labels[low - 1], "high": labels[high - 1]}
        if low == high:
            return _("%(answers)s, on average “%(low)s”.") % words
        return _("%(answers)s, on average between “%(low)s” and “%(high)s”.") % words
    if item["shown"] == "band":
        return _("Not shown, so that nobody’s answer can be read from it.")
    return _("Too few people answered this line to show anything.")
