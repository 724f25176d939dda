"""The proposal of groups: looked at without saving, confirmed once, by one admin."""

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from lernet_xblock.models import Application, AuditEntry, Charter, Cohort, Membership, Session
from lernet_xblock.workbench import clock
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db

HIDDEN = ("version", "choice", "spread", "seed", "digest", "marks")


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock, and let a test set it."""
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments


@pytest.fixture(autouse=True)
def network(moment):
    cache.clear()
    UserFactory(username="admin", first_name="Nadia", last_name="Claes", is_staff=True)
    UserFactory(username="second", first_name="Tom", last_name="Nys", is_staff=True)
    return NetworkFactory()


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def look(address, by="admin"):
    return get(make_block(by), address).text


def confirm(html, *, by="admin", at="", key="k1", **changes):
    """Press the button under the proposal in this page."""
    fields = {name: hidden(html, "cohorts.confirm", name) for name in HIDDEN}
    return post(make_block(by), "cohorts.confirm", {**fields, "_key": key, **changes}, at=at)


def three_departments(network):
    for department in ("packaging", "quality", "logistics"):
        ApplicationFactory.create_batch(8, network=network, department=department)


def cards(html):
    """Return the people of each proposed group, in the order of the groups."""
    proposal = html.split("Choose differently")[1].split("Form these groups")[0]
    return [set(re.findall(r"Mila\d+ Peeters", card)) for card in proposal.split("<h4>")[1:]]


def sizes_of(network):
    return [cohort.memberships.count() for cohort in network.cohorts.all()]


# Looking -------------------------------------------------------------------------------------------


def test_24_people_of_3_departments_are_spread_4_and_4(network):
    three_departments(network)
    text = words(look("cohorts?groups=2&spread=department&seed=1"))
    assert text.count("logistics 4 packaging 4 quality 4") == 2
    assert not Cohort.objects.exists()
    assert set(network.applications.values_list("state", flat=True)) == {"submitted"}


def test_the_same_seed_shows_the_same_groups(network):
    three_departments(network)

    def people(seed):
        return cards(look(f"cohorts?groups=2&spread=department&seed={seed}"))

    assert people(1) == people(1)
    assert people(1) != people(2)


def test_asking_for_a_proposal_leads_to_its_address(network):
    three_departments(network)
    response = post(make_block("admin"), "cohorts.propose", {"choice": "2", "spread": "organisation", "seed": "7"})
    assert response.status_int == 200
    assert 'data-address="cohorts?groups=2&amp;spread=organisation&amp;seed=7"' in response.text
    assert "Form these groups" in response.text


def test_a_proposal_needs_a_choice(network):
    network.cohort_limit = 8
    network.save()
    ApplicationFactory.create_batch(30, network=network)
    response = post(make_block("admin"), "cohorts.propose", {"spread": "department", "seed": "1"})
    assert response.status_int == 422
    assert "Number of groups" in response.text


def test_the_recommended_number_is_chosen_beforehand(network):
    network.cohort_limit = 8
    network.save()
    ApplicationFactory.create_batch(30, network=network)
    html = look("cohorts")
    assert "Three groups fit: 10, 10 and 10." in words(html)
    assert re.findall(r'value="(\d)"[^>]*checked', html) == ["3"]


@pytest.mark.parametrize(
    "address",
    [
        "cohorts?groups=9",
        "cohorts?groups=3",
        "cohorts?way=cancel",
        "cohorts?way=x",
        "cohorts?groups=-1",
        "cohorts?groups=%00",
    ],
)
def test_what_does_not_fit_is_not_shown_and_said(network, address):
    ApplicationFactory.create_batch(27, network=network)
    html = look(address)
    assert "do not fit the people who are here now" in html
    assert "Form these groups" not in html


@pytest.mark.parametrize("seed", ["x", "-3", "9" * 40, "%C2%B2", ""])
def test_an_odd_seed_is_the_first_one(network, seed):
    ApplicationFactory.create_batch(20, network=network)
    assert hidden(look(f"cohorts?groups=2&seed={seed}"), "cohorts.confirm", "seed") == "1"


def test_learners_propose_and_confirm_nothing(network):
    three_departments(network)
    html = look("cohorts?groups=2&spread=department&seed=1")
    learner = network.applications.first().user.username
    fields = {"choice": "2", "spread": "nothing", "seed": "1"}
    assert post(make_block(learner), "cohorts.propose", fields).status_int == 403
    assert confirm(html, by=learner).status_int == 403
    assert not Cohort.objects.exists()


# Confirming ----------------------------------------------------------------------------------------


def test_27_people_become_groups_of_14_and_13(network):
    ApplicationFactory.create_batch(27, network=network)
    response = confirm(look("cohorts?groups=2&spread=organisation&seed=1"))
    assert response.status_int == 200, response.text
    assert sizes_of(network) == [14, 13]
    assert "1 seat is left for late joiners" in words(response.text)
    assert "2 seats are left for late joiners" in words(response.text)
    network.refresh_from_db()
    assert network.state == "running"
    assert set(network.applications.values_list("state", flat=True)) == {"member"}
    assert Charter.objects.count() == 2
    assert Session.objects.filter(cohort__network=network).count() == 10
    entry = AuditEntry.objects.get(verb="cohorts.form")
    assert (entry.actor.username, entry.reason) == ("admin", "")


def test_the_groups_formed_are_the_groups_seen(network):
    three_departments(network)
    html = look("cohorts?groups=2&spread=department&seed=5")
    seen = cards(html)
    confirm(html)
    formed = [
        {row.user.get_full_name() for row in cohort.memberships.select_related("user")}
        for cohort in network.cohorts.all()
    ]
    assert formed == seen
    assert [len(group) for group in seen] == [12, 12]


def test_a_double_click_forms_the_groups_once(network):
    three_departments(network)
    html = look("cohorts?groups=2&spread=department&seed=1")
    confirm(html)
    assert confirm(html).status_int == 409
    assert network.cohorts.count() == 2


def test_the_second_admin_reads_who_was_first_and_when(network):
    three_departments(network)
    mine = look("cohorts?groups=2&spread=department&seed=1", by="admin")
    theirs = look("cohorts?groups=2&spread=function&seed=2", by="second")
    assert confirm(mine).status_int == 200
    formed = [sorted(cohort.memberships.values_list("user_id", flat=True)) for cohort in network.cohorts.all()]
    response = confirm(theirs, by="second", at="cohorts?groups=2&spread=function&seed=2", key="k2")
    assert response.status_int == 409
    assert "Nadia Claes changed this on" in response.text
    assert re.search(r"changed this on \w+ \d+ \w+ \d{4} at \d\d:\d\d", words(response.text))
    assert [sorted(one.memberships.values_list("user_id", flat=True)) for one in network.cohorts.all()] == formed


@pytest.mark.parametrize(
    ("arrive", "leave", "sentence"),
    [
        (2, 0, "2 people applied since this preview."),
        (1, 0, "1 person applied since this preview."),
        (0, 1, "1 person withdrew since this preview."),
        (1, 1, "The list of people changed since this preview."),
    ],
)
def test_people_who_come_or_go_since_the_preview_stop_it(network, arrive, leave, sentence):
    ApplicationFactory.create_batch(24, network=network)
    html = look("cohorts?groups=2&spread=department&seed=1")
    ApplicationFactory.create_batch(arrive, network=network)
    for row in network.applications.all()[:leave]:
        row.state = "withdrawn"
        row.save()
    response = confirm(html, at="cohorts?groups=2&spread=department&seed=1")
    assert response.status_int == 409
    assert sentence in response.text
    assert not Cohort.objects.exists()
    # The page shows what is there now, and the button is for that.
    assert confirm(response.text, key="k2").status_int == 200
    assert sum(sizes_of(network)) == 24 + arrive - leave


def test_an_attribute_that_changed_since_the_preview_stops_it(network):
    three_departments(network)
    html = look("cohorts?groups=2&spread=department&seed=1")
    network.applications.filter(pk=network.applications.first().pk).update(department="somewhere else")
    response = confirm(html)
    assert response.status_int == 409
    assert "The list of people changed since this preview." in response.text
    assert not Cohort.objects.exists()


def test_people_who_no_longer_fit_stop_it(network):
    ApplicationFactory.create_batch(20, network=network)
    html = look("cohorts?groups=2&spread=department&seed=1")
    network.applications.filter(pk=network.applications.first().pk).update(state="withdrawn")
    response = confirm(html, at="cohorts?groups=2&spread=department&seed=1")
    assert response.status_int == 409
    assert "1 person withdrew since this preview" in response.text
    assert "19 people cannot be split" in response.text
    assert not Cohort.objects.exists()


@pytest.mark.parametrize("changes", [{"digest": ""}, {"seed": "0"}, {"choice": "99"}, {"version": "x"}])
def test_a_form_that_was_tampered_with_forms_nothing(network, changes):
    ApplicationFactory.create_batch(20, network=network)
    html = look("cohorts?groups=2&spread=department&seed=1")
    assert confirm(html, at="cohorts?groups=2&spread=department&seed=1", **changes).status_int == 422
    assert not Cohort.objects.exists()


def test_a_first_session_in_the_past_is_said_before_and_after_confirming(network, moment):
    ApplicationFactory.create_batch(12, network=network)
    sentence = "The first session, on Tuesday 2 February 2027, would lie in the past."
    assert sentence not in look("cohorts")
    html = look("cohorts?groups=1")
    moment.append(datetime(2027, 2, 2, 13, 0, tzinfo=UTC))
    assert sentence in look("cohorts")
    assert look("cohorts?groups=1").count(sentence) == 1
    response = confirm(html, at="cohorts?groups=1")
    assert response.status_int == 422
    assert sentence in response.text
    assert not Cohort.objects.exists()


def test_the_proposal_says_that_it_closes_applications(network, moment):
    ApplicationFactory.create_batch(12, network=network)
    sentence = "Applications are open until Friday 8 January 2027. Forming the groups now closes them."
    assert sentence in words(look("cohorts?groups=1"))
    moment.append(datetime(2027, 1, 9, 9, 0, tzinfo=UTC))
    assert "Forming the groups now" not in look("cohorts?groups=1")


def test_a_larger_group_is_no_advice_about_facilitators(network):
    ApplicationFactory.create_batch(17, network=network)
    text = words(look("cohorts"))
    larger = text.split("Above the 15 people")[1].split("Look at this")[0]
    assert "in circles of" in larger
    assert "facilitator" not in larger


def test_one_circle_is_called_one(network):
    ApplicationFactory.create_batch(8, network=network)
    assert "Cases are worked in one circle of 8." in words(look("cohorts"))


# On purpose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "way", "groups"),
    [
        (17, "smaller_groups", [9, 8]),
        (17, "larger_group", [17]),
        (8, "start_small", [8]),
        (33, "larger_group", [17, 16]),
    ],
)
def test_sizes_outside_the_bounds_need_a_reason_which_is_kept(network, people, way, groups):
    ApplicationFactory.create_batch(people, network=network)
    at = f"cohorts?way={way}&spread=department"
    html = look(at)
    assert 'name="reason"' in html
    refused = confirm(html, at=at)
    assert refused.status_int == 422
    assert "need a reason" in refused.text
    assert not Cohort.objects.exists()
    assert confirm(html, reason="Two facilitators are ready, and the date stands.", key="k2").status_int == 200
    assert sizes_of(network) == groups
    assert set(network.cohorts.values_list("size_reason", flat=True)) == {
        "Two facilitators are ready, and the date stands.",
    }
    assert AuditEntry.objects.get(verb="cohorts.form").reason.startswith("Two facilitators")


def test_a_reason_is_not_asked_where_the_sizes_fit(network):
    ApplicationFactory.create_batch(20, network=network)
    assert 'name="reason"' not in look("cohorts?groups=2")


def test_15_of_17_are_in_and_the_last_two_wait_in_order(network):
    rows = [ApplicationFactory(network=network) for _ in range(17)]
    html = look("cohorts?way=waiting_list&spread=department")
    assert "2 people go to the waiting list" in words(html)
    assert confirm(html).status_int == 200
    assert sizes_of(network) == [15]
    waiting = Application.objects.filter(state="waitlisted").order_by("queued_at", "pk")
    assert [row.pk for row in waiting] == [rows[15].pk, rows[16].pk]
    assert not Membership.objects.filter(user__in=[row.user for row in rows[15:]]).exists()


def test_a_way_beyond_the_number_of_groups_is_shown_and_cannot_be_taken(network):
    network.cohort_limit = 1
    network.save()
    ApplicationFactory.create_batch(17, network=network)
    assert "This network has 1 group; the author can allow more in Studio." in look("cohorts")
    assert "Form these groups" not in look("cohorts?way=smaller_groups")
    assert "Form these groups" in look("cohorts?way=larger_group")
