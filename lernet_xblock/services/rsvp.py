"""Saying whether one comes to a session: the last answer of a person stands."""

from datetime import datetime

from django.db import IntegrityError, transaction

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Membership, Rsvp, Session
from lernet_xblock.rules.presence import PAUSED, place_at

Answer = Rsvp.Answer


def answer_rsvp(
    session: Session,
    *,
    user_id: int,
    answer: str,
    reason: str,
    now: datetime,
    seen: datetime | None = None,
) -> Rsvp:
    """Keep the member's answer, of Rsvp.Answer, and return it; the same answer again changes nothing.

    reason: kept only with not_coming. seen: the start as the person saw it. Raises NotFound for who is no member of
    the cohort now, and RuleViolation for who pauses then, once the session has begun, for one that is not held, and
    for one that begins at another time than the person saw.
    """
    row = Session.objects.select_for_update().get(pk=session.pk)
    _refuse_session(row, now=now, seen=seen)
    _refuse_person(row, user_id)
    kept = reason if answer == Answer.NOT_COMING else ""
    own = Rsvp.objects.filter(session=row, user_id=user_id)
    # Looking first without a lock: a locked look at nothing would hold up the answers of others.
    found = own.select_for_update().first() if own.exists() else None
    found = found or _insert(row, user_id, answer, kept, now=now) or own.select_for_update().get()
    if (found.answer, found.reason) != (answer, kept):
        found.answer, found.reason, found.at = answer, kept, now
        found.save()
    return found


def _insert(row: Session, user_id: int, answer: str, reason: str, *, now: datetime) -> Rsvp | None:
    try:
        with transaction.atomic():
            return Rsvp.objects.create(session=row, user_id=user_id, answer=answer, reason=reason, at=now)
    except IntegrityError:
        return None


def _refuse_session(row: Session, *, now: datetime, seen: datetime | None) -> None:
    if row.state != Session.State.PLANNED:
        raise RuleViolation(_("This session is not held, so nobody is expected."))
    if seen is not None and seen != row.starts_at:
        raise RuleViolation(_("This session was moved since you opened this page. Please look at its new time."))
    if now >= row.starts_at:
        raise RuleViolation(_("This session has begun: whoever is there is there."))


def _refuse_person(row: Session, user_id: int) -> None:
    own = Membership.objects.filter(cohort=row.cohort_id, user_id=user_id, active=True).first()
    if own is None:
        raise NotFound
    if place_at(own, row) == PAUSED:
        raise RuleViolation(_("You pause at that time, so you are not expected. Go on first, then say that you come."))
