"""Two people form circles in the same second, and several who come late join them."""

from collections import Counter
from datetime import timedelta
from time import sleep

import pytest
from django.db import transaction
from django.utils import timezone

from lernet_xblock.models import Attendance, Circle, CircleSeat, Session
from lernet_xblock.panels import rate
from lernet_xblock.services.circle import form_circles
from tests.concurrency.crowd import PROCESSES, all_at_once
from tests.factories import CohortFactory, FacilitationFactory, MembershipFactory, NetworkFactory, SessionFactory
from tests.runtime import committed, make_block, post

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

PEOPLE = 13


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Let one person click as often as several would: how often one may is tested elsewhere."""
    monkeypatch.setattr(rate, "WRITES_PER_MINUTE", 10_000)


@pytest.fixture
def session():
    cohort = CohortFactory(network=NetworkFactory(state="running"))
    return SessionFactory(cohort=cohort, number=2, kind="regular", starts_at=timezone.now() - timedelta(minutes=20))


@pytest.fixture
def stays(session):
    early = timezone.now() - timedelta(days=30)
    return [MembershipFactory(cohort=session.cohort, joined_at=early) for _ in range(PEOPLE)]


@pytest.fixture
def guides(session):
    roles = ("facilitator", "deputy")
    return [FacilitationFactory(cohort=session.cohort, role=role, since=timezone.now()).user for role in roles]


def formed(session, stays, count):
    people = [stay.user_id for stay in stays]
    now = timezone.now()
    committed(
        lambda: form_circles(session, present=people, count=count, opened_version=0, by=people[0], now=now),
    )


def sizes(session):
    return sorted(Counter(CircleSeat.objects.filter(session=session).values_list("circle", flat=True)).values())


def test_of_two_facilitators_who_form_circles_one_wins_and_the_other_is_told(session, stays, guides):
    def press(click):
        username, people, _number = click
        fields = [("about", session.key), *(("here", str(stay.pk)) for stay in stays[:people])]
        fields += [("count", ""), ("version", "0")]
        return post(make_block(username), "circles.form", fields, at=f"circles?session={session.key}").status_int

    clicks = [(guides[number % 2].username, 13 if number % 2 else 12, number) for number in range(PROCESSES)]
    outcomes = all_at_once(press, clicks)
    assert Counter(how for _who, how in outcomes) == {"200": 1, "409": PROCESSES - 1}
    [people] = [click[1] for click, how in outcomes if how == "200"]
    assert sizes(session) == ([6, 6] if people == 12 else [6, 7])
    assert Attendance.objects.count() == people
    assert set(Circle.objects.values_list("version", flat=True)) == {1}


def test_without_the_version_several_are_told_that_theirs_stand(session, stays, guides):
    """Guards the test above: whoever looks first and writes then overwrites what another formed meanwhile."""

    def naive(people):
        with transaction.atomic():
            if Circle.objects.filter(session=session).exists():
                return "told"
            sleep(0.5)
            Session.objects.select_for_update().get(pk=session.pk)
            Circle.objects.filter(session=session).delete()
            circle = Circle.objects.create(
                session=session, cohort=session.cohort, number=people, formed_at=timezone.now()
            )
        return f"mine {circle.number}"

    outcomes = all_at_once(naive, list(range(1, PROCESSES + 1)))
    assert sum(how.startswith("mine") for _who, how in outcomes) > 1


def test_late_arrivals_in_the_same_second_fill_the_circles_evenly(session, stays, guides):
    formed(session, stays[:8], 2)

    def arrive(click):
        username, number = click
        fields = {"about": session.key, "person": str(number), "circle": ""}
        return post(make_block(username), "circles.late", fields, at=f"circles?session={session.key}").status_int

    crowd = [(guides[place % 2].username, stay.pk) for place in range(4) for stay in stays[8:12]]
    outcomes = all_at_once(arrive, crowd)
    assert {how for _who, how in outcomes} == {"200"}
    assert sizes(session) == [6, 6]
    assert CircleSeat.objects.filter(late=True).count() == 4
    assert Attendance.objects.filter(state="late").count() == 4


def test_without_the_lock_late_arrivals_crowd_into_one_circle(session, stays):
    """Guards the test above: everybody sees the same smallest circle."""
    formed(session, stays[:8], 2)

    def naive(user_id):
        with transaction.atomic():
            rows = {row.pk: row.seats.count() for row in Circle.objects.filter(session=session)}
            sleep(0.5)
            smallest = min(rows, key=lambda pk: (rows[pk], pk))
            CircleSeat.objects.create(
                circle_id=smallest, session=session, user_id=user_id, late=True, seated_at=timezone.now()
            )
        return "sits"

    all_at_once(naive, [stay.user_id for stay in stays[8:12]])
    assert sizes(session) != [6, 6]
