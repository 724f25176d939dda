"""What of a session each reader sees, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Session
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.session import choose_cohort, cohorts_of, find_session, next_line, session_lines
from lernet_xblock.workbench import clock
from tests.factories import (
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

LINK = "https://meet.example.org/lead"


@pytest.fixture
def session():
    network = NetworkFactory(state="running")
    return SessionFactory(cohort=CohortFactory(network=network, number=1), meeting_link=LINK, place="Gembloux")


@pytest.fixture
def at(monkeypatch):
    """Set the clock."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def masquerade(monkeypatch):
    """Let staff look as whoever the page is for."""
    seen = WorkbenchHost.actor

    def begin():
        monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(seen(*given), masquerading=True))

    return begin


def viewer(user):
    return viewer_of(make_block(user.username), None)


def line(user, session):
    return session_lines(viewer(user), [session.cohort])[session.cohort_id][0]


@pytest.mark.parametrize(
    ("before_start", "shown", "later"),
    [
        (timedelta(hours=24, seconds=1), False, True),
        (timedelta(hours=24), True, False),
        (timedelta(minutes=-179), True, False),
        (timedelta(minutes=-180), False, False),
    ],
)
def test_link_is_shown_from_24_hours_before_the_start_until_the_end(session, at, before_start, shown, later):
    at(session.starts_at - before_start)
    seen = line(MembershipFactory(cohort=session.cohort).user, session)
    assert (seen.link is not None, seen.link_later) == (shown, later)
    assert seen.stored_link == ""
    if shown:
        assert (seen.link.url, seen.link.host) == (LINK, "meet.example.org")


def test_link_is_for_those_of_the_group(session, at):
    at(session.starts_at - timedelta(hours=1))
    other = MembershipFactory(cohort=CohortFactory(network=session.cohort.network, number=2)).user
    former = MembershipFactory(cohort=session.cohort, active=None, left_at=session.starts_at).user
    member = MembershipFactory(cohort=session.cohort).user
    guide = FacilitationFactory(cohort=session.cohort).user
    admin = UserFactory(is_staff=True)
    people = {"member": member, "guide": guide, "other": other, "former": former, "admin": admin}
    assert {name: line(user, session).link is not None for name, user in people.items()} == {
        "member": True,
        "guide": True,
        "other": False,
        "former": False,
        "admin": False,
    }


def test_stored_link_is_for_the_form_of_those_who_may_change_it(session, at):
    at(session.starts_at - timedelta(days=30))
    guide, admin = FacilitationFactory(cohort=session.cohort).user, UserFactory(is_staff=True)
    stranger = FacilitationFactory(cohort=CohortFactory(network=session.cohort.network, number=2)).user
    assert [line(user, session).stored_link for user in (guide, admin, stranger)] == [LINK, LINK, ""]


@pytest.mark.parametrize("role", ["member", "guide"])
def test_who_looks_as_somebody_else_gets_no_link_and_no_form(session, at, masquerade, role):
    at(session.starts_at - timedelta(hours=1))
    factory = MembershipFactory if role == "member" else FacilitationFactory
    user = factory(cohort=session.cohort).user
    assert line(user, session).link is not None
    masquerade()
    seen = line(user, session)
    assert (seen.link, seen.may_edit, seen.stored_link, seen.place) == (None, False, "", "Gembloux")


def test_the_next_session_is_the_first_that_is_not_over(session, at):
    later = {"cohort": session.cohort, "kind": "regular"}
    SessionFactory(starts_at=session.starts_at + timedelta(days=28), state="cancelled", **later)
    SessionFactory(number=3, starts_at=session.starts_at + timedelta(days=56), **later)
    SessionFactory(number=4, starts_at=session.starts_at + timedelta(days=84), **later)
    user = MembershipFactory(cohort=session.cohort).user
    at(session.ends_at - timedelta(seconds=1))
    lines = session_lines(viewer(user), [session.cohort])[session.cohort_id]
    assert [one.state for one in lines] == ["next", "cancelled", "planned", "planned"]
    assert next_line(lines).running
    at(session.ends_at)
    lines = session_lines(viewer(user), [session.cohort])[session.cohort_id]
    assert [one.state for one in lines] == ["past", "cancelled", "next", "planned"]
    assert not next_line(lines).running


def test_door_opens_15_minutes_before(session, at):
    user = MembershipFactory(cohort=session.cohort).user
    at(session.starts_at - timedelta(minutes=15, seconds=1))
    assert not line(user, session).running
    at(session.starts_at - timedelta(minutes=15))
    assert line(user, session).running


def test_zone_of_the_session_is_named_where_its_clock_differs(session, at, monkeypatch):
    at(session.starts_at)
    zones = {"kigali": "Africa/Kigali", "london": "Europe/London", "paris": "Europe/Paris"}
    monkeypatch.setattr("lernet_xblock.host.workbench.zones", lambda: zones)
    users = [MembershipFactory(cohort=session.cohort, user__username=name).user for name in zones]
    # In winter the clocks of Kigali are an hour ahead of Brussels, those of Paris are the same.
    assert [line(user, session).there is not None for user in users] == [True, True, False]
    assert str(line(users[0], session).there) == "Europe/Brussels"


def test_reader_chooses_among_the_own_groups_only(session):
    other = CohortFactory(network=session.cohort.network, number=2)
    third = CohortFactory(network=session.cohort.network, number=3)
    both = FacilitationFactory(cohort=other).user
    FacilitationFactory(cohort=session.cohort, user=both)
    cohorts = cohorts_of(viewer(both))
    assert cohorts == (session.cohort, other)
    assert choose_cohort(viewer(both), cohorts, other.key) == other
    with pytest.raises(NotFound):
        choose_cohort(viewer(both), cohorts, third.key)
    assert len(cohorts_of(viewer(UserFactory(is_staff=True)))) == 3
    assert cohorts_of(viewer(UserFactory())) == ()


def test_session_to_change_is_found_by_those_who_may(session):
    member = MembershipFactory(cohort=session.cohort).user
    guide, admin = FacilitationFactory(cohort=session.cohort).user, UserFactory(is_staff=True)
    foreign = SessionFactory(cohort__network=NetworkFactory(usage_id="lernet.d0.u1"))
    assert [find_session(viewer(user), session.key) for user in (guide, admin)] == [session, session]
    for user, key in ((member, session.key), (admin, foreign.key), (admin, "none"), (guide, foreign.key)):
        with pytest.raises(NotFound):
            find_session(viewer(user), key)


@pytest.mark.parametrize("cohorts", [1, 8])
def test_lines_cost_one_query(cohorts, django_assert_num_queries):
    network = NetworkFactory(state="running")
    rows = [SessionFactory(cohort=CohortFactory(network=network)).cohort for _number in range(cohorts)]
    admin = viewer(UserFactory(is_staff=True))
    with django_assert_num_queries(1):
        assert len(session_lines(admin, rows)) == cohorts


HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("after_start", "state", "ways"),
    [
        (-HOURS, "planned", ("move", "cancel")),
        (timedelta(), "planned", ("hold", "not_held")),
        (75 * HOURS, "planned", ("hold", "not_held")),
        (75 * HOURS + timedelta(seconds=1), "planned", ("hold",)),
        (timedelta(days=14, hours=3), "planned", ("hold",)),
        (timedelta(days=14, hours=3, seconds=1), "planned", ()),
        (75 * HOURS, "not_held", ("hold",)),
        (76 * HOURS, "not_held", ()),
        (-HOURS, "cancelled", ()),
    ],
)
def test_what_can_be_done_with_a_session_follows_from_the_clock(session, at, after_start, state, ways):
    number, cancelled_at = (None, session.changed_at) if state == "cancelled" else (1, None)
    Session.objects.filter(pk=session.pk).update(state=state, number=number, cancelled_at=cancelled_at)
    at(session.starts_at + after_start)
    assert line(FacilitationFactory(cohort=session.cohort).user, session).ways == ways
    assert line(MembershipFactory(cohort=session.cohort).user, session).ways == ()


def test_who_stands_in_for_a_session_moves_it_and_cancels_nothing(session, at):
    at(session.starts_at - HOURS)
    assert line(SubstitutionFactory(session=session).user, session).ways == ("move",)


def test_a_session_that_was_confirmed_can_only_be_called_not_held(session, at):
    Session.objects.filter(pk=session.pk).update(held_at=session.ends_at)
    at(session.ends_at)
    assert line(FacilitationFactory(cohort=session.cohort).user, session).ways == ("not_held",)


def test_a_merged_session_names_the_one_it_became_part_of(session, at):
    later = SessionFactory(cohort=session.cohort, number=2, starts_at=session.starts_at + timedelta(days=28))
    gone = SessionFactory(
        cohort=session.cohort,
        state="cancelled",
        merged_into=later,
        reason="Two of us are abroad.",
        starts_at=session.starts_at + timedelta(days=14),
    )
    at(session.starts_at - HOURS)
    lines = session_lines(viewer(MembershipFactory(cohort=session.cohort).user), [session.cohort])[session.cohort_id]
    assert [(one.key, one.number, one.instead) for one in lines] == [
        (session.key, 1, None),
        (gone.key, 0, later.starts_at),
        (later.key, 2, None),
    ]
    assert lines[1].reason == "Two of us are abroad."
