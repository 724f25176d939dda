"""For whom a case is, in words, before and after it is shared, and its owner's choice."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy, ngettext
from lernet_xblock.models import Case, Cohort
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_forms import AUDIENCES
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.queries import case_access
from lernet_xblock.queries.case_readers import Readers, Readership, readership
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.services.case_audience import WIDTHS, change_audience
from lernet_xblock.viewer import Viewer

AS_SHARED = gettext_lazy("Only the people with whom I shared it")


def told(readers: Readers, *, newcomers: bool = True) -> str:
    """Return in words who reads a case with this audience. newcomers: say also who does because its owner opened it."""
    by_audience = {
        Case.Audience.COHORT: _cohort,
        Case.Audience.CIRCLE: _circle,
        Case.Audience.FACILITATOR: _guides_only,
    }
    sentences = list(by_audience[Case.Audience(readers.audience)](readers))
    if newcomers:
        sentences += _later(readers)
    return " ".join(sentences)


def _cohort(readers: Readers) -> Iterable[str]:
    if not readers.own_group:
        text = ngettext(
            "The %(n)s other person of %(group)s with whom you shared it can read it.",
            "The %(n)s other people of %(group)s with whom you shared it can read it.",
            readers.others,
        )
        yield text % {"n": readers.others, "group": readers.group}
    elif readers.others:
        text = ngettext(
            "The %(n)s other member of your group will read this.",
            "The %(n)s other members of your group will read this.",
            readers.others,
        )
        yield text % {"n": readers.others}
    else:
        yield _("No other member of your group can read it at this moment.")
    yield from _waiting(readers)
    if readers.guides:
        yield _("So will those who guide it: %(names)s.") % {"names": ", ".join(readers.guides)}


def _circle(readers: Readers) -> Iterable[str]:
    if not readers.has_circle:
        yield _("The people of your circle will read this, once a circle takes your case; until then no other member.")
    elif readers.people:
        names = ", ".join(readers.people)
        yield _("The people of the circle that works on your case will read this: %(names)s.") % {"names": names}
    else:
        yield _("Nobody of the circle that works on your case can read it at this moment.")
    yield from _waiting(readers)
    if readers.guides:
        yield _("So will those who guide your group: %(names)s.") % {"names": ", ".join(readers.guides)}


def _guides_only(readers: Readers) -> Iterable[str]:
    if readers.guides:
        yield _("Nobody but those who guide your group will read this: %(names)s.") % {
            "names": ", ".join(readers.guides)
        }
    else:
        yield _("Nobody guides your group who could read this, so it stays with you.")


def _waiting(readers: Readers) -> Iterable[str]:
    if readers.waiting:
        text = ngettext(
            "%(n)s more will, once they accept the charter.",
            "%(n)s more will, once they accept the charter.",
            readers.waiting,
        )
        yield text % {"n": readers.waiting}


def _later(readers: Readers) -> list[str]:
    if readers.audience == Case.Audience.FACILITATOR:
        return []
    if not readers.opened:
        return [_("Nobody outside your group will, and nobody who joins it later.")]
    text = ngettext(
        "You opened it to %(group)s: to %(n)s more person now, and to whoever joins later.",
        "You opened it to %(group)s: to %(n)s more people now, and to whoever joins later.",
        readers.more,
    )
    return [text % {"group": readers.opened, "n": readers.more}]


def told_now(found: Readership) -> str:
    """Return in words who reads a shared case as it stands."""
    if found.held:
        return _("Somebody reported it. Until that is decided, only you, who reported it and who decides can read it.")
    return told(found.now) if found.now else ""


def for_whom(case: Case) -> str:
    """Return in words for whom a shared case is, as its readers see it."""
    narrow = {
        Case.Audience.COHORT: _("For the group as it was when this was shared, and those who guide it."),
        Case.Audience.CIRCLE: _("For the circle that works on it, and those who guide the group."),
        Case.Audience.FACILITATOR: _("For those who guide the group, and nobody else."),
    }
    later = _("It is open to people who join later.") if case.open_to_id else ""
    return " ".join(filter(None, (narrow[Case.Audience(case.audience)], later)))


def explain(form: ActionForm, found: Readership, audiences: Iterable[str], *, newcomers: bool) -> None:
    """Put beside each of these audiences of the form who would read the case then."""
    choices = [
        (
            name,
            format_html(
                "<span><b>{}</b><br>{}</span>",
                AUDIENCES[Case.Audience(name)],
                told(found.choices[name], newcomers=newcomers),
            ),
        )
        for name in audiences
    ]
    form.fields["audience"].choices = choices


class AudienceForm(VersionedForm):
    """Who may read a case that is shared. open_to: the key of a group, "" for none; the service decides on it."""

    audience = forms.ChoiceField(label=gettext_lazy("Who may read it?"), choices=AUDIENCES, widget=forms.RadioSelect)
    open_to = forms.CharField(
        label=gettext_lazy("And who else?"), max_length=20, required=False, widget=forms.RadioSelect
    )

    def take_conflict(self, stale: StaleVersion, sentence: str) -> None:
        """Show what is stored in words."""
        super().take_conflict(stale, sentence)
        if "audience" in self.theirs:
            self.theirs["audience"] = str(AUDIENCES[Case.Audience(self.theirs["audience"])])
        if "open_to" in self.theirs:
            present = self.viewer.cohort
            names = {"": str(AS_SHARED), **({present.key: cohort_label(present)} if present else {})}
            self.theirs["open_to"] = names.get(self.theirs["open_to"], _("A group in which you were before"))


def audience_form(viewer: Viewer, case: Case, found: Readership, forms: Forms) -> ActionForm:
    """Return the form with which the owner narrows the audience, and widens it as long as they have a place."""
    stored = {"audience": case.audience, "open_to": case.open_to.key if case.open_to else "", "version": case.version}
    form = forms(AudienceForm, "case.audience", about=case.key, initial=stored)
    placed = permissions.is_member(viewer)
    explain(form, found, WIDTHS if placed else WIDTHS[WIDTHS.index(case.audience) :], newcomers=False)
    form.fields["open_to"].widget.choices = _openings(viewer.cohort if placed else None, case, found.newcomers)
    return form


def _openings(present: Cohort | None, case: Case, newcomers: tuple[str, ...]) -> list[tuple[str, Any]]:
    choices: list[tuple[str, Any]] = [("", AS_SHARED)]
    if case.open_to is not None and case.open_to != present:
        choices.append((case.open_to.key, _("Also %(group)s, as now") % {"group": cohort_label(case.open_to)}))
    if present is None:
        return choices
    group = {"group": cohort_label(present)}
    if present.pk == case.cohort_id:
        label = _("People who join %(group)s later may read it too") % group
    else:
        label = _("%(group)s, where I am now, may read it too, also who joins later") % group
    names = ", ".join(newcomers)
    if case.open_to == present:
        more = _("So it is now. What was said before you opened it stays with those who could read it then.")
    elif names:
        more = _("From now on these people could read it as well: %(names)s.") % {"names": names}
    else:
        more = _("At this moment that is nobody more.")
    choices.append((present.key, format_html("<span><b>{}</b><br>{}</span>", label, more)))
    return choices


@action("case.audience", panel="cases", permission=permissions.keeps_cases, form=AudienceForm)
def choose_audience(viewer: Viewer, form: AudienceForm) -> Reply:
    """Narrow who reads the case, or widen it again."""
    case = case_access.find_own_case(viewer, form.cleaned_data["about"])
    key = form.cleaned_data["open_to"]
    open_to = next((one for one in (viewer.cohort, case.open_to) if one is not None and one.key == key), None)
    if key and open_to is None:
        raise NotFound
    changed = change_audience(
        case,
        audience=form.cleaned_data["audience"],
        open_to=open_to,
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
    )
    return Reply(say=told_now(readership(viewer, changed)))
