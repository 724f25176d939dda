"""What one reader gets of a poll: counts, names, the own answers, at the same cost whatever its size."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import PollAnswer
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.poll import answers_polls, find_option, find_poll, poll_page
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
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(network=NetworkFactory(state="running"), number=1)


@pytest.fixture
def poll(cohort):
    return PollFactory(cohort=cohort)


def look(user, now=NOW, zone=None):
    """Return the person as a viewer at this moment, with a clock of their own."""
    seen = viewer_of(make_block(user.username), None)
    return replace(seen, now=now, actor=replace(seen.actor, time_zone=zone))


def member(cohort, **names):
    return MembershipFactory(cohort=cohort, **{f"user__{name}": value for name, value in names.items()}).user


def say(poll, user, *answers):
    for option, answer in zip(poll.options.all(), answers, strict=False):
        if answer:
            PollAnswer.objects.create(option=option, user=user, answer=answer, at=NOW)


def test_members_see_counts_names_and_their_own_answers(cohort, poll):
    ada, bo, cleo = (member(cohort, first_name=name, last_name="P") for name in ("Ada", "Bo", "Cleo"))
    guide = FacilitationFactory(cohort=cohort, user__first_name="Gust", user__last_name="P").user
    say(poll, ada, "yes", "no")
    say(poll, bo, "if_need_be")
    say(poll, guide, "no", "yes")
    page = poll_page(look(ada), cohort)
    first, second = page.options
    assert (first.mine, first.saved_at, second.mine) == ("yes", NOW, "no")
    assert first.names == {"yes": ("Ada P",), "if_need_be": ("Bo P",), "no": ()}
    assert (first.tally.yes, first.tally.if_need_be, first.tally.silent, first.away) == (1, 1, 1, ("Gust P",))
    assert (page.members, page.silent, page.partly, page.left) == (3, ("Cleo P",), ("Bo P",), 0)
    assert [line.key for line in page.ranking] == [first.key, second.key]
    assert poll_page(look(cleo), cohort).left == 2


def test_times_have_an_end_and_another_clock_is_told(cohort, poll):
    user = member(cohort)
    line = poll_page(look(user), cohort).options[0]
    assert (line.starts_at, line.ends_at) == (
        datetime(2027, 2, 2, 12, 30, tzinfo=UTC),
        datetime(2027, 2, 2, 15, 30, tzinfo=UTC),
    )
    assert not line.elsewhere
    assert poll_page(look(user, zone="America/Toronto"), cohort).options[0].elsewhere


def test_dates_that_are_over_wait_for_nobody(cohort, poll):
    user = member(cohort)
    page = poll_page(look(user, datetime(2027, 2, 2, 12, 30, tzinfo=UTC)), cohort)
    assert [line.past for line in page.options] == [True, False]
    assert (page.left, len(page.ranking)) == (1, 1)


def test_the_open_poll_is_shown_else_the_last_one(cohort):
    user = member(cohort)
    assert poll_page(look(user), cohort) is None
    old = PollFactory(cohort=cohort, open=None, ended_at=NOW)
    last = PollFactory(cohort=cohort, open=None, ended_at=NOW + timedelta(hours=1))
    last.picked = last.options.last()
    last.save()
    page = poll_page(look(user), cohort)
    assert (page.key, page.picked.day, page.may_answer) == (last.key, date(2027, 2, 9), False)
    assert poll_page(look(user), cohort).key != old.key
    now_open = PollFactory(cohort=cohort)
    assert poll_page(look(user), cohort).key == now_open.key


@pytest.fixture
def people(cohort):
    """One person of every kind, by what they are."""
    session = SessionFactory(cohort=cohort, starts_at=NOW + timedelta(days=1))
    other = CohortFactory(network=cohort.network, number=2)
    return {
        "member": member(cohort),
        "facilitator": FacilitationFactory(cohort=cohort).user,
        "substitute": SubstitutionFactory(session=session).user,
        "admin": UserFactory(is_staff=True),
        "member of another group": member(other),
        "facilitator of another group": FacilitationFactory(cohort=other).user,
        "former member": MembershipFactory(cohort=cohort, active=None, left_at=NOW).user,
        "unenrolled": member(cohort, is_active=False),
        "outsider": UserFactory(),
    }


@pytest.mark.parametrize(
    ("who", "answers", "finds"),
    [
        ("member", True, True),
        ("facilitator", True, True),
        ("substitute", False, False),
        ("admin", False, True),
        ("member of another group", False, False),
        ("facilitator of another group", False, False),
        ("former member", False, False),
        ("unenrolled", False, False),
        ("outsider", False, False),
    ],
)
def test_who_answers_and_who_finds_a_poll(people, cohort, poll, *, who, answers, finds):
    viewer = look(people[who])
    assert answers_polls(viewer, cohort) == answers
    for found, work in (
        (answers, lambda: find_option(viewer, poll.options.first().key)),
        (finds, lambda: find_poll(viewer, poll.key)),
    ):
        if found:
            assert work()
        else:
            with pytest.raises(NotFound):
                work()


def test_staff_who_look_as_a_member_answer_nothing(people, cohort, poll):
    seen = look(people["member"])
    assert answers_polls(seen, cohort)
    masked = replace(seen, actor=replace(seen.actor, masquerading=True))
    page = poll_page(masked, cohort)
    assert (answers_polls(masked, cohort), page.may_answer, page.may_run, page.left) == (False, False, False, 0)


@pytest.mark.parametrize(("days", "members"), [(2, 2), (40, 15)])
def test_a_poll_costs_six_queries_whatever_its_size(cohort, days, members, django_assert_num_queries):
    poll = PollFactory(cohort=cohort, days=[date(2027, 2, 1) + timedelta(day) for day in range(days)])
    users = [member(cohort) for _number in range(members)]
    for user in users:
        say(poll, user, *["yes"] * days)
    viewer = look(users[0])
    with django_assert_num_queries(6):
        page = poll_page(viewer, cohort)
    assert (len(page.options), page.ranking[0].tally.yes) == (days, members)
