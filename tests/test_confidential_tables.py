"""Nothing in the tables of an evaluation joins an answer to a person: no column, no key, no order of writing."""

import pytest
from django.db import OperationalError, connection

from lernet_xblock.models import PulseAnswer, PulseComment, PulseReceipt
from tests.factories import PulseFactory, UserFactory

pytestmark = pytest.mark.django_db


def fields_of(model):
    return {field.name for field in model._meta.get_fields()}


def test_answers_hold_no_person_no_moment_and_no_sequence():
    assert fields_of(PulseAnswer) == {"id", "pulse", "ratings"}
    assert fields_of(PulseComment) == {"id", "pulse", "text"}
    for model in (PulseAnswer, PulseComment):
        assert model._meta.pk.get_internal_type() == "CharField"


def test_the_ledger_knows_a_date_and_no_time():
    assert fields_of(PulseReceipt) == {"id", "pulse", "user", "on"}
    assert PulseReceipt._meta.get_field("on").get_internal_type() == "DateField"


def test_default_order_is_that_of_random_keys():
    pulse = PulseFactory()
    written = [PulseAnswer.objects.create(pulse=pulse, ratings={"useful": number}).pk for number in range(40)]
    for _user in range(40):
        PulseReceipt.objects.create(pulse=pulse, user=UserFactory(), on="2027-02-02")
    if connection.vendor == "postgresql":
        pytest.skip("a heap keeps the order of writing; docs/architecture.md says so")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM lernet_xblock_pulseanswer")
        read = [row[0] for row in cursor.fetchall()]
    assert read != written
    assert read == sorted(written)


@pytest.mark.parametrize("table", ["lernet_xblock_pulseanswer", "lernet_xblock_pulsecomment"])
def test_sqlite_keeps_no_row_numbers(table):
    if connection.vendor != "sqlite":
        assert connection.vendor in {"mysql", "postgresql"}
        return
    with connection.cursor() as cursor, pytest.raises(OperationalError, match="rowid"):
        cursor.execute(f"SELECT rowid FROM {table}")  # noqa: S608 - a name from the list above
