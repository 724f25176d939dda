"""What a person has not read yet."""

from datetime import date, timedelta

import pytest

from lernet_xblock.models import Notice
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.notice import MOST_SHOWN, unread
from tests.factories import NOW, CohortFactory, MembershipFactory, NetworkFactory, SessionFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=2)


@pytest.fixture
def user(cohort):
    return MembershipFactory(cohort=cohort).user


def viewer(user):
    return viewer_of(make_block(user.username), None)


def told(place, user, kind="merge_in", **values):
    return Notice.objects.create(network=place.network, user=user, kind=kind, **{"at": NOW, **values})


def test_what_was_not_read_comes_in_order_with_what_it_names(cohort, user):
    session = SessionFactory(cohort=cohort)
    later = told(cohort, user, cohort=cohort, session=session, at=NOW + timedelta(hours=1))
    first = told(cohort, user, "stands_in", day=date(2027, 2, 2))
    told(cohort, user, seen_at=NOW)
    assert [(one.key, one.kind, one.group, one.day, one.starts_at) for one in unread(viewer(user))] == [
        (first.key, "stands_in", "", date(2027, 2, 2), None),
        (later.key, "merge_in", "Group B", None, session.starts_at),
    ]


def test_news_of_other_people_and_networks_are_not_the_reader_s(cohort, user):
    told(cohort, MembershipFactory(cohort=cohort).user)
    told(CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9")), user)
    assert unread(viewer(user)) == ()


@pytest.mark.parametrize("number", [1, 40])
def test_news_cost_one_query(cohort, user, number, django_assert_num_queries):
    for _nth in range(number):
        told(cohort, user, cohort=cohort)
    seen = viewer(user)
    with django_assert_num_queries(1):
        assert len(unread(seen)) == min(number, MOST_SHOWN)
