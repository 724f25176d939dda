"""The page of turns: a board for who guides a group, numbers for its members."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Membership
from lernet_xblock.panels.turns import own_words
from lernet_xblock.rules.fair_turns import Balance
from lernet_xblock.workbench import clock
from tests.factories import (
    CaseFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    TurnFactory,
    UserFactory,
)
from tests.runtime import get, make_block, words

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def session(cohort):
    SessionFactory(cohort=cohort, number=1)
    start = SessionFactory.build(cohort=cohort).starts_at
    return SessionFactory(cohort=cohort, number=2, kind="regular", starts_at=start + 28 * DAY)


@pytest.fixture(autouse=True)
def at(monkeypatch, session):
    """Stop the clock a day before the session."""
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: session.starts_at - DAY)


@pytest.fixture
def stays(cohort):
    return [
        MembershipFactory(cohort=cohort, user__first_name=name, user__last_name="X")
        for name in ("Ada", "Bo", "Cleo", "Dirk", "Eva", "Finn", *(f"M{number}" for number in range(7)))
    ]


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


def show(user, address="turns"):
    return get(make_block(user.username), address)


def turn(stay, session, phase="planned"):
    case = CaseFactory(cohort=stay.cohort, owner=stay.user, stage="scheduled")
    return TurnFactory(case=case, session=session, phase=phase)


def test_who_guides_reads_who_had_one_and_what_is_short(guide, stays, session):
    turn(stays[0], session, "done")
    turn(stays[1], session)
    CaseFactory(cohort=stays[0].cohort, owner=stays[2].user, title="Secret")
    text = words(show(guide).text)
    assert "1 of 13 has had a turn." in text
    assert "2 free turns for 11 members without one: 9 short." in text
    assert "A round in groups of three gives everybody a short turn." in text
    assert "A further session makes 4 more turns." in text
    assert "respectful gossip takes 45 minutes, questions only 42" in text
    assert "Ada X had one on Thu 3 Dec" in text
    assert "Bo X planned for Tue 2 Mar" in text
    assert "Cleo X none yet a case is ready" in text
    assert "Tue 2 Mar : 2 of 4 turns planned, 2 free." in text
    assert "Counted with 13 people who usually come, and 2 cases for each circle." in text
    assert "Secret" not in text


def test_when_everybody_has_one_it_is_said(guide, stays, session):
    for stay in stays:
        turn(stay, session, "done")
    text = words(show(guide).text)
    assert "13 of 13 have had a turn. Everybody has had a turn, or has one planned." in text
    assert "Nobody is without a turn." in text


def test_when_there_is_room_no_way_out_is_offered(guide, stays, session):
    launch = stays[0].cohort.sessions.get(number=1)
    for stay in stays[2:]:
        turn(stay, launch, "done")
    text = words(show(guide).text)
    assert "4 free turns for 2 members without one: enough for everybody." in text
    assert "groups of three" not in text


def test_the_slot_of_who_left_is_free_and_somebody_is_suggested(guide, stays, session):
    turn(stays[0], session)
    case = CaseFactory(cohort=stays[0].cohort, owner=stays[2].user)
    Membership.objects.filter(pk=stays[0].pk).update(active=None, left_at=session.starts_at - 2 * DAY, end="left")
    html = show(guide).text
    assert "1 turn is free again: its case giver has left the group." in words(html)
    assert f"cases?case={case.key}" in html
    assert "Ada X" not in html


def test_nobody_with_a_case_is_said(guide, stays, session):
    assert "Nobody without a turn has shared a case yet." in words(show(guide).text)


def test_a_member_reads_numbers_and_no_names(stays, session):
    turn(stays[0], session, "done")
    text = words(show(stays[0].user).text)
    assert "You have had 1 turn. 12 of 13 have had none yet." in text
    assert [name for name in ("Bo X", "Cleo X") if name in text] == []


@pytest.mark.parametrize(
    ("own", "none", "said"),
    [
        (Balance(), 13, ["You have had no turn yet.", "13 of 13 have had none yet."]),
        (Balance(planned=1), 1, ["You have had no turn yet.", "1 is planned.", "1 of 13 has had none yet."]),
        (Balance(had=2), 0, ["You have had 2 turns.", "Everybody in your group has had one."]),
    ],
)
def test_words_for_a_balance(own, none, said):
    assert own_words(own, none, 13) == said


def test_who_may_see_which_group(cohort, guide, stays, session):
    other = CohortFactory(network=cohort.network, number=2)
    admin, foreign = UserFactory(is_staff=True), FacilitationFactory(cohort=other).user
    own, theirs = f"turns?cohort={cohort.key}", f"turns?cohort={other.key}"
    seen = {
        who: (show(user, own).status_int, show(user, theirs).status_int)
        for who, user in {"guide": guide, "admin": admin, "other": foreign, "member": stays[0].user}.items()
    }
    assert seen == {"guide": (200, 404), "admin": (200, 200), "other": (404, 200), "member": (200, 404)}
    assert show(UserFactory()).status_int == 404


def test_the_page_costs_the_same_for_few_and_many(guide, stays, session, django_assert_max_num_queries):
    for _more in range(2):
        for stay in stays:
            turn(stay, session, "done")
        with django_assert_max_num_queries(12):
            assert show(guide).status_int == 200
