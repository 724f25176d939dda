"""What people see: one module each. Importing them in this order makes the order of the menu."""

from lernet_xblock.panels import home  # isort: skip
from lernet_xblock.panels import join  # isort: skip
from lernet_xblock.panels import sessions  # isort: skip
from lernet_xblock.panels import calendar  # isort: skip
from lernet_xblock.panels import session_change  # isort: skip
from lernet_xblock.panels import session_change_move  # isort: skip
from lernet_xblock.panels import session_change_cancel  # isort: skip
from lernet_xblock.panels import session_change_merge  # isort: skip
from lernet_xblock.panels import session_change_held  # isort: skip
from lernet_xblock.panels import cases  # isort: skip
from lernet_xblock.panels import group  # isort: skip
from lernet_xblock.panels import results  # isort: skip
from lernet_xblock.panels import opening  # isort: skip
from lernet_xblock.panels import people  # isort: skip
from lernet_xblock.panels import cohorts  # isort: skip
from lernet_xblock.panels import operation_transfer  # isort: skip
from lernet_xblock.panels import operation_merge  # isort: skip
from lernet_xblock.panels import operation_split  # isort: skip
from lernet_xblock.panels import operation_leave  # isort: skip
from lernet_xblock.panels import operation_pause  # isort: skip
from lernet_xblock.panels import operation_substitute  # isort: skip
from lernet_xblock.panels import cohort_history  # isort: skip
from lernet_xblock.panels import plan  # isort: skip
from lernet_xblock.panels import attendance  # isort: skip
from lernet_xblock.panels import rsvp  # isort: skip
from lernet_xblock.panels import poll  # isort: skip
from lernet_xblock.panels import messages  # isort: skip
from lernet_xblock.panels import studio  # isort: skip

__all__ = [
    "attendance",
    "calendar",
    "cases",
    "cohort_history",
    "cohorts",
    "group",
    "home",
    "join",
    "messages",
    "opening",
    "operation_leave",
    "operation_merge",
    "operation_pause",
    "operation_split",
    "operation_substitute",
    "operation_transfer",
    "people",
    "plan",
    "poll",
    "results",
    "rsvp",
    "session_change",
    "session_change_cancel",
    "session_change_held",
    "session_change_merge",
    "session_change_move",
    "sessions",
    "studio",
]
