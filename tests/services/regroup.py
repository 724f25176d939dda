"""Two groups of a running network, as moving people finds them."""

from datetime import timedelta

from lernet_xblock.models import CharterConsent, Cohort, Membership, Notice, Session
from tests.factories import (
    NOW,
    ApplicationFactory,
    CharterFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
)

DAY = timedelta(days=1)
LATER = NOW + 10 * DAY


def running_network(**values):
    return NetworkFactory(state="running", **values)


def group(network, number, people, **values):
    """Return a cohort with charter, five sessions four weeks apart (the first held), and so many members since NOW."""
    cohort = CohortFactory(network=network, number=number, **values)
    charter = CharterFactory(cohort=cohort, in_force_at=NOW)
    for nth in range(1, 6):
        starts = NOW + DAY + (nth - 1) * timedelta(weeks=4)
        kind = {1: "launch", 5: "closing"}.get(nth, "regular")
        PulseFactory(session=SessionFactory(cohort=cohort, number=nth, kind=kind, starts_at=starts))
    for _nth in range(people):
        member(cohort, charter=charter)
    return cohort


def member(cohort, *, charter=None, **values):
    """Return a membership of somebody who applied, and accepted the charter if it is given."""
    application = ApplicationFactory(network=cohort.network, state="member", **values)
    if charter is not None:
        CharterConsent.objects.create(charter=charter, user=application.user, at=NOW)
    return MembershipFactory(cohort=cohort, user=application.user)


def people(cohort):
    return set(Membership.objects.filter(cohort=cohort, active=True).values_list("user_id", flat=True))


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def states(cohort):
    return list(Session.objects.filter(cohort=cohort).order_by("starts_at").values_list("state", flat=True))


def fresh(cohort):
    return Cohort.objects.get(pk=cohort.pk)
