"""Answering a date poll, one option at a time."""

from datetime import date, timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import PollAnswer
from lernet_xblock.services.poll import PollOver, end_poll
from lernet_xblock.services.poll_answer import answer_poll, answer_rest
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PollFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

DAYS = (date(2027, 2, 2), date(2027, 2, 9), date(2027, 2, 16))
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def poll():
    return PollFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1), days=DAYS)


@pytest.fixture
def option(poll):
    return poll.options.first()


@pytest.fixture
def member(poll):
    return MembershipFactory(cohort=poll.cohort).user


def say(option, user, answer, now=NOW):
    committed(lambda: answer_poll(option, user_id=user.pk, answer=answer, now=now))


def stored(option):
    return list(PollAnswer.objects.filter(option=option).order_by("user").values_list("user", "answer", "at"))


def test_the_last_answer_counts_and_the_same_again_changes_nothing(option, member):
    say(option, member, "yes")
    say(option, member, "yes", LATER)
    assert stored(option) == [(member.pk, "yes", NOW)]
    say(option, member, "no", LATER)
    assert stored(option) == [(member.pk, "no", LATER)]


def test_guides_answer_as_well_and_nobody_else(poll, option, member):
    guide = FacilitationFactory(cohort=poll.cohort).user
    for user in (member, guide):
        say(option, user, "yes")
    former = MembershipFactory(cohort=poll.cohort, active=None, left_at=NOW).user
    foreign = MembershipFactory(cohort=CohortFactory(network=poll.cohort.network, number=2)).user
    for user in (former, foreign, UserFactory()):
        with pytest.raises(NotFound):
            say(option, user, "yes")
    assert stored(option) == sorted([(member.pk, "yes", NOW), (guide.pk, "yes", NOW)])


def test_no_answer_arrives_behind_the_end(poll, option, member):
    say(option, member, "yes")
    committed(lambda: end_poll(poll, opened_version=1, by=member.pk, now=NOW))
    with pytest.raises(PollOver):
        say(option, member, "no")
    with pytest.raises(PollOver):
        committed(lambda: answer_rest(poll, user_id=member.pk, answer="no", now=NOW))
    assert stored(option) == [(member.pk, "yes", NOW)]


def test_the_rest_gets_one_answer_and_what_was_said_stays(poll, option, member):
    other = MembershipFactory(cohort=poll.cohort).user
    for user in (member, other):
        say(option, user, "yes")
    assert committed(lambda: answer_rest(poll, user_id=member.pk, answer="no", now=NOW)) == 2
    mine = PollAnswer.objects.filter(user=member).order_by("option__local_date")
    assert list(mine.values_list("answer", flat=True)) == ["yes", "no", "no"]
    assert PollAnswer.objects.filter(user=other).count() == 1
