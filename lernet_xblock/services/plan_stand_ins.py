"""Telling those who stand in for single sessions of a cohort that its dates changed: few people, one by one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lernet_xblock.models import Facilitation, Session, Substitution
from lernet_xblock.services.batch import batches
from lernet_xblock.services.message import announce
from lernet_xblock.services.notice import tell
from lernet_xblock.services.plan_writing import Anew, Written


def tell_stand_ins(plans: Sequence[Anew], how: Written) -> None:
    """Tell whoever stands in for a session that moved or is cancelled; who stood in for a cancelled one does no more.

    Those who guide the cohort are told with it.
    """
    before = {pk: one.rows[pk].starts_at for one in plans for pk in one.changed}
    for some in batches(before):
        found = Substitution.objects.select_for_update().filter(session__in=some, ended_at=None).order_by("pk")
        guides = Facilitation.objects.filter(cohort__in={one.cohort.pk for one in plans})
        known = set(guides.values_list("cohort_id", "user_id")) if found else set()
        for one in found:
            _tell(one, before[one.session_id], how, beside=(one.cohort_id, one.user_id) not in known)


def _tell(one: Substitution, before: datetime, how: Written, *, beside: bool) -> None:
    session = Session.objects.select_related("cohort__network").get(pk=one.session_id)
    people = {one.user_id} - {how.by}
    gone = session.state == Session.State.CANCELLED
    if gone:
        one.ended_at = how.now
        one.save(update_fields=["ended_at"])
    if beside or gone:
        kind = "stands_in_no_longer" if gone else "session_moved"
        tell(session.cohort.network, people, kind=kind, now=how.now, cohort=session.cohort, session=session)
    if beside:
        kind = "session_cancelled" if gone else "session_moved"
        facts = {"before": before.astimezone(UTC).isoformat(), "reason": how.reason}
        announce(session, kind=kind, now=how.now, by=how.by, facts=facts, urgent=True, to=people)
