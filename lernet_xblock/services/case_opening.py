"""Staff are no readers: who opens a case says why, and its owner learns of it."""

from datetime import datetime

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, CaseOpening, Facilitation
from lernet_xblock.services.audit import record
from lernet_xblock.services.notice import tell


def open_case(case: Case, *, by: int, reason: str, now: datetime) -> CaseOpening:
    """Keep that somebody reads the case this once, and why. Raises NotFound for a case that is not shared.

    The owner is told, and reads the reason on the page of the case; who guides the group is told that it happened. The
    log gets neither the reason nor the text.
    """
    shared = Case.objects.select_for_update().filter(pk=case.pk, state=Case.State.SHARED).first()
    if shared is None:
        raise NotFound
    opening = CaseOpening.objects.create(case=shared, by_id=by, at=now, reason=reason)
    network, cohort = shared.cohort.network, shared.cohort
    record(network, "case.open", by=by, now=now, subject=shared.key)
    tell(network, [shared.owner_id], kind="case_opened", now=now, cohort=cohort)
    guides = set(Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True))
    tell(network, guides - {by, shared.owner_id}, kind="case_opened_group", now=now, cohort=cohort)
    return opening
