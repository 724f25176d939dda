"""The author's form: every setting, typed. Unfinished work is kept; what contradicts itself is refused."""

import re
from datetime import date
from typing import Any

from django import forms

from lernet_xblock.i18n import LANGUAGES, gettext_lazy
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.forms import VersionedForm
from lernet_xblock.panels.settings_shown import FREQUENCY_NAMES, MODE_NAMES, REMINDER_NAMES
from lernet_xblock.panels.studio_days import CountryField, DaysField, dates_of_text, written, written_free
from lernet_xblock.panels.studio_fields import choice_field, day_field, number_field, text_field, time_field, unreadable
from lernet_xblock.panels.studio_groups import GROUPS, NEEDED_TO_SAVE, OPTIONAL, WIDE
from lernet_xblock.rules.network_settings import DATES, REMINDERS, Settings
from lernet_xblock.rules.trajectory import check
from lernet_xblock.sentences import SETTING_LABELS, sentence, sentence_of

LONGEST_TAG = 40
# Settings of several values.
MANY = frozenset({"tags", "listed_dates", "free_days", "reminders"})


class SettingsForm(VersionedForm):
    """Every field of Settings by its name, in the order of GROUPS; `version` stands for all of what was stored."""

    title = text_field("title", 80)
    goal = text_field(
        "goal",
        600,
        lines=4,
        help_text=gettext_lazy("What members can do afterwards that is hard for them now. 40 to 600 characters."),
    )
    audience = text_field("audience", 200)
    tags = text_field("tags", 500, help_text=gettext_lazy("Up to 8, with commas between them."))
    minimum_size = number_field("minimum_size")
    maximum_size = number_field("maximum_size")
    target_size = number_field("target_size", help_text=gettext_lazy("Left empty, the middle of the two."))
    cohort_limit = number_field(
        "cohort_limit", help_text=gettext_lazy("Beyond the seats of all groups there is a waiting list.")
    )
    working_language = choice_field("working_language", LANGUAGES)
    support_contact = text_field("support_contact", 300)
    frequency = choice_field("frequency", FREQUENCY_NAMES)
    interval = number_field("interval")
    session_count = number_field("session_count", help_text=gettext_lazy("At least 3."))
    first_date = day_field("first_date")
    session_time = time_field("session_time")
    time_zone = text_field("time_zone", 64)
    session_minutes = number_field("session_minutes", help_text=gettext_lazy("60 to 240."))
    preparation_minutes = number_field("preparation_minutes", help_text=gettext_lazy("0 to 120."))
    listed_dates = text_field(
        "listed_dates",
        3000,
        lines=3,
        help_text=gettext_lazy("Only for dates of your choice: one on each line, such as 2027-02-02."),
    )
    end_date = day_field("end_date", help_text=gettext_lazy("Left empty, the day of the last session."))
    free_days = DaysField(
        label=SETTING_LABELS["free_days"],
        help_text=gettext_lazy("One date on each line, such as 2027-03-29 Easter Monday."),
    )
    country = CountryField()
    make_up = forms.BooleanField(
        label=SETTING_LABELS["make_up"],
        required=False,
        help_text=gettext_lazy("Without this tick, a session that would fall on such a day is lost."),
    )
    mode = choice_field("mode", MODE_NAMES, forms.RadioSelect)
    place = text_field("place", 300)
    meeting_link = text_field(
        "meeting_link", 500, help_text=gettext_lazy("Only members see it. It begins with https://.")
    )
    applications_open = day_field(
        "applications_open", help_text=gettext_lazy("Left empty, as soon as an administrator opens them.")
    )
    applications_close = day_field("applications_close")
    decision_date = day_field(
        "decision_date", help_text=gettext_lazy("On that day people know whether the network goes ahead.")
    )
    reminders = forms.MultipleChoiceField(
        label=SETTING_LABELS["reminders"],
        required=False,
        choices=tuple(REMINDER_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Members get a message, besides those about changes. Nobody gets a reminder between 20:00 and 7:00."
        ),
    )
    self_check_in = forms.BooleanField(
        label=SETTING_LABELS["self_check_in"],
        required=False,
        help_text=gettext_lazy(
            "From 15 minutes before a session begins until 30 minutes after, each member can mark themselves as"
            " present. The facilitator can correct it. Without this tick, only the facilitator says who was there."
        ),
    )
    cases_per_circle = number_field(
        "cases_per_circle",
        help_text=gettext_lazy("1 to 4. A case takes about an hour: two of them fill a session of three hours."),
    )
    charter_text = text_field(
        "charter_text",
        6000,
        lines=8,
        help_text=gettext_lazy(
            "Each group makes it its own at the launch, and everybody agrees before reading a case."
        ),
    )
    threshold = number_field(
        "threshold",
        help_text=gettext_lazy(
            "4 to 10, 5 is usual. With fewer answers nothing is shown, so that nobody can be recognised."
        ),
    )

    def prepare(self) -> None:
        """Say in our own words what cannot be read, and offer the zones that exist."""
        self.fields["time_zone"].widget.attrs["list"] = f"{self.viewer.html_id}-zones"
        for name, field in self.fields.items():
            field.needed = name not in OPTIONAL
            field.error_messages["invalid"] = unreadable(field)
            if isinstance(field, forms.CharField) and field.max_length:
                field.error_messages["max_length"] = sentence_of("too_long", {"maximum": field.max_length})
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = sentence_of("unknown_choice", {})

    @property
    def shown_fields(self) -> list[Any]:
        """Nothing at once: the editor shows the fields by group."""
        return []

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Title, introduction and fields of each group; wide fields take the whole width."""
        return [
            {
                "title": title,
                "intro": intro,
                "fields": [{"field": self._with_theirs(name), "wide": name in WIDE} for name in names],
                "name": names[0],
            }
            for title, intro, names in GROUPS
        ]

    def _with_theirs(self, name: str) -> Any:
        row = self[name]
        row.theirs = self.theirs.get(name)
        return row

    def clean_tags(self) -> tuple[str, ...]:
        """Split at commas and lines; each once."""
        found = [part.strip() for part in re.split(r"[,;\n]", self.cleaned_data["tags"]) if part.strip()]
        if any(len(tag) > LONGEST_TAG for tag in found):
            raise forms.ValidationError(
                _("Please keep each topic below %(most)d characters.") % {"most": LONGEST_TAG + 1}
            )
        return tuple(dict.fromkeys(found))

    def clean_reminders(self) -> tuple[str, ...]:
        """Put them in the order of the days."""
        return tuple(one for one in REMINDERS if one in self.cleaned_data["reminders"])

    def clean_listed_dates(self) -> tuple[date, ...]:
        """Read ISO dates, in any order."""
        return dates_of_text(self.cleaned_data["listed_dates"])

    def clean(self) -> dict[str, Any]:
        """Refuse what contradicts itself, beside its field. What is missing may wait, but title and goal."""
        given = self.cleaned_data
        if given.get("frequency") == DATES and given.get("listed_dates") and not given.get("first_date"):
            given["first_date"] = given["listed_dates"][0]
        for problem in check(self.settings):
            missing = problem.code == "required"
            if problem.field not in self.errors and (not missing or problem.field in NEEDED_TO_SAVE):
                self.add_error(problem.field, sentence(problem))
        self._keep_promise()
        return given

    def _keep_promise(self) -> None:
        """Rule N9: once applications are open, the threshold only rises."""
        network, wanted = self.viewer.network, self.cleaned_data.get("threshold")
        if network and wanted is not None and wanted < network.threshold:
            self.add_error("threshold", sentence_of("threshold_only_upward", {"current": network.threshold}))

    @property
    def settings(self) -> Settings:
        """The settings as typed; what could not be read counts as not filled in."""
        fields = Settings.__dataclass_fields__
        return Settings(**{name: self.cleaned_data.get(name, () if name in MANY else None) for name in fields})


def initial_of(settings: Settings) -> dict[str, Any]:
    """Return the settings as the form's inputs show them."""
    given = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return given | {
        "tags": ", ".join(settings.tags),
        "listed_dates": written(settings.listed_dates),
        "free_days": written_free(settings.free_days),
    }
