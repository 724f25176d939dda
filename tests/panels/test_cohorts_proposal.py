"""A proposal on the screen: in the list, while it is searched for, as cards, moved by hand, put aside."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import PairRule, Pin, Proposal
from lernet_xblock.rules.wishes import Wishes
from lernet_xblock.workbench import clock
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.panels.proposing import people_in, proposed
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def network(monkeypatch):
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    UserFactory(username="admin", first_name="Nadia", last_name="Claes", is_staff=True)
    UserFactory(username="second", first_name="Tom", last_name="Nys", is_staff=True)
    return NetworkFactory()


@pytest.fixture
def rows(network):
    return ApplicationFactory.create_batch(24, network=network)


@pytest.fixture
def proposal(network, rows):
    return proposed(network, [rows[:12], rows[12:]])


def look(address, by="admin"):
    response = get(make_block(by), address)
    assert response.status_int == 200, response.text
    return response.text


def page_of(proposal, **params):
    extra = "".join(f"&{name}={value}" for name, value in params.items())
    return look(f"cohorts?proposal={proposal.key}{extra}")


def act(action, proposal, *, by="admin", **fields):
    given = {"about": proposal.key, "version": str(proposal.version), **fields}
    return post(make_block(by), action, given, at=f"cohorts?proposal={proposal.key}")


def move(proposal, row, number, **more):
    proposal.refresh_from_db()
    return act("proposal.move", proposal, person=row.key, number=str(number), **more)


def name_of(row):
    return row.user.get_full_name()


# In the list ---------------------------------------------------------------------------------------


def test_a_proposal_is_listed_with_its_figures_in_words(proposal):
    text = words(look("cohorts"))
    assert "Proposal 1 2 groups of 12 · 24 of 24 people have a place" in text
    assert "100 % of colleagues with the same function (whole course: 100 %)" in text.replace("\xa0", " ")
    assert "Same: language. Alike: function." in text


def test_the_list_costs_the_same_for_six_proposals(network, proposal, rows):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            look("cohorts")
        return len(captured)

    before = queries()
    for _number in range(5):
        proposed(network, [rows[:12], rows[12:]])
    assert queries() == before


def test_a_seventh_proposal_is_refused_in_words(network, rows):
    for _number in range(6):
        proposed(network, [rows[:12], rows[12:]])
    form = look("cohorts").split('data-action="proposal.ask"', 1)[1].split("</form>", 1)[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen.group(1)
    response = post(make_block("admin"), "proposal.ask", fields, at="cohorts")
    assert response.status_int == 422
    assert "6 proposals lie open already. Put one aside first." in response.text


def test_a_proposal_is_put_aside(proposal):
    response = act("proposal.put_aside", proposal)
    assert response.status_int == 200
    assert "Proposal 1 is put aside." in response.text
    assert "Proposal 1</a>" not in response.text
    assert "was put aside" in page_of(proposal)
    assert act("proposal.put_aside", proposal).status_int == 404


# While it is searched for --------------------------------------------------------------------------


@pytest.fixture
def searching(proposal):
    Proposal.objects.update(state="searching", progress=40, lease_until=NOW + timedelta(seconds=30))
    proposal.refresh_from_db()
    return proposal


def test_a_search_shows_how_far_it_is_and_the_first_look(searching):
    html = page_of(searching)
    assert "Searching for better groups: 40 %" in words(html)
    assert 'data-refresh="2000"' in html
    assert "You can close this page" in html
    assert "Group A" in html
    assert "draggable" not in html
    assert 'data-action="proposal.move"' not in html
    assert 'data-action="proposal.confirm"' not in html
    assert "searching, 40 %" in words(look("cohorts"))


def test_a_search_is_stopped_with_the_best_so_far(searching):
    response = act("proposal.stop", searching)
    assert response.status_int == 200
    assert "The search stops with the best it has so far." in response.text
    searching.refresh_from_db()
    assert searching.stop_asked
    Proposal.objects.update(state="ready")
    response = act("proposal.stop", searching)
    assert response.status_int == 422
    assert "This search is over already." in response.text


def test_an_interrupted_search_is_begun_again(searching, monkeypatch):
    later = []
    monkeypatch.setattr(WorkbenchHost, "run_later", lambda _host, *task: later.append(task))
    assert act("proposal.again", searching).status_int == 422
    Proposal.objects.update(lease_until=NOW - timedelta(seconds=1))
    html = page_of(searching)
    assert "The search was interrupted." in html
    assert "data-refresh" not in html
    assert act("proposal.again", searching).status_int == 200
    assert later == [("proposal.search", searching.key)]
    assert 'data-refresh="2000"' in page_of(searching)


def test_what_contradicts_itself_is_told_with_names(network, rows):
    problem = {"code": "together_and_apart", "values": {"people": [str(rows[0].pk), str(rows[1].pk)], "count": 2}}
    proposal = proposed(network, [], state="failed", problem=problem)
    text = words(page_of(proposal))
    assert f"to be apart: {name_of(rows[0])} and {name_of(rows[1])}." in text
    assert "Search again" in text


# As cards ------------------------------------------------------------------------------------------


def test_cards_name_people_sizes_and_what_is_tight(network):
    rows = ApplicationFactory.create_batch(25, network=network)
    text = words(page_of(proposed(network, [rows[:10], rows[10:]])))
    assert "Group A 10 people · Nederlands" in text
    assert "Exactly the minimum: nobody can leave it." in text
    assert "Exactly the maximum: nobody can be added." in text
    assert all(name_of(row) in text for row in rows)


def test_cards_say_when_a_group_can_meet(network):
    one = ApplicationFactory.create_batch(10, network=network, availability="TU-am TH-pm")
    other = ApplicationFactory.create_batch(9, network=network, availability="MO-am")
    other.append(ApplicationFactory(network=network, availability="FR-pm"))
    proposal = proposed(network, [one, other], wishes=Wishes(attendance=100))
    text = words(page_of(proposal))
    assert "Everybody is free: Tuesday morning and Thursday afternoon." in text
    assert f"No half-day suits enough people. Not free at the best time: {name_of(other[-1])}." in text
    assert "1 of 2 groups have a common half-day" in text


def test_who_has_no_place_is_told_why(network, rows):
    proposal = proposed(network, [rows[:12]], left_out=rows[12:], reason="stratum_too_small")
    text = words(page_of(proposal))
    assert "12 people without a group Too few people have the same language to make a group" in text
    assert "12 people go to the waiting list" in text


def test_how_many_could_meet_is_a_table_with_a_button_for_each_line(network, rows):
    wishes = Wishes(attendance=100)
    proposal = proposed(network, [rows[:12]], left_out=rows[12:], reason="no_common_slot", wishes=wishes)
    proposal.figures["table"] = [[100, 12, True], [90, 20, False]]
    proposal.save()
    html = page_of(proposal)
    text = words(html)
    assert "everybody 12 of 24 this proposal" in text
    assert "90 % of a group at least 20 of 24 Propose with 90 %" in text
    assert 'name="attendance" value="90"' in html


def test_a_page_has_24_groups(network):
    network.maximum_size = 15
    network.save()
    people = ApplicationFactory.create_batch(26, network=network)
    proposal = proposed(network, [[person] for person in people])
    assert page_of(proposal).count('class="lnx-card"') == 24
    assert page_of(proposal, page=2).count('class="lnx-card"') == 2
    assert page_of(proposal, page="x").count('class="lnx-card"') == 24


def test_a_page_costs_the_same_however_many_people(network, proposal):
    def queries(one):
        with CaptureQueriesContext(connection) as captured:
            page_of(one)
        return len(captured)

    few = queries(proposal)
    more = ApplicationFactory.create_batch(96, network=network)
    assert queries(proposed(network, [more[start : start + 12] for start in range(0, 96, 12)])) <= few + 2


# Moving --------------------------------------------------------------------------------------------


def test_a_move_is_done_and_told_and_taken_back(proposal, rows):
    response = move(proposal, rows[0], 2)
    assert response.status_int == 200, response.text
    assert rows[0].pk in people_in(proposal)[2]
    text = words(response.text)
    assert f"{name_of(rows[0])} moved from Group A to Group B." in text
    assert "Take it back" in text
    assert "1 person moved by hand" in text
    form = response.text.split("Take it back")[0].rsplit('data-action="proposal.move"', 1)[1]
    assert re.search(r'name="number"\s+value="1"', form)
    assert hidden(response.text, "proposal.move", "version") == "2"
    move(proposal, rows[0], 1)
    assert rows[0].pk in people_in(proposal)[1]


def test_a_move_that_breaks_a_rule_is_done_and_named(network, rows):
    proposal = proposed(network, [rows[:10], rows[10:]])
    PairRule.objects.create(network=network, kind="apart", first=rows[0], second=rows[11], made_at=NOW)
    response = move(proposal, rows[0], 2)
    assert response.status_int == 200
    text = words(response.text)
    assert "Broken now:" in text
    assert "Fewer people than the minimum." in text
    assert f"Together, though they should be kept apart: {name_of(rows[0])} and {name_of(rows[11])}." in text
    assert 'name="reason"' in response.text
    back = words(move(proposal, rows[0], 1).text)
    assert "In order again:" in back
    assert "Broken now:" not in back


def test_somebody_is_taken_out_and_put_in(proposal, rows):
    assert "left Group A and has no group now." in words(move(proposal, rows[0], 0).text)
    assert people_in(proposal)[None] == {rows[0].pk}
    assert "You took them out" in words(page_of(proposal))
    assert "is in Group B now." in words(move(proposal, rows[0], 2).text)


@pytest.mark.parametrize("number", ["7", "-1", "x", ""])
def test_a_move_to_nowhere_is_refused(proposal, rows, number):
    assert move(proposal, rows[0], number).status_int in {404, 422}
    assert len(people_in(proposal)[1]) == 12


def test_a_move_of_a_stranger_is_not_found(proposal):
    stranger = ApplicationFactory(network=NetworkFactory(usage_id="lernet.d0.u9"))
    assert move(proposal, stranger, 2).status_int == 404


def test_two_admins_do_not_move_over_one_another(proposal, rows):
    first = act("proposal.move", proposal, person=rows[0].key, number="2")
    second = act("proposal.move", proposal, by="second", person=rows[1].key, number="2")
    assert (first.status_int, second.status_int) == (200, 409)
    assert "Nadia Claes changed this on" in second.text
    assert rows[1].pk in people_in(proposal)[1]


def test_a_person_has_a_page_with_every_other_group(network, rows):
    proposal = proposed(network, [rows[:8], rows[8:16], rows[16:]])
    PairRule.objects.create(network=network, kind="apart", first=rows[0], second=rows[10], made_at=NOW)
    text = words(page_of(proposal, person=rows[0].key))
    assert "In Group A of proposal 1." in text
    assert "Group B would have 9 people" in text
    assert f"These should be kept apart: {name_of(rows[0])} and {name_of(rows[10])}." in text
    assert "Move to Group C" in text
    assert "Take out" in text


def test_a_person_of_nowhere_has_no_page(proposal):
    assert get(make_block("admin"), f"cohorts?proposal={proposal.key}&person=nobody").status_int == 404


def test_a_person_is_pinned_and_the_pin_is_listed_and_removed(network, proposal, rows):
    at = f"cohorts?proposal={proposal.key}&person={rows[0].key}"
    html = look(at)
    assert "Always in Group A" in html
    fields = {"about": rows[0].key, "number": hidden(html, "proposal.pin", "number")}
    response = post(make_block("admin"), "proposal.pin", fields, at=at)
    assert "Pinned: always in Group A." in response.text
    assert Pin.objects.get().number == 1
    assert "pinned" in page_of(proposal)
    assert f"Always in Group A {name_of(rows[0])}" in words(look("cohorts"))
    fields["number"] = hidden(look(at), "proposal.pin", "number")
    assert post(make_block("admin"), "proposal.pin", fields, at=at).status_int == 200
    assert not Pin.objects.exists()
    assert post(make_block("admin"), "proposal.pin", {"about": "nobody", "number": "1"}, at=at).status_int == 404


# Side by side --------------------------------------------------------------------------------------


def test_two_proposals_are_compared_in_a_sentence_and_a_table(network):
    rows = ApplicationFactory.create_batch(12, network=network, function="team leader")
    rows += ApplicationFactory.create_batch(12, network=network, function="planner")
    proposed(network, [rows[:12], rows[12:]])
    other = proposed(network, [rows[::2]], left_out=rows[1::2])
    html = look("cohorts")
    address = re.search(r'data-panel="(cohorts\?compare=[^"]*)"', html).group(1).replace("&amp;", "&")
    text = words(look(address))
    assert "Proposals 1 and 2 side by side" in text
    assert "Proposal 1 has a place for 12 more people." in text
    assert "Better in proposal 1: Same function." in text
    assert "People with a place 24 of 24 better 12 of 24" in text
    Proposal.objects.filter(pk=other.pk).update(state="put_aside")
    assert "side by side" not in look(address)
