"""Proposals: asked for, searched, changed by hand and confirmed once."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import Application, AuditEntry, Cohort, Membership, Proposal, ProposalSeat
from lernet_xblock.rules.wishes import Wishes
from lernet_xblock.services import proposal as services
from lernet_xblock.services.forming import PeopleChanged
from lernet_xblock.services.proposal import LEASE
from lernet_xblock.services.proposal_search import (
    MOST_OPEN,
    Found,
    ask_for,
    keep_first_look,
    keep_refusal,
    keep_result,
    report_progress,
    search_again,
    stop,
)
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db
State = Proposal.State


@pytest.fixture
def admin():
    return UserFactory(username="admin", is_staff=True)


@pytest.fixture
def network(admin):
    network = NetworkFactory()
    ApplicationFactory.create_batch(24, network=network)
    return network


def found(network, **figures):
    pks = network.applications.order_by("pk").values_list("pk", flat=True)
    numbers = {pk: 1 + place % 2 for place, pk in enumerate(pks)}
    return Found(numbers, {}, {"people": len(numbers), "placed": len(numbers), "violations": 0, **figures})


def asked(network, admin):
    return ask_for(network, wishes=Wishes(seed=3), by=admin.pk, now=NOW)


@pytest.fixture
def ready(network, admin):
    proposal = asked(network, admin)
    keep_result(proposal, found=found(network), now=NOW)
    return Proposal.objects.get()


def confirm(proposal, admin, **values):
    given = {"opened_version": proposal.version, "by": admin.pk, "now": NOW, **values}
    return services.confirm(proposal, **given)


def test_a_proposal_is_asked_for_with_its_wishes(network, admin):
    proposal = asked(network, admin)
    assert (proposal.number, proposal.state, proposal.wishes["seed"]) == (1, State.SEARCHING, 3)
    assert asked(network, admin).number == 2
    assert AuditEntry.objects.filter(verb="proposal.ask", actor=admin).count() == 2


def test_more_than_six_open_proposals_are_refused(network, admin):
    for _number in range(MOST_OPEN):
        asked(network, admin)
    with pytest.raises(RuleViolation, match="Put one aside first"):
        asked(network, admin)
    assert Proposal.objects.count() == MOST_OPEN


def test_once_groups_are_formed_nothing_is_proposed(ready, network, admin):
    confirm(ready, admin)
    with pytest.raises(RuleViolation, match="formed already"):
        asked(network, admin)


def test_the_result_ends_the_search(network, admin):
    proposal = asked(network, admin)
    keep_first_look(proposal, found=found(network))
    row = Proposal.objects.get()
    assert (row.state, row.seats.count()) == (State.SEARCHING, 24)
    keep_result(proposal, found=found(network, score=0.5), now=NOW)
    row = Proposal.objects.get()
    assert (row.state, row.seats.count(), row.progress, row.figures["score"]) == (State.READY, 24, 100, 0.5)


def test_who_has_no_group_has_a_reason(network, admin):
    proposal = asked(network, admin)
    result = found(network)
    first, second = list(result.numbers)[:2]
    keep_result(
        proposal,
        found=Found({**result.numbers, first: None, second: None}, {first: "no_common_slot"}, result.figures),
        now=NOW,
    )
    reasons = dict(ProposalSeat.objects.filter(number=None).values_list("application_id", "reason"))
    assert reasons == {first: "no_common_slot", second: "no_room"}


def test_a_search_that_was_put_aside_leaves_nothing_behind(network, admin):
    proposal = asked(network, admin)
    services.put_aside(proposal, opened_version=1, by=admin.pk, now=NOW)
    keep_first_look(proposal, found=found(network))
    keep_result(proposal, found=found(network), now=NOW)
    row = Proposal.objects.get()
    assert (row.state, row.seats.count()) == (State.PUT_ASIDE, 0)


def test_the_worker_tells_how_far_it_is_until_it_is_to_stop(network, admin):
    proposal = asked(network, admin)
    later = NOW + timedelta(seconds=30)
    assert report_progress(proposal, percent=40, now=later) is True
    row = Proposal.objects.get()
    assert (row.progress, row.lease_until) == (40, later + LEASE)
    stop(proposal, now=later)
    assert report_progress(proposal, percent=50, now=later) is False
    assert Proposal.objects.get().state == State.SEARCHING


@pytest.mark.parametrize(("looked", "state"), [(True, State.READY), (False, State.FAILED)])
def test_stopping_a_search_whose_worker_is_gone_keeps_the_first_look(network, admin, looked, state):
    proposal = asked(network, admin)
    if looked:
        keep_first_look(proposal, found=found(network))
    stop(proposal, now=NOW + LEASE + timedelta(seconds=1))
    assert Proposal.objects.get().state == state


def test_a_search_is_begun_again_only_when_it_failed_or_its_worker_is_gone(network, admin):
    proposal = asked(network, admin)
    with pytest.raises(RuleViolation, match="still under way"):
        search_again(proposal, by=admin.pk, now=NOW)
    keep_refusal(proposal, problem={"code": "people_twice"}, now=NOW)
    row = Proposal.objects.get()
    assert (row.state, row.problem) == (State.FAILED, {"code": "people_twice"})
    search_again(proposal, by=admin.pk, now=NOW)
    row = Proposal.objects.get()
    assert (row.state, row.problem, row.stop_asked) == (State.SEARCHING, {}, False)


def test_a_move_is_kept_and_marked(ready, admin):
    seat = ready.seats.filter(number=1).first()
    services.move(
        ready, application_key=seat.application.key, number=2, opened_version=ready.version, by=admin.pk, now=NOW
    )
    seat.refresh_from_db()
    assert (seat.number, seat.by_hand) == (2, True)
    assert Proposal.objects.get().version == ready.version + 1


def test_a_person_may_be_taken_out_or_begin_a_new_group(ready, admin):
    one, other = ready.seats.order_by("pk")[:2]
    for place, (seat, number) in enumerate(((one, None), (other, 3))):
        services.move(
            ready,
            application_key=seat.application.key,
            number=number,
            opened_version=ready.version + place,
            by=admin.pk,
            now=NOW,
        )
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.number, one.reason, other.number) == (None, "by_hand", 3)


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_group_that_is_not_there_is_not_found(ready, admin, number):
    key = ready.seats.first().application.key
    with pytest.raises(NotFound):
        services.move(ready, application_key=key, number=number, opened_version=ready.version, by=admin.pk, now=NOW)


def test_a_person_of_another_network_is_not_found(ready, admin):
    stranger = ApplicationFactory(network=NetworkFactory(usage_id="lernet.d9.u9"))
    with pytest.raises(NotFound):
        services.move(ready, application_key=stranger.key, number=1, opened_version=ready.version, by=admin.pk, now=NOW)


def test_an_older_page_changes_nothing(ready, admin):
    key = ready.seats.first().application.key
    with pytest.raises(StaleVersion):
        services.move(ready, application_key=key, number=2, opened_version=ready.version - 1, by=admin.pk, now=NOW)
    with pytest.raises(StaleVersion):
        services.put_aside(ready, opened_version=ready.version - 1, by=admin.pk, now=NOW)


def test_confirming_forms_the_groups_and_puts_the_others_aside(ready, network, admin):
    other = asked(network, admin)
    keep_result(other, found=found(network), now=NOW)
    cohorts = confirm(ready, admin)
    assert [cohort.memberships.count() for cohort in cohorts] == [12, 12]
    assert set(Application.objects.values_list("state", flat=True)) == {"member"}
    assert dict(Proposal.objects.values_list("number", "state")) == {1: State.CONFIRMED, 2: State.PUT_ASIDE}
    assert ProposalSeat.objects.count() == 0
    network.refresh_from_db()
    assert network.state == "running"


def test_a_group_works_in_the_language_of_most(ready, network, admin):
    first = ready.seats.filter(number=1).values_list("application_id", flat=True)
    Application.objects.filter(pk__in=list(first)[:10]).update(language="de")
    confirm(ready, admin)
    assert list(Cohort.objects.order_by("number").values_list("working_language", flat=True)) == ["de", "nl"]


def test_groups_are_counted_anew_without_gaps(ready, admin):
    ready.seats.filter(number=2).update(number=7)
    cohorts = confirm(ready, admin)
    assert [cohort.number for cohort in cohorts] == [1, 2]


def test_the_second_to_confirm_reads_who_was_first(ready, network, admin):
    second = asked(network, admin)
    keep_result(second, found=found(network), now=NOW)
    second.refresh_from_db()
    confirm(ready, admin, now=NOW + timedelta(minutes=1))
    with pytest.raises(StaleVersion) as caught:
        confirm(second, admin)
    assert (caught.value.by_id, caught.value.at) == (admin.pk, NOW + timedelta(minutes=1))
    assert Cohort.objects.count() == 2


@pytest.mark.parametrize(("came", "went", "sentence"), [(2, 0, "2 people applied"), (0, 1, "1 person withdrew")])
def test_people_who_come_or_go_since_stop_it(ready, admin, came, went, sentence):
    ApplicationFactory.create_batch(came, network=ready.network)
    Application.objects.filter(pk__in=list(ready.seats.values_list("application_id", flat=True))[:went]).update(
        state="withdrawn"
    )
    with pytest.raises(PeopleChanged, match=sentence):
        confirm(ready, admin)
    assert Membership.objects.count() == 0


def test_groups_that_break_a_rule_need_a_reason_which_is_kept(ready, admin):
    services.keep_figures(ready, figures={**ready.figures, "violations": 1})
    ready.refresh_from_db()
    with pytest.raises(RuleViolation, match="Say why") as caught:
        confirm(ready, admin)
    assert caught.value.field == "reason"
    confirm(ready, admin, reason="They asked for it.")
    assert AuditEntry.objects.get(verb="proposal.confirm").reason == "They asked for it."


def test_a_large_proposal_is_formed_by_a_worker_and_comes_back_if_that_fails(ready, network, admin):
    services.begin_forming(ready, opened_version=ready.version, by=admin.pk, now=NOW, reason="")
    row = Proposal.objects.get()
    assert row.state == State.FORMING
    with pytest.raises(RuleViolation, match="cannot be changed now"):
        services.move(
            row,
            application_key=row.seats.first().application.key,
            number=2,
            opened_version=row.version,
            by=admin.pk,
            now=NOW,
        )
    services.give_back(row, now=NOW)
    assert Proposal.objects.get().state == State.READY
