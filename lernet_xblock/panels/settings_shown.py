"""A network's settings as people read them: choices by name, values in words."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from lernet_xblock.i18n import LANGUAGES
from lernet_xblock.i18n import gettext_lazy as _
from lernet_xblock.queries.network import card
from lernet_xblock.rules.network_settings import (
    DATES,
    MONTHLY,
    MONTHLY_LAST,
    WEEKLY,
    Notice,
    Problem,
    Settings,
)
from lernet_xblock.sentences import SETTING_LABELS, sentence
from lernet_xblock.templatetags.lernet_show import day

FREQUENCY_NAMES: dict[str, Any] = {
    WEEKLY: _("Every so many weeks, on the same weekday"),
    MONTHLY: _("Every so many months, such as on the second Tuesday"),
    MONTHLY_LAST: _("Every so many months, such as on the last Tuesday"),
    DATES: _("On dates of your choice"),
}
MODE_NAMES: dict[str, Any] = {
    "in_person": _("In person"),
    "online": _("Online"),
    "mixed": _("In person and online"),
}
REMINDER_NAMES: dict[str, Any] = {
    "7d": _("7 days before"),
    "1d": _("1 day before"),
    "1h": _("1 hour before"),
}
YES_NO: dict[Any, Any] = {True: _("Yes"), False: _("No")}
CHOICES: dict[str, dict[Any, Any]] = {
    "frequency": FREQUENCY_NAMES,
    "mode": MODE_NAMES,
    "working_language": LANGUAGES,
    "reminders": REMINDER_NAMES,
    "make_up": YES_NO,
    "self_check_in": YES_NO,
}
NOTHING = "—"


def shown(name: str, value: Any) -> str:
    """Return a setting's value in words; a dash for nothing."""
    if value in (None, "", ()):
        return NOTHING
    if isinstance(value, tuple):
        return ", ".join(shown(name, item) for item in value)
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    if isinstance(value, time):
        return value.isoformat("minutes")
    return str(day(value)) if isinstance(value, date) else str(value)


def card_values(settings: Settings) -> dict[str, Any]:
    """Return what `join_card.html` shows, with names that read themselves in the language of the template."""
    return {
        "card": card(settings),
        "mode": MODE_NAMES.get(settings.mode or "", ""),
        "language_name": LANGUAGES.get(settings.working_language or "", ""),
    }


def rows(settings: Settings) -> list[dict[str, str]]:
    """Return every setting with its name and its value in words, in the order of the editor."""
    return [
        {"label": str(label), "value": shown(name, getattr(settings, name))} for name, label in SETTING_LABELS.items()
    ]


def said(found: Iterable[Problem | Notice]) -> list[dict[str, str]]:
    """Return what the rules found, each with the field's name, its name in words and a sentence."""
    return [
        {
            "field": one.field,
            "label": str(SETTING_LABELS.get(one.field, "")),
            "text": sentence(one),
            "code": one.code,
        }
        for one in found
    ]
