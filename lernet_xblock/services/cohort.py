"""Forming cohorts, once and by one admin; who guides them; who joins late."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from itertools import chain

from django.db.models import F

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.models import Application, Cohort, Facilitation, Membership, Network, Session
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.sizing import LARGEST_BOUND, SMALLEST_BOUND
from lernet_xblock.rules.trajectory import spread_dates
from lernet_xblock.sentences import sentence_of
from lernet_xblock.services.audit import record
from lernet_xblock.services.charter import put_in_force
from lernet_xblock.services.fresh import check_fresh, touch
from lernet_xblock.services.membership import AlreadyPlaced, join_cohort, late_joining_ends
from lernet_xblock.services.session import plan_sessions

State = Application.State
BEFORE_GROUPS = (Network.State.OPEN, Network.State.FORMING)
WAITS_FOR_A_PLACE = (State.SUBMITTED, State.WAITLISTED)


class PeopleChanged(RuleViolation):
    """The people a proposal was made from are not those who are ready now."""

    status = HTTPStatus.CONFLICT

    def __init__(self, *, arrived: int = 0, gone: int = 0) -> None:
        if arrived and not gone:
            sentence = ngettext(
                "%(n)d person applied since this preview. Nothing was formed yet: please look again.",
                "%(n)d people applied since this preview. Nothing was formed yet: please look again.",
                arrived,
            ) % {"n": arrived}
        elif gone and not arrived:
            sentence = ngettext(
                "%(n)d person withdrew since this preview. Nothing was formed yet: please look again.",
                "%(n)d people withdrew since this preview. Nothing was formed yet: please look again.",
                gone,
            ) % {"n": gone}
        else:
            sentence = _("The list of people changed since this preview. Nothing was formed yet: please look again.")
        super().__init__(sentence)


def lock_before_forming(network: Network, *, opened_version: int) -> Network:
    """Return the network's row, locked, as long as its groups can be formed.

    Raises StaleVersion when somebody changed it since, such as the admin who formed the groups first.
    """
    locked = Network.objects.select_for_update().get(pk=network.pk)
    check_fresh(locked, opened_version)
    if locked.state not in BEFORE_GROUPS:
        raise RuleViolation(_("The groups of this network were formed already."))
    return locked


def too_late(settings: Settings, *, now: datetime) -> str:
    """Return why no groups can be formed any more: the sentence of a first session in the past, "" for none."""
    try:
        first = spread_dates(settings)[0]
    except Refused:
        return ""
    return sentence_of("first_session_past", {"day": first.local.date()}) if first.starts_at < now else ""


def form_cohorts(
    network: Network,
    *,
    groups: Sequence[Sequence[int]],
    opened_version: int,
    by: int,
    now: datetime,
    reason: str = "",
) -> list[Cohort]:
    """Make the cohorts with their members, charter and sessions, and set the network running; all or nothing.

    groups: row numbers of submitted applications, a sequence for each cohort. Who is ready and in no
    group goes to the waiting list. reason: why a size lies outside the network's bounds (rule H1), else "".
    Raises StaleVersion, PeopleChanged, or RuleViolation for sizes that need a reason or cannot be, and for
    a first session in the past.
    """
    locked = lock_before_forming(network, opened_version=opened_version)
    settings = read(locked.authored)
    late = too_late(settings, now=now)
    if late:
        raise RuleViolation(late)
    needed = _check_sizes(locked, [len(group) for group in groups], reason)
    applications = _ready(locked, groups)
    cohorts = [
        _form(locked, number, [applications[pk] for pk in group], reason=needed, now=now)
        for number, group in enumerate(groups, start=1)
    ]
    for cohort in cohorts:
        put_in_force(cohort, text=settings.charter_text or "", now=now)
        plan_sessions(cohort, settings=settings, by=by, now=now)
    locked.applications.filter(state=State.SUBMITTED).update(
        state=State.WAITLISTED,
        queued_at=F("submitted_at"),
        version=F("version") + 1,
    )
    locked.state = Network.State.RUNNING
    touch(locked, by=by, now=now)
    locked.save()
    record(locked, "cohorts.form", by=by, now=now, subject=locked.key, reason=needed)
    return cohorts


def assign_guide(
    cohort: Cohort,
    *,
    role: str,
    user_id: int | None,
    by: int,
    now: datetime,
    opened_version: int | None = None,
) -> None:
    """Make the person facilitator or deputy of the cohort in place of whoever was; None leaves the role open.

    Somebody with the other role changes over, and has guided since they began with it; somebody new reads no case
    shared before. Raises RuleViolation for a member of this cohort, StaleVersion.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if opened_version is not None:
        check_fresh(locked, opened_version)
    if user_id and Membership.objects.select_for_update().filter(cohort=locked, user_id=user_id, active=True).exists():
        raise RuleViolation(_("A member of this group cannot guide it as well."), field=role)
    locked.facilitations.filter(role=role).exclude(user_id=user_id).delete()
    if user_id:
        _take_role(locked, role=role, user_id=user_id, now=now)
    locked.version += 1
    locked.save(update_fields=["version"])
    record(cohort.network, f"cohort.{role}", by=by, now=now, subject=cohort.key)


def _take_role(cohort: Cohort, *, role: str, user_id: int, now: datetime) -> None:
    row, new = Facilitation.objects.get_or_create(cohort=cohort, user_id=user_id, defaults={"role": role, "since": now})
    if not new:
        row.role = role
        row.save(update_fields=["role"])


def place_applicant(cohort: Cohort, *, application: Application, by: int, now: datetime) -> Membership:
    """Give a late applicant a seat in a cohort that runs, until half of its sessions have begun (rule M3).

    Raises CohortFull, AlreadyPlaced, or RuleViolation when it is too late or the person waits no more.
    """
    network = Network.objects.select_for_update().get(pk=cohort.network_id)
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.state == State.MEMBER:
        raise AlreadyPlaced
    if row.state not in WAITS_FOR_A_PLACE:
        raise RuleViolation(_("This person does not wait for a place any more."))
    last = late_joining_ends(
        list(cohort.sessions.exclude(state=Session.State.CANCELLED).values_list("starts_at", flat=True))
    )
    if network.state != Network.State.RUNNING or (last and now >= last):
        raise RuleViolation(_("It is too late to join this group: half of its sessions have begun."))
    membership = join_cohort(cohort, user_id=row.user_id, now=now)
    row.state, row.queued_at = State.MEMBER, None
    row.version += 1
    row.save(update_fields=["state", "queued_at", "version"])
    record(network, "cohort.place", by=by, now=now, subject=row.key)
    return membership


def _check_sizes(network: Network, sizes: Sequence[int], reason: str) -> str:
    """Return the reason to keep: "" where the sizes need none."""
    if not sizes or len(sizes) > network.cohort_limit:
        raise RuleViolation(_("This network cannot have so many groups."))
    if min(sizes) < SMALLEST_BOUND or max(sizes) > LARGEST_BOUND:
        text = _("A group has %(smallest)d to %(largest)d people; no reason allows another size.")
        raise RuleViolation(text % {"smallest": SMALLEST_BOUND, "largest": LARGEST_BOUND})
    if network.minimum_size <= min(sizes) and max(sizes) <= network.maximum_size:
        return ""
    if not reason:
        text = _("Groups outside %(minimum)d–%(maximum)d people need a reason, which is kept with them.")
        values = {"minimum": network.minimum_size, "maximum": network.maximum_size}
        raise RuleViolation(text % values, field="reason")
    return reason


def _ready(network: Network, groups: Sequence[Sequence[int]]) -> dict[int, Application]:
    wanted = list(chain.from_iterable(groups))
    rows = network.applications.select_for_update().filter(state=State.SUBMITTED)
    found = {row.pk: row for row in rows if row.pk in set(wanted)}
    if len(found) != len(wanted):
        raise PeopleChanged(gone=len(wanted) - len(found))
    return found


def _form(network: Network, number: int, people: Sequence[Application], *, reason: str, now: datetime) -> Cohort:
    cohort = Cohort.objects.create(
        network=network,
        number=number,
        minimum_size=network.minimum_size,
        maximum_size=network.maximum_size,
        size_reason=reason,
        working_language=(read(network.authored).working_language or "en")[:2],
    )
    Membership.objects.bulk_create(
        [Membership(network=network, cohort=cohort, user_id=row.user_id, joined_at=now) for row in people]
    )
    network.applications.filter(pk__in=[row.pk for row in people]).update(
        state=State.MEMBER,
        queued_at=None,
        version=F("version") + 1,
    )
    return cohort
