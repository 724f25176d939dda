"""Cases: a draft is its owner's alone; what is shared stays with the group it was shared with."""

from collections.abc import Mapping
from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Charter, Cohort, Membership
from lernet_xblock.rules.text import is_question
from lernet_xblock.services.audit import record
from lernet_xblock.services.substitution import guides_now

TEXT_FIELDS = ("title", "situation", "question", "tried", "horizon", "kind")
NEEDED_TO_SHARE = ("title", "situation", "question")
MOST_CASES = 50


def require_consent(cohort_id: int, user_id: int, *, now: datetime) -> None:
    """Refuse until the person accepted the charter in force (rule C1).

    Those who guide the cohort now speak by their role. Without a charter nobody accepted anything, so
    nothing is told.
    """
    charter = Charter.objects.filter(cohort_id=cohort_id).order_by("-version").first()
    if charter is not None and charter.consents.filter(user_id=user_id).exists():
        return
    if not guides_now(cohort_id, user_id, now=now):
        raise RuleViolation(_("First accept the charter of your group: it protects what is told here."))


def require_membership(cohort_id: int, user_id: int) -> None:
    """Raise NotFound unless the person is a member of the cohort now."""
    if not Membership.objects.filter(cohort_id=cohort_id, user_id=user_id, active=True).exists():
        raise NotFound


def start(cohort: Cohort, *, user_id: int, now: datetime) -> Case:
    """Return an empty draft of the member: a new one, or the one still empty. A cohort holds 50 cases."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    require_membership(cohort.pk, user_id)
    require_consent(cohort.pk, user_id, now=now)
    kept = Case.objects.filter(cohort=cohort).exclude(state=Case.State.WITHDRAWN)
    empty = kept.filter(
        owner_id=user_id,
        state=Case.State.DRAFT,
        title="",
        situation="",
        question="",
        tried="",
    ).first()
    if empty is not None:
        return empty
    if kept.count() >= MOST_CASES:
        raise RuleViolation(
            _("Your group has %(n)d cases, drafts included, and there is no room for another.") % {"n": MOST_CASES},
        )
    return Case.objects.create(cohort=cohort, owner_id=user_id, state=Case.State.DRAFT, saved_at=now)


def save(case: Case, *, words: Mapping[str, str], opened_version: int, now: datetime) -> Case:
    """Keep a draft, complete or not. Raises StaleVersion when another window saved other words."""
    draft = _locked(case, Case.State.DRAFT)
    _write(draft, words=words, opened_version=opened_version, now=now)
    draft.save()
    return draft


def share(
    case: Case,
    *,
    words: Mapping[str, str],
    third_parties_checked: bool,
    statement_confirmed: bool,
    opened_version: int,
    now: datetime,
) -> Case:
    """Show the draft to its cohort, from now on and for those who are in it now (rules A1 and C1)."""
    draft = _locked(case, Case.State.DRAFT)
    require_membership(draft.cohort_id, draft.owner_id)
    require_consent(draft.cohort_id, draft.owner_id, now=now)
    _write(draft, words=words, opened_version=opened_version, now=now)
    _check_complete(draft, third_parties_checked=third_parties_checked, statement_confirmed=statement_confirmed)
    draft.state, draft.shared_at, draft.third_parties_checked = Case.State.SHARED, now, True
    draft.save()
    record(draft.cohort.network, "case.share", by=draft.owner_id, now=now, subject=draft.key)
    return draft


def edit(
    case: Case,
    *,
    words: Mapping[str, str],
    third_parties_checked: bool,
    statement_confirmed: bool,
    opened_version: int,
    now: datetime,
) -> Case:
    """Change a shared case. Once somebody contributed, the change shows with its date (rule A3)."""
    shared = _locked(case, Case.State.SHARED)
    require_membership(shared.cohort_id, shared.owner_id)
    changed = _write(shared, words=words, opened_version=opened_version, now=now)
    _check_complete(shared, third_parties_checked=third_parties_checked, statement_confirmed=statement_confirmed)
    if changed and shared.contributions.exists():
        shared.edited_at = now
    shared.save()
    record(shared.cohort.network, "case.edit", by=shared.owner_id, now=now, subject=shared.key)
    return shared


def withdraw(case: Case, *, now: datetime) -> Case:
    """Take a shared case back: from now on its text is its owner's alone."""
    shared = _locked(case, Case.State.SHARED)
    shared.state = Case.State.WITHDRAWN
    shared.version += 1
    shared.save(update_fields=["state", "version"])
    record(shared.cohort.network, "case.withdraw", by=shared.owner_id, now=now, subject=shared.key)
    return shared


def discard(case: Case) -> None:
    """Delete a draft, which nobody but its owner ever saw."""
    _locked(case, Case.State.DRAFT).delete()


def _locked(case: Case, state: str) -> Case:
    """Return the case, locked. Raises NotFound when it is no longer in this state."""
    found = Case.objects.select_for_update().filter(pk=case.pk, state=state).first()
    if found is None:
        raise NotFound
    return found


def _write(case: Case, *, words: Mapping[str, str], opened_version: int, now: datetime) -> bool:
    """Put the words on the locked row and return whether any differ from what is stored.

    Two windows with the same words are no conflict: an autosave and the press of the button often cross.
    """
    theirs = {name: getattr(case, name) for name in TEXT_FIELDS if getattr(case, name) != words[name]}
    if theirs and case.version != opened_version:
        raise StaleVersion(version=case.version, theirs=theirs, by_id=case.owner_id, at=case.saved_at)
    for name in theirs:
        setattr(case, name, words[name])
    case.saved_at = now
    case.version += 1
    return bool(theirs)


def _check_complete(case: Case, *, third_parties_checked: bool, statement_confirmed: bool) -> None:
    for name in NEEDED_TO_SHARE:
        if not getattr(case, name):
            raise RuleViolation(_("Please fill this in."), field=name)
    if not is_question(case.question) and not statement_confirmed:
        raise RuleViolation(
            _("This does not end with a question mark. Tick this if it is your question all the same."),
            field="statement",
        )
    if not third_parties_checked:
        raise RuleViolation(
            _("Please check that nobody can be recognised, and tick this."),
            field="third_parties",
        )
