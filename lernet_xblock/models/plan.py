"""From which rule the sessions of a cohort follow, and giving many cohorts another one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network


class Plan(models.Model):
    """The dates of one cohort as they were last planned. A cohort without a row follows its network's settings.

    `dates`: the settings of rules.plan_dates.DATE_SETTINGS as JSON, days without session among them: whatever a list of
    holidays says later changes nothing here.

    .. no_pii: dates only; the number of the user who changed it last.
    """

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="plan")
    dates = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"plan of cohort {self.cohort_id}"


class Replan(Keyed):
    """An order to plan all cohorts of a network anew, worked off in the background.

    `open` is True or NULL, so that a network has one at a time. A worker renews `leased_until` while it lives.
    `figures`: how many sessions stayed, moved, came and went, how many cohorts are done, and those left alone.

    .. pii: the number of the acting user and the reason they typed.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="replans")
    dates = models.JSONField()
    reason = models.CharField(max_length=300, blank=True)
    open = models.BooleanField(null=True, default=True)
    asked_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)

    class Meta:
        """One at a time."""

        constraints = (
            models.UniqueConstraint(fields=("network", "open"), name="one_open_replan_per_network"),
            models.CheckConstraint(
                condition=Q(open=True, ended_at__isnull=True) | Q(open__isnull=True, ended_at__isnull=False),
                name="replan_is_open_or_has_ended",
            ),
        )

    def __str__(self) -> str:
        return f"replan {self.key}"
