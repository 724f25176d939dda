"""What a preview of dates says: sessions as sentences under their list, and what is worth knowing of each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.panels.operation_words import listed
from lernet_xblock.panels.settings_shown import shown
from lernet_xblock.queries.plan import PlanInForce
from lernet_xblock.queries.plan_preview import BY_HAND, CALLED_OFF, HELD, NOT_HELD, OVER, PlannedDate, PlanPreview
from lernet_xblock.queries.plan_warnings import (
    AFTER_COURSE,
    AFTER_NETWORK,
    BEFORE_COURSE,
    ELSEWHERE,
    GAP,
    HOLIDAY,
    OVERLAP,
    SOON,
    SUDDEN_CHANGE,
    Caution,
)
from lernet_xblock.rules.plan_dates import DATE_SETTINGS, with_dates
from lernet_xblock.sentences import HOLIDAYS, SETTING_LABELS
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer

# A longer list of what does not change is folded.
MOST_OPEN = 6
# So many days are named one by one.
MOST_DAYS = 3

WHYS: dict[str, Any] = {
    HELD: gettext_lazy("was held"),
    OVER: gettext_lazy("has begun or is over"),
    NOT_HELD: gettext_lazy("was not held"),
    CALLED_OFF: gettext_lazy("was called off, and is not planned again"),
    BY_HAND: gettext_lazy("was moved by hand"),
}
CAUTIONS: dict[str, Any] = {
    HOLIDAY: gettext_lazy("This is %(holiday)s."),
    GAP: gettext_lazy("On this day the clock jumps over that time: the session begins an hour later."),
    OVERLAP: gettext_lazy("On this day the clock shows that time twice: the session begins the first time."),
    SOON: gettext_lazy("This is in less than 48 hours."),
    SUDDEN_CHANGE: gettext_lazy("It was to begin in less than 48 hours. Please make sure that everybody knows."),
    BEFORE_COURSE: gettext_lazy("The course begins only on %(first)s."),
    AFTER_COURSE: gettext_lazy("The course ends on %(last)s."),
    AFTER_NETWORK: gettext_lazy("The network was to end on %(last)s."),
}
Counted = Callable[[int], str]


def heading(name: str, number: int) -> str:
    """Return "2 sessions move" and its like, for one of the lists."""
    texts: dict[str, Counted] = {
        "moved": lambda n: ngettext("%(n)d session moves", "%(n)d sessions move", n),
        "new": lambda n: ngettext("%(n)d session is new", "%(n)d sessions are new", n),
        "cancelled": lambda n: ngettext("%(n)d session is cancelled", "%(n)d sessions are cancelled", n),
        "unchanged": lambda n: ngettext("%(n)d session stays as it is", "%(n)d sessions stay as they are", n),
        "left": lambda n: ngettext("%(n)d session is left alone", "%(n)d sessions are left alone", n),
    }
    return texts[name](number) % {"n": number}


def lists(viewer: Viewer, preview: PlanPreview) -> list[dict[str, Any]]:
    """Return the lists of a preview, those that change something first; `folded` where nothing happens in many."""
    found = []
    for name in ("moved", "new", "cancelled", "unchanged", "left"):
        dates: Sequence[PlannedDate] = getattr(preview, name)
        if name == "left" and not dates:
            continue
        folded = name in {"unchanged", "left"} and len(dates) > MOST_OPEN
        rows = [_row(viewer, name, one) for one in dates]
        found.append({"name": name, "heading": heading(name, len(dates)), "rows": rows, "folded": folded})
    return found


def _row(viewer: Viewer, name: str, one: PlannedDate) -> dict[str, Any]:
    return {
        "when": _when(viewer, one.starts_at, one.ends_at),
        "instead": _when(viewer, one.was, one.was_until) if name == "moved" else "",
        "why": WHYS.get(one.why, ""),
        "cautions": cautions_said(one.cautions),
        "coming": coming_said(one.coming),
    }


def _when(viewer: Viewer, starts_at: Any, ends_at: Any) -> str:
    """Return "Tuesday 2 March 2027, 13:30–16:30"; the zone stands above all of them."""
    return f"{day(starts_at, viewer.zone)}, {clock(starts_at, viewer.zone)}–{clock(ends_at, viewer.zone)}"


def coming_said(names: Sequence[str]) -> str:
    """Return who had said that they come, "" for nobody."""
    if not names:
        return ""
    text = ngettext(
        "%(n)d person had said that they come: %(names)s.",
        "%(n)d people had said that they come: %(names)s.",
        len(names),
    )
    return text % {"n": len(names), "names": listed(names)}


def cautions_said(found: Iterable[Caution]) -> list[str]:
    """Return each caution as a sentence."""
    return [_caution(one) for one in found]


def _caution(one: Caution) -> str:
    if one.code == ELSEWHERE:
        people = one.values["people"]
        text = ngettext(
            "%(n)d person of this group is in a session of “%(where)s” at that time.",
            "%(n)d people of this group are in a session of “%(where)s” at that time.",
            people,
        )
        return text % {"n": people, "where": one.values["where"]}
    values = {name: day(value) if name in {"first", "last"} else value for name, value in one.values.items()}
    values["holiday"] = HOLIDAYS.get(one.values.get("holiday", ""), "")
    return str(CAUTIONS[one.code]) % values


def changes_said(plan: PlanInForce, dates: Mapping[str, Any], shift: Mapping[str, int]) -> list[dict[str, str]]:
    """Return which settings differ from those in force: name, the stored value and the typed one, in words."""
    typed = with_dates(plan.settings, dates)
    pairs = ((name, getattr(plan.settings, name), getattr(typed, name)) for name in DATE_SETTINGS)
    found = [
        {"label": str(SETTING_LABELS[name]), "before": _value(name, old), "after": _value(name, new)}
        for name, old, new in pairs
        if (old or None) != (new or None)
    ]
    before = plan.shift_days, plan.shift_minutes
    after = shift.get("shift_days", 0), shift.get("shift_minutes", 0)
    if before != after:
        label = _("Against these dates, this group meets")
        found.append({"label": label, "before": shift_said(*before), "after": shift_said(*after)})
    return found


def _value(name: str, value: Any) -> str:
    """Return a setting in words; of many days only how many they are."""
    if isinstance(value, tuple) and len(value) > MOST_DAYS:
        return ngettext("%(n)d day", "%(n)d days", len(value)) % {"n": len(value)}
    return shown(name, value)


def shift_said(days: int, minutes: int) -> str:
    """Return "7 days and 30 minutes later" and its like; "at the same times" for no shift."""
    if not days and not minutes:
        return _("at the same times")
    parts = []
    if days:
        parts.append(_lateness(ngettext("%(n)d day", "%(n)d days", abs(days)), days))
    if minutes:
        parts.append(_lateness(ngettext("%(n)d minute", "%(n)d minutes", abs(minutes)), minutes))
    return listed(parts)


def _lateness(text: str, amount: int) -> str:
    said = text % {"n": abs(amount)}
    return (_("%(time)s later") if amount > 0 else _("%(time)s earlier")) % {"time": said}


def done_said(label: str, moved: int, new: int, cancelled: int) -> str:
    """Return what was done to a group in one sentence."""
    happened = [heading(name, n) for name, n in (("moved", moved), ("new", new), ("cancelled", cancelled)) if n]
    if not happened:
        return _("Saved. No session of %(group)s changes.") % {"group": label}
    return _("Saved. %(group)s: %(changes)s. Everybody is told once.") % {"group": label, "changes": listed(happened)}
