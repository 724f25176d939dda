"""The evaluation of a session: its seven items, sending them, and asking for what is due."""

from typing import Any

from django import forms
from django.views.decorators.debug import sensitive_variables

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, pgettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.queries import pulse as pulses
from lernet_xblock.rules.evaluation import PACE, RATINGS
from lernet_xblock.services import pulse as writing
from lernet_xblock.viewer import Viewer

NO_ANSWER = ("", gettext_lazy("no answer"))
SCALE = (
    ("1", gettext_lazy("1 not at all")),
    ("2", "2"),
    ("3", "3"),
    ("4", "4"),
    ("5", gettext_lazy("5 fully")),
    NO_ANSWER,
)
# No choice has this value, so that none is marked before a person marks one.
UNTOUCHED = "-"
PACES = (
    pgettext_lazy("pace of a session", "too slow"),
    pgettext_lazy("pace of a session", "right"),
    pgettext_lazy("pace of a session", "too fast"),
)
STATEMENTS = {
    "useful": gettext_lazy("Today helped me with a real question from my work."),
    "safety": gettext_lazy("I could show doubt or a mistake here without it counting against me."),
    "voice": gettext_lazy("I could say what I wanted to say."),
    "new_idea": gettext_lazy("I leave with at least one idea or view I did not have before."),
    "transfer": gettext_lazy("I will try something out before our next session."),
    PACE: gettext_lazy("The pace was …"),
}
COMMENT_LENGTH = 280


def one_of(item: str, choices: tuple[tuple[str, Any], ...]) -> forms.TypedChoiceField:
    """A statement to answer with a whole number, or not at all (None)."""
    return forms.TypedChoiceField(
        label=STATEMENTS[item],
        choices=choices,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        initial=UNTOUCHED,
    )


class PulseForm(ActionForm):
    """One set of answers. It is never saved before it is sent, and never after."""

    useful = one_of("useful", SCALE)
    safety = one_of("safety", SCALE)
    voice = one_of("voice", SCALE)
    new_idea = one_of("new_idea", SCALE)
    transfer = one_of("transfer", SCALE)
    pace = one_of(PACE, (*((str(place), word) for place, word in enumerate(PACES, start=1)), NO_ANSWER))
    comment = forms.CharField(
        label=gettext_lazy("One thing to keep, one thing to change."),
        max_length=COMMENT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Please name nobody, and nothing that points at one person."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a form that says nothing: it would count as an answer."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["comment"] and all(cleaned[item] is None for item in STATEMENTS):
            self.add_error(RATINGS[0], _("Please answer at least one line, or write a comment."))
        return cleaned


@action("pulse.answer", panel="results", permission=pulses.may_answer, form=PulseForm, remembers=False)
@sensitive_variables("form", "typed")
def answer(viewer: Viewer, form: PulseForm) -> Reply:
    """Send the evaluation, once. No key, rate or event is kept: the ledger alone knows who answered."""
    typed = form.cleaned_data
    pulse = pulses.find_pulse(viewer, typed["about"])
    first = writing.answer(
        pulse,
        network=viewer.network,
        user_id=viewer.user_id,
        now=viewer.now,
        ratings={item: typed[item] for item in STATEMENTS},
        comment=typed["comment"],
    )
    say = _("Sent. Thank you.") if first else _("You answered this already, thank you.")
    return Reply(say=say, panel="results", params={"pulse": typed["about"]})


@action("pulse.release", panel="results", permission=permissions.takes_part)
def release(viewer: Viewer, form: ActionForm) -> None:  # noqa: ARG001 - one signature
    """Publish what is due in the groups of whoever comes by first; asking again changes nothing."""
    for pulse in pulses.due_pulses(viewer, grace=writing.GRACE):
        writing.release_due(pulse, now=viewer.now)


def release_form(viewer: Viewer, forms: Forms, *, due: bool) -> ActionForm | None:
    """Return the form a reader's browser sends by itself when a release is due; None for who only looks."""
    return forms(ActionForm, "pulse.release") if due and viewer.may_write else None
