"""When applications are taken: from a day to a day, both inclusive, in the network's zone."""

from datetime import datetime

from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.zones import zone

EARLY, OPEN, CLOSED = "early", "open", "closed"


def application_window(settings: Settings, now: datetime) -> str:
    """now: aware. Returns EARLY, OPEN or CLOSED; a bound that is not set bounds nothing.

    Raises Refused zone_unknown for a zone that nobody knows.
    """
    today = now.astimezone(zone(settings.time_zone or "")).date()
    if settings.applications_open and today < settings.applications_open:
        return EARLY
    if settings.applications_close and today > settings.applications_close:
        return CLOSED
    return OPEN
