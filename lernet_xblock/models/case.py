"""Cases and what members contribute to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed


class Case(Keyed):
    """A question from somebody's work. Its cohort is its audience, and stays it wherever people move.

    `unnamed`: the owner left and wanted it told as that of a former member.

    .. pii: a learner's account of a situation at work.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        """A draft is its owner's alone; withdrawn text is gone for the others at once."""

        DRAFT = "draft"
        SHARED = "shared"
        WITHDRAWN = "withdrawn"

    class Horizon(models.TextChoices):
        """How soon an answer is needed."""

        URGENT = "urgent"
        PRACTICAL = "practical"
        FUTURE = "future"

    class Kind(models.TextChoices):
        """What the case is about; things that went wrong are as welcome as successes."""

        PROBLEM = "problem"
        CONCERN = "concern"
        PROJECT = "project"
        SUCCESS = "success"
        WENT_WRONG = "went_wrong"
        EXPERIMENT = "experiment"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="cases")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    title = models.CharField(max_length=100, blank=True)
    situation = models.TextField(max_length=2500, blank=True)
    question = models.CharField(max_length=300, blank=True)
    tried = models.TextField(max_length=1500, blank=True)
    horizon = models.CharField(max_length=9, choices=Horizon.choices, default=Horizon.PRACTICAL)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PROBLEM)
    third_parties_checked = models.BooleanField(default=False)
    shared_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    unnamed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Rule A1; nothing is shared that has no title, situation and question."""

        constraints = (
            models.CheckConstraint(
                condition=~Q(state="shared") | Q(third_parties_checked=True, shared_at__isnull=False),
                name="case_is_checked_before_it_is_shared",
            ),
            models.CheckConstraint(
                condition=~Q(state="shared") | ~(Q(title="") | Q(situation="") | Q(question="")),
                name="shared_case_says_something",
            ),
        )
        indexes = (models.Index(fields=("cohort", "state", "shared_at"), name="lernet_case_board"),)

    def __str__(self) -> str:
        return f"case {self.key}"


class Contribution(Keyed):
    """A colleague's question, answer or suggestion; a former member's words stay without a name.

    .. pii: what a learner wrote to a colleague.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Kind(models.TextChoices):
        """The kinds open in this version of the case turn."""

        QUESTION = "question"
        ANSWER = "answer"
        SUGGESTION = "suggestion"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contributions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(max_length=1000)
    answers = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    posted_at = models.DateTimeField()

    class Meta:
        """In the order people spoke."""

        ordering = ("posted_at", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="contribution_says_something"),
            models.CheckConstraint(
                condition=~Q(kind="answer") | Q(answers__isnull=False),
                name="answer_belongs_to_a_question",
            ),
        )

    def __str__(self) -> str:
        return f"contribution {self.key}"
