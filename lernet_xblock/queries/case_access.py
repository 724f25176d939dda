"""Which cases somebody may read: look-ups start at the reader's own cohorts, and missing equals foreign."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Cohort
from lernet_xblock.permissions import is_member, may_read_case
from lernet_xblock.queries.charter import has_accepted
from lernet_xblock.viewer import Viewer


def find_case(viewer: Viewer, key: str) -> Case:
    """Return the case with its cohort. Raises NotFound for all that is not the reader's to read."""
    closed = locked_cohort(viewer)
    cohorts = [cohort for cohort in reader_cohorts(viewer) if cohort != closed]
    found = (
        within(viewer, cohorts).select_related("cohort", "cohort__network").filter(key=key).first()
        if key.isalnum()
        else None
    )
    if found is None or not may_read_case(viewer, found):
        raise NotFound
    return found


def find_own_case(viewer: Viewer, key: str) -> Case:
    """Return a case of the reader's own. Raises NotFound for every other."""
    found = find_case(viewer, key)
    if found.owner_id != viewer.user_id:
        raise NotFound
    return found


def locked_cohort(viewer: Viewer) -> Cohort | None:
    """Return the reader's own cohort while its charter in force is not accepted (rule C1), else None.

    A cohort without a charter is locked too: nothing protects what would be told there.
    """
    cohort = viewer.cohort
    if cohort is None or cohort.pk in viewer.guided_ids:
        return None
    return None if has_accepted(cohort.pk, viewer.user_id) else cohort


def reader_cohorts(viewer: Viewer) -> list[Cohort]:
    """Return the cohorts the reader belongs to now, as a member or as one who guides."""
    found = {facilitation.cohort for facilitation in viewer.facilitations}
    if viewer.cohort is not None and is_member(viewer):
        found.add(viewer.cohort)
    return sorted(found, key=lambda cohort: cohort.number)


def within(viewer: Viewer, cohorts: Iterable[Cohort]) -> QuerySet[Case]:
    """Return the cases that may be the reader's to read; `permissions.may_read_case` decides on each."""
    own = {cohort.pk for cohort in cohorts}
    readable = own | (former_ids(viewer) if is_member(viewer) else set())
    shared = Q(cohort__in=readable) | Q(open_to__in=own)
    mine = Q(owner_id=viewer.user_id)
    return Case.objects.filter((shared & Q(state=Case.State.SHARED)) | mine, cohort__network=viewer.network)


def former_ids(viewer: Viewer) -> set[int]:
    """Return the cohorts that were merged or split, and go on as a place to read; without the reader's own."""
    return {row.cohort_id for row in viewer.former if row.cohort != viewer.cohort}
