"""Somebody who guides one session in place of the facilitator, and sees the group until seven days after it."""

from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Change, Cohort, Facilitation, Membership, Network, Session, Substitution
from lernet_xblock.services.audit import record
from lernet_xblock.services.change import keep_change
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.notice import tell
from lernet_xblock.services.undo import undoes
from lernet_xblock.standing import SUBSTITUTE_STAYS


def guides_now(cohort_id: int, user_id: int, *, now: datetime) -> bool:
    """Tell whether the person guides the cohort, as facilitator, deputy or substitute."""
    if Facilitation.objects.filter(cohort_id=cohort_id, user_id=user_id).exists():
        return True
    return (
        Substitution.objects.filter(
            cohort_id=cohort_id,
            user_id=user_id,
            since__lte=now,
            ended_at=None,
            session__ends_at__gt=now - SUBSTITUTE_STAYS,
        )
        .exclude(session__state=Session.State.CANCELLED)
        .exists()
    )


def name_substitute(
    session: Session,
    *,
    user_id: int,
    opened_version: int,
    by: int,
    now: datetime,
    reason: str = "",
) -> Substitution:
    """Let the person guide this session in place of the facilitator; of the cohort's cases they read what comes later.

    Raises StaleVersion, and RuleViolation for a session that is over or not held, a member of the cohort, somebody
    who guides it anyway, and somebody named for the session already.
    """
    network = Network.objects.select_for_update().get(pk=session.cohort.network_id)
    cohort = Cohort.objects.select_for_update().get(pk=session.cohort_id)
    check_fresh(cohort, opened_version)
    row = _ahead(session, now=now)
    _refuse_unfit(cohort, user_id)
    made = _named(row, cohort, user_id=user_id, now=now)
    _touch(cohort)
    done = {"made": [made.pk], "sessions": [row.pk]}
    keep_change(network, Change.Kind.SUBSTITUTE, by=by, now=now, cohort=cohort, reason=reason, done=done)
    tell(network, [user_id], kind="stands_in", now=now, cohort=cohort, session=row)
    tell(network, _others(cohort, by), kind="substitute_named", now=now, cohort=cohort, session=row)
    return made


def end_substitution(substitution: Substitution, *, by: int, now: datetime) -> None:
    """Let somebody stand in no longer, from this moment on. Raises NotFound when it has ended."""
    network = Network.objects.select_for_update().get(pk=substitution.cohort.network_id)
    cohort = Cohort.objects.select_for_update().get(pk=substitution.cohort_id)
    row = _end(substitution.pk, now=now)
    _touch(cohort)
    record(network, "cohort.substitute_end", by=by, now=now, subject=cohort.key)
    tell(network, [row.user_id], kind="stands_in_no_longer", now=now, cohort=cohort, session=row.session)


@undoes(Change.Kind.SUBSTITUTE)
def undo_substitute(change: Change, *, by: int, now: datetime) -> None:
    """Take the naming back. Raises RuleViolation once the session has begun or the substitute was changed."""
    row = Substitution.objects.filter(pk__in=change.done["made"], ended_at=None).select_related("session").first()
    if row is None:
        raise RuleViolation(_("Nobody stands in for this session any more."))
    if row.session.starts_at <= now:
        raise RuleViolation(_("The session has begun: who stands in for it stays."))
    end_substitution(row, by=by, now=now)


def _ahead(session: Session, *, now: datetime) -> Session:
    row = Session.objects.select_for_update().get(pk=session.pk)
    if row.state != Session.State.PLANNED or row.ends_at <= now:
        raise RuleViolation(_("This session is over, or it is not held: nobody can stand in for it."), field="session")
    return row


def _end(pk: int, *, now: datetime) -> Substitution:
    row = Substitution.objects.select_for_update().filter(pk=pk, ended_at=None).first()
    if row is None:
        raise NotFound
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    return row


def _named(session: Session, cohort: Cohort, *, user_id: int, now: datetime) -> Substitution:
    """Return the row of the person for the session; one that had ended begins anew, from now on."""
    rows = Substitution.objects.select_for_update().filter(session=session)
    if rows.filter(ended_at=None).exists():
        raise RuleViolation(_("Somebody stands in for this session already. End that first."), field="session")
    row = rows.filter(user_id=user_id).first()
    if row is None:
        return Substitution.objects.create(session=session, cohort=cohort, user_id=user_id, since=now)
    row.since, row.ended_at = now, None
    row.save(update_fields=["since", "ended_at"])
    return row


def _refuse_unfit(cohort: Cohort, user_id: int) -> None:
    if Membership.objects.select_for_update().filter(cohort=cohort, user_id=user_id, active=True).exists():
        raise RuleViolation(_("A member of this group cannot guide it as well."), field="person")
    if Facilitation.objects.filter(cohort=cohort, user_id=user_id).exists():
        raise RuleViolation(_("This person guides the group already."), field="person")


def _others(cohort: Cohort, by: int) -> list[int]:
    """Return who guides the cohort for good, except the one who acts."""
    return [pk for pk in cohort.facilitations.values_list("user_id", flat=True) if pk != by]


def _touch(cohort: Cohort) -> None:
    cohort.version += 1
    cohort.save(update_fields=["version"])
