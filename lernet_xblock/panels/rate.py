"""How often one person may write. Counted in the cache, which forgets; no row says when somebody wrote."""

from django.core.cache import cache

from lernet_xblock.errors import TooMany
from lernet_xblock.i18n import gettext as _
from lernet_xblock.viewer import Viewer

WRITES_PER_MINUTE = 30
# Tables of cells that are each saved at once: a person ticks a row in a second or two.
CELLS_PER_MINUTE = 180


def count(viewer: Viewer, action: str, most: int = WRITES_PER_MINUTE) -> None:
    """Count one write of this person with this action. Raises TooMany above so many a minute."""
    minute = int(viewer.host.now().timestamp() // 60)
    name = f"lernet:rate:{viewer.user_id}:{action}:{minute}"
    if _counted(name) > most:
        raise TooMany(
            _("That was a lot in one minute. What you typed is kept: please wait a moment and send it again."),
        )


def _counted(name: str) -> int:
    cache.add(name, 0, timeout=120)
    try:
        return cache.incr(name)
    except ValueError:
        # The cache dropped the counter between the two calls, or keeps nothing at all.
        return 1
