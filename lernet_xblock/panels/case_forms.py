"""The forms of a case and of what colleagues contribute to it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from lernet_xblock.errors import StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case
from lernet_xblock.panels.forms import VersionedForm
from lernet_xblock.queries.case_board import CaseLine
from lernet_xblock.rules.text import is_question
from lernet_xblock.services.case import DRAFT_FIELDS, NEEDED_TO_SHARE
from lernet_xblock.templatetags.lernet_show import day

HORIZONS = {
    Case.Horizon.URGENT: gettext_lazy("Urgent: I need it now"),
    Case.Horizon.PRACTICAL: gettext_lazy("Practical: for the coming weeks"),
    Case.Horizon.FUTURE: gettext_lazy("Future: something I see coming"),
}
KINDS = {
    Case.Kind.PROBLEM: gettext_lazy("A problem"),
    Case.Kind.CONCERN: gettext_lazy("A concern"),
    Case.Kind.PROJECT: gettext_lazy("A project"),
    Case.Kind.SUCCESS: gettext_lazy("A success"),
    Case.Kind.WENT_WRONG: gettext_lazy("Something that went wrong"),
    Case.Kind.EXPERIMENT: gettext_lazy("An experiment"),
}
HORIZON_TAGS = {
    Case.Horizon.URGENT: gettext_lazy("Urgent"),
    Case.Horizon.PRACTICAL: gettext_lazy("Practical"),
    Case.Horizon.FUTURE: gettext_lazy("Future"),
}
HELP = {
    "ideas": gettext_lazy("Ideas"),
    "questions": gettext_lazy("Questions that make me think"),
    "experience": gettext_lazy("Experience of others"),
    "resources": gettext_lazy("Tools, texts or people I could ask"),
}
AUDIENCES = {
    Case.Audience.COHORT: gettext_lazy("My group"),
    Case.Audience.CIRCLE: gettext_lazy("My circle"),
    Case.Audience.FACILITATOR: gettext_lazy("Those who guide the group, only"),
}
DAY = "%Y-%m-%d"


def tags_of(line: CaseLine) -> list[Any]:
    """Return the words for how soon an answer is needed, and for what the case is."""
    return [HORIZON_TAGS[Case.Horizon(line.horizon)], KINDS[Case.Kind(line.kind)]]


def area(rows: int) -> forms.Textarea:
    """A text field of so many lines."""
    return forms.Textarea(attrs={"rows": rows})


class DraftForm(VersionedForm):
    """A case as far as it is written. Nothing is required: a draft may stay incomplete."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=100, required=False)
    situation = forms.CharField(
        label=gettext_lazy("The situation"),
        max_length=2500,
        required=False,
        widget=area(7),
        help_text=gettext_lazy("What happened, and who plays which part? Use functions, not names."),
    )
    question = forms.CharField(
        label=gettext_lazy("My question to the group"),
        max_length=300,
        required=False,
        widget=area(2),
    )
    tried = forms.CharField(
        label=gettext_lazy("What I tried so far"),
        max_length=1500,
        required=False,
        widget=area(3),
    )
    horizon = forms.ChoiceField(
        label=gettext_lazy("How soon do you need an answer?"),
        choices=HORIZONS,
        widget=forms.RadioSelect,
    )
    needed_by = forms.DateField(
        label=gettext_lazy("If it is urgent: by which day?"),
        required=False,
        widget=forms.DateInput(format=DAY, attrs={"type": "date"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), choices=KINDS)
    help_wanted = forms.MultipleChoiceField(
        label=gettext_lazy("What would help you?"),
        choices=HELP,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who may read it?"),
        choices=AUDIENCES,
        required=False,
        initial=Case.Audience.COHORT,
        widget=forms.RadioSelect,
    )
    statement = forms.BooleanField(
        label=gettext_lazy("This is my question, though it does not end with a question mark."),
        required=False,
    )
    third_parties = forms.BooleanField(
        label=gettext_lazy(
            "I checked: nobody outside the group can be recognised. There are no names of persons, customers"
            " or workplaces.",
        ),
        required=False,
    )

    @property
    def shown_fields(self) -> list[Any]:
        """Ask about the question mark only where there is none."""
        question = str(self["question"].value() or "").strip()
        asked = bool(question) and not is_question(question)
        return [row for row in super().shown_fields if row.name != "statement" or asked]

    def take_conflict(self, stale: StaleVersion, sentence: str) -> None:
        """Show what is stored in words, also where it is a day or some of several choices."""
        super().take_conflict(stale, sentence)
        words: Mapping[str, Mapping[Any, Any]] = {"horizon": HORIZONS, "kind": KINDS, "audience": AUDIENCES}
        for name in set(words) & set(self.theirs):
            self.theirs[name] = str(words[name][self.theirs[name]])
        if self.theirs.get("help_wanted"):
            self.theirs["help_wanted"] = ", ".join(str(HELP[one]) for one in self.theirs["help_wanted"].split())
        if self.theirs.get("needed_by"):
            self.theirs["needed_by"] = day(date.fromisoformat(self.theirs["needed_by"]))

    def words(self) -> Mapping[str, Any]:
        """What is written and chosen, by field; without a choice, the audience stays as it is."""
        given = {name: self.cleaned_data[name] for name in DRAFT_FIELDS if name in self.cleaned_data}
        return {name: value for name, value in given.items() if name != "audience" or value}


class ShareForm(DraftForm):
    """A case that others will read: it says something, asks something and names nobody."""

    def prepare(self) -> None:
        """Mark what sharing needs as required, so that only the rest is called optional."""
        for name in NEEDED_TO_SHARE:
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """Name every tick that is missing at once; the service decides again."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        question = cleaned.get("question", "")
        if question and not is_question(question) and not cleaned.get("statement"):
            self.add_error(
                "statement",
                _(
                    "This does not end with a question mark. Tick this if it is your question all the same.",
                ),
            )
        if not cleaned.get("third_parties"):
            self.add_error("third_parties", _("Please check that nobody can be recognised, and tick this."))
        return cleaned

    def ticks(self) -> Mapping[str, Any]:
        """The two ticks and the day of the person, as the services take them."""
        return {
            "third_parties_checked": self.cleaned_data["third_parties"],
            "statement_confirmed": self.cleaned_data["statement"],
            "today": self.viewer.now.astimezone(self.viewer.zone).date(),
        }


class EditForm(ShareForm):
    """The text of a case that others read; for whom it is, is asked apart."""

    audience = None
