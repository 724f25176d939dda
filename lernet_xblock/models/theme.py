"""Themes: similar cases of a cohort, put side by side without changing who may read them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lernet_xblock.models.cohort import Cohort
from lernet_xblock.models.keyed import Keyed


class Theme(Keyed):
    """A name that who guides the group gives to similar cases. Whoever may read none of them does not see it.

    .. no_pii: a few words about a topic; the number of the user who wrote them.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="themes")
    title = models.CharField(max_length=80)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """In the order in which they were named."""

        ordering = ("made_at", "pk")
        constraints = (models.CheckConstraint(condition=~Q(title=""), name="a_theme_has_a_name"),)

    def __str__(self) -> str:
        return f"theme {self.key}"
