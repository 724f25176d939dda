"""Two groups become one."""

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Application, CharterDraft, Cohort, Membership, Message, Notice, PairRule
from lernet_xblock.services.charter_draft import begin
from lernet_xblock.services.membership import CohortFull, GuidesCohort, join_cohort
from lernet_xblock.services.merge import TooManyTogether, merge
from lernet_xblock.services.message import announce
from lernet_xblock.services.undo import undo
from tests.factories import NOW, ApplicationFactory, CaseFactory, FacilitationFactory, UserFactory
from tests.runtime import committed
from tests.services.regroup import DAY, LATER, fresh, group, member, people, running_network, states, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return running_network()


@pytest.fixture
def old(network):
    return group(network, 2, 7)


@pytest.fixture
def new(network):
    return group(network, 1, 8)


def join(frm, to, *, now=LATER, **values):
    given = {"both_agreed": True, "known": False, "reason": "Seven are left", "opened_version": fresh(frm).version}
    by = UserFactory(is_staff=True).pk
    return committed(lambda: merge(frm, to=to, by=by, now=now, **{**given, **values}))


def test_seven_and_eight_are_fifteen(old, new):
    movers, there = people(old), people(new)
    change = join(old, new)
    assert people(new) == movers | there
    assert len(people(new)) == 15
    assert set(Membership.objects.filter(cohort=old).values_list("active", "end", "left_at")) == {
        (None, "merged", LATER)
    }
    merged = fresh(old)
    assert (merged.state, merged.merged_into) == ("merged", new)
    assert (change.kind, change.cohort, change.reason) == ("merge", old, "Seven are left")


def test_sixteen_do_not_fit(old, new):
    member(new)
    with pytest.raises(TooManyTogether, match="would be 16"):
        join(old, new)
    assert fresh(old).state == "confirmed"


@pytest.mark.parametrize("where", ["old", "new"])
def test_a_seat_that_was_offered_counts(network, old, new, where):
    asked = ApplicationFactory(network=network, state="offered")
    {"old": old, "new": new}[where].offers.create(
        network=network, application=asked, made_at=NOW, expires_at=LATER + DAY
    )
    with pytest.raises(TooManyTogether):
        join(old, new)


def test_an_offer_goes_along(network, old, new):
    Membership.objects.filter(cohort=new, active=True).first().delete()
    application = ApplicationFactory(network=network, state="offered")
    offer = old.offers.create(network=network, application=application, made_at=NOW, expires_at=LATER + DAY)
    Notice.objects.create(network=network, user=application.user, kind="seat_offered", cohort=old, at=NOW)
    join(old, new)
    offer.refresh_from_db()
    assert offer.cohort == new
    assert Notice.objects.get(kind="seat_offered").cohort == new


def test_what_is_over_stays_and_what_is_ahead_is_cancelled(old, new):
    join(old, new)
    assert states(old) == ["planned", "cancelled", "cancelled", "cancelled", "cancelled"]
    assert states(new) == ["planned"] * 5
    ahead = old.sessions.filter(state="cancelled")
    assert set(ahead.values_list("sequence", "version", "number", "cancelled_at")) == {(1, 2, None, LATER)}


def test_undone_they_take_place_again_in_their_old_order(old, new):
    before = list(old.sessions.order_by("starts_at").values_list("pk", "uid", "number", "kind"))
    change = join(old, new)
    committed(lambda: undo(change.network, key=change.key, by=change.by_id, now=LATER))
    assert list(old.sessions.order_by("starts_at").values_list("pk", "uid", "number", "kind")) == before
    assert states(old) == ["planned"] * 5
    assert set(old.sessions.filter(number__gt=1).values_list("sequence", "cancelled_at")) == {(2, None)}


def test_what_waited_to_remind_of_a_cancelled_session_is_dropped(old, new):
    for cohort in (old, new):
        announce(cohort.sessions.get(number=2), kind="reminder_1d", now=NOW)
    join(old, new)
    waiting = Message.objects.filter(kind="reminder_1d", state="waiting")
    assert set(waiting.values_list("cohort", flat=True)) == {new.pk}


def test_those_who_guided_the_group_keep_it_and_are_told(old, new):
    guide, both = FacilitationFactory(cohort=old).user, FacilitationFactory(cohort=new).user
    FacilitationFactory(cohort=old, user=both, role="deputy")
    movers, there = people(old), people(new)
    join(old, new)
    assert old.facilitations.count() == 2
    assert new.facilitations.count() == 1
    assert told("merge_guide") == {guide.pk}
    assert told("merge_you") == movers
    assert told("merge_in") == there | {both.pk}


def test_nobody_joins_what_was_merged(old, new):
    join(old, new)
    with pytest.raises(CohortFull):
        committed(lambda: join_cohort(old, user_id=UserFactory().pk, now=LATER))
    with pytest.raises(RuleViolation):
        join(old, new)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"both_agreed": False}, "both_agreed"), ({"reason": ""}, "reason")],
)
def test_consent_of_both_and_a_reason_are_needed(old, new, values, field):
    with pytest.raises(RuleViolation) as refused:
        join(old, new, **values)
    assert refused.value.field == field
    assert fresh(old).state == "confirmed"


def test_a_member_who_guides_the_other_group_stands_in_the_way(old, new):
    FacilitationFactory(cohort=new, user=old.memberships.first().user)
    with pytest.raises(GuidesCohort):
        join(old, new)


def test_not_while_one_of_them_meets(old, new):
    session = new.sessions.get(number=2)
    with pytest.raises(RuleViolation):
        join(old, new, now=session.starts_at)
    join(old, new, now=session.ends_at)
    assert fresh(old).state == "merged"


def test_people_to_be_kept_apart_need_an_admin_who_knows(network, old, new):
    users = [old.memberships.first().user_id, new.memberships.first().user_id]
    first, second = Application.objects.filter(user__in=users).order_by("pk")
    PairRule.objects.create(network=network, kind="apart", first=first, second=second, made_at=NOW)
    with pytest.raises(RuleViolation):
        join(old, new)
    join(old, new, known=True)
    assert len(people(new)) == 15


def test_a_group_is_not_merged_into_itself_and_only_as_it_was_seen(old, new):
    with pytest.raises(NotFound):
        join(old, old)
    Cohort.objects.filter(pk=old.pk).update(version=7)
    with pytest.raises(StaleVersion):
        join(old, new, opened_version=6)


def test_cases_stay_with_the_group_they_were_shared_with(old, new):
    case = CaseFactory(cohort=old, owner=old.memberships.first().user)
    join(old, new)
    case.refresh_from_db()
    assert case.cohort == old


def test_each_group_keeps_its_charter_and_a_draft_ends_with_the_group(old, new):
    drafts = {
        cohort: committed(
            lambda cohort=cohort: begin(
                cohort, text=f"Of {cohort.number}.", by=cohort.memberships.first().user_id, now=NOW
            )
        )
        for cohort in (old, new)
    }
    change = join(old, new)
    assert [cohort.charters.count() for cohort in (old, new)] == [1, 1]
    assert {draft.cohort for draft in CharterDraft.objects.filter(open=True)} == {new}
    committed(lambda: undo(change.network, key=change.key, by=change.by_id, now=LATER))
    assert set(CharterDraft.objects.filter(open=True, closed_at=None)) == set(drafts.values())
