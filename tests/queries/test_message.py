"""The inbox: what a person reads again, and what nobody else does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.models import Message
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.message import IN_INBOX, inbox
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    MessageFactory,
    NetworkFactory,
    SessionFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory(cohort=CohortFactory(network=NetworkFactory(state="running"), number=1))


def viewer(member):
    return viewer_of(make_block(member.user.username), None)


def read(member):
    return [note.kind for note in inbox(viewer(member))]


def write(member, kind, *, minutes=0, **changes):
    at = NOW - timedelta(minutes=minutes)
    sent = {"state": "sent", "sent_at": at} if changes.get("state", "sent") == "sent" else {}
    return MessageFactory(
        **{"cohort": member.cohort, "user": member.user, "kind": kind, "made_at": at, **sent, **changes}
    )


def test_the_newest_comes_first_and_what_is_not_sent_is_not_there(member):
    write(member, "plan_made", minutes=5)
    write(member, "reminder_7d")
    write(member, "reminder_1d", state="waiting")
    write(member, "poll_asked", state="dropped", dropped_for="cap")
    assert read(member) == ["reminder_7d", "plan_made"]


def test_what_is_urgent_is_read_before_the_mail_goes_out(member):
    write(member, "session_moved", state="waiting", urgent=True)
    write(member, "session_cancelled", state="dropped", urgent=True)
    assert read(member) == ["session_moved"]


def test_nobody_reads_those_of_others(member):
    other = MembershipFactory(cohort=member.cohort)
    write(other, "session_moved")
    assert read(member) == []
    assert read(other) == ["session_moved"]


def test_another_network_has_its_own(member):
    elsewhere = MembershipFactory(
        cohort=CohortFactory(network=NetworkFactory(state="running", usage_id="lernet.d1.u1")), user=member.user
    )
    write(elsewhere, "session_moved")
    assert read(member) == []


def test_who_left_a_group_reads_nothing_of_it(member):
    write(member, "session_moved")
    assert read(member) == ["session_moved"]
    new = CohortFactory(network=member.network)
    member.cohort = new
    member.save()
    write(member, "reminder_1d", cohort=new)
    assert read(member) == ["reminder_1d"]


def test_staff_who_look_as_somebody_else_read_nothing(member):
    write(member, "session_moved")
    own = viewer(member)
    assert len(inbox(own)) == 1
    assert inbox(replace(own, actor=replace(own.actor, masquerading=True))) == ()


def test_guides_have_an_inbox(member):
    guide = FacilitationFactory(cohort=member.cohort)
    write(guide, "session_moved")
    assert read(guide) == ["session_moved"]


def test_a_long_inbox_takes_as_many_queries_as_a_short_one(member, django_assert_num_queries):
    session = SessionFactory(cohort=member.cohort)
    own = viewer(member)
    for count in (1, IN_INBOX + 5):
        Message.objects.all().delete()
        for _message in range(count):
            write(member, "reminder_1d", session=session)
        with django_assert_num_queries(6):
            assert len(inbox(own)) == min(count, IN_INBOX)
