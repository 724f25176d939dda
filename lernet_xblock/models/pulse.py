"""The short evaluation of a session. No column joins an answer to a person or a moment.

Who answered stands in the ledger, with a date only; what was said stands in rows with random keys. Nothing here
may ever gain a time, a sequence, a person or a shared key: confidentiality is a property of these tables.
"""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.session import Session


def random_id() -> str:
    """Return 128 random bits in hex."""
    return secrets.token_hex(16)


class Pulse(models.Model):
    """The window of one session's evaluation; `threshold` is fixed by the first answer.

    .. no_pii: window and threshold.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="pulse")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(db_index=True)
    threshold = models.PositiveSmallIntegerField(null=True)
    form_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """Rule N9."""

        constraints = (
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="pulse_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(threshold__isnull=True) | (Q(threshold__gte=4) & Q(threshold__lte=10)),
                name="pulse_threshold_from_4_to_10",
            ),
        )

    def __str__(self) -> str:
        return f"pulse of session {self.session_id}"


class PulseReceipt(models.Model):
    """That a person answered, on which date. The only row of an evaluation that knows a person.

    .. pii: which learner answered an evaluation, not what.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    pulse = models.ForeignKey(Pulse, on_delete=models.CASCADE, related_name="receipts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()

    class Meta:
        """One answer each (rule V2)."""

        constraints = (models.UniqueConstraint(fields=("pulse", "user"), name="one_answer_per_person_and_pulse"),)

    def __str__(self) -> str:
        return f"receipt of pulse {self.pulse_id}"


class PulseAnswer(models.Model):
    """One set of ratings, of nobody. `ratings`: item → whole number or null.

    .. no_pii: ratings without person, time or order.
    """

    id = models.CharField(primary_key=True, max_length=32, default=random_id, editable=False)
    pulse = models.ForeignKey(Pulse, on_delete=models.CASCADE, related_name="answers")
    ratings = models.JSONField()

    def __str__(self) -> str:
        return "an answer"


class PulseComment(models.Model):
    """One comment, of nobody, not joined to ratings.

    .. no_pii: text without person, time or order; people are asked to name nobody.
    """

    id = models.CharField(primary_key=True, max_length=32, default=random_id, editable=False)
    pulse = models.ForeignKey(Pulse, on_delete=models.CASCADE, related_name="comments")
    text = models.CharField(max_length=280)

    def __str__(self) -> str:
        return "a comment"


class PulseRelease(models.Model):
    """What was published of a pulse, once. Pages read this and nothing else (rule V4).

    .. no_pii: counts and shuffled comments.
    """

    pulse = models.OneToOneField(Pulse, on_delete=models.CASCADE, related_name="release")
    released_at = models.DateTimeField()
    answered = models.PositiveSmallIntegerField()
    asked = models.PositiveSmallIntegerField()
    withheld = models.BooleanField()
    payload = models.JSONField()

    class Meta:
        """Nobody answers who was not asked."""

        constraints = (models.CheckConstraint(condition=Q(answered__lte=F("asked")), name="answered_at_most_asked"),)

    def __str__(self) -> str:
        return f"release of pulse {self.pulse_id}"
