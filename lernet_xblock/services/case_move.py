"""What becomes of turns when the owner of a case goes elsewhere: nobody waits for who is not there."""

from collections.abc import Iterable
from datetime import datetime

from lernet_xblock.models import Case, Network, Turn
from lernet_xblock.services.turn import drop_turn


def free_turns_of(
    user_ids: Iterable[int], network: Network, *, by: int, now: datetime, in_room_only: bool = False
) -> None:
    """End the open turns of these people's cases: a planned one is free for somebody else, a running one is over.

    in_room_only: one that goes over several days needs nobody to be in a room, and goes on.
    """
    turns = Turn.objects.filter(case__owner__in=list(user_ids), case__cohort__network=network, open=True)
    if in_room_only:
        turns = turns.exclude(mode=Turn.Mode.DAYS)
    for case in Case.objects.filter(pk__in=list(turns.values_list("case_id", flat=True))).order_by("pk"):
        drop_turn(case, now=now, by=by)
