"""What colleagues contributed to a case, in the order they spoke."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Contribution
from lernet_xblock.permissions import is_member
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Voice:
    """A contribution. `author` is "" for a former member."""

    key: str
    author: str
    mine: bool
    text: str
    posted_at: datetime
    answers: tuple["Voice", ...] = ()


def find_own_question(viewer: Viewer, key: str) -> Contribution:
    """Return a question put to the reader about the reader's own case. Raises NotFound for every other."""
    if not is_member(viewer) or not key.isalnum():
        raise NotFound
    cohorts = {viewer.membership.cohort_id, *(row.cohort_id for row in viewer.former)} if viewer.membership else set()
    own = Contribution.objects.filter(case__owner_id=viewer.user_id, case__cohort__in=cohorts)
    found = own.filter(key=key, kind=Contribution.Kind.QUESTION).first()
    if found is None:
        raise NotFound
    return found


def threads(viewer: Viewer, voices: Iterable[Contribution], names: Mapping[int, str]) -> tuple[Voice, ...]:
    """Return the questions, each with its answers. names: of the authors, by user id."""
    answers: dict[int | None, list[Voice]] = {}
    voices = list(voices)
    for voice in voices:
        if voice.kind == Contribution.Kind.ANSWER:
            answers.setdefault(voice.answers_id, []).append(_voice(viewer, voice, names))
    return tuple(
        _voice(viewer, voice, names, tuple(answers.get(voice.pk, ())))
        for voice in voices
        if voice.kind == Contribution.Kind.QUESTION
    )


def suggestions(viewer: Viewer, contributions: Iterable[Contribution], names: Mapping[int, str]) -> tuple[Voice, ...]:
    """Return the suggestions. names: of the authors, by user id."""
    kept = (one for one in contributions if one.kind == Contribution.Kind.SUGGESTION)
    return tuple(_voice(viewer, one, names) for one in kept)


def _voice(
    viewer: Viewer,
    voice: Contribution,
    names: Mapping[int, str],
    answers: tuple[Voice, ...] = (),
) -> Voice:
    return Voice(
        key=voice.key,
        author=names.get(voice.author_id or 0, ""),
        mine=voice.author_id == viewer.user_id,
        text=voice.text,
        posted_at=voice.posted_at,
        answers=answers,
    )
