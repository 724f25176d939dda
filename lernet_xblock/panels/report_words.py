"""What is said about reports and openings: grounds, states, news at home and letters. None of it says what it is about.

A letter or a line at home can be read over somebody's shoulder: it says that there is something, the page says what.
"""

from collections.abc import Mapping
from typing import Any

from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Report, ReportVoice

Ground, State = ReportVoice.Ground, Report.State

GROUNDS: Mapping[str, Any] = {
    Ground.NAMES: gettext_lazy("It names somebody, or lets them be recognised"),
    Ground.HURTS: gettext_lazy("It hurts somebody"),
    Ground.CHARTER: gettext_lazy("It goes against our charter"),
    Ground.OTHER: gettext_lazy("Something else"),
}
STATES: Mapping[str, Any] = {
    State.HELD: gettext_lazy("Held, being looked at"),
    State.RELEASED: gettext_lazy("Released: it stays as it is"),
    State.RESOLVED: gettext_lazy("Talked about and released"),
    State.REMOVED: gettext_lazy("Removed"),
    State.LAPSED: gettext_lazy("Released after five days, as nobody decided"),
}
DECISIONS: Mapping[str, Any] = {
    State.RELEASED: gettext_lazy("Release it: it may stay as it is"),
    State.RESOLVED: gettext_lazy("We talked about it: release it as it stands now"),
    State.REMOVED: gettext_lazy("Remove it: from now on only its author reads it"),
}

NOTICES: Mapping[str, Any] = {
    "report_raised": gettext_lazy("Something was reported in %(group)s. It is held until you have looked at it."),
    "report_held": gettext_lazy(
        "Something you shared in %(group)s was reported, and is held until somebody has looked at it. You can change it"
        " meanwhile."
    ),
    "report_decided": gettext_lazy("What you reported in %(group)s was looked at."),
    "report_decided_yours": gettext_lazy("What was held of yours in %(group)s was looked at."),
    "report_lapsed": gettext_lazy(
        "What you reported in %(group)s can be read again: nobody decided about it in five days."
    ),
    "report_lapsed_yours": gettext_lazy(
        "What was held of yours in %(group)s can be read again: nobody decided about it in five days."
    ),
    "report_missed": gettext_lazy(
        "A report in %(group)s was not decided in five days. What was held can be read again."
    ),
    "case_opened": gettext_lazy(
        "Somebody who is not among your readers opened your case in %(group)s. On its page you read who, when and why."
    ),
    "case_opened_group": gettext_lazy(
        "A case of %(group)s was opened by somebody who is not among its readers. Its owner knows who, when and why."
    ),
}
# Where such a line leads.
PLACES: Mapping[str, str] = {
    "report_raised": "reports",
    "report_held": "reports",
    "report_decided": "reports",
    "report_decided_yours": "reports",
    "report_lapsed": "reports",
    "report_lapsed_yours": "reports",
    "case_opened": "cases",
}

LETTER_SUBJECTS: Mapping[str, Any] = {
    "report_raised": gettext_lazy("Something was reported in your group"),
    "report_waits": gettext_lazy("A report still waits for you"),
    "report_decided": gettext_lazy("A report that concerns you is closed"),
}
LETTER_FIRST: Mapping[str, Any] = {
    "report_raised": gettext_lazy(
        "Something was reported in %(group)s, and is held until you have looked at it. Please do so on the page, within"
        " two working days."
    ),
    "report_waits": gettext_lazy(
        "A report in %(group)s, marked as serious, has waited for more than five days. What it is about stays held"
        " until you decide on the page."
    ),
    "report_decided": gettext_lazy(
        "A report in %(group)s that concerns you is closed. On the page you read what came of it."
    ),
}
