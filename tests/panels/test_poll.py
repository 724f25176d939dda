"""The date poll: who sees it, who answers it, and that every answer stands at once."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import PollAnswer
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PollFactory,
    SessionFactory,
    SubstitutionFactory,
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
def ours():
    return PollFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))


@pytest.fixture
def theirs(ours):
    return PollFactory(cohort=CohortFactory(network=ours.cohort.network, number=2), days=[date(2027, 3, 3)])


@pytest.fixture
def people(ours, theirs):
    """One person of every kind, by what they are."""
    session = SessionFactory(cohort=ours.cohort, starts_at=NOW + timedelta(days=1))
    return {
        "member of A": MembershipFactory(cohort=ours.cohort).user,
        "member of B": MembershipFactory(cohort=theirs.cohort).user,
        "facilitator of A": FacilitationFactory(cohort=ours.cohort).user,
        "deputy of B": FacilitationFactory(cohort=theirs.cohort, role="deputy").user,
        "stands in at A": SubstitutionFactory(session=session).user,
        "admin": UserFactory(is_staff=True),
        "outsider": UserFactory(),
        "former member": MembershipFactory(cohort=ours.cohort, active=None, left_at=NOW).user,
        "unenrolled": MembershipFactory(cohort=ours.cohort, user__is_active=False).user,
    }


def show(user, poll=None):
    address = f"poll?cohort={poll.cohort.key}" if poll else "poll"
    return get(make_block(user.username), address)


def answer(user, option, said="yes"):
    block = make_block(user.username)
    return post(block, "poll.answer", {"about": option.key, "answer": said}, at=f"poll?cohort={option.poll.cohort.key}")


def stored():
    return sorted(PollAnswer.objects.values_list("user__username", "answer"))


@pytest.mark.parametrize(
    ("who", "a", "b", "may_answer", "may_pick"),
    [
        ("member of A", 200, 404, True, False),
        ("member of B", 404, 200, False, False),
        ("facilitator of A", 200, 404, True, True),
        ("deputy of B", 404, 200, False, False),
        ("stands in at A", 200, 404, False, False),
        ("admin", 200, 200, False, True),
        ("outsider", 404, 404, False, False),
        ("former member", 404, 404, False, False),
        ("unenrolled", 404, 404, False, False),
    ],
)
def test_everybody_gets_what_is_theirs_of_the_poll_of_a(people, ours, theirs, *, who, a, b, may_answer, may_pick):
    response = show(people[who], ours)
    assert (response.status_int, show(people[who], theirs).status_int) == (a, b)
    assert ('data-cell="poll.answer"' in response.text, "poll.pick" in response.text) == (
        may_answer,
        may_pick and bool(PollAnswer.objects.count()),
    )
    PollAnswer.objects.create(option=ours.options.first(), user=people["member of A"], answer="yes", at=NOW)
    assert ("poll.pick" in show(people[who], ours).text) == may_pick


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("member of A", 200),
        ("facilitator of A", 200),
        ("member of B", 404),
        ("deputy of B", 404),
        ("stands in at A", 404),
        ("admin", 403),
        ("outsider", 403),
        ("former member", 403),
        ("unenrolled", 403),
    ],
)
def test_members_and_guides_answer_and_nobody_else(people, ours, who, status):
    user = people[who]
    assert answer(user, ours.options.first()).status_int == status
    rest = post(make_block(user.username), "poll.rest", {"about": ours.key}, at="home")
    assert rest.status_int == status
    assert stored() == ([(user.username, "no"), (user.username, "yes")] if status == 200 else [])


def test_staff_who_look_as_a_member_see_no_forms_and_write_nothing(people, ours, monkeypatch):
    user = people["member of A"]
    assert 'data-cell="poll.answer"' in show(user).text
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    assert 'data-cell="poll.answer"' not in show(user).text
    assert (answer(user, ours.options.first()).status_int, stored()) == (403, [])


def test_the_panel_is_no_entry_of_the_menu(people):
    assert 'data-panel="poll"' not in show(people["member of A"]).text.split("</nav>")[0]


def test_who_will_read_the_answers_is_said_above_them(people):
    text = words(show(people["member of A"]).text)
    told = text.index("Your group, those who guide it and the course team see your answers with your name.")
    assert text.index("Every answer is saved at once. There is nothing to send.") < told < text.index("Tue 2 Feb")


def test_the_table_is_a_table_whose_choices_say_what_they_are_about(people, ours):
    html = show(people["member of A"]).text
    option = ours.options.first()
    row = html.split(f'data-cell-id="poll-{option.key}"')[1].split("</tr>")[0]
    assert html.count('scope="col"') == 4
    assert row.count('scope="row"') == 1
    ids = set(re.findall(r' id="([^"]+)"', html))
    named = re.findall(r'aria-labelledby="([^"]+)"', row)
    assert len(named) == 3
    for one in named:
        assert set(one.split()) <= ids
        assert [html.split(f'id="{part}">')[1].split("<")[0] for part in one.split()][1:] == [
            "Tue 2 Feb",
            "13:30–16:30",
        ]


def test_days_with_several_times_have_a_heading_of_their_own(people, ours):
    ours.options.create(local_date=date(2027, 2, 2), local_time="09:00", half="morning")
    html = show(people["member of A"]).text
    heading = html.split('scope="rowgroup"')[1].split("</th>")[0]
    assert "Tuesday 2 February 2027" in heading
    assert "morning" in words(html)


def test_an_answer_is_saved_at_once_and_says_when(people, ours):
    user, option = people["member of A"], ours.options.first()
    html = answer(user, option, "if_need_be").text
    row = html.split(f'data-cell-id="poll-{option.key}"')[1].split("</tr>")[0]
    assert "saved 10:00" in row
    assert re.search(r'value="if_need_be"\s+checked', row)
    assert 'data-say="Saved: Tuesday 2 February 2027, If need be."' in html
    assert "1 date still waits for your answer." in words(html)
    assert stored() == [(user.username, "if_need_be")]
    assert "You have answered every date." in words(answer(user, ours.options.last(), "no").text)


def test_what_is_no_answer_is_refused(people, ours):
    assert answer(people["member of A"], ours.options.first(), "perhaps").status_int == 422
    assert stored() == []


def test_a_missing_option_and_a_foreign_one_are_told_apart_by_nothing(people, ours, theirs):
    user = people["member of A"]
    foreign = answer(user, theirs.options.first())
    missing = post(make_block(user.username), "poll.answer", {"about": "0" * 20, "answer": "yes"}, at="poll")
    assert (foreign.status_int, foreign.text) == (missing.status_int, missing.text) == (404, foreign.text)


def test_an_answer_behind_the_end_is_refused_and_the_end_is_shown(people, ours):
    ours.picked, ours.open, ours.ended_at = ours.options.last(), None, NOW
    ours.save()
    response = answer(people["member of A"], ours.options.first())
    text = words(response.text)
    assert (response.status_int, stored()) == (422, [])
    assert "This date poll is over." in text
    assert "This date was chosen: Tuesday 9 February 2027, 13:30–16:30 (Brussels)" in text


def test_the_rest_is_answered_with_one_press(people, ours):
    user = people["member of A"]
    assert "No to all of them" in show(user).text
    assert "No to all the others" in answer(user, ours.options.first()).text
    response = post(make_block(user.username), "poll.rest", {"about": ours.key}, at="poll")
    assert 'data-say="Saved: no to 1 date."' in response.text
    assert "No to all" not in response.text
    assert stored() == [(user.username, "no"), (user.username, "yes")]


def test_another_clock_is_told_beside_that_of_the_group(people, monkeypatch):
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), time_zone="Asia/Tokyo"))
    text = words(show(people["member of A"]).text)
    assert "Times of Brussels" in text
    assert "Tue 2 Feb 13:30–16:30 21:30–00:30 (Tokyo)" in text


def test_a_reader_beyond_midnight_reads_the_other_day(people, ours, monkeypatch):
    ours.options.create(local_date=date(2027, 2, 2), local_time="18:30", half="evening")
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), time_zone="Asia/Tokyo"))
    assert "evening Wed 3 Feb, from about 02:30 (Tokyo)" in words(show(people["member of A"]).text)


def test_names_stand_with_the_answers(people, ours):
    user = people["member of A"]
    name = f"{user.first_name} {user.last_name}"
    html = show(user).text
    assert name not in html
    html = answer(user, ours.options.first()).text
    named = words(html.split("data-tally>", 1)[1].split("Everybody’s answers")[-1])
    assert f"Yes: {name}" in named


def test_before_anybody_asked_a_member_reads_what_will_be_here():
    user = MembershipFactory(cohort=CohortFactory(number=1)).user
    assert "Nobody has asked your group for dates." in words(show(user).text)


def test_late_answers_are_welcome(people, ours, at):
    ours.answers_until = date(2026, 12, 1)
    ours.save()
    user = people["member of A"]
    assert "Please answer until Tuesday 1 December 2026." in words(show(user).text)
    at(NOW + timedelta(days=1))
    assert "They still count until a date is chosen." in words(show(user).text)
    assert answer(user, ours.options.first()).status_int == 200


@pytest.mark.parametrize("days", [2, 40])
def test_the_page_costs_the_same_whatever_its_size(days, django_assert_num_queries):
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    PollFactory(cohort=cohort, days=[date(2027, 2, 1) + timedelta(day) for day in range(days)])
    user = MembershipFactory(cohort=cohort).user
    # The user, the membership with its network, who guides; the six of the poll.
    with django_assert_num_queries(9):
        assert show(user).status_int == 200
