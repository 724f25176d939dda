"""Applying, changing one's answers, withdrawing, and the waiting list behind the last seat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lernet_xblock.errors import NotFound, RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Application, Membership, Network
from lernet_xblock.rules.application_window import CLOSED, EARLY, application_window
from lernet_xblock.rules.authored import read
from lernet_xblock.sentences import COMMITMENT_VERSION
from lernet_xblock.services.audit import record
from lernet_xblock.services.fresh import check_fresh
from lernet_xblock.services.offer import give_up

State = Application.State

# Who holds a seat: those who applied, those whom a group has already, and those for whom one is held.
SEATED = (State.SUBMITTED, State.OFFERED, State.MEMBER)
ACTIVE = (State.SUBMITTED, State.WAITLISTED, State.OFFERED)
ANSWERS = (
    "function",
    "department",
    "organisation",
    "language",
    "experience_years",
    "availability",
    "learning_question",
)
# Before the groups are formed, a seat that falls free belongs to the first of those who wait.
TAKES_APPLICATIONS = (Network.State.OPEN, Network.State.FORMING)


def apply(network: Network, *, user_id: int, answers: Mapping[str, Any], now: datetime) -> Application:
    """Give the person a seat, or the last place on the waiting list when there is none left.

    answers: the values of ANSWERS and `commitment`, which must be true (rule E1). A row that was withdrawn,
    declined or put forward is used again. Raises RuleViolation outside the window and when it stands already.
    """
    locked = _locked(network)
    _refuse_outside_window(locked, now)
    if not answers.get("commitment"):
        raise RuleViolation(_("Please agree to this before you apply."), field="commitment")
    application = _own(locked, user_id, now)
    for name in ANSWERS:
        setattr(application, name, answers[name])
    application.state = State.SUBMITTED if _free_seats(locked) > 0 else State.WAITLISTED
    application.queued_at = now if application.state == State.WAITLISTED else None
    application.commitment_version, application.committed_at = COMMITMENT_VERSION, now
    application.submitted_at = now
    application.save()
    record(locked, "application.submit", by=user_id, now=now, subject=application.key)
    return application


def edit(application: Application, *, answers: Mapping[str, Any], now: datetime, opened_version: int) -> Application:
    """Change the answers while applications are open; seat and place in the queue stay.

    Raises StaleVersion when the same person changed them elsewhere.
    """
    network = _locked(application.network)
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.state not in ACTIVE:
        raise NotFound
    _refuse_outside_window(network, now)
    check_fresh(
        row,
        opened_version,
        theirs={
            name: str(getattr(row, name) if getattr(row, name) is not None else "")
            for name in ANSWERS
            if getattr(row, name) != answers[name]
        },
    )
    for name in ANSWERS:
        setattr(row, name, answers[name])
    row.version += 1
    row.save()
    return row


def withdraw(application: Application, *, now: datetime) -> Application:
    """Give the seat back, at any time before a group has the person (rule E5); the next one gets it."""
    return _leave(application, frm=ACTIVE, to=State.WITHDRAWN, verb="application.withdraw", now=now)


def decline(application: Application, *, now: datetime) -> Application:
    """Say no to being put forward by the organiser."""
    return _leave(application, frm=(State.INVITED,), to=State.DECLINED, verb="application.decline", now=now)


def move_up(network: Network, *, now: datetime) -> list[Application]:
    """Give free seats to those who wait longest and return them; the caller locked the network's row."""
    if network.state not in TAKES_APPLICATIONS:
        return []
    waiting = network.applications.select_for_update().filter(state=State.WAITLISTED).order_by("queued_at", "pk")
    moved = list(waiting[: max(_free_seats(network, ignore_queue=True), 0)])
    for application in moved:
        application.state, application.queued_at = State.SUBMITTED, None
        application.version += 1
        application.save(update_fields=["state", "queued_at", "version"])
        record(network, "application.move_up", by=None, now=now, subject=application.key)
    return moved


def _leave(application: Application, *, frm: tuple[str, ...], to: str, verb: str, now: datetime) -> Application:
    network = _locked(application.network)
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.state not in frm:
        raise NotFound
    offered = row.state == State.OFFERED
    row.state, row.queued_at = to, None
    row.version += 1
    row.save(update_fields=["state", "queued_at", "version"])
    record(network, verb, by=row.user_id, now=now, subject=row.key)
    if offered:
        give_up(row, now=now)
    move_up(network, now=now)
    return row


def _locked(network: Network) -> Network:
    """Return the network's row, locked: seats are counted by one at a time."""
    return Network.objects.select_for_update().get(pk=network.pk)


def _own(network: Network, user_id: int, now: datetime) -> Application:
    """Return the person's row to fill in. Raises RuleViolation when there is nothing left to apply for."""
    row = network.applications.select_for_update().filter(user_id=user_id).first()
    member = Membership.objects.filter(network=network, user_id=user_id, active=True).exists()
    if member or (row and row.state == State.MEMBER):
        raise RuleViolation(_("You have a place in a group of this network already."))
    if row is None:
        return Application(network=network, user_id=user_id, submitted_at=now)
    if row.state in ACTIVE:
        raise RuleViolation(_("You have applied already. You can change your application below."))
    row.version += 1
    return row


def _free_seats(network: Network, *, ignore_queue: bool = False) -> int:
    """Return the seats that somebody new may have: none while others wait for one."""
    held = SEATED if ignore_queue else (*SEATED, State.WAITLISTED)
    return network.seats - network.applications.filter(state__in=held).count()


def _refuse_outside_window(network: Network, now: datetime) -> None:
    window = application_window(read(network.authored), now)
    if window == EARLY:
        raise RuleViolation(_("Applications are not open yet."))
    if window == CLOSED or network.state not in TAKES_APPLICATIONS:
        raise RuleViolation(_("Applications are closed."))
