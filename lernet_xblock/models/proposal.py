"""Forming cohorts: what admins ask for, and the proposals that a search made of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.application import Application
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network


class PairRule(Keyed):
    """Two people who are kept apart, or together, in whatever groups are formed.

    .. pii: that two learners belong together or apart, without why.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    class Kind(models.TextChoices):
        """A pair is one or the other."""

        APART = "apart"
        TOGETHER = "together"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="pair_rules")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    first = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        """A pair is written once, the lower row number first."""

        constraints = (
            models.UniqueConstraint(fields=("network", "first", "second"), name="one_rule_for_a_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_has_two_people_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Pin(models.Model):
    """A person who is to be in the group of this number (from 1), whatever is proposed.

    .. pii: which learner an admin wants in which group.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="pins")
    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="pin")
    number = models.PositiveSmallIntegerField()

    class Meta:
        """Groups count from 1."""

        constraints = (models.CheckConstraint(condition=Q(number__gte=1), name="pinned_to_a_group_from_1"),)

    def __str__(self) -> str:
        return f"pin to {self.number}"


class Proposal(Keyed):
    """A way to form the groups, searched for in the background and changed by hand until one is confirmed.

    `wishes`: what was asked for, as rules.formation_policy reads it, with attendance, number of groups and seed.
    `figures`: what comparing needs, so that no page reads everybody. While it is searched for, `lease_until` says
    how long the worker is believed to live, and `progress` (percent) how far it is.

    .. no_pii: figures and the number of the admin who asked.
    """

    class State(models.TextChoices):
        """A search ends ready or failed; of all that are ready one is confirmed, the others are put aside."""

        SEARCHING = "searching"
        READY = "ready"
        FAILED = "failed"
        FORMING = "forming"
        CONFIRMED = "confirmed"
        PUT_ASIDE = "put_aside"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="proposals")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.SEARCHING)
    wishes = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    progress = models.PositiveSmallIntegerField(default=0)
    stop_asked = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        """Proposals count from 1."""

        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("network", "number"), name="proposal_number_is_unique_in_network"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="progress_is_a_percentage"),
        )

    def __str__(self) -> str:
        return f"proposal {self.key}"


class ProposalSeat(models.Model):
    """Where a proposal puts a person: the number of a group from 1, or None with the reason why.

    .. pii: which learner was proposed for which group; emptied when groups are formed.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="seats")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=30, blank=True)
    by_hand = models.BooleanField(default=False)

    class Meta:
        """A proposal has one place for a person."""

        constraints = (
            models.UniqueConstraint(fields=("proposal", "application"), name="one_seat_per_person_and_proposal"),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(number__gte=1, reason=""),
                name="whoever_has_a_seat_needs_no_reason",
            ),
        )
        indexes = (models.Index(fields=("proposal", "number"), name="lernet_proposed_group"),)

    def __str__(self) -> str:
        return f"seat of {self.application_id}"
