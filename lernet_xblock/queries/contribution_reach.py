"""Which contributions to many cases somebody may read, as one condition of the database: for numbers, not for texts.

It says what `permissions.may_read_contribution` says of what is not withdrawn; a test compares the two.
"""

from collections.abc import Iterable, Mapping

from django.db.models import Count, F, Q, QuerySet

from lernet_xblock.models import Case, Contribution
from lernet_xblock.permissions import belongs, guided_then, in_first_audience
from lernet_xblock.viewer import Viewer


def heard(viewer: Viewer, cases: Iterable[Case]) -> QuerySet[Contribution]:
    """Return what the viewer may read and nobody withdrew, of cases that they may read themselves.

    A case is of one kind for them: all words of it are theirs to read, those to guides since it was opened, those that
    were addressed to them, or such since it was opened.
    """
    all_of: list[int] = []
    of_first: list[int] = []
    of_opened: list[int] = []
    of_guided: list[int] = []
    for case in cases:
        if case.owner_id == viewer.user_id or guided_then(viewer, case):
            all_of.append(case.pk)
            continue
        if case.open_to_id in viewer.guided_ids:
            of_guided.append(case.pk)
        (of_first if in_first_audience(viewer, case) else of_opened).append(case.pk)
    addressed = Q(audience=Case.Audience.COHORT) | Q(audience=Case.Audience.CIRCLE, circle__in=viewer.circle_ids)
    opened = Q(case__in=of_opened, posted_at__gte=F("case__opened_at"))
    guided = Q(case__in=of_guided, posted_at__gte=F("case__opened_at"))
    free = Q(held_at=None) | Q(key__in=viewer.held_keys)
    told = Q(case__in=all_of) | guided | (addressed & (Q(case__in=of_first) | opened))
    near = Contribution.objects.filter(case__in=[*all_of, *of_first, *of_opened], withdrawn_at=None)
    return near.filter(Q(author_id=viewer.user_id) | (free & told))


def voices_of(viewer: Viewer, cases: Iterable[Case]) -> Mapping[int, int]:
    """Return how many contributions the viewer may read, by row number of the case: three queries at most."""
    cases = list(cases)
    if not cases or not belongs(viewer):
        return {}
    counted = heard(viewer, cases).order_by().values_list("case_id").annotate(n=Count("pk"))
    return dict(counted)
