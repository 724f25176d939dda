"""Who reads what after people were moved: the audience of what was told stays what it was."""

from datetime import timedelta
from typing import Any

import pytest

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.host import get_host
from lernet_xblock.models import Case, CharterConsent, Contribution, Membership
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import case_access, case_board, case_readers, case_scene
from lernet_xblock.queries.attachment import file_for
from lernet_xblock.queries.pulse import Window, cohort_results, find_pulse
from lernet_xblock.services import contribution as contributing
from lernet_xblock.services.attachment import attach_file
from lernet_xblock.services.case_audience import change_audience
from lernet_xblock.services.merge import merge
from lernet_xblock.services.pulse import GRACE, release_due
from lernet_xblock.services.split import split
from lernet_xblock.services.transfer import transfer
from lernet_xblock.services.undo import undo
from lernet_xblock.workbench import clock
from tests.factories import CaseFactory, CircleFactory, FacilitationFactory, MembershipFactory, UserFactory, seat
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
    assert (page.may_answer, page.may_edit, page.may_withdraw) == (True, True, True)
    response = post(
        make_block(owner.username), "contribution.answer", {"about": asked.key, "text": "Since May.", "_key": "a"}
    )
    assert response.status_int == 200, response.text
    assert Contribution.objects.filter(kind="answer").count() == 1
    assert case_scene.case_page(viewer(colleague), old).may_post


def test_readers_of_an_old_case_are_counted_after_the_merger(stays, goes, admin):
    owner = users(goes)[0]
    old = told(goes, owner)
    assert case_readers.readership(viewer(owner), old).now.others == 3
    came = users(goes)
    merged(goes, stays, admin)
    assert case_readers.readership(viewer(owner), old).now.others == 3
    accept(stays, *came)
    assert case_readers.readership(viewer(users(stays)[0]), told(stays, users(stays)[0], AFTER)).now.others == 11


def test_one_query_more_for_who_has_a_former_group(stays, goes, admin, django_assert_num_queries):
    reader = users(goes)[0]
    for user in users(goes):
        told(goes, user)
    merged(goes, stays, admin)
    accept(stays, reader)
    seen = viewer(reader)
    with django_assert_num_queries(7):
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


# What was said to a case, and its files --------------------------------------------------------------


def said(case, at, **values):
    return Contribution.objects.create(case=case, kind="question", text="Why?", posted_at=at, **values)


def hears(user, one):
    """Tell whether the person finds the case and these words on its page."""
    if not reads(user, one.case):
        return False
    return one.pk in {voice.pk for voice in case_scene.case_scene(viewer(user), one.case).voices}


def opens(user, attachment):
    return file_for(user.pk, attachment.key, host=get_host()) is not None


def attached(case):
    return committed(lambda: attach_file(case, content=b"%PDF-1.4", name="x.pdf", now=BEFORE))


def widen(case, open_to, now=AFTER):
    row = Case.objects.get(pk=case.pk)
    committed(lambda: change_audience(row, audience="cohort", open_to=open_to, opened_version=row.version, now=now))
    case.refresh_from_db()


def test_after_a_merger_old_words_and_files_are_the_original_seven_s_until_the_owner_widens(network, admin):
    goes, stays = group(network, 1, 7), group(network, 2, 8)
    owner, *came = users(goes)
    others = users(stays)
    case = told(goes, owner)
    file, old = attached(case), said(case, BEFORE)
    merged(goes, stays, admin)
    accept(stays, owner, *came)
    everybody = [owner, *came, *others]
    assert [reads(user, case) for user in everybody] == [True] * 7 + [False] * 8
    assert [hears(user, old) for user in everybody] == [True] * 7 + [False] * 8
    assert [opens(user, file) for user in everybody] == [True] * 7 + [False] * 8
    widen(case, stays)
    new = said(case, AFTER)
    assert [reads(user, case) for user in everybody] == [True] * 15
    assert [hears(user, old) for user in everybody] == [True] * 7 + [False] * 8
    assert [hears(user, new) for user in everybody] == [True] * 15
    assert [opens(user, file) for user in everybody] == [True] * 15


def test_after_a_split_both_halves_hear_and_open_what_was_there(stays, admin):
    everybody = users(stays)
    case = told(stays, everybody[0])
    file, old = attached(case), said(case, BEFORE)
    values: dict[str, Any] = {"known": False, "reason": "Many", "opened_version": 1}
    chosen = [user.pk for user in everybody[:4]]
    change = committed(lambda: split(stays, user_ids=chosen, by=admin.pk, now=LATER, **values))
    made = Membership.objects.get(pk=change.done["made"][0]).cohort
    assert all(hears(user, old) and opens(user, file) for user in everybody)
    late = MembershipFactory(cohort=made, joined_at=AFTER).user
    accept(made, late, *everybody[:4])
    assert not reads(late, case)
    widen(case, made)
    assert (reads(late, case), hears(late, old), opens(late, file)) == (True, False, True)


def test_who_is_transferred_hears_and_opens_nothing_of_what_stays_behind(stays, goes, admin):
    mover, owner = users(goes)[:2]
    case = told(goes, owner)
    file, own = attached(case), said(case, BEFORE, author=mover)
    assert hears(mover, own)
    assert opens(mover, file)
    moved(goes, stays, mover, admin)
    accept(stays, mover)
    assert not reads(mover, case)
    assert not opens(mover, file)
    assert hears(owner, own)


def test_a_late_joiner_reads_from_then_on_and_older_ones_whose_owners_agreed(stays):
    first, second = users(stays)[:2]
    agreed, kept = told(stays, first), told(stays, second)
    file, old = attached(agreed), said(agreed, BEFORE)
    late = MembershipFactory(cohort=stays, joined_at=LATER).user
    accept(stays, late)
    new = told(stays, second, AFTER)
    assert [reads(late, case) for case in (agreed, kept, new)] == [False, False, True]
    widen(agreed, stays)
    since = said(agreed, AFTER)
    assert [reads(late, case) for case in (agreed, kept, new)] == [True, False, True]
    assert [hears(late, one) for one in (old, since)] == [False, True]
    assert opens(late, file)
    widen(agreed, None)
    assert (reads(late, agreed), opens(late, file)) == (False, False)


def test_words_for_a_circle_or_for_the_guides_never_reach_further_when_the_owner_widens(stays):
    owner, inside, outside = users(stays)[:3]
    guide = FacilitationFactory(cohort=stays, since=BEFORE - HOUR).user
    circle = CircleFactory(session=stays.sessions.get(number=1))
    seat(circle, inside)
    case = told(stays, owner)
    words = [
        said(case, BEFORE, audience="circle", circle=circle),
        said(case, BEFORE, audience="facilitator"),
        said(case, BEFORE),
    ]
    Case.objects.filter(pk=case.pk).update(audience="facilitator")
    widen(case, None)
    assert [[hears(user, one) for one in words] for user in (owner, guide, inside, outside)] == [
        [True, True, True],
        [True, True, True],
        [True, False, True],
        [False, False, True],
    ]


def test_who_guides_the_group_it_was_opened_to_hears_what_was_said_since(stays, goes, admin):
    owner = users(goes)[0]
    case = told(goes, owner)
    merged(goes, stays, admin)
    accept(stays, *users(stays))
    guide = FacilitationFactory(cohort=stays).user
    before = said(case, LATER)
    widen(case, stays)
    since = said(case, AFTER, audience="facilitator")
    assert [hears(guide, one) for one in (before, since)] == [False, True]


def test_what_was_opened_to_a_group_waits_for_its_charter(stays, goes, admin):
    owner, came = users(goes)[:2]
    goes.memberships.filter(user=came).update(joined_at=BEFORE + HOUR / 2)
    case = told(goes, owner)
    merged(goes, stays, admin)
    accept(stays, owner)
    widen(case, stays)
    assert not reads(came, case)
    accept(stays, came)
    assert reads(came, case)


def test_who_reads_an_opened_case_keeps_it_when_the_group_is_merged(stays, goes, admin):
    owner = users(goes)[0]
    case = told(goes, owner)
    late = MembershipFactory(cohort=goes, joined_at=LATER - HOUR / 2).user
    accept(goes, late)
    CharterConsent.objects.filter(user=late).update(at=LATER - HOUR / 4)
    widen(case, goes, now=LATER - HOUR / 8)
    assert reads(late, case)
    merged(goes, stays, admin)
    accept(stays, owner, late)
    assert reads(late, case)
    assert not reads(users(stays)[0], case)


def test_an_opened_case_stands_on_the_board_of_the_group_and_its_people_join_in(stays, goes, admin):
    owner, other = users(goes)[0], users(stays)[0]
    case = told(goes, owner)
    merged(goes, stays, admin)
    accept(stays, owner, other)
    assert [line.key for board in case_board.case_space(viewer(other)).boards for line in board.cases] == []
    widen(case, stays)
    boards = case_board.case_space(viewer(other)).boards
    assert [[line.key for line in board.cases] for board in boards] == [[case.key]]
    asked = committed(
        lambda: contributing.post(case, kind="question", text="Since when?", author_id=other.pk, now=AFTER + HOUR)
    )
    assert hears(owner, asked)
    newcomer = MembershipFactory(cohort=stays, joined_at=AFTER).user
    with pytest.raises(RuleViolation, match="charter"):
        committed(
            lambda: contributing.post(case, kind="question", text="And?", author_id=newcomer.pk, now=AFTER + HOUR)
        )
