"""The journal: what somebody takes home and sets out to do, theirs alone unless they choose otherwise."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.forms import ActionForm, Forms, VersionedForm
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.panels.takeaway_brief import brief_form
from lernet_xblock.panels.takeaway_forms import CAME, ChangeForm, LaterForm, NoteForm, OutcomeForm, words_of
from lernet_xblock.panels.takeaway_words import by_source, row, rows
from lernet_xblock.queries import takeaway as queries
from lernet_xblock.services import takeaway as services
from lernet_xblock.viewer import Viewer

SAID = {
    "tried": gettext_lazy("Kept: you tried it."),
    "postponed": gettext_lazy("Kept: it has a new day now."),
    "dropped": gettext_lazy("Dropped. Nobody asks why."),
}


@panel(
    "journal",
    title=gettext_lazy("Journal"),
    visible=permissions.keeps_journal,
    in_menu=permissions.is_member,
)
def journal(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the journal, or the one line that the address names."""
    if params.get("line"):
        return _line_page(viewer, queries.find_own(viewer, params["line"]), forms)
    found = queries.journal(viewer)
    return {
        "asked": [{**row(viewer, line), **_asking(line, forms)} for line in found.to_ask],
        "open": rows(viewer, (line for line in found.open if not line.to_ask)),
        "noted": by_source(viewer, found.noted),
        "tried": rows(viewer, found.tried),
        "dropped": rows(viewer, found.dropped),
        "empty": not (found.open or found.noted or found.tried or found.dropped),
        "note": forms(NoteForm, "takeaway.note") if permissions.is_member(viewer) else None,
        "noting": forms.refused("takeaway.note") is not None,
    }


def _asking(line: queries.Line, forms: Forms) -> dict[str, Any]:
    initial = {"version": line.version, "happened": line.happened}
    return {"tell": forms(OutcomeForm, "takeaway.tell", about=line.key, initial=initial)}


def _line_page(viewer: Viewer, takeaway: Any, forms: Forms) -> dict[str, Any]:
    line = queries.own_line(viewer, takeaway)
    version = {"version": line.version}
    words = {"text": line.text, "by_date": line.by_date, "with_whom": line.with_whom}
    if line.of_case:
        words["visibility"] = line.visibility
    shut = line.state in services.CLOSED
    came = {"came": line.state if line.state in CAME else None}
    told = {"happened": line.happened, **came, **version}
    return {
        "page": row(viewer, line),
        "tell": forms(OutcomeForm, "takeaway.tell", about=line.key, initial=told),
        "change": forms(ChangeForm, "takeaway.change", about=line.key, initial={**words, **version}),
        "changing": forms.refused("takeaway.change") is not None,
        "telling": forms.refused("takeaway.tell") is not None,
        "told": forms(VersionedForm, "takeaway.told", about=line.key, initial=version)
        if line.state not in ("told", "dropped")
        else None,
        "reopen": forms(VersionedForm, "takeaway.reopen", about=line.key, initial=version) if shut else None,
        "make_brief": brief_form(line, forms),
        "briefing": forms.refused("takeaway.brief") is not None,
    }


def _own(viewer: Viewer, form: ActionForm) -> Any:
    return queries.find_own(viewer, form.cleaned_data["about"])


@action("takeaway.note", panel="journal", permission=permissions.is_member, form=NoteForm, creates=True)
def note(viewer: Viewer, form: NoteForm) -> Reply:
    """Keep a line of the journal."""
    if viewer.cohort is None:
        raise NotFound
    services.note(
        viewer.cohort,
        user_id=viewer.user_id,
        words=words_of(form),
        session=form.sessions.get(form.cleaned_data["session"]),
        today=queries.day_of(viewer),
        now=viewer.now,
    )
    return Reply(say=_("Kept in your journal."), panel="journal")


@action("takeaway.change", panel="journal", permission=permissions.keeps_journal, form=ChangeForm)
def change(viewer: Viewer, form: ChangeForm) -> Reply:
    """Change a line, its day and who reads it."""
    services.change(
        _own(viewer, form),
        words=words_of(form),
        opened_version=form.cleaned_data["version"],
        today=queries.day_of(viewer),
        now=viewer.now,
    )
    return Reply(say=_("Saved."))


@action("takeaway.tell", panel="journal", permission=permissions.keeps_journal, form=OutcomeForm)
def tell(viewer: Viewer, form: OutcomeForm) -> Reply:
    """Say what came of it."""
    came = form.cleaned_data["came"]
    services.tell(
        _own(viewer, form),
        came=came,
        happened=form.cleaned_data["happened"],
        new_date=form.cleaned_data["new_date"],
        opened_version=form.cleaned_data["version"],
        today=queries.day_of(viewer),
        now=viewer.now,
    )
    return Reply(say=str(SAID[came]))


@action("takeaway.later", panel="journal", permission=permissions.keeps_journal, form=LaterForm)
def later(viewer: Viewer, form: LaterForm) -> Reply:
    """Do not say now: nobody asks again."""
    services.not_now(_own(viewer, form), now=viewer.now)
    return Reply(say=_("All right. You are not asked again; you can tell it here whenever you like."))


@action("takeaway.told", panel="journal", permission=permissions.keeps_journal, form=VersionedForm)
def told(viewer: Viewer, form: VersionedForm) -> Reply:
    """Mark it as shared with the own team."""
    services.mark_told(_own(viewer, form), opened_version=form.cleaned_data["version"], now=viewer.now)
    return Reply(say=_("Kept: you shared it with your team."))


@action("takeaway.reopen", panel="journal", permission=permissions.keeps_journal, form=VersionedForm)
def reopen(viewer: Viewer, form: VersionedForm) -> Reply:
    """Take up again what was tried, dropped or told."""
    services.take_up(_own(viewer, form), opened_version=form.cleaned_data["version"], now=viewer.now)
    return Reply(say=_("It is open again."))
