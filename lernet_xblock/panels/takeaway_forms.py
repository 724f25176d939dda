"""The forms of what people take home: the line, what came of it, and the page for a team meeting."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from lernet_xblock.errors import StaleVersion
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Takeaway
from lernet_xblock.panels.forms import ActionForm, VersionedForm
from lernet_xblock.queries.takeaway import begun_sessions
from lernet_xblock.services.takeaway import LONGEST, LONGEST_NAMES, LONGEST_STORY, Words
from lernet_xblock.templatetags.lernet_show import day

Visibility = Takeaway.Visibility
READERS = {
    Visibility.ME: gettext_lazy("Only me"),
    Visibility.CASE_GIVER: gettext_lazy("The case giver and me"),
    Visibility.COHORT: gettext_lazy("Those of my group who can read this case"),
}
CAME = {
    Takeaway.State.TRIED: gettext_lazy("I tried it"),
    Takeaway.State.POSTPONED: gettext_lazy("I postpone it"),
    Takeaway.State.DROPPED: gettext_lazy("I drop it"),
}
# What can go into the page for a team meeting, in its order.
BRIEF = {
    "text": gettext_lazy("What I take home"),
    "happened": gettext_lazy("What happened"),
    "with_whom": gettext_lazy("With whom"),
    "by_date": gettext_lazy("By when"),
}


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _text() -> forms.CharField:
    return forms.CharField(label=gettext_lazy("What do you take home?"), max_length=LONGEST, widget=_area(2))


def _by_date() -> forms.DateField:
    return forms.DateField(
        label=gettext_lazy("I want to do it by"),
        required=False,
        widget=_day(),
        help_text=gettext_lazy("With a day it is something you set out to do, and you are asked once what came of it."),
        error_messages={"invalid": gettext_lazy("Please give a day.")},
    )


def _with_whom() -> forms.CharField:
    return forms.CharField(label=gettext_lazy("With whom"), required=False, max_length=LONGEST_NAMES)


def _visibility() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Who can read it"),
        choices=READERS,
        initial=Visibility.ME,
        widget=forms.RadioSelect,
    )


def words_of(form: ActionForm) -> Words:
    """Return what was typed, as the services take it; a form without readers is for its owner alone."""
    typed = form.cleaned_data
    return Words(typed["text"], typed["by_date"], typed["with_whom"], typed.get("visibility") or Visibility.ME)


class TakeForm(ActionForm):
    """What somebody takes home from a case. `about`: the case."""

    text = _text()
    by_date = _by_date()
    with_whom = _with_whom()
    visibility = _visibility()


class OwnTakeForm(TakeForm):
    """The same, of the case giver: there is nobody else to share it with but the group."""

    def prepare(self) -> None:
        """Leave out the case giver."""
        choices = [(name, label) for name, label in READERS.items() if name != Visibility.CASE_GIVER]
        self.fields["visibility"].choices = choices


class NoteForm(ActionForm):
    """A line of the journal, tied to a session that has begun or to none."""

    text = _text()
    session = forms.ChoiceField(label=gettext_lazy("From which session?"), required=False)
    by_date = _by_date()
    with_whom = _with_whom()

    def prepare(self) -> None:
        """Offer the sessions that have begun, newest first and chosen."""
        self.sessions = {session.key: session for session in begun_sessions(self.viewer)}
        labels = [(key, day(one.starts_at, self.viewer.zone)) for key, one in self.sessions.items()]
        self.fields["session"].choices = [*labels, ("", gettext_lazy("From no session in particular"))]


class ChangeForm(VersionedForm):
    """A line as it stands."""

    text = _text()
    by_date = _by_date()
    with_whom = _with_whom()
    visibility = _visibility()
    visibility.required, visibility.initial = False, None

    @property
    def shown_fields(self) -> list[Any]:
        """Ask who may read it only where there is somebody: a line about no case is its owner's alone."""
        return [row for row in super().shown_fields if row.name != "visibility" or row.value()]

    def take_conflict(self, stale: StaleVersion, sentence: str) -> None:
        """Show what is stored in words, also a day and who reads it."""
        super().take_conflict(stale, sentence)
        shown = dict(self.theirs)
        if shown.get("by_date"):
            shown["by_date"] = day(date.fromisoformat(shown["by_date"]))
        if "visibility" in shown:
            shown["visibility"] = str(READERS[Visibility(shown["visibility"])])
        self.theirs = shown


class OutcomeForm(VersionedForm):
    """What came of it."""

    came = forms.ChoiceField(label=gettext_lazy("What came of it?"), choices=CAME, widget=forms.RadioSelect)
    happened = forms.CharField(
        label=gettext_lazy("What happened"),
        required=False,
        max_length=LONGEST_STORY,
        widget=_area(3),
        help_text=gettext_lazy("A few words for yourself. Dropping it needs no reason."),
    )
    new_date = forms.DateField(
        label=gettext_lazy("If you postpone it: until when"),
        required=False,
        widget=_day(),
        error_messages={"invalid": gettext_lazy("Please give a day.")},
    )


class LaterForm(OutcomeForm):
    """The same form, sent by the button that leaves the question: whatever was filled in, nothing is told."""

    def prepare(self) -> None:
        """Require nothing."""
        for field in self.fields.values():
            field.required = False


class BriefForm(ActionForm):
    """What goes into the page for a team meeting. Nothing goes in that is not ticked."""

    fields_in = forms.MultipleChoiceField(
        label=gettext_lazy("What goes in?"), choices=BRIEF, required=False, widget=forms.CheckboxSelectMultiple
    )
    own_line = forms.CharField(
        label=gettext_lazy("A sentence of your own"),
        required=False,
        max_length=LONGEST,
        widget=_area(2),
        help_text=gettext_lazy("It is not kept."),
    )

    def offer(self, filled: Mapping[str, bool]) -> None:
        """Offer only what the line has. filled: by name of BRIEF."""
        self.fields["fields_in"].choices = [(name, label) for name, label in BRIEF.items() if filled.get(name)]

    def clean(self) -> dict[str, Any]:
        """Ask for at least one thing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("fields_in") and not cleaned.get("own_line") and not self.errors:
            self.add_error("fields_in", gettext_lazy("Please tick at least one, or write a sentence of your own."))
        return cleaned
