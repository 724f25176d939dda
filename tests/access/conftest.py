"""The world of the matrix, built once for all cells of a module."""

import pytest
from django.db import transaction

from tests.access.world import make_world


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """Return the world; nothing of it stays, and no cell changes it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)
