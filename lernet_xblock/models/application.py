"""People who want to join, and the lists an admin uploads."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network


class Application(Keyed):
    """One person's application to one network; withdrawing and applying again reuse the row.

    .. pii: work situation and learning question of a learner.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        """Where the application stands."""

        INVITED = "invited"
        SUBMITTED = "submitted"
        WAITLISTED = "waitlisted"
        OFFERED = "offered"
        MEMBER = "member"
        WITHDRAWN = "withdrawn"
        DECLINED = "declined"

    class Source(models.TextChoices):
        """Who made the application."""

        SELF = "self"
        IMPORT = "import"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="applications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SELF)
    function = models.CharField(max_length=80)
    department = models.CharField(max_length=80, blank=True)
    organisation = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=2)
    experience_years = models.PositiveSmallIntegerField(null=True)
    availability = models.CharField(max_length=90, blank=True)
    learning_question = models.CharField(max_length=300, blank=True)
    commitment_version = models.PositiveSmallIntegerField(null=True)
    committed_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Rules E1 and E4."""

        constraints = (
            models.UniqueConstraint(fields=("network", "user"), name="one_application_per_person"),
            models.CheckConstraint(
                condition=Q(experience_years__isnull=True) | Q(experience_years__lte=60),
                name="experience_up_to_60_years",
            ),
            models.CheckConstraint(
                condition=~Q(source="self") | Q(committed_at__isnull=False),
                name="applicant_committed",
            ),
            models.CheckConstraint(
                condition=~Q(state="waitlisted") | Q(queued_at__isnull=False),
                name="waiting_since_a_moment",
            ),
        )
        indexes = (models.Index(fields=("network", "state", "queued_at"), name="lernet_waiting_list"),)

    def __str__(self) -> str:
        return f"application {self.key}"


class PeopleImport(Keyed):
    """A list of people an admin uploaded, held until it is confirmed or put aside; then its rows are emptied.

    `rows`: lines that can be applied, each a mapping of the application's fields with `user_id`;
    `report`: refused lines, each `{"line": n, "problems": [[code, value], …]}`.

    .. pii: work situations of the people on the list, deleted when the list is applied.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="imports")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField()
    rows = models.JSONField(default=list)
    report = models.JSONField(default=list)
    applied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"import {self.key}"
