"""Evaluations of sessions: taking an answer that nobody can trace, and publishing all of them once.

Nothing here is logged, and no exception leaves with what somebody answered.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.views.decorators.debug import sensitive_variables

from lernet_xblock.errors import Busy, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import (
    Attendance,
    Facilitation,
    Membership,
    Network,
    Pulse,
    PulseAnswer,
    PulseComment,
    PulseReceipt,
    PulseRelease,
    Session,
)
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.evaluation import release
from lernet_xblock.rules.pause import today_in
from lernet_xblock.rules.zones import zone

# For a form sent in the last second by a slow phone.
GRACE = timedelta(seconds=60)
HIGHEST_THRESHOLD = 10
SEED_BITS = 128
AWAY = (Attendance.State.EXCUSED, Attendance.State.ABSENT)


class PulseClosed(RuleViolation):
    """The window has not opened yet, or is over."""

    def __init__(self) -> None:
        super().__init__(_("This evaluation is not open at this moment."))


def is_open(pulse: Pulse, now: datetime) -> bool:
    """True from the end of the session until the window closes, with a minute of grace."""
    return pulse.opens_at <= now <= pulse.closes_at + GRACE


def threshold_of(pulse: Pulse, network: Network) -> int:
    """Return how many answers it takes to show any: frozen by the first answer, never lowered before (N9)."""
    if pulse.threshold is not None:
        return pulse.threshold
    return min(max(network.threshold, read(network.authored).threshold or 0), HIGHEST_THRESHOLD)


@sensitive_variables("ratings", "comment")
def answer(
    pulse: Pulse,
    *,
    network: Network,
    user_id: int,
    ratings: Mapping[str, int | None],
    comment: str,
    now: datetime,
) -> bool:
    """Keep one set of answers and return True; False when the person answered before, and nothing is kept.

    ratings: item → whole number, or None for no answer. Raises PulseClosed outside the window, and for who is
    recorded as not there; an answer that was given before that stays, since nobody can find it any more.
    """
    if not is_open(pulse, now):
        raise PulseClosed
    if pulse.threshold is None:
        _freeze_threshold(pulse, network)
    if not _enter_ledger(pulse, user_id=user_id, now=now):
        return False
    # The ledger's row waits for a release that is under way and keeps the next one waiting; so this look, at
    # the newest state, settles that no answer arrives behind a release.
    if PulseRelease.objects.select_for_update().filter(pulse=pulse).exists():
        raise PulseClosed
    if _away(pulse).filter(user_id=user_id).exists():
        raise PulseClosed
    _keep(pulse, ratings=ratings, comment=comment)
    return True


def _freeze_threshold(pulse: Pulse, network: Network) -> None:
    # Only the first answers take this lock: 200 people who answer at once must not queue for one row.
    locked = Pulse.objects.select_for_update().get(pk=pulse.pk)
    if locked.threshold is None:
        locked.threshold = threshold_of(locked, network)
        locked.save(update_fields=["threshold"])


def _enter_ledger(pulse: Pulse, *, user_id: int, now: datetime) -> bool:
    """Note that the person answered, on which date; return False when the ledger says so already."""
    try:
        with transaction.atomic():
            PulseReceipt.objects.create(pulse=pulse, user_id=user_id, on=now.astimezone(UTC).date())
    except IntegrityError:
        return False
    return True


@sensitive_variables("ratings", "comment", "error")
def _keep(pulse: Pulse, *, ratings: Mapping[str, int | None], comment: str) -> None:
    """Write the answers and, apart from them, the comment; each with a random key and nothing else."""
    try:
        PulseAnswer.objects.create(pulse=pulse, ratings=dict(ratings))
        if comment:
            PulseComment.objects.create(pulse=pulse, text=comment)
    except OperationalError:
        raise
    except DatabaseError:
        # Some databases quote the refused row in their message, which would carry it into the log.
        raise Busy from None


def release_due(pulse: Pulse, *, now: datetime) -> PulseRelease | None:
    """Publish the pulse, once and for good, when its window is over; return None while it is not due.

    Published answers are deleted; those below the threshold stay, unseen. A second call returns the first
    release.
    """
    locked = Pulse.objects.select_for_update().get(pk=pulse.pk)
    session = Session.objects.select_related("cohort__network").get(pk=locked.session_id)
    # Locking reads see what was committed while this one waited, also under REPEATABLE READ.
    done = PulseRelease.objects.select_for_update().filter(pulse=locked).first()
    if done is not None:
        return done
    if now <= locked.closes_at + GRACE or session.state != Session.State.PLANNED:
        return None
    return _publish(locked, session, now=now)


def _publish(pulse: Pulse, session: Session, *, now: datetime) -> PulseRelease:
    answers = list(PulseAnswer.objects.select_for_update().filter(pulse=pulse).order_by("pk"))
    comments = list(PulseComment.objects.select_for_update().filter(pulse=pulse).order_by("pk"))
    shown = release(
        [answer.ratings for answer in answers],
        [comment.text for comment in comments],
        threshold=threshold_of(pulse, session.cohort.network),
        seed=secrets.randbits(SEED_BITS),
    )
    withheld = shown.state == "withheld"
    row = PulseRelease.objects.create(
        pulse=pulse,
        released_at=now,
        answered=shown.answered,
        asked=max(_asked(pulse, session), shown.answered),
        withheld=withheld,
        payload=shown.as_dict(),
    )
    if not withheld:
        PulseAnswer.objects.filter(pulse=pulse).delete()
        PulseComment.objects.filter(pulse=pulse).delete()
    return row


def _asked(pulse: Pulse, session: Session) -> int:
    """Return how many members the cohort had when the session ended; who paused then or was not there is not asked."""
    there = Membership.objects.filter(cohort_id=session.cohort_id, joined_at__lte=pulse.opens_at)
    day = today_in(zone(session.time_zone), pulse.opens_at)
    there = there.exclude(paused_at__isnull=False, paused_at__lte=pulse.opens_at, paused_until__gte=day)
    guides = Facilitation.objects.filter(cohort_id=session.cohort_id).values("user_id")
    return (
        there.filter(Q(left_at__isnull=True) | Q(left_at__gt=pulse.opens_at))
        .exclude(user_id__in=guides)
        .exclude(user_id__in=_away(pulse).values("user_id"))
        .values("user_id")
        .distinct()
        .count()
    )


def _away(pulse: Pulse) -> QuerySet[Attendance]:
    """Return who is recorded as not there. To have said that one does not come bars nobody: people come after all."""
    return Attendance.objects.filter(session=pulse.session_id, state__in=AWAY)
