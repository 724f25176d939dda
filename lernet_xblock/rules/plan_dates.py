"""The part of a network's settings from which dates follow: what a cohort can have of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lernet_xblock.rules.authored import read, write
from lernet_xblock.rules.network_settings import Settings

DATE_SETTINGS = (
    "frequency",
    "interval",
    "session_count",
    "first_date",
    "session_time",
    "time_zone",
    "session_minutes",
    "listed_dates",
    "free_days",
    "make_up",
)


def dates_of(settings: Settings) -> dict[str, Any]:
    """Return the settings of dates alone, as JSON values by name."""
    written = write(settings)
    return {name: written[name] for name in DATE_SETTINGS}


def with_dates(settings: Settings, dates: Mapping[str, Any]) -> Settings:
    """Return the settings with these dates, JSON values by name as `dates_of` gives them; names it lacks stay."""
    own = read(dates)
    return replace(settings, **{name: getattr(own, name) for name in DATE_SETTINGS if name in dates})
