"""One member goes on in another group."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Application, Case, Change, Membership, PairRule
from lernet_xblock.services.membership import CohortFull, GuidesCohort
from lernet_xblock.services.transfer import transfer
from tests.factories import NOW, CaseFactory, CohortFactory, FacilitationFactory, NetworkFactory, UserFactory
from tests.runtime import committed
from tests.services.regroup import LATER, fresh, group, member, people, running_network, told

pytestmark = pytest.mark.django_db

ADMIN = "admin"


@pytest.fixture
def network():
    return running_network()


@pytest.fixture
def old(network):
    return group(network, 1, 3)


@pytest.fixture
def new(network):
    return group(network, 2, 2, maximum_size=3, minimum_size=2)


@pytest.fixture
def mover(old):
    return old.memberships.first()


def move(frm, to, user_id, *, now=LATER, **values):
    given = {"known": False, "reason": "", "opened_version": fresh(frm).version, **values}
    by = UserFactory(is_staff=True).pk
    return committed(lambda: transfer(frm, to=to, user_id=user_id, by=by, now=now, **given))


def test_the_old_place_ends_and_the_new_one_begins(old, new, mover):
    before = people(old)
    change = move(old, new, mover.user_id, reason="Works nights")
    mover.refresh_from_db()
    made = Membership.objects.get(user=mover.user_id, active=True)
    assert (mover.active, mover.left_at, mover.end) == (None, LATER, "transferred")
    assert (made.cohort, made.joined_at) == (new, LATER)
    assert people(old) == before - {mover.user_id}
    assert (change.kind, change.cohort, change.reason) == ("transfer", old, "Works nights")
    assert change.done == {"ended": [mover.pk], "made": [made.pk]}
    assert (fresh(old).version, fresh(new).version) == (2, 2)
    assert Application.objects.get(user=mover.user_id).state == "member"


def test_those_concerned_are_told_without_a_name_or_a_reason(old, new, mover):
    guide, other = FacilitationFactory(cohort=old).user, FacilitationFactory(cohort=new).user
    staying, there = people(old) - {mover.user_id}, people(new)
    move(old, new, mover.user_id, reason="Works nights")
    assert told("transfer_you") == {mover.user_id}
    assert told("transfer_out") == staying | {guide.pk}
    assert told("transfer_in") == there | {other.pk}


def test_drafts_go_along_and_what_was_shared_stays(old, new, mover):
    draft = CaseFactory(cohort=old, owner=mover.user, state="draft")
    shared = CaseFactory(cohort=old, owner=mover.user)
    move(old, new, mover.user_id)
    assert Case.objects.get(pk=draft.pk).cohort == new
    assert Case.objects.get(pk=shared.pk).cohort == old


def test_a_pause_goes_along(old, new, mover):
    Membership.objects.filter(pk=mover.pk).update(paused_at=NOW, paused_until=LATER.date())
    move(old, new, mover.user_id)
    assert Membership.objects.get(user=mover.user_id, active=True).paused_until == LATER.date()


def test_a_full_group_takes_nobody(old, new, mover):
    member(new)
    with pytest.raises(CohortFull):
        move(old, new, mover.user_id)
    assert mover.user_id in people(old)


def test_a_seat_that_was_offered_is_taken_until_the_offer_ends(network, old, new, mover):
    application = member(CohortFactory(network=network, number=3))
    asked = Application.objects.get(user=application.user)
    hour = timedelta(hours=1)
    new.offers.create(network=network, application=asked, made_at=NOW, expires_at=LATER + hour)
    with pytest.raises(CohortFull):
        move(old, new, mover.user_id)
    move(old, new, mover.user_id, now=LATER + hour)
    assert mover.user_id in people(new)


def test_who_guides_the_other_group_does_not_join_it(old, new, mover):
    FacilitationFactory(cohort=new, user=mover.user)
    with pytest.raises(GuidesCohort):
        move(old, new, mover.user_id)


def test_groups_of_other_networks_and_people_of_other_groups_are_not_found(old, new, mover):
    foreign = group(NetworkFactory(usage_id="lernet.d9.u9", state="running"), 1, 1)
    for to, user_id in ((old, mover.user_id), (new, new.memberships.first().user_id)):
        with pytest.raises(NotFound):
            move(old, to, user_id)
    with pytest.raises(NotFound):
        move(old, foreign, mover.user_id)


@pytest.mark.parametrize("state", ["merged", "closed"])
def test_a_group_that_is_over_takes_nobody(old, new, mover, state):
    type(new).objects.filter(pk=new.pk).update(state=state)
    with pytest.raises(RuleViolation):
        move(old, new, mover.user_id)


@pytest.mark.parametrize("state", ["open", "closing", "closed"])
def test_nobody_moves_while_the_network_does_not_run(network, old, new, mover, state):
    type(network).objects.filter(pk=network.pk).update(state=state)
    with pytest.raises(RuleViolation):
        move(old, new, mover.user_id)


def test_once_half_of_the_sessions_have_begun_a_reason_is_needed(old, new, mover):
    third = new.sessions.get(number=3).starts_at
    with pytest.raises(RuleViolation) as refused:
        move(old, new, mover.user_id, now=third)
    assert refused.value.field == "reason"
    move(old, new, mover.user_id, now=third, reason="Works nights")
    assert mover.user_id in people(new)


def test_nobody_moves_once_the_closing_session_has_begun(old, new, mover):
    closing = new.sessions.get(kind="closing").starts_at
    with pytest.raises(RuleViolation):
        move(old, new, mover.user_id, now=closing, reason="Works nights")


@pytest.mark.parametrize(("kind", "place"), [("apart", "new"), ("together", "old")])
def test_a_pair_that_breaks_needs_an_admin_who_knows(old, new, mover, kind, place):
    other = {"old": old, "new": new}[place].memberships.exclude(pk=mover.pk).first()
    first, second = (
        Application.objects.filter(user__in=[mover.user_id, other.user_id]).order_by("pk").values_list("pk", flat=True)
    )
    PairRule.objects.create(network=old.network, kind=kind, first_id=first, second_id=second, made_at=NOW)
    with pytest.raises(RuleViolation) as refused:
        move(old, new, mover.user_id)
    assert refused.value.field == "known"
    move(old, new, mover.user_id, known=True)
    assert mover.user_id in people(new)


def test_a_second_admin_is_told_that_the_group_changed(old, new, mover):
    other = old.memberships.last().user_id
    move(old, new, mover.user_id)
    with pytest.raises(StaleVersion):
        move(old, new, other, opened_version=1)
    assert Change.objects.count() == 1
