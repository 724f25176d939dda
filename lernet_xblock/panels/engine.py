"""Our own template engine: the host's knows neither our folder nor our catalogues."""

import logging
from functools import cache
from importlib import resources
from typing import Any

from django.template import Context, Engine
from django.utils.safestring import SafeString

OURS = "lernet_xblock/"


def unheard(record: logging.LogRecord) -> bool:
    """Tell whether a line of Django's templates may be logged: not about ours.

    Where a template asks for what is not there, Django logs all that the page holds, and so what people wrote.
    """
    return not any(str(given).startswith(OURS) for given in record.args or ())


@cache
def engine() -> Engine:
    """Return the engine over `templates/`, with our tags at hand in every template."""
    logging.getLogger("django.template").addFilter(unheard)
    return Engine(
        dirs=[str(resources.files("lernet_xblock") / "templates")],
        libraries={"i18n": "lernet_xblock.templatetags.lernet_i18n"},
        builtins=[f"lernet_xblock.templatetags.{name}" for name in ("lernet_i18n", "lernet_show", "lernet_prose")],
    )


def render(template: str, values: dict[str, Any]) -> SafeString:
    """Return the HTML of a template of ours."""
    return engine().get_template(f"{OURS}{template}").render(Context(values))
