"""The condition of the database says what the permission says."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lernet_xblock.models import Case, Contribution
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.permissions import may_read_case, may_read_contribution
from lernet_xblock.queries.contribution_reach import heard, voices_of
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CircleFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    ReportFactory,
    UserFactory,
    consent,
    seat,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def scene():
    """A group with a circle, and everybody who may look at its cases in some way."""
    cohort = CharterFactory(cohort__network__state="running").cohort
    people = {name: MembershipFactory(cohort=cohort).user for name in ("owner", "seated", "member")}
    people["late"] = MembershipFactory(cohort=cohort, joined_at=NOW + timedelta(days=5)).user
    people["guide"] = FacilitationFactory(cohort=cohort).user
    people["late guide"] = FacilitationFactory(cohort=cohort, role="deputy", since=NOW + timedelta(days=5)).user
    people["admin"] = UserFactory(is_staff=True)
    consent(cohort, *people.values())
    circle = CircleFactory(session__cohort=cohort, session__number=1)
    seat(circle, people["seated"], people["owner"])
    return cohort, circle, people


AUDIENCES = st.sampled_from(["cohort", "circle", "facilitator"])
VOICES = st.lists(
    st.tuples(AUDIENCES, st.sampled_from(["owner", "seated", "member", "late"]), st.integers(1, 12), st.booleans()),
    max_size=6,
)
CASES = st.lists(st.tuples(AUDIENCES, st.booleans(), VOICES), min_size=1, max_size=3)


def build(scene, cases):
    cohort, circle, people = scene
    Case.objects.all().delete()
    for audience, opened, voices in cases:
        in_circle = circle if audience == "circle" else None
        open_to = {"open_to": cohort, "opened_at": NOW + timedelta(days=6)} if opened else {}
        case = CaseFactory(cohort=cohort, owner=people["owner"], audience=audience, circle=in_circle, **open_to)
        for said_to, author, days, held in voices:
            words = ContributionFactory(
                case=case,
                author=people[author],
                audience=said_to,
                circle=circle if said_to == "circle" else None,
                posted_at=NOW + timedelta(days=days),
            )
            if held:
                ReportFactory(case=case, contribution=words)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases=CASES)
def test_the_database_finds_what_the_permission_allows(scene, cases):
    build(scene, cases)
    for person in scene[2].values():
        viewer = viewer_of(make_block(person.username), None)
        read = [case for case in Case.objects.all() if may_read_case(viewer, case)]
        allowed = {
            one.pk
            for one in Contribution.objects.filter(case__in=read).select_related("case")
            if may_read_contribution(viewer, one.case, one)
        }
        assert set(heard(viewer, read).values_list("pk", flat=True)) == allowed
        assert sum(voices_of(viewer, read).values()) == (len(allowed) if not person.is_staff else 0)


def test_withdrawn_words_count_for_nobody(scene):
    cohort, _circle, people = scene
    case = CaseFactory(cohort=cohort, owner=people["owner"])
    ContributionFactory(case=case, author=people["member"], withdrawn_at=NOW)
    assert voices_of(viewer_of(make_block(people["member"].username), None), [case]) == {}
