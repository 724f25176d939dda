"""Rows that are written many at a time."""

import pytest
from django.db import IntegrityError

from lernet_xblock.models import Cohort, Membership, Session
from lernet_xblock.services.batch import batches, insert
from tests.factories import NOW, CohortFactory, NetworkFactory, SessionFactory, UserFactory


@pytest.mark.parametrize(("things", "lists"), [("", []), ("abcd", ["ab", "cd"]), ("abc", ["ab", "c"])])
def test_batches_are_full_but_the_last(things, lists):
    assert ["".join(batch) for batch in batches(things, 2)] == lists


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_row_is_what_its_model_would_save(size):
    cohort, users = CohortFactory(), [UserFactory().pk for _number in range(5)]
    shared = {"network_id": cohort.network_id, "joined_at": NOW}
    insert(Membership, ("cohort_id", "user_id"), ((cohort.pk, user) for user in users), size=size, **shared)
    rows = Membership.objects.order_by("pk")
    assert [row.user_id for row in rows] == users
    columns = [column.attname for column in Membership._meta.concrete_fields if not column.primary_key]
    for row in rows:
        saved = Membership(cohort=cohort, network=cohort.network, user_id=row.user_id, joined_at=NOW)
        assert [getattr(row, name) for name in columns] == [getattr(saved, name) for name in columns]


@pytest.mark.django_db
def test_every_row_gets_a_key_of_its_own():
    pattern = SessionFactory()
    columns = {
        column.attname: getattr(pattern, column.attname)
        for column in Session._meta.concrete_fields
        if column.attname not in {"id", "key", "uid", "number"}
    }
    insert(Session, ("number",), ((number,) for number in (2, 3)), **columns)
    rows = list(Session.objects.filter(cohort=pattern.cohort))
    assert [row.number for row in rows] == [1, 2, 3]
    assert len({row.key for row in rows}) == len({row.uid for row in rows}) == 3
    assert {row.starts_at for row in rows} == {pattern.starts_at}


@pytest.mark.django_db
def test_more_rows_than_one_statement_takes():
    network = NetworkFactory()
    told = {"network_id": network.pk, "minimum_size": 10, "maximum_size": 15, "working_language": "nl"}
    insert(Cohort, ("number",), ((number,) for number in range(1, 2502)), **told)
    assert network.cohorts.count() == 2501


@pytest.mark.django_db
def test_no_row_is_written_for_none(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert(Cohort, ("number",), (), network_id=1, minimum_size=1, maximum_size=1, working_language="nl")


@pytest.mark.django_db
def test_constraints_hold():
    network = NetworkFactory()
    told = {"network_id": network.pk, "minimum_size": 10, "maximum_size": 15, "working_language": "nl"}
    with pytest.raises(IntegrityError):
        insert(Cohort, ("number",), ((1,), (1,)), **told)
