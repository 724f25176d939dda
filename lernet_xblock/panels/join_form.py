"""What an applicant is asked, and how it is stored."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS

from lernet_xblock.errors import StaleVersion
from lernet_xblock.i18n import LANGUAGES, gettext_lazy
from lernet_xblock.models import Application
from lernet_xblock.panels.forms import ActionForm, VersionedForm
from lernet_xblock.sentences import sentence_of
from lernet_xblock.services import application as services

DAYS = ("MO", "TU", "WE", "TH", "FR")
HALVES: dict[str, Any] = {"am": gettext_lazy("Morning"), "pm": gettext_lazy("Afternoon")}
HALF_DAYS = tuple(f"{one}-{half}" for one in DAYS for half in HALVES)
MOST_YEARS = 60


def half_days_shown(availability: str) -> str:
    """Return "Monday: Morning, Tuesday: Afternoon" for "MO-am TU-pm"."""
    found = [code.split("-") for code in availability.split() if code in HALF_DAYS]
    return ", ".join(f"{WEEKDAYS[DAYS.index(one)]}: {HALVES[half]}" for one, half in found)


class AnswersForm(ActionForm):
    """What somebody tells about their work; shared by applying and by changing it."""

    function = forms.CharField(label=gettext_lazy("Your function"), max_length=80)
    organisation = forms.CharField(label=gettext_lazy("Your organisation"), max_length=120)
    department = forms.CharField(label=gettext_lazy("Your department"), max_length=80, required=False)
    experience_years = forms.IntegerField(
        label=gettext_lazy("Years of experience in this kind of work"),
        min_value=0,
        max_value=MOST_YEARS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("The language you speak best"),
        choices=tuple(LANGUAGES.items()),
        widget=forms.RadioSelect,
    )
    learning_question = forms.CharField(
        label=gettext_lazy("What would you like to learn? One question is enough."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    availability = forms.MultipleChoiceField(
        label=gettext_lazy("Half days that suit you"),
        choices=[(code, code) for code in HALF_DAYS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        """Say in our own words what cannot be taken."""
        bounds = sentence_of("out_of_range", {"minimum": 0, "maximum": MOST_YEARS})
        self.fields["experience_years"].error_messages |= dict.fromkeys(("invalid", "min_value", "max_value"), bounds)
        for name in ("function", "organisation", "department", "learning_question"):
            most = {"maximum": self.fields[name].max_length}
            self.fields[name].error_messages["max_length"] = sentence_of("too_long", most)
        for name in ("language", "availability"):
            self.fields[name].error_messages["invalid_choice"] = sentence_of("unknown_choice", {})

    @property
    def shown_fields(self) -> list[Any]:
        """All but the table of half days and the commitment, which have a place of their own."""
        return [row for row in super().shown_fields if row.name not in {"availability", "commitment"}]

    @property
    def half_days(self) -> dict[str, Any]:
        """The table: its column headings and a row of checkboxes for each day."""
        boxes = list(self["availability"])
        return {
            "columns": [{"key": key, "label": label} for key, label in HALVES.items()],
            "rows": [
                {"key": key, "label": WEEKDAYS[index], "boxes": boxes[2 * index : 2 * index + 2]}
                for index, key in enumerate(DAYS)
            ],
        }

    def clean_availability(self) -> str:
        """Return the half days in the order of the week: "MO-am TU-pm"."""
        chosen = set(self.cleaned_data["availability"])
        return " ".join(code for code in HALF_DAYS if code in chosen)

    def take_conflict(self, stale: StaleVersion, sentence: str) -> None:
        """Show stored choices in words."""
        super().take_conflict(stale, sentence)
        words: dict[str, Callable[[str], str]] = {
            "language": lambda code: str(LANGUAGES.get(code, code)),
            "availability": half_days_shown,
        }
        self.theirs = {name: words.get(name, str)(value) for name, value in self.theirs.items()}


class ApplyForm(AnswersForm):
    """The application itself, with the commitment (rule E1)."""

    commitment = forms.BooleanField(label=gettext_lazy("I agree to this."))


class EditForm(AnswersForm, VersionedForm):
    """A change of the answers."""


def answers_of(application: Application | None) -> Mapping[str, Any]:
    """Return the answers of an application as the form's inputs show them."""
    if application is None:
        return {}
    given = {name: getattr(application, name) for name in services.ANSWERS}
    return given | {"availability": application.availability.split(), "version": application.version}
