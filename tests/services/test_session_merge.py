"""A session becomes part of another one."""

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Message, Session
from lernet_xblock.services.session_change import SessionMisfit
from lernet_xblock.services.session_merge import merged_title
from tests.factories import NOW
from tests.services.planned import (
    HOUR,
    answer,
    drop,
    fresh,
    ids,
    merge,
    messaged,
    move,
    noticed,
    nth,
    planned_cohort,
    staffed,
    stand_in,
    wall,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return planned_cohort()


@pytest.fixture
def third(cohort):
    return nth(cohort, 3)


@pytest.fixture
def fourth(cohort):
    return nth(cohort, 4)


def kinds(cohort):
    rows = Session.objects.filter(cohort=cohort).exclude(state="cancelled").order_by("starts_at")
    return list(rows.values_list("number", "kind"))


def test_one_is_cancelled_and_the_other_takes_over_what_it_was_about(cohort, third, fourth):
    Session.objects.filter(pk=third.pk).update(title="Coming back", notes="Bring the plan")
    Session.objects.filter(pk=fourth.pk).update(title="Lighter shifts", notes="Bring cake")
    old, into = merge(third, fourth, minutes=240)
    assert (old.state, old.number, old.merged_into, old.sequence, old.reason) == (
        "cancelled",
        None,
        fourth,
        1,
        "Both are short",
    )
    assert (into.pk, into.uid, into.sequence, into.version, into.number) == (fourth.pk, fourth.uid, 1, 2, 3)
    assert (into.title, into.notes) == ("Lighter shifts · Coming back", "Bring cake\n\nBring the plan")
    assert (into.starts_at, into.ends_at, into.moved_by_hand) == (fourth.starts_at, fourth.starts_at + 4 * HOUR, True)
    assert into.pulse.opens_at == into.ends_at
    assert kinds(cohort) == [(1, "launch"), (2, "regular"), (3, "regular"), (4, "closing")]


def test_of_the_same_length_it_is_still_planned_with_the_others(third, fourth):
    _old, into = merge(third, fourth)
    assert (into.moved_by_hand, into.duration_minutes, into.sequence) == (False, 180, 1)


def test_who_said_to_come_to_the_other_is_not_asked_again(cohort, third, fourth):
    (member, *_others), _guides = staffed(cohort)
    answer(third, member)
    kept = answer(fourth, member)
    merge(third, fourth)
    assert list(member_answers(member)) == [kept.pk]


def member_answers(user):
    from lernet_xblock.models import Rsvp

    return Rsvp.objects.filter(user=user).values_list("pk", flat=True)


def test_the_launch_goes_into_the_next_one_which_becomes_the_launch(cohort):
    first, second, third = (nth(cohort, number) for number in (1, 2, 3))
    with pytest.raises(RuleViolation) as caught:
        merge(first, third, now=NOW)
    assert caught.value.field == "into"
    merge(first, second, now=NOW)
    assert kinds(cohort) == [(1, "launch"), (2, "regular"), (3, "regular"), (4, "closing")]
    assert fresh(second).sequence > 1


def test_the_closing_goes_into_the_one_before_it(cohort, third, fourth):
    closing = nth(cohort, 5)
    with pytest.raises(RuleViolation) as caught:
        merge(closing, third)
    assert caught.value.field == "into"
    merge(closing, fourth)
    assert kinds(cohort)[-1] == (4, "closing")
    assert fresh(fourth).kind == "closing"


@pytest.mark.parametrize(("number", "into"), [(2, 3), (2, 1), (1, 2), (3, 2)])
def test_one_regular_session_always_remains(cohort, number, into):
    for _time in "12":
        drop(nth(cohort, 2), now=NOW)
    assert len(kinds(cohort)) == 3
    with pytest.raises(RuleViolation) as caught:
        merge(nth(cohort, number), nth(cohort, into), now=NOW)
    assert caught.value.field == "way"
    assert len(kinds(cohort)) == 3


@pytest.mark.parametrize(("minutes", "sentence"), [(481, "480"), (500, "480"), (0, "480"), (179, "its 180 minutes")])
def test_the_other_may_grow_up_to_eight_hours_and_never_shrinks(third, fourth, minutes, sentence):
    with pytest.raises(RuleViolation, match=sentence) as caught:
        merge(third, fourth, minutes=minutes)
    assert caught.value.field == "minutes"
    assert fresh(third).state == "planned"


def test_the_longer_one_does_not_meet_the_next(cohort, third, fourth):
    move(nth(cohort, 5), wall(2027, 4, 27, 17, 0), now=NOW)
    merge_to = {"minutes": 210}
    with pytest.raises(SessionMisfit) as caught:
        merge(third, fourth, minutes=211)
    assert caught.value.field == "minutes"
    assert merge(third, fourth, **merge_to)[1].duration_minutes == 210


def test_it_may_grow_over_the_time_of_the_one_that_goes(cohort, third, fourth):
    move(fourth, wall(2027, 3, 30, 9, 0))
    _old, into = merge(nth(cohort, 4), nth(cohort, 3), minutes=480)
    assert into.duration_minutes == 480


def test_everybody_concerned_reads_once_into_which_it_went(cohort, third, fourth):
    members, (facilitator, deputy) = staffed(cohort)
    gone, stays = stand_in(third), stand_in(fourth)
    merge(third, fourth, by=facilitator)
    told = ids(*members, deputy, gone, stays)
    assert noticed("session_merged") == told
    assert messaged("session_merged") == told
    message = Message.objects.filter(kind="session_merged").first()
    assert (message.session, message.urgent) == (fourth, True)
    assert third.substitutions.get().ended_at is not None
    assert fourth.substitutions.get().ended_at is None
    assert AuditEntry.objects.get(verb="session.merge").reason == "Both are short"


def test_not_into_what_has_begun_is_cancelled_or_is_of_others(cohort, third, fourth):
    other = planned_cohort(network=cohort.network)
    with pytest.raises(NotFound):
        merge(third, nth(other, 4))
    with pytest.raises(NotFound):
        merge(third, third)
    with pytest.raises(RuleViolation) as caught:
        merge(third, nth(cohort, 2))
    assert caught.value.field == "into"
    drop(fourth)
    with pytest.raises(RuleViolation) as caught:
        merge(third, fourth)
    assert caught.value.field == "into"


def test_only_as_both_were_seen(third, fourth):
    for versions in ({"opened_version": 9}, {"into_version": 9}):
        with pytest.raises(StaleVersion):
            merge(third, fourth, **versions)
    assert fresh(third).state == "planned"


def test_a_reason_and_for_what_is_soon_a_tick_are_needed(third, fourth):
    with pytest.raises(RuleViolation) as caught:
        merge(third, fourth, reason="")
    assert caught.value.field == "reason"
    with pytest.raises(RuleViolation) as caught:
        merge(third, fourth, now=third.starts_at - 47 * HOUR)
    assert caught.value.field == "known"
    merge(third, fourth, now=third.starts_at - 47 * HOUR, known=True)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("", "B", "B"),
        ("A", "", "A"),
        ("A", "A", "A"),
        ("A", "B", "A · B"),
        ("A" * 60, "B" * 60, "A" * 60),
        ("", "", ""),
    ],
)
def test_titles_become_one_that_fits(first, second, both):
    assert merged_title(first, second) == both
