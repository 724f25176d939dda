"""What people see: one module each. Importing them in this order makes the order of the menu."""

from lernet_xblock.panels import home  # isort: skip
from lernet_xblock.panels import join  # isort: skip
from lernet_xblock.panels import sessions  # isort: skip
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
from lernet_xblock.panels import studio  # isort: skip

__all__ = [
    "cases",
    "cohort_history",
    "cohorts",
    "group",
    "home",
    "join",
    "opening",
    "operation_leave",
    "operation_merge",
    "operation_pause",
    "operation_split",
    "operation_substitute",
    "operation_transfer",
    "people",
    "plan",
    "results",
    "sessions",
    "studio",
]
