"""Who reads what after people were moved: the audience of what was told stays what it was."""

from datetime import timedelta
from typing import Any

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import CharterConsent, Contribution, Membership
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import case_access, case_board, case_readers, case_scene
from lernet_xblock.queries.pulse import Window, cohort_results, find_pulse
from lernet_xblock.services import contribution as contributing
from lernet_xblock.services.merge import merge
from lernet_xblock.services.pulse import GRACE, release_due
from lernet_xblock.services.split import split
from lernet_xblock.services.transfer import transfer
from lernet_xblock.services.undo import undo
from lernet_xblock.workbench import clock
from tests.factories import CaseFactory, FacilitationFactory, UserFactory
from tests.runtime import committed, get, make_block, post
from tests.services.regroup import DAY, LATER, fresh, group, people, running_network

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
BEFORE, AFTER = LATER - HOUR, LATER + HOUR


@pytest.fixture(autouse=True)
def at(monkeypatch):
    moments = [AFTER + HOUR]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def network():
    return running_network(cohort_limit=4)


@pytest.fixture
def stays(network):
    return group(network, 1, 8)


@pytest.fixture
def goes(network):
    return group(network, 2, 4)


@pytest.fixture
def admin():
    return UserFactory(username="admin", is_staff=True)


def viewer(user):
    return viewer_of(make_block(user.username), None)


def users(cohort):
    return [row.user for row in cohort.memberships.filter(active=True).order_by("pk")]


def told(cohort, owner, at=BEFORE):
    return CaseFactory(cohort=cohort, owner=owner, shared_at=at)


def accept(cohort, *whom):
    for user in whom:
        CharterConsent.objects.get_or_create(charter=cohort.charters.get(), user=user, defaults={"at": LATER})


def reads(user, case):
    try:
        case_access.find_case(viewer(user), case.key)
    except NotFound:
        return False
    return True


def merged(goes, stays, admin, now=LATER):
    values: dict[str, Any] = {
        "both_agreed": True,
        "known": False,
        "reason": "Few",
        "opened_version": fresh(goes).version,
    }
    return committed(lambda: merge(goes, to=stays, by=admin.pk, now=now, **values))


def moved(frm, to, user, admin):
    values: dict[str, Any] = {"known": False, "reason": "", "opened_version": fresh(frm).version}
    return committed(lambda: transfer(frm, to=to, user_id=user.pk, by=admin.pk, now=LATER, **values))


# Transfer ------------------------------------------------------------------------------------------


def test_who_moved_reads_the_own_case_and_nothing_else_of_the_old_group(stays, goes, admin):
    mover, colleague = users(goes)[:2]
    own, other = told(goes, mover), told(goes, colleague)
    there = told(stays, users(stays)[0])
    new = told(stays, users(stays)[0], AFTER)
    assert reads(mover, other)
    moved(goes, stays, mover, admin)
    accept(stays, mover)
    assert [reads(mover, case) for case in (own, other, there, new)] == [True, False, False, True]
    assert reads(colleague, own)


# Merger --------------------------------------------------------------------------------------------


def test_after_a_merger_old_cases_have_the_readers_they_had(stays, goes, admin):
    came, others = users(goes), users(stays)
    old, theirs = told(goes, came[0]), told(stays, others[0])
    assert all(reads(user, old) for user in came)
    merged(goes, stays, admin)
    accept(stays, *came)
    assert all(reads(user, old) for user in came)
    assert not any(reads(user, old) for user in others)
    assert not any(reads(user, theirs) for user in came)
    assert all(reads(user, theirs) for user in others)
    new = told(stays, came[0], AFTER)
    assert all(reads(user, new) for user in (*came, *others))


def test_who_guided_what_was_merged_keeps_what_was_shared_with_them(stays, goes, admin):
    guide, other = FacilitationFactory(cohort=goes).user, FacilitationFactory(cohort=stays).user
    old = told(goes, users(goes)[0])
    merged(goes, stays, admin)
    new = told(stays, users(stays)[0], AFTER)
    assert [reads(guide, case) for case in (old, new)] == [True, False]
    assert [reads(other, case) for case in (old, new)] == [False, True]


def test_a_case_from_before_somebody_joined_is_not_theirs_after_the_merger_either(stays, goes, admin):
    came = users(goes)
    old = told(goes, came[0])
    goes.memberships.filter(user=came[1]).update(joined_at=BEFORE + HOUR / 2)
    merged(goes, stays, admin)
    assert not reads(came[1], old)
    assert reads(came[2], old)


def test_who_left_the_network_reads_nothing_of_the_former_group(stays, goes, admin):
    came = users(goes)
    old = told(goes, came[0])
    merged(goes, stays, admin)
    assert reads(came[1], old)
    Membership.objects.filter(user=came[1], active=True).update(active=None, left_at=AFTER, end="left")
    assert not reads(came[1], old)


def test_who_had_not_accepted_the_former_charter_reads_no_case_of_it(stays, goes, admin):
    came = users(goes)
    old = told(goes, came[0])
    CharterConsent.objects.filter(charter__cohort=goes, user=came[1]).delete()
    merged(goes, stays, admin)
    accept(stays, *came)
    assert not reads(came[1], old)


def test_newcomers_accept_the_charter_before_the_cases_of_the_group_open(stays, goes, admin):
    came = users(goes)
    old = told(goes, came[0])
    merged(goes, stays, admin)
    space = case_board.case_space(viewer(came[1]))
    assert space.locked
    assert [(board.former, [line.key for line in board.cases]) for board in space.boards] == [(True, [old.key])]
    accept(stays, came[1])
    assert not case_board.case_space(viewer(came[1])).locked


def test_the_space_has_a_board_for_the_former_group(stays, goes, admin):
    came = users(goes)
    old = told(goes, came[0])
    merged(goes, stays, admin)
    accept(stays, *came)
    new = told(stays, users(stays)[0], AFTER)
    for reader in came[:2]:
        boards = case_board.case_space(viewer(reader)).boards
        assert [(board.label, [line.key for line in board.cases]) for board in boards] == [
            ("Group A", [new.key]),
            ("Group B, before it went into another group", [old.key]),
        ]
        assert case_board.case_space(viewer(reader)).mine == ()
    assert len(case_board.case_space(viewer(users(stays)[0])).boards) == 1


def test_the_original_members_go_on_talking_about_the_case(stays, goes, admin):
    owner, colleague, *_others = users(goes)
    old = told(goes, owner)
    merged(goes, stays, admin)
    asked = committed(
        lambda: contributing.post(old, kind="question", text="Since when?", author_id=colleague.pk, now=AFTER)
    )
    page = case_scene.case_page(viewer(owner), old)
    assert (page.may_answer, page.may_edit, page.may_withdraw) == (True, False, True)
    response = post(
        make_block(owner.username), "contribution.answer", {"about": asked.key, "text": "Since May.", "_key": "a"}
    )
    assert response.status_int == 200, response.text
    assert Contribution.objects.filter(kind="answer").count() == 1
    assert case_scene.case_page(viewer(colleague), old).may_post


def test_readers_of_an_old_case_are_counted_after_the_merger(stays, goes, admin):
    owner = users(goes)[0]
    old = told(goes, owner)
    assert case_readers.readers(viewer(owner), old).others == 3
    merged(goes, stays, admin)
    assert case_readers.readers(viewer(owner), old).others == 3
    assert case_readers.readers(viewer(users(stays)[0]), told(stays, users(stays)[0], AFTER)).others == 11


def test_one_query_more_for_who_has_a_former_group(stays, goes, admin, django_assert_num_queries):
    reader = users(goes)[0]
    for user in users(goes):
        told(goes, user)
    merged(goes, stays, admin)
    accept(stays, reader)
    seen = viewer(reader)
    with django_assert_num_queries(4):
        assert case_board.case_space(seen).boards[1].cases


# Results -------------------------------------------------------------------------------------------


def test_released_results_stay_visible_to_the_original_members(stays, goes, admin):
    pulse = goes.sessions.get(number=1).pulse
    committed(lambda: release_due(pulse, now=LATER))
    came, other = users(goes)[0], users(stays)[0]
    merged(goes, stays, admin)
    labels = [(found.label, len(found.results)) for found in cohort_results(viewer(came), grace=GRACE)]
    assert labels == [("Group A", 1), ("Group B", 1)]
    assert [found.label for found in cohort_results(viewer(other), grace=GRACE)] == ["Group A"]
    for name in ("home", "results", "sessions", "group", "cases"):
        assert get(make_block(came.username), name).status_int == 200


def test_an_evaluation_that_is_open_when_groups_merge_can_still_be_answered(stays, goes, admin, at):
    pulse = goes.sessions.get(number=1).pulse
    came, other = users(goes)[0], users(stays)[0]
    merged(goes, stays, admin, now=pulse.opens_at + HOUR)
    at(pulse.opens_at + 2 * HOUR)
    assert find_pulse(viewer(came), pulse.session.key) == pulse
    with pytest.raises(NotFound):
        find_pulse(viewer(other), pulse.session.key)
    shown = {found.label: found.results for found in cohort_results(viewer(came), grace=GRACE)}
    assert [result.window for result in shown["Group B"]] == [Window.TO_ANSWER]
    assert [result.window for result in shown["Group A"]] == [Window.OPEN]


# Split ---------------------------------------------------------------------------------------------


def test_after_a_split_each_half_reads_what_was_shared_before_and_nothing_new_of_the_other(stays, admin, at):
    everybody = users(stays)
    old = told(stays, everybody[0])
    chosen = [user.pk for user in everybody[:4]]
    values: dict[str, Any] = {"known": False, "reason": "Many", "opened_version": 1}
    change = committed(lambda: split(stays, user_ids=chosen, by=admin.pk, now=LATER, **values))
    made = Membership.objects.get(pk=change.done["made"][0]).cohort
    accept(made, *everybody[:4])
    assert people(made) == set(chosen)
    here, there = told(stays, everybody[-1], AFTER), told(made, everybody[0], AFTER)
    for user in everybody[:4]:
        assert [reads(user, case) for case in (old, here, there)] == [True, False, True]
    for user in everybody[4:]:
        assert [reads(user, case) for case in (old, here, there)] == [True, True, False]
    labels = [board.label for board in case_board.case_space(viewer(everybody[0])).boards]
    assert labels == ["Group B", "Group A, before it became two groups"]
    second = stays.sessions.get(number=2)
    at(second.ends_at + HOUR)
    shown = {found.label: len(found.results) for found in cohort_results(viewer(everybody[0]), grace=GRACE)}
    assert shown == {"Group A": 1, "Group B": 1}


# Undo ----------------------------------------------------------------------------------------------


def test_after_undo_everybody_reads_exactly_what_they_read_before(stays, goes, admin):
    came, others = users(goes), users(stays)
    shared = [told(goes, came[0]), told(stays, others[0])]
    before = [[reads(user, case) for case in shared] for user in (*came, *others)]
    change = merged(goes, stays, admin)
    committed(lambda: undo(change.network, key=change.key, by=admin.pk, now=AFTER))
    assert [[reads(user, case) for case in shared] for user in (*came, *others)] == before
    assert reads(came[0], told(goes, came[1], AFTER + DAY))
