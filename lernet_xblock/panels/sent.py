"""The memory that makes a second click, or a retry after a lost reply, harmless."""

import hashlib
import hmac

from django.conf import settings
from django.db import IntegrityError, transaction

from lernet_xblock.errors import KeyReused
from lernet_xblock.models import SentForm
from lernet_xblock.panels.forms import ActionForm
from lernet_xblock.viewer import Viewer


def digest(form: ActionForm) -> str:
    """Return a keyed digest of what was sent: it tells same from other, and nobody the words."""
    text = repr((form.action, sorted((name, form.data.getlist(name)) for name in form.data)))
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def first_time(viewer: Viewer, form: ActionForm) -> bool:
    """Return whether this form was not sent before. Raises KeyReused when its key came with other content.

    The insert is what decides: a second request with the key waits for the first to commit, and then finds it.
    """
    mine = digest(form)
    try:
        with transaction.atomic():
            SentForm.objects.create(user_id=viewer.user_id, key=form.key, digest=mine, at=viewer.now)
    except IntegrityError:
        before = SentForm.objects.filter(user_id=viewer.user_id, key=form.key).values_list("digest", flat=True).get()
        if not hmac.compare_digest(before, mine):
            raise KeyReused from None
        return False
    return True
