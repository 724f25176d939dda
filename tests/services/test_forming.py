"""Forming cohorts: all or nothing, once, by one admin, in few statements."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import Application, Charter, Cohort, Membership, Session
from lernet_xblock.rules.authored import write
from lernet_xblock.services import forming as services
from lernet_xblock.services.charter import common_charter
from tests.factories import NOW, PLAN, ApplicationFactory, NetworkFactory, UserFactory
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

    monkeypatch.setattr(services, "plan_all_sessions", fails)
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


def test_each_group_can_have_a_language_of_its_own(admin):
    network = NetworkFactory(authored=write(replace(PLAN, charter_text="")))
    cohorts = form(network, people(network, 12, 13), admin, languages=["nl", "de"])
    assert [cohort.working_language for cohort in cohorts] == ["nl", "de"]
    texts = Charter.objects.order_by("cohort__number").values_list("text", flat=True)
    assert list(texts) == [common_charter("nl"), common_charter("de")]


def test_nobody_is_read_or_written_one_by_one(admin):
    """Statements are counted as runs of their like: a database may take a batch in several."""
    told = []
    for number, groups in enumerate((2, 20)):
        network = NetworkFactory(usage_id=f"lernet.d{number}.u0", cohort_limit=20)
        crowd = people(network, *[10] * groups)
        with CaptureQueriesContext(connection) as queries:
            form(network, crowd, admin)
        shapes = (query["sql"][:38] for query in queries if "SAVEPOINT" not in query["sql"])
        told.append([shape for shape, _run in groupby(shapes)])
    few, many = told
    assert few == many
    assert len(few) < 40
