"""One person of a proposal: other places and why not; what a move did; two proposals side by side."""

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.host import get_host
from lernet_xblock.models import PairRule, Proposal
from lernet_xblock.queries.proposal_person import comparison, effect_of, figures_now, person_page
from lernet_xblock.rules.wishes import Wishes
from lernet_xblock.services.proposal import move
from lernet_xblock.services.proposal_search import Found, ask_for, keep_result
from lernet_xblock.viewer import load_viewer
from tests.factories import NOW, PLAN, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(username="admin", is_staff=True)


@pytest.fixture
def network(admin):
    return NetworkFactory(cohort_limit=4)


@pytest.fixture
def viewer(admin, network):
    return load_viewer(get_host(), make_block("admin"), None, authored=lambda: PLAN, keep=lambda _: None)


@pytest.fixture
def people(network):
    """Twelve supervisors and twelve planners, who are best apart."""
    return [
        *ApplicationFactory.create_batch(12, network=network, function="supervisor"),
        *ApplicationFactory.create_batch(12, network=network, function="planner"),
    ]


def proposed(network, admin, *groups, wishes=None):
    proposal = ask_for(network, wishes=wishes or Wishes(), by=admin.pk, now=NOW)
    numbers = {one.pk: number for number, group in enumerate(groups, start=1) for one in group}
    keep_result(proposal, found=Found(numbers, {}, {"people": len(numbers), "table": []}), now=NOW)
    return Proposal.objects.select_related("network").get(pk=proposal.pk)


def name_of(application):
    return application.user.get_full_name()


def test_the_best_other_group_comes_first(network, admin, viewer, people):
    proposal = proposed(network, admin, [*people[:11], people[12]], [people[11], *people[13:]])
    page = person_page(viewer, proposal, people[12].key)
    assert (page.seat.name, page.label) == (name_of(people[12]), "Group A")
    assert (page.best.label, page.best.gain, page.best.legal) == ("Group B", 2, True)
    assert [target.number for target in page.targets] == [2, None]
    function = next(rise for rise in page.rises if rise.attribute == "function")
    assert (function.kind, function.before, function.after) == ("match", 0, 92)


def test_a_full_group_says_so(network, admin, viewer):
    people = ApplicationFactory.create_batch(27, network=network)
    proposal = proposed(network, admin, people[:12], people[12:])
    (target, _nowhere) = person_page(viewer, proposal, people[0].key).targets
    assert [one.code for one in target.breaks] == ["size_above"]
    assert not target.legal


def test_who_stands_against_a_move_is_named(network, admin, viewer, people):
    PairRule.objects.create(
        network=network, kind="apart", first=people[0], second=people[12], made_by=admin, made_at=NOW
    )
    proposal = proposed(network, admin, people[:12], people[12:])
    (target, _nowhere) = person_page(viewer, proposal, people[0].key).targets
    assert [(one.code, set(one.people)) for one in target.breaks] == [
        ("apart", {name_of(people[0]), name_of(people[12])})
    ]


def test_a_person_who_is_not_in_the_proposal_is_not_found(network, admin, viewer, people):
    proposal = proposed(network, admin, people[:12], people[12:])
    with pytest.raises(NotFound):
        person_page(viewer, proposal, ApplicationFactory(network=network).key)


def test_somebody_who_withdrew_since_still_has_a_page(network, admin, viewer, people):
    proposal = proposed(network, admin, people[:12], people[12:])
    people[3].state = "withdrawn"
    people[3].save()
    assert person_page(viewer, proposal, people[0].key).best.label == "Group B"


def test_what_a_move_did_is_told(network, admin, viewer, people):
    proposal = proposed(network, admin, people[:12], people[12:])
    move(proposal, application_key=people[0].key, number=2, opened_version=proposal.version, by=admin.pk, now=NOW)
    told = effect_of(viewer, proposal, application=people[0].pk, before=1, after=2)
    assert (told.name, told.before, told.after, told.better) == (name_of(people[0]), "Group A", "Group B", -2)
    assert told.appeared == ()


def test_a_move_that_breaks_a_rule_says_which(network, admin, viewer):
    people = ApplicationFactory.create_batch(24, network=network)
    proposal = proposed(network, admin, people[:10], people[10:])
    move(proposal, application_key=people[0].key, number=None, opened_version=proposal.version, by=admin.pk, now=NOW)
    told = effect_of(viewer, proposal, application=people[0].pk, before=1, after=None)
    assert ([one.code for one in told.appeared], told.after) == (["size_below"], "")
    move(proposal, application_key=people[0].key, number=1, opened_version=proposal.version + 1, by=admin.pk, now=NOW)
    told = effect_of(viewer, proposal, application=people[0].pk, before=None, after=1)
    assert [one.code for one in told.disappeared] == ["size_below"]


def test_what_a_move_leaves_broken_is_told(network, admin, viewer):
    people = ApplicationFactory.create_batch(27, network=network)
    proposal = proposed(network, admin, people[:11], people[11:])
    move(proposal, application_key=people[0].key, number=2, opened_version=proposal.version, by=admin.pk, now=NOW)
    told = effect_of(viewer, proposal, application=people[0].pk, before=1, after=2)
    assert ([one.code for one in told.appeared], [one.code for one in told.standing]) == ([], ["size_above"])


def test_figures_follow_a_move(network, admin, people):
    proposal = proposed(network, admin, people[:12], people[12:])
    before = figures_now(proposal)
    assert (before["placed"], before["sizes"], before["violations"]) == (24, {"12": 2}, 0)
    assert before["shares"]["function"] == pytest.approx(1.0)
    assert before["course"]["function"] == pytest.approx(2 * 12 * 11 / (24 * 23))
    move(proposal, application_key=people[0].key, number=2, opened_version=proposal.version, by=admin.pk, now=NOW)
    after = figures_now(proposal)
    assert after["sizes"] == {"11": 1, "13": 1}
    assert after["score"] < before["score"]


def test_two_proposals_differ_by_so_many_people_whatever_the_groups_are_called(network, admin, viewer, people):
    one = proposed(network, admin, people[:12], people[12:])
    other = proposed(network, admin, [*people[12:23], people[0]], [people[23], *people[1:12]])
    compared = comparison(viewer, one, other)
    assert (compared.one.key, compared.other.key, compared.differently) == (one.key, other.key, 2)
