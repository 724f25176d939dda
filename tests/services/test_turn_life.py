"""The life of cases and their turns in any order of deeds: planned, led, chosen, told, withdrawn, cancelled."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from lernet_xblock.errors import RuleViolation
from lernet_xblock.models import Case, PhaseChange, Turn
from lernet_xblock.rules.case_turn import OPEN_KINDS, PHASES, WORKED, may_go, stage_of, why_not
from lernet_xblock.services import turn_outcome, turn_phase, turn_plan
from lernet_xblock.services.case import withdraw
from lernet_xblock.services.speaking import require_open
from lernet_xblock.services.turn import has_chosen, phase_in_force
from lernet_xblock.services.turn_plan import Override
from lernet_xblock.services.turn_session import free_turns
from lernet_xblock.services.turn_sweep import due_turns, tend
from tests.factories import CaseFactory
from tests.services.turning import AT, CHOICE, group, rising

pytestmark = pytest.mark.django_db
PLACES = st.integers(0, 2)
KINDS = tuple(dict.fromkeys(kind for kinds in OPEN_KINDS.values() for kind in kinds))


class Life(RuleBasedStateMachine):
    """Three cases of a group. What is refused has to leave everything as it was."""

    @initialize()
    def start(self) -> None:
        """Share three cases."""
        self.now = AT
        self.here = group(3)
        cases = [self.here.case, *(CaseFactory(cohort=self.here.cohort, owner=who) for who in self.here.people[1:])]
        self.cases = [case.pk for case in cases]
        self.done: dict[int, dict] = {}

    def attempt(self, deed) -> None:
        """Do it in a transaction of its own."""
        before = self.look()
        try:
            with transaction.atomic():
                deed()
        except RuleViolation:
            assert self.look() == before

    def look(self):
        """Return every column of every case, turn and change of phase."""
        return [list(model.objects.order_by("pk").values()) for model in (Case, Turn, PhaseChange)]

    def case(self, place: int) -> Case:
        """Return one of the cases as it is now."""
        return Case.objects.get(pk=self.cases[place])

    def turn(self, place: int) -> Turn | None:
        """Return its last turn."""
        return Turn.objects.filter(case=self.cases[place]).order_by("number").last()

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)

    @rule(place=PLACES, session=PLACES, known=st.booleans())
    def plan(self, place, session, known) -> None:
        """Plan a turn in a session."""
        override = Override(known=known, reason="Urgent" if known else "")
        given = {"session": self.here.sessions[session], "mode": "live", "override": override}
        self.attempt(
            lambda: turn_plan.plan_in_session(self.case(place), by=self.here.guide.pk, now=self.now, **given),
        )

    @rule(place=PLACES, days=st.integers(1, 3))
    def plan_days(self, place, days) -> None:
        """Plan a turn over several days."""
        override, deadlines = Override(known=True, reason="Urgent"), rising(self.now, days=days)
        given = {"cohort": self.here.cohort, "deadlines": deadlines, "override": override}
        self.attempt(lambda: turn_plan.plan_over_days(self.case(place), by=self.here.guide.pk, now=self.now, **given))

    @rule(place=PLACES)
    def unplan(self, place) -> None:
        """Take a plan back."""
        self.press(place, turn_plan.unplan)

    @rule(place=PLACES)
    def begin(self, place) -> None:
        """Open the questions."""
        self.press(place, turn_phase.begin)

    @rule(place=PLACES)
    def forward(self, place) -> None:
        """Open the next phase."""
        turn = self.turn(place)
        if turn is not None:
            self.press(place, turn_phase.forward, seen=phase_in_force(turn, now=self.now))

    @rule(place=PLACES, seen=st.sampled_from(PHASES))
    def forward_from_an_old_page(self, place, seen) -> None:
        """Open the next phase of one that may be over."""
        self.press(place, turn_phase.forward, seen=seen)

    @rule(place=PLACES, note=st.sampled_from(["", "Not understood yet"]))
    def back(self, place, note) -> None:
        """Go back one step."""
        turn = self.turn(place)
        if turn is not None:
            self.press(place, turn_phase.back, seen=phase_in_force(turn, now=self.now), note=note)

    @rule(place=PLACES)
    def end(self, place) -> None:
        """End without a choice."""
        self.press(place, turn_phase.end)

    def press(self, place, service, **more) -> None:
        """Let the facilitator press a button of the last turn."""
        turn = self.turn(place)
        if turn is not None:
            given = {"opened_version": turn.version, "by": self.here.guide.pk, "now": self.now, **more}
            self.attempt(lambda: service(turn, **given))

    @rule(place=PLACES, no_step=st.booleans())
    def choose(self, place, no_step) -> None:
        """Let the owner choose."""
        turn, today = self.turn(place), self.now.date()
        if turn is not None:
            step = {"first_step": "", "step_on": None} if no_step else {"step_on": today}
            given = {**CHOICE, **step, "no_step": no_step, "today": today, "opened_version": turn.version}
            self.attempt(lambda: turn_outcome.choose(turn, now=self.now, **given))

    @rule(place=PLACES)
    def tell(self, place) -> None:
        """Let the owner tell."""
        turn = self.turn(place)
        if turn is not None:
            given = {"outcome": "Well", "opened_version": turn.version, "now": self.now}
            self.attempt(lambda: turn_outcome.tell(turn, **given))

    @rule(place=PLACES)
    def withdraw(self, place) -> None:
        """Let the owner take the case back; it is the first one alone, so that others live longer."""
        if place == 0:
            self.attempt(lambda: withdraw(self.case(0), now=self.now))

    @rule(session=PLACES)
    def cancel(self, session) -> None:
        """Let a session not be held."""
        self.attempt(lambda: free_turns([self.here.sessions[session].pk], by=self.here.guide.pk, now=self.now))

    @rule()
    def sweep(self) -> None:
        """Let the clock do its work; a second time at once there is nothing left to do."""
        for turn in due_turns(self.now):
            self.attempt(lambda turn=turn: tend(turn, now=self.now))
        seen = self.look()
        for turn in due_turns(self.now):
            self.attempt(lambda turn=turn: tend(turn, now=self.now))
        assert self.look() == seen

    @rule(place=PLACES, kind=st.sampled_from(KINDS), owner=st.booleans())
    def speak(self, place, kind, owner) -> None:
        """Let somebody speak: what is open follows from the phase in force and from nothing else (T1, T2)."""
        case, turn = self.case(place), self.turn(place)
        if case.state != "shared":
            return
        phase = "planned" if turn is None else phase_in_force(turn, now=self.now)
        author = case.owner_id if owner else next(who.pk for who in self.here.people if who.pk != case.owner_id)
        why = why_not(kind, phase=phase, owner=owner, in_circle=True)
        try:
            require_open(case, kind, author_id=author, now=self.now)
        except RuleViolation:
            assert why is not None
        else:
            assert why is None
            assert kind in OPEN_KINDS[phase]
            assert not (owner and phase == "reflections")

    @invariant()
    def the_stage_of_every_case_follows_from_its_turns(self) -> None:
        """Compare with the rule; and there is one open turn at most."""
        for case in Case.objects.filter(pk__in=getattr(self, "cases", [])):
            turns = list(case.turns.order_by("number"))
            still_open = [turn for turn in turns if turn.open]
            last = next((turn for turn in reversed(turns) if not turn.open), None)
            assert len(still_open) <= 1
            assert [turn.number for turn in turns] == sorted({turn.number for turn in turns})
            assert case.stage == stage_of(
                open_phase=still_open[0].phase if still_open else None,
                chosen=None if last is None else has_chosen(last),
                told=last is not None and last.told_at is not None,
            )
            assert case.state == "shared" or not still_open

    @invariant()
    def phases_go_forward_by_one_or_back_by_one_with_a_note(self) -> None:
        """Only an end may skip phases; each change begins where the last one left off."""
        for turn in Turn.objects.all():
            stood = "planned"
            for change in turn.changes.order_by("pk"):
                assert change.before == stood
                stood = change.after
                back = PHASES.index(stood) < PHASES.index(change.before)
                assert may_go(change.before, stood) or stood == "done"
                assert bool(change.note) == back
            assert turn.phase == stood
            deadlines = [getattr(turn, f"{phase}_until") for phase in WORKED]
            assert deadlines == [None] * 4 or deadlines == sorted(set(deadlines))

    @invariant()
    def a_turn_that_is_done_is_never_open_again(self) -> None:
        """And what the owner chose stays as it was."""
        for turn in Turn.objects.filter(phase="done"):
            before = self.done.get(turn.pk)
            if before is not None:
                assert (turn.open, turn.ended_at, turn.question_before) == before["end"]
                assert before["chosen"] in ("", turn.question_after)
            end = (turn.open, turn.ended_at, turn.question_before)
            self.done[turn.pk] = {"end": end, "chosen": turn.question_after}
        assert set(getattr(self, "done", {})) == set(Turn.objects.filter(phase="done").values_list("pk", flat=True))


class OneAtATime(Life):
    """Each run leaves nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()

    def teardown(self) -> None:
        """Take back what this run wrote."""
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)


@pytest.mark.once
def test_turns_keep_their_rules_whatever_people_do():
    run_state_machine_as_test(
        OneAtATime,
        settings=settings(
            max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
