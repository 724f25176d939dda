"""How a group makes its charter its own: a draft, what members say to it, and who stays beside it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.cohort import Charter, Cohort
from lernet_xblock.models.keyed import Keyed


class CharterDraft(Keyed):
    """A text the group works on, from the version in force; one at a time.

    `version` grows with every change of the text; `open`: True until it came into force (`became`) or was dropped.

    .. no_pii: text of the group's agreement; the number of the user who began it.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="charter_drafts")
    text = models.TextField()
    base = models.PositiveSmallIntegerField(default=0)
    open = models.BooleanField(null=True, default=True)
    became = models.OneToOneField(Charter, null=True, on_delete=models.SET_NULL, related_name="draft")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Newest last."""

        ordering = ("made_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("cohort", "open"), name="one_open_charter_draft_per_cohort"),
            models.CheckConstraint(
                condition=Q(open=True, closed_at__isnull=True) | Q(open__isnull=True, closed_at__isnull=False),
                name="a_charter_draft_is_open_until_closed",
            ),
        )

    def __str__(self) -> str:
        return f"charter draft {self.key}"


class CharterVoice(Keyed):
    """What a member says to a draft: support, or an objection with its reason, and the answer to it (rule C2).

    `about`: the version of the text it was said to; support for an older text does not count.

    .. pii: what a learner objected to.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    draft = models.ForeignKey(CharterDraft, on_delete=models.CASCADE, related_name="voices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    supports = models.BooleanField()
    about = models.PositiveIntegerField()
    objection = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    said_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One voice for a person; an objection says why."""

        ordering = ("said_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("draft", "user"), name="one_voice_per_charter_draft_and_person"),
            models.CheckConstraint(
                condition=Q(supports=True, objection="") | (Q(supports=False) & ~Q(objection="")),
                name="a_charter_voice_supports_or_objects",
            ),
        )

    def __str__(self) -> str:
        return f"charter voice {self.key}"


class CharterRefusal(models.Model):
    """A member who does not accept a charter, and takes part in sessions without reading cases (rule C3).

    .. pii: which learner did not accept what.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    charter = models.ForeignKey(Charter, on_delete=models.CASCADE, related_name="refusals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Said once."""

        constraints = (models.UniqueConstraint(fields=("charter", "user"), name="one_refusal_per_charter"),)

    def __str__(self) -> str:
        return f"refusal of charter {self.charter_id}"
