"""The demo as it is loaded."""

import pytest

from lernet_xblock.models import Message
from lernet_xblock.workbench.demo import load_demo

pytestmark = pytest.mark.django_db


def test_what_was_written_to_people_before_today_went_out_then():
    load_demo()
    rows = list(Message.objects.values_list("state", "sent_at", "made_at"))
    assert rows
    assert all(state == "sent" and sent_at == made_at for state, sent_at, made_at in rows)
