"""Cases as the pages read them."""

from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.errors import NotFound
from lernet_xblock.models import CharterConsent, Contribution
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import case_access, case_board, case_scene
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    shared_case,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        yield


@pytest.fixture
def member():
    charter = CharterFactory()
    person = MembershipFactory(cohort=charter.cohort).user
    CharterConsent.objects.create(charter=charter, user=person, at=NOW)
    return person


@pytest.fixture
def cohort(member):
    return CharterConsent.objects.get(user=member).charter.cohort


def viewer(user):
    return viewer_of(make_block(user.username), None)


def test_own_drafts_stand_apart_from_what_is_shared(member, cohort):
    shared = shared_case(cohort, title="Shared")
    draft = CaseFactory(cohort=cohort, owner=member, state="draft")
    CaseFactory(cohort=cohort, state="draft")
    space = case_board.case_space(viewer(member))
    assert [line.key for line in space.boards[0].cases] == [shared.key]
    assert [line.key for line in space.mine] == [draft.key]


def test_an_own_shared_case_stands_on_the_board_once(member, cohort):
    own = CaseFactory(cohort=cohort, owner=member)
    space = case_board.case_space(viewer(member))
    assert ([line.key for line in space.boards[0].cases], space.mine) == ([own.key], ())


def test_contributions_are_counted(member, cohort):
    case = shared_case(cohort)
    for kind in ("question", "suggestion", "suggestion"):
        Contribution.objects.create(case=case, author=member, kind=kind, text="x", posted_at=NOW)
    line = case_board.case_space(viewer(member)).boards[0].cases[0]
    assert line.voices == 3


def test_who_guides_two_groups_reads_two_boards(cohort):
    other = CohortFactory(network=cohort.network, name="Night shift")
    guide = FacilitationFactory(cohort=cohort).user
    FacilitationFactory(cohort=other, user=guide)
    mine, theirs = shared_case(cohort), shared_case(other)
    boards = case_board.case_space(viewer(guide)).boards
    assert [[line.key for line in board.cases] for board in boards] == [[mine.key], [theirs.key]]
    assert boards[1].label == "Night shift"


def test_who_moved_to_another_group_keeps_the_own_case_and_loses_the_others(member, cohort):
    other = CharterFactory(cohort__network=cohort.network).cohort
    own, foreign = CaseFactory(cohort=cohort, owner=member), shared_case(cohort)
    cohort.memberships.filter(user=member).update(active=None, left_at=NOW)
    CharterConsent.objects.create(charter=other.charters.get(), user=member, at=NOW)
    MembershipFactory(cohort=other, user=member)
    reader = viewer(member)
    assert [line.key for line in case_board.case_space(reader).mine] == [own.key]
    assert case_access.find_case(reader, own.key) == own
    page = case_scene.case_page(reader, own)
    assert (page.may_edit, page.may_answer, page.may_withdraw) == (True, False, True)
    with pytest.raises(NotFound):
        case_access.find_case(reader, foreign.key)
