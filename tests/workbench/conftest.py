"""What the workbench itself does with deprecated calls is not ours to fail on."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# xblock-sdk's runtime sets `user_id` and asks for naive times; XBlock and Python 3.12 warn of both.
STOCK_WARNINGS = (
    "ignore:Runtime.user_id is deprecated",
    "ignore:datetime.datetime.utcnow",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the stock warnings pass in the tests of this folder."""
    for item in items:
        if HERE in item.path.parents:
            for warning in STOCK_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(warning))
