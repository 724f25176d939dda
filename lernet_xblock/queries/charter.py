"""The charter that is in force in a cohort, and who said yes to it: one query each."""

from django.db.models import Exists, OuterRef

from lernet_xblock.models import Charter, CharterConsent, Cohort


def charter_in_force(cohort: Cohort) -> Charter | None:
    """Return the highest version; None while the cohort has no charter."""
    return Charter.objects.filter(cohort=cohort).order_by("-version").first()


def has_accepted(cohort_id: int, user_id: int) -> bool:
    """Tell whether the person said yes to the version in force (rule C1); an earlier yes does not count."""
    mine = CharterConsent.objects.filter(charter=OuterRef("pk"), user_id=user_id)
    newest = Charter.objects.filter(cohort_id=cohort_id).order_by("-version")
    return bool(newest.annotate(accepted=Exists(mine)).values_list("accepted", flat=True).first())
