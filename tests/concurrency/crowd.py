"""Many people at once: processes that all begin at the same moment, each with its own connection."""

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

PROCESSES = 8


def _work(act: Callable[[Any], Any], share: Sequence[Any], start: Any, results: Any) -> None:
    start.wait()
    results.put([_outcome(act, one) for one in share])
    connections.close_all()


def _outcome(act: Callable[[Any], Any], one: Any) -> tuple[Any, str]:
    """Return who it was and how it ended, a surprise by the name of its exception: the test counts those."""
    try:
        return one, str(act(one))
    except Exception as error:  # noqa: BLE001 - whatever happens in another process has to reach the test
        return one, type(error).__name__


def all_at_once(act: Callable[[Any], Any], crowd: Sequence[Any]) -> list[tuple[Any, str]]:
    """Let `act` run for everybody of the crowd, spread over processes; return (who, how it ended) for each."""
    # A connection that both sides of a fork use breaks for both.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(PROCESSES), context.Queue()
    shares = [crowd[number::PROCESSES] for number in range(PROCESSES)]
    workers = [context.Process(target=_work, args=(act, share, start, results)) for share in shares]
    for worker in workers:
        worker.start()
    gathered = [outcome for _worker in workers for outcome in results.get(timeout=300)]
    for worker in workers:
        worker.join(timeout=60)
    return gathered
