"""Cohorts, who is in them and who guides them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network


class Cohort(Keyed):
    """A group of a network. Its row is locked for every decision about seats and sessions.

    .. no_pii: names of groups only.
    """

    class State(models.TextChoices):
        """The life of a cohort."""

        CONFIRMED = "confirmed"
        MERGED = "merged"
        CLOSED = "closed"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="cohorts")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CONFIRMED)
    minimum_size = models.PositiveSmallIntegerField()
    maximum_size = models.PositiveSmallIntegerField()
    size_reason = models.CharField(max_length=300, blank=True)
    working_language = models.CharField(max_length=2)
    shift_days = models.SmallIntegerField(default=0)
    shift_minutes = models.SmallIntegerField(default=0)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged_from")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Cohorts are counted from 1."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("network", "number"), name="cohort_number_is_unique_in_network"),
            models.CheckConstraint(
                condition=Q(minimum_size__lte=F("maximum_size")),
                name="cohort_minimum_below_maximum",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(state="merged"),
                name="only_a_merged_cohort_went_into_another",
            ),
        )

    def __str__(self) -> str:
        return f"cohort {self.key}"


class Membership(models.Model):
    """A person in a cohort, from a moment to a moment; ended, never deleted.

    `active` is True or NULL: databases let NULL stand many times under a unique constraint. `end`: how it ended, ""
    while it goes on. A paused member keeps the seat and is not expected until `paused_until`.

    .. pii: which learner was in which group when.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    class End(models.TextChoices):
        """How a membership ends. Who was merged or split off keeps reading what was shared with them."""

        LEFT = "left"
        TRANSFERRED = "transferred"
        MERGED = "merged"
        SPLIT = "split"
        UNDONE = "undone"

    KEEPS_READING = (End.MERGED, End.SPLIT)

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="memberships")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    active = models.BooleanField(null=True, default=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=11, choices=End.choices, blank=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateField(null=True)

    class Meta:
        """Rules E4 and H3."""

        constraints = (
            models.UniqueConstraint(fields=("network", "user", "active"), name="one_cohort_per_person_and_network"),
            models.CheckConstraint(
                condition=Q(active=True, left_at__isnull=True) | Q(active__isnull=True, left_at__isnull=False),
                name="membership_is_active_or_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(active__isnull=True) | Q(end=""),
                name="active_membership_has_no_end",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, paused_until__isnull=True)
                | Q(paused_at__isnull=False, paused_until__isnull=False),
                name="a_pause_has_a_last_day",
            ),
        )

    def __str__(self) -> str:
        return f"membership {self.pk}"


class Facilitation(models.Model):
    """A person who guides a cohort, as facilitator or deputy, and `since` when: what was told before is not theirs.

    .. pii: which person guides which group.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    class Role(models.TextChoices):
        """Who leads and who stands in."""

        FACILITATOR = "facilitator"
        DEPUTY = "deputy"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="facilitations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=11, choices=Role.choices)
    since = models.DateTimeField()

    class Meta:
        """One role for a person in a cohort, one person for a role."""

        constraints = (
            models.UniqueConstraint(fields=("cohort", "user"), name="one_guiding_role_per_person"),
            models.UniqueConstraint(fields=("cohort", "role"), name="one_person_per_guiding_role"),
        )

    def __str__(self) -> str:
        return f"{self.role} of {self.cohort_id}"


class Charter(models.Model):
    """A version of a cohort's ground rules, from the author's template.

    .. no_pii: text of the group's agreement.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="charters")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    in_force_at = models.DateTimeField()

    class Meta:
        """Versions count from 1; the highest is in force."""

        constraints = (
            models.UniqueConstraint(fields=("cohort", "version"), name="charter_version_is_unique_in_cohort"),
        )

    def __str__(self) -> str:
        return f"charter {self.version} of {self.cohort_id}"


class CharterConsent(models.Model):
    """A person's yes to one version of the charter (rule C1).

    .. pii: which learner agreed when.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    charter = models.ForeignKey(Charter, on_delete=models.CASCADE, related_name="consents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """One yes is enough."""

        constraints = (models.UniqueConstraint(fields=("charter", "user"), name="one_consent_per_charter"),)

    def __str__(self) -> str:
        return f"consent to charter {self.charter_id}"
