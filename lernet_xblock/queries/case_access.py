"""Which cases somebody may read: look-ups start at the reader's own cohorts, and missing equals foreign."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Attachment, Case, Cohort, Report, Takeaway
from lernet_xblock.permissions import guided_then, in_first_audience, is_member, may_read_case, opened_to
from lernet_xblock.queries.charter import has_accepted
from lernet_xblock.viewer import Viewer

# What most cases have none of: a look at whether there is any is much cheaper than asking for the rows.
_ROWS = {
    f"has_{name}": Exists(model.objects.filter(case=OuterRef("pk")))
    for name, model in (("attachments", Attachment), ("takeaways", Takeaway), ("reports", Report))
}


def find_case(viewer: Viewer, key: str) -> Case:
    """Return the case with its cohort. Raises NotFound for all that is not the reader's to read."""
    closed = locked_cohort(viewer)
    cohorts = [cohort for cohort in reader_cohorts(viewer) if cohort != closed]
    # Nearly everybody reads in a group of today: who does not is looked for in those of before.
    found = _with_key(_of(viewer, cohorts), key) or _with_key(within(viewer, cohorts), key) if key.isalnum() else None
    if found is None or not reads(viewer, found, closed):
        raise NotFound
    _with_cohort(viewer, found, cohorts)
    return found


def _with_cohort(viewer: Viewer, case: Case, cohorts: Iterable[Cohort]) -> None:
    """Give the case the rows of its cohort and network that are at hand; another cohort is asked for when needed."""
    cohort = next((one for one in cohorts if one.pk == case.cohort_id), None)
    if cohort is not None and viewer.network is not None:
        case.cohort = cohort
        cohort.network = viewer.network


def _with_key(rows: QuerySet[Case], key: str) -> Case | None:
    return rows.filter(key=key).annotate(**_ROWS).first()


def known_empty(case: Case, rows: str) -> bool:
    """Tell whether `find_case` saw that the case has no such rows, so that nobody has to ask again. rows: of _ROWS."""
    return not getattr(case, f"has_{rows}", True)


def reads(viewer: Viewer, case: Case, closed: Cohort | None) -> bool:
    """Tell whether the reader may read the case, which `within` gave. closed: see `locked_cohort`.

    What the reader has only as a member of that cohort waits for its charter, also where another way led to the case.
    """
    if not may_read_case(viewer, case):
        return False
    if closed is None or case.owner_id == viewer.user_id or guided_then(viewer, case):
        return True
    first = case.cohort_id != closed.pk and in_first_audience(viewer, case)
    return first or (case.open_to_id != closed.pk and opened_to(viewer, case))


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


def reachable(viewer: Viewer, closed: Cohort | None) -> QuerySet[Case]:
    """Return the cases of `within` for the groups the reader belongs to. closed: `locked_cohort`, which is left out."""
    return within(viewer, [cohort for cohort in reader_cohorts(viewer) if cohort != closed])


def within(viewer: Viewer, cohorts: Iterable[Cohort]) -> QuerySet[Case]:
    """Return the cases that may be the reader's to read; `reads` decides on each."""
    own = {cohort.pk for cohort in cohorts}
    return _shared_in(viewer, own | (former_ids(viewer) if is_member(viewer) else set()))


def _of(viewer: Viewer, cohorts: Iterable[Cohort]) -> QuerySet[Case]:
    return _shared_in(viewer, {cohort.pk for cohort in cohorts})


def _shared_in(viewer: Viewer, readable: set[int]) -> QuerySet[Case]:
    shared = Q(cohort__in=readable) | Q(open_to__in=readable)
    mine = Q(owner_id=viewer.user_id)
    return Case.objects.filter((shared & Q(state=Case.State.SHARED)) | mine, cohort__network=viewer.network)


def former_ids(viewer: Viewer) -> set[int]:
    """Return the cohorts that were merged or split, and go on as a place to read; without the reader's own."""
    return {row.cohort_id for row in viewer.former if row.cohort != viewer.cohort}
