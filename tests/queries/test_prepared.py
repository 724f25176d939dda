"""A question that is put into SQL once answers as the plain one does, whoever asks and whenever."""

from datetime import UTC, date, datetime
from threading import Thread

import pytest
from django.db import connection
from django.db.models import Exists, F, OuterRef, Subquery

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Case, Membership, Session
from lernet_xblock.queries.prepared import Prepared
from tests.factories import CaseFactory, MembershipFactory, SessionFactory

pytestmark = pytest.mark.django_db


def question():
    sessions = Session.objects.filter(cohort=OuterRef("cohort")).order_by("starts_at")
    drafts = Case.objects.filter(owner=OuterRef("user"), state="draft")
    told = {
        "day": Subquery(sessions.values("local_date")[:1]),
        "starts": Subquery(sessions.values("starts_at")[:1]),
        "has_draft": Exists(drafts),
        "person": F("user_id"),
    }
    return Membership.objects.annotate(**told).values(*told)


@pytest.fixture
def places():
    places = [MembershipFactory()]
    places.append(MembershipFactory(cohort=places[0].cohort))
    SessionFactory(cohort=places[0].cohort)
    CaseFactory(cohort=places[0].cohort, owner=places[0].user, state="draft", shared_at=None)
    return places


def test_it_answers_as_the_plain_question_with_values_of_the_same_kinds(places):
    asked = Prepared(question)
    for place in (*places, *places):
        assert asked.about(place.pk) == question().get(pk=place.pk)
    first = asked.about(places[0].pk)
    assert first["day"] == date(2027, 2, 2)
    assert first["starts"] == datetime(2027, 2, 2, 12, 30, tzinfo=UTC)
    assert (first["has_draft"], asked.about(places[1].pk)["has_draft"]) == (True, False)


def test_it_costs_one_query_and_is_put_together_once(places, django_assert_num_queries):
    made = []

    def make():
        made.append(1)
        return question()

    asked = Prepared(make)
    with django_assert_num_queries(2):
        asked.about(places[0].pk)
        asked.about(places[1].pk)
    assert made == [1]


def test_a_row_that_is_gone_is_not_found():
    with pytest.raises(NotFound):
        Prepared(question).about(1)


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_on_its_own_connection():
    place = MembershipFactory()
    asked, heard = Prepared(question), []
    asked.about(place.pk)

    def ask():
        heard.append(asked.about(place.pk)["person"])
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert heard == [place.user_id]
