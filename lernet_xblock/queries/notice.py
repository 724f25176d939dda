"""What a person has not read yet about their place or their group: one query."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import QuerySet

from lernet_xblock.models import Notice
from lernet_xblock.queries.cohort import group_label
from lernet_xblock.viewer import Viewer

# Shown together; older ones first, and the rest once these are read.
MOST_SHOWN = 12


@dataclass(frozen=True)
class Told:
    """One notice. group, day: what its sentence names, "" and None where it names none; starts_at: of its session.

    cohort: the key of the group, "" for none.
    """

    key: str
    kind: str
    group: str
    day: date | None
    starts_at: datetime | None
    cohort: str = ""


def unread(viewer: Viewer) -> tuple[Told, ...]:
    """Return what the person was told and has not read, in the order in which it happened.

    Staff who look as somebody else read nothing that is meant for that person.
    """
    if viewer.network is None or not viewer.user_id or not viewer.may_write:
        return ()
    told = _unseen().filter(network=viewer.network, user_id=viewer.user_id)
    return tuple(
        Told(key, kind, name or (group_label(number) if number else ""), day, starts_at, cohort or "")
        for key, kind, name, number, day, starts_at, cohort in told[:MOST_SHOWN]
    )


@cache
def _unseen() -> QuerySet[Notice, tuple[str, str, str | None, int | None, date | None, datetime | None, str | None]]:
    """Return the notices that nobody has read, still to be asked for; made once, as every home asks.

    Columns and no models: most people have nothing to read, and whole groups and sessions are dear to ask for.
    """
    rows = Notice.objects.filter(seen_at=None)
    return rows.values_list("key", "kind", "cohort__name", "cohort__number", "day", "session__starts_at", "cohort__key")
