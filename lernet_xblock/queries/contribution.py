"""What was said to a case: by round, then by kind in the order of the method, then in the order people spoke."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Contribution, PrivateNote
from lernet_xblock.permissions import belongs, is_member, may_read_contribution
from lernet_xblock.queries.case_access import find_case, locked_cohort
from lernet_xblock.queries.case_scene import CaseScene
from lernet_xblock.rules.prose import to_html
from lernet_xblock.viewer import Viewer

# The order of the method; answers stand below their question.
KINDS = tuple(kind for kind in Contribution.Kind.values if kind != Contribution.Kind.ANSWER)
WITHDRAWN, HELD = "withdrawn", "held"
# No case has this key: looking for nothing costs what looking for something does.
NOBODYS = "0" * 20


@dataclass(frozen=True)
class Voice:
    """What somebody said, or the place where it stood.

    author: "" for a former member; html: safe, "" for a place without words; gone: WITHDRAWN, HELD or "", for its
    author, too, who still reads it; helps: True or False where the reader may see whether it helped the case giver,
    None for everybody else; answers: below a question.
    """

    key: str
    kind: str
    author: str
    mine: bool
    html: str
    posted_at: datetime
    edited: bool
    gone: str
    helps: bool | None
    answers: tuple["Voice", ...] = ()


@dataclass(frozen=True)
class Round:
    """What was said in one round. kinds: each with its voices, in the order of the method; past: a later one began.

    reported: so many more were reported and are being looked at, of a kind that is not told.
    """

    number: int
    past: bool
    kinds: tuple[tuple[str, tuple[Voice, ...]], ...]
    reported: int


def rounds(scene: CaseScene) -> tuple[Round, ...]:
    """Return what was said, the present round last; what was asked before any belongs to the first one. No query."""
    numbers = {turn.pk: turn.number for turn in scene.turns}
    first, last = min(numbers.values(), default=1), max(numbers.values(), default=1)
    replies, reported = _replies(scene), Counter[int]()
    sections: dict[int, dict[str, list[Voice]]] = {last: {}}
    for one in sorted((*scene.voices, *scene.gaps), key=lambda row: (row.posted_at, row.pk)):
        number, voice = numbers.get(one.turn_id, first), _voice(scene, one, tuple(replies.get(one.pk, ())))
        if _hides_its_kind(voice):
            reported[number] += 1
            sections.setdefault(number, {})
        elif one.kind != Contribution.Kind.ANSWER:
            sections.setdefault(number, {}).setdefault(voice.kind, []).append(voice)
    return tuple(
        Round(
            number=number,
            past=number < last,
            kinds=tuple((kind, tuple(sections[number][kind])) for kind in KINDS if kind in sections[number]),
            reported=reported[number],
        )
        for number in sorted(sections)
    )


def voice_of(scene: CaseScene, key: str) -> Voice:
    """Return the one with this key, its answers below it. Raises NotFound unless the reader may read it. No query."""
    found = next((one for one in scene.voices if one.key == key), None)
    if found is None:
        raise NotFound
    return _voice(scene, found, tuple(_replies(scene).get(found.pk, ())))


def find_contribution(viewer: Viewer, key: str) -> Contribution:
    """Return words that the reader may read, with their case. Raises NotFound, alike for missing and foreign ones."""
    found = Contribution.objects.select_related("case").filter(key=key).first() if key.isalnum() else None
    case = find_case(viewer, found.case.key if found else NOBODYS)
    # As for the scene of a case: only its owner finds it while the charter waits.
    closed = locked_cohort(viewer) if case.owner_id == viewer.user_id else None
    apart = not belongs(viewer) or (closed is not None and closed.pk == case.cohort_id)
    if found is None or apart or not may_read_contribution(viewer, case, found):
        raise NotFound
    return found


def find_own_question(viewer: Viewer, key: str) -> Contribution:
    """Return a question put to the reader about the reader's own case. Raises NotFound for every other."""
    found = find_contribution(viewer, key)
    own = found.case.owner_id == viewer.user_id and is_member(viewer)
    if not own or found.kind != Contribution.Kind.QUESTION or found.case.cohort_id not in _cohort_ids(viewer):
        raise NotFound
    return found


def private_note(viewer: Viewer, case: Case) -> PrivateNote | None:
    """Return the notes of the owner of the case, None for everybody else and before there are any."""
    if case.owner_id != viewer.user_id:
        return None
    return PrivateNote.objects.filter(case=case, user_id=viewer.user_id).first()


def _cohort_ids(viewer: Viewer) -> set[int]:
    own = viewer.membership
    return {own.cohort_id, *(row.cohort_id for row in viewer.former)} if own else set()


def _replies(scene: CaseScene) -> dict[int, list[Voice]]:
    """Return the answers by row number of their question; those that hide their kind are in no such place."""
    found: dict[int, list[Voice]] = {}
    for one in sorted((*scene.voices, *scene.gaps), key=lambda row: (row.posted_at, row.pk)):
        if one.answers_id is not None:
            voice = _voice(scene, one)
            if not _hides_its_kind(voice):
                found.setdefault(one.answers_id, []).append(voice)
    return found


def _hides_its_kind(voice: Voice) -> bool:
    """Tell whether the reader learns no more than that something was reported; answers give their question away."""
    return voice.gone == HELD and not voice.html and not voice.answers


def _voice(scene: CaseScene, one: Contribution, answers: tuple[Voice, ...] = ()) -> Voice:
    viewer, known = scene.viewer, one.pk not in scene.gap_ids
    mine = one.author_id == viewer.user_id
    gone = WITHDRAWN if one.withdrawn_at is not None else HELD if one.held_at is not None else ""
    return Voice(
        key=one.key,
        kind=one.kind,
        author=scene.names.get(one.author_id or 0, "") if known else "",
        mine=mine,
        html=(one.html or to_html(one.text)) if known else "",
        posted_at=one.posted_at,
        edited=known and one.edited_at is not None,
        gone=gone,
        helps=_helps(scene, one, mine=mine) if not gone else None,
        answers=answers,
    )


def _helps(scene: CaseScene, one: Contribution, *, mine: bool) -> bool | None:
    """Only the case giver and the author ever learn it, and the author only that it did."""
    if scene.mine:
        return None if mine else one.helped
    return True if mine and one.helped else None
