"""Reporting a case or a contribution: why, and nothing more is needed."""

from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.report_words import GROUNDS
from lernet_xblock.queries.report import find_reportable
from lernet_xblock.services.report import raise_report
from lernet_xblock.viewer import Viewer

LONGEST_WORDS = 500
KEY_LENGTH = 20


class RaiseForm(ActionForm):
    """Why something is reported. voice: the key of a contribution, "" for the case itself."""

    voice = fields.CharField(required=False, max_length=KEY_LENGTH, widget=fields.HiddenInput)
    ground = fields.ChoiceField(
        label=gettext_lazy("What is wrong with it?"), choices=tuple(GROUNDS.items()), widget=fields.RadioSelect
    )
    words = fields.CharField(
        label=gettext_lazy("What else should be known?"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=fields.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only who looks into it reads this."),
    )
    serious = fields.BooleanField(
        label=gettext_lazy("This is serious: it is not to be read again before somebody has decided."), required=False
    )


def raise_page(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the form. Raises NotFound for what the reader does not read, and for their own words."""
    found = find_reportable(viewer, params["case"], params.get("voice", ""))
    # Somebody was first meanwhile: what was typed is kept, and the thing is not shown any more.
    if not found.read and forms.refused("report.raise") is None:
        raise NotFound
    initial = {"voice": found.contribution.key if found.contribution else ""}
    return {
        "template": "lernet_xblock/reports_raise.html",
        "found": found,
        "case": found.case,
        "voice": found.contribution,
        "form": forms(RaiseForm, "report.raise", about=found.case.key, initial=initial),
    }


@action("report.raise", panel="reports", permission=permissions.belongs, form=RaiseForm, creates=True)
def report(viewer: Viewer, form: RaiseForm) -> Reply:
    """Hold it, and let somebody who is not involved look into it."""
    given = form.cleaned_data
    found = find_reportable(viewer, given["about"], given["voice"])
    made = raise_report(
        found.case,
        found.contribution,
        reporter_id=viewer.user_id,
        ground=given["ground"],
        words=given["words"],
        serious=given["serious"],
        now=viewer.now,
    )
    return Reply(say=_("Thank you. It is held from now on."), panel="reports", params={"report": made.key})
