"""Two windows make a feed in the same second: one address works, and nobody is told an error."""

import time
from collections import Counter

import pytest

from lernet_xblock.models import FeedToken
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.rules.feed_token import digest, new_token
from lernet_xblock.services.feed import make_feed
from tests.concurrency.crowd import all_at_once
from tests.factories import NOW, UserFactory

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

PEOPLE, PRESSES = 24, 4


def press(user_id):
    return attempt(lambda: make_feed(user_id, now=NOW))


def press_naively(user_id):
    """Look, then write."""
    token = new_token()
    row = FeedToken.objects.filter(user_id=user_id).first()
    # As long as any request takes between looking and writing: on a busy machine they would come in a row.
    time.sleep(0.02)
    if row is None:
        FeedToken.objects.create(user_id=user_id, digest=digest(token), password_mark="x", made_at=NOW)
    else:
        FeedToken.objects.filter(pk=row.pk).update(digest=digest(token))
    return token


def outcome(act):
    people = [UserFactory().pk for _number in range(PEOPLE)]
    told = all_at_once(act, [pk for pk in people for _press in range(PRESSES)])
    kept = dict(FeedToken.objects.values_list("digest", "user_id"))
    return Counter(kept.get(digest(token)) == pk for pk, token in told), len(kept)


def test_of_all_addresses_one_works_for_each_person():
    assert outcome(press) == (Counter({False: PEOPLE * (PRESSES - 1), True: PEOPLE}), PEOPLE)


def test_without_the_lock_some_are_told_an_error():
    people = [UserFactory().pk for _number in range(PEOPLE)]
    told = all_at_once(press_naively, [pk for pk in people for _press in range(PRESSES)])
    assert "IntegrityError" in {word for _who, word in told}
