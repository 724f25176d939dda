"""Opening applications once, and what stays fixed afterwards."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.models import Application, AuditEntry, Network
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.services.network import (
    SELF_CHECK_VERSION,
    AlreadyOpen,
    move_to,
    open_applications,
    take_over,
)
from tests.factories import (
    COURSE,
    NOW,
    PLAN,
    USAGE,
    ApplicationFactory,
    CohortFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def opened(settings=PLAN, now=NOW):
    return open_applications(course_id=COURSE, usage_id=USAGE, settings=settings, by=UserFactory().pk, now=now)


def taken_over(network, *, now=NOW, opened_version=None, **changes):
    with transaction.atomic():
        return take_over(
            network,
            settings=replace(PLAN, **changes),
            by=UserFactory().pk,
            now=now,
            opened_version=opened_version or network.version,
        )


def test_opening_freezes_settings_and_the_wording_of_the_self_check():
    network = opened()
    assert read(network.authored) == PLAN
    assert (network.state, network.title, network.opened_at) == ("open", "Return to work", NOW)
    assert (network.minimum_size, network.maximum_size, network.target_size, network.cohort_limit) == (
        10,
        15,
        12,
        2,
    )
    assert (network.threshold, network.self_check_version) == (5, SELF_CHECK_VERSION)
    assert AuditEntry.objects.get().verb == "network.open"


def test_without_a_target_the_middle_of_the_bounds_stands():
    assert opened(replace(PLAN, target_size=None)).target_size == 12


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"goal": ""}, "Goal: Please fill this in."),
        ({"goal": "Too short"}, "Goal: Please write at least 40"),
        ({"minimum_size": 1}, "Smallest group: Please choose a number from 2 to 30"),
        ({"maximum_size": 31}, "Largest group: Please choose a number from 2 to 30"),
        ({"decision_date": date(2027, 1, 5)}, "Everybody hears by: People are told after applications close"),
        (
            {"end_date": date(2027, 5, 1)},
            "The network ends on: The network cannot end before its last session",
        ),
        ({"session_count": 2}, "Number of sessions: Please choose a number from 3"),
        (
            {"threshold": 3},
            "Answers needed before an evaluation is shown: Please choose a number from 4 to 10",
        ),
    ],
)
def test_unfinished_or_contradictory_settings_do_not_open(changes, sentence):
    with pytest.raises(RuleViolation, match="^" + sentence):
        opened(replace(PLAN, **changes))
    assert not Network.objects.exists()


def test_applications_do_not_open_after_their_last_day():
    with pytest.raises(RuleViolation, match="already over"):
        opened(now=NOW + timedelta(days=60))


def test_opening_twice_leaves_one_network():
    opened()
    with pytest.raises(AlreadyOpen):
        opened(replace(PLAN, title="Other"))
    assert Network.objects.get().title == "Return to work"


def test_another_block_with_the_same_settings_is_another_network():
    opened()
    open_applications(course_id=COURSE, usage_id="lernet.d1.u0", settings=PLAN, by=UserFactory().pk, now=NOW)
    assert Network.objects.count() == 2


def test_taking_over_keeps_the_wording_of_the_self_check_and_raises_the_version():
    network = NetworkFactory(self_check_version=1)
    row = taken_over(network, goal="Something else that people will be able to do afterwards.")
    assert read(row.authored).goal.startswith("Something else")
    assert (row.version, row.self_check_version) == (2, 1)


def test_taking_over_an_old_version_is_refused():
    network = NetworkFactory(version=3)
    with pytest.raises(StaleVersion):
        taken_over(network, opened_version=2)


def test_threshold_only_rises():
    network = NetworkFactory()
    with pytest.raises(RuleViolation, match="raise that number, not lower it"):
        taken_over(network, threshold=4)
    assert taken_over(network, threshold=6).threshold == 6


def test_threshold_stays_once_people_are_asked():
    cohort = CohortFactory(network=NetworkFactory())
    pulse = PulseFactory(session=SessionFactory(cohort=cohort))
    with pytest.raises(RuleViolation, match="That number stays"):
        taken_over(cohort.network, threshold=6, now=pulse.opens_at)


def test_nobody_loses_a_seat_through_smaller_sizes():
    network = NetworkFactory()
    ApplicationFactory.create_batch(16, network=network)
    with pytest.raises(RuleViolation, match="16 people have a place already; these sizes leave room for 15"):
        taken_over(network, cohort_limit=1)


def test_no_group_is_lost_through_a_smaller_number():
    network = NetworkFactory()
    CohortFactory.create_batch(2, network=network)
    with pytest.raises(RuleViolation, match="There are 2 groups already"):
        taken_over(network, cohort_limit=1)


def test_schedule_of_planned_groups_stays():
    network = CohortFactory(network=NetworkFactory()).network
    with pytest.raises(RuleViolation, match=r"^Starts at: The sessions of the groups are planned already"):
        taken_over(network, session_time=PLAN.session_time.replace(hour=14))
    assert taken_over(network, place="Elsewhere").version == 2


def test_more_seats_go_to_those_who_wait():
    network = NetworkFactory(minimum_size=2, maximum_size=2, target_size=2, cohort_limit=1)
    ApplicationFactory.create_batch(2, network=network)
    waiting = ApplicationFactory(network=network, state="waitlisted", queued_at=NOW)
    taken_over(network)
    assert Application.objects.get(pk=waiting.pk).state == "submitted"


def test_unfinished_changes_are_not_taken_over():
    network = NetworkFactory()
    with pytest.raises(RuleViolation, match=r"^Title: Please fill this in"):
        take_over(network, settings=Settings(), by=UserFactory().pk, now=NOW, opened_version=1)


def test_network_moves_on_step_by_step():
    network = NetworkFactory()
    for state in ("forming", "running", "closing", "closed", "archived"):
        move_to(network, state, by=None, now=NOW)
    assert Network.objects.get().state == "archived"
    with pytest.raises(RuleViolation):
        move_to(network, "open", by=None, now=NOW)


def test_moving_to_where_it_is_writes_nothing():
    network = NetworkFactory()
    move_to(network, "open", by=None, now=NOW)
    assert not AuditEntry.objects.exists()
