"""What somebody who may join sees of the network and of their own application: two queries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from lernet_xblock.models import Application, Network
from lernet_xblock.rules.application_window import application_window
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.zones import zone

State = Application.State
# Who leaves no seat to somebody new: all but those who never came, or went.
HOLDS = (State.SUBMITTED, State.OFFERED, State.MEMBER, State.WAITLISTED)


@dataclass(frozen=True)
class JoinPage:
    """settings: those in force. window: "early", "open" or "closed".

    place: in the queue, from 1; None for somebody who does not wait.
    waiting: people on the waiting list; full: whether a new application goes there.
    late: the day on which everybody was to hear is over.
    stage: what is said first: "left", "without_place", a state of the application, the window, or "new".
    has_left: the person may have been in a group before.
    """

    settings: Settings
    window: str
    application: Application | None
    place: int | None
    waiting: int
    full: bool
    stage: str
    late: bool
    has_left: bool


def join_page(network: Network, *, user_id: int, now: datetime) -> JoinPage:
    """Return the page of one person before a place in a group."""
    application = Application.objects.filter(network=network, user_id=user_id).first()
    queued = application is not None and application.state == State.WAITLISTED
    counted = network.applications.aggregate(
        held=Count("pk", filter=Q(state__in=HOLDS)),
        waiting=Count("pk", filter=Q(state=State.WAITLISTED)),
        ahead=Count("pk", filter=_ahead_of(application) if queued and application else Q(pk=None)),
    )
    settings = read(network.authored)
    takes = network.state in (Network.State.OPEN, Network.State.FORMING)
    window = application_window(settings, now) if takes else "closed"
    return JoinPage(
        settings=settings,
        window=window,
        application=application,
        place=counted["ahead"] + 1 if queued else None,
        waiting=counted["waiting"],
        full=counted["held"] >= network.seats,
        stage=_stage(application.state if application else "", takes=takes, window=window),
        late=decision_is_over(settings, now),
        has_left=application is not None and application.state in (State.MEMBER, State.WITHDRAWN),
    )


def decision_is_over(settings: Settings, now: datetime) -> bool:
    """Tell whether the day by which everybody was to hear lies behind us, in the network's zone."""
    decision = settings.decision_date
    return decision is not None and decision < now.astimezone(zone(settings.time_zone or "")).date()


def _stage(state: str, *, takes: bool, window: str) -> str:
    if state == State.MEMBER:
        return "left"
    if state == State.OFFERED:
        return "offered"
    if state in (State.SUBMITTED, State.WAITLISTED):
        return state if takes else "without_place"
    return (state or "new") if window == "open" else window


def waiting_place(application: Application) -> int:
    """Return the place on the waiting list, from 1."""
    return Application.objects.filter(_ahead_of(application), network_id=application.network_id).count() + 1


def _ahead_of(application: Application) -> Q:
    earlier = Q(queued_at__lt=application.queued_at) | Q(queued_at=application.queued_at, pk__lt=application.pk)
    return Q(state=State.WAITLISTED) & earlier
