"""Who stands in for which session."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.substitution import sessions_ahead, stand_ins
from tests.factories import NOW, CohortFactory, FacilitationFactory, SessionFactory, SubstitutionFactory, UserFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


def viewer(user, now=NOW):
    return replace(viewer_of(make_block(user.username), None), now=now)


@pytest.fixture
def cohort():
    return CohortFactory(number=1)


def test_planned_sessions_that_are_not_over_are_ahead(cohort):
    running = SessionFactory(cohort=cohort, number=1, starts_at=NOW - timedelta(hours=1))
    SessionFactory(cohort=cohort, number=2, starts_at=NOW - WEEK)
    SessionFactory(cohort=cohort, starts_at=NOW + WEEK, state="cancelled")
    SessionFactory(cohort=CohortFactory(network=cohort.network, number=2))
    assert [one.key for one in sessions_ahead(viewer(UserFactory()), cohort)] == [running.key]


def test_who_has_access_is_listed_until_it_ends(cohort, django_assert_num_queries):
    row = SubstitutionFactory(session=SessionFactory(cohort=cohort))
    SubstitutionFactory(session=row.session, ended_at=NOW)
    SubstitutionFactory(session=SessionFactory(cohort=cohort, state="cancelled"))
    reader = viewer(UserFactory())
    with django_assert_num_queries(2):
        found = stand_ins(reader, cohort)
    assert [(one.key, one.until) for one in found] == [(row.key, row.session.ends_at + WEEK)]
    assert stand_ins(replace(reader, now=row.session.ends_at + WEEK), cohort) == ()


def test_a_viewer_guides_what_they_stand_in_for_and_leads_only_what_is_theirs(cohort, monkeypatch):
    row = SubstitutionFactory(session=SessionFactory(cohort=cohort))
    own = FacilitationFactory(cohort=CohortFactory(network=cohort.network, number=2), user=row.user)
    other = SubstitutionFactory(session=row.session)
    found = viewer_of(make_block(row.user.username), None)
    # The demonstration's clock runs; what counts here is that the session is ahead of it.
    assert {(one.cohort_id, one.session_id) for one in found.facilitations} <= {
        (own.cohort_id, None),
        (cohort.pk, row.session_id),
    }
    assert found.led_ids == {own.cohort_id}
    assert all(one.user_id != other.user_id for one in found.facilitations)
