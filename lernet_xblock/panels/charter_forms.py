"""The forms around a draft of the charter, and what becomes of words whose form is gone."""

from collections.abc import Collection
from dataclasses import dataclass

from django import forms as fields

from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm

TEXT_LENGTH = 6000
WORDS_LENGTH = 500
# How many digits a version has at most.
OPENED = 5

ACTIONS = (
    "charter.draft",
    "charter.revise",
    "charter.enforce",
    "charter.drop",
    "charter.support",
    "charter.object",
    "charter.unsay",
    "charter.answer",
)
TYPED = ("text", "objection", "answer")


def text_field() -> fields.CharField:
    """Return the field for the text of a charter."""
    return fields.CharField(
        label=gettext_lazy("The text of the charter"),
        max_length=TEXT_LENGTH,
        widget=fields.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("One rule on each line, so that everybody sees what is different."),
    )


class TextForm(ActionForm):
    """The text that a draft begins with."""

    text = text_field()


class TextVersionForm(VersionedForm):
    """The text of a draft as it should read from now on."""

    text = text_field()


class ObjectForm(VersionedForm):
    """An objection to the text of this version."""

    objection = fields.CharField(
        label=gettext_lazy("I object, because …"),
        max_length=WORDS_LENGTH,
        widget=fields.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What would go wrong with this text, and what would help?"),
    )


class AnswerForm(VersionedForm):
    """An answer to an objection as it was read; `about` is its key."""

    answer = fields.CharField(
        label=gettext_lazy("Your answer"),
        max_length=WORDS_LENGTH,
        widget=fields.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The group reads it below the objection, with your name."),
    )


@dataclass(frozen=True)
class Lost:
    """What was just refused and has no form on the page any more. typed: the words, "" where there were none."""

    sentence: str
    typed: str


def refused_here(forms: Forms, *, but: Collection[str]) -> Lost | None:
    """Return what was refused of another action than these, whose forms the page shows."""
    found = (form for name in ACTIONS if name not in but and (form := forms.refused(name)) is not None)
    form = next(found, None)
    if form is None:
        return None
    problems = " ".join(problem["text"] for problem in form.problems)
    typed = next((form.data[name] for name in TYPED if form.data.get(name)), "")
    return Lost(form.sentence or problems, typed)
