"""A group before the door: who reads the page of a case, and presses its buttons."""

from typing import Any

import time_machine

from tests.runtime import get, hidden, make_block, post, words
from tests.services.turning import AT, fresh


def case_page(user: Any, case: Any, *, at: Any = AT) -> str:
    """Return the page of the case as this person has it."""
    with time_machine.travel(at, tick=False):
        response = get(make_block(user.username), f"cases?case={case.key}")
    assert response.status_int == 200, response.text
    return response.text


def press(user: Any, name: str, row: Any, *, at: Any = AT, page: Any = "", **fields: Any) -> Any:
    """Send the form of an action about a row. page: where it stands, the page of the case without."""
    with time_machine.travel(at, tick=False):
        given = {field: str(value) for field, value in fields.items()}
        return post(make_block(user.username), name, {"about": row.key, **given}, at=page)


def lead(user: Any, name: str, turn: Any, *, at: Any = AT, **fields: Any) -> Any:
    """Press a button of who leads, with the version and the phase that the page shows now."""
    row = fresh(turn)
    address = f"cases?case={row.case.key}"
    with time_machine.travel(at, tick=False):
        shown = get(make_block(user.username), address).text
        seen = {"seen": hidden(shown, name, "seen")} if name in ("turn.forward", "turn.back") else {}
        given = {"about": row.key, "version": hidden(shown, name, "version"), **seen, **fields}
        return post(make_block(user.username), name, given, at=address)


def read(response: Any) -> str:
    """Return the words of a response."""
    return words(response.text)
