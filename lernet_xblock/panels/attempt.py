"""One write as one transaction, tried again where the database says that another was first."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

from lernet_xblock.errors import Busy

Result = TypeVar("Result")

log = logging.getLogger(__name__)

# MariaDB and MySQL: deadlock, lock timeout, record changed since last read. PostgreSQL: SQLSTATE classes.
RETRY_NUMBERS = frozenset({1213, 1205, 1020})
RETRY_STATES = frozenset({"40001", "40P01", "55P03"})
TRIES = 6
LONGEST_PAUSE_SECONDS = 0.2


def may_retry(error: OperationalError) -> bool:
    """Return whether the same transaction can succeed when it is simply run again."""
    number = error.args[0] if error.args else None
    state = getattr(error.__cause__, "sqlstate", None)
    return number in RETRY_NUMBERS or state in RETRY_STATES or "database is locked" in str(error)


def attempt(work: Callable[[], Result]) -> Result:
    """Run the work in a transaction and return its result. Raises Busy when the database cannot take it now.

    A deadlock rolls back the whole transaction, so only the one who opened the outermost may run it again.
    """
    outermost = not connection.in_atomic_block
    for turn in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            log.warning("write refused by the database (%s), attempt %d", error.args[:1], turn)
            if not (outermost and may_retry(error)) or turn == TRIES:
                raise Busy from error
        time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS * turn / TRIES))  # noqa: S311 - jitter, not a secret
    raise Busy
