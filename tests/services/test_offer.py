"""Offers of a seat: held, answered, over, and passed on."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.models import Application, Change, Membership, Notice, Offer, PairRule
from lernet_xblock.services import application as applications
from lernet_xblock.services import offer as services
from lernet_xblock.services.late_joiner import TooLateToJoin, place_applicant
from lernet_xblock.services.membership import AlreadyPlaced, CohortFull, GuidesCohort, SeatHeld, join_cohort
from lernet_xblock.services.undo import undo
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    OfferFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def cohort():
    """One seat of two is free, in French."""
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1, minimum_size=1, maximum_size=2)
    MembershipFactory(cohort=cohort)
    return cohort


@pytest.fixture
def admin():
    return UserFactory()


def waits(cohort, minutes=0, **values):
    at = NOW + timedelta(minutes=minutes)
    values = {"state": "waitlisted", "language": "fr", "queued_at": at, "submitted_at": at, **values}
    return ApplicationFactory(network=cohort.network, **values)


def offered(cohort, application, admin, now=NOW, **values):
    return committed(
        lambda: services.offer_seat(cohort, application=application, by=admin.pk, now=now, **values),
    )


def state(application):
    application.refresh_from_db()
    return application.state


def open_for(cohort):
    return [row.application for row in Offer.objects.filter(cohort=cohort, open=True).order_by("pk")]


def test_an_offer_holds_the_seat_for_72_hours(cohort, admin):
    person = waits(cohort)
    made = offered(cohort, person, admin)
    assert (made.expires_at, state(person), person.queued_at) == (NOW + 72 * HOUR, "offered", NOW)
    change = Change.objects.get()
    assert (change.kind, change.done) == ("place", {"offers": [made.pk], "applications": [person.pk]})
    # The person's home asks; there is nothing to tell beside it.
    assert not Notice.objects.exists()
    with pytest.raises(SeatHeld):
        committed(lambda: join_cohort(cohort, user_id=UserFactory().pk, now=NOW))
    with pytest.raises(SeatHeld):
        offered(cohort, waits(cohort, 1), admin)
    with pytest.raises(SeatHeld):
        committed(lambda: place_applicant(cohort, application=waits(cohort, 2), by=admin.pk, now=NOW))


@pytest.mark.parametrize(("hours", "held"), [(1, 24), (24, 24), (100, 100), (168, 168), (999, 168)])
def test_an_offer_lasts_between_a_day_and_a_week(cohort, admin, hours, held):
    assert offered(cohort, waits(cohort), admin, hours=hours).expires_at == NOW + held * HOUR


def test_an_offer_ends_when_late_joining_does(cohort, admin):
    for number in (1, 2, 3):
        SessionFactory(cohort=cohort, number=number, starts_at=NOW + number * 24 * HOUR)
    made = offered(cohort, waits(cohort), admin)
    assert made.expires_at == NOW + 48 * HOUR
    with pytest.raises(TooLateToJoin):
        offered(cohort, waits(cohort), admin, now=NOW + 48 * HOUR)


def test_who_cannot_have_the_seat_is_not_offered_it(cohort, admin):
    guide = FacilitationFactory(cohort=cohort).user
    with pytest.raises(GuidesCohort):
        offered(cohort, waits(cohort, user=guide), admin)
    member = cohort.memberships.get()
    first, second = waits(cohort, user=member.user, state="member"), waits(cohort)
    with pytest.raises(AlreadyPlaced):
        offered(cohort, first, admin)
    PairRule.objects.create(
        network=cohort.network, kind="apart", first=first, second=second, made_by=admin, made_at=NOW
    )
    with pytest.raises(RuleViolation, match="kept apart"):
        offered(cohort, second, admin)
    with pytest.raises(RuleViolation, match="does not wait"):
        offered(cohort, waits(cohort, state="invited", queued_at=None, source="import"), admin)
    MembershipFactory(cohort=cohort)
    with pytest.raises(CohortFull):
        offered(cohort, waits(cohort), admin)
    assert not Offer.objects.exists()


def test_nobody_has_two_offers(cohort, admin):
    person = waits(cohort)
    offered(cohort, person, admin)
    other = CohortFactory(network=cohort.network, number=2)
    with pytest.raises(RuleViolation, match="take the offer back first"):
        offered(other, person, admin)
    with pytest.raises(RuleViolation, match="take the offer back first"):
        committed(lambda: place_applicant(other, application=person, by=admin.pk, now=NOW))


def test_yes_makes_a_member_who_joined_now(cohort, admin):
    person, guide = waits(cohort), FacilitationFactory(cohort=cohort).user
    made = offered(cohort, person, admin)
    now = NOW + 5 * HOUR
    membership = committed(lambda: services.accept(made, now=now))
    made.refresh_from_db()
    assert (membership.user, membership.joined_at, state(person)) == (person.user, now, "member")
    assert (made.open, made.answer, made.answered_at) == (None, "accepted", now)
    assert Notice.objects.get(kind="joined_late").user == guide
    accepted = Change.objects.latest("pk")
    assert (accepted.done["made"], accepted.undo_until, accepted.by) == ([membership.pk], None, person.user)
    with pytest.raises(services.OfferOver):
        committed(lambda: services.accept(made, now=now))


def test_the_clock_ends_an_offer_though_nobody_noticed(cohort, admin):
    first, second = waits(cohort), waits(cohort, 1)
    made = offered(cohort, first, admin)
    for answer in (services.accept, services.decline):
        with pytest.raises(services.OfferOver):
            committed(lambda answer=answer: answer(made, now=made.expires_at))
    # What is over holds nothing.
    committed(lambda: place_applicant(cohort, application=second, by=admin.pk, now=made.expires_at))
    assert cohort.memberships.filter(active=True).count() == 2


def test_no_passes_the_seat_on_at_once(cohort, admin):
    first, second = waits(cohort), waits(cohort, 1)
    made = offered(cohort, first, admin)
    committed(lambda: services.decline(made, now=NOW + HOUR))
    assert (state(first), state(second)) == ("declined", "offered")
    assert Offer.objects.get(open=True).expires_at == NOW + 73 * HOUR
    assert Change.objects.get().done["offers"] == list(Offer.objects.order_by("pk").values_list("pk", flat=True))


def test_what_expires_goes_to_the_next_and_never_back_to_the_same(cohort, admin):
    first, second = waits(cohort), waits(cohort, 1)
    made = offered(cohort, first, admin)
    assert not committed(lambda: services.expire(made, now=made.expires_at - HOUR))
    assert committed(lambda: services.expire(made, now=made.expires_at))
    assert not committed(lambda: services.expire(made, now=made.expires_at))
    assert (state(first), first.queued_at, state(second)) == ("waitlisted", NOW, "offered")
    assert Notice.objects.filter(kind="offer_expired").get().user == first.user
    again = Offer.objects.get(open=True)
    assert committed(lambda: services.expire(again, now=again.expires_at))
    assert (state(first), state(second)) == ("waitlisted", "waitlisted")
    assert not Offer.objects.filter(open=True).exists()


def test_the_next_in_line_fits(cohort, admin):
    first = waits(cohort)
    speaks_dutch = waits(cohort, 1, language="nl")
    guide = waits(cohort, 2, user=FacilitationFactory(cohort=cohort).user)
    apart = waits(cohort, 3)
    fits = waits(cohort, 4)
    member = ApplicationFactory(network=cohort.network, user=cohort.memberships.get().user, state="member")
    low, high = sorted((apart, member), key=lambda row: row.pk)
    PairRule.objects.create(network=cohort.network, kind="apart", first=low, second=high, made_by=admin, made_at=NOW)
    made = offered(cohort, first, admin)
    committed(lambda: services.decline(made, now=NOW))
    assert open_for(cohort) == [fits]
    assert [state(one) for one in (speaks_dutch, guide, apart)] == ["waitlisted"] * 3


@pytest.mark.parametrize("network_state", ["closing", "closed"])
def test_nothing_is_passed_on_once_nobody_joins_any_more(cohort, admin, network_state):
    first, second = waits(cohort), waits(cohort, 1)
    made = offered(cohort, first, admin)
    cohort.network.state = network_state
    cohort.network.save()
    committed(lambda: services.expire(made, now=made.expires_at))
    assert (state(first), state(second)) == ("waitlisted", "waitlisted")


def test_withdrawing_passes_the_seat_on(cohort, admin):
    first, second = waits(cohort), waits(cohort, 1)
    offered(cohort, first, admin)
    committed(lambda: applications.withdraw(first, now=NOW + HOUR))
    assert (state(first), state(second)) == ("withdrawn", "offered")
    assert Offer.objects.get(application=first).answer == "declined"


def test_an_offer_is_taken_back_once(cohort, admin):
    person = waits(cohort)
    made = offered(cohort, person, admin)
    committed(lambda: services.take_back(made, by=admin.pk, now=NOW))
    assert (state(person), Offer.objects.get().answer) == ("waitlisted", "taken_back")
    assert Notice.objects.filter(user=person.user, kind="offer_taken_back").count() == 1
    with pytest.raises(NotFound):
        committed(lambda: services.take_back(made, by=admin.pk, now=NOW))


def undone(admin, now=NOW + HOUR):
    change = Change.objects.order_by("pk").first()
    return committed(lambda: undo(change.network, key=change.key, by=admin.pk, now=now))


def test_undoing_an_offer_takes_back_whichever_is_open(cohort, admin):
    first, second = waits(cohort), waits(cohort, 1)
    made = offered(cohort, first, admin)
    committed(lambda: services.decline(made, now=NOW))
    assert undone(admin).undone_by == admin
    assert (state(first), state(second)) == ("declined", "waitlisted")
    assert not Offer.objects.filter(open=True).exists()


def test_an_answered_offer_is_not_undone(cohort, admin):
    made = offered(cohort, waits(cohort), admin)
    committed(lambda: services.accept(made, now=NOW))
    with pytest.raises(RuleViolation, match="nothing to take back"):
        undone(admin)
    assert Membership.objects.filter(active=True).count() == 2


def test_rows_of_changes_and_notices_hold_no_names(cohort, admin):
    person = waits(cohort)
    offered(cohort, person, admin)
    assert person.user.first_name not in repr(list(Change.objects.values()) + list(Notice.objects.values()))
    assert Application.objects.filter(state="offered").count() == 1


def test_a_second_network_keeps_its_offers(cohort, admin):
    other = OfferFactory(cohort=CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9")))
    made = offered(cohort, waits(cohort), admin)
    committed(lambda: services.expire(made, now=made.expires_at))
    other.refresh_from_db()
    assert other.open
