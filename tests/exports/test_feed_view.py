"""Fetching a feed as calendar programs do: without a login, again and again, and after everything that ends it."""

import logging
from datetime import timedelta

import icalendar
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from lernet_xblock.exports import feed_view
from lernet_xblock.exports.addresses import session_url
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.services.feed import end_feed, make_feed
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import committed

pytestmark = pytest.mark.django_db

CANARY = "canarysingsinthemine"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Stop the clock, and let a test set it."""
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments.append


@pytest.fixture
def ours():
    cohort = CohortFactory(network=NetworkFactory(state="running"), number=1)
    return SessionFactory(cohort=cohort, place="Gembloux", meeting_link=f"https://meet.example.org/{CANARY}")


@pytest.fixture
def person(ours):
    return MembershipFactory(cohort=ours.cohort).user


def address(user):
    return f"/lernet/ics/{committed(lambda: make_feed(user.pk, now=NOW))}.ics"


def fetch(url, method="get", **headers):
    return getattr(Client(), method)(url, headers={name.replace("_", "-"): value for name, value in headers.items()})


def uids(response):
    return [str(event["uid"]) for event in icalendar.Calendar.from_ical(response.content).walk("VEVENT")]


def test_a_program_gets_the_feed_with_the_headers_it_needs(ours, person):
    response = fetch(address(person))
    assert (response.status_code, uids(response)) == (200, [str(ours.uid)])
    assert dict(response.headers) | {"ETag": "", "Content-Length": ""} == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'inline; filename="lernet.ics"',
        "Cache-Control": "private, max-age=300",
        "X-Robots-Tag": "noindex",
        "X-Content-Type-Options": "nosniff",
        "ETag": "",
        "Content-Length": "",
    } | {name: response.headers[name] for name in ("Content-Language", "Vary", "X-Frame-Options") if name in response}
    assert (response.cookies, "Set-Cookie" in response.headers) == ({}, False)


def test_a_feed_holds_no_link_to_a_meeting(ours, person):
    response = fetch(address(person) + "?alarm=15")
    assert CANARY in ours.meeting_link
    assert CANARY.encode() not in response.content.replace(b"\r\n ", b"")


def test_asking_for_the_head_gives_headers_and_no_body(person):
    response = fetch(address(person), "head")
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"].startswith('W/"')


def test_nothing_changes_between_two_fetches(person):
    url = address(person)
    first, second = fetch(url), fetch(url)
    assert (first.content, first["ETag"]) == (second.content, second["ETag"])


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", W/{}', "*", '"other" ,{} '])
def test_who_has_it_already_gets_an_empty_304(person, form):
    url = address(person)
    strong = fetch(url)["ETag"].removeprefix("W/")
    response = fetch(url, if_none_match=form.format(strong))
    assert (response.status_code, response.content) == (304, b"")
    assert (response["ETag"], response["Cache-Control"]) == (f"W/{strong}", "private, max-age=300")


def test_who_has_another_one_gets_it_whole(person):
    assert fetch(address(person), if_none_match='"other", W/"more"').status_code == 200


def test_an_unchanged_feed_is_never_written(person, monkeypatch):
    url = address(person)
    etag = fetch(url)["ETag"]
    monkeypatch.setattr(feed_view, "feed_file", None)
    assert fetch(url, if_none_match=etag).status_code == 304


def test_a_moved_session_is_the_same_entry_at_another_time(ours, person):
    url = address(person)
    before = fetch(url)
    ours.starts_at, ours.ends_at = ours.starts_at + timedelta(days=7), ours.ends_at + timedelta(days=7)
    ours.sequence, ours.changed_at = 1, NOW + timedelta(days=1)
    ours.save()
    after = fetch(url, if_none_match=before["ETag"])
    (event,) = icalendar.Calendar.from_ical(after.content).walk("VEVENT")
    assert (str(event["uid"]), event["sequence"], event["dtstart"].dt) == (str(ours.uid), 1, ours.starts_at)


@pytest.mark.parametrize(("asked", "alarms"), [("?alarm=15", 1), ("", 0), ("?alarm=0", 0), ("?alarm=x", 0)])
def test_an_alarm_is_there_only_when_it_is_asked_for(person, asked, alarms):
    content = fetch(address(person) + asked).content
    assert content.count(b"BEGIN:VALARM") == alarms


@pytest.mark.parametrize("token", ["", "x", "A" * 42, "A" * 44, "é" * 43, "A" * 42 + "=", "A" * 42 + "%00"])
def test_what_is_no_token_costs_no_query(token, django_assert_num_queries):
    # The demo's blocks are registered at the first request of all.
    fetch("/lernet/ics/x.ics")
    with django_assert_num_queries(0):
        response = fetch(f"/lernet/ics/{token}.ics")
    assert response.status_code == 404


def dead(url):
    response = fetch(url)
    return (response.status_code, response.content) == (404, b"")


def test_an_unknown_token_is_an_empty_404(person):
    assert not dead(address(person))
    assert dead(f"/lernet/ics/{'A' * 43}.ics")


def leave(row):
    row.active, row.left_at, row.end = None, NOW, "left"
    row.save()


def change_password(row):
    row.user.set_password("a better one")
    row.user.save()


ENDINGS = {
    "left": leave,
    "deactivated": lambda row: get_user_model().objects.filter(pk=row.user_id).update(is_active=False),
    "new password": change_password,
    "new address": lambda row: committed(lambda: make_feed(row.user_id, now=NOW)),
    "switched off": lambda row: committed(lambda: end_feed(row.user_id)),
    "deleted": lambda row: row.user.delete(),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_a_feed_ends_it_at_the_next_fetch(ours, person, ending):
    url = address(person)
    etag = fetch(url)["ETag"]
    ENDINGS[ending](ours.cohort.memberships.get(user=person))
    assert dead(url)
    assert fetch(url, if_none_match=etag).status_code == 404


def test_unenrolment_ends_a_feed_at_the_next_fetch(person, monkeypatch):
    url = address(person)
    assert not dead(url)
    monkeypatch.setattr(WorkbenchHost, "enrolled", lambda self, user, courses: frozenset())
    assert dead(url)


def test_who_was_transferred_sees_the_new_groups_sessions_only(ours, person):
    theirs = SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=2))
    url = address(person)
    assert uids(fetch(url)) == [str(ours.uid)]
    leave(ours.cohort.memberships.get(user=person))
    MembershipFactory(cohort=theirs.cohort, user=person, joined_at=NOW)
    assert uids(fetch(url)) == [str(theirs.uid)]


def test_who_guides_several_groups_has_them_all_in_one_feed(ours):
    other = SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=2))
    SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=3))
    guide = FacilitationFactory(cohort=ours.cohort).user
    FacilitationFactory(cohort=other.cohort, user=guide)
    assert sorted(uids(fetch(address(guide)))) == sorted([str(ours.uid), str(other.uid)])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_a_feed_can_only_be_read(person, method):
    response = fetch(address(person), method)
    assert (response.status_code, response["Allow"], response.content) == (405, "GET, HEAD", b"")


def test_after_sixty_fetches_in_an_hour_a_program_has_to_wait(ours, person, at):
    url, other = address(person), address(FacilitationFactory(cohort=ours.cohort).user)
    at(NOW + timedelta(minutes=40))
    assert {fetch(url).status_code for _turn in range(60)} == {200}
    refused = fetch(url)
    assert (refused.status_code, refused["Retry-After"], refused.content) == (429, str(20 * 60), b"")
    assert fetch(other).status_code == 200
    at(NOW + timedelta(minutes=60))
    assert fetch(url).status_code == 200


def test_without_a_cache_that_counts_feeds_are_served(person, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    url = address(person)
    assert {fetch(url).status_code for _turn in range(61)} == {200}


def test_a_database_that_does_not_answer_asks_to_come_again(person, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError(2006, "gone")

    url = address(person)
    monkeypatch.setattr(feed_view, "open_feed", gone)
    response = fetch(url)
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (
        503,
        "30",
        "private, no-store",
    )


def test_a_token_stands_in_no_log(person, caplog, monkeypatch):
    for name in ("", "django", "django.request", "django.db.backends"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        caplog.set_level(logging.DEBUG, logger=name)
    url = address(person)
    token = url.split("/")[-1].removesuffix(".ics")
    for method in ("get", "post"):
        fetch(url, method)
    for _turn in range(60):
        fetch(url)
    committed(lambda: end_feed(person.pk))
    fetch(url)
    monkeypatch.setattr(feed_view, "holder_of", None)
    with pytest.raises(TypeError):
        fetch(url)
    logged = [record for record in caplog.records if record.name == "django.request"]
    assert {record.status_code for record in logged} == {404, 405, 429, 500}
    assert [record for record in caplog.records if token in record.getMessage()] == []


def single(user, session):
    url = session_url(WorkbenchHost(), user.pk, session.key)
    return fetch(url[url.index("/lernet/") :])


def test_a_single_session_is_a_file_to_open(ours, person):
    response = single(person, ours)
    assert (response.status_code, uids(response)) == (200, [str(ours.uid)])
    assert response["Content-Disposition"] == 'attachment; filename="session.ics"'
    assert (response["Cache-Control"], response["X-Robots-Tag"]) == ("private, no-store", "noindex")
    assert CANARY.encode() not in response.content.replace(b"\r\n ", b"")


def test_a_single_session_asks_for_permission_when_it_is_fetched(ours, person):
    theirs = SessionFactory(cohort=CohortFactory(network=ours.cohort.network, number=2))
    assert [single(person, one).status_code for one in (ours, theirs)] == [200, 404]
    stand_in = SubstitutionFactory(session=theirs).user
    assert [single(stand_in, one).status_code for one in (ours, theirs)] == [404, 200]
    assert single(UserFactory(), ours).status_code == 404
    leave(ours.cohort.memberships.get(user=person))
    assert single(person, ours).status_code == 404


def test_a_link_to_a_session_that_nobody_signed_says_what_to_do():
    response = fetch("/lernet/session/abc.ics")
    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert response.content.decode() == "This link is too old. Please load the page anew and take the link from there."


def test_single_sessions_are_limited_as_well(ours, person):
    assert {single(person, ours).status_code for _turn in range(60)} == {200}
    assert single(person, ours).status_code == 429
