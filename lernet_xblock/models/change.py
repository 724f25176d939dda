"""What happens to cohorts while they run: offers of a seat, stand-ins, changes that can be undone, and notices."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.application import Application
from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network
from lernet_xblock.models.session import Session


class Offer(Keyed):
    """A seat that fell free, held for one person of the waiting list until `expires_at` (rule E3).

    `open` is True or NULL, so that a person has one open offer at most.

    .. pii: which learner was offered a seat when.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    class Answer(models.TextChoices):
        """What became of it; "" while it is open."""

        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        TAKEN_BACK = "taken_back"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="offers")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="offers")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="offers")
    open = models.BooleanField(null=True, default=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """One open offer for a person."""

        constraints = (
            models.UniqueConstraint(fields=("application", "open"), name="one_open_offer_per_person"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="offer_ends_after_it_was_made"),
            models.CheckConstraint(
                condition=Q(open=True, answer="", answered_at__isnull=True)
                | (Q(open__isnull=True, answered_at__isnull=False) & ~Q(answer="")),
                name="offer_is_open_or_answered",
            ),
        )
        indexes = (models.Index(fields=("network", "open", "expires_at"), name="lernet_open_offers"),)

    def __str__(self) -> str:
        return f"offer {self.key}"


class Substitution(Keyed):
    """Somebody who guides one session in place of the facilitator, from being named until seven days after it.

    .. pii: which person stood in for a session.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="substitutions")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="substitutions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Named once for a session."""

        constraints = (models.UniqueConstraint(fields=("session", "user"), name="named_once_for_a_session"),)

    def __str__(self) -> str:
        return f"substitution {self.key}"


class Change(Keyed):
    """One named operation on the cohorts of a network: what it did, by row number, so that it can be undone.

    `done`: row numbers of what was ended, made and changed, by kind of row; never a name and never a text.

    .. pii: the number of the acting user, row numbers of memberships, and the reason they typed.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Kind(models.TextChoices):
        """The operations."""

        PLACE = "place"
        TRANSFER = "transfer"
        LEAVE = "leave"
        MERGE = "merge"
        SPLIT = "split"
        SUBSTITUTE = "substitute"
        PAUSE = "pause"
        RESUME = "resume"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="changes")
    cohort = models.ForeignKey(Cohort, null=True, on_delete=models.SET_NULL, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    done = models.JSONField(default=dict)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        """Newest last, as it was done."""

        ordering = ("at", "id")
        indexes = (models.Index(fields=("network", "at"), name="lernet_changes"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Notice(Keyed):
    """Something a person is told once, in the course: `kind` names the sentence, `about` the row it speaks of.

    .. pii: what happened to a learner's place, without words of anybody.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    cohort = models.ForeignKey(Cohort, null=True, on_delete=models.SET_NULL, related_name="+")
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="+")
    day = models.DateField(null=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        """In the order in which things happened."""

        ordering = ("at", "id")
        indexes = (models.Index(fields=("network", "user", "seen_at"), name="lernet_unseen_notices"),)

    def __str__(self) -> str:
        return f"notice {self.key}"
