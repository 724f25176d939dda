"""Searching the cases that one may read. What is typed is sent as a form: it stands in no address and no log."""

from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.queries.case_search import search
from lernet_xblock.rules.search import words_of
from lernet_xblock.viewer import Viewer

SEARCHES_PER_MINUTE = 60


class SearchForm(ActionForm):
    """What to look for."""

    words = fields.CharField(
        label=gettext_lazy("Search all that you can read here"),
        max_length=100,
        widget=fields.TextInput(attrs={"type": "search"}),
    )

    def clean_words(self) -> str:
        """Ask for at least one letter or digit."""
        typed: str = self.cleaned_data["words"]
        if not words_of(typed):
            raise fields.ValidationError(_("Please type a word."))
        return typed


def search_form(forms: Forms) -> ActionForm:
    """Return the form above the board."""
    return forms(SearchForm, "case.search")


@action(
    "case.search",
    panel="cases",
    permission=permissions.keeps_cases,
    form=SearchForm,
    a_minute=SEARCHES_PER_MINUTE,
)
def look_for(viewer: Viewer, form: SearchForm) -> Reply:
    """Show what was found, this one time."""
    typed = form.cleaned_data["words"]
    hits = search(viewer, words_of(typed))
    found = ngettext("%(n)d case found.", "%(n)d cases found.", len(hits)) % {"n": len(hits)}
    said = found if hits else _("No case found.")
    again = SearchForm(viewer=viewer, action="case.search", initial={"words": typed})
    once: dict[str, Any] = {
        "searched": True,
        "hits": hits,
        "search": again,
        "said": said,
    }
    return Reply(say=said, panel="cases", once=once)
