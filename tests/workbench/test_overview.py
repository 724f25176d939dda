from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import settings
from django.utils import translation

from lernet_xblock.models import Cohort, Network, Pulse, Session
from lernet_xblock.workbench.demo import write_settings
from lernet_xblock.workbench.overview import describe, next_session_end
from lernet_xblock.workbench.scenarios import demo_usage_id, write_fields
from tests.factories import ApplicationFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db

# A Tuesday; sessions are at 12:30–15:30 UTC.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def network(slug: str, state: str = Network.State.OPEN) -> Network:
    return NetworkFactory(
        course_id=settings.LERNET_DEV_COURSE_ID, usage_id=demo_usage_id(slug), state=state, title="A title",
    )  # fmt: skip


def meeting(cohort: Cohort, number: int, days: int, kind: str = "regular") -> Session:
    starts_at = NOW + timedelta(days=days, hours=3, minutes=30)
    return Session.objects.create(
        cohort=cohort, number=number, kind=kind, local_date=starts_at.date(), local_time=time(13, 30),
        time_zone="Europe/Brussels", duration_minutes=180, starts_at=starts_at, changed_at=NOW,
        ends_at=starts_at + timedelta(hours=3), zone_data_version="2026a",
    )  # fmt: skip


def test_an_empty_block_is_called_empty() -> None:
    assert describe("draft", username="author_an", now=NOW).title == ""


def test_a_begun_block_misses_something() -> None:
    write_fields("open", {"goal": "G", "display_name": "N"}, username="author_an")

    state = describe("open", username="author_an", now=NOW)

    assert state.title == "N"
    assert state.sentences == ("Begun by its author; something is still missing before applications can open.",)


def test_a_filled_block_waits_for_its_admin() -> None:
    write_settings(NOW.date())

    state = describe("open", username="author_an", now=NOW)

    assert (state.title, state.language) == ("Revenir au travail, et rester", "fr")
    assert state.sentences == ("Filled in by its author; an admin can open the applications.",)


def test_an_open_network_counts_its_applicants() -> None:
    found = network("open")
    ApplicationFactory(network=found)
    ApplicationFactory(network=found, state="withdrawn")

    state = describe("open", username="author_an", now=NOW)

    assert state.sentences == ("1 person has applied.", "No groups have been formed yet.")


def test_a_running_network_tells_its_place_on_the_line() -> None:
    found = network("running", Network.State.RUNNING)
    cohort = Cohort.objects.create(
        network=found, number=1, minimum_size=10, maximum_size=15, working_language="nl",
    )  # fmt: skip
    cohort.memberships.create(network=found, user=UserFactory(), joined_at=NOW)
    held = meeting(cohort, 1, -1, "launch")
    meeting(cohort, 2, 7, "closing")
    Pulse.objects.create(session=held, opens_at=held.ends_at, closes_at=held.ends_at + timedelta(hours=72))

    state = describe("running", username="author_an", now=NOW)

    assert state.sentences == (
        "1 group with 1 members.",
        "1 of 2 sessions are over.",
        "The closing session is on Tuesday 1 December 2026.",
        "An evaluation is open until Thursday 26 November 2026, 16:30.",
    )


def test_the_next_session_end_is_that_of_this_network_and_not_cancelled() -> None:
    cohort = Cohort.objects.create(
        network=network("running", Network.State.RUNNING), number=1, minimum_size=10, maximum_size=15,
        working_language="nl",
    )  # fmt: skip
    meeting(cohort, 1, -1)
    cancelled = meeting(cohort, 2, 1)
    cancelled.state, cancelled.number, cancelled.cancelled_at = Session.State.CANCELLED, None, NOW
    cancelled.save()
    coming = meeting(cohort, 3, 2)

    assert next_session_end("running", NOW) == coming.ends_at
    assert next_session_end("closing", NOW) is None
    assert date(2026, 11, 26) == coming.local_date
