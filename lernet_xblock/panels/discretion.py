"""What broke is told without the words people wrote: error reports show every value of every frame they pass."""

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError

from lernet_xblock.errors import Broken, RuleViolation

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Result = TypeVar("Result")


def discreet(work: Callable[Given, Result]) -> Callable[Given, Result]:
    """Let refusals through, and turn every other exception into Broken; the log gets its kind and its place.

    Error reporters send the local variables of all frames and the body of the request, databases quote what they were
    given. So there is no exception to report and no message of one; and a warning, since reporters take errors.
    """

    @wraps(work)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return work(*args, **kwargs)
        except (RuleViolation, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its frames hold what people wrote
            kind, frames = type(error).__name__, traceback.extract_tb(error.__traceback__)
        places = "\n".join(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        log.warning("a page broke: %s\n%s", kind, places)
        # Outside the handler above, so that it has no context to follow.
        raise Broken

    return guarded
