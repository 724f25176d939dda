"""Themes: who guides a group puts similar cases side by side. Nobody reads more, or less, for it."""

from collections.abc import Iterable
from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Cohort, Theme
from lernet_xblock.services.audit import record

LONGEST = 80


def make(cohort: Cohort, *, title: str, case_ids: Iterable[int], by: int, now: datetime) -> Theme:
    """Put these shared cases of the cohort, by row number, into a new theme. A case is in one theme at most."""
    _lock(cohort.pk)
    wanted = set(case_ids)
    if not wanted:
        raise RuleViolation(_("Choose at least one case."), field="cases")
    theme = Theme.objects.create(cohort=cohort, title=title, made_by_id=by, made_at=now)
    _put(theme, wanted)
    record(cohort.network, "theme.make", by=by, now=now, subject=theme.key)
    return theme


def change(
    theme: Theme,
    *,
    title: str,
    add: Iterable[int],
    remove: Iterable[int],
    opened_version: int,
    by: int,
    now: datetime,
) -> Theme:
    """Give it another name and other cases; those that are neither added nor removed stay as they are."""
    own = _locked(theme)
    if own.version != opened_version:
        raise StaleVersion(version=own.version, theirs={"title": own.title} if own.title != title else {})
    Case.objects.filter(pk__in=set(remove), theme=own).update(theme=None)
    _put(own, set(add))
    own.title = title
    own.version += 1
    own.save()
    record(own.cohort.network, "theme.change", by=by, now=now, subject=own.key)
    return own


def dissolve(theme: Theme, *, opened_version: int, by: int, now: datetime) -> None:
    """Take the theme away; its cases stand for themselves again."""
    own = _locked(theme)
    if own.version != opened_version:
        raise StaleVersion(version=own.version)
    record(own.cohort.network, "theme.dissolve", by=by, now=now, subject=own.key)
    own.delete()


def _lock(cohort_id: int) -> Cohort:
    return Cohort.objects.select_for_update().get(pk=cohort_id)


def _locked(theme: Theme) -> Theme:
    """Return the theme after the lock of its cohort, which every change of themes takes."""
    _lock(theme.cohort_id)
    found = Theme.objects.select_related("cohort__network").filter(pk=theme.pk).first()
    if found is None:
        raise NotFound
    return found


def _put(theme: Theme, case_ids: set[int]) -> None:
    """Put the cases in. Raises RuleViolation when one of them went into another theme, or was withdrawn, meanwhile."""
    free = Case.objects.select_for_update().order_by("pk")
    free = free.filter(pk__in=case_ids, cohort=theme.cohort_id, state=Case.State.SHARED, theme=None)
    found = set(free.values_list("pk", flat=True))
    if found != case_ids:
        raise RuleViolation(
            _("One of these cases is in another theme by now, or was withdrawn. Look at the list again."),
            field="cases",
        )
    Case.objects.filter(pk__in=found).update(theme=theme)
