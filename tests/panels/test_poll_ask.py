"""Asking a group for dates: from a few choices to lines, and from lines to a poll."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Poll
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PollFactory,
    UserFactory,
)
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db

LINES = "Tue 2027-02-02 13:30\nWed 2027-02-03 morning"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and let a test set it."""
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def people(cohort):
    """One person of every kind, by what they are."""
    other = CohortFactory(network=cohort.network, number=2)
    return {
        "facilitator": FacilitationFactory(cohort=cohort).user,
        "admin": UserFactory(is_staff=True),
        "facilitator of B": FacilitationFactory(cohort=other).user,
        "member": MembershipFactory(cohort=cohort).user,
        "outsider": UserFactory(),
    }


def show(user, cohort, query=""):
    return get(make_block(user.username), f"poll?cohort={cohort.key}{query}")


def ask(user, cohort, *, key="k1", **changes):
    fields = {"about": cohort.key, "_key": key, "lines": LINES, "share_percent": "75", "answers_until": "2027-01-15"}
    return post(make_block(user.username), "poll.ask", {**fields, **changes}, at=f"poll?cohort={cohort.key}")


def lines_of(html):
    return html.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0].split("\n")[1:]


@pytest.mark.parametrize(
    ("who", "status"),
    [("facilitator", 200), ("admin", 200), ("facilitator of B", 404), ("member", 403), ("outsider", 403)],
)
def test_those_who_run_the_group_ask_it_and_nobody_else(people, cohort, who, status):
    assert ask(people[who], cohort).status_int == status
    assert Poll.objects.count() == (status == 200)


def test_a_member_gets_no_form_to_ask(people, cohort):
    assert "poll.ask" in show(people["facilitator"], cohort).text
    assert "poll.ask" not in show(people["member"], cohort).text


def test_two_working_weeks_around_the_first_date_are_proposed(people, cohort):
    html = show(people["facilitator"], cohort).text
    days = [date(2027, 2, 1) + timedelta(day) for day in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
    assert lines_of(html) == [f"{day:%a %Y-%m-%d} 13:30" for day in days]
    assert 'value="2026-12-08"' in html


def test_once_the_first_date_is_over_the_next_weeks_are_proposed(people, cohort, at):
    at(NOW + timedelta(days=80))
    assert lines_of(show(people["facilitator"], cohort).text)[0] == "Mon 2027-03-01 13:30"


def test_choices_become_lines_at_an_address_and_nothing_is_saved(people, cohort):
    fields = [
        ("about", cohort.key),
        ("first", "2027-03-01"),
        ("last", "2027-03-09"),
        ("weekdays", "0"),
        ("weekdays", "1"),
        ("times", "9:00, 18.30"),
        ("parts", "afternoon"),
    ]
    response = post(make_block(people["facilitator"].username), "poll.propose", fields, at="poll")
    assert (response.status_int, Poll.objects.count()) == (200, 0)
    assert "12 dates are listed. Nothing is sent yet." in response.text
    expected = [
        f"{day} {at}"
        for day in ("Mon 2027-03-01", "Tue 2027-03-02", "Mon 2027-03-08", "Tue 2027-03-09")
        for at in ("09:00", "afternoon", "18:30")
    ]
    assert lines_of(response.text) == expected
    address = response.text.split('data-address="')[1].split('"')[0].replace("&amp;", "&")
    assert lines_of(get(make_block(people["facilitator"].username), address).text) == expected


FIRST_DAY = "Tuesday 2 February 2027"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": "2027-02-01"}, "The last day cannot come before the first one."),
        ({"last": "2028-12-01"}, "Please choose days within one year."),
        ({"last": "2027-05-01"}, "62 dates; 40 is the most."),
        ({"times": ""}, "No date follows from this."),
        ({"times": "noon"}, "“noon” is no time of day that we can read."),
        ({"first": "soon"}, "Enter a valid date."),
    ],
)
def test_choices_that_make_no_dates_are_refused_and_kept(people, cohort, changes, sentence):
    fields = {"about": cohort.key, "first": "2027-03-01", "last": "2027-03-05", "times": "9:00", **changes}
    pairs = [*fields.items(), *(("weekdays", str(day)) for day in range(7))]
    response = post(make_block(people["facilitator"].username), "poll.propose", pairs, at=f"poll?cohort={cohort.key}")
    assert response.status_int == 422
    assert sentence in words(response.text)
    for typed in changes.values():
        assert f'value="{typed}"' in response.text or not typed


def test_odd_addresses_show_the_usual_choices(people, cohort):
    usual = lines_of(show(people["facilitator"], cohort).text)
    for query in ("&first=x&last=y", "&first=2027-03-01", "&first=2027-03-01&last=2027-03-02&days=89&times=%00"):
        response = show(people["facilitator"], cohort, query)
        assert (response.status_int, lines_of(response.text)) == (200, usual)


def test_asking_opens_the_poll(people, cohort):
    response = ask(people["facilitator"], cohort)
    poll = Poll.objects.get()
    assert 'data-say="Group A is asked."' in response.text
    assert (poll.share_percent, poll.answers_until, poll.made_by) == (75, date(2027, 1, 15), people["facilitator"])
    assert [f"{one.local_date} {one.local_time:%H:%M} {one.half}" for one in poll.options.all()] == [
        "2027-02-02 13:30 ",
        "2027-02-03 09:00 morning",
    ]
    assert "Nobody has answered yet." in words(response.text)


def test_a_second_click_asks_once(people, cohort):
    ask(people["facilitator"], cohort)
    response = ask(people["facilitator"], cohort)
    assert (response.status_int, Poll.objects.count()) == (200, 1)


def test_who_comes_second_sees_the_poll_that_is_open(people, cohort):
    ask(people["facilitator"], cohort)
    response = ask(people["admin"], cohort, key="k2")
    assert (response.status_int, Poll.objects.count()) == (422, 1)
    assert "A date poll of this group is open already." in words(response.text)
    assert "What the group is asked" in words(response.text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lines": "2027-02-02 13:30"}, "Please propose at least 2 dates, one on each line."),
        ({"lines": f"{LINES}\nsoon"}, "Line 3, “soon”, is no date and time that we can read."),
        ({"lines": f"{LINES}\nMon 2027-02-09 9:00"}, "9 February 2027 is another day of the week."),
        ({"lines": f"{LINES}\n2026-11-30 9:00"}, "30 November 2026 is over"),
        ({"share_percent": "101"}, "The most is 100."),
        (
            {"answers_until": "2027-02-03"},
            f"People have to answer before the first of the dates, {FIRST_DAY}.",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_and_kept(people, cohort, changes, sentence):
    response = ask(people["facilitator"], cohort, **changes)
    assert (response.status_int, Poll.objects.count()) == (422, 0)
    assert sentence in words(response.text)
    assert changes.get("lines", LINES).replace("\n", "\n") in response.text


def test_more_dates_are_added_to_an_open_poll(people, cohort):
    poll = PollFactory(cohort=cohort)
    html = show(people["facilitator"], cohort).text
    fields = {"about": poll.key, "version": hidden(html, "poll.extend", "version"), "lines": "2027-02-16 13:30"}
    at = f"poll?cohort={cohort.key}"
    response = post(make_block(people["facilitator"].username), "poll.extend", fields, at=at)
    assert (response.status_int, poll.options.count()) == (200, 3)
    stale = post(make_block(people["admin"].username), "poll.extend", {**fields, "lines": "2027-02-23 13:30"}, at=at)
    assert (stale.status_int, poll.options.count()) == (409, 3)
    assert "2027-02-23 13:30</textarea>" in stale.text
    for who, status in (("member", 403), ("facilitator of B", 404)):
        refused = post(make_block(people[who].username), "poll.extend", fields, at="home")
        assert refused.status_int == status
