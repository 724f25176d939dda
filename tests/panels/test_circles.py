"""The page of circles: who is here, what follows from it, and what is changed by hand."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Attendance, Circle, CircleSeat, Rsvp, Turn
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CaseFactory,
    CircleFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    TurnFactory,
    UserFactory,
    consent,
    seat,
)
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db

NAMES = ("Ada", "Bo", "Cleo", "Dirk", "Eva", "Finn", "Gust", "Hana", "Ivo", "Jef", "Kim", "Lou", "Mia")


@pytest.fixture
def session():
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    return SessionFactory(cohort=cohort, number=2, kind="regular")


@pytest.fixture(autouse=True)
def at(monkeypatch, session):
    """Stop the clock ten minutes before the session, and let a test set it."""
    cache.clear()
    moments = [session.starts_at - timedelta(minutes=10)]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def stays(session):
    return [MembershipFactory(cohort=session.cohort, user__first_name=name, user__last_name="X") for name in NAMES]


@pytest.fixture
def guide(session):
    return FacilitationFactory(cohort=session.cohort, user__first_name="Sofie", user__last_name="B").user


def address(session):
    return f"circles?session={session.key}"


def show(user, session):
    return get(make_block(user.username), address(session))


def send(user, session, action, fields=(), *, about=""):
    pairs = [("about", about or session.key), *(fields.items() if isinstance(fields, dict) else fields)]
    return post(make_block(user.username), action, pairs, at=address(session))


def look(user, session, stays, count=""):
    return send(user, session, "circles.look", [*(("here", str(stay.pk)) for stay in stays), ("count", count)])


def form(user, session, stays, *, version=0, count=""):
    here = [("here", str(stay.pk)) for stay in stays]
    return send(user, session, "circles.form", [*here, ("count", count), ("version", str(version))])


def boxes(html):
    """Return the numbers of those who can be ticked, and of those who are."""
    found = re.findall(r'<input type="checkbox" name="here" value="(\d+)"([^>]*)>', html)
    return {int(number) for number, _rest in found}, {int(number) for number, rest in found if "checked" in rest}


def pks(stays):
    return {stay.pk for stay in stays}


def test_who_said_that_they_come_is_ticked(guide, session, stays):
    for stay in stays[:9]:
        Rsvp.objects.create(session=session, user=stay.user, answer="coming", at=NOW)
    Rsvp.objects.create(session=session, user=stays[9].user, answer="not_coming", at=NOW)
    html = show(guide, session).text
    assert boxes(html) == (pks(stays), pks(stays[:9]))
    assert "Ada X (said: I come)" in html
    assert "Jef X (said: cannot come)" in html


def test_where_nobody_said_anything_everybody_is_ticked_but_who_cannot_come(guide, session, stays):
    Rsvp.objects.create(session=session, user=stays[0].user, answer="not_coming", at=NOW)
    assert boxes(show(guide, session).text) == (pks(stays), pks(stays[1:]))


def test_who_is_recorded_as_there_is_ticked_and_nobody_else(guide, session, stays):
    Rsvp.objects.create(session=session, user=stays[5].user, answer="coming", at=NOW)
    for stay, state in zip(stays, ("present", "late", "absent"), strict=False):
        Attendance.objects.create(session=session, user=stay.user, state=state, at=NOW)
    assert boxes(show(guide, session).text)[1] == pks(stays[:2])


def test_looking_shows_circles_and_saves_nothing(guide, session, stays):
    response = look(guide, session, stays)
    text = words(response.text)
    assert response.status_int == 200
    assert "13 people in 2 circles: 7 and 6." in text
    assert ("nothing is saved yet" in text, text.count("moderates"), text.count("keeps the time")) == (True, 2, 2)
    assert not Circle.objects.exists()
    assert not Attendance.objects.exists()


def test_what_was_looked_at_is_formed(guide, session, stays):
    html = look(guide, session, stays[:9]).text
    confirm = html.split('data-action="circles.form"', 1)[1].split("</form>", 1)[0]
    here = re.findall(r'name="here" value="(\d+)"', confirm)
    assert set(map(int, here)) == pks(stays[:9])
    version = hidden(html, "circles.form", "version")
    sent = [*(("here", number) for number in here), ("count", ""), ("version", version)]
    response = send(guide, session, "circles.form", sent)
    assert response.status_int == 200
    assert "Formed: 9 people in 2 circles: 5 and 4." in response.text
    assert [circle.seats.count() for circle in Circle.objects.all()] == [5, 4]
    assert Attendance.objects.filter(state="present").count() == 9


def test_pairs_who_sat_together_before_are_counted(guide, session, stays):
    earlier = SessionFactory(cohort=session.cohort, number=1, starts_at=session.starts_at - timedelta(days=28))
    seat(CircleFactory(session=earlier), *(stay.user for stay in stays[:8]))
    text = words(look(guide, session, stays[:8]).text)
    assert "28 pairs sat together before" in text
    form(guide, session, stays[:8])
    assert "28 pairs sat together before" in words(show(guide, session).text)


def test_another_number_of_circles_can_be_asked_for(guide, session, stays):
    assert "13 people in 3 circles: 5, 4 and 4." in words(look(guide, session, stays, "3").text)
    refused = look(guide, session, stays, "4")
    assert (refused.status_int, "Circles have 4 to 9 people" in refused.text) == (422, True)


def test_with_nobody_ticked_there_is_a_sentence(guide, session, stays):
    for response in (look(guide, session, []), form(guide, session, [])):
        assert (response.status_int, "Nobody is ticked" in response.text) == (422, True)
    assert not Circle.objects.exists()


def test_who_formed_them_second_sees_those_of_the_first(guide, session, stays):
    form(guide, session, stays)
    response = form(guide, session, stays[:9])
    text = words(response.text)
    assert (response.status_int, "You" in text, "Who sits where" in text) == (409, True, True)
    assert [circle.seats.count() for circle in Circle.objects.all()] == [7, 6]


def test_circles_are_formed_again_until_a_case_begins(guide, session, stays):
    turn = TurnFactory(case=CaseFactory(cohort=session.cohort, owner=stays[0].user), session=session)
    form(guide, session, stays[:12])
    assert "Form the circles again" in show(guide, session).text
    assert form(guide, session, stays, version=1).status_int == 200
    Turn.objects.filter(pk=turn.pk).update(phase="questions", begun_at=NOW)
    html = show(guide, session).text
    assert ("Form the circles again" in html, "A case has begun" in html, "circles.move" in html) == (
        False,
        True,
        False,
    )
    assert form(guide, session, stays[:12], version=2).status_int == 422


def test_nobody_else_is_taken_for_a_person_of_the_session(guide, session, stays):
    foreign = MembershipFactory(cohort=CohortFactory(network=session.cohort.network))
    for action in (look, form):
        assert action(guide, session, [*stays[:8], foreign]).status_int == 404
    odd = send(guide, session, "circles.look", [("here", "٣"), ("count", "")])
    assert odd.status_int == 422


def test_a_case_giver_is_named_and_the_title_is_not(guide, session, stays):
    case = CaseFactory(cohort=session.cohort, owner=stays[0].user, title="Secret handover")
    TurnFactory(case=case, session=session)
    text = words(look(guide, session, stays).text)
    assert ("brings a case" in text, "Secret handover" in text) == (True, False)


def test_an_absent_case_giver_is_said(guide, session, stays):
    TurnFactory(case=CaseFactory(cohort=session.cohort, owner=stays[12].user), session=session)
    form(guide, session, stays[:12])
    assert "Not in a circle: Mia X." in words(show(guide, session).text)


def test_who_comes_late_joins_the_smaller_circle(guide, session, stays, at):
    form(guide, session, stays[:11])
    at(session.starts_at + timedelta(minutes=20))
    assert "Suggested: circle 2" in show(guide, session).text
    response = send(guide, session, "circles.late", {"person": str(stays[11].pk), "circle": ""})
    assert (response.status_int, "Lou X sits in circle 2." in response.text) == (200, True)
    response = send(guide, session, "circles.late", {"person": str(stays[12].pk), "circle": "2"})
    assert [circle.seats.count() for circle in Circle.objects.all()] == [6, 7]
    assert "came late" in words(response.text)


def test_somebody_is_moved_by_hand(guide, session, stays):
    form(guide, session, stays)
    sitting = CircleSeat.objects.filter(circle__number=1).first()
    stay = next(stay for stay in stays if stay.user_id == sitting.user_id)
    fields = {"person": str(stay.pk), "circle": "2", "version": "1"}
    assert send(guide, session, "circles.move", fields).status_int == 200
    assert [circle.seats.count() for circle in Circle.objects.all()] == [6, 7]
    assert send(guide, session, "circles.move", fields | {"circle": "1"}).status_int == 409


def test_roles_are_changed_by_hand(guide, session, stays):
    form(guide, session, stays[:8])
    circle = Circle.objects.get()
    fields = {"moderator": str(stays[6].pk), "timekeeper": str(stays[7].pk), "version": "1"}
    response = send(guide, session, "circles.roles", fields, about=circle.key)
    circle.refresh_from_db()
    assert (response.status_int, circle.moderator, circle.timekeeper) == (200, stays[6].user, stays[7].user)
    same = {"moderator": str(stays[6].pk), "timekeeper": str(stays[6].pk), "version": "2"}
    refused = send(guide, session, "circles.roles", same, about=circle.key)
    assert (refused.status_int, "two different people" in refused.text) == (422, True)
    nobody = {"moderator": "", "timekeeper": "", "version": "2"}
    assert send(guide, session, "circles.roles", nobody, about=circle.key).status_int == 200
    assert send(guide, session, "circles.roles", nobody, about="0" * 20).status_int == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("guide", 200), ("admin", 200), ("stand-in", 200), ("member", 404), ("other guide", 404), ("outsider", 404)],
)
def test_the_page_is_for_who_guides_the_session(guide, session, stays, who, status):
    other = CohortFactory(network=session.cohort.network)
    people = {
        "guide": guide,
        "admin": UserFactory(is_staff=True),
        "stand-in": SubstitutionFactory(session=session).user,
        "member": stays[0].user,
        "other guide": FacilitationFactory(cohort=other).user,
        "outsider": UserFactory(),
    }
    assert show(people[who], session).status_int == status
    refused = {200: 200, 404: 403 if who in ("member", "outsider") else 404}[status]
    assert look(people[who], session, stays).status_int == refused
    assert form(people[who], session, stays).status_int == refused


def test_who_looks_as_somebody_else_sees_and_writes_nothing(guide, session, stays, monkeypatch):
    form(guide, session, stays)
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    html = show(guide, session).text
    assert ("Who sits where" in html, "data-action" in html) == (True, False)
    assert form(guide, session, stays, version=1).status_int == 403


def test_before_the_window_and_for_what_is_not_held_there_is_a_sentence(guide, session, stays, at):
    at(session.starts_at - timedelta(hours=1))
    assert "half an hour before the start" in show(guide, session).text
    session.state = "not_held"
    session.save()
    html = show(guide, session).text
    assert ("This session is not held" in html, "circles.look" in html) == (True, False)


def test_a_member_reads_their_circle_on_the_day_and_not_the_day_after(guide, session, stays, at):
    consent(session.cohort, *(stay.user for stay in stays))
    form(guide, session, stays)
    circle = Circle.objects.get(number=1)
    mates = [stay for stay in stays if circle.seats.filter(user=stay.user).exists()]
    timekeeper = next(stay for stay in mates if stay.user_id == circle.timekeeper_id)
    for page in ("home", "sessions"):
        text = words(get(make_block(timekeeper.user.username), page).text)
        assert "You sit in circle 1" in text
        assert "You keep the time" in text
        assert [f"{stay.user.first_name} X" in text for stay in mates if stay != timekeeper] == [True] * 6
    at(session.ends_at + timedelta(days=1))
    assert "You sit in circle" not in get(make_block(timekeeper.user.username), "sessions").text


def test_who_guides_finds_the_circles_from_home_sessions_and_attendance(guide, session, stays):
    for page in ("home", "sessions", f"attendance?session={session.key}"):
        assert f"circles?session={session.key}" in get(make_block(guide.username), page).text
    assert "circles?session=" not in get(make_block(stays[0].user.username), "sessions").text


def test_a_page_costs_the_same_for_few_and_many(guide, session, stays, django_assert_max_num_queries):
    for people in (4, 13):
        form(guide, session, stays[:people], version=max((row.version for row in Circle.objects.all()), default=0))
        with django_assert_max_num_queries(15):
            assert show(guide, session).status_int == 200


def test_a_version_where_there_are_no_circles_is_a_conflict(guide, session, stays):
    assert form(guide, session, stays, version=1).status_int == 409


def test_a_box_that_comes_twice_is_one_person(guide, session, stays):
    assert form(guide, session, [*stays, stays[0]]).status_int == 200
    assert session.circle_seats.count() == len(stays)
