"""Why there was nothing to search for: what contradicts itself in wishes, pairs and pins, and about whom."""

from collections.abc import Mapping
from typing import Any

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.cohorts_words import joined
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.rules.refusals import Refused

# A list of names stands behind a colon, so that no language has to bend the sentence.
REFUSALS: dict[str, Any] = {
    "apart_from_themself": gettext_lazy("Nobody can be kept apart from themselves: %(people)s."),
    "attendance_out_of_range": gettext_lazy("At least half of a group must be free at the common time."),
    "attribute_unknown": gettext_lazy("We do not know this about the people here: %(names)s."),
    "availability_empty": gettext_lazy("No free half-day is written down for some: %(people)s."),
    "availability_invalid": gettext_lazy("The free half-days written down for some make no sense: %(people)s."),
    "bounds_invalid": gettext_lazy("Groups have from %(lowest)s to %(highest)s people; ask the author to correct it."),
    "choice_does_not_fit": gettext_lazy("This number of groups does not fit the people who are here now."),
    "cohort_invalid": gettext_lazy("There is no such group for some: %(people)s."),
    "cohorts_out_of_range": gettext_lazy("The people who are here make %(highest)s groups at most."),
    "column_length": gettext_lazy("What is known about the people here is incomplete: %(names)s."),
    "half_day_unknown": gettext_lazy("These are no half-days we know: %(names)s."),
    "people_twice": gettext_lazy("Some are listed twice: %(people)s."),
    "person_unknown": gettext_lazy("A pair or a pin is about somebody who is not here now: %(people)s."),
    "pinned_and_apart": gettext_lazy("Pinned to %(group)s, and to be kept apart all the same: %(people)s."),
    "pinned_cannot_meet": gettext_lazy("Pinned to %(group)s, but not free at one time: %(people)s."),
    "pinned_not_same": gettext_lazy(
        "Pinned to %(group)s, but different in what should be the same for everybody: %(people)s."
    ),
    "pinned_to_too_many": gettext_lazy(
        "People are pinned to %(cohorts)s groups, and there are to be %(highest)s only."
    ),
    "pinned_to_two": gettext_lazy("To be together, but pinned to different groups: %(people)s."),
    "pinned_too_many": gettext_lazy(
        "More people are pinned to %(group)s than the %(maximum)s it can take: %(people)s."
    ),
    "policy_attribute_twice": gettext_lazy("The same thing cannot be alike and mixed: %(names)s."),
    "policy_empty": gettext_lazy("Nothing is to be the same, alike or mixed: choose what should make a good group."),
    "policy_invalid": gettext_lazy("What should make a good group could not be read. Please choose it again."),
    "policy_unknown_key": gettext_lazy("What should make a good group could not be read. Please choose it again."),
    "policy_weight_invalid": gettext_lazy("What should make a good group could not be read. Please choose it again."),
    "target_outside_bounds": gettext_lazy("The size you prefer lies outside %(minimum)s–%(maximum)s."),
    "together_and_apart": gettext_lazy("To be together, directly or through others, and to be apart: %(people)s."),
    "together_cannot_meet": gettext_lazy("To be together, but not free at one time: %(people)s."),
    "together_not_same": gettext_lazy(
        "To be together, but different in what should be the same for everybody: %(people)s."
    ),
    "together_too_many": gettext_lazy("More people are to be together than the %(maximum)s a group takes: %(people)s."),
    "worker_gone": gettext_lazy("The search was interrupted before it found anything. Please search again."),
    "years_not_a_number": gettext_lazy("The years of experience of some make no sense: %(people)s."),
}
UNKNOWN = gettext_lazy("These wishes contradict one another. Please choose differently.")


def refusal_sentence(refused: Refused) -> str:
    """Return why a search failed. values: `people` are names, up to ten of them; `count` says how many there are."""
    given = refused.values
    values = {name: joined(value) if isinstance(value, list | tuple) else value for name, value in given.items()}
    if "people" in given:
        values["people"] = _people(given)
    if "cohort" in given:
        values["group"] = group_label(int(str(given["cohort"])) + 1)
    return str(REFUSALS.get(refused.code, UNKNOWN)) % values


def _people(given: Mapping[str, Any]) -> str:
    """Return the names, and whether there are more."""
    names = given["people"]
    more = int(given.get("count", 0)) > len(names)
    return _("%(people)s and others") % {"people": ", ".join(names)} if more else joined(names)
