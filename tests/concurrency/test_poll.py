"""A whole group answers a date poll at the same moment, and several people end it."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from lernet_xblock.models import Poll, PollAnswer, PollOption
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.services.poll import pick
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PollFactory,
    UserFactory,
)
from tests.runtime import make_block, post

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

PEOPLE, DAYS = 15, 8
FIRST = timezone.now().date() + timedelta(days=30)


@pytest.fixture
def cohort():
    cache.clear()
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def poll(cohort):
    return PollFactory(cohort=cohort, days=[FIRST + timedelta(day) for day in range(DAYS)])


@pytest.fixture
def admins(cohort):
    """Eight people who may end the poll."""
    guide = FacilitationFactory(cohort=cohort).user
    return [guide, *(UserFactory(is_staff=True) for _number in range(PROCESSES - 1))]


def answer(click):
    username, key, said = click
    return post(make_block(username), "poll.answer", {"about": key, "answer": said}, at="poll").status_int


def clicks(poll):
    """Everybody answers every date, with a doubled click and with a second thought."""
    users = [MembershipFactory(cohort=poll.cohort).user.username for _number in range(PEOPLE)]
    keys = list(poll.options.values_list("key", flat=True))
    return [(user, key, said) for key in keys for user in users for said in ("yes", "yes", "no")]


def test_every_cell_is_saved_once_whatever_is_clicked(poll):
    statuses = Counter(how for _who, how in all_at_once(answer, clicks(poll)))
    assert statuses == {"200": PEOPLE * DAYS * 3}
    assert PollAnswer.objects.count() == PEOPLE * DAYS
    assert PollAnswer.objects.values("option", "user").distinct().count() == PEOPLE * DAYS


def test_looking_before_writing_meets_errors(poll):
    """Guards the test above: "has she answered? no; then insert" runs into the second click."""
    members = [MembershipFactory(cohort=poll.cohort).user.pk for _number in range(PEOPLE)]
    options = list(poll.options.values_list("pk", flat=True))

    def naive(click):
        option, user = click
        with transaction.atomic():
            mine = PollAnswer.objects.filter(option=option, user=user)
            if mine.exists():
                mine.update(answer="yes")
            else:
                time.sleep(0.001)
                PollAnswer.objects.create(option_id=option, user_id=user, answer="yes", at=poll.made_at)
        return "ok"

    crowd = [(option, user) for option in options for user in members for _click in range(PROCESSES)]
    found = Counter(how for _who, how in all_at_once(naive, crowd))
    assert found["IntegrityError"] + found["OperationalError"] > 0, found


def test_one_of_several_who_choose_at_once_wins(poll, admins):
    keys = list(poll.options.values_list("key", flat=True))

    def choose(order):
        username, key = order
        fields = {"about": key, "version": "1"}
        return post(make_block(username), "poll.pick", fields, at=f"poll?cohort={poll.cohort.key}").status_int

    found = all_at_once(choose, [(user.username, key) for user, key in zip(admins, keys, strict=True)])
    assert Counter(how for _who, how in found) == {"200": 1, "409": PROCESSES - 1}
    winner = next(who for who, how in found if how == "200")
    stored = Poll.objects.get()
    assert (stored.picked.key, stored.version) == (winner[1], 2)


def test_choosing_without_a_lock_lets_several_win(poll, admins):
    """Guards the test above: each looks whether the poll is open, and then ends it."""

    def naive(order):
        with transaction.atomic():
            row = Poll.objects.get(pk=poll.pk)
            if not row.open:
                return "late"
            time.sleep(0.05)
            Poll.objects.filter(pk=row.pk).update(open=None, ended_at=row.made_at, picked=order[1])
        return "won"

    options = list(poll.options.values_list("pk", flat=True))
    found = all_at_once(naive, [(user.pk, option) for user, option in zip(admins, options, strict=True)])
    assert Counter(how for _who, how in found)["won"] > 1


def test_no_answer_arrives_behind_the_end(poll, admins):
    """Who ended the poll counts its answers at once; there are never more of them later."""
    crowd = clicks(poll)
    crowd.insert(len(crowd) // 2, ("end", admins[0].pk, poll.options.first().pk))

    def act(click):
        if click[0] != "end":
            return answer(click)
        option = PollOption.objects.get(pk=click[2])
        attempt(lambda: pick(poll, option, opened_version=1, by=click[1], now=poll.made_at))
        return f"counted {PollAnswer.objects.count()}"

    found = Counter(how for _who, how in all_at_once(act, crowd))
    counted = next(how for how in found if how.startswith("counted"))
    assert counted == f"counted {PollAnswer.objects.count()}"
    assert set(found) <= {"200", "422", counted}, found
    assert found["422"] > 0


def test_answering_without_a_lock_arrives_behind_the_end(poll, admins):
    """Guards the test above: a look at the poll, and then the answer."""
    members = [MembershipFactory(cohort=poll.cohort).user.pk for _number in range(PEOPLE)]
    crowd = [(option, user) for option in poll.options.values_list("pk", flat=True) for user in members]
    crowd.insert(len(crowd) // 2, (0, admins[0].pk))
    chosen = poll.options.first()

    def naive(click):
        option, user = click
        if not option:
            attempt(lambda: pick(poll, chosen, opened_version=1, by=user, now=poll.made_at))
            return f"counted {PollAnswer.objects.count()}"
        with transaction.atomic():
            if not Poll.objects.get(pk=poll.pk).open:
                return "late"
            time.sleep(0.01)
            PollAnswer.objects.create(option_id=option, user_id=user, answer="yes", at=poll.made_at)
        return "ok"

    counted = next(how for _who, how in all_at_once(naive, crowd) if how.startswith("counted"))
    assert PollAnswer.objects.count() > int(counted.split()[1])


def test_a_group_asked_by_several_people_at_once_is_asked_once(cohort, admins):
    lines = f"{FIRST} 13:30\n{FIRST} 18:30"

    def ask(username):
        fields = {"about": cohort.key, "_key": username, "lines": lines, "share_percent": "80"}
        return post(make_block(username), "poll.ask", fields, at=f"poll?cohort={cohort.key}").status_int

    found = Counter(how for _who, how in all_at_once(ask, [user.username for user in admins]))
    assert found == {"200": 1, "422": PROCESSES - 1}
    assert (Poll.objects.count(), PollOption.objects.count()) == (1, 2)
