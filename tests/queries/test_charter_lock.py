"""While a version of the charter waits for somebody's yes, they find their own cases and no others (rules C1 to C3)."""

from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, CharterRefusal, Membership
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.case_access import find_case, locked_cohort
from lernet_xblock.queries.case_board import case_space
from lernet_xblock.queries.case_scene import case_scene
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CircleFactory,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    SubstitutionFactory,
    consent,
    seat,
    shared_case,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__number=1).cohort


@pytest.fixture
def member(cohort):
    user = MembershipFactory(cohort=cohort).user
    consent(cohort, user)
    return user


@pytest.fixture
def circle(cohort, member):
    found = CircleFactory(session=SessionFactory(cohort=cohort))
    seat(found, member)
    return found


@pytest.fixture
def opened(cohort):
    """A case of a group that was merged, which its owner opened to this one."""
    other = CohortFactory(network=cohort.network, number=2, state="merged")
    owner = MembershipFactory(cohort=other, active=None, left_at=NOW + timedelta(days=2), end="merged").user
    case = CaseFactory(cohort=other, owner=owner, open_to=cohort, opened_at=NOW + timedelta(days=3))
    MembershipFactory(cohort=cohort, user=owner, joined_at=NOW + timedelta(days=2))
    return case


def viewer(user):
    return viewer_of(make_block(user.username), None)


def reads(user, case):
    """Tell whether the page of the case opens; no board lists one whose page does not."""
    space = case_space(viewer(user))
    listed = case.key in {line.key for board in space.boards for line in board.cases}
    listed |= case.key in {line.key for line in space.mine}
    try:
        found = find_case(viewer(user), case.key) == case
    except NotFound:
        found = False
    assert found or not listed
    return found


def new_version(cohort):
    return CharterFactory(cohort=cohort, version=2, in_force_at=NOW + timedelta(days=4))


def refused(cohort, user):
    CharterRefusal.objects.create(charter=new_version(cohort), user=user, at=NOW + timedelta(days=4))


def only_new(cohort, user):
    new_version(cohort)


LOCKS = {"a new version waits": only_new, "the new version was refused": refused}


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_others_cases_close_whatever_audience_they_have_and_open_again_with_a_yes(cohort, member, circle, opened, lock):
    in_circle = shared_case(cohort, audience=Case.Audience.CIRCLE, circle=circle)
    theirs = (shared_case(cohort), in_circle, opened)
    assert [reads(member, case) for case in theirs] == [True, True, True]
    lock(cohort, member)
    assert locked_cohort(viewer(member)) == cohort
    assert [reads(member, case) for case in theirs] == [False, False, False]
    consent(cohort, member)
    assert locked_cohort(viewer(member)) is None
    assert [reads(member, case) for case in theirs] == [True, True, True]


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
@pytest.mark.parametrize("audience", Case.Audience.values)
def test_own_cases_stay_readable_without_what_others_wrote_there(cohort, member, circle, lock, audience):
    ours = circle if audience == Case.Audience.CIRCLE else None
    own, draft, withdrawn = (
        CaseFactory(
            cohort=cohort,
            owner=member,
            state=state,
            shared_at=None if state == "draft" else NOW + timedelta(days=1),
            audience=audience,
            circle=ours,
        )
        for state in ("shared", "draft", "withdrawn")
    )
    colleague = MembershipFactory(cohort=cohort).user
    ContributionFactory(case=own, author=colleague, audience=audience, circle=ours)
    assert len(case_scene(viewer(member), own).voices) == 1
    lock(cohort, member)
    assert [reads(member, case) for case in (own, draft, withdrawn)] == [True, True, True]
    scene = case_scene(viewer(member), own)
    assert (scene.apart, scene.voices) == (True, ())
    assert not case_space(viewer(member)).may_start


def test_what_was_shared_in_a_group_that_was_merged_stays_readable(cohort, member):
    former = CharterFactory(cohort__network=cohort.network, cohort__number=2, cohort__state="merged").cohort
    consent(former, member)
    left = NOW + timedelta(days=2)
    MembershipFactory(cohort=former, user=member, active=None, left_at=left, end="merged")
    case = shared_case(former)
    new_version(cohort)
    assert reads(member, case)


def test_who_guides_the_group_is_never_locked(cohort, circle, opened):
    guides = [
        FacilitationFactory(cohort=cohort).user,
        FacilitationFactory(cohort=cohort, role="deputy").user,
        SubstitutionFactory(session=SessionFactory(cohort=cohort, number=7), since=NOW).user,
    ]
    theirs = (shared_case(cohort), shared_case(cohort, audience=Case.Audience.CIRCLE, circle=circle), opened)
    new_version(cohort)
    for user in guides:
        assert locked_cohort(viewer(user)) is None
        assert [reads(user, case) for case in theirs] == [True, True, True]


def test_who_guides_another_group_reads_there_while_the_own_group_waits(cohort, member):
    other = CharterFactory(cohort__network=cohort.network, cohort__number=2).cohort
    FacilitationFactory(cohort=other, user=member)
    theirs, ours = shared_case(other), shared_case(cohort)
    new_version(cohort)
    assert (reads(member, theirs), reads(member, ours)) == (True, False)


def test_a_yes_in_one_group_is_none_in_the_next(cohort, member):
    other = CharterFactory(cohort__network=cohort.network, cohort__number=2).cohort
    case = shared_case(other)
    Membership.objects.filter(user=member).update(active=None, left_at=NOW, end="transferred")
    MembershipFactory(cohort=other, user=member, joined_at=NOW)
    assert not reads(member, case)
    consent(other, member)
    assert reads(member, case)
