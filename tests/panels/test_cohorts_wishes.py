"""The wishes: as usual for who is there, written in the address, said in a line; what they cost is told before."""

from dataclasses import replace

import pytest
from django.core.cache import cache

from lernet_xblock.panels.cohorts_wishes import asked, params_of, settled, usual_for, wishes_sentence
from lernet_xblock.panels.panel import LONGEST_ADDRESS, Address
from lernet_xblock.queries.cohort import network_sizing
from lernet_xblock.queries.forming_reach import Reach
from lernet_xblock.rules.wishes import ATTRIBUTES, Wishes
from tests.factories import ApplicationFactory, NetworkFactory, UserFactory
from tests.panels.proposing import proposed
from tests.runtime import get, make_block, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def network():
    cache.clear()
    UserFactory(username="admin", is_staff=True)
    return NetworkFactory()


def look(address="cohorts"):
    return get(make_block("admin"), address).text


def test_everything_can_be_wished_for_in_an_address_that_is_not_cut():
    wishes = Wishes(
        kinds=dict.fromkeys(ATTRIBUTES, ""),
        importance=dict.fromkeys(ATTRIBUTES, 3),
        attendance=100,
        choice="smaller_groups",
    )
    params = params_of(wishes)
    assert len(str(Address("cohorts", params))) < LONGEST_ADDRESS
    assert asked(params, Wishes()) == replace(wishes, choice="times")


def test_what_is_as_usual_is_left_out_of_the_address():
    assert params_of(Wishes()) == {"language": "same", "language_weight": "2"}


@pytest.mark.parametrize("params", [{"function": "x"}, {"function_weight": "9"}, {"attendance": "95"}])
def test_what_makes_no_sense_in_an_address_is_as_usual(params):
    assert asked(params, Wishes()) == Wishes()


def test_the_language_is_eased_where_it_would_cost_places():
    assert usual_for(Reach(27, 27, 27, ())) == Wishes()
    # Where the sizes leave people over anyway, the language is not to blame.
    assert usual_for(Reach(17, 15, 15, ())) == Wishes()
    assert usual_for(Reach(27, 20, 27, (("Nederlands", 7),))).kinds["language"] == "match"


def test_an_open_number_is_the_recommended_one_where_its_sizes_were_named(network):
    assert settled(Wishes(), network_sizing(network, 27)).choice == "2"
    assert settled(Wishes(attendance=90), network_sizing(network, 27)).choice == "times"
    network.cohort_limit = 60
    assert settled(Wishes(), network_sizing(network, 300)).choice == "times"


def test_wishes_are_said_in_a_line():
    text = "Same: language. Alike: function. Mixed: department, organisation and experience. Free at one time: 90\xa0%."
    assert wishes_sentence(Wishes(attendance=90)) == text


# On the page ---------------------------------------------------------------------------------------


def test_languages_of_too_few_are_named_and_the_default_is_eased(network):
    ApplicationFactory.create_batch(20, network=network, language="fr")
    ApplicationFactory.create_batch(4, network=network, language="nl")
    text = words(look())
    assert "Too few for a group of their own language: Nederlands 4." in text
    text = words(look("cohorts?language=same"))
    assert "With the same language for everybody, at most 20 of 24 people have a place." in text
    assert "Too few for a group of their own: Nederlands 4." in text


def test_a_common_time_says_at_once_how_many_can_have_a_place(network):
    ApplicationFactory.create_batch(12, network=network, availability="TU-am")
    ApplicationFactory.create_batch(9, network=network, availability="FR-pm")
    text = words(look("cohorts?attendance=100"))
    assert "When everybody of a group is free at one time, at most 12 of 21 people have a place." in text
    text = words(look("cohorts?attendance=50"))
    assert "When 50 % of a group are free at one time, at most 21 of 21 people have a place." in text


def test_the_number_of_groups_is_offered_with_sizes(network):
    network.cohort_limit = 8
    network.save()
    ApplicationFactory.create_batch(30, network=network)
    html = look("cohorts?choice=2")
    assert "Two groups: 15 and 15</option>" in html
    assert "Three groups: 10, 10 and 10</option>" in html
    assert "Your choice: Two groups: 15 and 15." in words(html)
    assert "as many as people’s free times allow" in look("cohorts?attendance=90")


def test_a_proposal_can_be_the_beginning_of_another(network):
    rows = ApplicationFactory.create_batch(24, network=network)
    assert "Begin with" not in look()
    proposal = proposed(network, [rows[:12], rows[12:]])
    html = look(f"cohorts?base={proposal.key}")
    assert f'<option value="{proposal.key}" selected>Proposal 1, changed as little as possible' in html
