"""The Django app, as the platform's plugin system finds it."""

from typing import Any, ClassVar

from django.apps import AppConfig


class LernetConfig(AppConfig):
    """Tables and addresses of the learning network, the same in the LMS and in Studio."""

    name = "lernet_xblock"
    label = "lernet_xblock"
    verbose_name = "Learning networks"
    # The platform's default is AutoField; without this, migrations would drift between hosts.
    default_auto_field = "django.db.models.BigAutoField"

    # The platform installs an app only when this is there, even empty.
    plugin_app: ClassVar[dict[str, Any]] = {}
