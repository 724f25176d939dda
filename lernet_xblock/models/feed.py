"""The address of a person's calendar feed."""

from django.conf import settings
from django.db import models


class FeedToken(models.Model):
    """The one feed of a person. Only the digest of its token is stored, so nobody can read the address here.

    `password_mark`: a digest of the person's session hash; a new password ends the feed.

    .. pii: which person has a calendar feed.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    password_mark = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return "a calendar feed"
