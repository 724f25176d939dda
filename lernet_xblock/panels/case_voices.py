"""What people say to a case, by round and kind, and the box to say something more."""

import secrets
from collections.abc import Sequence
from typing import Any

from lernet_xblock import permissions
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import gettext_lazy
from lernet_xblock.models import Contribution
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.case_note import note_part
from lernet_xblock.panels.forms import Forms
from lernet_xblock.panels.panel import Params
from lernet_xblock.panels.voice_forms import KINDS, PROMPTS, AnswerForm, PostForm
from lernet_xblock.panels.voice_shown import TITLES, Showing, joined
from lernet_xblock.queries import case_access
from lernet_xblock.queries import contribution as contributions
from lernet_xblock.queries.case_scene import CaseScene, page_of
from lernet_xblock.queries.contribution import Round, Voice, rounds
from lernet_xblock.rules.case_turn import Why, why_not
from lernet_xblock.rules.hints import Hint, hints
from lernet_xblock.services import contribution as contributing
from lernet_xblock.services.speaking import NOW_OPEN, OWNER_NOW, closed_sentence
from lernet_xblock.viewer import Viewer

Kind = Contribution.Kind

HINTS = {
    Hint.SUGGESTION: gettext_lazy(
        "This sounds like a suggestion. Questions that only want to understand help more now."
    ),
    Hint.NAMES: gettext_lazy("This seems to name somebody. A function instead of the name protects the person."),
}


def voices_part(scene: CaseScene, params: Params, forms: Forms) -> dict[str, Any]:
    """Return what was said, the box, and the case giver's notes. params: `kind` shows one kind only."""
    told = rounds(scene)
    kind = params.get("kind", "")
    present = {name for one in told for name, _voices in one.kinds}
    shown, showing = [name for name in contributions.KINDS if kind not in present or name == kind], Showing(scene)
    return {
        "rounds": [_round(scene, one, shown, forms, showing) for one in told if _holds(one, shown)],
        "filters": _filters(scene, told, kind) if len(present) > 1 else [],
        "box": _box(scene, forms),
        **note_part(scene, forms),
    }


def _holds(one: Round, shown: Sequence[str]) -> bool:
    """Tell whether a round has anything to show: the present one stands there even when it is empty."""
    return not one.past or bool(one.reported) or any(kind in shown for kind, _voices in one.kinds)


def _round(scene: CaseScene, one: Round, shown: Sequence[str], forms: Forms, showing: Showing) -> dict[str, Any]:
    answers = may_answer(scene) and not one.past
    return {
        "number": one.number,
        "past": one.past,
        "folded": one.past and len(shown) > 1,
        "total": sum(1 + len(voice.answers) for _kind, voices in one.kinds for voice in voices),
        "kinds": [
            {
                "name": kind,
                "title": TITLES[Kind(kind)],
                "voices": joined(
                    shown
                    for voice in voices
                    for shown in showing.thread(voice, _answering(voice, forms, open_now=answers))
                ),
            }
            for kind, voices in one.kinds
            if kind in shown
        ],
        "reported": one.reported if len(shown) > 1 else 0,
    }


def _answering(voice: Voice, forms: Forms, *, open_now: bool) -> dict[str, Any] | None:
    """Return the box for an answer to a question: a light one, since a form for each is dear, or the refused form."""
    refused = forms.refused("contribution.answer")
    if refused is not None and refused.data.get("about", "") == voice.key:
        return {"about": voice.key, "form": refused}
    if not open_now or voice.gone or voice.kind != Kind.QUESTION:
        return None
    return {"about": voice.key, "key": secrets.token_hex(12)}


def _filters(scene: CaseScene, told: Sequence[Round], kind: str) -> list[dict[str, Any]]:
    """Return a link for all and for each kind that was used, with how often."""
    counts = dict.fromkeys(contributions.KINDS, 0)
    for one in told:
        for name, voices in one.kinds:
            counts[name] += len(voices)
    address = f"cases?case={scene.case.key}"
    kinds = [
        {"label": TITLES[Kind(name)], "count": count, "address": f"{address}&kind={name}", "current": name == kind}
        for name, count in counts.items()
        if count
    ]
    current = any(one["current"] for one in kinds)
    return [{"label": _("All kinds"), "count": 0, "address": address, "current": not current}, *kinds]


def _box(scene: CaseScene, forms: Forms) -> dict[str, Any] | None:
    """Return the box of a case that can be spoken to: the form with the kinds that are open, and why others are not.

    What was refused because everything closed meanwhile stays in its form, without a button.
    """
    page = page_of(scene)
    if not (page.may_post or page.may_answer) or scene.case.held_at is not None:
        return None
    kinds = open_kinds(scene)
    refused = forms.refused("contribution.post")
    if refused is not None and refused.data.get("about", "") != scene.case.key:
        refused = None
    if isinstance(refused, PostForm) and kinds:
        refused.offer(kinds)
    return {
        "form": refused,
        "light": light_form(kinds) if kinds and refused is None else None,
        "open": bool(kinds),
        "heading": KINDS[Kind(kinds[0])] if len(kinds) == 1 else _("Think along"),
        "line": _line(scene),
    }


def light_form(kinds: Sequence[str]) -> dict[str, Any]:
    """Return what a template needs to write an empty PostForm: one that Django writes is dear on so full a page."""
    question = list(kinds) == [Kind.QUESTION]
    return {
        "key": secrets.token_hex(12),
        "kinds": [(kind, KINDS[Kind(kind)]) for kind in kinds],
        "choice": PostForm.base_fields["kind"].label,
        "label": _("Your question") if question else PostForm.base_fields["text"].label,
        "most": contributing.QUESTION_LENGTH if question else contributing.LONGEST,
        "prompt": PROMPTS[Kind(kinds[0])],
    }


def open_kinds(scene: CaseScene) -> list[str]:
    """Return what the reader can say to the case now, in the order of the method; answers stand below questions."""
    return [
        kind
        for kind in contributions.KINDS
        if why_not(kind, phase=scene.phase, owner=scene.mine, in_circle=scene.works) is None
    ]


def may_answer(scene: CaseScene) -> bool:
    """Tell whether the reader is the case giver and questions are open."""
    closed = why_not(Kind.ANSWER, phase=scene.phase, owner=scene.mine, in_circle=True)
    return closed is None and page_of(scene).may_answer and scene.case.held_at is None


def _line(scene: CaseScene) -> str:
    """Return the one line that says what is open now, and so why the rest is not."""
    if scene.mine:
        return str(OWNER_NOW[scene.phase])
    if not scene.works and scene.turn is not None and scene.turn.circle is not None:
        return closed_sentence(Why.OTHER_CIRCLE, phase=scene.phase, circle_number=scene.turn.circle.number)
    return str(NOW_OPEN[scene.phase])


def hinted(said: Contribution) -> dict[str, Any]:
    """Return what the page tells the author this one time about their words."""
    found = hints(said.kind, said.text)
    return {"hinted": {"key": said.key, "hints": [HINTS[hint] for hint in found]}} if found else {}


@action("contribution.post", panel="cases", permission=permissions.belongs, form=PostForm, creates=True)
def post(viewer: Viewer, form: PostForm) -> Reply:
    """Say something to a case. A hint never stops it: the words are there, and can be changed."""
    case = case_access.find_case(viewer, form.cleaned_data["about"])
    said = contributing.post(
        case,
        kind=form.cleaned_data["kind"],
        text=form.cleaned_data["text"],
        author_id=viewer.user_id,
        now=viewer.now,
    )
    say = _("Your words are with the group now.")
    return Reply(say=say, panel="cases", params={"case": case.key}, once=hinted(said))


@action("contribution.answer", panel="cases", permission=permissions.is_member, form=AnswerForm, creates=True)
def answer(viewer: Viewer, form: AnswerForm) -> Reply:
    """Answer a question."""
    question = contributions.find_own_question(viewer, form.cleaned_data["about"])
    said = contributing.answer(question, text=form.cleaned_data["text"], now=viewer.now)
    say = _("Your answer is with the group now.")
    return Reply(say=say, panel="cases", params={"case": question.case.key}, once=hinted(said))
