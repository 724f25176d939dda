"""What people contribute to a case."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.case import Case
from lernet_xblock.models.circle import Circle
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.turn import Turn


class Contribution(Keyed):
    """A colleague's question, reflection or suggestion, or the owner's answer; a former member's words have no name.

    Its audience is that of the case when it was posted, and never grows: `audience` and `circle` are copies. `html`:
    the text, rendered and made safe by rules.prose when it was written. `turn`: the round it belongs to, NULL for what
    was asked before any. `helped`: the owner of the case found it helpful; nobody but the two ever sees that.
    `held_at`: somebody reported it, and nobody has decided yet.

    .. pii: what a learner wrote to a colleague.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Kind(models.TextChoices):
        """What it is; each kind is open in one phase of the turn (rule T1)."""

        QUESTION = "question"
        ANSWER = "answer"
        REFLECTION = "reflection"
        SUGGESTION = "suggestion"
        EXPERIENCE = "experience"
        RESOURCE = "resource"
        APPRECIATION = "appreciation"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contributions")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.SET_NULL, related_name="contributions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField(max_length=1000)
    html = models.TextField(blank=True)
    answers = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    audience = models.CharField(max_length=11, choices=Case.Audience.choices, default=Case.Audience.COHORT)
    circle = models.ForeignKey(Circle, null=True, on_delete=models.SET_NULL, related_name="+")
    posted_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    helped = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """In the order people spoke."""

        ordering = ("posted_at", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="contribution_says_something"),
            models.CheckConstraint(
                condition=~Q(kind="answer") | Q(answers__isnull=False),
                name="answer_belongs_to_a_question",
            ),
            models.CheckConstraint(
                condition=Q(circle__isnull=True) | Q(audience="circle"),
                name="only_words_for_a_circle_have_one",
            ),
        )

    def __str__(self) -> str:
        return f"contribution {self.key}"


class PrivateNote(models.Model):
    """What the owner of a case notes while the others reflect: theirs alone, in no list and no export of others.

    .. pii: a learner's private notes.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=4000, blank=True)
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One page of notes for a person and a case."""

        constraints = (models.UniqueConstraint(fields=("case", "user"), name="one_note_per_person_and_case"),)

    def __str__(self) -> str:
        return f"note {self.pk}"
