"""Celery's queue, as far as a host needs it."""

import logging
from typing import Any

from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


def hand_over(later: Any, task: str, key: str) -> None:
    """Put the task into the queue. What was written stands, though the queue be down: a later run finds it.

    later: the Celery task. Called once a transaction is committed, where a failure would look like that of the write.
    """
    # Comes with Celery, which only the platform has.
    broker_error = import_string("kombu.exceptions.OperationalError")
    try:
        later.delay(task, key)
    except broker_error as error:
        log.warning("the task %s was not queued (%s)", task, type(error).__name__)
