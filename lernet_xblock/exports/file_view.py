"""Files of cases, for who is logged in and may read the case at this moment. Nothing is written."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from lernet_xblock.exports.addresses import read_file
from lernet_xblock.exports.fetched import empty, fetched
from lernet_xblock.host import get_host
from lernet_xblock.queries.attachment import file_for
from lernet_xblock.rules.attached import PDF


@fetched
def file(request: HttpRequest, signed: str) -> HttpResponse:
    """Return the file of a link to the person it was made for; an empty 404 to anybody else, and for all else."""
    host, told = get_host(), read_file(signed)
    known = told is not None and host.is_visitor(request, told[0])
    found = file_for(told[0], told[1], host=host) if told is not None and known else None
    if found is None:
        # The same in all cases: whether the session was looked at would say something about the link.
        return empty(HTTPStatus.NOT_FOUND, vary="Cookie")
    headers = {
        # A PDF can run programs of its own: it is kept, and opened by whatever the person chooses.
        "Content-Disposition": content_disposition_header(found.content_type == PDF, found.name) or "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)
