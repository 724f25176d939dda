"""The same life with every other deed: sessions become part of others, are taken back or edited; groups change."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from lernet_xblock.models import Cohort, Session
from lernet_xblock.services.merge import merge
from lernet_xblock.services.session import edit_session
from lernet_xblock.services.session_held import confirm_held, hold_instead, take_back_not_held
from lernet_xblock.services.session_merge import merge_session
from lernet_xblock.services.session_time import PULSE_WINDOW
from lernet_xblock.services.split import split
from lernet_xblock.services.undo import undo
from tests.factories import ApplicationFactory, CharterFactory, CohortFactory, MembershipFactory
from tests.services.test_session_life import CLOCKS, DAYS, PLACES, OneAtATime

pytestmark = pytest.mark.django_db


class Changes(OneAtATime):
    """One group beside another one that has room for its people."""

    @initialize()
    def begin(self) -> None:
        """Plan the group for the first time, and give both groups a charter and members."""
        super().begin()
        network = self.cohort.network
        type(network).objects.filter(pk=network.pk).update(cohort_limit=9)
        self.other = CohortFactory(network=network)
        for cohort in (self.cohort, self.other):
            CharterFactory(cohort=cohort)
        for _nth in range(4):
            application = ApplicationFactory(network=network, state="member")
            MembershipFactory(cohort=self.cohort, user=application.user)

    def told(self, row: Session) -> dict:
        """Return what every change is told."""
        return {"opened_version": row.version, "by": self.by, "now": self.now}

    @rule(place=PLACES, other=PLACES, minutes=st.sampled_from([90, 180, 240, 480, 481]))
    def make_part(self, place, other, minutes) -> None:
        """Make a session part of another."""
        row, into = self.row(place), self.row(other)
        given = {"duration_minutes": minutes, "reason": "Few", "known": True, "into_version": into.version}
        self.attempt(lambda: merge_session(row, into=into, **given, **self.told(row)))

    @rule(place=PLACES, day=DAYS, clock=CLOCKS, deed=st.sampled_from(["held", "back", "instead"]))
    def say(self, place, day, clock, deed) -> None:
        """Say that a session was held, was held after all, or is held on another day instead."""
        row = self.row(place)
        when: dict[str, Any] = {"local": datetime.combine(day, clock), "duration_minutes": 120, "known": True}
        deeds = {
            "held": lambda: confirm_held(row, **self.told(row)),
            "back": lambda: take_back_not_held(row, **self.told(row)),
            "instead": lambda: hold_instead(row, **when, **self.told(row)),
        }
        self.attempt(deeds[deed])

    @rule(deed=st.sampled_from(["held", "not held", "instead"]), days=st.integers(1, 40), clock=CLOCKS)
    def let_the_next_begin(self, deed, days, clock) -> None:
        """Wait until a session has begun, and say that it is held, or is not, or is held on another day instead."""
        row = Session.objects.filter(cohort=self.cohort, state="planned", starts_at__gte=self.now).first()
        if row is None:
            return
        self.now = row.starts_at
        if deed == "held":
            self.attempt(lambda: confirm_held(row, **self.told(row)))
            return
        self.say_not_held(list(Session.objects.filter(cohort=self.cohort)).index(row))
        row.refresh_from_db()
        when: dict[str, Any] = {
            "local": datetime.combine(self.now.date() + timedelta(days=days), clock),
            "duration_minutes": 120,
        }
        if deed == "instead":
            self.attempt(lambda: hold_instead(row, **when, known=True, **self.told(row)))

    @rule(place=PLACES, title=st.sampled_from(["", "Coming back", "x" * 100]), room=st.sampled_from(["", "Zaal 1"]))
    def edit(self, place, title, room) -> None:
        """Say what a session is about, and where it is."""
        row = self.row(place)
        self.attempt(lambda: edit_session(row, words={"title": title, "place": room}, **self.told(row)))

    @rule(undone=st.booleans())
    def regroup(self, undone) -> None:
        """Merge the group into the other one and take it back; or split some off, and let them go on."""
        cohort = Cohort.objects.get(pk=self.cohort.pk)
        given = {"known": True, "reason": "Few", "opened_version": cohort.version, "by": self.by, "now": self.now}
        some = list(cohort.memberships.filter(active=True).order_by("pk").values_list("user_id", flat=True))[:2]

        def deed() -> None:
            if undone:
                change = merge(cohort, to=self.other, both_agreed=True, **given)
                undo(cohort.network, key=change.key, by=self.by, now=self.now)
            else:
                split(cohort, user_ids=some, **given)

        self.attempt(deed)

    @invariant()
    def nothing_comes_back_by_itself(self) -> None:
        """A cancelled session stays cancelled; only undoing a merger lets those go on that it had cancelled itself."""
        cancelled = {pk for pk, row in self.look().items() if row["state"] == "cancelled"}
        assert getattr(self, "gone", set()) <= cancelled
        self.gone = cancelled

    @invariant()
    def every_group_counts_on_from_its_first(self) -> None:
        """In every group: no gap, the launch first and the closing last among what is not called off, one of each."""
        for cohort in Cohort.objects.filter(network=self.cohort.network):
            rows = list(Session.objects.filter(cohort=cohort).exclude(state="cancelled"))
            numbers = [row.number for row in rows]
            assert numbers == list(range(min(numbers, default=1), min(numbers, default=1) + len(rows)))
            held = [row.kind for row in rows if row.state == "planned"]
            assert held.count("launch") <= 1
            assert held.count("closing") <= 1
            assert "launch" not in held[1:]
            assert "closing" not in held[:-1]

    @invariant()
    def windows_follow_in_every_group(self) -> None:
        """Each evaluation opens when its session ends, and no two sessions share a calendar entry."""
        rows = list(Session.objects.filter(cohort__network=self.cohort.network).select_related("pulse"))
        assert len({row.uid for row in rows}) == len(rows)
        for row in rows:
            assert row.pulse.closes_at - row.pulse.opens_at == PULSE_WINDOW
            assert row.pulse.opens_at == row.ends_at or row.state != "planned"

    @invariant()
    def nobody_answers_for_what_is_cancelled(self) -> None:
        """What is cancelled has a moment and a reason, and stands for good in the calendars."""
        for row in Session.objects.filter(cohort=self.cohort, state="cancelled"):
            assert row.number is None
            assert row.cancelled_at <= self.now
            assert row.sequence >= 1


@pytest.mark.once
def test_whatever_is_done_calendars_can_follow_and_the_group_can_meet():
    run_state_machine_as_test(
        Changes,
        settings=settings(
            max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.once
def test_the_machine_notices_a_sequence_that_falls():
    """Guards the test above: without the rise, its invariant fails."""
    machine = Changes()
    try:
        machine.begin()
        machine.calendars_can_follow()
        Session.objects.filter(cohort=machine.cohort, number=2).update(place="Elsewhere")
        with pytest.raises(AssertionError):
            machine.calendars_can_follow()
    finally:
        machine.teardown()
