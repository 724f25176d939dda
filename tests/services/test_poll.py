"""A poll is asked, grows, and ends with a date or without one."""

from datetime import date, time, timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Message, Poll
from lernet_xblock.rules.date_proposal import Proposed
from lernet_xblock.services.poll import PollOpen, PollOver, add_options, ask_poll, end_poll, pick
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PollFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

TUESDAY = date(2027, 2, 2)


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


def dates(*days):
    return [Proposed(TUESDAY + timedelta(day), time(13, 30)) for day in days]


def ask(cohort, guide, options=None, **changes):
    given = {"options": options or dates(0, 7), "share_percent": 80, "answers_until": None, "now": NOW, **changes}
    return committed(lambda: ask_poll(cohort, by=guide.pk, **given))


def test_asking_keeps_the_dates_in_the_zone_of_the_network_and_tells_everybody_but_who_asks(cohort, guide):
    member = MembershipFactory(cohort=cohort).user
    poll = ask(cohort, guide, [*dates(7), Proposed(TUESDAY, time(9), "morning")], answers_until=date(2027, 1, 20))
    stored = Poll.objects.get()
    assert (stored.cohort, stored.open, stored.time_zone, stored.share_percent, stored.answers_until) == (
        cohort,
        True,
        "Europe/Brussels",
        80,
        date(2027, 1, 20),
    )
    assert list(stored.options.values_list("local_date", "local_time", "half")) == [
        (TUESDAY, time(9), "morning"),
        (TUESDAY + timedelta(7), time(13, 30), ""),
    ]
    assert list(Message.objects.values_list("kind", "user_id", "urgent")) == [("poll_asked", member.pk, False)]
    assert list(AuditEntry.objects.values_list("verb", "subject", "actor")) == [("poll.ask", poll.key, guide.pk)]


def test_a_second_open_poll_is_refused_and_nothing_of_it_stays(cohort, guide):
    ask(cohort, guide)
    with pytest.raises(PollOpen):
        ask(cohort, guide, dates(14, 21))
    assert (Poll.objects.count(), Poll.objects.get().options.count()) == (1, 2)
    poll = Poll.objects.get()
    committed(lambda: end_poll(poll, opened_version=1, by=guide.pk, now=NOW))
    ask(cohort, guide, dates(14, 21))
    assert Poll.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "until", "field"),
    [
        (dates(0), None, "lines"),
        (dates(0, 0), None, "lines"),
        (dates(*range(41)), None, "lines"),
        (dates(0, -80), None, "lines"),
        (dates(0, 400), None, "lines"),
        (dates(0, 7), date(2026, 11, 1), "answers_until"),
        (dates(0, 7), date(2027, 2, 3), "answers_until"),
    ],
)
def test_dates_that_cannot_be_asked_about_are_refused_at_their_field(cohort, guide, options, until, field):
    with pytest.raises(RuleViolation) as caught:
        ask(cohort, guide, options, answers_until=until)
    assert (caught.value.field, Poll.objects.count(), "%(" in caught.value.sentence) == (field, 0, False)


@pytest.mark.parametrize(("cohort_state", "network_state"), [("merged", "running"), ("confirmed", "cancelled")])
def test_a_group_that_is_over_is_not_asked(guide, cohort, cohort_state, network_state):
    cohort.state, cohort.network.state = cohort_state, network_state
    cohort.save()
    cohort.network.save()
    with pytest.raises(RuleViolation, match="This group is over"):
        ask(cohort, guide)


def test_more_dates_are_added_and_told_again(cohort, guide):
    poll = ask(cohort, guide)
    MembershipFactory(cohort=cohort)
    committed(lambda: add_options(poll, options=dates(14), opened_version=1, by=guide.pk, now=NOW))
    poll.refresh_from_db()
    assert (poll.version, poll.options.count(), Message.objects.count()) == (2, 3, 1)
    with pytest.raises(RuleViolation, match="in the poll already"):
        committed(lambda: add_options(poll, options=dates(14), opened_version=2, by=guide.pk, now=NOW))
    with pytest.raises(StaleVersion):
        committed(lambda: add_options(poll, options=dates(21), opened_version=1, by=guide.pk, now=NOW))
    assert poll.options.count() == 3


def test_picking_ends_the_poll_with_the_date(cohort, guide):
    poll = ask(cohort, guide)
    option = poll.options.last()
    committed(lambda: pick(poll, option, opened_version=1, by=guide.pk, now=NOW))
    poll.refresh_from_db()
    assert (poll.open, poll.picked, poll.ended_at, poll.version) == (None, option, NOW, 2)
    assert AuditEntry.objects.filter(verb="poll.pick", subject=poll.key).count() == 1
    with pytest.raises(StaleVersion):
        committed(lambda: pick(poll, option, opened_version=1, by=guide.pk, now=NOW))
    with pytest.raises(PollOver):
        committed(lambda: end_poll(poll, opened_version=2, by=guide.pk, now=NOW))


def test_a_date_of_another_poll_or_in_the_past_is_not_picked(cohort, guide):
    poll, other = ask(cohort, guide), PollFactory(cohort=CohortFactory(network=cohort.network, number=2))
    with pytest.raises(NotFound):
        committed(lambda: pick(poll, other.options.first(), opened_version=1, by=guide.pk, now=NOW))
    first = poll.options.first()
    with pytest.raises(RuleViolation, match="This date is over"):
        committed(lambda: pick(poll, first, opened_version=1, by=guide.pk, now=NOW + timedelta(days=64)))
    poll.refresh_from_db()
    assert (poll.open, poll.picked) == (True, None)
