"""The turn of a case: one round of the group's help, phase by phase."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lernet_xblock.models.case import Case
from lernet_xblock.models.circle import Circle
from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed
from lernet_xblock.models.session import Session


class Turn(Keyed):
    """One round of a case: planned, worked through in phases, and done when its owner has chosen.

    `open` is True until it is done, then NULL: a case has one open turn at most. `number`: rounds of the case count
    from 1. `mode`: in the room, in the room and online, or written over several days; only the last one needs no
    session, and has a deadline for each phase. `circle`: who works on it, None for everybody who may read the case.
    `override_reason`: why this person has a second turn while somebody has none. `question_before` is the question as
    it stood when the turn began. `no_step`: the owner chose, and wants none. `told_at`: when they said what happened
    with the first step. `phase_since`: of a turn that is done, later than `ended_at` once the step has another date.

    .. pii: what a learner chose to do about a situation at work.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Phase(models.TextChoices):
        """The phases, in order."""

        PLANNED = "planned"
        QUESTIONS = "questions"
        REFLECTIONS = "reflections"
        SUGGESTIONS = "suggestions"
        CLOSING = "closing"
        DONE = "done"

    class Mode(models.TextChoices):
        """How the group works on it; the rows are the same."""

        LIVE = "live"
        HYBRID = "hybrid"
        DAYS = "days"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="turns")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="turns")
    session = models.ForeignKey(Session, null=True, on_delete=models.CASCADE, related_name="turns")
    circle = models.ForeignKey(Circle, null=True, on_delete=models.SET_NULL, related_name="turns")
    number = models.PositiveSmallIntegerField(default=1)
    open = models.BooleanField(null=True, default=True)
    mode = models.CharField(max_length=6, choices=Mode.choices, default=Mode.LIVE)
    phase = models.CharField(max_length=11, choices=Phase.choices, default=Phase.PLANNED)
    phase_since = models.DateTimeField()
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    override_reason = models.CharField(max_length=300, blank=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    questions_until = models.DateTimeField(null=True)
    reflections_until = models.DateTimeField(null=True)
    suggestions_until = models.DateTimeField(null=True)
    closing_until = models.DateTimeField(null=True)
    question_before = models.CharField(max_length=300, blank=True)
    question_after = models.CharField(max_length=300, blank=True)
    first_step = models.CharField(max_length=280, blank=True)
    step_on = models.DateField(null=True)
    no_step = models.BooleanField(default=False)
    outcome = models.TextField(max_length=1000, blank=True)
    told_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Rules A4 and S64, as far as a row can say them."""

        ordering = ("planned_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("case", "open"), name="one_open_turn_per_case"),
            models.UniqueConstraint(fields=("case", "number"), name="turn_number_is_unique_in_case"),
            models.CheckConstraint(
                condition=Q(phase="done", open__isnull=True, ended_at__isnull=False)
                | (~Q(phase="done") & Q(open=True, ended_at__isnull=True)),
                name="a_turn_that_is_done_is_not_open",
            ),
            models.CheckConstraint(
                condition=Q(phase="planned", begun_at__isnull=True) | (~Q(phase="planned") & Q(begun_at__isnull=False)),
                name="a_turn_beyond_planned_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(mode="days", session__isnull=True, questions_until__isnull=False)
                | (~Q(mode="days") & Q(session__isnull=False, questions_until__isnull=True)),
                name="a_turn_has_a_session_or_deadlines",
            ),
            models.CheckConstraint(condition=Q(no_step=False) | Q(first_step=""), name="a_first_step_or_none"),
            models.CheckConstraint(
                condition=Q(first_step="", step_on__isnull=True) | (~Q(first_step="") & Q(step_on__isnull=False)),
                name="a_first_step_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(closing_until__isnull=True) | Q(closing_until__gt=F("questions_until")),
                name="phases_end_one_after_the_other",
            ),
        )
        indexes = (
            models.Index(fields=("cohort", "open"), name="lernet_open_turns"),
            models.Index(fields=("mode", "open"), name="lernet_turns_over_days"),
        )

    def __str__(self) -> str:
        return f"turn {self.key}"


def circle_at_work(case: Case) -> int | None:
    """Return the circle that works on the case, or worked on it last, by row number: one query."""
    last: int | None = Turn.objects.filter(case=case).order_by("-number").values_list("circle_id", flat=True).first()
    return last


class PhaseChange(models.Model):
    """One step of a turn from phase to phase. by: NULL where a deadline moved it on. note: why it went back.

    .. pii: who moved a discussion on, and why it went back.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="changes")
    before = models.CharField(max_length=11, choices=Turn.Phase.choices)
    after = models.CharField(max_length=11, choices=Turn.Phase.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        """Oldest first."""

        ordering = ("at", "pk")
        constraints = (models.CheckConstraint(condition=~Q(before=F("after")), name="a_phase_change_changes"),)

    def __str__(self) -> str:
        return f"{self.before} to {self.after} of turn {self.turn_id}"
