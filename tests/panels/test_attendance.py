"""The panel of attendance: who sees and writes what, conflicts in one cell, the grid."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Attendance, AttendanceChange, Rsvp
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def session():
    return SessionFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))


@pytest.fixture(autouse=True)
def at(monkeypatch, session):
    """Stop the clock at the end of the session, and let a test set it."""
    cache.clear()
    moments = [session.ends_at]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def stay(session):
    return MembershipFactory(cohort=session.cohort, user__first_name="Ada", user__last_name="X")


@pytest.fixture
def guide(session):
    return FacilitationFactory(cohort=session.cohort, user__first_name="Sofie", user__last_name="B").user


def show(user, session=None, address=""):
    address = address or (f"attendance?session={session.key}" if session else "attendance")
    return get(make_block(user.username), address)


def put(user, session, stay, state="present", version=0, **changes):
    fields = {"about": f"{session.key}-{stay.pk}", "version": str(version), "state": state, **changes}
    return post(make_block(user.username), "attendance.set", fields, at=f"attendance?session={session.key}")


def rest(user, session):
    return post(make_block(user.username), "attendance.rest", {"about": session.key}, at="attendance")


def cells():
    return list(Attendance.objects.order_by("pk").values_list("user", "state", "minutes", "version"))


def cell(html, session, stay):
    """Return the part of the page that is about one person."""
    return html.split(f'data-cell-id="{session.key}-{stay.pk}"', 1)[1].split("data-cell-id", 1)[0]


@pytest.fixture
def people(session):
    """One person of every kind, and what they get: the sheet, the grid, writing a cell."""
    cohort = session.cohort
    other = CohortFactory(network=cohort.network, number=2)
    later = SessionFactory(cohort=cohort, number=2, starts_at=session.starts_at + DAY)
    yes, sheet_only, no = (200, 200, 200), (200, 404, 200), (404, 404, 403)
    return {
        "facilitator": (FacilitationFactory(cohort=cohort).user, yes),
        "deputy": (FacilitationFactory(cohort=cohort, role="deputy").user, yes),
        "admin": (UserFactory(is_staff=True), yes),
        "substitute for it": (SubstitutionFactory(session=session).user, sheet_only),
        "substitute for another": (SubstitutionFactory(session=later).user, (404, 404, 404)),
        "facilitator of B": (FacilitationFactory(cohort=other).user, (404, 404, 404)),
        "member": (MembershipFactory(cohort=cohort).user, no),
        "member of B": (MembershipFactory(cohort=other).user, no),
        "outsider": (UserFactory(), no),
        "unenrolled": (MembershipFactory(cohort=cohort, user__is_active=False).user, no),
    }


def test_who_guides_the_session_and_admins_see_and_write_it(people, session, stay):
    for who, (user, expected) in people.items():
        Attendance.objects.all().delete()
        grid = show(user, address=f"attendance?cohort={session.cohort.key}")
        got = (show(user, session).status_int, grid.status_int, put(user, session, stay).status_int)
        assert (who, got) == (who, expected)
        assert Attendance.objects.exists() is (expected[2] == 200)
        assert rest(user, session).status_int == expected[2]


def test_the_menu_names_it_for_those_who_guide_only(session, guide, stay):
    assert 'data-panel="attendance"' in get(make_block(guide.username), "home").text
    assert 'data-panel="attendance"' not in get(make_block(stay.user.username), "home").text


def test_the_session_that_began_last_is_the_one_that_opens(session, guide, stay, at):
    SessionFactory(cohort=session.cohort, number=2, starts_at=session.starts_at + DAY)
    opened = [("home", session.starts_at - timedelta(minutes=30) - SECOND), (session.key, session.starts_at)]
    for key, now in opened:
        at(now)
        assert (f"{key}-{stay.pk}" in show(guide).text) is (key == session.key)
    at(session.starts_at + DAY)
    assert f"{session.key}-{stay.pk}" not in show(guide).text


def test_who_stands_in_gets_the_session_they_stand_in_for(session, stay, at):
    later = SessionFactory(cohort=session.cohort, number=2, starts_at=session.starts_at + DAY)
    user = SubstitutionFactory(session=session).user
    at(later.ends_at)
    assert f"{session.key}-{stay.pk}" in show(user).text
    assert "All sessions of this group" not in show(user).text


def test_a_cell_is_saved_and_says_when(session, guide, stay):
    answer = put(guide, session, stay, "late", minutes="")
    assert answer.status_int == 200
    assert cells() == [(stay.user_id, "late", None, 1)]
    own = cell(answer.text, session, stay)
    assert "saved 16:30" in words(own)
    assert 'name="version" value="1"' in own
    assert own.count("checked>") == 1
    assert own.split("checked>")[0].rsplit('value="', 1)[1].startswith("late")
    assert put(guide, session, stay, "late", 1, minutes="90").status_int == 200
    assert cells() == [(stay.user_id, "late", 90, 2)]
    changes = words(cell(show(guide, session).text, session, stay))
    assert "from “not recorded” to “late” (Sofie B)" in changes
    assert "from “late” to “late”, 90 minutes (Sofie B)" in changes


def test_what_stands_in_the_field_of_minutes_goes_with_who_was_not_there(session, guide, stay):
    put(guide, session, stay, "present", minutes="90")
    assert put(guide, session, stay, "absent", 1, minutes="90").status_int == 200
    assert cells() == [(stay.user_id, "absent", None, 2)]
    assert put(guide, session, stay, "", 2).status_int == 200
    assert cells() == []
    assert AttendanceChange.objects.count() == 3


@pytest.mark.parametrize(
    ("minutes", "sentence"), [("181", "from 0 to 180"), ("-1", "The least"), ("x", "whole number")]
)
def test_minutes_that_cannot_be_are_refused_and_stay_typed(session, guide, stay, minutes, sentence):
    put(guide, session, stay, "late")
    answer = put(guide, session, stay, "late", 1, minutes=minutes)
    assert answer.status_int == 422
    own = cell(answer.text, session, stay)
    assert sentence in words(own)
    assert f'value="{minutes}"' in own
    assert cells() == [(stay.user_id, "late", None, 1)]


def test_a_conflict_shows_both_in_its_cell_and_loses_nothing_else(session, guide, stay):
    other = MembershipFactory(cohort=session.cohort)
    admin = UserFactory(is_staff=True)
    put(guide, session, stay, "excused")
    put(guide, session, other, "present")
    answer = put(admin, session, stay, "absent")
    assert answer.status_int == 409
    own = cell(answer.text, session, stay)
    assert "Sofie B changed this on Tuesday 2 February 2027 at 16:30" in words(own)
    assert "You chose: absent. Stored now: excused." in words(own)
    assert 'name="version" value="1"' in own
    assert own.split("checked>")[0].rsplit('value="', 1)[1].startswith("excused")
    assert "You chose" not in cell(answer.text, session, other)
    assert cells() == [(stay.user_id, "excused", None, 1), (other.user_id, "present", None, 1)]
    assert put(admin, session, stay, "absent", 1).status_int == 200


def test_outside_its_window_a_sheet_is_read_only(session, guide, stay, at):
    put(guide, session, stay, "late")
    for now, sentence in ((session.starts_at - DAY, "half an hour before"), (session.ends_at + 15 * DAY, "is over")):
        at(now)
        page = show(guide, session).text
        assert sentence in words(page)
        assert 'data-cell="' not in page
        assert "attendance.rest" not in page
        assert "late" in words(cell(page, session, stay))
        assert put(guide, session, stay, "absent", 1).status_int == 422
        assert rest(guide, session).status_int == 422
    assert cells() == [(stay.user_id, "late", None, 1)]


def test_who_was_no_member_yet_is_never_absent(session, guide, stay):
    late = MembershipFactory(cohort=session.cohort, joined_at=session.ends_at)
    own = cell(show(guide, session).text, session, late)
    assert "not yet a member" in words(own)
    assert "<input" not in own
    assert put(guide, session, late, "absent").status_int == 404
    rest(guide, session)
    assert cells() == [(stay.user_id, "present", None, 1)]
    SessionFactory(cohort=session.cohort, number=2, starts_at=session.starts_at + DAY)
    grid = show(guide, address=f"attendance?cohort={session.cohort.key}").text
    row = grid.split(f"{late.user.first_name} {late.user.last_name}</th>", 1)[1].split("</tr>", 1)[0]
    assert words(row) == "not yet a member still ahead 0 of 0 0 h"


def test_everybody_else_was_present_and_what_was_announced_is_said_before(session, guide, stay):
    away = MembershipFactory(cohort=session.cohort)
    Rsvp.objects.create(session=session, user=away.user, answer="not_coming", reason="Flu", at=NOW)
    page = show(guide, session).text
    assert "Everybody was present" in words(page)
    assert "1 person said that they cannot come, and is marked as excused." in words(page)
    assert "said: cannot come Flu" in words(cell(page, session, away))
    answer = rest(guide, session)
    assert answer.status_int == 200
    assert cells() == [(stay.user_id, "present", None, 1), (away.user_id, "excused", None, 1)]
    assert "attendance.rest" not in answer.text
    assert "1 of 2 were there Everybody is recorded." in words(answer.text)


def test_people_of_another_group_cannot_be_written_through_this_session(session, guide, stay):
    foreign = MembershipFactory(cohort=CohortFactory(network=session.cohort.network))
    abouts = [
        f"{session.key}-{foreign.pk}",
        f"{session.key}-",
        session.key,
        f"{session.key}-9999999999999",
        "-1",
        "x-٣",
    ]
    for about in abouts:
        fields = {"about": about, "version": "0", "state": "absent"}
        assert post(make_block(guide.username), "attendance.set", fields, at="attendance").status_int == 404
    assert put(guide, session, stay, "asleep").status_int == 422
    assert cells() == []


def test_who_checked_in_is_marked_until_it_is_corrected(session, guide, stay):
    Attendance.objects.create(session=session, user=stay.user, state="present", self_checked=True, at=NOW)
    assert "checked in themselves" in words(cell(show(guide, session).text, session, stay))
    put(guide, session, stay, "late", 1)
    assert "checked in themselves" not in words(cell(show(guide, session).text, session, stay))


def test_the_grid_has_headers_words_and_a_legend(session, guide, stay):
    put(guide, session, stay, "late", minutes="90")
    page = show(guide, address=f"attendance?cohort={session.cohort.key}").text
    assert '<th scope="row">Ada X</th>' in page
    assert f'data-panel="attendance?session={session.key}">Tue 2 Feb</a>' in page
    assert "Ada X late 1 of 1 1 h 30" in words(page)
    legend = page.split("lnx-legend", 1)[1]
    assert "late" in words(legend)
    assert "absent" not in words(legend)


def test_a_page_costs_the_same_for_few_and_many(session, guide, stay, django_assert_max_num_queries):
    for address in (f"attendance?session={session.key}", f"attendance?cohort={session.cohort.key}"):
        for _ in range(2):
            MembershipFactory.create_batch(10, cohort=session.cohort)
            with django_assert_max_num_queries(11):
                assert show(guide, address=address).status_int == 200
