"""What the rules of formation say, in whole sentences: times, shares, broken rules, and why somebody has no place."""

from collections.abc import Iterable, Sequence
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.queries.proposal_card import Share, Violation
from lernet_xblock.rules.wishes import MATCH, MIX

ATTRIBUTE_NAMES: dict[str, Any] = {
    "function": gettext_lazy("Function"),
    "department": gettext_lazy("Department"),
    "organisation": gettext_lazy("Organisation"),
    "experience": gettext_lazy("Experience"),
    "language": gettext_lazy("Language"),
}
TIMES: dict[str, Any] = {
    "MO-am": gettext_lazy("Monday morning"),
    "MO-pm": gettext_lazy("Monday afternoon"),
    "MO-evening": gettext_lazy("Monday evening"),
    "TU-am": gettext_lazy("Tuesday morning"),
    "TU-pm": gettext_lazy("Tuesday afternoon"),
    "TU-evening": gettext_lazy("Tuesday evening"),
    "WE-am": gettext_lazy("Wednesday morning"),
    "WE-pm": gettext_lazy("Wednesday afternoon"),
    "WE-evening": gettext_lazy("Wednesday evening"),
    "TH-am": gettext_lazy("Thursday morning"),
    "TH-pm": gettext_lazy("Thursday afternoon"),
    "TH-evening": gettext_lazy("Thursday evening"),
    "FR-am": gettext_lazy("Friday morning"),
    "FR-pm": gettext_lazy("Friday afternoon"),
    "FR-evening": gettext_lazy("Friday evening"),
}
SHARES: dict[tuple[str, str], Any] = {
    ("function", MATCH): gettext_lazy("%(percent)d %% of colleagues with the same function"),
    ("department", MATCH): gettext_lazy("%(percent)d %% of colleagues of the same department"),
    ("organisation", MATCH): gettext_lazy("%(percent)d %% of colleagues of the same organisation"),
    ("experience", MATCH): gettext_lazy("%(percent)d %% of colleagues with about as many years of experience"),
    ("language", MATCH): gettext_lazy("%(percent)d %% of colleagues of the same language"),
    ("function", MIX): gettext_lazy("%(percent)d %% of colleagues with another function"),
    ("department", MIX): gettext_lazy("%(percent)d %% of colleagues of another department"),
    ("organisation", MIX): gettext_lazy("%(percent)d %% of colleagues of another organisation"),
    ("experience", MIX): gettext_lazy("%(percent)d %% of colleagues with more or fewer years of experience"),
    ("language", MIX): gettext_lazy("%(percent)d %% of colleagues of another language"),
}
SHARE_LABELS: dict[tuple[str, str], Any] = {
    ("function", MATCH): gettext_lazy("Same function"),
    ("department", MATCH): gettext_lazy("Same department"),
    ("organisation", MATCH): gettext_lazy("Same organisation"),
    ("experience", MATCH): gettext_lazy("Similar experience"),
    ("language", MATCH): gettext_lazy("Same language"),
    ("function", MIX): gettext_lazy("Other function"),
    ("department", MIX): gettext_lazy("Other department"),
    ("organisation", MIX): gettext_lazy("Other organisation"),
    ("experience", MIX): gettext_lazy("Other experience"),
    ("language", MIX): gettext_lazy("Other language"),
}
BINDING: dict[str, Any] = {
    "at_minimum": gettext_lazy("Exactly the minimum: nobody can leave it."),
    "at_maximum": gettext_lazy("Exactly the maximum: nobody can be added."),
    "one_common_slot": gettext_lazy("Only one common half-day is left."),
    "pins": gettext_lazy("Somebody is pinned here."),
    "together": gettext_lazy("Some are kept together here."),
    "apart": gettext_lazy("Somebody else is kept apart from one of them."),
}
# What is wrong in a group as it stands. A name stands behind a colon, so that no language has to bend the sentence.
PROBLEMS: dict[str, Any] = {
    "size_below": gettext_lazy("Fewer people than the minimum."),
    "size_above": gettext_lazy("More people than the maximum."),
    "mixed_stratum": gettext_lazy("Different in what should be the same for everybody: %(people)s."),
    "no_common_slot": gettext_lazy("No half-day suits enough people. Not free at the best time: %(people)s."),
    "apart": gettext_lazy("Together, though they should be kept apart: %(people)s."),
    "together_split": gettext_lazy("Split, though they should be together: %(people)s."),
    "pin_ignored": gettext_lazy("In another group than the one they are pinned to: %(people)s."),
}
# What a move would break.
OBSTACLES: dict[str, Any] = {
    "full": gettext_lazy("It is full."),
    "size_above": gettext_lazy("It is full."),
    "size_below": gettext_lazy("The group left behind would have too few people."),
    "other_language": gettext_lazy("It is for people of another language."),
    "mixed_stratum": gettext_lazy("People there differ in what should be the same for everybody."),
    "no_common_slot": gettext_lazy("No half-day would suit enough people any more."),
    "apart": gettext_lazy("These should be kept apart: %(people)s."),
    "together_split": gettext_lazy("These should be together: %(people)s."),
    "pinned": gettext_lazy("There is a pin to another group."),
    "pin_ignored": gettext_lazy("There is a pin to another group."),
}
# Why people have no place; a list of names follows.
LEFT_OUT: dict[str, Any] = {
    "stratum_too_small": gettext_lazy("Too few people have the same %(same)s to make a group"),
    "no_common_slot": gettext_lazy("On none of their free half-days are enough others free"),
    "unit_cannot_meet": gettext_lazy("They are to stay together, and share no half-day with enough others"),
    "sizes_leave_over": gettext_lazy("The sizes of the groups leave some people over"),
    "no_room": gettext_lazy(
        "Every group that could take them is full, or has somebody from whom they are to be kept apart"
    ),
    "not_with_these_pins": gettext_lazy("The pins leave no place for them"),
    "by_hand": gettext_lazy("You took them out"),
}
GAINS: dict[int, Any] = {
    2: gettext_lazy("Fits much better"),
    1: gettext_lazy("Fits a little better"),
    0: gettext_lazy("Fits about as well"),
    -1: gettext_lazy("Fits a little less well"),
    -2: gettext_lazy("Fits much less well"),
}
EFFECTS: dict[int, Any] = {
    2: gettext_lazy("The groups fit much better now."),
    1: gettext_lazy("The groups fit a little better now."),
    0: gettext_lazy("The groups fit about as well as before."),
    -1: gettext_lazy("The groups fit a little less well now."),
    -2: gettext_lazy("The groups fit much less well now."),
}
NOBODY = "—"


def joined(words: Iterable[object]) -> str:
    """Return "Anna, Ben and Carla"."""
    *some, last = [str(word) for word in words] or [NOBODY]
    return _("%(some)s and %(last)s") % {"some": ", ".join(some), "last": last} if some else last


def attributes(names: Sequence[str]) -> str:
    """Return "language and department", as it stands within a sentence."""
    inside = {
        "function": _("function"),
        "department": _("department"),
        "organisation": _("organisation"),
        "experience": _("experience"),
        "language": _("language"),
    }
    return joined(inside[name] for name in names)


def problem_sentence(broken: Violation) -> str:
    """Return what is wrong in a group, and with whom."""
    return str(PROBLEMS[broken.code]) % {"people": joined(broken.people)}


def obstacle_sentence(broken: Violation) -> str:
    """Return what a move would break."""
    return str(OBSTACLES[broken.code]) % {"people": joined(broken.people)}


def unbroken(text: str) -> str:
    """Return the text with no line break between a number and its per cent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def share_sentence(share: Share) -> str:
    """Return "66 % of colleagues with the same function (whole course: 12 %)"."""
    text = str(SHARES[share.attribute, share.kind]) % {"percent": share.percent or 0}
    if share.course_percent is not None:
        text = _("%(share)s (whole course: %(course)d %%)") % {"share": text, "course": share.course_percent}
    return unbroken(text)


def times_sentence(times: Sequence[str] | None, best_percent: int | None, attendance: int) -> str:
    """Return when a group can meet, "" where nobody asked for a common time."""
    if times is None:
        return ""
    if not times:
        text = _("No half-day suits enough people: %(percent)d %% are free at the best one.")
        return text % {"percent": best_percent or 0}
    shown = joined(TIMES[code] for code in times)
    if (best_percent or attendance) == 100 == attendance:  # noqa: PLR2004 - per cent
        return _("Everybody is free: %(times)s.") % {"times": shown}
    return _("At least %(percent)d %% are free: %(times)s.") % {"percent": attendance, "times": shown}


def groups_sentence(sizes: Sequence[tuple[int, int]]) -> str:
    """Return "23 groups of 10–13" for (size, how many groups), largest first; "" for none."""
    groups = sum(many for _size, many in sizes)
    if not groups:
        return ""
    largest, smallest = sizes[0][0], sizes[-1][0]
    span = str(largest) if largest == smallest else f"{smallest}–{largest}"
    text = ngettext("%(n)d group of %(span)s", "%(n)d groups of %(span)s", groups)
    return text % {"n": groups, "span": span}
