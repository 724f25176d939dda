"""What the platform reads of our app before anything of Django is ready."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from lernet_xblock.apps import LernetConfig, plugin_settings


def test_every_module_that_the_platform_is_told_about_is_there():
    told = LernetConfig.plugin_app
    urls = import_module(f"lernet_xblock.{told['url_config']['lms.djangoapp']['relative_path']}")
    assert [pattern.name for pattern in urls.urlpatterns] == ["feed", "session", "file"]
    for kind in told["settings_config"]["lms.djangoapp"].values():
        assert import_module(f"lernet_xblock.{kind['relative_path']}").plugin_settings is plugin_settings


def test_studio_serves_no_feeds():
    assert "cms.djangoapp" not in LernetConfig.plugin_app["url_config"]


@pytest.mark.parametrize("given", [{}, {"TRACKING_IGNORE_URL_PATTERNS": ["^/event"]}])
def test_feeds_are_left_out_of_the_tracking_log_once_and_nothing_else_is_lost(given):
    settings = SimpleNamespace(**given)
    plugin_settings(settings)
    plugin_settings(settings)
    kept = given.get("TRACKING_IGNORE_URL_PATTERNS", [])
    assert vars(settings) == {"TRACKING_IGNORE_URL_PATTERNS": [*kept, "^/lernet/"]}
