"""All reports of a network by date: that they were and what came of them, without a word of anybody."""

from dataclasses import dataclass
from datetime import datetime

from lernet_xblock.models import Network, Report
from lernet_xblock.queries.cohort import cohort_label

REPORTS_ON_A_PAGE = 50


@dataclass(frozen=True)
class LogLine:
    """One report in the list of all: that it was, and what came of it. No text, and no name of anybody."""

    key: str
    group: str
    of_case: bool
    serious: bool
    guided: bool
    state: str
    raised_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True)
class Log:
    """A page of all reports of a network, newest first. page: which one of `pages`, from 1."""

    lines: tuple[LogLine, ...]
    page: int
    pages: int


def report_log(network: Network, *, page: int) -> Log:
    """Return 50 reports: two queries. page: the nearest there is."""
    rows = Report.objects.filter(network=network).select_related("cohort").order_by("-raised_at", "-pk")
    pages = max(1, -(-rows.count() // REPORTS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    shown = rows[(page - 1) * REPORTS_ON_A_PAGE : page * REPORTS_ON_A_PAGE]
    return Log(tuple(_line(row) for row in shown), page, pages)


def _line(row: Report) -> LogLine:
    return LogLine(
        key=row.key,
        group=cohort_label(row.cohort),
        of_case=row.contribution_id is None,
        serious=row.serious,
        guided=row.handler_id is not None,
        state=row.state,
        raised_at=row.raised_at,
        decided_at=row.decided_at,
    )
