"""The switcher's cookies, read once for each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from lernet_xblock.i18n import LANGUAGES
from lernet_xblock.workbench import clock
from lernet_xblock.workbench.content import languages_of_people
from lernet_xblock.workbench.scenarios import ensure_scenarios

LANGUAGE_COOKIE = "lnx_lang"
CLOCK_COOKIE = "lnx_clock"


def language_of(request: HttpRequest) -> str | None:
    """Return the language of the cookie, else that of the demo person who looks, else None."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return languages_of_people().get(request.GET.get("student", ""))


class DemoMiddleware:
    """Lets the demo's clock and language hold for a request; cookies that mean nothing are passed over.

    It also registers the demo's blocks before anything asks for them: the workbench knows usages only by
    memory, so the first request after a restart may well be a handler's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request on the demo's clock and in the chosen language, else in the browser's."""
        ensure_scenarios()
        language = language_of(request)
        shift = clock.read_shift(request.COOKIES.get(CLOCK_COOKIE, ""))
        active = language or translation.get_language_from_request(request)
        with clock.moved(shift, language=language), translation.override(active):
            return self.get_response(request)
