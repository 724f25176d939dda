"""News on the home panel, until somebody has read them."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Notice
from lernet_xblock.sentences import NOTICE_UNKNOWN, NOTICES
from lernet_xblock.workbench import clock
from tests.factories import ApplicationFactory, CohortFactory, FacilitationFactory, MembershipFactory, NetworkFactory
from tests.runtime import get, hidden, make_block, post
from tests.services.regroup import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(monkeypatch):
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


def told(cohort, user, kind="transfer_you", **values):
    return Notice.objects.create(network=cohort.network, user=user, kind=kind, cohort=cohort, at=LATER, **values)


def home(user):
    return get(make_block(user.username), "home").text


def test_members_facilitators_and_applicants_read_their_news_above_the_step(cohort):
    people = [
        MembershipFactory(cohort=cohort).user,
        FacilitationFactory(cohort=cohort).user,
        ApplicationFactory(network=cohort.network).user,
    ]
    for user in people:
        assert "News for you" not in home(user)
        told(cohort, user)
        shown = home(user)
        assert "You are in Group A now." in shown
        assert shown.index("News for you") < shown.index("data-step")


def test_understood_is_said_once(cohort):
    user = MembershipFactory(cohort=cohort).user
    first, second = told(cohort, user), told(cohort, user, "merge_in")
    keys = hidden(home(user), "notice.seen", "keys")
    assert set(keys.split()) == {first.key, second.key}
    response = post(make_block(user.username), "notice.seen", {"about": "", "keys": keys})
    assert response.status_int == 200
    assert "News for you" not in response.text
    first.refresh_from_db()
    assert first.seen_at == LATER


def test_what_came_since_stays(cohort):
    user = MembershipFactory(cohort=cohort).user
    first = told(cohort, user)
    told(cohort, user, "merge_in")
    response = post(make_block(user.username), "notice.seen", {"about": "", "keys": first.key})
    assert "You are in Group A now." not in response.text
    assert "the members of Group A joined it" in response.text


def test_nobody_reads_the_news_of_others_or_puts_them_away(cohort):
    user, other = (MembershipFactory(cohort=cohort).user for _nth in range(2))
    notice = told(cohort, user)
    assert "News for you" not in home(other)
    post(make_block(other.username), "notice.seen", {"about": "", "keys": notice.key})
    notice.refresh_from_db()
    assert notice.seen_at is None


@pytest.mark.parametrize("keys", ["x", "0" * 19, "%00"])
def test_odd_keys_are_not_found(cohort, keys):
    user = MembershipFactory(cohort=cohort).user
    assert post(make_block(user.username), "notice.seen", {"about": "", "keys": keys}).status_int == 404


def test_a_kind_without_a_sentence_still_says_something(cohort):
    user = MembershipFactory(cohort=cohort).user
    told(cohort, user, "no_such_kind")
    assert str(NOTICE_UNKNOWN) in home(user)


def test_every_sentence_can_be_filled(cohort):
    values = {"group": "Group A", "day": "Monday", "time": "10:00"}
    assert all(str(sentence) % values for sentence in NOTICES.values())
