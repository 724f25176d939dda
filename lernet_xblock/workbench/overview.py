"""What the demo's home page says of each network, read from the tables."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.models import Application, Network, Pulse, Session
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.trajectory import check
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.workbench.content import DEFAULT_ZONE
from lernet_xblock.workbench.scenarios import demo_block, demo_usage_id

ZONE = ZoneInfo(DEFAULT_ZONE)
APPLIED = (Application.State.SUBMITTED, Application.State.WAITLISTED, Application.State.OFFERED)


@dataclass(frozen=True)
class State:
    """A network in words: its title, "" while it has none, and the sentences a person would say about it.

    `language`: the code of the language that the title is in.
    """

    title: str
    language: str
    sentences: tuple[str, ...]


def moment_text(moment: datetime) -> str:
    """Return date and time in the active language, as people in Brussels see them."""
    return f"{day(moment, ZONE)}, {clock(moment, ZONE)}"


def find_network(slug: str) -> Network | None:
    """Return the row of the demo's block, None before applications were opened."""
    return Network.objects.filter(
        course_id=settings.LERNET_DEV_COURSE_ID,
        usage_id=demo_usage_id(slug),
    ).first()


def _sessions(slug: str) -> QuerySet[Session]:
    networks = Network.objects.filter(course_id=settings.LERNET_DEV_COURSE_ID, usage_id=demo_usage_id(slug))
    return Session.objects.filter(cohort__network__in=networks, state=Session.State.PLANNED)


def next_session_end(slug: str, now: datetime) -> datetime | None:
    """Return when the running or next session ends, None when there is none to come."""
    ahead = _sessions(slug).filter(ends_at__gt=now).order_by("ends_at")
    return ahead.values_list("ends_at", flat=True).first()


def describe(slug: str, *, username: str, now: datetime) -> State:
    """Return the network as it stands at `now`; username: who looks at the block's title."""
    network = find_network(slug)
    if network is None:
        return _unopened(slug, username)
    language = network.authored.get("working_language", "")
    if not network.cohorts.exists():
        return State(network.title, language, (_applied(network), _("No groups have been formed yet.")))
    sentences = (_groups(network), _held(slug, now), *_ahead(slug, now), *_evaluation(network, now))
    return State(network.title, language, sentences)


def _unopened(slug: str, username: str) -> State:
    block = demo_block(slug, username=username)
    if not block.goal:
        return State("", "", (_("An empty block, as an author has just put it into a unit."),))
    complete = not check(read(block.raw_settings()))
    words = (
        _("Filled in by its author; an admin can open the applications.")
        if complete
        else _("Begun by its author; something is still missing before applications can open.")
    )
    return State(block.display_name, block.working_language, (words,))


def _applied(network: Network) -> str:
    count = network.applications.filter(state__in=APPLIED).count()
    words = ngettext("%(count)d person has applied.", "%(count)d people have applied.", count)
    return words % {"count": count}


def _groups(network: Network) -> str:
    active = Count("memberships", filter=Q(memberships__active=True))
    sizes = [cohort.size for cohort in network.cohorts.annotate(size=active)]
    words = ngettext(
        "%(groups)d group with %(people)d members.", "%(groups)d groups with %(people)d members.", len(sizes)
    )
    return words % {"groups": len(sizes), "people": sum(sizes)}


def _held(slug: str, now: datetime) -> str:
    counts = _sessions(slug).aggregate(planned=Count("id"), held=Count("id", filter=Q(ends_at__lte=now)))
    return _("%(held)d of %(planned)d sessions are over.") % counts


def _ahead(slug: str, now: datetime) -> tuple[str, ...]:
    session = _sessions(slug).filter(starts_at__gt=now).order_by("starts_at").first()
    if session is None:
        return ()
    closing = session.kind == Session.Kind.CLOSING
    words = _("The closing session is on %(date)s.") if closing else _("The next session is on %(date)s.")
    return (words % {"date": day(session.starts_at, ZONE)},)


def _evaluation(network: Network, now: datetime) -> tuple[str, ...]:
    pulses = Pulse.objects.filter(session__cohort__network=network, opens_at__lte=now, closes_at__gt=now)
    until = pulses.aggregate(until=Max("closes_at"))["until"]
    return (_("An evaluation is open until %(moment)s.") % {"moment": moment_text(until)},) if until else ()
