"""The forms of what people say to a case, and of the case giver's own notes."""

from collections.abc import Sequence
from typing import Any

from django import forms

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Contribution
from lernet_xblock.panels.forms import ActionForm, VersionedForm
from lernet_xblock.services.contribution import LONGEST, QUESTION_LENGTH
from lernet_xblock.services.private_note import LONGEST_NOTE

Kind = Contribution.Kind

KINDS = {
    Kind.QUESTION: gettext_lazy("A clarifying question"),
    Kind.REFLECTION: gettext_lazy("A reflection"),
    Kind.SUGGESTION: gettext_lazy("A suggestion"),
    Kind.EXPERIENCE: gettext_lazy("My own experience"),
    Kind.RESOURCE: gettext_lazy("A resource"),
    Kind.APPRECIATION: gettext_lazy("A word of appreciation"),
}
PROMPTS = {
    Kind.QUESTION: gettext_lazy("Ask to understand, not to advise: who, what, since when?"),
    Kind.REFLECTION: gettext_lazy("What do you notice, and what does it stir in you? Leave solutions for later."),
    Kind.SUGGESTION: gettext_lazy("One idea at a time. What worked for you, and what would you read or try?"),
    Kind.APPRECIATION: gettext_lazy("What do you take with you, and what do you thank for?"),
}


def area(rows: int) -> forms.Textarea:
    """A text field of so many lines."""
    return forms.Textarea(attrs={"rows": rows})


class PostForm(ActionForm):
    """What somebody says to a case. Every kind arrives here; the service decides which is open."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want to add?"), choices=KINDS, widget=forms.RadioSelect, required=True
    )
    text = forms.CharField(label=gettext_lazy("Your words"), max_length=LONGEST, widget=area(3))

    def offer(self, kinds: Sequence[str]) -> None:
        """Show these kinds only, oldest in the method first; one alone is no choice. For the page, after the checks."""
        first = Kind(kinds[0])
        self.initial["kind"] = first
        # Set here, since labels of a language belong to a request.
        self.fields["kind"].choices = [(kind, KINDS[Kind(kind)]) for kind in kinds]
        self.fields["text"].help_text = PROMPTS[first]
        if len(kinds) > 1:
            return
        self.fields["kind"].widget = forms.HiddenInput()
        if self.is_bound:
            self.data = self.data.copy()
            self.data["kind"] = first
        if first == Kind.QUESTION:
            self.fields["text"].label = _("Your question")
            self.fields["text"].widget.attrs["maxlength"] = str(QUESTION_LENGTH)


class AnswerForm(ActionForm):
    """The case giver's answer to a question."""

    text = forms.CharField(label=gettext_lazy("Your answer"), max_length=LONGEST, widget=area(2))


class EditForm(VersionedForm):
    """Other words for what one said."""

    text = forms.CharField(label=gettext_lazy("Your words"), max_length=LONGEST, widget=area(4))


class HelpedForm(ActionForm):
    """Whether words helped the case giver."""

    helped = forms.ChoiceField(choices=(("yes", "yes"), ("no", "no")), widget=forms.HiddenInput)


class NoteForm(VersionedForm):
    """The notes of the case giver; nothing is required of them."""

    text = forms.CharField(
        label=gettext_lazy("My notes"), max_length=LONGEST_NOTE, required=False, strip=False, widget=area(6)
    )

    def clean_text(self) -> Any:
        """Keep the spaces within, and none at the end."""
        return self.cleaned_data["text"].rstrip()
