"""A pytest plugin: with LERNET_NO_SKIPS=1, a test that is skipped has failed.

Continuous integration sets it, so that a missing browser or database server can never look like success.
"""

import os
from collections.abc import Generator

import pytest

WORDS = "LERNET_NO_SKIPS is set, so this skip is a failure: "


def forbidden() -> bool:
    """True where everything has to run."""
    return os.environ.get("LERNET_NO_SKIPS") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the report of a skipped test, but not of an expected failure, into that of a failed one."""
    report = yield
    if forbidden() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{WORDS}{item.nodeid}\n{reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the report of a module that skips itself as a whole into a failure of collection."""
    report = yield
    if forbidden() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{WORDS}{report.nodeid}\n{reason(report)}"
    return report


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return what the skip said for itself; pytest keeps it as (file, line, words)."""
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
