"""Forms that were sent once: the memory that makes a second click harmless."""

from django.conf import settings
from django.db import models


class SentForm(models.Model):
    """An idempotency key a person used, with a keyed digest of what was sent (never the words).

    .. pii: which form a learner sent when, without its content.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        """A key is used once."""

        constraints = (models.UniqueConstraint(fields=("user", "key"), name="form_is_sent_once"),)

    def __str__(self) -> str:
        return f"form {self.key}"
