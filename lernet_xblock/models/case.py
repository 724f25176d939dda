"""Cases: a question from somebody's work, who may read it, and where it is in its life."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.circle import Circle
from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.theme import Theme


class Case(Keyed):
    """A question from somebody's work. Its audience is of its cohort, and stays so wherever people move.

    `state` says whether others may read it, `stage` where it is in its life. `audience` is pinned when it is shared:
    the members who are there then; the people of the `circle` that works on it, nobody before there is one; or those
    who guide the group alone. `open_to`: the cohort whose members, also those who come later, may read it since
    `opened_at`, because the owner agreed. `held_at`: somebody reported it, and nobody has decided yet. `unnamed`: the
    owner left and wanted it told as that of a former member. `help_wanted`: some of HELP.

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

    class Audience(models.TextChoices):
        """Who may read it once it is shared, widest first; those who guide the group always may."""

        COHORT = "cohort"
        CIRCLE = "circle"
        FACILITATOR = "facilitator"

    class Stage(models.TextChoices):
        """The life of a shared case, in order."""

        SHARED = "shared"
        SCHEDULED = "scheduled"
        IN_DISCUSSION = "in_discussion"
        DISCUSSED = "discussed"
        AWAITING = "awaiting_outcome"
        TOLD = "outcome_told"
        ARCHIVED = "archived"

    HELP = ("ideas", "questions", "experience", "resources")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="cases")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.SHARED)
    audience = models.CharField(max_length=11, choices=Audience.choices, default=Audience.COHORT)
    circle = models.ForeignKey(Circle, null=True, on_delete=models.SET_NULL, related_name="cases")
    open_to = models.ForeignKey(Cohort, null=True, on_delete=models.SET_NULL, related_name="opened_cases")
    opened_at = models.DateTimeField(null=True)
    theme = models.ForeignKey(Theme, null=True, on_delete=models.SET_NULL, related_name="cases")
    title = models.CharField(max_length=100, blank=True)
    situation = models.TextField(max_length=2500, blank=True)
    question = models.CharField(max_length=300, blank=True)
    tried = models.TextField(max_length=1500, blank=True)
    horizon = models.CharField(max_length=9, choices=Horizon.choices, default=Horizon.PRACTICAL)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PROBLEM)
    needed_by = models.DateField(null=True)
    help_wanted = models.JSONField(default=list)
    third_parties_checked = models.BooleanField(default=False)
    shared_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
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
            models.CheckConstraint(condition=~Q(state="draft") | Q(stage="shared"), name="a_draft_has_no_life_yet"),
            models.CheckConstraint(
                condition=Q(circle__isnull=True) | Q(audience="circle"),
                name="only_a_case_for_a_circle_has_one",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False) | Q(open_to__isnull=True),
                name="an_opened_case_says_since_when",
            ),
        )
        indexes = (models.Index(fields=("cohort", "state", "shared_at"), name="lernet_case_board"),)

    def __str__(self) -> str:
        return f"case {self.key}"
