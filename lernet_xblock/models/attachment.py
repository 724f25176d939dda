"""What belongs to a case beside its text: links, and small files kept in the database."""

from django.db import models
from django.db.models import Q

from lernet_xblock.models.case import Case
from lernet_xblock.models.keyed import Keyed


class Attachment(Keyed):
    """A link, or a picture or PDF, of a case; read by who may read the case, and served only after asking that again.

    `content_type`: found from the content, "" for a link; `size`: in bytes, 0 for a link.

    .. pii: what a learner attached to a case.
    .. pii_types: id, image, other
    .. pii_retirement: local_api
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    url = models.CharField(max_length=500, blank=True)
    content_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        """In the order in which they were added."""

        ordering = ("added_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(content_type="", size=0) & ~Q(url="") | Q(url="", size__gt=0) & ~Q(content_type=""),
                name="an_attachment_is_a_link_or_a_file",
            ),
        )

    def __str__(self) -> str:
        return f"attachment {self.key}"


class AttachmentBody(models.Model):
    """The bytes of a file, apart from its row, so that no list ever loads them.

    .. pii: what a learner attached to a case.
    .. pii_types: image, other
    .. pii_retirement: local_api
    """

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="body", primary_key=True)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"body of attachment {self.attachment_id}"
