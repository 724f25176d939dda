"""Links and files of a case: shown to who reads it, added and taken away by its owner."""

from typing import Any

from django import forms

from lernet_xblock import permissions
from lernet_xblock.exports.addresses import file_url
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.queries import attachment as queries
from lernet_xblock.queries import case_access
from lernet_xblock.rules.attached import LONGEST_NAME, LONGEST_URL
from lernet_xblock.services import attachment as attaching_to
from lernet_xblock.viewer import Viewer

# What a browser says a file is counts for nothing: its content decides.
FILE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf")
BYTES_PER_KB = 1000


class LinkForm(ActionForm):
    """A link beside the text."""

    url = forms.CharField(
        label=gettext_lazy("Address of the page"),
        max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    name = forms.CharField(label=gettext_lazy("What one finds there"), max_length=LONGEST_NAME, required=False)


class FileForm(ActionForm):
    """A file, as the body of the request; its name comes beside it."""

    name = forms.CharField(label=gettext_lazy("The file"), max_length=1000, required=False, widget=forms.HiddenInput)

    @property
    def problem(self) -> str:
        """Why the file was not taken, "" for nothing: it has no field of its own to stand beside."""
        return self.sentence or " ".join(str(one) for errors in self.errors.values() for one in errors)


def shown(viewer: Viewer, case: Case) -> list[dict[str, Any]]:
    """Return what is attached, with an address for each: one query."""
    return [
        {
            "line": line,
            "href": line.url or file_url(viewer.host, viewer.user_id, line.key),
            "kb": max(1, round(line.size / BYTES_PER_KB)),
        }
        for line in queries.attached(case)
    ]


def attaching(case: Case, rows: list[dict[str, Any]], forms: Forms) -> dict[str, Any]:
    """Return the forms with which the owner adds to what is shown, and takes away from it."""
    refused = [forms.refused(name) for name in ("case.attach", "case.attach_link")]
    return {
        "attached": [{**row, "remove": forms(ActionForm, "attachment.remove", about=row["line"].key)} for row in rows],
        "attach": {
            "most": attaching_to.MOST_ATTACHMENTS,
            "room": len(rows) < attaching_to.MOST_ATTACHMENTS,
            "link": forms(LinkForm, "case.attach_link", about=case.key),
            "file": forms(FileForm, "case.attach", about=case.key),
            "open": any(refused),
        },
    }


@action(
    "case.attach",
    panel="cases",
    permission=permissions.keeps_cases,
    form=FileForm,
    creates=True,
    content_types=FILE_TYPES,
)
def attach(viewer: Viewer, form: FileForm) -> Reply:
    """Add a picture or a PDF."""
    attaching_to.attach_file(
        case_access.find_own_case(viewer, form.cleaned_data["about"]),
        content=form.file,
        name=form.cleaned_data["name"],
        now=viewer.now,
    )
    return Reply(say=_("The file is attached."))


@action("case.attach_link", panel="cases", permission=permissions.keeps_cases, form=LinkForm, creates=True)
def attach_link(viewer: Viewer, form: LinkForm) -> Reply:
    """Add a link."""
    attaching_to.attach_link(
        case_access.find_own_case(viewer, form.cleaned_data["about"]),
        url=form.cleaned_data["url"],
        name=form.cleaned_data["name"],
        now=viewer.now,
    )
    return Reply(say=_("The link is attached."))


@action("attachment.remove", panel="cases", permission=permissions.keeps_cases)
def remove(viewer: Viewer, form: ActionForm) -> Reply:
    """Take away a link or a file."""
    attaching_to.remove(queries.find_own_attachment(viewer, form.cleaned_data["about"]), now=viewer.now)
    return Reply(say=_("It is taken away."))
