"""Circles: the small groups of one session, from who is there."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.session import Session


class Circle(Keyed):
    """A small group of a session, numbered from 1. Its moderator and timekeeper are two people who sit in it.

    .. pii: which learner moderated a small group.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="circles")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="circles")
    number = models.PositiveSmallIntegerField()
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    timekeeper = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    formed_at = models.DateTimeField()
    formed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Rule K2, as far as a row can say it."""

        ordering = ("session", "number")
        constraints = (
            models.UniqueConstraint(fields=("session", "number"), name="circle_number_is_unique_in_session"),
            models.CheckConstraint(condition=Q(number__gte=1), name="circles_count_from_1"),
            models.CheckConstraint(
                condition=Q(moderator__isnull=True) | Q(timekeeper__isnull=True) | ~Q(moderator=F("timekeeper")),
                name="nobody_moderates_and_keeps_time",
            ),
        )

    def __str__(self) -> str:
        return f"circle {self.key}"


class CircleSeat(models.Model):
    """A person in a circle; in one circle of a session only. late: they came after it was formed.

    .. pii: which learner sat with whom.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="seats")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="circle_seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    late = models.BooleanField(default=False)
    seated_at = models.DateTimeField()

    class Meta:
        """One place in a session."""

        ordering = ("seated_at", "pk")
        constraints = (models.UniqueConstraint(fields=("session", "user"), name="one_circle_per_person_and_session"),)

    def __str__(self) -> str:
        return f"seat {self.pk} of circle {self.circle_id}"
