"""The ground rules of a cohort: putting a version in force, and a member's yes to it."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import override

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Charter, CharterConsent, Cohort, Membership


class CharterReplaced(RuleViolation):
    """What the person read is not in force any more; a yes to it would mean nothing."""

    def __init__(self) -> None:
        super().__init__(_("The charter of your group changed meanwhile. Please read it again before you accept it."))


def common_charter(language: str) -> str:
    """Return the ground rules of a group whose author wrote none: without any, no case could ever be told."""
    with override(language):
        return "\n".join(
            (
                _("What is said in this group stays in this group. What we learned may leave it; names may not."),
                _("We tell cases without the names of people who are not here."),
                _("We come on time, to every session, and say so beforehand when we cannot."),
                _("We ask before we advise. We may disagree with an idea; we never attack a person."),
                _("Nobody records a session."),
            )
        )


def put_in_force(cohort: Cohort, *, text: str, now: datetime) -> Charter:
    """Add the next version of the cohort's charter and return it; consent is asked again (rule C2).

    text: as the author wrote it; a blank one is replaced by the common ground rules, in the cohort's language.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    last = Charter.objects.filter(cohort=locked).aggregate(last=Max("version"))["last"] or 0
    words = text.strip() or common_charter(locked.working_language)
    return Charter.objects.create(cohort=locked, version=last + 1, text=words, in_force_at=now)


def accept(charter: Charter, *, user_id: int, now: datetime) -> None:
    """Keep the member's yes to this charter; a second one changes nothing.

    Raises CharterReplaced when another version is in force, and RuleViolation for somebody who is no member.
    """
    cohort = Cohort.objects.select_for_update().get(pk=charter.cohort_id)
    if Charter.objects.filter(cohort=cohort, version__gt=charter.version).exists():
        raise CharterReplaced
    if not Membership.objects.filter(cohort=cohort, user_id=user_id, active=True).exists():
        raise RuleViolation(_("Only the members of a group accept its charter."))
    CharterConsent.objects.get_or_create(charter=charter, user_id=user_id, defaults={"at": now})
