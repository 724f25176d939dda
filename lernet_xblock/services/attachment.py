"""Links and small files beside the text of a case: added and taken away by its owner, a few for a case."""

from datetime import datetime

from lernet_xblock.errors import RuleViolation
from lernet_xblock.i18n import gettext as _
from lernet_xblock.models import Attachment, AttachmentBody, Case
from lernet_xblock.rules.attached import LONGEST_NAME, PDF, host_of, is_pdf, plain_name
from lernet_xblock.services.audit import record
from lernet_xblock.services.case import locked_case, mark_changed
from lernet_xblock.services.picture import rewritten

MOST_ATTACHMENTS = 5


def attach_link(case: Case, *, url: str, name: str, now: datetime) -> Attachment:
    """Add a link to a draft or a shared case. name: as it is shown, "" for the host it leads to.

    Raises NotFound for any other case, and RuleViolation for no http or https address, or when there is no room.
    """
    host = host_of(url)
    if not host:
        raise RuleViolation(_("This is no address of a web page. It begins with https://"), field="url")
    row = _with_room(case, field="url")
    made = Attachment.objects.create(case=row, name=(name or host)[:LONGEST_NAME], url=url, added_at=now)
    _changed(row, made.key, "case.attach", now=now)
    return made


def attach_file(case: Case, *, content: bytes, name: str, now: datetime) -> Attachment:
    """Add a picture or a PDF to a draft or a shared case; what it is, its content says. name: as it was on the disk.

    A picture is written anew, without what a camera put into it. Raises NotFound, NoPicture, PictureTooLarge, or
    RuleViolation when there is no room.
    """
    kept, content_type = (content, PDF) if is_pdf(content) else rewritten(content)
    row = _with_room(case, field="name")
    called = plain_name(name, content_type)
    made = Attachment.objects.create(case=row, name=called, content_type=content_type, size=len(kept), added_at=now)
    AttachmentBody.objects.create(attachment=made, content=kept)
    _changed(row, made.key, "case.attach", now=now)
    return made


def remove(attachment: Attachment, *, now: datetime) -> None:
    """Take away a link or a file, for good. A second time nothing happens."""
    row = locked_case(attachment.case, Case.State.DRAFT, Case.State.SHARED, Case.State.WITHDRAWN)
    gone, _which = Attachment.objects.filter(pk=attachment.pk).delete()
    if gone:
        _changed(row, attachment.key, "case.detach", now=now)


def _with_room(case: Case, *, field: str) -> Case:
    row = locked_case(case, Case.State.DRAFT, Case.State.SHARED)
    # A locking read: a plain one could still show what was there before this one waited for the lock.
    if len(Attachment.objects.select_for_update().filter(case=row).values_list("pk")) >= MOST_ATTACHMENTS:
        text = _("A case has at most %(n)d links and files. Take one away first.") % {"n": MOST_ATTACHMENTS}
        raise RuleViolation(text, field=field)
    return row


def _changed(row: Case, key: str, verb: str, *, now: datetime) -> None:
    """Date the change of a shared case, and log it without a name. Its version stays: no text was touched."""
    if row.state == Case.State.SHARED:
        mark_changed(row, now=now)
        row.save(update_fields=["edited_at"])
        record(row.cohort.network, verb, by=row.owner_id, now=now, subject=key)
