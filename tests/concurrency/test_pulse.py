"""200 people answer an evaluation in the same second, and everybody clicks twice."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from lernet_xblock.models import PulseAnswer, PulseReceipt
from tests.concurrency.crowd import all_at_once
from tests.factories import CohortFactory, MembershipFactory, NetworkFactory, PulseFactory, SessionFactory
from tests.runtime import make_block, post

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

PEOPLE = 200


@pytest.fixture
def session():
    """A session that ended an hour ago, with 200 members who can answer."""
    ended = timezone.now() - timedelta(hours=1)
    cohort = CohortFactory(network=NetworkFactory(state="running"))
    return SessionFactory(cohort=cohort, starts_at=ended - timedelta(hours=3), ends_at=ended)


@pytest.fixture
def crowd(session):
    PulseFactory(session=session)
    early = session.starts_at - timedelta(days=30)
    members = [MembershipFactory(cohort=session.cohort, joined_at=early).user.username for _number in range(PEOPLE)]
    return [(username, session.key) for username in members for _click in "12"]


def answer(person):
    username, key = person
    ratings = {"useful": "4", "safety": "5", "voice": "4", "new_idea": "3", "transfer": "4", "pace": "2"}
    fields = {"about": key, **ratings, "comment": f"From {username}"}
    return post(make_block(username), "pulse.answer", fields, at=f"results?pulse={key}").status_int


def test_every_answer_is_kept_once(session, crowd):
    statuses = Counter(how for _who, how in all_at_once(answer, crowd))
    assert PulseReceipt.objects.filter(pulse=session.pulse).count() == PEOPLE
    assert PulseAnswer.objects.filter(pulse=session.pulse).count() == PEOPLE
    assert session.pulse.comments.values("text").distinct().count() == PEOPLE
    assert not [status for status in statuses if not status.isdigit() or int(status) >= 500], statuses
    assert statuses["200"] >= PEOPLE


def test_looking_before_writing_doubles_answers(session, crowd):
    """Guards the test above: "has she answered? no; then insert" lets both clicks through."""
    pulse = session.pulse

    def naive(person):
        with transaction.atomic():
            if not PulseAnswer.objects.filter(pulse=pulse, ratings__has_key=person[0]).exists():
                PulseAnswer.objects.create(pulse=pulse, ratings={person[0]: 4})
        return "ok"

    all_at_once(naive, sorted(crowd))
    assert PulseAnswer.objects.filter(pulse=pulse).count() > PEOPLE
