"""The address of a person's calendar feed: made, replaced and switched off by that person only."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from lernet_xblock.models import FeedToken
from lernet_xblock.rules.feed_token import digest, new_token


def make_feed(user_id: int, *, now: datetime) -> str:
    """Return a new token of the person, who sees it this one time; the one before is dead from this moment on.

    A new password will end it as well.
    """
    user = _locked(user_id)
    token = new_token()
    kept = {"digest": digest(token), "password_mark": digest(user.get_session_auth_hash()), "made_at": now}
    FeedToken.objects.update_or_create(user=user, defaults=kept)
    return token


def end_feed(user_id: int) -> None:
    """Switch the person's feed off. Without one, nothing happens."""
    FeedToken.objects.filter(user=_locked(user_id)).delete()


def _locked(user_id: int) -> Any:
    """Return the user, whose row decides between two windows that make a feed at once."""
    return get_user_model().objects.select_for_update().get(pk=user_id)
