"""What a departure means, before it is done."""

from datetime import timedelta

import pytest

from lernet_xblock.models import Contribution
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import departure as queries
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    ApplicationFactory,
    CaseFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    TakeawayFactory,
    shared_case,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def place():
    return MembershipFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1, minimum_size=1))


def viewer(place):
    return viewer_of(make_block(place.user.username), None)


def test_the_seat_goes_to_those_who_wait_and_speak_the_language(place, django_assert_num_queries):
    for language, state in (("fr", "waitlisted"), ("nl", "waitlisted"), ("fr", "withdrawn")):
        ApplicationFactory(network=place.network, language=language, state=state, queued_at=NOW)
    SessionFactory(cohort=place.cohort, starts_at=NOW + timedelta(days=3))
    reader = viewer(place)
    with django_assert_num_queries(3):
        seat = queries.seat_ahead(reader, place.cohort)
    assert (seat.label, seat.people, seat.left, seat.below, seat.offered, seat.waiting) == (
        "Group A",
        1,
        0,
        True,
        True,
        1,
    )


def test_after_half_of_the_sessions_the_seat_stays_empty(place):
    SessionFactory(cohort=place.cohort, starts_at=NOW)
    assert not queries.seat_ahead(viewer(place), place.cohort).offered


@pytest.mark.parametrize("count", [1, 20])
def test_members_are_listed_by_name_with_two_queries(place, count, django_assert_num_queries):
    rows = MembershipFactory.create_batch(count, cohort=place.cohort)
    reader = viewer(place)
    with django_assert_num_queries(2):
        lines = queries.member_lines(reader, place.cohort)
    assert {line.number for line in lines} == {place.pk, *(row.pk for row in rows)}
    assert [line.name.casefold() for line in lines] == sorted(line.name.casefold() for line in lines)


def test_what_the_reader_told_is_theirs_alone(place):
    own = CaseFactory(cohort=place.cohort, owner=place.user)
    CaseFactory(cohort=place.cohort, owner=place.user, state="draft", shared_at=None)
    theirs = shared_case(place.cohort)
    for author in (place.user, theirs.owner):
        Contribution.objects.create(case=theirs, author=author, kind="question", text="?", posted_at=NOW)
    told = queries.told_by_reader(viewer(place))
    TakeawayFactory(cohort=place.cohort, user=place.user)
    TakeawayFactory(cohort=place.cohort, user=place.user, visibility="cohort")
    told = queries.told_by_reader(viewer(place))
    assert (told.cases, told.contributions, told.takeaways) == (((own.key, own.title),), 1, 1)


def test_who_left_was_a_member_and_may_have_cases(place):
    assert queries.former_member(viewer(place)) is None
    place.active, place.left_at, place.end = None, NOW, "undone"
    place.save()
    assert queries.former_member(viewer(place)) is None
    place.end = "left"
    place.save()
    assert not queries.former_member(viewer(place)).has_cases
    CaseFactory(cohort=place.cohort, owner=place.user)
    assert queries.former_member(viewer(place)).has_cases
