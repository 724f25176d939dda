"""Other dates for one group: the form, what would happen, and doing it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache

from lernet_xblock.models import Cohort, Plan, Session
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.plan_preview import plan_preview
from lernet_xblock.rules.plan_dates import dates_of
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    PLAN,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import get, hidden, make_block, post, words
from tests.services.planned import answer, nth, planned_cohort

pytestmark = pytest.mark.django_db

TYPED = {
    "frequency": "weekly",
    "interval": "4",
    "first_date": "2027-02-02",
    "session_count": "5",
    "listed_dates": "",
    "session_time": "13:30",
    "session_minutes": "180",
    "free_days": "",
    "make_up": "on",
    "country": "BE",
    "shift_days": "",
    "shift_hours": "",
    "shift_minutes": "",
}


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock, at NOW or where a test puts it."""
    cache.clear()

    def at(now):
        monkeypatch.setattr(clock, "now", lambda: now)

    at(NOW)
    return at


@pytest.fixture
def cohort():
    return planned_cohort(number=1)


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


def address(cohort, rest=""):
    return f"plan?cohort={cohort.key}&change=dates{rest}"


def opened(user, cohort, rest=""):
    return get(make_block(user.username), address(cohort, rest))


def look(user, cohort, **changes):
    fields = {"about": cohort.key, "version": "0", **TYPED, **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    return post(make_block(user.username), "plan.look", kept, at=address(cohort))


def confirm(user, cohort, html, **changes):
    """Press the button of a preview."""
    form = html.split('data-action="plan.confirm"', 1)[1].split("</form>", 1)[0]
    fields = dict(re.findall('name="([a-z_]+)" value="([^"]*)"', form)) | {"reason": ""} | changes
    for name in TYPED:
        if name != "country":
            fields.setdefault(name, "")
    fields.pop("_key", None)
    return post(make_block(user.username), "plan.confirm", fields, at=address(cohort))


def dates(cohort):
    rows = Session.objects.filter(cohort=cohort, state="planned").order_by("starts_at")
    return [row.local_date.isoformat() for row in rows]


def section(html, name):
    return words(html.split(f'data-list="{name}"', 1)[1].split("</section>", 1)[0].split(">", 1)[1])


def test_the_form_shows_the_dates_in_force(cohort, guide):
    html = opened(guide, cohort).text
    assert "Change the dates of Group A" in words(html)
    for value in ('value="2027-02-02"', 'value="13:30"', 'value="180"', 'value="weekly" selected'):
        assert value in html
    Plan.objects.create(
        cohort=cohort, dates=dates_of(replace(PLAN, interval=3, session_minutes=90)), version=2, changed_at=NOW
    )
    Cohort.objects.filter(pk=cohort.pk).update(shift_days=7, shift_minutes=-90)
    html = opened(guide, cohort).text
    assert hidden(html, "plan.look", "version") == "2"
    shown = dict(re.findall('name="([a-z_]+)" value="([^"]*)"', html))
    assert {name: shown[name] for name in ("interval", "session_minutes", "shift_days")} == {
        "interval": "3",
        "session_minutes": "90",
        "shift_days": "7",
    }
    assert (shown["shift_hours"], shown["shift_minutes"]) == ("-1", "-30")


def test_looking_shows_four_lists_and_saves_nothing(cohort, guide):
    answer(nth(cohort, 5), MembershipFactory(cohort=cohort, user__first_name="Zoé").user)
    response = look(guide, cohort, session_count="4", first_date="2027-03-02")
    assert response.status_int == 200
    html = response.text
    assert section(html, "moved").startswith("0 sessions move")
    assert section(html, "cancelled").startswith("1 session is cancelled Tuesday 2 February 2027, 13:30–16:30")
    assert section(html, "new") == "0 sessions are new"
    assert section(html, "unchanged").startswith("4 sessions stay as they are Tuesday 2 March 2027")
    assert "nothing is saved yet" in html
    assert (len(dates(cohort)), Plan.objects.count()) == (5, 0)


def test_a_move_is_told_as_a_sentence_with_who_had_said_to_come(cohort, guide):
    answer(nth(cohort, 1), MembershipFactory(cohort=cohort, user__first_name="Zoé").user)
    html = look(guide, cohort, session_time="14:00").text
    assert "Tuesday 2 February 2027, 14:00–17:00 instead of Tuesday 2 February 2027, 13:30–16:30" in section(
        html, "moved"
    )
    assert "1 person had said that they come: Zoé Peeters." in section(html, "moved")
    assert "Starts at 14:00 instead of 13:30" in words(html)


def test_holidays_and_clashes_are_said_beside_their_date(cohort, guide):
    html = look(guide, cohort, first_date="2027-02-01").text
    assert "Monday 29 March 2027, 13:30–16:30 instead of Tuesday 30 March 2027, 13:30–16:30 This is Easter Monday." in (
        section(html, "moved")
    )


def test_a_look_at_the_same_dates_says_that_nothing_changes(cohort, guide):
    html = look(guide, cohort).text
    assert section(html, "unchanged").startswith("5 sessions stay as they are")
    assert "What you change" not in html
    assert "These are the dates that the group has already." in html
    assert 'data-action="plan.confirm"' not in html


def test_confirming_gives_the_group_the_dates_and_says_so_in_a_sentence(cohort, guide):
    html = look(guide, cohort, session_count="6", session_time="14:00", free_days="2027-03-30 Bridge").text
    response = confirm(guide, cohort, html, reason="The room is free then")
    assert response.status_int == 200
    assert dates(cohort) == ["2027-02-02", "2027-03-02", "2027-04-27", "2027-05-25", "2027-06-22", "2027-07-20"]
    assert "Saved. Group A: 5 sessions move and 1 session is new. Everybody is told once." in response.text
    assert set(Session.objects.filter(cohort=cohort).values_list("reason", flat=True)) >= {"The room is free then"}
    assert Plan.objects.get(cohort=cohort).dates["free_days"] == ["2027-03-30"]


def test_what_is_not_ticked_stays_so_when_it_is_confirmed(cohort, guide):
    html = look(guide, cohort, free_days="2027-03-30", make_up=None).text
    confirm(guide, cohort, html)
    assert dates(cohort) == ["2027-02-02", "2027-03-02", "2027-04-27", "2027-05-25"]
    assert Plan.objects.get(cohort=cohort).dates["make_up"] is False


def test_a_shift_in_days_hours_and_minutes(cohort, guide):
    html = look(guide, cohort, shift_days="1", shift_hours="-2", shift_minutes="30").text
    assert "1 day later and 90 minutes earlier instead of at the same times" in words(html)
    confirm(guide, cohort, html)
    cohort.refresh_from_db()
    assert (cohort.shift_days, cohort.shift_minutes) == (1, -90)
    first = Session.objects.filter(cohort=cohort).order_by("starts_at").first()
    assert (first.local_date, first.local_time.isoformat()) == (date(2027, 2, 3), "12:00:00")


def test_listed_dates_need_no_first_date_and_no_number(cohort, guide):
    listed = "2027-02-02\n2027-03-02, 2027-04-13"
    html = look(
        guide, cohort, frequency="dates", listed_dates=listed, first_date="", session_count="", interval=""
    ).text
    confirm(guide, cohort, html)
    assert dates(cohort) == ["2027-02-02", "2027-03-02", "2027-04-13"]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"first_date": ""}, "first_date", "Please fill this in."),
        ({"first_date": "soon"}, "first_date", "such as 2027-02-02"),
        ({"session_time": "noon"}, "session_time", "such as 13:30"),
        ({"session_minutes": "500"}, "session_minutes", "from 60 to 240"),
        ({"interval": "0"}, "interval", "from 1 to 52"),
        ({"session_count": "2"}, "session_count", "from 3 to"),
        ({"interval": "52", "session_count": "9"}, "session_count", "more than 5 years"),
        ({"frequency": "hourly"}, "frequency", "one from the list"),
        ({"frequency": "dates", "listed_dates": "soon"}, "listed_dates", "“soon” is not a date"),
        ({"frequency": "dates", "listed_dates": "2027-02-02"}, "listed_dates", "from 3 to"),
        ({"free_days": "Easter"}, "free_days", "“Easter” is not a date"),
        ({"shift_days": "99999"}, "shift_days", "9999"),
        ({"shift_days": "900"}, "shift_days", "from -366 to 366"),
        ({"shift_hours": "99"}, "shift_minutes", "from -1440 to 1440"),
    ],
)
def test_what_gives_no_dates_is_refused_beside_its_field_and_everything_is_kept(
    cohort, guide, changes, field, sentence
):
    response = look(guide, cohort, **{"free_days": "2027-12-24 Eve", **changes})
    assert response.status_int == 422
    key = f"plan-look-{cohort.key}-{field}_error"
    assert sentence in response.text.split(f'{key}">', 1)[1].split("</p>", 1)[0]
    assert "2027-12-24 Eve" in response.text or "free_days" in changes


def test_dates_that_do_not_fit_this_group_are_refused_in_the_preview_without_a_button(cohort, guide, moment):
    moment(datetime(2027, 3, 15, 9, 0, tzinfo=UTC))
    listed = "2027-02-02\n2027-03-02\n2027-03-10\n2027-05-25"
    response = look(guide, cohort, frequency="dates", listed_dates=listed)
    assert response.status_int == 200
    assert "would lie in the past" in response.text
    assert 'data-action="plan.confirm"' not in response.text
    assert listed in response.text


def test_two_people_change_a_plan_and_the_second_sees_both(cohort, guide):
    admin = UserFactory(is_staff=True, first_name="Lies")
    html = look(guide, cohort, session_time="14:00").text
    other = look(admin, cohort, session_time="09:00").text
    assert confirm(admin, cohort, other).status_int == 200
    response = confirm(guide, cohort, html, reason="My <reason>")
    assert response.status_int == 409
    told = words(response.text)
    assert "Lies Peeters changed this on" in told
    assert "Starts at 14:00 instead of 09:00" in told
    assert "My &lt;reason&gt;" in response.text
    assert "14:00–17:00 instead of Tuesday 2 February 2027, 09:00–12:00" in section(response.text, "moved")
    assert nth(cohort, 1).local_time.isoformat() == "09:00:00"
    assert confirm(guide, cohort, response.text).status_int == 200
    assert nth(cohort, 1).local_time.isoformat() == "14:00:00"


def test_dates_picked_in_a_poll_stand_in_the_form(cohort, guide):
    html = opened(guide, cohort, "&first_date=2027-02-09&session_time=10:15").text
    assert 'value="2027-02-09"' in html
    assert 'value="10:15"' in html
    assert "The next session is on Tuesday 9 February 2027, as picked." in words(html)
    assert "as picked" not in words(opened(guide, cohort).text)


def test_a_date_picked_while_the_group_is_on_its_way_is_that_of_the_next_session(cohort, guide, moment):
    moment(nth(cohort, 2).ends_at)
    html = opened(guide, cohort, "&first_date=2027-03-24&session_time=10:15").text
    # Two sessions have begun, and each takes four weeks.
    assert 'value="2027-01-27"' in html
    viewer = viewer_of(make_block(guide.username), None)
    found = plan_preview(
        viewer, cohort, dates={**dates_of(PLAN), "first_date": "2027-01-27"}, shift_days=0, shift_minutes=0
    )
    assert [one.starts_at.date() for one in found.moved] == [date(2027, 3, 24), date(2027, 4, 21), date(2027, 5, 19)]
    assert [one.why for one in found.left] == ["over", "over"]
    assert found.closes_at == found.moved[-1].starts_at


@pytest.mark.parametrize("rest", ["&first_date=soon", "&session_time=25:99", "&first_date=&session_time=", "&x=1"])
def test_an_address_that_makes_no_sense_shows_the_dates_in_force(cohort, guide, rest):
    html = opened(guide, cohort, rest).text
    assert 'value="2027-02-02"' in html
    assert 'value="13:30"' in html


def test_public_holidays_are_copied_into_the_form(cohort, guide):
    fields = {"about": cohort.key, "version": "0", **TYPED, "session_count": "many", "free_days": "2027-04-05 Bridge"}
    response = post(make_block(guide.username), "plan.holidays", fields, at=address(cohort))
    assert response.status_int == 200
    lines = response.text.split('<textarea name="free_days"', 1)[1].split(">", 1)[1].split("</textarea>", 1)[0]
    assert "2027-03-29 Easter Monday\n2027-04-05 Bridge\n2027-05-01 Labour Day" in lines
    assert 'value="many"' in response.text
    assert 'data-action="plan.look"' in response.text
    refused = post(make_block(guide.username), "plan.holidays", {**fields, "country": "!"}, at=address(cohort))
    assert refused.status_int == 422
    assert f"plan-look-{cohort.key}-country_error" in refused.text
    assert 'data-action="plan.look"' in refused.text


def test_who_guides_for_good_and_admins_change_dates_and_nobody_else(cohort, guide):
    stand_in = SubstitutionFactory(session=nth(cohort, 1)).user
    other = FacilitationFactory(cohort=planned_cohort(number=2, network=cohort.network)).user
    member = MembershipFactory(cohort=cohort).user
    outsider = UserFactory()
    foreign = FacilitationFactory(
        cohort=planned_cohort(network=NetworkFactory(usage_id="lernet.d0.u1", state="running"))
    ).user
    allowed = [guide, FacilitationFactory(cohort=cohort, role="deputy").user, UserFactory(is_staff=True)]
    for user in allowed:
        assert opened(user, cohort).status_int == 200
        assert look(user, cohort).status_int == 200
    html = look(guide, cohort, session_time="09:00").text
    before = dates(cohort)
    for user in (stand_in, other, member, outsider, foreign):
        assert opened(user, cohort).status_int == 404
        assert look(user, cohort).status_int in {403, 404}
        assert confirm(user, cohort, html).status_int in {403, 404}
    assert dates(cohort) == before
    assert not Plan.objects.exists()


def test_a_group_that_is_over_keeps_its_dates(cohort, guide):
    Cohort.objects.filter(pk=cohort.pk).update(state="closed")
    assert opened(guide, cohort).status_int == 404
    assert look(guide, cohort).status_int == 404
    assert "change=dates" not in get(make_block(guide.username), "plan").text


@pytest.mark.parametrize(
    "rest",
    ["cohort=", "cohort=0", "cohort=%00", "change=dates", "change=nothing", "cohort=../..&change=dates", "change=all"],
)
def test_addresses_that_lead_nowhere_are_not_found(cohort, guide, rest):
    found = get(make_block(guide.username), f"plan?{rest}").status_int
    assert found == (200 if rest == "cohort=" else 404)


@pytest.mark.parametrize(
    "changes",
    [
        {"interval": "9" * 30},
        {"session_count": "-1"},
        {"first_date": "9999-12-31"},
        {"first_date": "0001-01-01"},
        {"shift_days": "-9999", "shift_minutes": "9999"},
        {"free_days": "2027-01-01\n" * 2000},
        {"listed_dates": "\x00\ud800"},
        {"frequency": "", "session_time": "", "session_minutes": ""},
        {"version": "-3"},
        {"version": "x"},
    ],
)
def test_no_nonsense_breaks_the_page(cohort, guide, changes):
    html = look(guide, cohort, session_time="14:00").text
    assert look(guide, cohort, **changes).status_int in {200, 422}
    confirm_changes = {name: value for name, value in changes.items() if name != "country"}
    assert confirm(guide, cohort, html, **confirm_changes).status_int in {200, 409, 422}


def test_a_field_that_the_form_does_not_have_is_refused(cohort, guide):
    assert look(guide, cohort, time_zone="Asia/Tokyo").status_int == 400


@pytest.mark.parametrize("count", [5, 40])
def test_the_page_costs_the_same_whatever_the_number_of_sessions(guide, cohort, count, django_assert_num_queries):
    assert confirm(guide, cohort, look(guide, cohort, session_count=str(count), interval="1").text).status_int == 200
    block = make_block(guide.username)
    # The user, the network, the membership, the groups guided, whether a report waits; the group and its plan.
    with django_assert_num_queries(7):
        get(block, address(cohort))
    # The version that is open now.
    html = opened(guide, cohort).text
    fields = {"about": cohort.key, **TYPED, "version": hidden(html, "plan.look", "version"), "session_time": "09:00"}
    with django_assert_num_queries(18):
        post(make_block(guide.username), "plan.look", fields, at=address(cohort))


def test_masquerading_staff_look_at_nothing(cohort, guide, monkeypatch):
    from lernet_xblock.host.workbench import WorkbenchHost

    actor = WorkbenchHost.actor
    monkeypatch.setattr(
        WorkbenchHost, "actor", lambda self, block, request: replace(actor(self, block, request), masquerading=True)
    )
    assert look(guide, cohort).status_int == 403


def test_past_sessions_are_folded_away_when_they_are_many(cohort, guide, moment):
    moment(datetime(2027, 4, 1, 9, 0, tzinfo=UTC))
    html = look(guide, cohort, session_count="12", interval="4").text
    assert section(html, "left").startswith("3 sessions are left alone")
    assert "has begun or is over" in section(html, "left")
    assert "<details" not in html.split('data-list="left"', 1)[1].split("</section>", 1)[0]
