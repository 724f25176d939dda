from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from workbench.runtime import ID_MANAGER

from lernet_xblock.workbench import clock
from lernet_xblock.workbench.demo import make_people, write_settings
from lernet_xblock.workbench.scenarios import SLUGS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lernet_xblock.workbench.urls")]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def demo() -> None:
    make_people(NOW)
    write_settings(date(2026, 11, 23))


def switch(client: Client, **fields: str) -> object:
    return client.post("/demo/switch/", {"next": "/", **fields})


def test_home_has_a_card_for_each_network(client: Client, demo: None) -> None:
    page = client.get("/").content.decode()

    assert page.count('class="demo-card"') == len(SLUGS)
    assert "/demo/open/learner/?student=amina_benali" in page
    assert "/demo/draft/studio/?student=author_an" in page
    assert "An empty block" in page


def test_home_names_each_network_once_its_author_has(client: Client, demo: None) -> None:
    page = client.get("/").content.decode()

    assert "Leidinggeven in de zorg, zonder alleen te staan" in page
    assert "A network without a title" in page


@pytest.mark.parametrize("slug", [*SLUGS, "several"])
@pytest.mark.parametrize("view", ["learner", "author", "studio"])
def test_every_unit_opens_in_every_view(client: Client, demo: None, slug: str, view: str) -> None:
    person = "amina_benali" if view == "learner" else "author_an"
    reply = client.get(f"/demo/{slug}/{view}/?student={person}")

    assert reply.status_code == HTTPStatus.OK
    assert reply.content.decode().count('class="lnx"') == (3 if slug == "several" else 1)
    assert "csrftoken" in reply.cookies


@pytest.mark.parametrize(
    "path",
    [
        "/demo/nowhere/learner/",
        "/demo/open/handler/",
        "/demo/open/learner/?student=nobody",
        "/demo/open/learner/?student=",
        "/demo/open/learner/?student=%00",
        "/demo/open/learner/?student=<script>",
    ],
)
def test_what_the_demo_has_not_is_not_found(client: Client, demo: None, path: str) -> None:
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


def test_a_unit_is_in_the_persons_language_unless_another_is_chosen(client: Client, demo: None) -> None:
    own = client.get("/demo/running/learner/?student=jonas_peeters").content.decode()
    switch(client, language="de")
    chosen = client.get("/demo/running/learner/?student=jonas_peeters").content.decode()

    assert '<html lang="nl" dir="ltr">' in own
    assert '<html lang="de" dir="ltr">' in chosen


def test_theme_and_direction_are_kept_and_taken_back(client: Client, demo: None) -> None:
    switch(client, theme="dark")
    switch(client, direction="rtl")
    there = client.get("/").content.decode()
    switch(client, theme="light")
    switch(client, direction="ltr")
    back = client.get("/").content.decode()

    assert 'dir="rtl" data-paragon-theme-variant="dark"' in there
    assert '<html lang="en" dir="ltr">' in back


def test_days_add_up_and_real_time_returns(client: Client, demo: None) -> None:
    switch(client, clock="on")
    switch(client, clock="on")
    switch(client, clock="back")
    one_day = client.cookies["lnx_clock"].value
    switch(client, clock="own")

    assert one_day == "+1d"
    assert client.cookies["lnx_clock"].value == ""


def test_after_the_next_session_without_a_session_changes_nothing(client: Client, demo: None) -> None:
    switch(client, clock="on")
    switch(client, clock="session", network="open")

    assert clock.read_shift(client.cookies["lnx_clock"].value) == timedelta(days=1)


def test_a_switch_leads_back_to_where_it_was_pressed(client: Client) -> None:
    reply = client.post("/demo/switch/", {"next": "/demo/open/learner/?student=amina_benali", "language": "fr"})

    assert reply.status_code == HTTPStatus.SEE_OTHER
    assert reply["Location"] == "/demo/open/learner/?student=amina_benali"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"next": "https://example.org/"},
        {"next": "//example.org/"},
        {"next": "javascript:alert(1)"},
        {"next": "/", "language": "xx"},
        {"next": "/", "clock": "+3d"},
        {"next": "/", "network": "nowhere", "clock": "session"},
    ],
)
def test_what_the_switcher_cannot_send_is_refused(client: Client, fields: dict[str, str]) -> None:
    assert client.post("/demo/switch/", fields).status_code == HTTPStatus.BAD_REQUEST


def test_a_switch_is_posted(client: Client) -> None:
    assert client.get("/demo/switch/?next=/").status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_a_switch_needs_its_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/demo/switch/", {"next": "/"}).status_code == HTTPStatus.FORBIDDEN


def test_the_workbenchs_own_page_of_a_demo_block_still_works(client: Client, demo: None) -> None:
    reply = client.get("/scenario/lernet-open/?student=amina_benali")

    assert reply.status_code == HTTPStatus.OK
    assert 'class="lnx"' in reply.content.decode()


def test_a_handler_may_be_the_first_thing_asked_after_a_restart(client: Client, demo: None) -> None:
    ID_MANAGER.clear()

    reply = client.get("/handler/lernet-open.lernet.d0.u0/panel/home?student=amina_benali")

    assert reply.status_code == HTTPStatus.OK
    assert b"data-fragment" in reply.content


def test_the_workbenchs_reset_is_refused(client: Client, demo: None) -> None:
    assert client.post("/reset_state").status_code == HTTPStatus.CONFLICT
    assert "Revenir au travail, et rester" in client.get("/").content.decode()


def test_from_a_learners_page_studio_opens_as_the_author(client: Client, demo: None) -> None:
    page = client.get("/demo/open/learner/?student=amina_benali").content.decode()

    assert 'href="/demo/open/studio/?student=author_an"' in page
    assert 'href="/demo/open/learner/?student=amina_benali" aria-current="page"' in page


def test_switch_goes_back_to_addresses_of_this_site_only(client: Client) -> None:
    for elsewhere in ("x", "//example.org", "https://example.org/"):
        assert client.post("/demo/switch/", {"next": elsewhere}).status_code == 400
    assert client.post("/demo/switch/", {"next": "/"}).status_code == 303
