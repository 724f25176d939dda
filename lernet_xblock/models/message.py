"""What is to be sent to people: an outbox that several workers empty without losing or doubling anything."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.network import Network
from lernet_xblock.models.session import Session


class Message(Keyed):
    """One message for one person. Its words are made when it is sent, in the language and zone the person has then.

    `cause`: what led to it, unique, so that nothing is said twice. `facts`: dates and reasons its sentences name, as
    JSON; emptied some days after it was sent. `urgent`: moves and cancellations, which no cap and no night holds up.
    `lease`: the worker that has it now, until `leased_until`.

    .. pii: what a learner was told when, with reasons that others typed.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        """Its life. A dropped one was never sent: the cap, or its cause is gone."""

        WAITING = "waiting"
        LEASED = "leased"
        SENT = "sent"
        DROPPED = "dropped"
        FAILED = "failed"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="messages")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    cohort = models.ForeignKey(Cohort, null=True, on_delete=models.SET_NULL, related_name="+")
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="+")
    cause = models.CharField(max_length=120, unique=True)
    facts = models.JSONField(default=dict)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    send_at = models.DateTimeField()
    made_at = models.DateTimeField()
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    dropped_for = models.CharField(max_length=20, blank=True)

    class Meta:
        """In the order in which they are due."""

        ordering = ("send_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="leased", leased_until__isnull=False)
                | (~Q(state="leased") & Q(leased_until__isnull=True)),
                name="a_leased_message_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="a_sent_message_was_sent",
            ),
        )
        indexes = (
            models.Index(fields=("state", "send_at"), name="lernet_messages_due"),
            models.Index(fields=("user", "sent_at"), name="lernet_messages_of_person"),
            models.Index(fields=("session", "state"), name="lernet_messages_of_session"),
        )

    def __str__(self) -> str:
        return f"message {self.key}"
