"""What all answers beside the block have in common: they are read only, and no log of ours keeps their address."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from lernet_xblock.exports.addresses import PREFIX

RETRY_SECONDS = 30

View = Callable[[HttpRequest, str], HttpResponse]


def fetched(view: View) -> View:
    """Let a view answer GET and HEAD only, name its address in no log, and say the same of every answer."""

    @wraps(view)
    def guarded(request: HttpRequest, secret: str) -> HttpResponse:
        # Django logs the path of every refusal and of every error; from here on it is this one.
        request.path = f"/{PREFIX}"
        response = _answer(view, request, secret)
        response["X-Robots-Tag"] = "noindex"
        response.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def _answer(view: View, request: HttpRequest, secret: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return empty(HTTPStatus.METHOD_NOT_ALLOWED, allow="GET, HEAD")
    try:
        return view(request, secret)
    except OperationalError:
        return empty(HTTPStatus.SERVICE_UNAVAILABLE, retry_after=str(RETRY_SECONDS))


def empty(status: HTTPStatus, **headers: str) -> HttpResponse:
    """Return an answer without a body. headers: by name, with underscores."""
    response: Any = HttpResponse(status=status, content_type="text/plain; charset=utf-8")
    for name, value in headers.items():
        response[name.replace("_", "-").title()] = value
    return response
