"""A new text for the charter of a cohort: begun, changed, put in force once the group agrees, or dropped."""

from collections.abc import Collection
from datetime import datetime

from lernet_xblock.errors import RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Charter, CharterDraft, CharterVoice, Cohort, Facilitation, Network, Notice
from lernet_xblock.rules.charter_comparison import differs
from lernet_xblock.rules.charter_consent import Said, Tally, tally
from lernet_xblock.services import charter as charters
from lernet_xblock.services.audit import record
from lernet_xblock.services.membership import member_ids
from lernet_xblock.services.message import announce_cohort, drop_waiting
from lernet_xblock.services.notice import tell

OVER = (Network.State.CLOSED, Network.State.ARCHIVED, Network.State.CANCELLED)
DRAFTED, IN_FORCE = "charter_drafted", "charter_in_force"
# Notices that nobody need read any more once the draft is closed.
WHILE_OPEN = (DRAFTED, "charter_revised", "charter_objection", "charter_answered")


class DraftOpen(RuleViolation):
    """A cohort works on one text at a time."""

    def __init__(self) -> None:
        super().__init__(_("Your group looks at another text already. Say there what you would like to be different."))


class DraftOver(RuleViolation):
    """The draft came into force, or it was dropped."""

    def __init__(self) -> None:
        super().__init__(_("This draft is closed: it came into force, or it was dropped."))


class NotAgreed(RuleViolation):
    """Fewer than two thirds support the text, or an objection has no answer (rule C2)."""

    def __init__(self) -> None:
        super().__init__(
            _("Not yet: two thirds of the members have to support this very text, and every objection needs an answer.")
        )


def begin(cohort: Cohort, *, text: str, by: int, now: datetime) -> CharterDraft:
    """Open a draft with this text, and tell everybody in the cohort. `by`: a member, or who guides it.

    Raises DraftOpen, or RuleViolation for a cohort that is over and for the very text that is in force.
    """
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    _refuse_over(locked)
    if CharterDraft.objects.select_for_update().filter(cohort=locked, open=True).exists():
        raise DraftOpen
    base = _refuse_the_same(locked, text)
    draft = CharterDraft.objects.create(cohort=locked, text=text, base=base, made_by_id=by, made_at=now, saved_at=now)
    announce_cohort(locked, kind=DRAFTED, mark=draft.key, by=by, now=now)
    tell(locked.network, _everybody(locked) - {by}, kind=DRAFTED, cohort=locked, now=now)
    record(locked.network, "charter.draft", by=by, now=now, subject=draft.key)
    return draft


def revise(draft: CharterDraft, *, text: str, opened_version: int, by: int, now: datetime) -> CharterDraft:
    """Change the text. Who supported the one before is asked again; objections stay until they are answered.

    Words that are stored already change nothing. Raises StaleVersion with the stored text, DraftOver, or RuleViolation
    for the very text that is in force.
    """
    row = open_draft(draft)
    if row.text == text:
        return row
    check_read(row, opened_version)
    _refuse_the_same(row.cohort, text)
    asked = member_ids(row.cohort) & set(
        row.voices.filter(supports=True, about=row.version).values_list("user_id", flat=True)
    )
    row.text, row.saved_at = text, now
    row.version += 1
    row.save(update_fields=["text", "saved_at", "version"])
    tell(row.cohort.network, asked - {by}, kind="charter_revised", cohort=row.cohort, now=now)
    record(row.cohort.network, "charter.revise", by=by, now=now, subject=row.key)
    return row


def put_in_force(draft: CharterDraft, *, opened_version: int, by: int, now: datetime) -> Charter:
    """Make the text the next version of the charter; everybody is asked to accept it (rule C2).

    Raises StaleVersion, DraftOver, or NotAgreed.
    """
    row = open_draft(draft)
    check_read(row, opened_version)
    if not tally_of(row).may_come_into_force:
        raise NotAgreed
    made = charters.put_in_force(row.cohort, text=row.text, now=now)
    row.became = made
    _close(row, "charter.in_force", by=by, now=now)
    announce_cohort(row.cohort, kind=IN_FORCE, mark=str(made.version), by=by, now=now)
    tell(row.cohort.network, _everybody(row.cohort) - {by}, kind=IN_FORCE, cohort=row.cohort, now=now)
    return made


def drop(draft: CharterDraft, *, opened_version: int, by: int, now: datetime) -> CharterDraft:
    """Close the draft; the charter in force stays. Raises StaleVersion and DraftOver."""
    row = open_draft(draft)
    check_read(row, opened_version)
    _close(row, "charter.drop", by=by, now=now)
    tell(row.cohort.network, _everybody(row.cohort) - {by}, kind="charter_dropped", cohort=row.cohort, now=now)
    return row


def close_drafts(cohort: Cohort, *, by: int, now: datetime) -> list[int]:
    """Close what the locked cohort, which ends, was working on; return it by row number, for `open_again`."""
    rows = list(CharterDraft.objects.select_for_update().filter(cohort=cohort, open=True))
    for row in rows:
        _close(row, "charter.drop", by=by, now=now)
    return [row.pk for row in rows]


def open_again(drafts: Collection[int]) -> None:
    """Let these drafts go on: the cohort does."""
    CharterDraft.objects.filter(pk__in=drafts).update(open=True, closed_at=None)


def open_draft(draft: CharterDraft) -> CharterDraft:
    """Return the draft, locked after its cohort. Raises DraftOver, or RuleViolation for a cohort that is over."""
    cohort = Cohort.objects.select_for_update().get(pk=draft.cohort_id)
    row = CharterDraft.objects.select_for_update().get(pk=draft.pk)
    if not row.open:
        raise DraftOver
    _refuse_over(cohort)
    row.cohort = cohort
    return row


def check_read(row: CharterDraft, opened_version: int) -> None:
    """Raise StaleVersion unless the text is the one that the person read."""
    if row.version != opened_version:
        raise StaleVersion(version=row.version, theirs={"text": row.text}, at=row.saved_at)


def tally_of(row: CharterDraft) -> Tally:
    """Return what counts now, of a draft that is locked with its cohort."""
    # A locking read: a plain one could show what was there before this one waited for the lock.
    voices = CharterVoice.objects.select_for_update().filter(draft=row)
    said = (
        Said(one.user_id, supports=one.supports, about=one.about, answered=one.answered_at is not None)
        for one in voices
    )
    return tally(said, members=member_ids(row.cohort), version=row.version)


def _refuse_over(cohort: Cohort) -> None:
    if cohort.state != Cohort.State.CONFIRMED or cohort.network.state in OVER:
        raise RuleViolation(_("This group is over: its charter stays as it is."))


def _refuse_the_same(cohort: Cohort, text: str) -> int:
    """Return the version in force, 0 for none. Raises RuleViolation for its very text."""
    newest = Charter.objects.select_for_update().filter(cohort=cohort).order_by("-version").first()
    if newest is None:
        return 0
    if not differs(newest.text, text):
        told = _("This is the charter in force, word for word. Change what should be different.")
        raise RuleViolation(told, field="text")
    return int(newest.version)


def _close(row: CharterDraft, verb: str, *, by: int, now: datetime) -> None:
    row.open, row.closed_at = None, now
    row.save(update_fields=["open", "closed_at", "became"])
    drop_waiting(row.cohort, kind=DRAFTED)
    asked = Notice.objects.filter(cohort=row.cohort, kind__in=WHILE_OPEN, seen_at=None)
    asked.update(seen_at=now)
    record(row.cohort.network, verb, by=by, now=now, subject=row.key)


def _everybody(cohort: Cohort) -> set[int]:
    guides = Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True)
    return {*member_ids(cohort), *guides}
