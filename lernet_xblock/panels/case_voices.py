"""What colleagues say about a case, and adding to it."""

from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_forms import AnswerForm, PostForm
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.queries import case_access
from lernet_xblock.queries import contribution as contributions
from lernet_xblock.queries.case_scene import CaseScene, page_of
from lernet_xblock.services import contribution as contributing
from lernet_xblock.viewer import Viewer


def voices_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:  # noqa: ARG001 - as the other parts
    """Return what was said, by kind, and what the reader can add now."""
    page = page_of(scene)
    post = forms(PostForm, "contribution.post", about=page.line.key) if page.may_post else None
    return {
        "threads": [
            {"voice": voice, "form": forms(AnswerForm, "contribution.answer", about=voice.key)}
            if page.may_answer
            else {"voice": voice}
            for voice in page.questions
        ],
        "suggestions": page.suggestions,
        "post": post,
    }


@action("contribution.post", panel="cases", permission=permissions.belongs, form=PostForm, creates=True)
def post(viewer: Viewer, form: PostForm) -> Reply:
    """Ask or suggest something."""
    case = case_access.find_case(viewer, form.cleaned_data["about"])
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
