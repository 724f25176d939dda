"""Celery's queue: what was written stands, though the broker is down."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from django.db import transaction

from lernet_xblock import tasks
from lernet_xblock.host.lms import LmsHost
from lernet_xblock.models import Message
from tests.factories import MessageFactory


class BrokerDown(Exception):
    """What kombu raises when no broker answers."""


@pytest.fixture
def celery(monkeypatch):
    """A task that keeps what it is given, or raises what `fails` says; and kombu's name for a broker that is down."""
    given = SimpleNamespace(calls=[], fails=None)

    def delay(*values):
        if given.fails:
            raise given.fails
        given.calls.append(values)

    module = ModuleType("kombu.exceptions")
    monkeypatch.setattr(module, "OperationalError", BrokerDown, raising=False)
    monkeypatch.setitem(sys.modules, "kombu", ModuleType("kombu"))
    monkeypatch.setitem(sys.modules, "kombu.exceptions", module)
    monkeypatch.setattr(tasks, "perform_later", SimpleNamespace(delay=delay), raising=False)
    return given


@pytest.mark.django_db(transaction=True)
def test_a_task_is_queued_once_the_transaction_is_committed(celery):
    with transaction.atomic():
        LmsHost().run_later("messages.deliver", "abc")
        assert celery.calls == []
    assert celery.calls == [("messages.deliver", "abc")]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_undoes_nothing_and_fails_no_request(celery, caplog):
    celery.fails = BrokerDown("redis://:password@queue:6379")
    with transaction.atomic():
        MessageFactory()
        LmsHost().run_later("messages.deliver", "abc")
    assert Message.objects.count() == 1
    assert caplog.messages == ["the task messages.deliver was not queued (BrokerDown)"]


@pytest.mark.django_db(transaction=True)
def test_any_other_failure_is_seen(celery):
    celery.fails = TypeError("cannot be serialised")
    with pytest.raises(TypeError):
        LmsHost().run_later("messages.deliver", "abc")
