"""The panel of messages."""

import pytest

from lernet_xblock.models import Message
from tests.factories import (
    NOW,
    CohortFactory,
    MembershipFactory,
    MessageFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, make_block, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))


def shown(member):
    return get(make_block(member.user.username), "messages").text


def write(member, kind, **changes):
    MessageFactory(cohort=member.cohort, user=member.user, kind=kind, state="sent", sent_at=NOW, urgent=True, **changes)


def test_nothing_yet_says_what_will_be_there(member):
    assert "Nothing yet. Invitations, changes of your dates and reminders appear here" in words(shown(member))


def test_what_was_said_is_said_again_with_a_way_to_the_session(member):
    session = SessionFactory(cohort=member.cohort, place="<b>Gembloux</b>", meeting_link="https://meet.example.org/x")
    write(member, "session_moved", session=session, facts={"reason": "The <i>flu</i>"})
    page = shown(member)
    assert "The session of Group A was moved. It is on Tuesday 2 February 2027, 13:30–16:30 (Brussels) now." in words(
        page
    )
    assert "The reason: The &lt;i&gt;flu&lt;/i&gt;" in page
    assert "&lt;b&gt;Gembloux&lt;/b&gt;" in page
    assert "meet.example.org" not in page
    assert f'data-panel="sessions?cohort={member.cohort.key}"' in page


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (
            "session_cancelled",
            "The session of Group A on Tuesday 2 February 2027, 13:30–16:30 (Brussels) is cancelled.",
        ),
        ("session_replaced", "A session of Group A is cancelled. The group meets instead on Tuesday 2 February 2027"),
        ("session_merged", "becomes part of the session on Tuesday 2 February 2027"),
        ("session_not_held", "was not held. Nobody counts as absent."),
        ("plan_changed", "The dates of Group A have changed."),
        ("plan_made", "Group A has its dates."),
        ("reminder_1h", "Group A meets soon: on Tuesday 2 February 2027"),
        ("please_answer", "Are you coming? Please say so on the page"),
        ("something_new", "Something has changed for Group A. Please look at the page."),
    ],
)
def test_each_kind_has_its_sentence(member, kind, first):
    write(member, kind, session=SessionFactory(cohort=member.cohort), facts={})
    assert first in words(shown(member))


def test_a_poll_leads_to_the_poll(member):
    write(member, "poll_asked")
    assert f'data-panel="poll?cohort={member.cohort.key}"' in shown(member)


def test_a_named_group_is_called_by_its_name(member):
    member.cohort.name = "The early birds"
    member.cohort.save()
    write(member, "plan_changed")
    assert "The dates of The early birds have changed." in words(shown(member))


def test_facts_that_make_no_sense_break_nothing(member):
    session = SessionFactory(cohort=member.cohort)
    write(member, "session_moved", session=session, facts={"before": "yesterday", "reason": 7})
    write(member, "plan_changed", facts={"moved": [["x"], 3, [1, 2]], "cancelled": "never"})
    assert Message.objects.count() == 2
    assert "was moved" in words(shown(member))


def test_who_has_no_part_in_it_has_no_messages():
    NetworkFactory(state="running")
    UserFactory(username="somebody")
    assert get(make_block("somebody"), "messages").status_code == 404
