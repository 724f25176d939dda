"""What a poll says to those who run the group, and choosing a date."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import PollAnswer
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
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and let a test set it."""
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def poll():
    days = [date(2027, 2, 2) + timedelta(7 * week) for week in range(5)]
    return PollFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1), days=days)


@pytest.fixture
def members(poll):
    names = ("Ada", "Bo", "Cleo", "Dirk")
    return [MembershipFactory(cohort=poll.cohort, user__first_name=name, user__last_name="P").user for name in names]


@pytest.fixture
def guide(poll):
    return FacilitationFactory(cohort=poll.cohort, user__first_name="Gust", user__last_name="P").user


def say(option, users, *answers):
    for user, answer in zip(users, answers, strict=False):
        PollAnswer.objects.create(option=option, user=user, answer=answer, at=NOW)


def show(user, poll):
    return get(make_block(user.username), f"poll?cohort={poll.cohort.key}").text


def pick(user, option, version="1"):
    fields = {"about": option.key, "version": version}
    return post(make_block(user.username), "poll.pick", fields, at=f"poll?cohort={option.poll.cohort.key}")


def test_the_best_dates_stand_on_top_with_who_can_come(poll, members, guide):
    options = list(poll.options.all())
    say(options[0], members, "yes", "no")
    say(options[3], members, "yes", "yes", "yes", "if_need_be")
    say(options[4], [*members, guide], "yes", "yes", "no", "no", "no")
    text = words(show(guide, poll))
    assert "1 date suits at least 4 of 4 people (80 %)." in text
    order = [
        "Tuesday 23 February 2027, 13:30–16:30 fits 4 of 4 can come: 3 yes, 1 if need be.",
        "Tuesday 2 March 2027, 13:30–16:30 2 of 4 can come. 2 cannot. Gust P, who guides the group, cannot come.",
        "Tuesday 2 February 2027, 13:30–16:30 1 of 4 can come. 1 cannot. 2 have not answered it yet.",
        "The other dates",
    ]
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)


def test_who_is_missing_is_named(poll, members, guide):
    assert "Nobody has answered yet." in words(show(guide, poll))
    say(poll.options.first(), members, "yes", "no", "yes")
    text = words(show(guide, poll))
    assert "Not answered yet: Dirk P." in text
    assert "Not every date yet: Ada P, Bo P and Cleo P." in text
    assert "No date suits 4 of 4 people (80 %) so far. These come nearest:" in text
    for option in poll.options.all():
        PollAnswer.objects.filter(option=option).delete()
        say(option, members, "yes", "no", "yes", "no")
    assert "Everybody has answered every date." in words(show(guide, poll))


def test_choosing_a_date_leads_to_the_plan(poll, guide, members):
    option = poll.options.all()[1]
    response = pick(guide, option)
    poll.refresh_from_db()
    assert (response.status_int, poll.picked, poll.open) == (200, option, None)
    address = response.text.split('data-address="')[1].split('"')[0].replace("&amp;", "&")
    assert address == f"plan?cohort={poll.cohort.key}&change=dates&first_date=2027-02-09&session_time=13%3A30"
    assert "Tuesday 9 February 2027 is chosen" in response.text
    for user, link in ((guide, True), (members[0], False)):
        html = show(user, poll)
        assert "This date was chosen: Tuesday 9 February 2027, 13:30–16:30 (Brussels)" in words(html)
        assert ('data-panel="plan?cohort=' in html, "poll.answer" in html) == (link, False)


def test_who_comes_second_reads_that_somebody_was_first(poll, guide):
    options = list(poll.options.all())
    deputy = FacilitationFactory(cohort=poll.cohort, role="deputy").user
    assert pick(guide, options[0]).status_int == 200
    response = pick(deputy, options[1])
    poll.refresh_from_db()
    assert (response.status_int, poll.picked) == (409, options[0])
    assert "Somebody else changed this since you opened it." in words(response.text)
    assert "This date was chosen: Tuesday 2 February 2027" in words(response.text)
    assert pick(deputy, options[1], "2").status_int == 422


@pytest.mark.parametrize(
    ("who", "status"), [("guide", 200), ("admin", 200), ("other", 404), ("member", 403), ("outsider", 403)]
)
def test_those_who_run_the_group_choose_and_end(poll, guide, members, who, status):
    other = CohortFactory(network=poll.cohort.network, number=2)
    people = {
        "guide": guide,
        "admin": UserFactory(is_staff=True),
        "other": FacilitationFactory(cohort=other).user,
        "member": members[0],
        "outsider": UserFactory(),
    }
    ended = PollFactory(cohort=CohortFactory(network=poll.cohort.network, number=3))
    FacilitationFactory(cohort=ended.cohort, user=guide)
    fields = {"about": ended.key, "version": "1"}
    assert pick(people[who], poll.options.first()).status_int == status
    assert post(make_block(people[who].username), "poll.end", fields, at="home").status_int == status
    poll.refresh_from_db()
    assert (poll.open is None) == (status == 200)


def test_an_ended_poll_says_so_and_the_group_can_be_asked_again(poll, guide, members):
    fields = {"about": poll.key, "version": "1"}
    response = post(make_block(guide.username), "poll.end", fields, at=f"poll?cohort={poll.cohort.key}")
    assert "The poll is over. No date was chosen." in response.text
    assert "poll.ask" in response.text
    assert "The last date poll ended without a date." in words(show(members[0], poll))


def test_a_poll_of_another_network_is_not_found(poll):
    admin = UserFactory(is_staff=True)
    foreign = PollFactory(cohort=CohortFactory(network=NetworkFactory(usage_id="lernet.d0.u1"), number=1))
    assert pick(admin, poll.options.first()).status_int == 200
    assert pick(admin, foreign.options.first()).status_int == 404
