"""A runtime that knows no platform, to render the block and call its handlers as a host does."""

import json
import re
from typing import Any

from django.db import transaction
from webob import Request
from xblock.field_data import DictFieldData
from xblock.fields import ScopeIds
from xblock.runtime import MemoryIdManager, Runtime

from lernet_xblock.block import LernetXBlock


class PlainRuntime(Runtime):
    """No services at all; addresses that only have to be different."""

    def __init__(self, fields: dict[str, Any]) -> None:
        ids = MemoryIdManager()
        super().__init__(id_reader=ids, id_generator=ids, services={"field-data": DictFieldData(fields)})

    def handler_url(
        self, block: Any, handler_name: str, suffix: str = "", query: str = "", thirdparty: bool = False
    ) -> str:
        return f"/handler/{block.scope_ids.usage_id}/{handler_name}/{suffix}"

    def local_resource_url(self, block: Any, uri: str) -> str:
        return f"/resource/{uri}"

    def resource_url(self, resource: str) -> str:
        return f"/resource/{resource}"

    def publish(self, block: Any, event_type: str, event_data: Any) -> None:
        """Nobody listens."""


def make_block(username: str = "none", usage_id: str = "lernet.d0.u0", **fields: Any) -> LernetXBlock:
    """Return a block before this person; fields: authored values."""
    runtime = PlainRuntime(fields)
    return LernetXBlock(runtime, scope_ids=ScopeIds(username, "lernet", "lernet.d0", usage_id))


def post(block: LernetXBlock, action: str, fields: Any = (), *, at: str = "", **changes: Any) -> Any:
    """Send a form to an action and return the response. fields: a mapping or pairs; changes: parts of the request."""
    pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
    body = changes.pop("body", json.dumps({"at": at, "fields": pairs}).encode())
    request = Request.blank(
        changes.pop("path", f"/handler/x/handler/action/{action}"),
        method=changes.pop("method", "POST"),
        body=body,
        content_type=changes.pop("content_type", "application/json"),
        headers={"X-Requested-With": "XMLHttpRequest", **changes.pop("headers", {})},
    )
    return block.handle("action", request, action)


def get(block: LernetXBlock, address: str) -> Any:
    """Read a panel and return the response. address: `cases?case=…`."""
    name, _mark, query = address.partition("?")
    return block.handle("panel", Request.blank(f"/handler/x/handler/panel/{name}?{query}"), name)


def hidden(html: str, action: str, name: str) -> str:
    """Return the value of a hidden field of an action's form in a page."""
    form = html.split(f'data-action="{action}"', 1)[1].split("</form>", 1)[0]
    return form.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def words(html: str) -> str:
    """Return what is read of a page, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").split())


def committed(work: Any) -> Any:
    """Run the work in a transaction, as the dispatcher does for services."""
    with transaction.atomic():
        return work()
