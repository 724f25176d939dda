"""Fixtures and rules of the whole suite.

Nothing of Django is imported on top: `pytest tests/rules` also runs where Django is not installed
(with `-p no:django` where only pytest-django is).
"""

import pytest
from hypothesis import settings

from tests import no_skips
from tests.chromium import chromium_path

# How long one example takes says more about a busy machine than about the code.
settings.register_profile("lernet", deadline=None)
settings.load_profile("lernet")


def pytest_configure(config: pytest.Config) -> None:
    """Let skips fail where everything has to run."""
    config.pluginmanager.register(no_skips, "lernet-no-skips")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the reason, what this machine cannot run."""
    if item.get_closest_marker("browser") and chromium_path() is None:
        pytest.skip("there is no Chromium here; LERNET_CHROMIUM can name one")
    if item.get_closest_marker("mariadb") and not on_server():
        pytest.skip("needs a database server: DATABASE_URL=mysql://… or postgres://…")


def on_server() -> bool:
    """True where the suite runs on a database with row locks."""
    from django.db import connection

    return bool(connection.vendor != "sqlite")
