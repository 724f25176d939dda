"""What members say to a draft of their charter, and the answers of those who guide the cohort."""

from datetime import datetime

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import CharterDraft, CharterVoice, Cohort, Facilitation, Membership
from lernet_xblock.services.audit import record
from lernet_xblock.services.charter_draft import check_read, open_draft
from lernet_xblock.services.notice import tell


def support(draft: CharterDraft, *, user_id: int, opened_version: int, now: datetime) -> CharterVoice:
    """Keep that the member supports the text as they read it, in place of what they said before.

    Raises StaleVersion when the text was changed since: support never counts for words nobody read. Raises DraftOver,
    or RuleViolation for somebody who is no member.
    """
    row = _heard(draft, user_id, opened_version)
    voice = _voice(row, user_id)
    if voice.pk is None or not voice.supports or voice.about != row.version:
        voice.supports = True
        _say(voice, about=row.version, objection="", now=now)
    return voice


def object_to(draft: CharterDraft, *, objection: str, user_id: int, opened_version: int, now: datetime) -> CharterVoice:
    """Keep the member's objection, in place of what they said before; those who guide the cohort are told.

    The same words once more change nothing; other words wait for an answer of their own. Raises as `support` does.
    """
    row = _heard(draft, user_id, opened_version)
    voice = _voice(row, user_id)
    if voice.pk is None or voice.objection != objection:
        voice.supports = False
        _say(voice, about=row.version, objection=objection, now=now)
        tell(row.cohort.network, _guides(row.cohort) - {user_id}, kind="charter_objection", cohort=row.cohort, now=now)
    return voice


def take_back(draft: CharterDraft, *, user_id: int) -> None:
    """Forget what the member said, if anything. Raises DraftOver, or RuleViolation for somebody who is no member."""
    row = open_draft(draft)
    _require_member(row.cohort, user_id)
    CharterVoice.objects.filter(draft=row, user_id=user_id).delete()


def answer(voice: CharterVoice, *, text: str, opened_version: int, by: int, now: datetime) -> CharterVoice:
    """Answer an objection as it was read; its author is told.

    Raises StaleVersion when it was changed or answered since, NotFound once it is taken back, and DraftOver.
    """
    draft = open_draft(voice.draft)
    row = CharterVoice.objects.select_for_update().filter(pk=voice.pk, supports=False).first()
    if row is None:
        raise NotFound
    if row.version != opened_version:
        raise StaleVersion(version=row.version, theirs={"answer": row.answer}, at=row.answered_at or row.said_at)
    row.answer, row.answered_by_id, row.answered_at = text, by, now
    row.version += 1
    row.save(update_fields=["answer", "answered_by", "answered_at", "version"])
    tell(draft.cohort.network, {row.user_id} - {by}, kind="charter_answered", cohort=draft.cohort, now=now)
    record(draft.cohort.network, "charter.answer", by=by, now=now, subject=row.key)
    return row


def _heard(draft: CharterDraft, user_id: int, opened_version: int) -> CharterDraft:
    """Return the locked draft, whose text the member read."""
    row = open_draft(draft)
    _require_member(row.cohort, user_id)
    check_read(row, opened_version)
    return row


def _require_member(cohort: Cohort, user_id: int) -> None:
    if not Membership.objects.select_for_update().filter(cohort=cohort, user_id=user_id, active=True).exists():
        raise RuleViolation(_("Only the members of a group agree on its charter."))


def _voice(row: CharterDraft, user_id: int) -> CharterVoice:
    """Return what the member said so far, else a new voice that is not kept yet."""
    found = CharterVoice.objects.select_for_update().filter(draft=row, user_id=user_id).first()
    return found or CharterVoice(draft=row, user_id=user_id, supports=False, about=row.version, version=0)


def _say(voice: CharterVoice, *, about: int, objection: str, now: datetime) -> None:
    voice.about, voice.objection, voice.said_at = about, objection, now
    voice.answer, voice.answered_by_id, voice.answered_at = "", None, None
    voice.version += 1
    voice.save()


def _guides(cohort: Cohort) -> set[int]:
    return set(Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True))
