"""The life of a group's sessions in any order of deeds: planned, planned anew, moved, replaced, dropped, not held."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lernet_xblock.errors import RuleViolation
from lernet_xblock.models import Message, Plan, Session
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.services.plan import plan_anew
from lernet_xblock.services.session import plan_sessions
from lernet_xblock.services.session_cancel import drop_session, replace_session
from lernet_xblock.services.session_held import declare_not_held
from lernet_xblock.services.session_move import move_session
from tests.factories import NOW, PLAN, CohortFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
PLACES = st.integers(0, 5)
DAYS = st.integers(0, 200).map(lambda days: date(2027, 1, 20) + timedelta(days=days))
CLOCKS = st.sampled_from([time(2, 30), time(9), time(13, 30), time(18, 30)])


def settings_with(dates: dict[str, Any]) -> Settings:
    return replace(PLAN, **dates)


PLANS = st.fixed_dictionaries(
    {
        "first_date": DAYS,
        "session_time": CLOCKS,
        "interval": st.sampled_from([1, 2, 4]),
        "session_count": st.integers(3, 7),
        "session_minutes": st.sampled_from([90, 180]),
        "free_days": st.lists(DAYS, max_size=3).map(tuple),
        "make_up": st.booleans(),
    }
).map(settings_with)
VISIBLE = ("starts_at", "ends_at", "state", "kind", "time_zone", "title", "place")


class Life(RuleBasedStateMachine):
    """One group. What is refused has to leave everything as it was."""

    @initialize()
    def begin(self) -> None:
        """Plan the group for the first time."""
        self.now = NOW
        self.cohort = CohortFactory()
        MembershipFactory(cohort=self.cohort)
        self.by = UserFactory(is_staff=True).pk
        plan_sessions(self.cohort, settings=PLAN, by=self.by, now=self.now)
        self.seen = self.look()

    def look(self):
        """Return every column of every session, by row number."""
        return {row["id"]: row for row in Session.objects.filter(cohort=self.cohort).values()}

    def attempt(self, deed) -> None:
        """Do it in a transaction of its own."""
        before = self.look()
        try:
            with transaction.atomic():
                deed()
        except RuleViolation:
            assert self.look() == before

    def row(self, place: int) -> Session:
        """Return one of the sessions."""
        rows = list(Session.objects.filter(cohort=self.cohort))
        return rows[place % len(rows)]

    @rule(hours=st.integers(1, 60 * 24))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)

    @rule(chosen=PLANS, shift=st.integers(-3, 3))
    def regenerate(self, chosen, shift) -> None:
        """Plan anew."""
        self.attempt(lambda: self.plan(chosen, shift))

    @rule(free=st.lists(DAYS, max_size=4), count=st.integers(4, 6), make_up=st.booleans())
    def change_a_little(self, free, count, make_up) -> None:
        """Plan anew with other free days."""
        chosen = replace(PLAN, free_days=tuple(free), session_count=count, make_up=make_up)
        self.attempt(lambda: self.plan(chosen, 0))

    def plan(self, chosen, shift) -> None:
        """Plan twice: fixed sessions stay as they are but for number and kind, and the same again changes nothing."""
        before = self.look()
        found = self.plan_once(chosen, shift)
        after = self.look()
        kept = ("starts_at", "ends_at", "state", "slot_date", "title", "moved_by_hand", "held_at", "local_date")
        for pk in found.left:
            assert [before[pk][name] for name in kept] == [after[pk][name] for name in kept]
        fixed = {pk for pk, row in before.items() if row["moved_by_hand"] or row["starts_at"] <= self.now}
        assert not fixed & {*(pk for pk, _at in found.moved), *found.cancelled}
        messages = Message.objects.count()
        again = self.plan_once(chosen, shift)
        assert again.changes_nothing
        assert self.look() == after
        assert Message.objects.count() == messages

    def plan_once(self, chosen, shift):
        version = Plan.objects.filter(cohort=self.cohort).values_list("version", flat=True).first() or 0
        return plan_anew(
            self.cohort, settings=chosen, dates=dates_of(chosen), shift_days=shift, shift_minutes=0,
            reason="A new hall", opened_version=version, by=self.by, now=self.now,
        )  # fmt: skip

    @rule(place=PLACES, day=DAYS, clock=CLOCKS, instead=st.booleans())
    def move(self, place, day, clock, instead) -> None:
        """Move a session, or hold another one instead."""
        row = self.row(place)
        deed = replace_session if instead else move_session
        told = {"reason": "A strike", "known": True, "opened_version": row.version, "by": self.by, "now": self.now}
        self.attempt(lambda: deed(row, local=datetime.combine(day, clock), duration_minutes=90, **told))

    @rule(place=PLACES)
    def drop(self, place) -> None:
        """Cancel a session."""
        row = self.row(place)
        told = {"reason": "A strike", "known": True, "opened_version": row.version, "by": self.by, "now": self.now}
        self.attempt(lambda: drop_session(row, **told))

    @precondition(lambda self: self.now > NOW + timedelta(days=60))
    @rule(place=PLACES)
    def say_not_held(self, place) -> None:
        """Say that a session did not take place."""
        row = self.row(place)
        told = {"reason": "Snow", "opened_version": row.version, "by": self.by, "now": self.now}
        self.attempt(lambda: declare_not_held(row, **told))

    @invariant()
    def calendars_can_follow(self) -> None:
        """No row and no UID is ever lost, no sequence falls, and it rises with every visible change."""
        after = self.look()
        for pk, row in self.seen.items():
            assert after[pk]["uid"] == row["uid"]
            assert after[pk]["sequence"] >= row["sequence"]
            changed = [after[pk][name] for name in VISIBLE] != [row[name] for name in VISIBLE]
            assert after[pk]["sequence"] > row["sequence"] or not changed
        self.seen = after

    @invariant()
    def the_group_can_meet(self) -> None:
        """What takes place never overlaps, is numbered in order, and its evaluation opens at its end."""
        rows = list(Session.objects.filter(cohort=self.cohort).exclude(state="cancelled").select_related("pulse"))
        planned = [row for row in rows if row.state == "planned"]
        assert all(one.ends_at <= after.starts_at for one, after in pairwise(planned))
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert all(row.pulse.opens_at == row.ends_at for row in planned)


@pytest.mark.once
def test_uids_stay_and_sequences_never_fall_whatever_happens():
    run_state_machine_as_test(
        OneAtATime,
        settings=settings(
            max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


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
