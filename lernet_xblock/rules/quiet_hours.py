"""Nobody is written to at night: from 20:00 to 07:00 on the clock of the person."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from lernet_xblock.rules.zones import to_utc

DAY_BEGINS, DAY_ENDS = time(7), time(20)


def next_allowed(moment: datetime, zone: ZoneInfo, *, before: datetime | None) -> datetime | None:
    """Return the moment itself by day, else when the next day begins (07:00 in the zone), aware.

    before: what comes then or later comes too late, and None is returned; None for what can come at any time.
    """
    local = moment.astimezone(zone)
    allowed = moment
    if not DAY_BEGINS <= local.time() < DAY_ENDS:
        day = local.date() + timedelta(days=local.time() >= DAY_ENDS)
        allowed = to_utc(datetime.combine(day, DAY_BEGINS), zone)
    return allowed if before is None or allowed < before else None
