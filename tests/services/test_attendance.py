"""Recording who was there, cell by cell."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Attendance, AttendanceChange, Rsvp
from lernet_xblock.rules.authored import write
from lernet_xblock.services import attendance as services
from tests.factories import NOW, PLAN, CohortFactory, MembershipFactory, NetworkFactory, SessionFactory, UserFactory
from tests.runtime import committed

pytestmark = pytest.mark.django_db

MINUTE, SECOND, DAY = timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def session():
    authored = write(PLAN) | {"self_check_in": True}
    return SessionFactory(cohort=CohortFactory(network=NetworkFactory(state="running", authored=authored)))


@pytest.fixture
def facilitator():
    return UserFactory()


@pytest.fixture
def member(session):
    return MembershipFactory(cohort=session.cohort).user


def put(session, user, by, state="present", minutes=None, *, version=0, now=None):
    return committed(
        lambda: services.set_attendance(
            session,
            user_id=user.pk,
            state=state,
            minutes=minutes,
            opened_version=version,
            by=by.pk,
            now=now or session.ends_at,
        )
    )


def rest(session, by, now=None):
    return committed(lambda: services.set_all(session, by=by.pk, now=now or session.ends_at))


def check_in(session, user, now=None):
    return committed(lambda: services.check_in(session, user_id=user.pk, now=now or session.starts_at))


def cells():
    return {(row.user_id, row.state, row.minutes, row.version) for row in Attendance.objects.all()}


def history():
    rows = AttendanceChange.objects.all()
    return [(row.before, row.minutes_before, row.after, row.minutes_after, row.by_id) for row in rows]


def test_a_cell_is_recorded_with_who_and_when(session, member, facilitator):
    made = put(session, member, facilitator, minutes=170)
    assert made is not None
    assert (made.state, made.minutes, made.version, made.by, made.at, made.self_checked) == (
        "present",
        170,
        1,
        facilitator,
        session.ends_at,
        False,
    )
    assert history() == [("", None, "present", 170, facilitator.pk)]


def test_every_correction_is_kept(session, member, facilitator):
    other = UserFactory()
    put(session, member, facilitator, "absent")
    put(session, member, other, "late", 90, version=1)
    put(session, member, other, "late", 100, version=2)
    put(session, member, facilitator, "", version=3)
    assert history() == [
        ("", None, "absent", None, facilitator.pk),
        ("absent", None, "late", 90, other.pk),
        ("late", 90, "late", 100, other.pk),
        ("late", 100, "", None, facilitator.pk),
    ]
    assert not cells()


def test_the_same_again_writes_nothing_whatever_was_seen(session, member, facilitator):
    put(session, member, facilitator, "late", 90)
    for version in (0, 1, 7):
        put(session, member, UserFactory(), "late", 90, version=version)
    put(session, MembershipFactory(cohort=session.cohort).user, facilitator, "")
    assert cells() == {(member.pk, "late", 90, 1)}
    assert len(history()) == 1


@pytest.mark.parametrize("version", [0, 1, 3])
def test_who_saw_another_state_of_the_cell_is_told_who_was_first(session, member, facilitator, version):
    put(session, member, facilitator, "late")
    put(session, member, facilitator, "excused", version=1)
    with pytest.raises(StaleVersion) as stale:
        put(session, member, UserFactory(), "absent", version=version)
    error = stale.value
    assert (error.version, error.theirs, error.by_id, error.at) == (
        2,
        {"state": "excused"},
        facilitator.pk,
        session.ends_at,
    )
    assert cells() == {(member.pk, "excused", None, 2)}
    assert len(history()) == 2


def test_a_cell_that_somebody_emptied_is_not_filled_by_who_saw_it_full(session, member, facilitator):
    put(session, member, facilitator, "late")
    put(session, member, facilitator, "", version=1)
    with pytest.raises(StaleVersion) as stale:
        put(session, member, UserFactory(), "absent", version=1)
    assert (stale.value.version, stale.value.by_id) == (0, facilitator.pk)
    made = put(session, member, facilitator, "present")
    assert made is not None
    assert made.version == 3, "a new cell is told from the one that was emptied"


def test_other_cells_of_the_session_do_not_stand_in_the_way(session, member, facilitator):
    other = MembershipFactory(cohort=session.cohort).user
    put(session, member, facilitator, "late")
    put(session, other, UserFactory(), "absent")
    assert cells() == {(member.pk, "late", None, 1), (other.pk, "absent", None, 1)}


@pytest.mark.parametrize(
    ("shift", "inside"),
    [
        (-(30 * MINUTE), True),
        (-(30 * MINUTE) - SECOND, False),
        (timedelta(minutes=180) + 14 * DAY, True),
        (timedelta(minutes=180) + 14 * DAY + SECOND, False),
    ],
)
def test_the_window_of_rule_s6_holds_to_the_second(session, member, facilitator, shift, inside):
    now = session.starts_at + shift
    if inside:
        put(session, member, facilitator, now=now)
        assert rest(session, facilitator, now=now) == 0
    else:
        for act in (put, lambda *args, now: rest(session, facilitator, now=now)):
            with pytest.raises(RuleViolation, match="Attendance can be"):
                act(session, member, facilitator, now=now)
    assert Attendance.objects.exists() is inside


@pytest.mark.parametrize("state", ["cancelled", "not_held"])
def test_a_session_that_was_not_held_has_no_attendance(member, session, facilitator, state):
    off = SessionFactory(cohort=session.cohort, state=state, number=None if state == "cancelled" else 2)
    acts = [lambda: put(off, member, facilitator), lambda: rest(off, facilitator), lambda: check_in(off, member)]
    for act in acts:
        with pytest.raises(RuleViolation, match="was not held"):
            act()
    assert not Attendance.objects.exists()


def not_expected(session):
    cohort, day = session.cohort, session.local_date
    return {
        "joined later": MembershipFactory(cohort=cohort, joined_at=session.ends_at).user,
        "left before": MembershipFactory(cohort=cohort, active=None, left_at=session.starts_at - SECOND).user,
        "pauses": MembershipFactory(cohort=cohort, paused_at=NOW, paused_until=day).user,
        "taken back": MembershipFactory(cohort=cohort, active=None, left_at=session.ends_at, end="undone").user,
        "of another group": MembershipFactory(cohort=CohortFactory(network=cohort.network)).user,
        "stranger": UserFactory(),
    }


def test_who_was_not_expected_is_never_recorded(session, member, facilitator):
    strangers = not_expected(session)
    for user in strangers.values():
        for state in ("absent", "present", ""):
            with pytest.raises(NotFound):
                put(session, user, facilitator, state)
        with pytest.raises(RuleViolation, match="not expected"):
            check_in(session, user)
    assert rest(session, facilitator) == 1
    assert cells() == {(member.pk, "present", None, 1)}


def test_who_left_after_the_session_is_recorded_all_the_same(session, facilitator):
    left = MembershipFactory(cohort=session.cohort, active=None, left_at=session.ends_at + DAY, end="left").user
    put(session, left, facilitator, "late", now=session.ends_at + 2 * DAY)
    assert cells() == {(left.pk, "late", None, 1)}


@pytest.mark.parametrize(
    ("state", "minutes", "sentence"),
    [
        ("excused", 10, "Minutes are for those who were there."),
        ("absent", 0, "Minutes are for those who were there."),
        ("", 10, "Minutes are for those who were there."),
        ("late", 181, "This session had 180 minutes: give a number from 0 to 180."),
        ("present", -1, "This session had 180 minutes: give a number from 0 to 180."),
    ],
)
def test_minutes_that_cannot_be_are_refused(  # noqa: PLR0917 - fixtures
    session, member, facilitator, state, minutes, sentence
):
    with pytest.raises(RuleViolation) as refused:
        put(session, member, facilitator, state, minutes)
    assert (refused.value.sentence, refused.value.field) == (sentence, "minutes")
    assert not cells()


@pytest.mark.parametrize("minutes", [0, 180, None])
def test_minutes_from_nothing_to_the_whole_session_are_taken(session, member, facilitator, minutes):
    put(session, member, facilitator, "present", minutes)
    assert cells() == {(member.pk, "present", minutes, 1)}


def test_everybody_else_was_present_except_those_who_said_not_to_come(session, member, facilitator):
    late, away, silent = (MembershipFactory(cohort=session.cohort).user for _ in "123")
    put(session, late, UserFactory(), "late", 100)
    for user, answer in ((away, "not_coming"), (member, "coming"), (late, "not_coming")):
        Rsvp.objects.create(session=session, user=user, answer=answer, at=NOW)
    assert rest(session, facilitator) == 3
    assert {(user, state) for user, state, _minutes, _version in cells()} == {
        (late.pk, "late"),
        (away.pk, "excused"),
        (member.pk, "present"),
        (silent.pk, "present"),
    }
    assert AttendanceChange.objects.filter(by=facilitator).count() == 3
    assert rest(session, facilitator) == 0
    assert len(history()) == 4


@pytest.mark.parametrize(
    ("shift", "state"),
    [
        (-15 * MINUTE, "present"),
        (5 * MINUTE, "present"),
        (5 * MINUTE + SECOND, "late"),
        (30 * MINUTE, "late"),
        (-15 * MINUTE - SECOND, None),
        (30 * MINUTE + SECOND, None),
    ],
)
def test_members_check_in_around_the_start_of_this_session_only(session, member, shift, state):
    other = SessionFactory(cohort=session.cohort, number=2, starts_at=session.starts_at + 2 * DAY)
    now = session.starts_at + shift
    if state is None:
        with pytest.raises(RuleViolation):
            check_in(session, member, now)
    else:
        made = check_in(session, member, now)
        assert (made.state, made.self_checked, made.by, made.session) == (state, True, member, session)
        assert history() == [("", None, state, None, member.pk)]
    with pytest.raises(RuleViolation, match="It is early"):
        check_in(other, member, now)
    assert Attendance.objects.count() == (state is not None)


def test_checking_in_twice_is_checking_in_once(session, member):
    check_in(session, member)
    again = check_in(session, member, session.starts_at + 20 * MINUTE)
    assert (again.state, again.at) == ("present", session.starts_at)
    assert len(history()) == 1


def test_what_the_facilitator_recorded_stands(session, member, facilitator):
    put(session, member, facilitator, "absent", now=session.starts_at)
    kept = check_in(session, member)
    assert (kept.state, kept.self_checked) == ("absent", False)
    assert cells() == {(member.pk, "absent", None, 1)}


def test_the_facilitator_corrects_who_checked_in(session, member, facilitator):
    check_in(session, member)
    put(session, member, facilitator, "late", version=1)
    assert Attendance.objects.values_list("state", "self_checked", "by").get() == ("late", False, facilitator.pk)
    assert [row[4] for row in history()] == [member.pk, facilitator.pk]


def test_nobody_checks_in_where_the_network_does_not_have_it(session, member):
    session.cohort.network.authored = write(PLAN)
    with pytest.raises(RuleViolation, match="facilitator records"):
        check_in(session, member)
    assert not cells()


def there(session, users, by, state="present", now=None):
    people = [user.pk for user in users]
    return committed(
        lambda: services.mark_there(session, user_ids=people, state=state, by=by.pk, now=now or session.starts_at)
    )


def test_who_is_seen_is_recorded_as_there_and_who_was_already_stays_as_they_were(session, facilitator):
    users = [MembershipFactory(cohort=session.cohort).user for _ in range(4)]
    put(session, users[1], facilitator, "late", 90)
    put(session, users[2], facilitator, "excused")
    assert there(session, users[:3], facilitator) == 2
    assert cells() == {
        (users[0].pk, "present", None, 1),
        (users[1].pk, "late", 90, 1),
        (users[2].pk, "present", None, 2),
    }
    assert there(session, users[:3], facilitator, "late") == 0


def test_only_who_is_expected_is_seen_and_only_in_time(session, member, facilitator):
    with pytest.raises(NotFound):
        there(session, [member, UserFactory()], facilitator)
    with pytest.raises(RuleViolation):
        there(session, [member], facilitator, now=session.starts_at - 31 * MINUTE)
    assert cells() == set()
