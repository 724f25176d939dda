"""Our own template engine: the host's knows neither our folder nor our catalogues."""

from functools import cache
from importlib import resources
from typing import Any

from django.template import Context, Engine
from django.utils.safestring import SafeString


@cache
def engine() -> Engine:
    """Return the engine over `templates/`, with our tags at hand in every template."""
    return Engine(
        dirs=[str(resources.files("lernet_xblock") / "templates")],
        libraries={"i18n": "lernet_xblock.templatetags.lernet_i18n"},
        builtins=[f"lernet_xblock.templatetags.{name}" for name in ("lernet_i18n", "lernet_show", "lernet_prose")],
    )


def render(template: str, values: dict[str, Any]) -> SafeString:
    """Return the HTML of a template of ours."""
    return engine().get_template(f"lernet_xblock/{template}").render(Context(values))
