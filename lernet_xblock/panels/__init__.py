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
from lernet_xblock.panels import turn  # isort: skip
from lernet_xblock.panels import turn_planning  # isort: skip
from lernet_xblock.panels import theme  # isort: skip
from lernet_xblock.panels import group  # isort: skip
from lernet_xblock.panels import charter  # isort: skip
from lernet_xblock.panels import journal  # isort: skip
from lernet_xblock.panels import results  # isort: skip
from lernet_xblock.panels import reports  # isort: skip
from lernet_xblock.panels import report_log  # isort: skip
from lernet_xblock.panels import case_list  # isort: skip
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
from lernet_xblock.panels import circles  # isort: skip
from lernet_xblock.panels import turns  # isort: skip
from lernet_xblock.panels import rsvp  # isort: skip
from lernet_xblock.panels import poll  # isort: skip
from lernet_xblock.panels import messages  # isort: skip
from lernet_xblock.panels import studio  # isort: skip

__all__ = [
    "attendance",
    "calendar",
    "case_list",
    "cases",
    "charter",
    "circles",
    "cohort_history",
    "cohorts",
    "group",
    "home",
    "join",
    "journal",
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
    "report_log",
    "reports",
    "results",
    "rsvp",
    "session_change",
    "session_change_cancel",
    "session_change_held",
    "session_change_merge",
    "session_change_move",
    "sessions",
    "studio",
    "theme",
    "turn",
    "turn_planning",
    "turns",
]
