"""The network itself: one row for each block, made when an admin opens applications."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.keyed import Keyed


def scope_digest(course_id: str, usage_id: str) -> str:
    """Return the SHA-256 of the block's place, in hex. Databases that compare ids without case see a difference."""
    return hashlib.sha256(f"{course_id}\n{usage_id}".encode()).hexdigest()


class Network(Keyed):
    """A learning network of one block.

    `authored` is the author's work as it was when applications opened, or as an admin took it over later; the
    columns repeat what constraints and queries need.

    .. no_pii: user numbers only, of the course team.
    """

    class State(models.TextChoices):
        """The life of a network, in order; the last three are side exits."""

        OPEN = "open"
        FORMING = "forming"
        RUNNING = "running"
        CLOSING = "closing"
        CLOSED = "closed"
        ARCHIVED = "archived"
        PAUSED = "paused"
        CANCELLED = "cancelled"

    course_id = models.CharField(max_length=255, db_index=True)
    usage_id = models.CharField(max_length=255)
    scope = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    title = models.CharField(max_length=80)
    authored = models.JSONField(default=dict)
    minimum_size = models.PositiveSmallIntegerField()
    maximum_size = models.PositiveSmallIntegerField()
    target_size = models.PositiveSmallIntegerField()
    cohort_limit = models.PositiveSmallIntegerField()
    threshold = models.PositiveSmallIntegerField()
    self_check_version = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    paused_until = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        """Rules N2 and N9."""

        constraints = (
            models.CheckConstraint(
                condition=Q(minimum_size__gte=2) & Q(minimum_size__lte=F("maximum_size")) & Q(maximum_size__lte=30),
                name="network_sizes_between_2_and_30",
            ),
            models.CheckConstraint(
                condition=Q(target_size__gte=F("minimum_size")) & Q(target_size__lte=F("maximum_size")),
                name="network_target_within_sizes",
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=4) & Q(threshold__lte=10),
                name="network_threshold_from_4_to_10",
            ),
            models.CheckConstraint(
                condition=Q(cohort_limit__gte=1) & Q(cohort_limit__lte=10_000),
                name="network_has_1_to_10000_cohorts",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_until__isnull=False)
                | (~Q(state="paused") & Q(paused_until__isnull=True)),
                name="paused_network_has_a_last_day",
            ),
        )

    def __str__(self) -> str:
        return f"network {self.key}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the digest of the place in step with the place."""
        self.scope = scope_digest(self.course_id, self.usage_id)
        super().save(*args, **kwargs)

    @property
    def seats(self) -> int:
        """People the network can take in all its cohorts."""
        return self.maximum_size * self.cohort_limit


class AuditEntry(models.Model):
    """Who did what to a network, when and why; only ever added to, and without content.

    .. pii: the number of the acting user and the reason they typed.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="audit")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Newest last, as it was written."""

        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
