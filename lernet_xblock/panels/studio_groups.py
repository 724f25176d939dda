"""How the author's form is laid out: which settings stand together, and which a network can do without."""

from typing import Any

from lernet_xblock.i18n import gettext_lazy

# Without these a network could not even be told from another.
NEEDED_TO_SAVE = ("title", "goal")
# What a network can do without for good; everything else is needed before applications open.
OPTIONAL = frozenset(
    {
        "about",
        "audience",
        "tags",
        "target_size",
        "support_contact",
        "listed_dates",
        "free_days",
        "country",
        "make_up",
        "end_date",
        "reminders",
        "self_check_in",
        "place",
        "meeting_link",
        "applications_open",
        "charter_text",
    }
)

GROUPS: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
    (
        gettext_lazy("What for"),
        gettext_lazy("What people can do better afterwards, and what it is about."),
        ("title", "goal", "audience", "tags"),
    ),
    (
        gettext_lazy("Who"),
        gettext_lazy("Groups of 10 to 15 people are recommended: enough experience, and a turn for everybody."),
        (
            "minimum_size",
            "maximum_size",
            "target_size",
            "cohort_limit",
            "working_language",
            "support_contact",
        ),
    ),
    (
        gettext_lazy("When"),
        gettext_lazy("The first session is the launch, the last one the closing."),
        (
            "frequency",
            "interval",
            "session_count",
            "first_date",
            "session_time",
            "time_zone",
            "session_minutes",
            "preparation_minutes",
            "listed_dates",
            "end_date",
            "free_days",
            "country",
            "make_up",
        ),
    ),
    (gettext_lazy("Where"), "", ("mode", "place", "meeting_link")),
    (
        gettext_lazy("Applications"),
        gettext_lazy("An administrator opens applications in the course; these dates tell people when."),
        ("applications_open", "applications_close", "decision_date"),
    ),
    (
        gettext_lazy("At each session"),
        gettext_lazy("When members are reminded, who says that they were there, and how many of them bring a case."),
        ("reminders", "self_check_in", "cases_per_circle"),
    ),
    (
        gettext_lazy("A safe group"),
        gettext_lazy("People tell each other what went wrong only where they know what happens with it."),
        ("charter_text", "threshold"),
    ),
)
WIDE = frozenset(
    {
        "title",
        "goal",
        "audience",
        "tags",
        "support_contact",
        "frequency",
        "listed_dates",
        "free_days",
        "country",
        "make_up",
        "reminders",
        "self_check_in",
        "mode",
        "place",
        "meeting_link",
        "charter_text",
    }
)
