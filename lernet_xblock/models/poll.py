"""Asking a cohort when it can meet, before its dates are planned."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed


class Poll(Keyed):
    """A date poll of one cohort. `open` is True or NULL, so that a cohort has one open poll at most.

    `share_percent`: of the members who should be able to come; `time_zone`: of all its options.

    .. no_pii: dates only; the number of the user who asked.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="polls")
    time_zone = models.CharField(max_length=64)
    share_percent = models.PositiveSmallIntegerField(default=80)
    answers_until = models.DateField(null=True)
    open = models.BooleanField(null=True, default=True)
    picked = models.ForeignKey("PollOption", null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One open poll for a cohort."""

        constraints = (
            models.UniqueConstraint(fields=("cohort", "open"), name="one_open_poll_per_cohort"),
            models.CheckConstraint(
                condition=Q(open=True, ended_at__isnull=True) | Q(open__isnull=True, ended_at__isnull=False),
                name="poll_is_open_or_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(share_percent__gte=1) & Q(share_percent__lte=100),
                name="poll_share_from_1_to_100_percent",
            ),
        )

    def __str__(self) -> str:
        return f"poll {self.key}"


class PollOption(Keyed):
    """One thing to choose: a day with a time, or a part of a day, whose `local_time` is then when that usually begins.

    .. no_pii: a date.
    """

    class Half(models.TextChoices):
        """Parts of a day."""

        MORNING = "morning"
        AFTERNOON = "afternoon"
        EVENING = "evening"

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    local_date = models.DateField()
    local_time = models.TimeField()
    half = models.CharField(max_length=9, choices=Half.choices, blank=True)

    class Meta:
        """In the order of time, each once."""

        ordering = ("local_date", "local_time", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("poll", "local_date", "half", "local_time"), name="each_option_once_in_a_poll"
            ),
        )

    def __str__(self) -> str:
        return f"option {self.key}"


class PollAnswer(models.Model):
    """What one person says to one option. No row: not answered.

    .. pii: when a learner has time.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    class Answer(models.TextChoices):
        """As date polls everywhere have them."""

        YES = "yes"
        IF_NEED_BE = "if_need_be"
        NO = "no"

    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="answers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    at = models.DateTimeField()

    class Meta:
        """One answer of a person to an option."""

        constraints = (models.UniqueConstraint(fields=("option", "user"), name="one_answer_per_person_and_option"),)

    def __str__(self) -> str:
        return f"answer to option {self.option_id}"
