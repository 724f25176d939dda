"""Who says to come: numbers for the group, names and reasons for those who guide it, the own answer and presence."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, F, OuterRef

from lernet_xblock.models import Attendance, Cohort, Membership, Rsvp
from lernet_xblock.permissions import is_member, may_change_session, may_plan
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Voice:
    """What one member said, for those who guide the session."""

    name: str
    coming: bool
    reason: str


@dataclass(frozen=True)
class SessionRsvps:
    """What was said of one session. own, own_reason: the reader's answer, of Rsvp.Answer, "" for none.

    member: whether the reader is a member of the group. voices: by name, none for those who do not guide the session.
    state, minutes, self_checked: what is recorded of the reader's own presence, "" and None for nothing.
    """

    member: bool = False
    coming: int = 0
    not_coming: int = 0
    own: str = ""
    own_reason: str = ""
    voices: tuple[Voice, ...] = ()
    state: str = ""
    minutes: int | None = None
    self_checked: bool = False


class CohortRsvps(dict[str, SessionRsvps]):
    """What was said of the sessions of a cohort, by session key; of every other session nothing was."""

    def __init__(self, said: Mapping[str, SessionRsvps], *, member: bool) -> None:
        super().__init__(said)
        self.member = member

    def __missing__(self, key: str) -> SessionRsvps:
        """Return that nothing was said."""
        return SessionRsvps(member=self.member)


def rsvps(viewer: Viewer, cohort: Cohort) -> CohortRsvps:
    """Return what was said of the sessions of a cohort that concerns the reader: `found[line.key]`.

    Counted are the members of now who do not pause then. Two queries, whatever the number of people and sessions: the
    answers, and either names or the reader's own attendance.
    """
    by_key: dict[str, list[Any]] = defaultdict(list)
    for row in _answers(cohort):
        by_key[row.session.key].append(row)
    member = is_member(viewer) and viewer.cohort == cohort
    own = _own(viewer, cohort) if member else {}
    names = _names(viewer, cohort, by_key)
    said = {
        key: replace(_said(viewer, cohort, by_key.get(key, []), names), member=member, **own.get(key, {}))
        for key in {**by_key, **own}
    }
    return CohortRsvps(said, member=member)


def _answers(cohort: Cohort) -> list[Rsvp]:
    mine = Membership.objects.filter(cohort=cohort, user=OuterRef("user"), active=True)
    pauses = mine.filter(
        paused_at__lte=OuterRef("session__starts_at"), paused_until__gte=OuterRef("session__local_date")
    )
    rows = Rsvp.objects.filter(Exists(mine), ~Exists(pauses), session__cohort=cohort)
    return list(rows.select_related("session").order_by("pk"))


def _own(viewer: Viewer, cohort: Cohort) -> dict[str, dict[str, Any]]:
    """Return what is recorded of the reader, by session key: one query."""
    rows = Attendance.objects.filter(session__cohort=cohort, user_id=viewer.user_id).annotate(key=F("session__key"))
    return {row.pop("key"): row for row in rows.values("key", "state", "minutes", "self_checked")}


def _names(viewer: Viewer, cohort: Cohort, by_key: Mapping[str, list[Any]]) -> Mapping[int, str]:
    if not by_key or not (viewer.may_write and may_plan(viewer, cohort)):
        return {}
    return viewer.host.names(row.user_id for rows in by_key.values() for row in rows)


def _said(viewer: Viewer, cohort: Cohort, rows: list[Any], names: Mapping[int, str]) -> SessionRsvps:
    mine = next((row for row in rows if row.user_id == viewer.user_id), None)
    coming = sum(row.answer == Rsvp.Answer.COMING for row in rows)
    return SessionRsvps(
        coming=coming,
        not_coming=len(rows) - coming,
        own=mine.answer if mine else "",
        own_reason=mine.reason if mine else "",
        voices=_voices(viewer, cohort, rows, names),
    )


def _voices(viewer: Viewer, cohort: Cohort, rows: list[Any], names: Mapping[int, str]) -> tuple[Voice, ...]:
    """Return who said what, those who do not come first. Somebody who stands in reads it of their session only."""
    if not rows or not names:
        return ()
    session = rows[0].session
    session.cohort = cohort
    if not may_change_session(viewer, session):
        return ()
    voices = (Voice(names.get(row.user_id, "—"), row.answer == Rsvp.Answer.COMING, row.reason) for row in rows)
    return tuple(sorted(voices, key=lambda voice: (voice.coming, voice.name.casefold())))
