"""Meetings of a cohort."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed


class Session(Keyed):
    """One meeting. Wall clock and zone are the truth; `starts_at` and `ends_at` are derived from them.

    .. no_pii: dates and places only; the number of the user who changed it last.
    """

    class Kind(models.TextChoices):
        """The first is the launch, the last the closing (rule N5)."""

        LAUNCH = "launch"
        REGULAR = "regular"
        CLOSING = "closing"

    class State(models.TextChoices):
        """What people decided about it; whether it is over is a matter of the clock."""

        PLANNED = "planned"
        CANCELLED = "cancelled"
        NOT_HELD = "not_held"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    local_date = models.DateField()
    local_time = models.TimeField()
    time_zone = models.CharField(max_length=64)
    duration_minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    zone_data_version = models.CharField(max_length=16)
    place = models.CharField(max_length=200, blank=True)
    meeting_link = models.CharField(max_length=500, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        """Rule S1; sessions count from 1."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("cohort", "number"), name="session_number_is_unique_in_cohort"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=1) & Q(duration_minutes__lte=480),
                name="session_lasts_at_most_480_minutes",
            ),
        )

    def __str__(self) -> str:
        return f"session {self.key}"
