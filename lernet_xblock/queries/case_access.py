"""Which cases somebody may read: look-ups start at the reader's own cohorts, and missing equals foreign."""

from collections.abc import Iterable
from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Attachment, Case, Cohort, Report, Takeaway
from lernet_xblock.permissions import guided_then, in_first_audience, is_member, may_read_case, opened_to
from lernet_xblock.queries.charter import has_accepted
from lernet_xblock.viewer import Viewer


@cache
def _with_rows() -> QuerySet[Case]:
    """Return all cases, still to be asked for, with what most have none of; made once, as every page of one asks.

    A look at whether there is any is much cheaper than asking for the rows.
    """
    models = (("attachments", Attachment), ("takeaways", Takeaway), ("reports", Report))
    looks = {f"has_{name}": Exists(model.objects.filter(case=OuterRef("pk"))) for name, model in models}
    return Case.objects.annotate(**looks)


def find_case(viewer: Viewer, key: str) -> Case:
    """Return the case with its cohort. Raises NotFound for all that is not the reader's to read."""
    closed = locked_cohort(viewer)
    cohorts = [cohort for cohort in reader_cohorts(viewer) if cohort != closed]
    found = _with_key(viewer, cohorts, key) if key.isalnum() else None
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


def _with_key(viewer: Viewer, cohorts: Iterable[Cohort], key: str) -> Case | None:
    rows, own = _with_rows().filter(key=key), {cohort.pk for cohort in cohorts}
    found = rows.filter(_shared_in(viewer, own), cohort__network=viewer.network).first()
    # Nearly everybody reads in a group of today: who does not is looked for in those of before.
    return found or rows.filter(_shared_in(viewer, _with_former(viewer, own)), cohort__network=viewer.network).first()


def known_empty(case: Case, rows: str) -> bool:
    """Tell whether `find_case` saw that the case has no such rows, so that nobody has to ask again."""
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
    readable = _with_former(viewer, {cohort.pk for cohort in cohorts})
    return Case.objects.filter(_shared_in(viewer, readable), cohort__network=viewer.network)


def _with_former(viewer: Viewer, own: set[int]) -> set[int]:
    return own | (former_ids(viewer) if is_member(viewer) else set())


def _shared_in(viewer: Viewer, readable: set[int]) -> Q:
    shared = Q(cohort__in=readable) | Q(open_to__in=readable)
    return (shared & Q(state=Case.State.SHARED)) | Q(owner_id=viewer.user_id)


def former_ids(viewer: Viewer) -> set[int]:
    """Return the cohorts that were merged or split, and go on as a place to read; without the reader's own."""
    return {row.cohort_id for row in viewer.former if row.cohort != viewer.cohort}
