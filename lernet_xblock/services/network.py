"""Opening applications, taking over what the author changed later, and the life of a network after that."""

from datetime import date, datetime
from http import HTTPStatus

from django.db import IntegrityError, transaction

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.i18n import ngettext
from lernet_xblock.models import Network, Pulse
from lernet_xblock.rules.application_window import CLOSED, application_window
from lernet_xblock.rules.authored import read, write
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.trajectory import check
from lernet_xblock.sentences import labelled, named_sentence, sentence_of
from lernet_xblock.services.application import SEATED, move_up
from lernet_xblock.services.audit import record
from lernet_xblock.services.fresh import check_fresh, touch

# The wording of the self-check that a network keeps from its opening on (rule N10).
SELF_CHECK_VERSION = 1

# Sessions are planned from these when the groups are formed; from then on they are moved one by one.
SCHEDULE = (
    "session_count",
    "frequency",
    "interval",
    "listed_dates",
    "first_date",
    "session_time",
    "time_zone",
    "session_minutes",
)

State = Network.State
NEXT_STATES = {
    State.OPEN: {State.FORMING, State.RUNNING, State.CANCELLED},
    State.FORMING: {State.OPEN, State.RUNNING, State.CANCELLED},
    State.RUNNING: {State.PAUSED, State.CLOSING},
    State.PAUSED: {State.RUNNING, State.CLOSING},
    State.CLOSING: {State.CLOSED},
    State.CLOSED: {State.ARCHIVED},
}


class AlreadyOpen(RuleViolation):
    """Another admin opened applications first: one block has one network."""

    status = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__(_("Applications are open already: another admin was first."))


def open_applications(*, course_id: str, usage_id: str, settings: Settings, by: int, now: datetime) -> Network:
    """Make the network of a block, with the settings as they are now.

    Raises RuleViolation for the first thing that is missing or contradicts itself, and AlreadyOpen when
    another admin was first: one block has one row, whoever asks at the same moment.
    """
    _refuse_incomplete(settings)
    if application_window(settings, now) == CLOSED:
        raise RuleViolation(_("The last day for applications is already over. The author can change it in Studio."))
    network = Network(
        course_id=course_id,
        usage_id=usage_id,
        opened_at=now,
        changed_at=now,
        changed_by_id=by,
        self_check_version=SELF_CHECK_VERSION,
    )
    _fill(network, settings)
    try:
        with transaction.atomic():
            network.save(force_insert=True)
    except IntegrityError:
        raise AlreadyOpen from None
    record(network, "network.open", by=by, now=now, subject=network.key)
    return network


def take_over(network: Network, *, settings: Settings, by: int, now: datetime, opened_version: int) -> Network:
    """Replace the settings in force by the author's present ones, and offer new seats to those who wait.

    Raises StaleVersion when another admin was first, and RuleViolation for what must not change any more.
    """
    row = Network.objects.select_for_update().get(pk=network.pk)
    check_fresh(row, opened_version)
    _refuse_incomplete(settings)
    _refuse_threshold(row, settings, now)
    _refuse_sizes(row, settings)
    _refuse_schedule(row, settings)
    _fill(row, settings)
    touch(row, by=by, now=now)
    row.save()
    record(row, "network.take_over", by=by, now=now, subject=row.key)
    move_up(row, now=now)
    return row


def move_to(network: Network, state: str, *, by: int | None, now: datetime, until: date | None = None) -> Network:
    """Move the network on in its life; to stay is no move. Raises RuleViolation for a jump.

    until: the last day of a pause, which every pause has and no other state.
    """
    row = Network.objects.select_for_update().get(pk=network.pk)
    if row.state == state:
        return row
    if state not in NEXT_STATES.get(State(row.state), ()):
        raise RuleViolation(_("This step is not possible now."))
    row.state, row.paused_until = state, until if state == State.PAUSED else None
    row.save(update_fields=["state", "paused_until"])
    record(row, f"network.{state}", by=by, now=now, subject=row.key)
    return row


def _fill(network: Network, settings: Settings) -> None:
    """Set the columns that constraints and queries need, beside the settings they repeat."""
    least, most = settings.minimum_size or 0, settings.maximum_size or 0
    network.authored = write(settings)
    network.title = (settings.title or "").strip()
    network.minimum_size, network.maximum_size = least, most
    network.target_size = settings.target_size or (least + most) // 2
    network.cohort_limit = settings.cohort_limit or 0
    network.threshold = settings.threshold or 0


def _refuse_incomplete(settings: Settings) -> None:
    for problem in check(settings):
        raise RuleViolation(named_sentence(problem))


def _refuse_threshold(network: Network, settings: Settings, now: datetime) -> None:
    """Rule N9: what people were promised is only made stricter, and stays once they are asked.

    The moment is that of the first question, not of the first answer: a refusal that followed answers would
    tell an admin that there is one.
    """
    wanted = settings.threshold or 0
    if wanted < network.threshold:
        raise RuleViolation(labelled("threshold", sentence_of("threshold_only_upward", {"current": network.threshold})))
    asked = Pulse.objects.filter(session__cohort__network=network, opens_at__lte=now)
    if wanted > network.threshold and asked.exists():
        raise RuleViolation(
            labelled(
                "threshold",
                _(
                    "People are answering evaluations already, and were told from how many answers on they are shown."
                    " That number stays."
                ),
            )
        )


def _refuse_sizes(network: Network, settings: Settings) -> None:
    """Nobody loses a place or a group because a number was changed."""
    cohorts = network.cohorts.count()
    if (settings.cohort_limit or 0) < cohorts:
        text = ngettext("There is %(n)d group already.", "There are %(n)d groups already.", cohorts) % {"n": cohorts}
        raise RuleViolation(labelled("cohort_limit", text))
    placed = network.applications.filter(state__in=SEATED).count()
    seats = (settings.maximum_size or 0) * (settings.cohort_limit or 0)
    if seats < placed:
        text = _("%(placed)d people have a place already; these sizes leave room for %(seats)d.")
        raise RuleViolation(labelled("maximum_size", text % {"placed": placed, "seats": seats}))


def _refuse_schedule(network: Network, settings: Settings) -> None:
    if not network.cohorts.exists():
        return
    before = read(network.authored)
    for name in SCHEDULE:
        if getattr(before, name) != getattr(settings, name):
            text = _("The sessions of the groups are planned already. They are moved one by one in the course.")
            raise RuleViolation(labelled(name, text))
