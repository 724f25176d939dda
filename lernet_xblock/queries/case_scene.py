"""One case with what its page is made of: rows that every part of the page reads, fetched once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lernet_xblock.models import Case, Contribution, Turn
from lernet_xblock.permissions import belongs, is_member, may_read_contribution
from lernet_xblock.queries.case_access import former_ids, locked_cohort
from lernet_xblock.queries.case_board import CaseLine, case_line
from lernet_xblock.queries.contribution import Voice, suggestions, threads
from lernet_xblock.rules.case_turn import PLANNED, WORKED, phase_at
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class CaseScene:
    """A case before one reader.

    turns: its rounds, oldest first; voices: the contributions the reader may read, oldest first; names: of owner and
    authors, by user id; apart: the reader finds their own words only, since they left or the charter waits; here: the
    reader is a member of the cohort of the case; formerly: of one that was merged or split.
    """

    viewer: Viewer
    case: Case
    line: CaseLine
    turns: tuple[Turn, ...]
    voices: tuple[Contribution, ...]
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
        """The phase in force now, of rules.case_turn; PLANNED before any turn."""
        return turn_phase(self.turn, self.viewer.now) if self.turn is not None else PLANNED

    @property
    def works(self) -> bool:
        """The reader is of those who work on the case in its open round."""
        return self.turn is None or works_on(self.viewer, self.turn)


def turn_phase(turn: Turn, now: datetime) -> str:
    """Return the phase of a turn in force now: deadlines open the next one by themselves."""
    return phase_at(turn.phase, {name: getattr(turn, f"{name}_until") for name in WORKED}, now)


def works_on(viewer: Viewer, turn: Turn) -> bool:
    """Tell whether the reader is of those who contribute in this turn: its circle, else everybody who reads it."""
    return turn.circle_id is None or turn.circle_id in viewer.circle_ids or turn.cohort_id in viewer.guided_ids


def case_scene(viewer: Viewer, case: Case) -> CaseScene:
    """Return the case, which `find_case` gave: three queries, and one for circles where one has it."""
    closed = locked_cohort(viewer)
    apart = not belongs(viewer) or (closed is not None and closed.pk == case.cohort_id)
    rows = Contribution.objects.filter(case=case) if not apart else Contribution.objects.none()
    voices = tuple(one for one in rows if may_read_contribution(viewer, case, one))
    turns = tuple(Turn.objects.filter(case=case).select_related("circle", "session"))
    names = viewer.host.names({case.owner_id, *(voice.author_id for voice in voices if voice.author_id)})
    own = viewer.membership if is_member(viewer) else None
    return CaseScene(
        viewer=viewer,
        case=case,
        line=case_line(viewer, case, names),
        turns=turns,
        voices=voices,
        names=names,
        apart=apart,
        here=own is not None and own.cohort_id == case.cohort_id,
        formerly=own is not None and case.cohort_id in former_ids(viewer),
    )


@dataclass(frozen=True)
class CasePage:
    """One case with what colleagues contributed."""

    line: CaseLine
    situation: str
    question: str
    tried: str
    edited_at: datetime | None
    version: int
    questions: tuple[Voice, ...]
    suggestions: tuple[Voice, ...]
    may_post: bool
    may_answer: bool
    may_edit: bool
    may_withdraw: bool


def case_page(viewer: Viewer, case: Case) -> CasePage:
    """Return the case, which `find_case` gave, with its contributions as far as the reader may see them."""
    return page_of(case_scene(viewer, case))


def page_of(scene: CaseScene) -> CasePage:
    """Return what the page of this scene shows."""
    case, mine, shared = scene.case, scene.mine, scene.shared
    return CasePage(
        line=scene.line,
        situation=case.situation,
        question=case.question,
        tried=case.tried,
        edited_at=case.edited_at,
        version=case.version,
        questions=threads(scene.viewer, scene.voices, scene.names),
        suggestions=suggestions(scene.viewer, scene.voices, scene.names),
        may_post=shared and not mine,
        may_answer=shared and mine and (scene.here or scene.formerly) and not scene.apart,
        may_edit=shared and mine and scene.here,
        may_withdraw=shared and mine,
    )
