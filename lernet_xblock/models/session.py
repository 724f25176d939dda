"""Meetings of a cohort."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed


class Session(Keyed):
    """One meeting. Wall clock and zone are the truth; `starts_at` and `ends_at` are derived from them.

    `number`: its place among those that take place, NULL for a cancelled one. `slot_date`, `slot_time`: the wall clock
    of the plan that it stands for, NULL for one beside the plan; regenerating leaves alone what was `moved_by_hand`.
    `moved_from`: when it would have begun before it was last moved; `reason`: why it was last moved, cancelled or not
    held, for the group to read. `held_at`: somebody said that it took place; past and planned counts as held as well.

    .. no_pii: dates, places and words about the meeting only; the number of the user who changed it last.
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
    number = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    title = models.CharField(max_length=100, blank=True)
    notes = models.TextField(blank=True)
    slot_date = models.DateField(null=True)
    slot_time = models.TimeField(null=True)
    moved_by_hand = models.BooleanField(default=False)
    moved_from = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    held_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged_from")
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

        ordering = ("starts_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("cohort", "number"), name="session_number_is_unique_in_cohort"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=1) & Q(duration_minutes__lte=480),
                name="session_lasts_at_most_480_minutes",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", number__isnull=True, cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(number__isnull=False, cancelled_at__isnull=True)),
                name="only_a_cancelled_session_has_no_number",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True) | Q(state="planned"),
                name="a_held_session_was_not_called_off",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(state="cancelled"),
                name="only_a_cancelled_session_went_into_another",
            ),
            models.CheckConstraint(
                condition=Q(slot_date__isnull=True, slot_time__isnull=True)
                | Q(slot_date__isnull=False, slot_time__isnull=False),
                name="a_slot_has_a_day_and_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"session {self.key}"
