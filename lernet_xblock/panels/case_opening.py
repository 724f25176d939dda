"""Opening a case that is not one's own to read: with a reason, and this once."""

from collections.abc import Mapping
from typing import Any

from django import forms as fields

from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case, Contribution
from lernet_xblock.panels.forms import ActionForm
from lernet_xblock.queries.case_list import opened_case
from lernet_xblock.viewer import Viewer

SHORTEST_REASON, LONGEST_REASON = 10, 300

Kind = Contribution.Kind
KIND_NAMES: Mapping[str, Any] = {
    Kind.QUESTION: gettext_lazy("A clarifying question"),
    Kind.ANSWER: gettext_lazy("An answer"),
    Kind.REFLECTION: gettext_lazy("A reflection"),
    Kind.SUGGESTION: gettext_lazy("A suggestion"),
    Kind.EXPERIENCE: gettext_lazy("Own experience"),
    Kind.RESOURCE: gettext_lazy("A resource"),
    Kind.APPRECIATION: gettext_lazy("A word of appreciation"),
}


class OpenForm(ActionForm):
    """Why somebody opens the case; its owner reads this."""

    reason = fields.CharField(
        label=gettext_lazy("Why do you open it?"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=fields.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Its owner reads your name and this reason. The text is shown to you this once."),
    )

    def prepare(self) -> None:
        """Say in our own words that a reason says something."""
        self.fields["reason"].error_messages["min_length"] = gettext_lazy(
            "Please write at least %(limit_value)d characters, so that the owner understands."
        )


def opened_text(viewer: Viewer, case: Case, *, reported: str = "") -> dict[str, Any]:
    """Return what is shown once, for `Reply.once`. reported: the key of what a report is about, "" for none."""
    found = opened_case(viewer, case)
    return {"opened": found, "reported": reported, "kind_names": KIND_NAMES}
