"""The charter that is in force in a cohort, and who said yes or no to it: one query each."""

from collections.abc import Mapping

from django.db.models import BooleanField, Exists, OuterRef, Subquery, Value

from lernet_xblock.models import Charter, CharterConsent, CharterDraft, CharterRefusal, Cohort


def charter_in_force(cohort: Cohort) -> Charter | None:
    """Return the highest version; None while the cohort has no charter. Its `drafted`: the group looks at another."""
    drafts = CharterDraft.objects.filter(cohort=OuterRef("cohort"), open=True)
    return Charter.objects.filter(cohort=cohort).order_by("-version").annotate(drafted=Exists(drafts)).first()


def has_accepted(cohort_id: int, user_id: int) -> bool:
    """Tell whether the person said yes to the version in force (rule C1); an earlier yes does not count."""
    newest = Charter.objects.filter(cohort_id=cohort_id).order_by("-version").values("pk")[:1]
    return bool(CharterConsent.objects.filter(charter=Subquery(newest), user_id=user_id).exists())


def has_refused(cohort_id: int, user_id: int) -> bool:
    """Tell whether the person stays beside the version in force (rule C3); an earlier no does not count."""
    mine = CharterRefusal.objects.filter(charter=OuterRef("pk"), user_id=user_id)
    newest = Charter.objects.filter(cohort_id=cohort_id).order_by("-version")
    return bool(newest.annotate(refused=Exists(mine)).values_list("refused", flat=True).first())


def said_to(charter: Charter | None) -> Mapping[int, bool]:
    """Return who accepted this version (True) and who stays beside it (False), by number of the person."""
    yes = CharterConsent.objects.filter(charter=charter).annotate(yes=Value(value=True, output_field=BooleanField()))
    no = CharterRefusal.objects.filter(charter=charter).annotate(yes=Value(value=False, output_field=BooleanField()))
    rows = yes.values_list("user_id", "yes").union(no.values_list("user_id", "yes"), all=True)
    return {user_id: bool(said) for user_id, said in rows}
