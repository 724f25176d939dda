"""Standing in for one session."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Change, Notice, Substitution
from lernet_xblock.services import substitution as services
from lernet_xblock.services.membership import GuidesCohort, join_cohort
from lernet_xblock.services.undo import undo
from tests.factories import (
    NOW,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)


@pytest.fixture
def session():
    return SessionFactory()


@pytest.fixture
def admin():
    return UserFactory()


def named(session, user, admin, version=1, now=NOW, **values):
    return committed(
        lambda: services.name_substitute(
            session, user_id=user.pk, opened_version=version, by=admin.pk, now=now, **values
        )
    )


def test_naming_somebody_tells_them_and_the_facilitator(session, admin):
    facilitator, person = FacilitationFactory(cohort=session.cohort).user, UserFactory()
    made = named(session, person, admin, reason="ill")
    assert (made.user, made.since, made.ended_at, made.cohort) == (person, NOW, None, session.cohort)
    told = {(row.user_id, row.kind, row.session_id) for row in Notice.objects.all()}
    assert told == {(person.pk, "stands_in", session.pk), (facilitator.pk, "substitute_named", session.pk)}
    change = Change.objects.get()
    assert (change.kind, change.reason, change.done) == (
        "substitute",
        "ill",
        {"made": [made.pk], "sessions": [session.pk]},
    )


def test_the_facilitator_who_names_somebody_is_not_told(session):
    facilitator = FacilitationFactory(cohort=session.cohort).user
    named(session, UserFactory(), facilitator)
    assert not Notice.objects.filter(user=facilitator).exists()


def test_access_lasts_until_seven_days_after_the_session(session, admin):
    person = UserFactory()
    named(session, person, admin)

    def guides(now):
        return services.guides_now(session.cohort_id, person.pk, now=now)

    assert not guides(NOW - SECOND)
    assert guides(NOW)
    assert guides(session.ends_at + WEEK - SECOND)
    assert not guides(session.ends_at + WEEK)
    session.state, session.number, session.cancelled_at = "cancelled", None, NOW
    session.save()
    assert not guides(NOW)


def test_who_guides_or_is_a_member_does_not_stand_in(session, admin):
    member, deputy = MembershipFactory(cohort=session.cohort).user, FacilitationFactory(cohort=session.cohort).user
    for user, words in ((member, "member of this group"), (deputy, "guides the group already")):
        with pytest.raises(RuleViolation, match=words):
            named(session, user, admin)
    assert not Substitution.objects.exists()


def test_nobody_stands_in_for_what_is_over_or_not_held(session, admin):
    with pytest.raises(RuleViolation, match="over"):
        named(session, UserFactory(), admin, now=session.ends_at)
    session.state, session.number, session.cancelled_at = "cancelled", None, NOW
    session.save()
    with pytest.raises(RuleViolation, match="not held"):
        named(session, UserFactory(), admin)


def test_one_person_stands_in(session, admin):
    named(session, UserFactory(), admin)
    with pytest.raises(StaleVersion):
        named(session, UserFactory(), admin)
    with pytest.raises(RuleViolation, match="already"):
        named(session, UserFactory(), admin, version=2)


def test_it_is_ended_earlier_and_can_begin_anew(session, admin):
    person = UserFactory()
    made = named(session, person, admin)
    committed(lambda: services.end_substitution(made, by=admin.pk, now=NOW))
    assert not services.guides_now(session.cohort_id, person.pk, now=NOW)
    assert Notice.objects.filter(user=person, kind="stands_in_no_longer").exists()
    with pytest.raises(NotFound):
        committed(lambda: services.end_substitution(made, by=admin.pk, now=NOW))
    later = NOW + timedelta(days=1)
    assert named(session, person, admin, version=3, now=later).since == later
    assert Substitution.objects.count() == 1


def test_who_stands_in_does_not_become_a_member(session, admin):
    person = UserFactory()
    named(session, person, admin)
    with pytest.raises(GuidesCohort):
        committed(lambda: join_cohort(session.cohort, user_id=person.pk, now=NOW))
    committed(lambda: join_cohort(session.cohort, user_id=person.pk, now=session.ends_at + WEEK))


def test_naming_is_undone_before_the_session(session, admin):
    person = UserFactory()
    named(session, person, admin)
    change = Change.objects.get()
    committed(lambda: undo(change.network, key=change.key, by=admin.pk, now=NOW))
    assert not services.guides_now(session.cohort_id, person.pk, now=NOW)


def test_naming_stands_once_the_session_began_or_it_was_ended(session, admin):
    now = session.starts_at - timedelta(hours=1)
    made = named(session, UserFactory(), admin, now=now)
    change = Change.objects.get()
    with pytest.raises(RuleViolation, match="begun"):
        committed(lambda: undo(change.network, key=change.key, by=admin.pk, now=session.starts_at))
    committed(lambda: services.end_substitution(made, by=admin.pk, now=now))
    with pytest.raises(RuleViolation, match="any more"):
        committed(lambda: undo(change.network, key=change.key, by=admin.pk, now=now))
