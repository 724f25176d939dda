"""Reports of something that hurts or names somebody, what was decided, and openings of cases by staff."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.case import Case
from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.contribution import Contribution
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network


class Report(Keyed):
    """A case or a contribution that somebody reported: held at once, until its handler decides or five days are over.

    `target`: the key of the case or contribution; `open`: True until decided, then NULL. `handler`: somebody who guides
    the group and is not involved, NULL for the admins. `serious`: it is not released by itself. `outcome`: what both
    sides are told. What was reported never stands here.

    .. pii: that something of a learner was reported, and what was decided.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        """From raised to decided; `lapsed` was released because nobody decided in time."""

        HELD = "held"
        RELEASED = "released"
        REMOVED = "removed"
        RESOLVED = "resolved"
        LAPSED = "lapsed"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="reports")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="reports")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    contribution = models.ForeignKey(Contribution, null=True, on_delete=models.CASCADE, related_name="reports")
    target = models.CharField(max_length=20)
    open = models.BooleanField(null=True, default=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.HELD)
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    serious = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    release_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Oldest first; one open report for a thing."""

        ordering = ("raised_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("target", "open"), name="one_open_report_per_thing"),
            models.CheckConstraint(
                condition=Q(state="held", open=True, decided_at__isnull=True)
                | (~Q(state="held") & Q(open__isnull=True, decided_at__isnull=False)),
                name="a_report_is_open_until_decided",
            ),
        )
        indexes = (models.Index(fields=("network", "open"), name="lernet_open_reports"),)

    def __str__(self) -> str:
        return f"report {self.key}"


class ReportVoice(models.Model):
    """Somebody who reported a thing, and why; read by the handler only.

    .. pii: who reported something, and the words they gave for it.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Ground(models.TextChoices):
        """What is wrong with it."""

        NAMES = "names"
        HURTS = "hurts"
        CHARTER = "charter"
        OTHER = "other"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="voices")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    ground = models.CharField(max_length=7, choices=Ground.choices)
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Once for a person."""

        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint(fields=("report", "reporter"), name="one_voice_per_report_and_person"),)

    def __str__(self) -> str:
        return f"voice {self.pk} of report {self.report_id}"


class CaseOpening(models.Model):
    """That somebody of the course team opened the text of a case, and the reason they typed: its owner sees it.

    .. pii: who opened what of whom, and why.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="openings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        """Oldest first; never without a reason."""

        ordering = ("at", "pk")
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="a_case_is_opened_for_a_reason"),)

    def __str__(self) -> str:
        return f"opening {self.pk} of case {self.case_id}"
