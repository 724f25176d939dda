"""From a runtime's request to a page or a panel: language, refusals and assets, for every view and handler."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import OperationalError
from django.utils import translation
from web_fragments.fragment import Fragment
from webob import Response

from lernet_xblock import errors, panels  # noqa: F401 - importing the panels fills the registries
from lernet_xblock.host import get_host
from lernet_xblock.i18n import direction
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels.action import check_door, perform
from lernet_xblock.panels.discretion import discreet
from lernet_xblock.panels.engine import render
from lernet_xblock.panels.panel import Address, render_panel
from lernet_xblock.panels.studio import author_panel, editor_panel
from lernet_xblock.rules.authored import read
from lernet_xblock.viewer import Viewer, load_viewer

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "2"


def viewer_of(block: Any, request: Any | None) -> Viewer:
    """Return who looks at this block."""
    return load_viewer(
        get_host(),
        block,
        request,
        authored=lambda: read(block.raw_settings()),
        keep=block.keep_settings,
    )


def _page(block: Any, viewer: Viewer, body: str) -> Fragment:
    """Return the block's frame around the first panel, with script and styles."""
    values = {
        "viewer": viewer,
        "id": viewer.html_id,
        "body": body,
        "dir": direction(viewer.language),
        "action_url": block.runtime.handler_url(block, "action"),
        "panel_url": block.runtime.handler_url(block, "panel"),
    }
    fragment = Fragment(render("page.html", values))
    fragment.add_css_url(block.runtime.local_resource_url(block, "lernet_xblock/css/lernet.css"))
    fragment.add_javascript_url(block.runtime.local_resource_url(block, "lernet_xblock/js/lernet.js"))
    fragment.initialize_js("LernetXBlock")
    return fragment


@discreet
def learner_page(block: Any) -> Fragment:
    """Return the block as people in the course see it, opened at home."""
    viewer = viewer_of(block, None)
    if viewer.actor.user_id is None:
        return public_page(block)
    with translation.override(viewer.language):
        return _page(block, viewer, render_panel(viewer, Address("home")))


@discreet
def author_page(block: Any) -> Fragment:
    """Return the preview in Studio: what learners will see, with sample people, and what is still missing."""
    viewer = viewer_of(block, None)
    with translation.override(viewer.language):
        return _page(block, viewer, author_panel(viewer))


@discreet
def editor_page(block: Any) -> Fragment:
    """Return the editor in Studio."""
    viewer = viewer_of(block, None)
    with translation.override(viewer.language):
        return _page(block, viewer, editor_panel(viewer))


def public_page(block: Any) -> Fragment:  # noqa: ARG001 - one signature for every view
    """Return the fixed notice for people who are not logged in: it reads nothing and names nothing."""
    return Fragment(render("public.html", {}))


def _answered(handle: Callable[[Any, Any, str], Response]) -> Callable[[Any, Any, str], Response]:
    """Turn refusals that show no panel into their status and one sentence of plain text."""

    @wraps(handle)
    def guarded(block: Any, request: Any, suffix: str) -> Response:
        try:
            return handle(block, request, suffix)
        except OperationalError as error:
            log.warning("the database did not answer (%s)", error.args[:1])
            return _refusal(errors.Busy())
        except errors.RuleViolation as violation:
            return _refusal(violation)

    return guarded


def _refusal(violation: errors.RuleViolation) -> Response:
    response = Response(violation.sentence, status=int(violation.status), content_type="text/plain", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    if violation.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _html(status: HTTPStatus, body: str) -> Response:
    response = Response(body, status=int(status), content_type="text/html", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@_answered
@discreet
def act(block: Any, request: Any, suffix: str) -> Response:
    """Perform one action."""
    check_door(request)
    viewer = viewer_of(block, request)
    with translation.override(viewer.language):
        return _html(*perform(request, viewer, suffix.strip("/")))


@_answered
@discreet
def show(block: Any, request: Any, suffix: str) -> Response:
    """Render one panel; its parameters come from the query."""
    check_door(request)
    if request.method != "GET":
        raise errors.WrongMethod(_("This address can only be read."))
    viewer = viewer_of(block, request)
    with translation.override(viewer.language):
        if viewer.actor.user_id is None:
            raise errors.Forbidden(_("Please log in first."))
        address = Address(suffix.strip("/") or "home", _params(block, request))
        return _html(HTTPStatus.OK, render_panel(viewer, address))


def _params(block: Any, request: Any) -> dict[str, str]:
    """Return the parameters of a panel's address, without those that the host puts into every address of its own."""
    own = parse_qs(urlsplit(block.runtime.handler_url(block, "panel")).query, keep_blank_values=True)
    try:
        given = dict(request.GET)
    except UnicodeDecodeError as error:
        raise errors.Malformed(_("This address did not arrive whole.")) from error
    return {name: value for name, value in given.items() if name not in own}
