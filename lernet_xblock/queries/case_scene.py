"""One case with what its page is made of: rows that every part of the page reads, fetched once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from django.db.models import Exists, OuterRef, QuerySet

from lernet_xblock.models import Case, Contribution, PhaseChange, Turn
from lernet_xblock.permissions import belongs, is_member, may_read_contribution, was_addressed
from lernet_xblock.queries.case_access import former_ids, locked_cohort
from lernet_xblock.queries.case_board import CaseLine, case_line
from lernet_xblock.rules.case_turn import DONE, PLANNED, WORKED, phase_at
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class CaseScene:
    """A case before one reader.

    turns: its rounds, oldest first; voices: the contributions the reader may read, oldest first; gaps: those they know
    of and may not read, since somebody withdrew or reported them; names: of owner and authors, by user id; apart: the
    reader finds their own words only, since they left or the charter waits; here: the reader is a member of the cohort
    of the case; formerly: of one that was merged or split.
    """

    viewer: Viewer
    case: Case
    line: CaseLine
    turns: tuple[Turn, ...]
    voices: tuple[Contribution, ...]
    gaps: tuple[Contribution, ...]
    names: Mapping[int, str]
    apart: bool
    here: bool
    formerly: bool

    @property
    def mine(self) -> bool:
        """The case is the reader's own."""
        return self.line.mine

    @property
    def shared(self) -> bool:
        """Others may read it."""
        return self.case.state == Case.State.SHARED

    @cached_property
    def turn(self) -> Turn | None:
        """The open round: planned or worked on."""
        return next((one for one in self.turns if one.open), None)

    @cached_property
    def phase(self) -> str:
        """The phase in force now, of rules.case_turn; PLANNED before any turn, DONE once the last one is over."""
        if self.turn is not None:
            return turn_phase(self.turn, self.viewer.now)
        return DONE if self.turns else PLANNED

    @cached_property
    def gap_ids(self) -> frozenset[int]:
        """The row numbers of what the reader knows of and may not read."""
        return frozenset(one.pk for one in self.gaps)

    @property
    def works(self) -> bool:
        """The reader is of those who work on the case in its open round."""
        return self.turn is None or works_on(self.viewer, self.turn)


def turn_phase(turn: Turn, now: datetime) -> str:
    """Return the phase of a turn in force now: deadlines open the next one by themselves."""
    return phase_at(turn.phase, {name: getattr(turn, f"{name}_until") for name in WORKED}, now)


def works_on(viewer: Viewer, turn: Turn) -> bool:
    """Tell whether the reader is of those who contribute in this turn: its circle, else everybody who reads it."""
    if turn.circle_id is None or turn.cohort_id in viewer.guided_ids:
        return True
    return turn.circle_id in viewer.circle_ids


def case_scene(viewer: Viewer, case: Case) -> CaseScene:
    """Return the case, which `find_case` gave: three queries, and one for circles where one has it."""
    # Nobody else finds a case of a group whose charter they have not accepted.
    closed = locked_cohort(viewer) if case.owner_id == viewer.user_id else None
    apart = not belongs(viewer) or (closed is not None and closed.pk == case.cohort_id)
    rows = Contribution.objects.filter(case=case) if not apart else Contribution.objects.none()
    voices, gaps = _told(viewer, case, rows)
    turns = tuple(_rounds().filter(case=case))
    names = viewer.host.names({case.owner_id, *(voice.author_id for voice in voices if voice.author_id)})
    own = viewer.membership if is_member(viewer) else None
    return CaseScene(
        viewer=viewer,
        case=case,
        line=case_line(viewer, case, names),
        turns=turns,
        voices=voices,
        gaps=gaps,
        names=names,
        apart=apart,
        here=own is not None and own.cohort_id == case.cohort_id,
        formerly=own is not None and own.cohort_id != case.cohort_id and case.cohort_id in former_ids(viewer),
    )


@cache
def _rounds() -> QuerySet[Turn]:
    """Return all turns, still to be asked for; made once. Only one that is still planned is asked for its session."""
    steps_back = Exists(PhaseChange.objects.filter(turn=OuterRef("pk")).exclude(note=""))
    return Turn.objects.select_related("circle").annotate(went_back=steps_back)


def _told(
    viewer: Viewer, case: Case, rows: Iterable[Contribution]
) -> tuple[tuple[Contribution, ...], tuple[Contribution, ...]]:
    """Return what the reader may read, and what they were told once and may not read any more."""
    voices, gaps = [], []
    for one in rows:
        if may_read_contribution(viewer, case, one):
            voices.append(one)
        elif was_addressed(viewer, case, one):
            gaps.append(one)
    return tuple(voices), tuple(gaps)


@dataclass(frozen=True)
class CasePage:
    """What the reader may do with a case as a whole. may_post: speak to it as a colleague, where a kind is open."""

    may_post: bool
    may_answer: bool
    may_edit: bool
    may_withdraw: bool


def case_page(viewer: Viewer, case: Case) -> CasePage:
    """Return what the reader may do with the case, which `find_case` gave."""
    return page_of(case_scene(viewer, case))


def page_of(scene: CaseScene) -> CasePage:
    """Return what the reader of this scene may do."""
    mine, shared = scene.mine, scene.shared
    return CasePage(
        may_post=shared and not mine and not scene.apart,
        may_answer=shared and mine and (scene.here or scene.formerly) and not scene.apart,
        may_edit=shared and mine and is_member(scene.viewer),
        may_withdraw=shared and mine,
    )
