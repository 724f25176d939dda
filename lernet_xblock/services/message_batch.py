"""Telling the people of many cohorts at once, each once: in the course and by message."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lernet_xblock.models import Cohort, Facilitation, Membership, Message, Notice
from lernet_xblock.services.batch import insert


@dataclass(frozen=True)
class Told:
    """What the people of one cohort are told. mark: what tells this time from others, as in `announce_cohort`."""

    cohort: Cohort
    mark: str
    facts: Mapping[str, Any]


def tell_cohorts(told: Sequence[Told], *, kind: str, by: int | None, now: datetime, urgent: bool = False) -> None:
    """Leave everybody of these cohorts, all of one network, a notice and, where they do not pause, a message.

    Everybody: members, facilitator and deputy, but for `by`, who acts. The messages are those of
    `message.announce_cohort`; whoever calls has seen to it that the marks are new.
    """
    if not told:
        return
    people = _people([one.cohort.pk for one in told])
    everybody = [(one, user_id, pauses) for one in told
                 for user_id, pauses in sorted(people[one.cohort.pk].items()) if user_id != by]  # fmt: skip
    shared = {"network_id": told[0].cohort.network_id, "kind": kind}
    notices = ((one.cohort.pk, user_id) for one, user_id, _pauses in everybody)
    insert(Notice, ("cohort_id", "user_id"), notices, at=now, **shared)
    messages = (
        (one.cohort.pk, user_id, f"{kind}:{one.cohort.key}:{one.mark}:{user_id}", one.facts)
        for one, user_id, pauses in everybody
        if not pauses
    )
    columns = ("cohort_id", "user_id", "cause", "facts")
    insert(Message, columns, messages, send_at=now, made_at=now, urgent=urgent, **shared)


def _people(cohort_ids: Iterable[int]) -> Mapping[int, dict[int, bool]]:
    """Return for each cohort its people, and whether they pause; who guides it does not."""
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    members = Membership.objects.filter(cohort__in=cohort_ids, active=True)
    for cohort_id, user_id, paused_at in members.values_list("cohort_id", "user_id", "paused_at"):
        found[cohort_id][user_id] = paused_at is not None
    guides = Facilitation.objects.filter(cohort__in=cohort_ids)
    for cohort_id, user_id in guides.values_list("cohort_id", "user_id"):
        found[cohort_id][user_id] = False
    return found
