"""What the case giver notes while the others reflect: theirs alone."""

from datetime import datetime

from lernet_xblock.errors import NotFound, StaleVersion
from lernet_xblock.models import Case, PrivateNote

LONGEST_NOTE = 4000


def save(case: Case, *, user_id: int, text: str, opened_version: int, now: datetime) -> PrivateNote:
    """Keep the notes of the owner of a case that was shared once. opened_version: 0 for a page that had none yet.

    Raises NotFound, and StaleVersion when another window saved other words. The same words are no conflict.
    """
    # The lock of the case lets two windows make one row.
    case = Case.objects.select_for_update().get(pk=case.pk)
    if case.owner_id != user_id or case.state == Case.State.DRAFT:
        raise NotFound
    note = PrivateNote.objects.select_for_update().filter(case=case, user_id=user_id).first()
    if note is None:
        return PrivateNote.objects.create(case=case, user_id=user_id, text=text, saved_at=now)
    if note.text != text and note.version != opened_version:
        raise StaleVersion(version=note.version, theirs={"text": note.text}, by_id=user_id, at=note.saved_at)
    note.text, note.saved_at = text, now
    note.version += 1
    note.save(update_fields=["text", "saved_at", "version"])
    return note
