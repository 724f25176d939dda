"""A seat offered to one person who waits: held until it is answered or its time is over, then the next one's (E3)."""

from datetime import datetime, timedelta

from django.db.models.functions import Coalesce

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Change, Cohort, Membership, Network, Offer
from lernet_xblock.services.audit import record
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.late_joiner import (
    WAITS_FOR_A_PLACE,
    TooLateToJoin,
    apart_from,
    joining_ends,
    refuse_apart,
    set_state,
    undo_seat,
    waiting,
)
from lernet_xblock.services.membership import (
    CohortFull,
    GuidesCohort,
    join_cohort,
    lock_with_network,
    member_ids,
    require_seat,
)
from lernet_xblock.services.notice import tell
from lernet_xblock.services.substitution import guides_now
from lernet_xblock.services.undo import undoes

OFFER_HOURS, FEWEST_HOURS, MOST_HOURS = 72, 24, 168
State, Answer = Application.State, Offer.Answer


class OfferOver(RuleViolation):
    """The time to answer is over, or the offer was taken back; the clock decides, whoever noticed it."""

    def __init__(self) -> None:
        super().__init__(_("This offer is over. If you still wait for a place, you keep your place in the queue."))


def offer_seat(
    cohort: Cohort,
    *,
    application: Application,
    by: int,
    now: datetime,
    hours: int = OFFER_HOURS,
    reason: str = "",
) -> Offer:
    """Hold a seat of the running cohort for somebody who waits, for so many hours or until late joining ends.

    hours: 24 to 168. Raises CohortFull, SeatHeld, GuidesCohort, AlreadyPlaced, TooLateToJoin, or RuleViolation when
    the person waits no more or is kept apart from a member.
    """
    network, locked = lock_with_network(cohort)
    row = waiting(application)
    ends = joining_ends(network, locked, now=now)
    _require_fit(locked, row, now=now)
    hours = min(max(hours, FEWEST_HOURS), MOST_HOURS)
    made = _make(network, locked, row, now=now, until=_first(now + timedelta(hours=hours), ends))
    done = {"offers": [made.pk], "applications": [row.pk]}
    keep_change(network, Change.Kind.PLACE, by=by, now=now, cohort=locked, reason=reason, done=done)
    return made


def accept(offer: Offer, *, now: datetime) -> Membership:
    """Take the seat. Raises OfferOver from its end on, though nobody noticed; TooLateToJoin."""
    network, cohort = lock_with_network(offer.cohort)
    row, application = _open(offer, now=now)
    joining_ends(network, cohort, now=now)
    membership = join_cohort(cohort, user_id=application.user_id, now=now)
    _close(row, Answer.ACCEPTED, now=now)
    set_state(application, State.MEMBER)
    done = {"made": [membership.pk], "applications": [application.pk]}
    own = application.user_id
    keep_change(network, Change.Kind.PLACE, by=own, now=now, cohort=cohort, done=done, can_be_undone=False)
    tell(network, cohort.facilitations.values_list("user_id", flat=True), kind="joined_late", now=now, cohort=cohort)
    return membership


def decline(offer: Offer, *, now: datetime) -> None:
    """Say no: the person leaves the waiting list, and the next in line is offered the seat. Raises OfferOver."""
    network, _cohort = lock_with_network(offer.cohort)
    row, application = _open(offer, now=now)
    set_state(application, State.DECLINED)
    _close(row, Answer.DECLINED, now=now)
    record(network, "offer.decline", by=application.user_id, now=now, subject=row.key)
    _next_for(row, now=now)


def give_up(application: Application, *, now: datetime) -> None:
    """Pass the seat on that somebody was offered who withdraws; the caller locked the network and set the state."""
    row = Offer.objects.select_for_update().filter(application_id=application.pk, open=True).first()
    if row is not None:
        lock_with_network(row.cohort)
        _close(row, Answer.DECLINED, now=now)
        _next_for(row, now=now)


def take_back(offer: Offer, *, by: int, now: datetime) -> None:
    """Offer the seat no longer; the person waits at the old place. Raises NotFound when it is not open any more."""
    network, cohort = lock_with_network(offer.cohort)
    row = Offer.objects.select_for_update().filter(pk=offer.pk, open=True).first()
    if row is None:
        raise NotFound
    application = Application.objects.select_for_update().get(pk=row.application_id)
    set_state(application, State.WAITLISTED)
    _close(row, Answer.TAKEN_BACK, now=now)
    record(network, "offer.take_back", by=by, now=now, subject=row.key)
    tell(network, [application.user_id], kind="offer_taken_back", now=now, cohort=cohort)


def expire(offer: Offer, *, now: datetime) -> bool:
    """End the offer when its time is over, and return whether it did; the next in line is offered the seat."""
    network, cohort = lock_with_network(offer.cohort)
    row = Offer.objects.select_for_update().filter(pk=offer.pk, open=True, expires_at__lte=now).first()
    if row is None:
        return False
    application = Application.objects.select_for_update().get(pk=row.application_id)
    set_state(application, State.WAITLISTED)
    _close(row, Answer.EXPIRED, now=now)
    record(network, "offer.expire", by=None, now=now, subject=row.key)
    tell(network, [application.user_id], kind="offer_expired", now=now, cohort=cohort)
    _next_for(row, now=now)
    return True


def offer_to_next(cohort: Cohort, change: Change, *, now: datetime) -> Offer | None:
    """Offer the seat that the change is about to the first who waits, fits and was not asked for it; None for nobody.

    The caller locked the network and the cohort. The change keeps the row number of every offer of its seat.
    """
    network = Network.objects.get(pk=cohort.network_id)
    try:
        ends = joining_ends(network, cohort, now=now)
        require_seat(cohort, user_id=0, members=len(member_ids(cohort)), now=now)
    except (TooLateToJoin, CohortFull):
        return None
    row = _first_in_line(cohort, change, now=now) if cohort.state == Cohort.State.CONFIRMED else None
    if row is None:
        return None
    made = _make(network, cohort, row, now=now, until=_first(now + timedelta(hours=OFFER_HOURS), ends))
    record(network, "offer.make", by=None, now=now, subject=made.key)
    change.done = {**change.done, "offers": [*change.done.get("offers", ()), made.pk]}
    change.save(update_fields=["done"])
    return made


@undoes(Change.Kind.PLACE)
def undo_place(change: Change, *, by: int, now: datetime) -> None:
    """Take back the seat, or the open offer of it. Raises RuleViolation when the person used or answered it."""
    if change.done.get("made"):
        undo_seat(change, by=by, now=now)
        return
    row = Offer.objects.filter(pk__in=change.done["offers"], open=True).select_related("cohort").first()
    if row is None:
        raise RuleViolation(_("This offer was answered, or is over: there is nothing to take back."))
    take_back(row, by=by, now=now)


def _require_fit(cohort: Cohort, row: Application, *, now: datetime) -> None:
    refuse_apart(cohort, row)
    if cohort.state != Cohort.State.CONFIRMED:
        raise CohortFull
    require_seat(cohort, user_id=row.user_id, members=len(member_ids(cohort)), now=now)
    if guides_now(cohort.pk, row.user_id, now=now):
        raise GuidesCohort


def _make(network: Network, cohort: Cohort, row: Application, *, now: datetime, until: datetime) -> Offer:
    set_state(row, State.OFFERED)
    # The person's home asks at once; that is the notice.
    return Offer.objects.create(network=network, cohort=cohort, application=row, made_at=now, expires_at=until)


def _open(offer: Offer, *, now: datetime) -> tuple[Offer, Application]:
    """Return offer and application, locked, as long as it can be answered; the caller locked the cohort."""
    row = Offer.objects.select_for_update().filter(pk=offer.pk, open=True, expires_at__gt=now).first()
    if row is None:
        raise OfferOver
    return row, Application.objects.select_for_update().get(pk=row.application_id)


def _close(row: Offer, answer: str, *, now: datetime) -> None:
    row.open, row.answer, row.answered_at = None, answer, now
    row.save(update_fields=["open", "answer", "answered_at"])


def _next_for(row: Offer, *, now: datetime) -> None:
    """Pass the seat of an offer on, as long as the change it came from stands. A merger can have moved the seat."""
    changes = Change.objects.select_for_update().filter(
        network_id=row.network_id,
        kind__in=(Change.Kind.PLACE, Change.Kind.LEAVE),
        at__lte=row.made_at,
        undone_at=None,
    )
    change = next((one for one in changes.order_by("-at", "-pk") if row.pk in one.done.get("offers", ())), None)
    if change is not None:
        offer_to_next(Cohort.objects.get(pk=row.cohort_id), change, now=now)


def _first_in_line(cohort: Cohort, change: Change, *, now: datetime) -> Application | None:
    asked = Offer.objects.filter(pk__in=change.done.get("offers", ())).values_list("application_id", flat=True)
    line = Application.objects.select_for_update().filter(
        network_id=cohort.network_id,
        state__in=WAITS_FOR_A_PLACE,
        language__in=("", cohort.working_language),
    )
    members = member_ids(cohort)
    for row in line.exclude(pk__in=list(asked)).order_by(Coalesce("queued_at", "submitted_at"), "pk"):
        if not (apart_from(row) & members or guides_now(cohort.pk, row.user_id, now=now)):
            return row
    return None


def _first(until: datetime, ends: datetime | None) -> datetime:
    return until if ends is None else min(until, ends)
