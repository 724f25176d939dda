"""Evaluations as the pages read them: what is open, what is a next step, what is due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.host import get_host
from lernet_xblock.models import Attendance, PulseReceipt
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import pulse as pulses
from lernet_xblock.services.pulse import GRACE
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def pulse(cohort):
    return PulseFactory(session=SessionFactory(cohort=cohort))


@pytest.fixture
def member(cohort):
    return MembershipFactory(cohort=cohort).user


def viewer(user, now):
    return replace(viewer_of(make_block(user.username), None), now=now)


def test_the_open_evaluation_is_a_next_step_until_it_is_answered(member, pulse):
    before, during = pulse.opens_at - HOUR, pulse.opens_at + HOUR
    assert pulses.pulse_to_answer(viewer(member, before)) is None
    found = pulses.pulse_to_answer(viewer(member, during))
    assert found is not None
    assert found.session_key == pulse.session.key
    PulseReceipt.objects.create(pulse=pulse, user=member, on=during.date())
    assert pulses.pulse_to_answer(viewer(member, during)) is None


def test_the_one_that_closes_first_comes_first(cohort, member, pulse):
    PulseFactory(session=SessionFactory(cohort=cohort, number=2, starts_at=pulse.session.starts_at + HOUR))
    found = pulses.pulse_to_answer(viewer(member, pulse.opens_at + 3 * HOUR))
    assert found is not None
    assert found.number == 1


def test_it_is_no_next_step_for_those_who_are_not_asked(cohort, pulse):
    now = pulse.opens_at + HOUR
    late = MembershipFactory(cohort=cohort, joined_at=now).user
    for person in (FacilitationFactory(cohort=cohort).user, UserFactory(is_staff=True), UserFactory(), late):
        assert pulses.pulse_to_answer(viewer(person, now)) is None


def test_it_is_no_next_step_for_who_is_recorded_as_not_there(member, pulse):
    reader = viewer(member, pulse.opens_at + HOUR)
    cell = Attendance.objects.create(session=pulse.session, user=member, state="late", at=pulse.opens_at)
    assert pulses.pulse_to_answer(reader) is not None
    for state in ("excused", "absent"):
        Attendance.objects.filter(pk=cell.pk).update(state=state)
        assert pulses.pulse_to_answer(reader) is None
        with pytest.raises(pulses.NotAsked):
            pulses.find_pulse(reader, pulse.session.key)


@pytest.mark.parametrize(("after", "due"), [(GRACE, 0), (GRACE + timedelta(microseconds=1), 1)])
def test_due_begins_when_no_answer_can_arrive_any_more(member, pulse, after, due):
    assert len(pulses.due_pulses(viewer(member, pulse.closes_at + after), grace=GRACE)) == due
    assert len(pulses.all_due_pulses(pulse.closes_at + after, grace=GRACE)) == due


def test_windows_follow_the_clock(member, pulse):
    def window(now):
        groups = pulses.cohort_results(viewer(member, now), grace=GRACE)
        return [result.window.value for group in groups for result in group.results]

    assert window(pulse.opens_at - HOUR) == []
    assert window(pulse.opens_at) == ["to_answer"]
    assert window(pulse.closes_at + GRACE) == ["to_answer"]
    assert window(pulse.closes_at + GRACE + HOUR) == ["due"]


def test_evaluations_of_other_cohorts_are_not_found(cohort, member):
    foreign = PulseFactory(session=SessionFactory(cohort=CohortFactory(network=cohort.network)))
    with pytest.raises(NotFound):
        pulses.find_pulse(viewer(member, foreign.opens_at), foreign.session.key)


def test_a_next_step_costs_the_same_for_few_and_many(cohort, member, pulse, django_assert_num_queries):
    for _ in range(2):
        MembershipFactory.create_batch(15, cohort=cohort)
        reader = viewer(member, pulse.opens_at + HOUR)
        with django_assert_num_queries(2):
            pulses.pulse_to_answer(reader)


def test_the_host_tells_the_time(monkeypatch, member, pulse):
    monkeypatch.setattr(type(get_host()), "now", lambda _host: pulse.opens_at)
    assert viewer_of(make_block(member.username), None).now == pulse.opens_at
