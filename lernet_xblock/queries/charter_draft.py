"""The charter of a group with its versions, and the draft it works on with what its members say to it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Charter, CharterDraft, CharterVoice, Cohort, Membership
from lernet_xblock.permissions import guides, is_member, leads
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.charter_comparison import Line, compare
from lernet_xblock.rules.charter_consent import Said, Tally, tally
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class Version:
    """A version that is or was in force. accepted: how many people said yes to it."""

    number: int
    in_force_at: datetime
    accepted: int


@dataclass(frozen=True)
class Voice:
    """What a member said. current: support for the text as it is now; answer: "" while an objection waits for one."""

    key: str
    name: str
    mine: bool
    supports: bool
    current: bool
    objection: str
    answer: str
    answered_by: str
    said_at: datetime
    version: int


@dataclass(frozen=True)
class Draft:
    """The open draft. lines: it beside the text in force; voices: of the members of now, empty for who is no reader."""

    key: str
    text: str
    version: int
    begun_by: str
    made_at: datetime
    saved_at: datetime
    tally: Tally
    lines: tuple[Line, ...]
    voices: tuple[Voice, ...]

    @property
    def own(self) -> Voice | None:
        """What the reader said."""
        return next((one for one in self.voices if one.mine), None)


@dataclass(frozen=True)
class CharterPage:
    """The charter of one group.

    text: in force, "" for none; versions: newest first; own: the reader is a member here; runs: the reader guides the
    group for good; hears: the reader learns who said what.
    """

    key: str
    label: str
    text: str
    versions: tuple[Version, ...]
    draft: Draft | None
    own: bool
    runs: bool
    hears: bool


def charter_page(viewer: Viewer, cohort: Cohort) -> CharterPage:
    """Return the charter of a cohort that the reader may see: two queries, and three more while there is a draft.

    What members say is for them and for those who guide them: for nobody else, and for nobody behind a masquerade.
    """
    charters = list(Charter.objects.filter(cohort=cohort).annotate(accepted=Count("consents")).order_by("-version"))
    own = is_member(viewer) and viewer.cohort == cohort
    text = charters[0].text if charters else ""
    hears = viewer.may_write and (own or guides(viewer, cohort))
    row = CharterDraft.objects.filter(cohort=cohort, open=True).first()
    return CharterPage(
        key=cohort.key,
        label=cohort_label(cohort),
        text=text,
        versions=tuple(Version(one.version, one.in_force_at, one.accepted) for one in charters),
        draft=_draft(viewer, row, text, hears=hears) if row is not None else None,
        own=own,
        runs=leads(viewer, cohort),
        hears=hears,
    )


def version_lines(cohort: Cohort, number: int) -> tuple[Line, ...]:
    """Return a version of the charter beside the one before it: one query. Raises NotFound where there is none."""
    rows = Charter.objects.filter(cohort=cohort, version__in=(number - 1, number)).values_list("version", "text")
    texts = dict(rows)
    if number not in texts:
        raise NotFound
    return compare(texts.get(number - 1, ""), texts[number])


def _draft(viewer: Viewer, row: CharterDraft, in_force: str, *, hears: bool) -> Draft:
    members = set(Membership.objects.filter(cohort=row.cohort_id, active=True).values_list("user_id", flat=True))
    voices = [one for one in CharterVoice.objects.filter(draft=row) if one.user_id in members]
    return Draft(
        key=row.key,
        text=row.text,
        version=row.version,
        made_at=row.made_at,
        saved_at=row.saved_at,
        tally=_tally(voices, members, row.version),
        lines=compare(in_force, row.text),
        **_named(viewer, row, voices if hears else ()),
    )


def _tally(voices: Iterable[CharterVoice], members: Collection[int], version: int) -> Tally:
    said = (Said(one.user_id, one.supports, one.about, one.answered_at is not None) for one in voices)
    return tally(said, members=members, version=version)


def _named(viewer: Viewer, row: CharterDraft, voices: Collection[CharterVoice]) -> dict[str, Any]:
    people = {row.made_by_id, *(one.user_id for one in voices), *(one.answered_by_id for one in voices)} - {None}
    names = viewer.host.names(people)
    spoken = (_voice(viewer, row, one, names) for one in voices)
    return {
        "begun_by": names.get(row.made_by_id, ""),
        "voices": tuple(sorted(spoken, key=lambda one: one.name.casefold())),
    }


def _voice(viewer: Viewer, row: CharterDraft, one: CharterVoice, names: Mapping[int, str]) -> Voice:
    return Voice(
        key=one.key,
        name=names.get(one.user_id, "—"),
        mine=one.user_id == viewer.user_id,
        supports=one.supports,
        current=one.supports and one.about == row.version,
        objection=one.objection,
        answer=one.answer,
        answered_by=names.get(one.answered_by_id, "") if one.answered_by_id else "",
        said_at=one.said_at,
        version=one.version,
    )


def find_own_draft(viewer: Viewer, key: str) -> CharterDraft:
    """Return a draft of the group the reader is a member of. Raises NotFound for every other."""
    found = _find(CharterDraft.objects.select_related("cohort"), viewer, key, "cohort")
    if found is None or not is_member(viewer) or viewer.cohort != found.cohort:
        raise NotFound
    return found


def find_led_draft(viewer: Viewer, key: str) -> CharterDraft:
    """Return a draft of a group that the reader guides for good. Raises NotFound for every other."""
    found = _find(CharterDraft.objects.select_related("cohort"), viewer, key, "cohort")
    if found is None or not leads(viewer, found.cohort):
        raise NotFound
    return found


def find_led_voice(viewer: Viewer, key: str) -> CharterVoice:
    """Return what a member said, of a group that the reader guides for good. Raises NotFound for every other."""
    found = _find(CharterVoice.objects.select_related("draft__cohort"), viewer, key, "draft__cohort")
    if found is None or not leads(viewer, found.draft.cohort):
        raise NotFound
    return found


def _find(rows: Any, viewer: Viewer, key: str, path: str) -> Any:
    is_key = viewer.network is not None and key.isascii() and key.isalnum()
    return rows.filter(key=key, **{f"{path}__network": viewer.network}).first() if is_key else None
