"""What people take home from a session or a case, and what they set out to do."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.case import Case
from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network
from lernet_xblock.models.session import Session


class Takeaway(Keyed):
    """A line for oneself, perhaps with a date: then it is a commitment. Its owner's alone unless they choose otherwise.

    `asked_at`: when its owner was asked what came of it and answered, or chose not to: once (rule Q2).

    .. pii: what a learner wants to do, with whom, and what happened.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        """Its life; dropping needs no reason."""

        NOTED = "noted"
        COMMITTED = "committed"
        TRIED = "tried"
        POSTPONED = "postponed"
        DROPPED = "dropped"
        TOLD = "told"

    class Visibility(models.TextChoices):
        """Who may read it."""

        ME = "me"
        CASE_GIVER = "case_giver"
        COHORT = "cohort"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="takeaways")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="takeaways")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="takeaways")
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="takeaways")
    text = models.CharField(max_length=280)
    state = models.CharField(max_length=9, choices=State.choices, default=State.NOTED)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.ME)
    by_date = models.DateField(null=True)
    with_whom = models.CharField(max_length=120, blank=True)
    happened = models.TextField(max_length=1000, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Newest last."""

        ordering = ("made_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="a_takeaway_says_something"),
            models.CheckConstraint(
                condition=~Q(state="committed") | Q(by_date__isnull=False),
                name="a_commitment_has_a_date",
            ),
        )
        indexes = (models.Index(fields=("network", "user", "state"), name="lernet_own_takeaways"),)

    def __str__(self) -> str:
        return f"takeaway {self.key}"
