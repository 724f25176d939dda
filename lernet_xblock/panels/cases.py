"""Cases: the board of a group, one's own drafts, and a case with what colleagues say about it."""

from collections.abc import Iterable
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Case
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_forms import HORIZON_TAGS, KINDS, AnswerForm, DraftForm, PostForm, ShareForm
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.panel import Params, panel
from lernet_xblock.queries import case as cases
from lernet_xblock.queries import contribution as contributions
from lernet_xblock.services import case as writing
from lernet_xblock.services import contribution as contributing
from lernet_xblock.templatetags.lernet_show import clock
from lernet_xblock.viewer import Viewer

FIRST_VERSION = 1


def reads_cases(viewer: Viewer) -> bool:
    """Members and those who guide them, in person: for everybody else there are no cases at all."""
    return permissions.belongs(viewer) and viewer.may_write


@panel("cases", title=gettext_lazy("Cases"), visible=permissions.keeps_cases, in_menu=reads_cases)
def cases_panel(viewer: Viewer, params: Params, forms: Forms) -> dict[str, Any]:
    """Return the board, or the one case that the address names; who left a group finds their own cases only."""
    if not params.get("case"):
        return _space(viewer, forms)
    case = cases.find_case(viewer, params["case"])
    if case.state == Case.State.DRAFT:
        return {"template": "lernet_xblock/case_draft.html", **_draft(viewer, case, forms)}
    page = cases.case_page(viewer, case)
    parts = _for_colleagues(page, forms) if not page.line.mine else _for_owner(viewer, case, page, forms)
    return {"template": "lernet_xblock/case.html", "page": page, "tags": _tags(page.line), **parts}


def _tags(line: cases.CaseLine) -> list[Any]:
    return [HORIZON_TAGS[Case.Horizon(line.horizon)], KINDS[Case.Kind(line.kind)]]


def _rows(lines: Iterable[cases.CaseLine]) -> list[dict[str, Any]]:
    return [{"line": line, "tags": _tags(line)} for line in lines]


def _space(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    space = cases.case_space(viewer)
    if not reads_cases(viewer) and not space.mine:
        raise NotFound
    return {
        "template": "lernet_xblock/case_board.html",
        "space": space,
        "boards": [{"label": board.label, "rows": _rows(board.cases)} for board in space.boards],
        "mine": _rows(line for line in space.mine if line.state != Case.State.SHARED),
        "away": _rows(line for line in space.mine if line.state == Case.State.SHARED),
        "start": forms(ActionForm, "case.start"),
    }


def _words(case: Case) -> dict[str, Any]:
    return {**{name: getattr(case, name) for name in writing.TEXT_FIELDS}, "version": case.version}


def _draft(viewer: Viewer, case: Case, forms: Forms) -> dict[str, Any]:
    """Return one form that saves itself through `case.save` and is sent through `case.share`."""
    form = forms.refused("case.save") or forms(ShareForm, "case.share", about=case.key, initial=_words(case))
    # What was just refused is not saved, and an empty draft never was.
    stored = case.version > FIRST_VERSION and not form.is_bound
    return {
        "form": form,
        "saved": _("Saved %(time)s") % {"time": clock(case.saved_at, viewer.zone)} if stored else "",
        "readers": cases.readers(viewer, case),
        "may_share": reads_cases(viewer),
        "discard": forms(ActionForm, "case.discard", about=case.key),
    }


def _for_colleagues(page: cases.CasePage, forms: Forms) -> dict[str, Any]:
    return {
        "threads": [{"voice": voice} for voice in page.questions],
        "post": forms(PostForm, "contribution.post", about=page.line.key) if page.may_post else None,
    }


def _for_owner(viewer: Viewer, case: Case, page: cases.CasePage, forms: Forms) -> dict[str, Any]:
    return {
        "threads": [
            {"voice": voice, "form": forms(AnswerForm, "contribution.answer", about=voice.key)}
            if page.may_answer
            else {"voice": voice}
            for voice in page.questions
        ],
        "readers": cases.readers(viewer, case),
        "edit": forms(ShareForm, "case.edit", about=case.key, initial=_words(case)),
        "editing": forms.refused("case.edit") is not None,
        "withdraw": forms(ActionForm, "case.withdraw", about=case.key),
    }


def _own(viewer: Viewer, form: ActionForm) -> Case:
    return cases.find_own_case(viewer, form.cleaned_data["about"])


@action("case.start", panel="cases", permission=permissions.is_member, creates=True)
def start(viewer: Viewer, form: ActionForm) -> Reply:  # noqa: ARG001 - one signature
    """Open an empty draft."""
    if viewer.cohort is None:
        raise NotFound
    draft = writing.start(viewer.cohort, user_id=viewer.user_id, now=viewer.now)
    return Reply(panel="cases", params={"case": draft.key})


@action("case.save", panel="cases", permission=permissions.keeps_cases, form=DraftForm)
def save(viewer: Viewer, form: DraftForm) -> Reply:
    """Keep the draft as it is."""
    draft = writing.save(
        _own(viewer, form),
        words=form.words(),
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
    )
    return Reply(panel="cases", params={"case": draft.key})


@action("case.share", panel="cases", permission=permissions.is_member, form=ShareForm)
def share(viewer: Viewer, form: ShareForm) -> Reply:
    """Show the draft to the group."""
    case = writing.share(
        _own(viewer, form),
        words=form.words(),
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
        **form.ticks(),
    )
    return Reply(say=_("Shared with your group."), panel="cases", params={"case": case.key})


@action("case.edit", panel="cases", permission=permissions.is_member, form=ShareForm)
def edit(viewer: Viewer, form: ShareForm) -> Reply:
    """Change what the group reads."""
    writing.edit(
        _own(viewer, form),
        words=form.words(),
        opened_version=form.cleaned_data["version"],
        now=viewer.now,
        **form.ticks(),
    )
    return Reply(say=_("Changed. Your group reads the new text."))


@action("case.withdraw", panel="cases", permission=permissions.keeps_cases)
def withdraw(viewer: Viewer, form: ActionForm) -> Reply:
    """Take the case back."""
    writing.withdraw(_own(viewer, form), now=viewer.now)
    return Reply(say=_("Withdrawn. From now on only you can read it."))


@action("case.discard", panel="cases", permission=permissions.keeps_cases)
def discard(viewer: Viewer, form: ActionForm) -> Reply:
    """Throw the draft away."""
    writing.discard(_own(viewer, form))
    return Reply(say=_("The draft is gone."), panel="cases")


@action("contribution.post", panel="cases", permission=permissions.belongs, form=PostForm, creates=True)
def post(viewer: Viewer, form: PostForm) -> Reply:
    """Ask or suggest something."""
    case = cases.find_case(viewer, form.cleaned_data["about"])
    contributing.post(
        case,
        kind=form.cleaned_data["kind"],
        text=form.cleaned_data["text"],
        author_id=viewer.user_id,
        now=viewer.now,
    )
    return Reply(say=_("Your words are with the group now."))


@action("contribution.answer", panel="cases", permission=permissions.is_member, form=AnswerForm, creates=True)
def answer(viewer: Viewer, form: AnswerForm) -> Reply:
    """Answer a question."""
    question = contributions.find_own_question(viewer, form.cleaned_data["about"])
    contributing.answer(question, text=form.cleaned_data["text"], now=viewer.now)
    return Reply(say=_("Your answer is with the group now."))
