"""The address of a feed: made once, replaced, switched off; the table holds nothing that opens it."""

import pytest

from lernet_xblock.models import FeedToken
from lernet_xblock.rules.feed_token import digest, is_token
from lernet_xblock.services.feed import end_feed, make_feed
from tests.factories import NOW, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db


def test_only_the_digest_of_a_token_is_kept():
    person = UserFactory()
    token = committed(lambda: make_feed(person.pk, now=NOW))
    row = FeedToken.objects.get()
    assert is_token(token)
    assert (row.user_id, row.digest, row.made_at) == (person.pk, digest(token), NOW)
    assert token not in str(row.__dict__)


def test_a_new_address_replaces_the_old_one_of_the_same_person_only():
    person, other = UserFactory(), UserFactory()
    first = committed(lambda: make_feed(person.pk, now=NOW))
    theirs = committed(lambda: make_feed(other.pk, now=NOW))
    second = committed(lambda: make_feed(person.pk, now=NOW))
    assert first != second
    assert set(FeedToken.objects.values_list("user_id", "digest")) == {
        (person.pk, digest(second)),
        (other.pk, digest(theirs)),
    }


def test_switching_off_leaves_other_feeds_alone():
    person, other = UserFactory(), UserFactory()
    for one in (person, other):
        committed(lambda pk=one.pk: make_feed(pk, now=NOW))
    committed(lambda: end_feed(person.pk))
    committed(lambda: end_feed(person.pk))
    assert [row.user_id for row in FeedToken.objects.all()] == [other.pk]
