"""Public holidays beside the author's form: copied into it as lines that can be changed, and saved only with it."""

from typing import Any

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.panels.studio_days import with_holidays
from lernet_xblock.panels.studio_form import SettingsForm
from lernet_xblock.rules.holidays import holidays_in_plan
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.sentences import sentence

SAVES = "studio.save"


def lines_with_holidays(text: str, settings: Settings, country: str, *, language: str) -> tuple[str, str]:
    """Return the days without session with the holidays of the plan's time among them, and what came of it.

    Raises RuleViolation for a country that is not known here and for a plan that has no first session yet.
    """
    try:
        found = holidays_in_plan(settings, country, language=language)
    except Refused as refused:
        field = "first_date" if refused.field == "first_date" else "country"
        raise RuleViolation(_why(refused), field=field) from refused
    lines, new = with_holidays(text, found)
    if not new:
        return lines, _("There are no more public holidays from the first session to the end.")
    said = ngettext(
        "%(n)d public holiday was added. You can change it; nothing is saved yet.",
        "%(n)d public holidays were added. You can change them; nothing is saved yet.",
        new,
    )
    return lines, said % {"n": new}


def _why(refused: Refused) -> str:
    if refused.code == "required":
        return _("Please fill in the first session: holidays are looked up from then on.")
    return sentence(refused)


class HolidaysForm(SettingsForm):
    """The author's form half-way: nothing is refused but what the holidays depend on, and nothing is saved.

    Wherever it comes back, it is the author's form: it saves, and its fields have the same ids.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options | {"action": SAVES})

    def clean(self) -> dict[str, object]:
        """Let everything stand as it is typed; saving checks it."""
        for name in set(self.errors) - {"first_date", "free_days", "country"}:
            del self._errors[name]
        return self.cleaned_data

    def filled(self) -> tuple[SettingsForm, str]:
        """Return the author's form as it was typed, holidays added, and a sentence. Raises RuleViolation."""
        typed = {name: self[name].data for name in self.fields}
        country = self.cleaned_data["country"] or "BE"
        typed["free_days"], said = lines_with_holidays(
            str(typed["free_days"] or ""), self.settings, country, language=self.viewer.language
        )
        return SettingsForm(viewer=self.viewer, action=SAVES, initial=typed), said
