"""Forming cohorts: all or nothing, once, by one admin."""

from datetime import UTC, datetime, timedelta

import pytest

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import Application, Charter, Cohort, Facilitation, Membership, Session
from lernet_xblock.services import cohort as services
from lernet_xblock.services.membership import AlreadyPlaced, CohortFull
from tests.factories import (
    NOW,
    PLAN,
    ApplicationFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory()


@pytest.fixture
def admin():
    return UserFactory(is_staff=True)


def form(network, groups, admin, **values):
    return committed(
        lambda: services.form_cohorts(
            network,
            groups=[[row.pk for row in group] for group in groups],
            by=admin.pk,
            **{"opened_version": network.version, "now": NOW, **values},
        )
    )


def people(network, *sizes):
    return [ApplicationFactory.create_batch(size, network=network) for size in sizes]


def test_groups_get_their_members_charter_and_sessions(network, admin):
    groups = people(network, 14, 13)
    cohorts = form(network, groups, admin)
    assert [cohort.number for cohort in cohorts] == [1, 2]
    for cohort, group in zip(cohorts, groups, strict=True):
        assert set(cohort.memberships.values_list("user_id", flat=True)) == {row.user_id for row in group}
        assert (cohort.minimum_size, cohort.maximum_size, cohort.size_reason) == (10, 15, "")
        assert cohort.working_language == "fr"
        assert Charter.objects.get(cohort=cohort).text == PLAN.charter_text
        kinds = list(Session.objects.filter(cohort=cohort).values_list("kind", flat=True))
        assert kinds == ["launch", "regular", "regular", "regular", "closing"]
    network.refresh_from_db()
    assert (network.state, network.version, network.changed_by, network.changed_at) == (
        "running",
        2,
        admin,
        NOW,
    )
    assert list(network.audit.filter(verb="cohorts.form").values_list("actor_id", "reason")) == [(admin.pk, "")]


def test_nothing_is_left_behind_when_a_part_fails(network, admin, monkeypatch):
    def fails(*args, **values):
        raise RuleViolation("No dates.")

    monkeypatch.setattr(services, "plan_sessions", fails)
    with pytest.raises(RuleViolation):
        form(network, people(network, 12), admin)
    network.refresh_from_db()
    assert (network.state, network.version) == ("open", 1)
    assert not Cohort.objects.exists()
    assert not Membership.objects.exists()
    assert set(Application.objects.values_list("state", flat=True)) == {"submitted"}


@pytest.mark.parametrize("late", [False, True])
def test_no_groups_are_formed_once_their_first_session_would_be_over(network, admin, late):
    groups = people(network, 12)
    moment = datetime(2027, 2, 2, 12, 30, tzinfo=UTC)  # 13:30 in Brussels
    if not late:
        assert form(network, groups, admin, now=moment)
        return
    with pytest.raises(RuleViolation) as caught:
        form(network, groups, admin, now=moment + timedelta(seconds=1))
    assert caught.value.sentence == (
        "The first session, on Tuesday 2 February 2027, would lie in the past. Ask the author for later dates and"
        " take them over under Settings; then form the groups."
    )
    assert not Cohort.objects.exists()


def test_the_second_admin_is_told_who_was_first(network, admin):
    groups = people(network, 12)
    form(network, groups, admin)
    with pytest.raises(StaleVersion) as caught:
        form(network, groups, UserFactory(), opened_version=1)
    assert (caught.value.by_id, caught.value.at) == (admin.pk, NOW)


def test_formed_groups_are_not_formed_again(network, admin):
    form(network, people(network, 12), admin)
    network.refresh_from_db()
    with pytest.raises(RuleViolation):
        form(network, people(network, 12), admin)
    assert Cohort.objects.count() == 1


@pytest.mark.parametrize("state", ["withdrawn", "waitlisted", "invited"])
def test_only_who_is_ready_is_put_into_a_group(network, admin, state):
    group = people(network, 12)[0]
    Application.objects.filter(pk=group[0].pk).update(state=state, queued_at=NOW)
    with pytest.raises(services.PeopleChanged) as caught:
        form(network, [group], admin)
    assert "1 person withdrew since this preview" in caught.value.sentence
    assert not Cohort.objects.exists()


def test_nobody_is_put_into_two_groups(network, admin):
    group = people(network, 12)[0]
    with pytest.raises(services.PeopleChanged):
        form(network, [group, group], admin)


def test_people_of_another_network_are_not_taken(network, admin):
    other = NetworkFactory(usage_id="lernet.d9.u9")
    with pytest.raises(services.PeopleChanged):
        form(network, people(other, 12), admin)
    assert not Cohort.objects.exists()


def test_who_is_ready_and_in_no_group_waits_in_the_order_of_applying(network, admin):
    group = people(network, 15)[0]
    late = [ApplicationFactory(network=network, submitted_at=NOW + timedelta(days=day)) for day in (2, 1)]
    form(network, [group], admin)
    waiting = network.applications.filter(state="waitlisted").order_by("queued_at")
    assert [row.pk for row in waiting] == [late[1].pk, late[0].pk]


@pytest.mark.parametrize("sizes", [(9,), (16,), (12, 9)])
def test_sizes_outside_the_bounds_need_a_reason(network, admin, sizes):
    groups = people(network, *sizes)
    with pytest.raises(RuleViolation) as caught:
        form(network, groups, admin)
    assert caught.value.field == "reason"
    cohorts = form(network, groups, admin, reason="The date stands.")
    assert {cohort.size_reason for cohort in cohorts} == {"The date stands."}


@pytest.mark.parametrize("sizes", [(), (1,), (31,), (10, 10, 10)])
def test_some_sizes_are_refused_whatever_the_reason(network, admin, sizes):
    groups = people(network, *sizes)
    with pytest.raises(RuleViolation):
        form(network, groups, admin, reason="Because.")
    assert not Cohort.objects.exists()


def assign(cohort, role, user, now=NOW, **values):
    committed(
        lambda: services.assign_guide(
            cohort,
            role=role,
            user_id=user.pk if user else None,
            by=cohort.network.changed_by_id,
            now=now,
            **values,
        )
    )


def guides(cohort):
    return dict(cohort.facilitations.values_list("role", "user_id"))


def test_one_person_for_a_role_and_one_role_for_a_person():
    cohort, karim, mila = CohortFactory(), UserFactory(), UserFactory()
    assign(cohort, "facilitator", karim)
    assign(cohort, "facilitator", mila)
    assert guides(cohort) == {"facilitator": mila.pk}
    assign(cohort, "deputy", mila)
    assert guides(cohort) == {"deputy": mila.pk}
    assign(cohort, "deputy", None)
    assert guides(cohort) == {}


def test_who_changes_role_has_guided_since_the_beginning():
    cohort, mila = CohortFactory(), UserFactory()
    assign(cohort, "deputy", mila)
    assign(cohort, "facilitator", mila, now=NOW + timedelta(days=3))
    assert cohort.facilitations.get().since == NOW
    assign(cohort, "facilitator", None, now=NOW + timedelta(days=4))
    assign(cohort, "facilitator", mila, now=NOW + timedelta(days=5))
    assert cohort.facilitations.get().since == NOW + timedelta(days=5)


def test_a_person_may_guide_two_groups():
    network, karim = NetworkFactory(), UserFactory()
    for cohort in CohortFactory.create_batch(2, network=network):
        assign(cohort, "facilitator", karim)
    assert Facilitation.objects.filter(user=karim).count() == 2


def test_a_member_does_not_guide_the_own_group():
    member = MembershipFactory()
    with pytest.raises(RuleViolation) as caught:
        assign(member.cohort, "deputy", member.user)
    assert caught.value.field == "deputy"


def test_a_former_member_may_guide():
    former = MembershipFactory(active=None, left_at=NOW)
    assign(former.cohort, "deputy", former.user)
    assert guides(former.cohort) == {"deputy": former.user_id}


def test_who_opened_the_group_before_it_changed_is_refused():
    cohort = CohortFactory()
    assign(cohort, "facilitator", UserFactory(), opened_version=1)
    with pytest.raises(StaleVersion):
        assign(cohort, "facilitator", UserFactory(), opened_version=1)


def place(cohort, application, now=NOW):
    admin = UserFactory()
    return committed(lambda: services.place_applicant(cohort, application=application, by=admin.pk, now=now))


def test_a_late_applicant_is_placed_and_no_longer_waits():
    cohort = CohortFactory()
    application = ApplicationFactory(network=cohort.network, state="waitlisted", queued_at=NOW)
    place(cohort, application)
    application.refresh_from_db()
    assert (application.state, application.queued_at, application.version) == ("member", None, 2)
    with pytest.raises(AlreadyPlaced):
        place(cohort, application)


def test_a_full_group_leaves_the_applicant_waiting():
    cohort = CohortFactory(minimum_size=1, maximum_size=1)
    MembershipFactory(cohort=cohort)
    application = ApplicationFactory(network=cohort.network, state="waitlisted", queued_at=NOW)
    with pytest.raises(CohortFull):
        place(cohort, application)
    application.refresh_from_db()
    assert application.state == "waitlisted"


def test_after_half_of_the_sessions_nobody_joins():
    cohort = CohortFactory()
    for number in (1, 2, 3):
        SessionFactory(cohort=cohort, number=number, starts_at=NOW + timedelta(weeks=number))
    early, late = ApplicationFactory.create_batch(2, network=cohort.network)
    place(cohort, early, now=NOW + timedelta(weeks=2, minutes=-1))
    with pytest.raises(RuleViolation, match="too late"):
        place(cohort, late, now=NOW + timedelta(weeks=2))
    assert cohort.memberships.count() == 1


@pytest.mark.parametrize("state", ["open", "closing", "closed", "cancelled"])
def test_people_join_late_only_while_the_network_runs(state):
    cohort = CohortFactory(network=NetworkFactory(state=state))
    with pytest.raises(RuleViolation):
        place(cohort, ApplicationFactory(network=cohort.network))
    assert not cohort.memberships.exists()
