"""Who reads a case, for each audience its owner can choose: what the screen says is what the tables enforce."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.models import Case, CircleSeat, Cohort
from lernet_xblock.models.turn import circle_at_work
from lernet_xblock.queries.case_people import People, guides_of, people_near
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.viewer import Viewer

COHORT, CIRCLE, FACILITATOR = Case.Audience.COHORT, Case.Audience.CIRCLE, Case.Audience.FACILITATOR


@dataclass(frozen=True)
class ReaderIds:
    """People by number, the owner aside: colleagues of the time it was shared, others because the owner opened it.

    waiting: who will be of either once they accept the charter of their group.
    """

    first: frozenset[int]
    opened: frozenset[int]
    waiting: frozenset[int]
    guides: tuple[int, ...]

    @property
    def everybody(self) -> frozenset[int]:
        """Who can read it at this moment."""
        return self.first | self.opened | set(self.guides)


@dataclass(frozen=True)
class Readers:
    """Who reads a case with this audience, its owner aside.

    group: whose case it is; own_group: the viewer is a member there now. others: so many colleagues; people: their
    names, where it is for a circle that has it (has_circle). waiting: so many more once they accept the charter.
    opened: the group to which the owner opened it, "" for none; more: so many people of it beside the others.
    """

    audience: str
    group: str
    own_group: bool
    others: int
    waiting: int
    guides: tuple[str, ...]
    has_circle: bool = False
    people: tuple[str, ...] = ()
    opened: str = ""
    more: int = 0


@dataclass(frozen=True)
class Readership:
    """now: who reads the case as it stands, None while it is its owner's alone. choices: by audience.

    newcomers: the names of those who would read it as well if it were open to the owner's present group.
    held: it was reported, and until that is decided nobody else reads it than who reported it and who handles that.
    """

    now: Readers | None
    choices: Mapping[str, Readers]
    newcomers: tuple[str, ...]
    held: bool = False


@dataclass(frozen=True)
class _Scene:
    """All that decides who reads the case, fetched once. circle: the people of the circle at work, None for none."""

    case: Case
    at: datetime
    people: People
    circle: frozenset[int] | None
    guides: tuple[int, ...]
    opened_guides: Mapping[int, tuple[int, ...]]


def readership(viewer: Viewer, case: Case) -> Readership:
    """Return who reads the case, a draft as if it were shared now: seven queries at most, however many people."""
    scene, present = _scene(viewer, case), viewer.cohort
    choices = {name: _ids(scene, name, case.open_to_id, case.opened_at) for name in (COHORT, CIRCLE, FACILITATOR)}
    wider = _ids(scene, case.audience, present.pk, viewer.now).everybody if present else frozenset()
    newcomers = wider - choices[Case.Audience(case.audience)].everybody
    names = viewer.host.names({*scene.guides, *(scene.circle or ()), *newcomers, *_all(scene.opened_guides)})
    shown = {name: _shown(viewer, scene, name, ids, names) for name, ids in choices.items()}
    alone = case.state == Case.State.WITHDRAWN or case.held_at is not None
    return Readership(
        now=None if alone else shown[Case.Audience(case.audience)],
        choices=shown,
        newcomers=tuple(sorted(names[one] for one in newcomers if one in names)),
        held=case.held_at is not None,
    )


def reader_ids(viewer: Viewer, case: Case, audience: str) -> ReaderIds:
    """Return who would read the case with this audience: a draft if it were shared, a held one if it were released."""
    return _ids(_scene(viewer, case), audience, case.open_to_id, case.opened_at)


def _scene(viewer: Viewer, case: Case) -> _Scene:
    at = case.shared_at if case.state != Case.State.DRAFT and case.shared_at else viewer.now
    cohorts = {
        case.cohort_id,
        *([case.open_to_id] if case.open_to_id else []),
        *([viewer.cohort.pk] if viewer.cohort else []),
    }
    guides = guides_of(cohorts, now=viewer.now)
    circle = circle_at_work(case) if case.state != Case.State.DRAFT else None
    seats = CircleSeat.objects.filter(circle=circle).values_list("user_id", flat=True) if circle else None
    return _Scene(
        case=case,
        at=at,
        people=people_near(case, cohorts),
        circle=None if seats is None else frozenset(seats) - {case.owner_id},
        guides=tuple(user for cohort, user, since in guides if cohort == case.cohort_id and since <= at),
        opened_guides={one: tuple(user for cohort, user, _ in guides if cohort == one) for one in cohorts},
    )


def _ids(scene: _Scene, audience: str, open_to: int | None, opened_at: datetime | None) -> ReaderIds:
    case, people = scene.case, scene.people
    new_guides = scene.opened_guides.get(open_to, ()) if open_to else ()
    guides = tuple(dict.fromkeys(one for one in (*scene.guides, *new_guides) if one != case.owner_id))
    if audience == FACILITATOR:
        return ReaderIds(frozenset(), frozenset(), frozenset(), guides)
    within = people.everybody if audience == COHORT else scene.circle or frozenset()
    first, first_waiting = people.were_there(case.cohort_id, scene.at)
    opened, opened_waiting = people.are_of(open_to, opened_at) if open_to and opened_at else (frozenset(), frozenset())
    first, opened = (first & within) - set(guides), (opened & within) - set(guides)
    waiting = ((first_waiting | opened_waiting) & within) - first - opened - set(guides)
    return ReaderIds(first, opened - first, waiting, guides)


def _shown(viewer: Viewer, scene: _Scene, audience: str, ids: ReaderIds, names: Mapping[int, str]) -> Readers:
    case, present = scene.case, viewer.cohort
    has_circle = audience == CIRCLE and scene.circle is not None
    return Readers(
        audience=audience,
        group=cohort_label(case.cohort),
        own_group=present is not None and present.pk == case.cohort_id,
        others=len(ids.first),
        waiting=len(ids.waiting),
        guides=tuple(names[one] for one in ids.guides if one in names),
        has_circle=has_circle,
        people=tuple(sorted(names[one] for one in ids.first | ids.opened if one in names)) if has_circle else (),
        opened=_label(case.open_to),
        more=len(ids.opened),
    )


def _label(cohort: Cohort | None) -> str:
    return cohort_label(cohort) if cohort else ""


def _all(guides: Mapping[int, tuple[int, ...]]) -> set[int]:
    return {one for some in guides.values() for one in some}
