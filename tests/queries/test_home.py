"""What the home panel is made of."""

from datetime import timedelta

import pytest

from lernet_xblock.models import CharterDraft, PulseRelease
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.queries.home import admin_home, guide_home, member_home, people_ready
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def member(cohort):
    return MembershipFactory(cohort=cohort).user


@pytest.fixture
def at(monkeypatch):
    """Set the clock."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def viewer(user):
    return viewer_of(make_block(user.username), None)


def standing(user, cohort):
    return member_home(viewer(user), cohort).standing


def release(pulse, at):
    PulseRelease.objects.create(pulse=pulse, released_at=at, answered=5, asked=10, withheld=False, payload={})


def test_member_without_a_charter_has_nothing_to_accept(member, cohort):
    assert not standing(member, cohort).must_accept


def test_only_a_yes_to_the_charter_in_force_counts(member, cohort):
    old = CharterFactory(cohort=cohort)
    assert standing(member, cohort).must_accept
    old.consents.create(user=member, at=NOW)
    assert not standing(member, cohort).must_accept
    CharterFactory(cohort=cohort, version=2)
    assert standing(member, cohort).must_accept


def test_who_stays_beside_the_charter_is_not_asked_again_until_there_is_another(member, cohort):
    charter = CharterFactory(cohort=cohort)
    charter.refusals.create(user=MembershipFactory(cohort=cohort).user, at=NOW)
    assert (standing(member, cohort).must_accept, standing(member, cohort).without_cases) == (True, False)
    charter.refusals.create(user=member, at=NOW)
    assert (standing(member, cohort).must_accept, standing(member, cohort).without_cases) == (False, True)
    CharterFactory(cohort=cohort, version=2)
    assert (standing(member, cohort).must_accept, standing(member, cohort).without_cases) == (True, False)


def test_a_draft_of_the_charter_shows_while_it_is_open(member, cohort):
    values = {"text": "x", "made_at": NOW, "saved_at": NOW}
    CharterDraft.objects.create(cohort=CohortFactory(network=cohort.network), **values)
    assert not standing(member, cohort).drafted
    CharterDraft.objects.create(cohort=cohort, **values)
    assert standing(member, cohort).drafted
    CharterDraft.objects.update(open=None, closed_at=NOW)
    assert not standing(member, cohort).drafted


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", (True, False)),
        ("shared", (False, True)),
        ("withdrawn", (False, True)),
    ],
)
def test_own_cases_count_and_those_of_others_do_not(member, cohort, state, expected):
    CaseFactory(cohort=cohort, owner=MembershipFactory(cohort=cohort).user)
    CaseFactory(cohort=cohort, owner=MembershipFactory(cohort=cohort).user, state="draft")
    before = standing(member, cohort)
    assert (before.has_draft, before.has_shared) == (False, False)
    CaseFactory(cohort=cohort, owner=member, state=state)
    after = standing(member, cohort)
    assert (after.has_draft, after.has_shared) == expected


@pytest.mark.parametrize(
    ("after_end", "waits"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(0), True),
        (timedelta(hours=72), True),
        (timedelta(hours=72, seconds=1), False),
    ],
)
def test_pulse_waits_for_72_hours(member, cohort, at, after_end, waits):
    pulse = PulseFactory(session=SessionFactory(cohort=cohort))
    at(pulse.opens_at + after_end)
    assert (standing(member, cohort).pulse is not None) is waits


def test_pulse_that_was_answered_or_does_not_concern_one_does_not_wait(member, cohort, at):
    pulse = PulseFactory(session=SessionFactory(cohort=cohort))
    at(pulse.opens_at + timedelta(hours=1))
    late = MembershipFactory(cohort=cohort, joined_at=pulse.opens_at + timedelta(minutes=1)).user
    other = MembershipFactory(cohort=cohort).user
    pulse.receipts.create(user=other, on=pulse.opens_at.date())
    assert standing(member, cohort).pulse.session.key == pulse.session.key
    assert standing(late, cohort).pulse is None
    assert standing(other, cohort).pulse is None


def test_cancelled_session_asks_for_no_pulse(member, cohort, at):
    pulse = PulseFactory(session=SessionFactory(cohort=cohort, state="cancelled"))
    at(pulse.opens_at + timedelta(hours=1))
    assert standing(member, cohort).pulse is None


def test_who_guides_two_groups_sees_the_one_that_meets_first(cohort, at):
    user = FacilitationFactory(cohort=cohort).user
    other = CohortFactory(network=cohort.network, number=2)
    FacilitationFactory(cohort=other, user=user)
    first = SessionFactory(cohort=cohort)
    soon = SessionFactory(cohort=other, starts_at=first.starts_at - timedelta(days=1))
    at(soon.starts_at - timedelta(days=2))
    assert (guide_home(viewer(user)).key, guide_home(viewer(user)).several) == (other.key, True)
    at(soon.ends_at)
    assert guide_home(viewer(user)).key == cohort.key
    at(first.ends_at)
    assert guide_home(viewer(user)).next is None


def test_who_guides_nothing_has_no_such_home(member):
    assert guide_home(viewer(member)) is None


def test_results_are_news_for_a_week(cohort, at):
    user = FacilitationFactory(cohort=cohort).user
    pulse = PulseFactory(session=SessionFactory(cohort=cohort))
    at(pulse.closes_at + timedelta(days=3))
    assert guide_home(viewer(user)).released is None
    release(pulse, pulse.closes_at)
    assert guide_home(viewer(user)).released.key == pulse.session.key
    at(pulse.closes_at + timedelta(days=7))
    assert guide_home(viewer(user)).released is None


def test_admin_reads_which_groups_nobody_leads(cohort):
    FacilitationFactory(cohort=cohort)
    FacilitationFactory(cohort=CohortFactory(network=cohort.network, number=2), role="deputy")
    admin = viewer(UserFactory(is_staff=True))
    assert admin_home(admin).unguided == "Group B"


@pytest.mark.parametrize("groups", [2, 20])
def test_the_home_of_an_admin_costs_the_same_however_many_groups_meet(groups, at, django_assert_num_queries):
    at(NOW)
    network = NetworkFactory(state="running")
    for number in range(1, groups + 1):
        other = CohortFactory(network=network, number=number)
        FacilitationFactory(cohort=other)
        PulseFactory(session=SessionFactory(cohort=other, starts_at=NOW + timedelta(days=groups - number + 1)))
    CohortFactory(network=network, number=groups + 1)
    admin = viewer(UserFactory(is_staff=True))
    with django_assert_num_queries(4):
        home = admin_home(admin)
    assert (home.label, home.several, home.unguided) == (group_label(groups), True, group_label(groups + 1))
    assert home.unpublished == home.next.ends_at + timedelta(hours=72)


def test_admin_without_groups_has_no_such_home():
    NetworkFactory()
    assert admin_home(viewer(UserFactory(is_staff=True))) is None


def test_people_ready_are_those_with_a_seat():
    network = NetworkFactory()
    for state in ("submitted", "submitted", "withdrawn"):
        ApplicationFactory(network=network, state=state)
    ApplicationFactory(network=NetworkFactory(usage_id="lernet.d0.u1"))
    assert people_ready(viewer(UserFactory(is_staff=True))) == 2


def test_guides_are_named_facilitator_first(member, cohort):
    FacilitationFactory(cohort=cohort, role="deputy", user__first_name="Dora", user__last_name="")
    FacilitationFactory(cohort=cohort, user__first_name="Filip", user__last_name="")
    assert member_home(viewer(member), cohort).guides == ("Filip", "Dora")


@pytest.mark.parametrize("people", [3, 30, 300])
def test_home_costs_the_same_whatever_the_number_of_people(cohort, people, django_assert_num_queries):
    for _number in range(people):
        member = MembershipFactory(cohort=cohort).user
        CaseFactory(cohort=cohort, owner=member)
    FacilitationFactory(cohort=cohort)
    for number in range(1, 6):
        PulseFactory(session=SessionFactory(cohort=cohort, number=number))
    seen = viewer(member)
    with django_assert_num_queries(3):
        assert member_home(seen, cohort).guides
