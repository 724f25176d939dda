"""Pauses of members and of a whole network."""

from datetime import date, timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Change, Membership, Notice
from lernet_xblock.services import pause as services
from lernet_xblock.services.undo import undo
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 1)
DAY = timedelta(days=1)


@pytest.fixture
def place():
    return MembershipFactory(cohort=CohortFactory(network=NetworkFactory(state="running")))


def pauses(place, until=TODAY + 30 * DAY, by=None, now=NOW, **values):
    by = by or place.user
    return committed(lambda: services.pause_member(place, until=until, by=by.pk, now=now, **values))


def resumes(place, by=None, now=NOW):
    committed(lambda: services.resume_member(place, by=(by or place.user).pk, now=now))


def test_a_member_pauses_keeps_the_seat_and_the_guides_hear_it(place):
    guide = FacilitationFactory(cohort=place.cohort).user
    change = pauses(place, reason="Canary")
    place.refresh_from_db()
    assert (place.active, place.paused_at, place.paused_until) == (True, NOW, TODAY + 30 * DAY)
    assert (change.kind, change.done, change.reason) == ("pause", {"paused": [place.pk]}, "Canary")
    told = [(row.user, row.kind, row.day) for row in Notice.objects.all()]
    assert told == [(guide, "member_pauses", TODAY + 30 * DAY)]


def test_who_pauses_for_somebody_tells_them(place):
    pauses(place, by=UserFactory())
    resumes(place, by=UserFactory())
    assert list(Notice.objects.filter(user=place.user).values_list("kind", flat=True)) == [
        "paused_for_you",
        "resumed_for_you",
    ]


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_a_pause_ends_within_ninety_days(place, days):
    with pytest.raises(RuleViolation, match="90 days ahead") as refused:
        pauses(place, until=TODAY + days * DAY)
    assert refused.value.field == "until"
    pauses(place, until=TODAY + 90 * DAY)


def test_the_day_is_that_of_the_network(place):
    # Half past eleven at night in UTC is the next day in Brussels.
    late = NOW.replace(hour=23, minute=30)
    with pytest.raises(RuleViolation):
        pauses(place, until=TODAY + DAY, now=late)
    pauses(place, until=TODAY + 2 * DAY, now=late)


def test_a_longer_pause_began_when_it_began(place):
    pauses(place)
    pauses(place, until=TODAY + 60 * DAY, now=NOW + DAY)
    place.refresh_from_db()
    assert (place.paused_at, place.paused_until) == (NOW, TODAY + 60 * DAY)


def test_going_on_ends_the_pause_yesterday_or_as_if_it_never_was(place):
    pauses(place)
    resumes(place, now=NOW + 3 * DAY)
    place.refresh_from_db()
    assert (place.paused_at, place.paused_until) == (NOW, TODAY + 2 * DAY)
    pauses(place, now=NOW + 3 * DAY, until=TODAY + 9 * DAY)
    resumes(place, now=NOW + 3 * DAY)
    place.refresh_from_db()
    assert (place.paused_at, place.paused_until) == (None, None)


def test_a_pause_ends_by_itself(place):
    pauses(place, until=TODAY + DAY)
    with pytest.raises(NotFound):
        resumes(place, now=NOW + 2 * DAY)
    pauses(place, until=TODAY + 5 * DAY, now=NOW + 2 * DAY)
    place.refresh_from_db()
    assert place.paused_at == NOW + 2 * DAY


def test_who_left_does_not_pause(place):
    Membership.objects.update(active=None, left_at=NOW)
    with pytest.raises(NotFound):
        pauses(place)


def undone(change, admin, now=NOW):
    return committed(lambda: undo(change.network, key=change.key, by=admin.pk, now=now))


def test_a_pause_is_undone_once(place):
    change, admin = pauses(place), UserFactory()
    undone(change, admin)
    place.refresh_from_db()
    assert place.paused_at is None
    again = pauses(place)
    resumes(place)
    with pytest.raises(RuleViolation, match="over already"):
        undone(again, admin)


# The network ---------------------------------------------------------------------------------------


def stands_still(network, by, until=TODAY + 30 * DAY, reason="Strike", version=1):
    return committed(
        lambda: services.pause_network(network, until=until, reason=reason, opened_version=version, by=by.pk, now=NOW)
    )


def test_a_network_pauses_until_a_day_and_everybody_hears_it(place):
    guide, admin = FacilitationFactory(cohort=place.cohort).user, UserFactory()
    row = stands_still(place.network, admin)
    assert (row.state, row.paused_until, row.version, row.changed_by) == ("paused", TODAY + 30 * DAY, 2, admin)
    assert {(one.user, one.kind) for one in Notice.objects.all()} == {
        (place.user, "network_paused"),
        (guide, "network_paused"),
    }
    change = Change.objects.get()
    assert (change.kind, change.cohort, change.reason) == ("pause", None, "Strike")


def test_a_pause_of_the_network_needs_a_reason_a_day_and_the_version_that_was_read(place):
    admin = UserFactory()
    for values, field in (({"reason": " "}, "reason"), ({"until": TODAY}, "until")):
        with pytest.raises(RuleViolation) as refused:
            stands_still(place.network, admin, **values)
        assert refused.value.field == field
    with pytest.raises(StaleVersion):
        stands_still(place.network, admin, version=7)
    place.network.refresh_from_db()
    assert place.network.state == "running"


@pytest.mark.parametrize("state", ["open", "forming", "closing", "closed", "cancelled"])
def test_only_a_network_that_runs_pauses(state):
    network = NetworkFactory(state=state)
    with pytest.raises(RuleViolation):
        stands_still(network, UserFactory())


def test_the_network_goes_on_at_any_time(place):
    admin = UserFactory()
    row = stands_still(place.network, admin)
    row = committed(lambda: services.resume_network(row, by=admin.pk, now=NOW))
    assert (row.state, row.paused_until, row.version) == ("running", None, 3)
    assert Notice.objects.filter(user=place.user, kind="network_resumed").exists()
    with pytest.raises(RuleViolation, match="does not pause"):
        committed(lambda: services.resume_network(row, by=admin.pk, now=NOW))


def test_the_network_goes_on_by_itself_after_the_last_day(place):
    row = stands_still(place.network, UserFactory(), until=TODAY + DAY)
    assert not committed(lambda: services.end_pause(row, now=NOW + DAY))
    assert committed(lambda: services.end_pause(row, now=NOW + 2 * DAY))
    assert not committed(lambda: services.end_pause(row, now=NOW + 2 * DAY))
    row.refresh_from_db()
    assert (row.state, row.paused_until) == ("running", None)


def test_a_pause_of_the_network_is_undone(place):
    admin = UserFactory()
    row = stands_still(place.network, admin)
    undone(Change.objects.get(), admin)
    row.refresh_from_db()
    assert row.state == "running"
