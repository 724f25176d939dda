"""The demo, a browser and windows in it. They live no longer than this folder's tests.

While Playwright runs, Django takes the thread for an asynchronous one and refuses its database; so no fixture
here outlives the package.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.server import running_demo
from tests.browser.visitor import Visitor
from tests.chromium import chromium_path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Window = Callable[..., Visitor]


@pytest.fixture(scope="package")
def data_folder(tmp_path_factory) -> Path:
    """Where the demo keeps its data."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="package")
def demo(data_folder) -> Iterator[str]:
    """The address of a demo that is as fresh as today."""
    with running_demo(data_folder) as base:
        yield base


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(browser, demo) -> Iterator[Window]:
    """Open windows: `window(width=390)`. At the end each is closed, and its console said nothing."""
    opened: list[Visitor] = []

    def new(**options: Any) -> Visitor:
        opened.append(Visitor(browser, demo, **options))
        return opened[-1]

    yield new
    for visitor in opened:
        visitor.context.close()
    for visitor in opened:
        visitor.assert_quiet()
