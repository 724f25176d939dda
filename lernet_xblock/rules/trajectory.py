"""A network's trajectory: its settings, their checks, and the sessions that follow from them.

The one import for the floors above; each part has its own module.
"""

from lernet_xblock.rules.network_settings import Notice, Problem, Settings
from lernet_xblock.rules.trajectory_checks import check
from lernet_xblock.rules.trajectory_notices import notices
from lernet_xblock.rules.trajectory_schedule import (
    hours_minutes_total,
    recurrence_rule,
    session_kinds,
    spread_dates,
)

__all__ = [
    "Notice",
    "Problem",
    "Settings",
    "check",
    "hours_minutes_total",
    "notices",
    "recurrence_rule",
    "session_kinds",
    "spread_dates",
]
