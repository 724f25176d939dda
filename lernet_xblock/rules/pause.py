"""Pauses: a last day at most 90 days ahead, and whether somebody pauses at a moment."""

from datetime import date, datetime, timedelta, tzinfo

LONGEST_PAUSE_DAYS = 90


def today_in(zone: tzinfo, now: datetime) -> date:
    """Return the calendar day of the moment in the zone."""
    return now.astimezone(zone).date()


def last_possible_day(today: date) -> date:
    """Return the latest day on which a pause that is asked for today can end."""
    return today + timedelta(days=LONGEST_PAUSE_DAYS)


def pauses_at(moment: datetime, *, since: datetime | None, until: date | None, zone: tzinfo) -> bool:
    """Tell whether a pause covers the moment. until: its last day in the zone; None, like `since`, for no pause."""
    if since is None or until is None:
        return False
    return since <= moment and today_in(zone, moment) <= until
