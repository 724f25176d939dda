"""What belongs to a case beside its text, and a file of it for who may read the case at this moment."""

from dataclasses import dataclass

from lernet_xblock.errors import NotFound
from lernet_xblock.host import Host
from lernet_xblock.models import Attachment, AttachmentBody, Case
from lernet_xblock.queries.case_access import find_case, known_empty
from lernet_xblock.rules.attached import PDF, host_of
from lernet_xblock.viewer import Viewer, viewer_without_block


@dataclass(frozen=True)
class Attached:
    """A link, with the host it leads to, or a file, with its size in bytes."""

    key: str
    name: str
    url: str
    host: str
    is_pdf: bool
    size: int


@dataclass(frozen=True)
class File:
    """A file, read. content_type: as found when it was attached."""

    name: str
    content_type: str
    content: bytes


def attached(case: Case) -> tuple[Attached, ...]:
    """Return what is attached to a case that the reader may read: one query, and no content."""
    rows = () if known_empty(case, "attachments") else Attachment.objects.filter(case=case)
    return tuple(
        Attached(row.key, row.name, row.url, host_of(row.url), row.content_type == PDF, row.size) for row in rows
    )


def find_own_attachment(viewer: Viewer, key: str) -> Attachment:
    """Return an attachment of a case of the reader's own in this network. Raises NotFound for every other."""
    own = Attachment.objects.filter(case__owner_id=viewer.user_id, case__cohort__network=viewer.network)
    found: Attachment | None = (
        own.select_related("case").filter(key=key).first() if key.isascii() and key.isalnum() else None
    )
    if found is None:
        raise NotFound
    return found


def file_for(user_id: int, key: str, *, host: Host) -> File | None:
    """Return the file for this person, None unless they may read its case now; all of it is asked again.

    user_id: somebody who is logged in in person.
    """
    rows = Attachment.objects.exclude(content_type="").filter(key=key).select_related("case__cohort__network")
    row = rows.first() if key.isascii() and key.isalnum() else None
    if row is None:
        return None
    viewer = viewer_without_block(host, row.case.cohort.network, user_id)
    try:
        find_case(viewer, row.case.key)
    except NotFound:
        return None
    content = AttachmentBody.objects.values_list("content", flat=True).get(attachment=row)
    return File(row.name, row.content_type, bytes(content))
