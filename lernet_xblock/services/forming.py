"""Forming cohorts, once and by one admin: everybody at once, in a number of statements that few groups share."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from itertools import chain

from django.db.models import F

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.models import Application, Cohort, Membership, Network
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.sizing import LARGEST_BOUND, SMALLEST_BOUND
from lernet_xblock.rules.trajectory import spread_dates
from lernet_xblock.sentences import sentence_of
from lernet_xblock.services.audit import record
from lernet_xblock.services.batch import batches, insert
from lernet_xblock.services.charter import put_in_force_all
from lernet_xblock.services.fresh import check_fresh, touch
from lernet_xblock.services.message import announce_plan_made
from lernet_xblock.services.session import plan_all_sessions

State = Application.State
BEFORE_GROUPS = (Network.State.OPEN, Network.State.FORMING)


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
    languages: Sequence[str] | None = None,
) -> list[Cohort]:
    """Make the cohorts with their members, charter and sessions, and set the network running; all or nothing.

    groups: row numbers of submitted applications, a sequence for each cohort. Who is ready and in no group goes to
    the waiting list. reason: why a size lies outside the network's bounds (rule H1), else "". languages: the working
    language of each cohort, None for the network's.
    Raises StaleVersion, PeopleChanged, or RuleViolation for sizes that need a reason or cannot be, and for
    a first session in the past.
    """
    locked = lock_before_forming(network, opened_version=opened_version)
    settings = read(locked.authored)
    late = too_late(settings, now=now)
    if late:
        raise RuleViolation(late)
    needed = _check_sizes(locked, [len(group) for group in groups], reason)
    users = _ready(locked, groups)
    spoken = languages or [settings.working_language or "en"] * len(groups)
    cohorts = _make(locked, spoken, reason=needed)
    _seat(locked, cohorts, groups, users, now=now)
    put_in_force_all(cohorts, text=settings.charter_text or "", now=now)
    plan_all_sessions(cohorts, settings=settings, by=by, now=now)
    announce_plan_made(cohorts, now=now)
    _settle(locked, groups)
    locked.state = Network.State.RUNNING
    touch(locked, by=by, now=now)
    locked.save()
    record(locked, "cohorts.form", by=by, now=now, subject=locked.key, reason=needed)
    return cohorts


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


def _ready(network: Network, groups: Sequence[Sequence[int]]) -> Mapping[int, int]:
    """Return the person of each application that waits for a group, all of them locked."""
    rows = network.applications.select_for_update().filter(state=State.SUBMITTED).order_by("pk")
    users = dict(rows.values_list("pk", "user_id"))
    wanted = list(chain.from_iterable(groups))
    found = {pk for pk in wanted if pk in users}
    if len(found) != len(wanted):
        raise PeopleChanged(gone=len(wanted) - len(found))
    return users


def _make(network: Network, languages: Sequence[str], *, reason: str) -> list[Cohort]:
    """Return a new cohort for each working language, in order."""
    insert(
        Cohort,
        ("number", "working_language"),
        ((number, language[:2]) for number, language in enumerate(languages, start=1)),
        network_id=network.pk,
        minimum_size=network.minimum_size,
        maximum_size=network.maximum_size,
        size_reason=reason,
    )
    return list(network.cohorts.order_by("number"))


def _seat(
    network: Network,
    cohorts: Sequence[Cohort],
    groups: Sequence[Sequence[int]],
    users: Mapping[int, int],
    *,
    now: datetime,
) -> None:
    seats = ((cohort.pk, users[pk]) for cohort, group in zip(cohorts, groups, strict=True) for pk in group)
    insert(Membership, ("cohort_id", "user_id"), seats, network_id=network.pk, joined_at=now)


def _settle(network: Network, groups: Sequence[Sequence[int]]) -> None:
    """Say of each application what became of it: a place, or the waiting list in the order of applying."""
    for batch in batches(sorted(chain.from_iterable(groups))):
        Application.objects.filter(pk__in=batch).update(
            state=State.MEMBER,
            queued_at=None,
            version=F("version") + 1,
        )
    network.applications.filter(state=State.SUBMITTED).update(
        state=State.WAITLISTED,
        queued_at=F("submitted_at"),
        version=F("version") + 1,
    )
