"""What people take home: a line for oneself, a commitment with a date, and what came of it."""

from dataclasses import dataclass
from datetime import date, datetime

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Cohort, Session, Takeaway
from lernet_xblock.services.case import require_membership

LONGEST, LONGEST_NAMES, LONGEST_STORY = 280, 120, 1000
MOST_TAKEAWAYS = 200
State = Takeaway.State
# What can be said of a commitment, and from where it can be taken up again.
CAME = (State.TRIED, State.POSTPONED, State.DROPPED)
CLOSED = (State.TRIED, State.DROPPED, State.TOLD)


@dataclass(frozen=True)
class Words:
    """A takeaway as its owner types it. A day makes it a commitment; without a case nobody else reads it."""

    text: str
    by_date: date | None = None
    with_whom: str = ""
    visibility: str = Takeaway.Visibility.ME


def note(
    cohort: Cohort,
    *,
    user_id: int,
    words: Words,
    today: date,
    now: datetime,
    case: Case | None = None,
    session: Session | None = None,
) -> Takeaway:
    """Keep a line of a member, taken from a case that they may read or a session of their group, or from neither.

    today: the day of the person, before which nobody sets out to do anything.
    """
    require_membership(cohort.pk, user_id)
    if Takeaway.objects.filter(network_id=cohort.network_id, user_id=user_id).count() >= MOST_TAKEAWAYS:
        raise RuleViolation(_("Your journal has %(n)d lines, which is all it can hold.") % {"n": MOST_TAKEAWAYS})
    _check_day(words.by_date, today)
    return Takeaway.objects.create(
        network_id=cohort.network_id,
        cohort=cohort,
        user_id=user_id,
        case=case,
        session=session,
        text=words.text,
        by_date=words.by_date,
        with_whom=words.with_whom,
        visibility=words.visibility if case is not None else Takeaway.Visibility.ME,
        state=State.COMMITTED if words.by_date else State.NOTED,
        made_at=now,
        changed_at=now,
    )


def change(takeaway: Takeaway, *, words: Words, opened_version: int, today: date, now: datetime) -> Takeaway:
    """Change the words, the day and who reads it. Raises StaleVersion when another window saved something else."""
    own = _locked(takeaway)
    theirs = {name: str(getattr(own, name) or "") for name in _differing(own, words)}
    if not theirs:
        return own
    _check_fresh(own, opened_version, **theirs)
    if words.by_date != own.by_date:
        _check_day(words.by_date, today)
    for name in theirs:
        setattr(own, name, getattr(words, name))
    if own.by_date is None and own.state in (State.COMMITTED, State.POSTPONED):
        own.state = State.NOTED
    elif own.by_date is not None and own.state == State.NOTED:
        own.state = State.COMMITTED
    return _saved(own, now=now)


def tell(
    takeaway: Takeaway,
    *,
    came: str,
    happened: str,
    new_date: date | None,
    opened_version: int,
    today: date,
    now: datetime,
) -> Takeaway:
    """Say what came of it: one of CAME; `new_date` is the day it is postponed to. Dropping it needs no reason."""
    own = _locked(takeaway)
    if came not in CAME:
        raise NotFound
    _check_fresh(own, opened_version, **({"happened": own.happened} if own.happened != happened else {}))
    if came == State.POSTPONED:
        if new_date is None:
            raise RuleViolation(_("Say until when you postpone it."), field="new_date")
        _check_day(new_date, today, field="new_date")
        own.by_date = new_date
    own.state, own.happened, own.asked_at = came, happened, own.asked_at or now
    return _saved(own, now=now)


def not_now(takeaway: Takeaway, *, now: datetime) -> Takeaway:
    """Keep that its owner was asked and does not want to say: nobody asks again (rule Q2)."""
    own = _locked(takeaway)
    if own.asked_at is None:
        own.asked_at = now
        own.save(update_fields=["asked_at"])
    return own


def mark_told(takeaway: Takeaway, *, opened_version: int, now: datetime) -> Takeaway:
    """Mark it as shared with the owner's team."""
    own = _locked(takeaway)
    _check_fresh(own, opened_version)
    if own.state == State.DROPPED:
        raise NotFound
    own.state = State.TOLD
    return _saved(own, now=now)


def take_up(takeaway: Takeaway, *, opened_version: int, now: datetime) -> Takeaway:
    """Open again what was tried, dropped or told."""
    own = _locked(takeaway)
    _check_fresh(own, opened_version)
    if own.state not in CLOSED:
        raise NotFound
    own.state = State.COMMITTED if own.by_date else State.NOTED
    return _saved(own, now=now)


def _locked(takeaway: Takeaway) -> Takeaway:
    found = Takeaway.objects.select_for_update().filter(pk=takeaway.pk).first()
    if found is None:
        raise NotFound
    return found


def _saved(own: Takeaway, *, now: datetime) -> Takeaway:
    own.version += 1
    own.changed_at = now
    own.save()
    return own


def _differing(own: Takeaway, words: Words) -> list[str]:
    # Without a case there is nobody to show it to.
    names = ("text", "by_date", "with_whom", *(("visibility",) if own.case_id else ()))
    return [name for name in names if getattr(own, name) != getattr(words, name)]


def _check_fresh(own: Takeaway, opened_version: int, **theirs: str) -> None:
    if own.version != opened_version:
        raise StaleVersion(version=own.version, theirs=theirs, by_id=own.user_id, at=own.changed_at)


def _check_day(chosen: date | None, today: date, *, field: str = "by_date") -> None:
    if chosen is not None and chosen < today:
        raise RuleViolation(_("This day is over. Choose one from today on."), field=field)
