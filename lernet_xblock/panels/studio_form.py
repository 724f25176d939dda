"""The author's form: every setting, typed. Unfinished work is kept; what contradicts itself is refused."""

import re
from datetime import date
from typing import Any

from django import forms

from lernet_xblock.i18n import LANGUAGES, gettext_lazy
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.forms import VersionedForm
from lernet_xblock.panels.settings_shown import FREQUENCY_NAMES, MODE_NAMES
from lernet_xblock.panels.studio_groups import GROUPS, NEEDED_TO_SAVE, OPTIONAL, WIDE
from lernet_xblock.rules.network_settings import DATES, Settings
from lernet_xblock.rules.trajectory import check
from lernet_xblock.sentences import SETTING_LABELS, sentence, sentence_of

LONGEST_TAG = 40


def _text(name: str, most: int, *, lines: int = 0, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput
    return forms.CharField(label=SETTING_LABELS[name], required=False, max_length=most, widget=widget, **options)


def _number(name: str, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=SETTING_LABELS[name], required=False, widget=widget, **options)


def _day(name: str, **options: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=SETTING_LABELS[name], required=False, widget=widget, input_formats=["%Y-%m-%d"], **options
    )


def _choice(name: str, names: dict[str, Any], widget: Any = forms.Select) -> forms.ChoiceField:
    return forms.ChoiceField(label=SETTING_LABELS[name], required=False, choices=tuple(names.items()), widget=widget)


class SettingsForm(VersionedForm):
    """Every field of Settings by its name, in the order of GROUPS; `version` stands for all of what was stored."""

    title = _text("title", 80)
    goal = _text(
        "goal",
        600,
        lines=4,
        help_text=gettext_lazy("What members can do afterwards that is hard for them now. 40 to 600 characters."),
    )
    audience = _text("audience", 200)
    tags = _text("tags", 500, help_text=gettext_lazy("Up to 8, with commas between them."))
    minimum_size = _number("minimum_size")
    maximum_size = _number("maximum_size")
    target_size = _number("target_size", help_text=gettext_lazy("Left empty, the middle of the two."))
    cohort_limit = _number(
        "cohort_limit", help_text=gettext_lazy("Beyond the seats of all groups there is a waiting list.")
    )
    working_language = _choice("working_language", LANGUAGES)
    support_contact = _text("support_contact", 300)
    frequency = _choice("frequency", FREQUENCY_NAMES)
    interval = _number("interval")
    session_count = _number("session_count", help_text=gettext_lazy("At least 3."))
    first_date = _day("first_date")
    session_time = forms.TimeField(
        label=SETTING_LABELS["session_time"],
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    time_zone = _text("time_zone", 64)
    session_minutes = _number("session_minutes", help_text=gettext_lazy("60 to 240."))
    preparation_minutes = _number("preparation_minutes", help_text=gettext_lazy("0 to 120."))
    listed_dates = _text(
        "listed_dates",
        3000,
        lines=3,
        help_text=gettext_lazy("Only for dates of your choice: one on each line, such as 2027-02-02."),
    )
    end_date = _day("end_date", help_text=gettext_lazy("Left empty, the day of the last session."))
    mode = _choice("mode", MODE_NAMES, forms.RadioSelect)
    place = _text("place", 300)
    meeting_link = _text("meeting_link", 500, help_text=gettext_lazy("Only members see it. It begins with https://."))
    applications_open = _day(
        "applications_open", help_text=gettext_lazy("Left empty, as soon as an administrator opens them.")
    )
    applications_close = _day("applications_close")
    decision_date = _day(
        "decision_date", help_text=gettext_lazy("On that day people know whether the network goes ahead.")
    )
    charter_text = _text(
        "charter_text",
        6000,
        lines=8,
        help_text=gettext_lazy(
            "Each group makes it its own at the launch, and everybody agrees before reading a case."
        ),
    )
    threshold = _number(
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
            field.error_messages["invalid"] = self._unreadable(field)
            if isinstance(field, forms.CharField) and field.max_length:
                field.error_messages["max_length"] = sentence_of("too_long", {"maximum": field.max_length})
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = sentence_of("unknown_choice", {})

    @staticmethod
    def _unreadable(field: forms.Field) -> str:
        if isinstance(field, forms.DateField):
            return _("Please give a date, such as 2027-02-02.")
        if isinstance(field, forms.TimeField):
            return _("Please give a time, such as 13:30.")
        return _("Please give a whole number.")

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

    def clean_listed_dates(self) -> tuple[date, ...]:
        """Read ISO dates, in any order."""
        found = []
        for part in re.split(r"[\s,;]+", self.cleaned_data["listed_dates"].strip()):
            try:
                found += [date.fromisoformat(part)] if part else []
            except ValueError:
                text = _("“%(text)s” is not a date such as 2027-02-02.") % {"text": part[:40]}
                raise forms.ValidationError(text) from None
        return tuple(sorted(found))

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
        return Settings(
            **{name: self.cleaned_data.get(name, () if name in {"tags", "listed_dates"} else None) for name in fields}
        )


def initial_of(settings: Settings) -> dict[str, Any]:
    """Return the settings as the form's inputs show them."""
    given = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return given | {
        "tags": ", ".join(settings.tags),
        "listed_dates": "\n".join(day.isoformat() for day in settings.listed_dates),
    }
