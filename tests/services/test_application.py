"""Seats, the waiting list and who may change what when."""

from datetime import UTC, datetime, timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Application, AuditEntry
from lernet_xblock.sentences import COMMITMENT_VERSION
from lernet_xblock.services.application import apply, decline, edit, move_up, withdraw
from tests.factories import NOW, ApplicationFactory, MembershipFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
ANSWERS = {
    "function": "team leader",
    "department": "",
    "organisation": "Bakkerij Zon",
    "language": "nl",
    "experience_years": 3,
    "availability": "MO-am TU-pm",
    "learning_question": "How?",
    "commitment": True,
}


@pytest.fixture
def small():
    """A network of two seats."""
    return NetworkFactory(minimum_size=2, maximum_size=2, target_size=2, cohort_limit=1)


def applied(network, now=NOW):
    return apply(network, user_id=UserFactory().pk, answers=ANSWERS, now=now)


def states(*applications):
    return [Application.objects.get(pk=one.pk).state for one in applications]


def test_applying_stores_answers_and_the_commitment_that_was_read():
    network, user = NetworkFactory(), UserFactory()
    apply(network, user_id=user.pk, answers=ANSWERS, now=NOW)
    row = Application.objects.get()
    assert (row.user, row.state, row.source, row.availability) == (user, "submitted", "self", "MO-am TU-pm")
    assert (row.commitment_version, row.committed_at, row.submitted_at) == (COMMITMENT_VERSION, NOW, NOW)
    assert row.queued_at is None


def test_without_the_tick_nobody_applies():
    with pytest.raises(RuleViolation) as refused:
        apply(NetworkFactory(), user_id=UserFactory().pk, answers=ANSWERS | {"commitment": False}, now=NOW)
    assert refused.value.field == "commitment"
    assert not Application.objects.exists()


def test_beyond_the_last_seat_people_wait(small):
    assert [applied(small).state for _ in range(4)] == ["submitted", "submitted", "waitlisted", "waitlisted"]


def test_withdrawing_moves_up_the_first_of_the_waiting_list(small):
    first, second, third, fourth = (applied(small, NOW + timedelta(minutes=turn)) for turn in range(4))
    withdraw(first, now=LATER)
    assert states(first, second, third, fourth) == ["withdrawn", "submitted", "submitted", "waitlisted"]


def test_withdrawing_from_the_waiting_list_gives_nobody_a_seat(small):
    _first, second, third, fourth = (applied(small, NOW + timedelta(minutes=turn)) for turn in range(4))
    withdraw(third, now=LATER)
    assert states(second, third, fourth) == ["submitted", "withdrawn", "waitlisted"]


def test_applying_again_uses_the_row_and_queues_at_the_end(small):
    first, second, third = (applied(small, NOW + timedelta(minutes=turn)) for turn in range(3))
    withdraw(first, now=LATER)
    again = apply(small, user_id=first.user_id, answers=ANSWERS, now=LATER)
    assert again.pk == first.pk
    assert states(second, third, again) == ["submitted", "submitted", "waitlisted"]


def test_nobody_overtakes_those_who_wait(small):
    """A seat freed behind the waiting list's back, such as by an import, is not for the one who asks last."""
    first, _second, third = (applied(small, NOW + timedelta(minutes=turn)) for turn in range(3))
    Application.objects.filter(pk=first.pk).update(state="withdrawn")
    late = applied(small, LATER)
    assert states(third, late) == ["waitlisted", "waitlisted"]
    assert [row.pk for row in move_up(small, now=LATER)] == [third.pk]


def test_members_hold_their_seats(small):
    ApplicationFactory(network=small, state="member")
    ApplicationFactory(network=small, state="member")
    assert applied(small).state == "waitlisted"


def test_invited_people_hold_no_seat_and_may_accept_or_decline(small):
    accepts, declines = (
        ApplicationFactory(network=small, state="invited", source="import", committed_at=None) for _ in range(2)
    )
    apply(small, user_id=accepts.user_id, answers=ANSWERS, now=NOW)
    decline(declines, now=NOW)
    accepts.refresh_from_db()
    assert (accepts.state, accepts.source, accepts.committed_at) == ("submitted", "import", NOW)
    assert states(declines) == ["declined"]


def test_somebody_who_applied_cannot_decline(small):
    with pytest.raises(NotFound):
        decline(applied(small), now=NOW)


def test_applying_twice_is_refused(small):
    first = applied(small)
    with pytest.raises(RuleViolation, match="already"):
        apply(small, user_id=first.user_id, answers=ANSWERS, now=NOW)
    assert Application.objects.count() == 1


def test_member_of_a_group_cannot_apply_beside_it():
    membership = MembershipFactory(cohort__network__state="forming")
    with pytest.raises(RuleViolation, match="a place in a group"):
        apply(membership.network, user_id=membership.user_id, answers=ANSWERS, now=NOW)


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (datetime(2026, 11, 29, 12, tzinfo=UTC), "not open yet"),
        (datetime(2027, 1, 8, 23, 0, tzinfo=UTC), "closed"),
    ],
)
def test_applying_outside_the_window_is_refused(now, sentence):
    with pytest.raises(RuleViolation, match=sentence):
        applied(NetworkFactory(), now)


def test_applying_to_a_running_network_is_refused():
    with pytest.raises(RuleViolation, match="closed"):
        applied(NetworkFactory(state="running"))


def test_editing_raises_the_version_and_keeps_the_seat(small):
    row = applied(small)
    edit(row, answers=ANSWERS | {"function": "foreman"}, now=LATER, opened_version=1)
    row.refresh_from_db()
    assert (row.function, row.version, row.state, row.submitted_at) == ("foreman", 2, "submitted", NOW)


def test_editing_an_old_version_shows_what_is_stored(small):
    row = applied(small)
    edit(row, answers=ANSWERS | {"function": "foreman"}, now=LATER, opened_version=1)
    with pytest.raises(StaleVersion) as stale:
        edit(row, answers=ANSWERS, now=LATER, opened_version=1)
    assert (stale.value.version, stale.value.theirs) == (2, {"function": "foreman"})


def test_editing_after_the_last_day_is_refused(small):
    row = applied(small)
    with pytest.raises(RuleViolation, match="closed"):
        edit(row, answers=ANSWERS, now=NOW + timedelta(days=60), opened_version=1)


def test_withdrawing_stays_possible_after_the_last_day(small):
    row = applied(small)
    withdraw(row, now=NOW + timedelta(days=40))
    assert states(row) == ["withdrawn"]


def test_log_names_the_application_and_tells_no_answer(small):
    withdraw(applied(small), now=LATER)
    assert list(AuditEntry.objects.values_list("verb", "reason")) == [
        ("application.submit", ""),
        ("application.withdraw", ""),
    ]
