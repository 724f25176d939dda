"""Proposals as an admin looks at them: lines with figures, cards with people, and what changed since."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.errors import NotFound
from lernet_xblock.host import get_host
from lernet_xblock.models import PairRule, Pin, Proposal
from lernet_xblock.queries.proposal import CARDS, find_proposal, proposal_lines, proposal_page
from lernet_xblock.rules.wishes import Wishes
from lernet_xblock.services.proposal import LEASE, put_aside
from lernet_xblock.services.proposal_search import Found, ask_for, keep_refusal, keep_result
from lernet_xblock.viewer import load_viewer
from tests.factories import NOW, PLAN, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(username="admin", first_name="Nadia", last_name="Claes", is_staff=True)


@pytest.fixture
def network(admin):
    return NetworkFactory(cohort_limit=40)


@pytest.fixture
def viewer(admin, network):
    return load_viewer(get_host(), make_block("admin"), None, authored=lambda: PLAN, keep=lambda _: None)


FIGURES = {
    "people": 24,
    "placed": 23,
    "cohorts": 2,
    "sizes": {"12": 1, "11": 1},
    "score": 0.734,
    "shares": {"function": 0.6, "department": None},
    "course": {"function": 0.12},
    "with_common_time": 2,
    "violations": 0,
    "table": [[100, 23, True], [80, 24, False]],
}


def proposed(network, admin, groups, *, wishes=None, figures=None, reasons=None):
    """Return a proposal that is ready. groups: lists of applications; the last is without a group."""
    proposal = ask_for(network, wishes=wishes or Wishes(), by=admin.pk, now=NOW)
    *placed, left = groups
    numbers = {one.pk: number for number, group in enumerate(placed, start=1) for one in group}
    numbers |= {one.pk: None for one in left}
    found = Found(numbers, reasons or {}, {**FIGURES, **(figures or {})})
    keep_result(proposal, found=found, now=NOW)
    return Proposal.objects.select_related("network").get(pk=proposal.pk)


def test_a_line_tells_the_figures(network, admin, viewer):
    people = ApplicationFactory.create_batch(24, network=network)
    proposed(network, admin, [people[:12], people[12:23], people[23:]])
    (line,) = proposal_lines(viewer, network)
    assert (line.number, line.state, line.people, line.placed, line.cohorts) == (1, "ready", 24, 23, 2)
    assert (line.sizes, line.score, line.with_common_time, line.made_by) == (((12, 1), (11, 1)), 73, 2, "Nadia Claes")
    assert line.table == ((100, 23, True), (80, 24, False))
    shares = {share.attribute: (share.kind, share.percent, share.course_percent) for share in line.shares}
    assert shares == {"function": ("match", 60, 12), "department": ("mix", None, None)}


def test_lines_are_of_this_network_and_open(network, admin, viewer):
    people = ApplicationFactory.create_batch(2, network=network)
    first, second = (proposed(network, admin, [people, []]) for _time in range(2))
    put_aside(first, opened_version=first.version, by=admin.pk, now=NOW)
    other = NetworkFactory(usage_id="lernet.d9.u9")
    ask_for(other, wishes=Wishes(), by=admin.pk, now=NOW)
    assert [line.key for line in proposal_lines(viewer, network)] == [second.key]
    with pytest.raises(NotFound):
        find_proposal(network, first.key)
    with pytest.raises(NotFound):
        find_proposal(other, second.key)


def test_a_search_whose_worker_is_gone_is_stalled(network, admin, viewer):
    proposal = ask_for(network, wishes=Wishes(), by=admin.pk, now=viewer.now)
    assert not proposal_lines(viewer, network)[0].stalled
    Proposal.objects.filter(pk=proposal.pk).update(lease_until=viewer.now - LEASE)
    assert proposal_lines(viewer, network)[0].stalled


def test_a_refusal_names_people(network, admin, viewer):
    people = ApplicationFactory.create_batch(2, network=network)
    proposal = ask_for(network, wishes=Wishes(), by=admin.pk, now=NOW)
    values = {"people": [str(person.pk) for person in people], "count": 2}
    keep_refusal(proposal, problem={"code": "together_not_same", "field": "together", "values": values}, now=NOW)
    refusal = proposal_lines(viewer, network)[0].refusal
    assert (refusal.code, refusal.field) == ("together_not_same", "together")
    assert refusal.values["people"] == [person.user.get_full_name() for person in people]


def test_a_card_tells_who_when_and_how_they_fit(network, admin, viewer):
    supervisors = ApplicationFactory.create_batch(11, network=network, availability="TU-am WE-pm")
    planner = ApplicationFactory(network=network, function="planner", availability="TU-am")
    left = ApplicationFactory(network=network, availability="FR-pm")
    wishes = Wishes(attendance=100)
    proposal = proposed(
        network, admin, [[*supervisors, planner], [left]], wishes=wishes, reasons={left.pk: "no_common_slot"}
    )
    Pin.objects.create(network=network, application=planner, number=1)
    page = proposal_page(viewer, proposal, page=1)
    (card,) = page.cards
    assert (card.number, card.label, len(card.people), card.language) == (1, "Group A", 12, "Nederlands")
    assert (card.times, card.best_percent, card.problems) == (("TU-am",), 100, ())
    function = next(share for share in card.shares if share.attribute == "function")
    assert (function.percent, function.course_percent) == (83, 12)
    assert [seat.pinned for seat in card.people].count(True) == 1
    assert [(seat.name, seat.reason) for seat in page.left_out] == [(left.user.get_full_name(), "no_common_slot")]


def test_a_card_names_who_breaks_a_rule(network, admin, viewer):
    people = ApplicationFactory.create_batch(12, network=network)
    PairRule.objects.create(
        network=network, kind="apart", first=people[0], second=people[1], made_by=admin, made_at=NOW
    )
    (card,) = proposal_page(viewer, proposed(network, admin, [people, []]), page=1).cards
    assert [(one.code, set(one.people)) for one in card.problems] == [
        ("apart", {person.user.get_full_name() for person in people[:2]})
    ]


def test_who_came_and_who_went_since_is_counted(network, admin, viewer):
    people = ApplicationFactory.create_batch(12, network=network)
    proposal = proposed(network, admin, [people, []])
    ApplicationFactory.create_batch(2, network=network)
    people[0].state = "withdrawn"
    people[0].save()
    assert proposal_page(viewer, proposal, page=1).outdated == (2, 1)


def test_whom_a_proposal_moved_is_named(network, admin, viewer):
    people = ApplicationFactory.create_batch(12, network=network)
    moves = [[people[0].pk, 2, 1], [people[1].pk, 0, 1]]
    page = proposal_page(viewer, proposed(network, admin, [people, []], figures={"moves": moves}), page=1)
    assert [(one.name, one.before, one.after) for one in page.moves] == [
        (people[0].user.get_full_name(), "Group B", "Group A"),
        (people[1].user.get_full_name(), "", "Group A"),
    ]


def test_groups_come_in_pages_and_the_queries_do_not_grow(network, admin, viewer):
    counted = []
    for groups in (2, CARDS + 2):
        people = ApplicationFactory.create_batch(groups * 2, network=network)
        pairs = [people[place : place + 2] for place in range(0, len(people), 2)]
        proposal = proposed(network, admin, [*pairs, []])
        with CaptureQueriesContext(connection) as asked:
            page = proposal_page(viewer, proposal, page=1)
        counted.append(len(asked))
    assert (len(page.cards), page.pages) == (CARDS, 2)
    assert len(proposal_page(viewer, proposal, page=2).cards) == 2
    assert proposal_page(viewer, proposal, page=99).page == 2
    assert counted[0] == counted[1] <= 20
