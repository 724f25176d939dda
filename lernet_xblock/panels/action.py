"""The dispatcher: everything that every write needs, once.

method → content type → size → who → permission → rate → form → transaction → the panel as it is now.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from django.utils.datastructures import MultiValueDict

from lernet_xblock import errors
from lernet_xblock.host import Place
from lernet_xblock.i18n import gettext as _
from lernet_xblock.panels import rate, sent
from lernet_xblock.panels.attempt import attempt
from lernet_xblock.panels.conflict import changed_by
from lernet_xblock.panels.delivery import TASK as DELIVER
from lernet_xblock.panels.forms import KEY_FIELD, ActionForm, Forms
from lernet_xblock.panels.masquerade import log_refused
from lernet_xblock.panels.panel import Address, Params, render_panel
from lernet_xblock.rules.text import clean
from lernet_xblock.services.message import noticing
from lernet_xblock.viewer import Viewer

log = logging.getLogger(__name__)

JSON_TYPE = "application/json"
FORM_HEADER = "X-Lernet-Form"
JSON_LIMIT_BYTES = 64 * 1024
FILE_LIMIT_BYTES = 5 * 1024 * 1024
MOST_FIELDS = 1000
OPEN_DOORS = ("/handler_noauth/", "/unauth_handler/")


@dataclass(frozen=True)
class Reply:
    """What an action leaves to show: a sentence for the live region and the panel to go to, "" for the same.

    once: what the template of the panel gets this one time and no address may carry, such as a secret just made.
    """

    say: str = ""
    panel: str = ""
    params: Params = field(default_factory=dict)
    once: Mapping[str, Any] = field(default_factory=dict, repr=False)


Run = Callable[[Viewer, Any], Reply | None]

IN_COURSE = frozenset({Place.LEARN, Place.BENCH})
IN_STUDIO = frozenset({Place.STUDIO, Place.BENCH})


@dataclass(frozen=True)
class Action:
    """One write. `creates`: a second click must not make a second thing; `remembers`: a key and a rate may be kept.

    Evaluations remember nothing: their ledger alone says that somebody answered. `places`: where it may be sent
    from: settings are written in Studio, everything else in the course. a_minute: how often one person may send it.
    """

    name: str
    panel: str
    permission: Callable[[Viewer], bool]
    form: type[ActionForm]
    run: Run
    creates: bool = False
    remembers: bool = True
    content_types: tuple[str, ...] = (JSON_TYPE,)
    places: frozenset[Place] = IN_COURSE
    a_minute: int = rate.WRITES_PER_MINUTE

    @property
    def takes_file(self) -> bool:
        """The body is a file; its form comes in the header FORM_HEADER."""
        return JSON_TYPE not in self.content_types


ACTIONS: dict[str, Action] = {}


def action(  # noqa: PLR0913 - each says one thing about the action
    name: str,
    *,
    panel: str,
    permission: Callable[[Viewer], bool],
    form: type[ActionForm] = ActionForm,
    creates: bool = False,
    remembers: bool = True,
    content_types: tuple[str, ...] = (JSON_TYPE,),
    places: frozenset[Place] = IN_COURSE,
    a_minute: int = rate.WRITES_PER_MINUTE,
) -> Callable[[Run], Run]:
    """Register the function as an action. It gets the viewer and the valid form, inside a transaction."""

    def register(run: Run) -> Run:
        options = (creates, remembers, content_types, places, a_minute)
        ACTIONS[name] = Action(name, panel, permission, form, run, *options)
        return run

    return register


@dataclass(frozen=True)
class Sent:
    """A request body, read: the panel it came from, the form's fields, the idempotency key or the file."""

    address: Address | None
    fields: MultiValueDict
    key: str
    body: bytes


def check_door(request: Any) -> None:
    """Refuse addresses that the platform serves without authentication, whatever they lead to."""
    if any(door in request.path for door in OPEN_DOORS):
        raise errors.Forbidden(_("This address is not open to people."))


def find_action(request: Any, name: str) -> Action:
    """Return the action. Raises NotFound, WrongMethod, WrongContent or TooLarge, in that order."""
    found = ACTIONS.get(name)
    if found is None:
        raise errors.NotFound
    if request.method != "POST":
        raise errors.WrongMethod(_("This address only takes changes, sent by the page."))
    # A form-encoded body would stand in the platform's tracking log, beside the person's name.
    kind = (request.content_type or "").split(";")[0].strip().lower()
    if kind not in found.content_types:
        raise errors.WrongContent(
            _("This form did not arrive in the way the page sends it. Reload the page and try again.")
        )
    limit = FILE_LIMIT_BYTES if found.takes_file else JSON_LIMIT_BYTES
    if (request.content_length or 0) > limit or len(request.body) > limit:
        raise errors.TooLarge(_("This is too much at once: %(limit)d kB is the most.") % {"limit": limit // 1024})
    if request.headers.get("X-Requested-With") != "XMLHttpRequest":
        raise errors.Forbidden(_("This form was not sent by the page. Reload it and try again."))
    return found


def check_person(viewer: Viewer, found: Action) -> None:
    """Refuse people who are not logged in, who only look, or who have no business with the action."""
    if viewer.actor.user_id is None:
        raise errors.Forbidden(_("Please log in first. What you typed is kept on this page."))
    if not viewer.may_write:
        log_refused(viewer, found.name)
        raise errors.Forbidden(_("You are looking as somebody else: nothing is written in their name."))
    if viewer.place not in found.places:
        raise errors.Forbidden(
            _("This is not done here: settings are changed in Studio, everything else in the course.")
        )
    if not found.permission(viewer):
        raise errors.Forbidden(_("You cannot do this in this network."))


def _pairs(document: Any) -> list[tuple[str, str]]:
    """Return the name and value of each field. Raises Malformed for any other shape than [["name", "value"], …]."""
    rows = document.get("fields") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_FIELDS:
        raise errors.Malformed(_("This form did not arrive as a form. Reload the page and try again."))
    for row in rows:
        if not (isinstance(row, list) and [type(part) for part in row] == [str, str]):
            raise errors.Malformed(_("This form did not arrive as a form. Reload the page and try again."))
    return [(clean(name), clean(value)) for name, value in rows]


def read_json(body: bytes) -> Sent:
    """Return the body of a form. Raises Malformed when it is no JSON, or JSON of another shape."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise errors.Malformed(_("This form did not arrive whole. Please send it again.")) from error
    fields: MultiValueDict = MultiValueDict()
    for name, value in _pairs(document):
        fields.appendlist(name, value)
    key = fields.pop(KEY_FIELD, [""])[-1][:40]
    at = document.get("at")
    return Sent(Address.parse(clean(at)) if isinstance(at, str) and at else None, fields, key, b"")


def read_sent(request: Any, found: Action) -> Sent:
    """Return what was sent: a form as JSON, or a file as the raw body and its form, if any, in a header.

    Web servers log addresses and no headers: the name of a file can tell as much as its content.
    """
    if not found.takes_file:
        return read_json(request.body)
    form = request.headers.get(FORM_HEADER)
    if not form:
        return Sent(None, MultiValueDict(), "", request.body)
    return replace(read_json(unquote(form).encode()), body=request.body)


def perform(request: Any, viewer: Viewer, name: str) -> tuple[HTTPStatus, str]:
    """Do the action and return the status and the panel's HTML. Raises a RuleViolation for all that shows no panel."""
    check_door(request)
    found = find_action(request, name)
    check_person(viewer, found)
    if found.remembers:
        rate.count(viewer, found.name, found.a_minute)
    arrived = read_sent(request, found)
    return answer(viewer, found, arrived)


def answer(viewer: Viewer, found: Action, arrived: Sent) -> tuple[HTTPStatus, str]:
    """Check the form, run the action and render: 200, 422 with the form as typed, or 409 with both versions."""
    form = found.form(
        arrived.fields,
        viewer=viewer,
        action=found.name,
        about=arrived.fields.get("about", ""),
        key=arrived.key,
    )
    form.refuse_unknown()
    form.file = arrived.body
    address = arrived.address or Address(found.panel)
    if not form.is_valid():
        return _refused(viewer, address, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with noticing() as told:
            reply = attempt(lambda: _once(viewer, found, form))
    except errors.StaleVersion as stale:
        form.take_conflict(stale, changed_by(viewer, stale, typed=bool(form.visible_fields())))
        return _refused(viewer.again(), address, form, HTTPStatus.CONFLICT)
    except (errors.KeyReused, errors.NotFound, errors.Busy):
        raise
    except errors.RuleViolation as violation:
        _blame(form, violation)
        return _refused(viewer.again(), address, form, HTTPStatus(violation.status))
    for network in told:
        viewer.host.run_later(DELIVER, network)
    place = Address(reply.panel or address.panel, reply.params if reply.panel else address.params)
    return HTTPStatus.OK, render_panel(viewer.again(), place, say=reply.say, once=reply.once)


def _once(viewer: Viewer, found: Action, form: ActionForm) -> Reply:
    """Run the action unless the same form was sent before; then there is nothing left to do."""
    if found.creates and found.remembers and not sent.first_time(viewer, form):
        return Reply(say=_("This was saved already."))
    return found.run(viewer, form) or Reply()


def _blame(form: ActionForm, violation: errors.RuleViolation) -> None:
    if violation.field in form.fields:
        form.add_error(violation.field, violation.sentence)
    else:
        form.sentence = violation.sentence


def _refused(viewer: Viewer, address: Address, form: ActionForm, status: HTTPStatus) -> tuple[HTTPStatus, str]:
    return status, render_panel(viewer, address, Forms(viewer, failed=form))


def values(form: ActionForm) -> Mapping[str, Any]:
    """Return the typed values of a valid form, without the protocol's own fields."""
    return {name: value for name, value in form.cleaned_data.items() if name not in {"about", "version"}}
