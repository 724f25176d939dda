"""Who says to come, and who was there."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.session import Session


class Rsvp(models.Model):
    """What a member says of one session: coming or not. No row: not answered, or asked again since it was moved.

    .. pii: whether a learner means to come, and why not, as they typed it.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Answer(models.TextChoices):
        """Two answers; silence is none."""

        COMING = "coming"
        NOT_COMING = "not_coming"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="rsvps")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        """One answer of a person; a reason only for staying away."""

        constraints = (
            models.UniqueConstraint(fields=("session", "user"), name="one_rsvp_per_person_and_session"),
            models.CheckConstraint(condition=Q(reason="") | Q(answer="not_coming"), name="who_comes_gives_no_reason"),
        )

    def __str__(self) -> str:
        return f"rsvp for session {self.session_id}"


class Attendance(models.Model):
    """Whether a person was at a session. No row: not recorded.

    `minutes`: how long, NULL where nobody said; `self_checked`: the person said so and nobody has changed it since.

    .. pii: which learner was at which meeting.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        """What can be recorded (domain: Session)."""

        PRESENT = "present"
        LATE = "late"
        EXCUSED = "excused"
        ABSENT = "absent"

    THERE = (State.PRESENT, State.LATE)

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendance")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices)
    minutes = models.PositiveSmallIntegerField(null=True)
    self_checked = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One cell for a person and a session; only who was there has minutes."""

        constraints = (
            models.UniqueConstraint(fields=("session", "user"), name="one_attendance_per_person_and_session"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | (Q(state__in=("present", "late")) & Q(minutes__lte=480)),
                name="only_who_was_there_has_minutes",
            ),
        )

    def __str__(self) -> str:
        return f"attendance at session {self.session_id}"


class AttendanceChange(models.Model):
    """One correction of a cell; only ever added to. `before` and `after` are "" for nothing recorded.

    .. pii: what was recorded of a learner before, and who changed it.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendance_changes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    before = models.CharField(max_length=8, blank=True)
    after = models.CharField(max_length=8, blank=True)
    minutes_before = models.PositiveSmallIntegerField(null=True)
    minutes_after = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        """Newest last, as it was changed."""

        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"change of attendance at session {self.session_id}"
