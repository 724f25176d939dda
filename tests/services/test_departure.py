"""Ending a membership: the seat, what was told, who hears it, and taking it back."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Change, Contribution, Notice, Offer
from lernet_xblock.services import departure as services
from lernet_xblock.services import offer as offers
from lernet_xblock.services.contribution import answer, post
from lernet_xblock.services.departure import Parting, Told
from lernet_xblock.services.membership import GuidesCohort
from lernet_xblock.services.undo import CannotUndo, undo
from tests.factories import (
    NOW,
    ApplicationFactory,
    CaseFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)
CANARY = "Canary reason"


@pytest.fixture
def place():
    """A member of a group of two, with an application."""
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1, minimum_size=1, maximum_size=2)
    MembershipFactory(cohort=cohort)
    place = MembershipFactory(cohort=cohort)
    ApplicationFactory(network=place.network, user=place.user, state="member")
    return place


def leaves(place, now=LATER, **values):
    return committed(lambda: services.leave(place, now=now, **values))


def ended_by(place, by, version=1, **values):
    return committed(
        lambda: services.end_membership(place, opened_version=version, by=by.pk, now=LATER, **values),
    )


def waits(place, minutes=0, **values):
    at = NOW + timedelta(minutes=minutes)
    values = {"state": "waitlisted", "language": "fr", "queued_at": at, "submitted_at": at, **values}
    return ApplicationFactory(network=place.network, **values)


def state(row):
    row.refresh_from_db()
    return row.state


@pytest.mark.parametrize("begun", [False, True])
def test_a_member_leaves_before_and_after_the_launch(place, begun):
    SessionFactory(cohort=place.cohort, starts_at=LATER + timedelta(days=-1 if begun else 1))
    own = place.network.applications.get()
    change = leaves(place)
    place.refresh_from_db()
    assert (place.active, place.left_at, place.end, state(own)) == (None, LATER, "left", "withdrawn")
    assert (change.kind, change.done, change.by, change.reason) == ("leave", {"ended": [place.pk]}, place.user, "")
    with pytest.raises(NotFound):
        leaves(place)


@pytest.mark.parametrize("over", ["closed", "archived", "cancelled"])
def test_nobody_leaves_what_is_over(place, over):
    place.network.state = over
    place.network.save()
    with pytest.raises(RuleViolation, match="over"):
        leaves(place)


def test_the_group_hears_that_somebody_left_and_neither_who_nor_why(place):
    guide, admin = FacilitationFactory(cohort=place.cohort).user, UserFactory()
    ended_by(place, admin, reason=CANARY)
    other = place.cohort.memberships.get(active=True).user
    told = {(row.user_id, row.kind) for row in Notice.objects.all()}
    assert told == {
        (other.pk, "member_left"),
        (guide.pk, "member_left"),
        (place.user_id, "membership_ended"),
    }
    assert CANARY not in repr(list(Notice.objects.values()))
    assert place.user.first_name not in repr(list(Notice.objects.values()) + list(Change.objects.values()))
    assert {row.reason for row in AuditEntry.objects.filter(verb="cohort.leave")} == {CANARY}


def test_who_leaves_alone_is_not_told_it(place):
    leaves(place)
    assert not Notice.objects.filter(user=place.user).exists()


def test_two_admins_do_not_end_two_memberships_by_mistake(place):
    first, second = UserFactory.create_batch(2)
    other = place.cohort.memberships.exclude(pk=place.pk).get()
    ended_by(place, first)
    with pytest.raises(StaleVersion):
        ended_by(other, second)


def test_the_seat_is_offered_while_people_may_join(place):
    first, second = waits(place), waits(place, 1)
    change = leaves(place)
    offer = Offer.objects.get()
    assert (state(first), state(second), change.done["offers"]) == ("offered", "waitlisted", [offer.pk])
    assert offer.expires_at == LATER + timedelta(hours=72)
    committed(lambda: offers.decline(offer, now=LATER))
    assert state(second) == "offered"


def test_the_seat_stays_empty_when_it_is_too_late(place):
    first = waits(place)
    SessionFactory(cohort=place.cohort, starts_at=LATER)
    leaves(place)
    assert state(first) == "waitlisted"
    assert not Offer.objects.exists()


@pytest.fixture
def told(place):
    """Three shared cases of the member and one of a colleague; both contribute to both; and a draft."""
    colleague = place.cohort.memberships.exclude(pk=place.pk).get().user
    own = [CaseFactory(cohort=place.cohort, owner=place.user, title=title) for title in ("one", "two", "three")]
    draft = CaseFactory(cohort=place.cohort, owner=place.user, state="draft", shared_at=None)
    theirs = CaseFactory(cohort=place.cohort, owner=colleague)
    for user in (place.user, colleague):
        FacilitationFactory(cohort=CohortFactory(network=place.network, number=10 + user.pk), user=user)
    make = Contribution.objects.create
    questions = [make(case=case, author=colleague, kind="question", text="Why?", posted_at=NOW) for case in own]
    for case, question in zip(own, questions, strict=True):
        make(case=case, author=place.user, kind="answer", answers=question, text="So", posted_at=NOW)
    make(case=theirs, author=place.user, kind="suggestion", text="Try", posted_at=NOW)
    return {"own": own, "draft": draft, "theirs": theirs}


def authors(case, kind):
    return [row.author for row in case.contributions.filter(kind=kind)]


def test_everything_stays_with_the_name_unless_somebody_says_so(place, told):
    leaves(place)
    assert [state(case) for case in told["own"]] == ["shared"] * 3
    assert authors(told["theirs"], "suggestion") == [place.user]
    assert not any(case.unnamed for case in told["own"])


def test_each_case_is_decided_by_itself(place, told):
    first, second, third = told["own"]
    leaves(place, parting=Parting({first.key: Told.NAMED, second.key: Told.UNNAMED, third.key: Told.REMOVED}))
    assert [state(case) for case in told["own"]] == ["shared", "shared", "withdrawn"]
    assert [case.unnamed for case in told["own"]] == [False, True, False]
    # An answer with a name would tell whose case it is; contributions elsewhere keep it.
    assert authors(first, "answer") == [place.user]
    assert authors(second, "answer") == [None]
    assert authors(told["theirs"], "suggestion") == [place.user]
    assert authors(second, "question") != [None]
    assert state(told["draft"]) == "draft"


def test_contributions_stay_without_a_name_and_nothing_says_whose_they_were(place, told):
    change = leaves(place, parting=Parting(contributions=Told.UNNAMED))
    assert authors(told["theirs"], "suggestion") == [None]
    assert Contribution.objects.count() == 7
    assert set(change.done) == {"ended"}


def test_cases_of_others_are_not_decided(place, told):
    leaves(place, parting=Parting({told["theirs"].key: Told.REMOVED, "nonsense": Told.REMOVED}))
    assert state(told["theirs"]) == "shared"


def undone(change, admin, now=LATER + timedelta(hours=1)):
    return committed(lambda: undo(change.network, key=change.key, by=admin.pk, now=now))


def test_leaving_is_undone_and_the_open_offer_taken_back(place):
    waiting, admin, own = waits(place), UserFactory(), place.network.applications.get(state="member")
    change = ended_by(place, admin)
    assert state(waiting) == "offered"
    undone(change, admin)
    place.refresh_from_db()
    assert (place.active, place.left_at, place.end, state(own)) == (True, None, "", "member")
    assert (state(waiting), Offer.objects.get().answer) == ("waitlisted", "taken_back")
    assert Notice.objects.filter(user=place.user, kind="leave_undone").exists()


def test_a_seat_that_was_taken_is_not_given_back(place):
    waits(place)
    change, admin = leaves(place), UserFactory()
    committed(lambda: offers.accept(Offer.objects.get(), now=LATER))
    with pytest.raises(RuleViolation):
        undone(change, admin)
    place.refresh_from_db()
    assert place.active is None


def test_who_went_on_elsewhere_is_not_brought_back(place):
    change, admin = leaves(place), UserFactory()
    MembershipFactory(cohort=CohortFactory(network=place.network, number=2), user=place.user)
    with pytest.raises(RuleViolation, match="group of this network again"):
        undone(change, admin)


def test_who_guides_the_group_now_is_not_brought_back(place):
    change, admin = leaves(place), UserFactory()
    FacilitationFactory(cohort=place.cohort, user=place.user)
    with pytest.raises(GuidesCohort):
        undone(change, admin)


def test_after_a_day_it_stands(place):
    change = leaves(place)
    with pytest.raises(CannotUndo):
        undone(change, UserFactory(), now=LATER + timedelta(hours=24, seconds=1))


def test_colleagues_go_on_below_the_case_of_a_former_member(place):
    case = CaseFactory(cohort=place.cohort, owner=place.user)
    guide = FacilitationFactory(cohort=place.cohort).user
    leaves(place)
    made = committed(lambda: post(case, kind="question", text="And now?", author_id=guide.pk, now=LATER))
    with pytest.raises(RuleViolation):
        committed(lambda: answer(made, text="I am gone", now=LATER))


def test_what_was_taken_home_stays_readable_unless_its_owner_takes_it_away(place):
    kept = [TakeawayFactory(cohort=place.cohort, user=place.user, visibility=one) for one in ("cohort", "case_giver")]
    other = TakeawayFactory(cohort=place.cohort, visibility="cohort")
    change = leaves(place)
    assert [visibility(row) for row in (*kept, other)] == ["cohort", "case_giver", "cohort"]
    undone(change, UserFactory())
    leaves(place, now=LATER + timedelta(hours=2), parting=Parting(takeaways=Told.REMOVED))
    assert [visibility(row) for row in (*kept, other)] == ["me", "me", "cohort"]


def visibility(row):
    row.refresh_from_db()
    return row.visibility


def test_what_is_attached_goes_with_its_case(place, told):
    first, second, _third = told["own"]
    for case in (first, second):
        case.attachments.create(name="A page", url="https://example.org", added_at=NOW)
    leaves(place, parting=Parting({first.key: Told.REMOVED, second.key: Told.UNNAMED}))
    assert [(state(case), case.attachments.count()) for case in (first, second)] == [("withdrawn", 1), ("shared", 1)]
