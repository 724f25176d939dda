"""The ground rules of a cohort: putting a version in force, and a member's yes to it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import override

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Charter, CharterConsent, CharterRefusal, Cohort, Membership
from lernet_xblock.services.batch import BATCH, batches, insert

# Every charter carries its text: no statement grows beyond a few megabytes, which servers refuse.
MOST_CHARACTERS_AT_ONCE = 500_000


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
    put_in_force_all([cohort], text=text, now=now)
    return Charter.objects.filter(cohort=cohort).latest("version")


def put_in_force_all(cohorts: Sequence[Cohort], *, text: str, now: datetime) -> None:
    """Do the same for many cohorts at once."""
    for pks in batches(sorted(cohort.pk for cohort in cohorts)):
        locked = Cohort.objects.select_for_update().filter(pk__in=pks).order_by("pk")
        languages = dict(locked.values_list("pk", "working_language"))
        words = {code: text.strip() or common_charter(code) for code in set(languages.values())}
        versions = Charter.objects.filter(cohort__in=pks).order_by().values_list("cohort").annotate(Max("version"))
        last = dict(versions)
        rows = [(pk, last.get(pk, 0) + 1, words[code]) for pk, code in languages.items()]
        insert(Charter, ("cohort_id", "version", "text"), rows, size=_at_once(words.values()), in_force_at=now)


def _at_once(texts: Iterable[str]) -> int:
    """Return how many charters one statement takes."""
    return max(1, min(BATCH, MOST_CHARACTERS_AT_ONCE // max(1, *map(len, texts))))


def accept(charter: Charter, *, user_id: int, now: datetime) -> None:
    """Keep the member's yes to this charter, in place of an earlier refusal; a second one changes nothing.

    Raises CharterReplaced when another version is in force, and RuleViolation for somebody who is no member.
    """
    cohort = Cohort.objects.select_for_update().get(pk=charter.cohort_id)
    if Charter.objects.filter(cohort=cohort, version__gt=charter.version).exists():
        raise CharterReplaced
    if not Membership.objects.filter(cohort=cohort, user_id=user_id, active=True).exists():
        raise RuleViolation(_("Only the members of a group accept its charter."))
    CharterRefusal.objects.filter(charter=charter, user_id=user_id).delete()
    CharterConsent.objects.get_or_create(charter=charter, user_id=user_id, defaults={"at": now})
