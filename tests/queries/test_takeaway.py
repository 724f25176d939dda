"""Takeaways as their owner reads them, and as far as others may."""

from datetime import date, timedelta

import pytest
import time_machine

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.permissions import may_read_takeaway
from lernet_xblock.queries import takeaway as queries
from lernet_xblock.queries.case_access import find_case
from lernet_xblock.queries.case_scene import case_scene
from lernet_xblock.queries.home import member_home
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
    consent,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=20)
DAY = LATER.date()


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


def member(cohort, **given):
    person = MembershipFactory(cohort=cohort, **given).user
    consent(cohort, person)
    return person


@pytest.fixture
def owner(cohort):
    return member(cohort)


@pytest.fixture
def membership(cohort, owner):
    return cohort.memberships.get(user=owner)


@pytest.fixture
def giver(cohort):
    return member(cohort)


@pytest.fixture
def case(cohort, giver):
    return CaseFactory(cohort=cohort, owner=giver, title="A secret title")


def viewer(user):
    return viewer_of(make_block(user.username), None)


def reader_of(kind, cohort, owner, giver):
    """Return somebody of this kind. The case is shared a day after everybody joined."""
    late = NOW + timedelta(days=5)
    people = {
        "owner": lambda: owner,
        "case giver": lambda: giver,
        "cohort member": lambda: member(cohort),
        "late joiner": lambda: member(cohort, joined_at=late),
        "late joiner, opened": lambda: member(cohort, joined_at=late),
        "guide": lambda: FacilitationFactory(cohort=cohort).user,
        "late guide": lambda: FacilitationFactory(cohort=cohort, since=late).user,
        "other cohort": lambda: member(CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort),
        "admin": lambda: UserFactory(is_staff=True),
        "stranger": UserFactory,
    }
    return people[kind]()


ALL = {"me", "case_giver", "cohort"}


@pytest.mark.parametrize("visibility", sorted(ALL))
@pytest.mark.parametrize(
    ("kind", "reads"),
    [
        ("case giver", {"case_giver", "cohort"}),
        ("cohort member", {"cohort"}),
        ("guide", {"cohort"}),
        ("late joiner, opened", set()),
    ],
)
def test_readers_of_a_case_read_a_takeaway_as_far_as_its_owner_chose(kind, reads, visibility, case, owner):
    made, opened = NOW + timedelta(days=3), NOW + timedelta(days=6)
    TakeawayFactory(cohort=case.cohort, user=owner, case=case, visibility=visibility, made_at=made, changed_at=made)
    if kind.endswith("opened"):
        Case.objects.update(open_to=case.cohort, opened_at=opened)
    seen = viewer(reader_of(kind, case.cohort, owner, case.owner))
    found = queries.taken_home(case_scene(seen, find_case(seen, case.key)))
    assert (len(found.own), len(found.others)) == (0, 1 if visibility in reads else 0)


@pytest.mark.parametrize("kind", ["late joiner", "late guide", "other cohort", "admin", "stranger"])
def test_who_may_not_read_the_case_finds_no_takeaway_of_it(kind, case, owner):
    row = TakeawayFactory(cohort=case.cohort, user=owner, case=case, visibility="cohort")
    seen = viewer(reader_of(kind, case.cohort, owner, case.owner))
    with pytest.raises(NotFound):
        find_case(seen, case.key)
    assert not may_read_takeaway(seen, case, row)


@pytest.mark.parametrize("visibility", sorted(ALL))
def test_the_owner_reads_it_whatever_they_chose(visibility, case, owner):
    TakeawayFactory(cohort=case.cohort, user=owner, case=case, visibility=visibility)
    found = queries.taken_home(case_scene(viewer(owner), case))
    assert (len(found.own), found.others) == (1, ())


def test_who_reads_since_it_was_opened_reads_what_was_taken_home_since(cohort, owner, case):
    case.open_to, case.opened_at = cohort, NOW + timedelta(days=6)
    case.save()
    seen = viewer(member(cohort, joined_at=NOW + timedelta(days=5)))
    for days in (3, 7):
        TakeawayFactory(
            cohort=cohort,
            user=owner,
            case=case,
            visibility="cohort",
            text=f"{days}",
            made_at=NOW + timedelta(days=days),
        )
    found = queries.taken_home(case_scene(seen, find_case(seen, case.key)))
    assert [line.text for line in found.others] == ["7"]


@pytest.mark.parametrize("why", ["dropped", "left"])
def test_what_was_dropped_or_whose_owner_left_is_nobody_elses_any_more(why, cohort, owner, giver, case):
    row = TakeawayFactory(cohort=cohort, user=owner, case=case, visibility="cohort")
    scene = case_scene(viewer(giver), case)
    assert [line.owner for line in queries.taken_home(scene).others] == [owner.get_full_name()]
    if why == "dropped":
        row.state = "dropped"
        row.save()
    else:
        cohort.memberships.filter(user=owner).update(active=None, left_at=NOW + timedelta(days=9), end="left")
    assert queries.taken_home(scene).others == ()


def test_the_case_page_asks_once_however_many_there_are(cohort, giver, case, django_assert_num_queries):
    for _number in range(12):
        TakeawayFactory(cohort=cohort, user=member(cohort), case=case, visibility="cohort")
    scene = case_scene(viewer(giver), case)
    with django_assert_num_queries(2):
        assert len(queries.taken_home(scene).others) == 12


@pytest.mark.parametrize("kind", ["case giver", "cohort member", "guide", "other cohort", "admin", "stranger"])
def test_a_journal_is_its_owners_alone(kind, cohort, owner, giver, case):
    row = TakeawayFactory(cohort=cohort, user=owner, case=case, visibility="cohort")
    other = viewer(reader_of(kind, cohort, owner, giver))
    with pytest.raises(NotFound):
        queries.find_own(other, row.key)
    assert row.key not in [line.key for line in queries.journal(other).noted]
    assert queries.find_own(viewer(owner), row.key) == row


@pytest.mark.parametrize("key", ["", "0" * 20, "مفتاح", "a'b"])
def test_a_key_that_is_none_finds_nothing(key, owner):
    with pytest.raises(NotFound):
        queries.find_own(viewer(owner), key)


def test_after_its_case_is_withdrawn_it_stands_without_the_title(cohort, owner, case):
    TakeawayFactory(cohort=cohort, user=owner, case=case)
    before = queries.journal(viewer(owner)).noted[0]
    assert (before.case_title, before.case_key) == ("A secret title", case.key)
    case.state = "withdrawn"
    case.save()
    after = queries.journal(viewer(owner)).noted[0]
    assert (after.text, after.of_case, after.case_title, after.case_key) == ("Ask before I advise.", True, "", "")


def test_it_stands_without_the_title_while_the_case_is_held_or_the_charter_waits(cohort, owner, case):
    TakeawayFactory(cohort=cohort, user=owner, case=case)
    case.held_at = NOW
    case.save()
    assert queries.journal(viewer(owner)).noted[0].case_title == ""
    case.held_at = None
    case.save()
    CharterFactory(cohort=cohort, version=2)
    assert queries.journal(viewer(owner)).noted[0].case_title == ""


def test_a_journal_is_ordered_by_day_and_by_where_it_stands(cohort, owner):
    def line(text, **given):
        TakeawayFactory(cohort=cohort, user=owner, text=text, **given)

    line("late", state="committed", by_date=DAY + timedelta(days=9))
    line("soon", state="postponed", by_date=DAY + timedelta(days=1))
    for state in ("noted", "tried", "told", "dropped"):
        line(state, state=state)
    found = queries.journal(viewer(owner))
    parts = (found.open, found.noted, found.tried, found.dropped)
    assert [[one.text for one in part] for part in parts] == [
        ["soon", "late"],
        ["noted"],
        ["told", "tried"],
        ["dropped"],
    ]


@pytest.mark.parametrize(
    ("by_date", "session_at", "asked", "expected"),
    [
        (DAY + timedelta(days=3), None, {}, False),
        (DAY, None, {}, True),
        (DAY - timedelta(days=3), None, {"state": "postponed"}, True),
        (DAY + timedelta(days=3), LATER - timedelta(hours=1), {}, True),
        (DAY + timedelta(days=3), LATER + timedelta(hours=1), {}, False),
        (DAY + timedelta(days=3), NOW - timedelta(hours=1), {}, False),
        (DAY, None, {"asked_at": NOW}, False),
        (DAY, None, {"state": "tried"}, False),
        (None, LATER - timedelta(hours=1), {"state": "noted"}, False),
    ],
)
def test_it_is_asked_about_once_its_day_or_the_next_session_has_come(membership, by_date, session_at, asked, expected):
    cohort, owner = membership.cohort, membership.user
    if session_at:
        SessionFactory(cohort=cohort, starts_at=session_at)
    TakeawayFactory(cohort=cohort, user=owner, **{"state": "committed", "by_date": by_date, **asked})
    assert bool(queries.journal(viewer(owner)).to_ask) == expected
    standing = member_home(viewer(owner), cohort).standing
    assert standing is not None
    assert standing.to_tell == expected


def test_a_cancelled_session_asks_nothing(cohort, owner):
    SessionFactory(cohort=cohort, starts_at=LATER - timedelta(hours=1), state="cancelled")
    TakeawayFactory(cohort=cohort, user=owner, state="committed", by_date=date(2027, 5, 1))
    assert queries.journal(viewer(owner)).to_ask == ()


def test_a_journal_costs_the_same_however_long_it_is(cohort, owner, case, django_assert_num_queries):
    def cost(count):
        for number in range(count):
            session = SessionFactory(cohort=cohort, number=number + 1 + 20 * count, starts_at=NOW + timedelta(number))
            TakeawayFactory(cohort=cohort, user=owner, case=case, session=session, state="tried")
        seen = viewer(owner)
        with django_assert_num_queries(5):
            queries.journal(seen)

    cost(1)
    cost(8)


def test_sessions_to_write_about_are_those_of_the_own_group_that_have_begun(cohort, owner):
    SessionFactory(cohort=cohort, number=1, starts_at=NOW)
    newest = SessionFactory(cohort=cohort, number=2, starts_at=LATER)
    SessionFactory(cohort=cohort, number=3, starts_at=LATER + timedelta(days=1))
    SessionFactory(cohort=CohortFactory(network=cohort.network), starts_at=NOW)
    found = queries.begun_sessions(viewer(owner))
    assert (len(found), found[0]) == (2, newest)
    assert queries.begun_sessions(viewer(FacilitationFactory(cohort=cohort).user)) == []
