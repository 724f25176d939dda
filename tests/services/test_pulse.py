"""Evaluations: one answer each that nobody can trace, and one release of them."""

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, transaction

from lernet_xblock.errors import Busy
from lernet_xblock.models import (
    Attendance,
    AuditEntry,
    PulseAnswer,
    PulseComment,
    PulseReceipt,
    PulseRelease,
    Rsvp,
    SentForm,
)
from lernet_xblock.rules.authored import write
from lernet_xblock.services import pulse as pulses
from tests.factories import (
    PLAN,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db

RATINGS = {"useful": 4, "safety": 5, "voice": 3, "new_idea": None, "transfer": 2, "pace": 2}
CANARY = "canary-4711"
SECOND = timedelta(seconds=1)


@pytest.fixture
def network():
    return NetworkFactory(state="running")


@pytest.fixture
def pulse(network):
    cohort = CohortFactory(network=network)
    MembershipFactory.create_batch(13, cohort=cohort)
    return PulseFactory(session=SessionFactory(cohort=cohort))


@pytest.fixture
def members(pulse):
    return [row.user for row in pulse.session.cohort.memberships.order_by("pk")]


def send(pulse, user, network, **changes):
    given = {"ratings": RATINGS, "comment": "", "now": pulse.opens_at, **changes}
    return pulses.answer(pulse, network=network, user_id=user.pk, **given)


def over(pulse):
    return pulse.closes_at + pulses.GRACE + SECOND


def published(pulse, *, now=None):
    """Release what is due and return the row, which must be there."""
    row = pulses.release_due(pulse, now=now or over(pulse))
    assert row is not None
    return row


def counts():
    return PulseReceipt.objects.count(), PulseAnswer.objects.count(), PulseComment.objects.count()


def columns(model):
    return {field.column for field in model._meta.concrete_fields}


def test_answers_comments_and_ledger_share_no_column_but_the_evaluation():
    assert columns(PulseAnswer) == {"id", "pulse_id", "ratings"}
    assert columns(PulseComment) == {"id", "pulse_id", "text"}
    assert columns(PulseReceipt) == {"id", "pulse_id", "user_id", "on"}
    for model in (PulseAnswer, PulseComment):
        related = {field.related_model.__name__ for field in model._meta.get_fields() if field.is_relation}
        assert related == {"Pulse"}


def test_keys_of_answers_are_random_and_those_of_the_ledger_are_not_shared(pulse, members, network):
    send(pulse, members[0], network, comment="Keep the round.")
    answer, comment = PulseAnswer.objects.get(), PulseComment.objects.get()
    assert len({answer.pk, comment.pk, str(PulseReceipt.objects.get().pk)}) == 3
    assert [len(row.pk) for row in (answer, comment)] == [32, 32]


def test_the_ledger_knows_a_date_and_no_time(pulse, members, network):
    send(pulse, members[0], network)
    assert PulseReceipt.objects.get().on == pulse.opens_at.date()
    assert PulseReceipt._meta.get_field("on").get_internal_type() == "DateField"


def test_an_answer_is_kept_once(pulse, members, network):
    assert send(pulse, members[0], network, comment="Keep the round.") is True
    assert send(pulse, members[0], network, comment="Something else") is False
    assert counts() == (1, 1, 1)
    assert PulseAnswer.objects.get().ratings == RATINGS
    assert PulseComment.objects.get().text == "Keep the round."


def test_an_answer_leaves_no_event_and_no_form_key(pulse, members, network):
    send(pulse, members[0], network)
    assert not AuditEntry.objects.exists()
    assert not SentForm.objects.exists()


@pytest.mark.parametrize(
    ("after_opening", "kept"),
    [
        (-SECOND, False),
        (timedelta(), True),
        (timedelta(hours=72), True),
        (timedelta(hours=72) + pulses.GRACE, True),
        (timedelta(hours=72) + pulses.GRACE + timedelta(microseconds=1), False),
    ],
)
def test_the_window_is_72_hours_and_a_minute_of_grace(pulse, members, network, after_opening, kept):
    assert pulse.opens_at == pulse.session.ends_at
    moment = pulse.opens_at + after_opening
    if kept:
        assert send(pulse, members[0], network, now=moment)
    else:
        with pytest.raises(pulses.PulseClosed):
            send(pulse, members[0], network, now=moment)
    assert counts()[:2] == (int(kept), int(kept))


def test_no_answer_arrives_behind_a_release_made_by_a_machine_whose_clock_is_ahead(pulse, members, network):
    pulses.release_due(pulse, now=over(pulse))
    with pytest.raises(pulses.PulseClosed), transaction.atomic():
        send(pulse, members[0], network, now=pulse.closes_at)
    assert counts() == (0, 0, 0)


def test_the_first_answer_freezes_the_threshold(pulse, members, network):
    network.threshold = 6
    send(pulse, members[0], network)
    network.threshold = 8
    pulse.refresh_from_db()
    send(pulse, members[1], network)
    pulse.refresh_from_db()
    assert pulse.threshold == 6


@pytest.mark.parametrize(("column", "authored", "expected"), [(5, 7, 7), (7, 5, 7), (5, None, 5), (5, 99, 10)])
def test_the_threshold_is_the_higher_of_what_is_known_and_at_most_10(pulse, network, column, authored, expected):
    network.threshold = column
    network.authored = {**write(PLAN), "threshold": authored}
    assert pulses.threshold_of(pulse, network) == expected


def test_later_answers_do_not_queue_for_the_row_of_the_evaluation(pulse, members, network, django_assert_num_queries):
    send(pulse, members[0], network)
    pulse.refresh_from_db()
    with django_assert_num_queries(7) as done:
        send(pulse, members[1], network, comment="x")
    statements = [query["sql"].split()[0] for query in done.captured_queries]
    assert statements == ["SAVEPOINT", "INSERT", "RELEASE", "SELECT", "SELECT", "INSERT", "INSERT"]


@pytest.mark.parametrize(
    "failure",
    [
        IntegrityError(f"failing row contains {CANARY}"),
        OperationalError(1213, "Deadlock found"),
    ],
)
def test_no_failure_carries_an_answer_away(  # noqa: PLR0917 - fixtures
    pulse, members, network, monkeypatch, caplog, failure
):
    def fail(**_values):
        raise failure

    monkeypatch.setattr(PulseComment.objects, "create", fail)
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises((Busy, OperationalError)) as raised,
        transaction.atomic(),
    ):
        send(pulse, members[0], network, comment=CANARY)
    assert CANARY not in caplog.text
    assert CANARY not in str(raised.value)
    assert CANARY not in repr(raised.value)
    assert raised.value.__suppress_context__ or CANARY not in str(raised.value.__context__)
    assert counts() == (0, 0, 0)


def answered_by(pulse, people, network, **changes):
    for person in people:
        send(pulse, person, network, **changes)
    pulse.refresh_from_db()


@pytest.mark.parametrize("moment", ["opens_at", "closes_at"])
def test_nothing_is_released_while_an_answer_may_still_arrive(pulse, members, network, moment):
    answered_by(pulse, members[:6], network)
    assert pulses.release_due(pulse, now=getattr(pulse, moment) + pulses.GRACE) is None
    assert not PulseRelease.objects.exists()


def test_a_release_publishes_counts_once_and_deletes_the_answers(pulse, members, network):
    for place, person in enumerate(members[:11]):
        send(pulse, person, network, ratings={**RATINGS, "useful": 3 + place % 3}, comment=f"Comment {place}")
    row = published(pulse)
    assert (row.answered, row.asked, row.withheld) == (11, 13, False)
    useful = next(item for item in row.payload["items"] if item["item"] == "useful")
    assert (useful["dots"], useful["median"]) == ([0, 0, 4, 4, 3], 4.0)
    assert sorted(row.payload["comments"]) == sorted(f"Comment {place}" for place in range(11))
    assert counts() == (11, 0, 0)


def test_releasing_twice_makes_one_row_with_the_same_content(pulse, members, network):
    answered_by(pulse, members[:6], network, comment="Same")
    first = published(pulse)
    again = published(pulse, now=over(pulse) + timedelta(days=3))
    assert (again.pk, again.payload, again.released_at) == (first.pk, first.payload, first.released_at)
    assert PulseRelease.objects.count() == 1


def test_below_the_threshold_nothing_is_shown_and_nothing_is_lost(pulse, members, network):
    answered_by(pulse, members[:4], network, comment=CANARY)
    row = published(pulse)
    assert (row.answered, row.asked, row.withheld) == (4, 13, True)
    assert (row.payload["items"], row.payload["comments"]) == ([], [])
    assert CANARY not in str(row.payload)
    assert counts() == (4, 4, 4)


def test_a_session_nobody_evaluated_is_settled_too(pulse):
    row = published(pulse)
    assert (row.answered, row.asked, row.withheld) == (0, 13, True)


@pytest.mark.parametrize("state", ["cancelled", "not_held"])
def test_a_session_that_was_not_held_has_no_results(pulse, state):
    off = SessionFactory(cohort=pulse.session.cohort, state=state, number=None if state == "cancelled" else 2)
    pulse.session = off
    pulse.save()
    assert pulses.release_due(pulse, now=over(pulse)) is None


def test_asked_are_the_members_at_the_end_of_the_session(pulse, members):
    cohort = pulse.session.cohort
    MembershipFactory(cohort=cohort, joined_at=pulse.opens_at + SECOND)
    cohort.memberships.filter(user=members[0]).update(active=None, left_at=pulse.opens_at - SECOND)
    cohort.memberships.filter(user=members[1]).update(active=None, left_at=pulse.opens_at + SECOND)
    FacilitationFactory(cohort=cohort, user=members[2])
    assert published(pulse).asked == 11


def test_who_paused_when_the_session_ended_was_not_asked(pulse, members):
    rows = pulse.session.cohort.memberships
    day = pulse.session.local_date
    rows.filter(user=members[0]).update(paused_at=pulse.opens_at - SECOND, paused_until=day)
    rows.filter(user=members[1]).update(paused_at=pulse.opens_at + SECOND, paused_until=day)
    rows.filter(user=members[2]).update(
        paused_at=pulse.opens_at - timedelta(days=9), paused_until=day - timedelta(days=1)
    )
    assert published(pulse).asked == 12


@pytest.mark.parametrize(("state", "asked"), [("excused", 12), ("absent", 12), ("late", 13), ("present", 13)])
def test_who_is_recorded_as_not_there_is_not_counted_as_asked(pulse, members, state, asked):
    Attendance.objects.create(session=pulse.session, user=members[0], state=state, at=pulse.opens_at)
    assert published(pulse).asked == asked


def test_who_only_said_not_to_come_is_asked_all_the_same(pulse, members, network):
    Rsvp.objects.create(session=pulse.session, user=members[0], answer="not_coming", at=pulse.opens_at - SECOND)
    assert send(pulse, members[0], network) is True
    assert published(pulse).asked == 13


@pytest.mark.parametrize("state", ["excused", "absent"])
def test_who_is_recorded_as_not_there_does_not_answer_and_leaves_no_trace(pulse, members, network, state):
    Attendance.objects.create(session=pulse.session, user=members[0], state=state, at=pulse.opens_at)
    with pytest.raises(pulses.PulseClosed), transaction.atomic():
        send(pulse, members[0], network)
    pulse.refresh_from_db()
    assert pulse.threshold is None
    assert not PulseReceipt.objects.exists()
    assert not PulseAnswer.objects.exists()
    assert send(pulse, members[1], network) is True


def test_an_answer_from_before_somebody_was_recorded_as_not_there_counts(pulse, members, network):
    for person in members:
        send(pulse, person, network)
    Attendance.objects.create(session=pulse.session, user=members[0], state="absent", at=pulse.opens_at)
    assert send(pulse, members[0], network) is False
    row = published(pulse)
    assert (row.answered, row.asked) == (13, 13)


def test_two_releases_of_the_same_answers_order_comments_differently(pulse, members, network):
    for place, person in enumerate(members):
        send(pulse, person, network, comment=f"Comment {place:02d}")
    before = list(PulseComment.objects.values("id", "text"))
    orders = set()
    for _ in range(3):
        row = published(pulse)
        orders.add(tuple(row.payload["comments"]))
        row.delete()
        PulseComment.objects.bulk_create(PulseComment(pulse=pulse, **one) for one in before)
        PulseAnswer.objects.bulk_create(PulseAnswer(pulse=pulse, ratings=RATINGS) for _ in members)
    assert len(orders) == 3
