"""The outbox: leases, what comes back, what is dropped, the cap over two networks, and what is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from lernet_xblock.models import Message
from lernet_xblock.services import outbox
from lernet_xblock.services.outbox import (
    LEASE,
    MOST_TRIES,
    anything_due,
    begin,
    drop,
    forget_old,
    give_back,
    keep_to_the_cap,
    lease_due,
    mark_sent,
    postpone,
)
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    MessageFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 1, 26, 12, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ONE, OTHER = "1" * 32, "2" * 32


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def message(cohort, user):
    return MessageFactory(cohort=cohort, user=user, send_at=NOW)


def states():
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_due_is_leased_oldest_first_and_to_one_worker(cohort, user):
    late, later, _ahead, _last = (
        MessageFactory(cohort=cohort, user=user, send_at=NOW - shift) for shift in (2 * MINUTE, MINUTE, -MINUTE, -HOUR)
    )
    earliest = MessageFactory(cohort=cohort, user=user, send_at=NOW - HOUR)
    assert lease_due(2, now=NOW, worker=ONE) == [earliest.pk, late.pk]
    assert lease_due(2, now=NOW, worker=OTHER) == [later.pk]
    assert lease_due(2, now=NOW, worker=OTHER) == []


def test_the_lease_of_a_worker_that_died_runs_out(message):
    lease_due(1, now=NOW, worker=ONE)
    assert lease_due(1, now=NOW + LEASE - MINUTE, worker=OTHER) == []
    assert lease_due(1, now=NOW + LEASE, worker=OTHER) == [message.pk]
    assert not begin(message.pk, now=NOW + LEASE, worker=ONE)
    assert begin(message.pk, now=NOW + LEASE, worker=OTHER)


def test_a_worker_that_is_slow_keeps_what_it_begins(message):
    lease_due(1, now=NOW, worker=ONE)
    assert begin(message.pk, now=NOW + MINUTE, worker=ONE)
    assert lease_due(1, now=NOW + LEASE, worker=OTHER) == []


def test_sent_is_sent_whoever_has_the_lease(message):
    lease_due(1, now=NOW, worker=ONE)
    lease_due(1, now=NOW + LEASE, worker=OTHER)
    mark_sent(message.pk, now=NOW + LEASE)
    assert not begin(message.pk, now=NOW + LEASE, worker=OTHER)
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.lease, message.leased_until) == ("sent", NOW + LEASE, "", None)


def test_what_fails_is_tried_again_after_longer_and_longer_pauses_and_then_given_up(message):
    moment, pauses = NOW, []
    while lease_due(1, now=moment, worker=ONE):
        begin(message.pk, now=moment, worker=ONE)
        give_back(message.pk, now=moment, worker=ONE)
        message.refresh_from_db()
        pauses.append((message.send_at - moment) // MINUTE)
        moment = message.send_at
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128]
    assert (message.state, message.tries, len(pauses)) == ("failed", MOST_TRIES, MOST_TRIES)


def test_one_that_kills_every_worker_is_given_up(message):
    moment = NOW
    for _kill in range(MOST_TRIES):
        assert lease_due(1, now=moment, worker=ONE) == [message.pk]
        begin(message.pk, now=moment, worker=ONE)
        moment += LEASE
    assert lease_due(1, now=moment, worker=OTHER) == []
    assert states() == ["failed"]


def test_only_the_worker_that_has_it_gives_back_postpones_or_drops(message):
    lease_due(1, now=NOW, worker=ONE)
    give_back(message.pk, now=NOW, worker=OTHER)
    postpone([message.pk], until=NOW + DAY, worker=OTHER)
    drop([message.pk], why="gone", worker=OTHER)
    assert states() == ["leased"]
    postpone([message.pk], until=NOW + DAY, worker=ONE)
    assert lease_due(1, now=NOW + DAY - MINUTE, worker=ONE) == []
    assert lease_due(1, now=NOW + DAY, worker=ONE) == [message.pk]
    drop([message.pk], why="gone", worker=ONE)
    message.refresh_from_db()
    assert (message.state, message.dropped_for, message.leased_until) == ("dropped", "gone", None)


def test_whether_anything_is_due(message):
    assert not anything_due(now=NOW - MINUTE)
    assert anything_due(now=NOW)
    lease_due(1, now=NOW, worker=ONE)
    assert not anything_due(now=NOW)
    assert anything_due(now=NOW + LEASE)


def two_networks():
    """Return a person who is in two networks, with a cohort of each."""
    user = UserFactory()
    networks = NetworkFactory(state="running"), NetworkFactory(state="running", usage_id="lernet.d1.u1")
    cohorts = [CohortFactory(network=network) for network in networks]
    for cohort in cohorts:
        MembershipFactory(cohort=cohort, user=user, joined_at=NOW - 30 * DAY)
    return user, cohorts


def held(cohort, end, **changes):
    return SessionFactory(cohort=cohort, starts_at=end - 3 * HOUR, **changes)


def sent(cohort, user, at, **changes):
    return MessageFactory(cohort=cohort, user=user, send_at=at, state="sent", sent_at=at, **changes)


def in_hand(*messages):
    Message.objects.filter(pk__in=[one.pk for one in messages]).update(
        state="leased", lease=ONE, leased_until=NOW + LEASE
    )


def kept(user):
    keep_to_the_cap([user.pk], now=NOW, worker=ONE)
    return set(Message.objects.exclude(state__in=("dropped", "sent")).values_list("kind", flat=True))


def test_the_cap_counts_both_networks_of_a_person():
    user, (first, second) = two_networks()
    for number in range(3):
        sent(first, user, NOW - (number + 1) * HOUR, kind="reminder_7d")
    in_hand(
        MessageFactory(cohort=first, user=user, kind="reminder_1d", send_at=NOW),
        MessageFactory(cohort=second, user=user, kind="reminder_1h", send_at=NOW - MINUTE),
    )
    assert kept(user) == {"reminder_1d"}
    assert Message.objects.get(kind="reminder_1h").dropped_for == "cap"


def test_the_end_of_a_session_of_either_network_begins_anew():
    user, (first, second) = two_networks()
    for number in range(4):
        sent(first, user, NOW - 2 * DAY - number * HOUR)
    in_hand(MessageFactory(cohort=first, user=user, kind="reminder_1d", send_at=NOW))
    held(second, NOW - DAY, state="not_held")
    held(second, NOW + DAY, number=2)
    gone = MembershipFactory(
        cohort=CohortFactory(network=first.network), active=None, end="left", left_at=NOW - 9 * DAY
    )
    held(gone.cohort, NOW - DAY)
    assert kept(user) == set()
    Message.objects.filter(state="dropped").update(state="leased", leased_until=NOW, lease=ONE)
    held(second, NOW - DAY, number=3)
    assert kept(user) == {"reminder_1d"}


def test_whoever_guides_has_cycles_as_well():
    guide = FacilitationFactory()
    held(guide.cohort, NOW - DAY)
    for number in range(4):
        sent(guide.cohort, guide.user, NOW - 2 * DAY - number * HOUR)
    in_hand(MessageFactory(cohort=guide.cohort, user=guide.user, kind="poll_asked", send_at=NOW))
    assert kept(guide.user) == {"poll_asked"}


def test_messages_of_long_ago_do_not_count_for_a_newcomer():
    user, (first, _second) = two_networks()
    for number in range(4):
        sent(first, user, NOW - 40 * DAY - number * HOUR)
    in_hand(MessageFactory(cohort=first, user=user, kind="reminder_1d", send_at=NOW))
    assert kept(user) == {"reminder_1d"}


def test_what_is_urgent_neither_counts_nor_drops():
    user, (first, _second) = two_networks()
    for number in range(6):
        sent(first, user, NOW - number * HOUR, urgent=True, kind="session_moved")
    in_hand(
        MessageFactory(cohort=first, user=user, kind="session_cancelled", urgent=True, send_at=NOW),
        *(MessageFactory(cohort=first, user=user, kind="reminder_1d", send_at=NOW) for _four in range(4)),
    )
    assert kept(user) == {"session_cancelled", "reminder_1d"}
    assert Message.objects.filter(state="leased").count() == 5


def test_what_another_worker_has_in_hand_counts_as_sent():
    user, (first, _second) = two_networks()
    for number in range(3):
        sent(first, user, NOW - number * HOUR)
    MessageFactory(
        cohort=first, user=user, kind="reminder_7d", state="leased", lease=OTHER, leased_until=NOW + LEASE, send_at=NOW
    )
    in_hand(MessageFactory(cohort=first, user=user, kind="plan_made", send_at=NOW))
    assert kept(user) == {"reminder_7d"}


def test_the_cap_of_many_takes_as_many_statements_as_that_of_one(django_assert_num_queries):
    people = [MembershipFactory(cohort=CohortFactory(network=NetworkFactory(usage_id=f"u{n}"))) for n in range(5)]
    in_hand(*(MessageFactory(cohort=one.cohort, user=one.user, send_at=NOW) for one in people))
    with django_assert_num_queries(5):
        keep_to_the_cap([one.user_id for one in people], now=NOW, worker=ONE)


@pytest.mark.parametrize("state", ["sent", "dropped", "failed", "waiting"])
def test_what_people_typed_is_forgotten_after_a_week(cohort, user, state):
    facts = {"reason": "The trainer has the flu."}
    at = NOW if state == "sent" else None
    message = MessageFactory(cohort=cohort, user=user, send_at=NOW, state=state, sent_at=at, facts=facts)
    forget_old(now=NOW + outbox.FACTS_KEPT - MINUTE)
    message.refresh_from_db()
    assert message.facts == facts
    assert forget_old(now=NOW + outbox.FACTS_KEPT) == (state != "waiting")
    message.refresh_from_db()
    assert message.facts == (facts if state == "waiting" else {})
    assert forget_old(now=NOW + outbox.FACTS_KEPT) == 0
