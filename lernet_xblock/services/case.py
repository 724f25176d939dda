"""Cases: a draft is its owner's alone; what is shared stays with the group it was shared with."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Case, Charter, CharterConsent, Cohort, Membership
from lernet_xblock.rules.text import is_question
from lernet_xblock.services.audit import record
from lernet_xblock.services.substitution import guides_now
from lernet_xblock.services.turn import drop_turn

# What the group reads; changing any of it later is marked (rule A3).
TEXT_FIELDS = ("title", "situation", "question", "tried", "horizon", "kind", "needed_by", "help_wanted")
# A draft also keeps for whom it will be; afterwards services.case_audience changes that.
DRAFT_FIELDS = (*TEXT_FIELDS, "audience")
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


def require_voice(case: Case, user_id: int, *, now: datetime) -> None:
    """Refuse until the person accepted the charter in force under which they read the case (rule C1).

    That of its cohort, or of the one to which its owner opened it, for somebody who is there now.
    """
    opened = case.open_to_id
    places = Membership.objects.filter(cohort=opened, user_id=user_id, active=True)
    by_opening = (
        opened is not None and opened != case.cohort_id and (places.exists() or guides_now(opened, user_id, now=now))
    )
    if by_opening and not CharterConsent.objects.filter(charter__cohort=case.cohort_id, user_id=user_id).exists():
        require_consent(opened, user_id, now=now)
    else:
        require_consent(case.cohort_id, user_id, now=now)


def require_membership(cohort_id: int, user_id: int) -> None:
    """Raise NotFound unless the person is a member of the cohort now."""
    if not Membership.objects.filter(cohort_id=cohort_id, user_id=user_id, active=True).exists():
        raise NotFound


def require_place(case: Case) -> Membership:
    """Return the owner's active membership, in whichever cohort of the network. Raises NotFound for who has none."""
    found = Membership.objects.filter(network=case.cohort.network_id, user_id=case.owner_id, active=True).first()
    if found is None:
        raise NotFound
    return found


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


def save(case: Case, *, words: Mapping[str, Any], opened_version: int, now: datetime) -> Case:
    """Keep a draft, complete or not. Raises StaleVersion when another window saved other words.

    words: values of DRAFT_FIELDS by name; what is not among them stays.
    """
    draft = locked_case(case, Case.State.DRAFT)
    _write(draft, DRAFT_FIELDS, words=words, opened_version=opened_version, now=now)
    draft.save()
    return draft


def share(
    case: Case,
    *,
    words: Mapping[str, Any],
    third_parties_checked: bool,
    statement_confirmed: bool,
    opened_version: int,
    now: datetime,
    today: date | None = None,
) -> Case:
    """Show the draft to its audience, from now on and for those who are in its cohort now (rules A1 and C1).

    words: as in `save`. today: the owner's day, by which an answer can be needed; None for that of UTC.
    """
    draft = locked_case(case, Case.State.DRAFT)
    require_membership(draft.cohort_id, draft.owner_id)
    require_consent(draft.cohort_id, draft.owner_id, now=now)
    _write(draft, DRAFT_FIELDS, words=words, opened_version=opened_version, now=now)
    _check_complete(draft, third_parties_checked=third_parties_checked, statement_confirmed=statement_confirmed)
    _settle_day(draft, before=None, today=today or now.date())
    draft.state, draft.shared_at, draft.third_parties_checked = Case.State.SHARED, now, True
    draft.save()
    record(draft.cohort.network, "case.share", by=draft.owner_id, now=now, subject=draft.key)
    return draft


def edit(
    case: Case,
    *,
    words: Mapping[str, Any],
    third_parties_checked: bool,
    statement_confirmed: bool,
    opened_version: int,
    now: datetime,
    today: date | None = None,
) -> Case:
    """Change a shared case. Once somebody contributed, the change shows with its date (rule A3).

    The owner has a place in the network, also in another cohort than that of the case, and accepted its charter.
    words: values of TEXT_FIELDS by name; what is not among them stays. today: as in `share`.
    """
    shared = locked_case(case, Case.State.SHARED)
    require_consent(require_place(shared).cohort_id, shared.owner_id, now=now)
    needed_by = shared.needed_by
    changed = _write(shared, TEXT_FIELDS, words=words, opened_version=opened_version, now=now)
    _check_complete(shared, third_parties_checked=third_parties_checked, statement_confirmed=statement_confirmed)
    _settle_day(shared, before=needed_by, today=today or now.date())
    if changed:
        mark_changed(shared, now=now)
    shared.save()
    record(shared.cohort.network, "case.edit", by=shared.owner_id, now=now, subject=shared.key)
    return shared


def mark_changed(case: Case, *, now: datetime) -> None:
    """Date the change of what the group reads, once somebody contributed; the caller locked the case and saves it."""
    if case.contributions.exists():
        case.edited_at = now


def withdraw(case: Case, *, now: datetime) -> Case:
    """Take a shared case back: from now on its text is its owner's alone, and an open turn of it is over (rule A5)."""
    shared = locked_case(case, Case.State.SHARED)
    drop_turn(shared, now=now, by=shared.owner_id)
    shared.state = Case.State.WITHDRAWN
    shared.version += 1
    shared.save(update_fields=["state", "version"])
    record(shared.cohort.network, "case.withdraw", by=shared.owner_id, now=now, subject=shared.key)
    return shared


def discard(case: Case) -> None:
    """Delete a draft, which nobody but its owner ever saw."""
    locked_case(case, Case.State.DRAFT).delete()


def locked_case(case: Case, *states: str) -> Case:
    """Return the case, locked. Raises NotFound when it is no longer in one of these states."""
    found = Case.objects.select_for_update().filter(pk=case.pk, state__in=states).first()
    if found is None:
        raise NotFound
    return found


def _write(
    case: Case, fields: tuple[str, ...], *, words: Mapping[str, Any], opened_version: int, now: datetime
) -> bool:
    """Put the words on the locked row and return whether any differ from what is stored.

    Two windows with the same words are no conflict: an autosave and the press of the button often cross.
    """
    differing = [name for name in fields if name in words and getattr(case, name) != words[name]]
    if differing and case.version != opened_version:
        theirs = {name: _told(getattr(case, name)) for name in differing}
        raise StaleVersion(version=case.version, theirs=theirs, by_id=case.owner_id, at=case.saved_at)
    for name in differing:
        setattr(case, name, words[name])
    case.saved_at = now
    case.version += 1
    return bool(differing)


def _told(value: Any) -> str:
    """Return a stored value as a form would send it: several choices with spaces between, a day as in ISO 8601."""
    return " ".join(value) if isinstance(value, list) else str(value or "")


def _settle_day(case: Case, *, before: date | None, today: date) -> None:
    """Keep a day only for what is urgent. Raises RuleViolation for one that is over, unless it stood there before."""
    if case.horizon != Case.Horizon.URGENT:
        case.needed_by = None
    if case.needed_by is not None and case.needed_by < today and case.needed_by != before:
        raise RuleViolation(
            _("This day is over. Choose one that is still to come, or leave it out."), field="needed_by"
        )


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
