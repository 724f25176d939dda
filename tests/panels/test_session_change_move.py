"""Moving a session, as those who guide or run the group see it."""

from datetime import date

import pytest
from django.core.cache import cache
from django.utils.html import escape

from lernet_xblock.models import Message, Notice, Rsvp, Session
from lernet_xblock.workbench import clock
from tests.factories import NOW, MembershipFactory, NetworkFactory, SubstitutionFactory, UserFactory
from tests.runtime import get, hidden, make_block, post, words
from tests.services.planned import HOUR, MARCH_18, answer, drop, fresh, move, nth, planned_cohort, staffed

pytestmark = pytest.mark.django_db

TIME = {"date": "2027-04-06", "time": "13:30", "minutes": "180"}


@pytest.fixture(autouse=True)
def at(monkeypatch):
    cache.clear()
    moments = [MARCH_18]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def cohort():
    UserFactory(username="admin", first_name="Lies", last_name="Maes", is_staff=True)
    return planned_cohort(number=1)


@pytest.fixture
def people(cohort):
    return staffed(cohort)


@pytest.fixture
def third(cohort):
    return nth(cohort, 3)


def address(row, **params):
    chosen = {"session": row.key, "do": "move", **TIME, **params}
    return "session?" + "&".join(f"{name}={value}" for name, value in chosen.items())


def page(row, who="admin", **params):
    response = get(make_block(who), address(row, **params))
    assert response.status_int == 200, response.text
    return response.text


def send(row, who="admin", **values):
    chosen = {name: values.pop(name, TIME[name]) for name in TIME}
    fields = {"about": row.key, "version": str(fresh(row).version), "reason": "", **chosen, **values}
    return post(make_block(who), "session.move", fields, at=address(row, **chosen))


def test_the_form_asks_for_a_time_in_the_zone_of_the_session(third):
    shown = get(make_block("admin"), f"session?session={third.key}&do=move").text
    assert "Starts at (Brussels time)" in shown
    assert 'type="date" name="date" value="2027-03-30"' in shown
    assert 'type="time" name="time" value="13:30"' in shown
    assert 'name="minutes" value="180"' in shown
    assert "What happens" not in shown


def test_looking_leads_to_the_address_of_the_preview_and_saves_nothing(third):
    response = post(make_block("admin"), "session.look", {"about": third.key, "do": "move", **TIME})
    assert response.status_int == 200
    assert f'data-address="{escape(address(third).replace(":", "%3A"))}"' in response.text
    assert "nothing is saved yet" in response.text
    assert fresh(third).version == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("date", "soon", "Please give a date, such as 2027-02-02."),
        ("date", "2027-02-30", "Please give a date, such as 2027-02-02."),
        ("date", "", "Please fill this in."),
        ("date", "2027-03-16", "This date lies in the past."),
        ("date", "9999-12-31", "This date is too far ahead."),
        ("time", "25:99", "Please give a time, such as 13:30."),
        ("minutes", "500", "The most is 480."),
        ("minutes", "0", "The least is 1."),
        ("minutes", "long", "Please give a whole number of minutes."),
    ],
)
def test_a_time_that_cannot_be_is_refused_at_its_field(third, field, value, sentence):
    fields = {"about": third.key, "do": "move", **TIME, field: value}
    response = post(make_block("admin"), "session.look", fields, at=f"session?session={third.key}&do=move")
    assert response.status_int == 422
    assert sentence in words(response.text)
    assert escape(value) in response.text


def test_the_preview_says_what_it_means(cohort, third, people):
    (first, second, _other), _guides = people
    answer(third, first)
    Rsvp.objects.create(session=third, user=second, answer="not_coming", at=NOW)
    SubstitutionFactory(session=third)
    shown = words(page(third))
    for sentence in (
        "Now Tuesday 30 March 2027, 13:30–16:30 (Brussels)",
        "Then Tuesday 6 April 2027, 13:30–16:30 (Brussels)",
        f"Coming: {first.get_full_name()}.",
        f"Not coming: {second.get_full_name()}.",
        "1 member has not said. Everybody is asked again.",
        "It opens when the session ends, on Tuesday 6 April 2027 at 16:30.",
        "The entry goes to the new time; there is no second one.",
        "6 people, once each: by a message, and by a line in the course.",
        "Move it to Tuesday 6 April 2027, 13:30",
    ):
        assert sentence in shown
    for absent in ("48 hours", "up to a day", "lnx-note"):
        assert absent not in shown


def test_a_reader_elsewhere_reads_both_clocks(third):
    Session.objects.filter(pk=third.pk).update(time_zone="America/New_York")
    third.refresh_from_db()
    shown = words(page(third))
    assert "Then Tuesday 6 April 2027, 19:30–22:30 (Brussels)" in shown
    assert "Where the group meets, that is Tuesday 6 April 2027, 13:30–16:30 (New York)." in shown


def test_a_holiday_and_the_end_of_course_and_network_are_warned_of(cohort, third, settings):
    cohort.network.authored = {**cohort.network.authored, "end_date": "2027-04-01"}
    cohort.network.save()
    settings.LERNET_DEV_COURSE_DAYS = (date(2027, 1, 1), date(2027, 4, 2))
    shown = words(page(third, date="2027-04-05"))
    assert "falls on Easter Monday" not in shown
    assert "The network ends on Thursday 1 April 2027, before this session." in shown
    assert "The course ends on Friday 2 April 2027, before this session." in shown
    assert "falls on Easter Monday" in words(page(third, date="2027-03-29"))


def test_days_that_the_plan_leaves_free_are_named(cohort, third):
    cohort.network.authored = {**cohort.network.authored, "free_days": ["2027-04-06"]}
    cohort.network.save()
    assert "The plan leaves Tuesday 6 April 2027 free." in words(page(third))


def test_before_the_course_nothing_is_held(third, settings):
    settings.LERNET_DEV_COURSE_DAYS = (date(2027, 4, 7), None)
    sentence = "The course has not begun by then. Please choose a later date."
    shown = page(third)
    assert sentence in shown
    assert 'data-action="session.move"' not in shown
    looking = {"about": third.key, "do": "move", **TIME}
    for response in (send(third), post(make_block("admin"), "session.look", looking, at=address(third))):
        assert response.status_int == 422
        assert sentence in response.text
    assert fresh(third).version == 1


@pytest.mark.parametrize(
    ("day", "time", "sentence"),
    [
        ("2027-03-28", "02:30", "The clock jumps over Sunday 28 March 2027, 02:30"),
        ("2027-10-31", "02:30", "The clock shows Sunday 31 October 2027, 02:30 twice"),
    ],
)
def test_a_change_of_the_clock_is_warned_of(cohort, day, time, sentence):
    row = nth(cohort, 3)
    if day > "2027-05-25":
        row = nth(cohort, 5)
    assert sentence in words(page(row, date=day, time=time))


def test_people_who_are_elsewhere_then_are_counted_and_not_named(cohort, third, people):
    (first, second, _other), (facilitator, _deputy) = people
    network = NetworkFactory(usage_id="lernet.d9.u9", state="running", title="Lean kitchens")
    elsewhere = planned_cohort(network=network)
    move(nth(elsewhere, 3), NOW.replace(tzinfo=None, year=2027, month=4, day=6, hour=15, minute=0))
    for user in (first, second):
        MembershipFactory(cohort=elsewhere, user=user)
    own = planned_cohort(network=cohort.network, number=2)
    own.facilitations.create(user=facilitator, role="deputy", since=NOW)
    move(nth(own, 3), NOW.replace(tzinfo=None, year=2027, month=4, day=6, hour=16, minute=0))
    shown = words(page(third))
    assert "2 people of this group are in a session of “Lean kitchens” at that time." in shown
    assert "1 person of this group is in a session of another group of this network at that time." in shown
    for user in (first, second, facilitator):
        assert user.get_full_name() not in shown
    assert "Lean kitchens" not in words(page(third, time="08:00"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"date": "2027-04-27"}, "It would overlap with the session on Tuesday 27 April 2027."),
        ({"date": "2027-06-01"}, "The closing is on Tuesday 25 May 2027, and every other session comes before it."),
        ({"date": "2027-03-30"}, "The session is at this time already: nothing to change."),
        ({"date": "2027-03-18", "time": "09:59"}, "This date lies in the past."),
    ],
)
def test_what_stands_in_the_way_is_said_instead_of_a_button(third, changes, sentence):
    shown = page(third, **changes)
    assert sentence in words(shown)
    assert 'data-action="session.move"' not in shown
    response = send(third, **changes)
    assert response.status_int == 422
    assert sentence in words(response.text)
    assert fresh(third).version == 1


def test_the_session_is_moved_and_the_sessions_of_the_group_are_shown(cohort, third, people):
    response = send(third, reason="Easter")
    assert response.status_int == 200, response.text
    assert "Moved: the session is on Tuesday 6 April 2027, 13:30–16:30 (Brussels) now." in response.text
    assert f'data-address="sessions?cohort={cohort.key}"' in response.text
    assert (fresh(third).sequence, fresh(third).reason) == (1, "Easter")
    assert Message.objects.filter(kind="session_moved").count() == 5
    assert Notice.objects.filter(kind="session_moved").count() == 5


def test_who_stands_in_moves_the_session(third):
    once = SubstitutionFactory(session=third, since=NOW).user.username
    assert send(third, once).status_int == 200
    assert fresh(third).changed_by.username == once


def test_less_than_48_hours_ahead_asks_for_a_tick_and_a_reason(third, at, people):
    at(third.starts_at - 47 * HOUR)
    (first, *_others), _guides = people
    answer(third, first)
    shown = page(third)
    assert "I know that this is less than 48 hours ahead" in shown
    assert "Calendars can take up to a day to show it, so the message goes out at once." in words(shown)
    assert f"Coming: {first.get_full_name()}." in words(shown)
    response = send(third, reason="Ill")
    assert response.status_int == 422
    assert "Tick that you know" in response.text
    response = send(third, known="on")
    assert response.status_int == 422
    assert "Please say why: the group reads it." in response.text
    assert fresh(third).version == 1
    assert send(third, known="on", reason="Ill").status_int == 200


def test_who_comes_second_reads_who_was_first_sees_both_times_and_can_insist(third):
    version = hidden(page(third), "session.move", "version")
    first = UserFactory(first_name="Sofie", last_name="Peeters", is_staff=True)
    move(third, NOW.replace(tzinfo=None, year=2027, month=4, day=13, hour=9, minute=0), by=first)
    response = send(third, version=version, reason="Easter")
    assert response.status_int == 409
    shown = words(response.text)
    assert "Sofie Peeters changed this on Thursday 18 March 2027 at 10:00, after you opened it." in shown
    assert "Now Tuesday 13 April 2027, 09:00–12:00 (Brussels)" in shown
    assert "Then Tuesday 6 April 2027, 13:30–16:30 (Brussels)" in shown
    assert 'value="Easter"' in response.text
    assert Message.objects.count() == 0
    again = hidden(response.text, "session.move", "version")
    assert send(third, version=again, reason="Easter").status_int == 200
    assert fresh(third).sequence == 2


def test_who_comes_second_to_a_cancellation_reads_it_and_finds_no_button(third):
    drop(third)
    response = send(third, version="1")
    assert response.status_int == 409
    assert "changed this" in response.text
    assert "This cannot be done with this session now." in response.text
    assert 'data-action="session.move"' not in response.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date", "x"),
        ("date", "0001-01-01"),
        ("date", "9999-12-31"),
        ("date", "%00"),
        ("time", "99:00"),
        ("time", "13:30%2B02:00"),
        ("minutes", "9" * 30),
        ("minutes", "-1"),
        ("minutes", "500"),
    ],
)
def test_odd_addresses_show_the_form_alone(third, name, value):
    shown = page(third, **{name: value})
    assert 'data-action="session.look"' in shown
    assert "What happens" not in shown


def test_a_refusal_for_another_time_goes_with_a_fresh_form(third):
    fields = {"about": third.key, "version": "1", "reason": "x" * 301, **TIME, "date": "2027-04-07"}
    response = post(make_block("admin"), "session.move", fields, at=address(third))
    assert response.status_int == 422
    assert hidden(response.text, "session.move", "date") == "2027-04-06"


def test_the_group_reads_on_its_home_that_it_was_moved(cohort, third, people):
    send(third, reason="Easter")
    member = people[0][0].username
    text = "The session of Group A was moved. It begins on Tuesday 6 April 2027 at 13:30 now."
    assert text in words(get(make_block(member), "home").text)
