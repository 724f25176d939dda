"""What calendar programs fetch: a person's feed and single sessions. No login, no cookies, nothing is written.

The address of a feed is a secret: it must not stand in any log of ours.
"""

from http import HTTPStatus

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from lernet_xblock.exports.addresses import read_session
from lernet_xblock.exports.feed import alarm_of, etag_of, feed_file
from lernet_xblock.exports.fetched import empty, fetched
from lernet_xblock.host import Host, get_host
from lernet_xblock.i18n import gettext as _
from lernet_xblock.queries.feed import OpenFeed, holder_of, open_feed, single_of
from lernet_xblock.rules.feed_token import digest, is_token

FETCHES_PER_HOUR = 60
HOUR_SECONDS = 60 * 60
FILE_TYPE = "text/calendar; charset=utf-8"


@fetched
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the feed of a token, 304 to who has it already, an empty 404 for a token that is none any more."""
    host = get_host()
    user_id = holder_of(token) if is_token(token) else None
    if user_id is None:
        return empty(HTTPStatus.NOT_FOUND)
    wait = _seconds_to_wait(f"feed:{digest(token)}", host)
    if wait:
        return empty(HTTPStatus.TOO_MANY_REQUESTS, retry_after=str(wait))
    found = open_feed(user_id, host=host, now=host.now())
    if found is None:
        return empty(HTTPStatus.NOT_FOUND)
    return _of_feed(request, found, host)


def _of_feed(request: HttpRequest, found: OpenFeed, host: Host) -> HttpResponse:
    alarm = alarm_of(request.GET.get("alarm", ""))
    etag = etag_of(found.head, host, alarm_minutes=alarm)
    # Asked of a response that is not there yet, it returns a 304 or nothing.
    response = get_conditional_response(request, etag=etag)
    if response is None:
        read = found.read(now=host.now())
        response = _file(feed_file(read, host, alarm_minutes=alarm), "inline", "lernet.ics")
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=300"
    return response


@fetched
def session(request: HttpRequest, signed: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return a file with one session to whom the link was made for, if the session is still theirs to see."""
    host, told = get_host(), read_session(signed)
    if told is None:
        words = _("This link is too old. Please load the page anew and take the link from there.")
        return HttpResponse(words, status=HTTPStatus.NOT_FOUND, content_type="text/plain; charset=utf-8")
    wait = _seconds_to_wait(f"session:{told[0]}", host)
    if wait:
        return empty(HTTPStatus.TOO_MANY_REQUESTS, retry_after=str(wait))
    found = single_of(told[0], told[1], host=host, now=host.now())
    if found is None:
        return empty(HTTPStatus.NOT_FOUND)
    return _file(feed_file(found, host), "attachment", "session.ics")


def _file(body: bytes, disposition: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'{disposition}; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type=FILE_TYPE, headers=headers)


def _seconds_to_wait(name: str, host: Host) -> int:
    """Count a fetch; return 0, or after too many in this hour how many seconds of it are left."""
    hour, spent = divmod(int(host.now().timestamp()), HOUR_SECONDS)
    key = f"lernet:{name}:{hour}"
    cache.add(key, 0, timeout=HOUR_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:
        # The cache dropped the counter between the two calls, or keeps nothing at all.
        return 0
    return HOUR_SECONDS - spent if count > FETCHES_PER_HOUR else 0
