"""The Django app, as the platform's plugin system finds it. Imported before settings are there: it imports nothing."""

from typing import Any, ClassVar

from django.apps import AppConfig

# Addresses of feeds are secrets, and the platform's tracking log keeps every path that it is not told to pass over.
UNTRACKED = r"^/lernet/"


def plugin_settings(settings: Any) -> None:
    """Take our addresses out of the tracking log; the platform calls this while it reads its settings."""
    patterns = list(getattr(settings, "TRACKING_IGNORE_URL_PATTERNS", ()))
    if UNTRACKED not in patterns:
        settings.TRACKING_IGNORE_URL_PATTERNS = [*patterns, UNTRACKED]


class LernetConfig(AppConfig):
    """Tables and addresses of the learning network, the same in the LMS and in Studio."""

    name = "lernet_xblock"
    label = "lernet_xblock"
    verbose_name = "Learning networks"
    # The platform's default is AutoField; without this, migrations would drift between hosts.
    default_auto_field = "django.db.models.BigAutoField"

    # The platform installs an app only when this is there. Calendars fetch from the LMS; Studio has no addresses.
    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {"namespace": "lernet", "regex": r"^lernet/", "relative_path": "urls"},
        },
        # Twice, since an operator's own list replaces what was set the first time.
        "settings_config": {
            "lms.djangoapp": {
                "common": {"relative_path": "apps"},
                "production": {"relative_path": "apps"},
            },
        },
    }
