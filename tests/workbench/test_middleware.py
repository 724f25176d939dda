from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from lernet_xblock.workbench import clock
from lernet_xblock.workbench.middleware import DemoMiddleware

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def during(path: str = "/", *, browser: str = "", **cookies: str) -> tuple[str | None, str | None, timedelta]:
    """Return the demo's language, Django's and the shift, as a view inside the request sees them."""
    seen: list[tuple[str | None, str | None, timedelta]] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append((clock.language(), translation.get_language(), clock.shift()))
        return HttpResponse()

    request = RequestFactory().get(path, headers={"Accept-Language": browser})
    request.COOKIES.update(cookies)
    DemoMiddleware(view)(request)
    return seen[0]


def test_the_cookies_hold_inside_the_request() -> None:
    assert during(lnx_lang="de", lnx_clock="+3d") == ("de", "de", timedelta(days=3))


def test_nothing_is_left_after_the_request() -> None:
    before = translation.get_language()

    during(lnx_lang="de", lnx_clock="+3d")

    assert (clock.language(), clock.shift(), translation.get_language()) == (None, timedelta(), before)


@pytest.mark.parametrize("language", ["xx", "EN", "en-GB", "../de", "", "ar", "en\x00"])
def test_a_language_that_is_not_ours_is_passed_over(language: str) -> None:
    assert during(lnx_lang=language) == (None, "en", timedelta())


@pytest.mark.parametrize("shift", ["tomorrow", "+99999d", "-", "+1d; Path=/", "\x00", "+3d" * 500])
def test_a_clock_that_means_nothing_is_passed_over(shift: str) -> None:
    assert during(lnx_clock=shift)[2] == timedelta()


def test_without_a_cookie_a_person_of_the_demo_reads_the_own_language() -> None:
    assert during("/?student=jonas_peeters")[:2] == ("nl", "nl")


def test_the_cookie_wins_over_the_person() -> None:
    assert during("/?student=jonas_peeters", lnx_lang="fr")[0] == "fr"


def test_a_stranger_reads_the_browsers_language() -> None:
    assert during("/?student=somebody", browser="fr-BE,fr;q=0.9")[:2] == (None, "fr")


@time_machine.travel(MOMENT, tick=False)
def test_the_clock_of_a_request_is_shifted() -> None:
    with clock.moved(clock.read_shift("-1d"), language=None):
        assert clock.now() == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
