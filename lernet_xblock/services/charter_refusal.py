"""Members who do not accept the charter: they take part in the sessions, without cases (rule C3)."""

from datetime import datetime

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Charter, CharterConsent, CharterRefusal, Cohort, Facilitation, Membership
from lernet_xblock.services.charter import CharterReplaced
from lernet_xblock.services.notice import tell


def refuse(charter: Charter, *, user_id: int, now: datetime) -> None:
    """Keep that the member stays beside this charter, and tell those who guide the cohort; twice is once.

    An earlier yes is gone with it; accepting later takes the refusal back. Raises CharterReplaced when another version
    is in force, and RuleViolation for somebody who is no member.
    """
    cohort = Cohort.objects.select_for_update().get(pk=charter.cohort_id)
    if Charter.objects.filter(cohort=cohort, version__gt=charter.version).exists():
        raise CharterReplaced
    if not Membership.objects.filter(cohort=cohort, user_id=user_id, active=True).exists():
        raise RuleViolation(_("Only the members of a group accept its charter."))
    CharterConsent.objects.filter(charter=charter, user_id=user_id).delete()
    _row, is_new = CharterRefusal.objects.get_or_create(charter=charter, user_id=user_id, defaults={"at": now})
    if is_new:
        guides = Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True)
        tell(cohort.network, guides, kind="charter_refused", cohort=cohort, now=now)
