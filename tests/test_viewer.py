"""Who looks: the network, the place and the guiding roles of one person, whatever the number of the others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.host import Scope
from lernet_xblock.models import Membership, Network
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.standing import standing
from tests.factories import (
    COURSE,
    NOW,
    USAGE,
    CaseFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    ReportFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db
HERE = Scope(COURSE, USAGE, is_course=True)


def of(user):
    return standing(HERE, user.pk, now=NOW)


@pytest.mark.parametrize("groups", [2, 20])
def test_only_the_own_roles_are_read_however_many_guide(groups):
    network = NetworkFactory(state="running")
    cohorts = [CohortFactory(network=network, number=number) for number in range(1, groups + 1)]
    for cohort in cohorts:
        FacilitationFactory(cohort=cohort)
    karim = FacilitationFactory(cohort=cohorts[1], role="deputy").user
    member = MembershipFactory(cohort=cohorts[0]).user
    with CaptureQueriesContext(connection) as guiding:
        assert [(row.cohort, row.role) for row in of(karim).facilitations] == [(cohorts[1], "deputy")]
    with CaptureQueriesContext(connection) as taking_part:
        assert of(member).membership.cohort == cohorts[0]
    assert of(member).facilitations == ()
    assert [row.cohort for row in of(member).own_guides] == [cohorts[0]]
    assert (len(guiding), len(taking_part)) == (3, 2)


def test_a_role_in_another_network_is_none_here():
    NetworkFactory(state="running")
    elsewhere = FacilitationFactory(cohort__network=NetworkFactory(usage_id="lernet.d9.u9", state="running"))
    assert of(elsewhere.user).facilitations == ()


def test_nobody_sees_the_groups_formed_and_stands_outside(monkeypatch):
    """Groups are formed between the first statement, which finds no place, and the next."""
    network, user = NetworkFactory(), UserFactory()
    statements = []

    def form_after_the_first(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        statements.append(sql)
        if len(statements) == 1:
            cohort = CohortFactory(network=network)
            MembershipFactory(cohort=cohort, user=user)
            Network.objects.filter(pk=network.pk).update(state="running")
        return result

    with connection.execute_wrapper(form_after_the_first):
        found = of(user)
    assert (found.network.state, found.membership) == ("running", Membership.objects.get())


def test_who_is_not_logged_in_has_no_place():
    network = NetworkFactory(state="running")
    found = standing(HERE, None, now=NOW)
    assert (found.network, found.membership, found.facilitations) == (network, None, ())


def test_who_guides_asks_once_whether_a_report_waits_and_nobody_else_asks():
    cohort = CohortFactory(network=NetworkFactory(state="running"))
    guide, deputy = (FacilitationFactory(cohort=cohort, role=role).user for role in ("facilitator", "deputy"))
    member = MembershipFactory(cohort=cohort).user
    ReportFactory(case=CaseFactory(cohort=cohort), handler=guide)
    waits = []
    for user in (guide, deputy, member):
        viewer = viewer_of(make_block(user.username), None)
        with CaptureQueriesContext(connection) as seen:
            waits.append((viewer.handles, viewer.handles, len(seen)))
    assert waits == [(True, True, 1), (False, False, 1), (False, False, 0)]
