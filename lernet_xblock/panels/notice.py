"""News on the home panel: what happened to somebody's place or group, until they say that they read it."""

import re
from typing import Any

from django import forms as fields

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.panels.action import Reply, action
from lernet_xblock.panels.charter_words import charter_place
from lernet_xblock.panels.forms import ActionForm, Forms
from lernet_xblock.panels.report_words import NOTICES as REPORT_NOTICES
from lernet_xblock.panels.report_words import PLACES
from lernet_xblock.queries.notice import MOST_SHOWN, Told, unread
from lernet_xblock.sentences import NOTICE_UNKNOWN, NOTICES
from lernet_xblock.services.notice import mark_seen
from lernet_xblock.templatetags.lernet_show import clock, day
from lernet_xblock.viewer import Viewer

KEY_LENGTH = 21
WORDS = {**NOTICES, **REPORT_NOTICES}


class SeenForm(ActionForm):
    """Which notices were on the page. keys: of them, a space between."""

    keys = fields.CharField(max_length=MOST_SHOWN * KEY_LENGTH, widget=fields.HiddenInput)


def news(viewer: Viewer, forms: Forms) -> dict[str, Any]:
    """Return the sentences nobody has read yet, with where they lead and the button under them; {} for none.

    One query.
    """
    found = unread(viewer)
    if not found:
        return {}
    seen = forms(SeenForm, "notice.seen", initial={"keys": " ".join(told.key for told in found)})
    places = (PLACES.get(told.kind) or charter_place(told) for told in found)
    shown = [{"sentence": sentence(viewer, told), "place": place} for told, place in zip(found, places, strict=True)]
    return {"news": shown, "seen": seen}


def sentence(viewer: Viewer, told: Told) -> str:
    """Return what the person reads."""
    values = {"group": told.group, "day": "", "time": ""}
    if told.starts_at:
        values |= {"day": day(told.starts_at, viewer.zone), "time": clock(told.starts_at, viewer.zone)}
    if told.day:
        values["day"] = day(told.day)
    return str(WORDS.get(told.kind, NOTICE_UNKNOWN)) % values


@action("notice.seen", panel="home", permission=permissions.is_known, form=SeenForm)
def seen(viewer: Viewer, form: SeenForm) -> Reply:
    """Keep that the person read what was on the page; what came since stays."""
    keys = form.cleaned_data["keys"].split()
    if viewer.network is None or not all(re.fullmatch("[0-9a-f]{20}", key) for key in keys):
        raise NotFound
    mark_seen(viewer.network, user_id=viewer.user_id, keys=keys, now=viewer.now)
    return Reply(panel="home")
