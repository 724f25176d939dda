"""Forming groups, from the sizing to the one confirmation: nothing is saved by looking, and one admin is first."""

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from lernet_xblock import tasks
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Application, AuditEntry, Charter, Cohort, Membership, Proposal, Session
from lernet_xblock.queries.proposal_search import search
from lernet_xblock.workbench import clock
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.panels.proposing import people_in, proposed
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock, and let a test set it."""
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments


@pytest.fixture(autouse=True)
def _searched_at_once(monkeypatch):
    """Search before the answer, in the test's own transaction, and no longer than for a first look."""
    monkeypatch.setattr(WorkbenchHost, "run_later", lambda _host, task, key: tasks.perform(task, key))
    monkeypatch.setattr(tasks, "search", lambda proposal, **_effort: search(proposal, effort="quick"))


@pytest.fixture(autouse=True)
def network(moment):
    cache.clear()
    UserFactory(username="admin", first_name="Nadia", last_name="Claes", is_staff=True)
    UserFactory(username="second", first_name="Tom", last_name="Nys", is_staff=True)
    return NetworkFactory()


def look(address, by="admin"):
    return get(make_block(by), address).text


def asked(html, **changes):
    """Return the form of the wishes as it stands in the page, with these changes."""
    form = html.split('data-action="proposal.ask"', 1)[1].split("</form>", 1)[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen.group(1)
    return {**fields, **changes}


def ask(by="admin", at="cohorts", **changes):
    """Press the button for a proposal, with the wishes as they are usual there."""
    return post(make_block(by), "proposal.ask", asked(look(at, by), **changes), at=at)


def confirm(proposal, *, by="admin", at=None, **changes):
    """Press the button that forms these groups, as the page of now shows it."""
    fields = {"about": proposal.key, "version": str(proposal.version), **changes}
    at = f"cohorts?proposal={proposal.key}" if at is None else at
    return post(make_block(by), "proposal.confirm", fields, at=at)


def two_groups(network, people=24, **values):
    rows = ApplicationFactory.create_batch(people, network=network, **values)
    half = -(-people // 2)
    return proposed(network, [rows[:half], rows[half:]])


def sizes_of(network):
    return [cohort.memberships.count() for cohort in network.cohorts.all()]


# Asking --------------------------------------------------------------------------------------------


def test_one_press_proposes_two_groups_of_27_and_forms_nothing(network):
    ApplicationFactory.create_batch(27, network=network)
    response = ask()
    assert response.status_int == 200, response.text
    proposal = Proposal.objects.get()
    assert f'data-address="cohorts?proposal={proposal.key}"' in response.text
    assert max(len(people) for people in people_in(proposal).values()) <= 15
    assert "27 of 27 people have a place" in words(response.text)
    assert not Cohort.objects.exists()
    assert set(network.applications.values_list("state", flat=True)) == {"submitted"}


def test_looking_saves_nothing(network):
    ApplicationFactory.create_batch(27, network=network)
    for address in ("cohorts", "cohorts?choice=2", "cohorts?attendance=90", "cohorts?pairs=yes"):
        look(address)
    assert not Proposal.objects.exists()
    assert not AuditEntry.objects.exists()


def test_wishes_are_tried_out_in_the_address(network):
    ApplicationFactory.create_batch(27, network=network)
    form = asked(look("cohorts"), attendance="90", function="free")
    response = post(make_block("admin"), "proposal.look", form, at="cohorts")
    assert response.status_int == 200, response.text
    address = re.search(r'data-address="([^"]*)"', response.text).group(1)
    assert "attendance=90" in address
    assert "function=free" in address
    assert not Proposal.objects.exists()


def test_the_same_wishes_and_seed_propose_the_same_groups(network):
    for department in ("packaging", "quality", "logistics"):
        ApplicationFactory.create_batch(8, network=network, department=department)
    for _time in range(2):
        assert ask().status_int == 200
    one, other = Proposal.objects.all()
    assert people_in(one) == people_in(other)


def test_asking_needs_a_way_where_nothing_fits(network):
    ApplicationFactory.create_batch(17, network=network)
    assert 'data-action="proposal.ask"' not in look("cohorts")
    response = ask(at="cohorts?choice=larger_group", choice="")
    assert response.status_int == 422
    assert "Number of groups" in response.text


@pytest.mark.parametrize("choice", ["9", "3", "0", "10001", "cancel", "wait_for_more", "x", "-1", "²", "٣"])
def test_what_does_not_fit_is_not_proposed(network, choice):
    ApplicationFactory.create_batch(27, network=network)
    response = ask(choice=choice)
    assert response.status_int == 422
    assert "do not fit the people who are here now" in response.text
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("address", ["cohorts?choice=9", "cohorts?choice=cancel", "cohorts?choice=%C2%B2"])
def test_what_does_not_fit_is_said(network, address):
    ApplicationFactory.create_batch(27, network=network)
    assert "do not fit the people who are here now" in look(address)


@pytest.mark.parametrize("changes", [{"seed": "x"}, {"seed": "0"}, {"attendance": "95"}, {"function": "y"}])
def test_wishes_that_were_tampered_with_propose_nothing(network, changes):
    ApplicationFactory.create_batch(27, network=network)
    assert ask(**changes).status_int == 422
    assert not Proposal.objects.exists()


def test_a_proposal_to_begin_with_must_be_of_this_network(network):
    ApplicationFactory.create_batch(27, network=network)
    assert ask(base="0123456789abcdef").status_int == 404


def test_learners_propose_and_confirm_nothing(network):
    proposal = two_groups(network)
    learner = network.applications.first().user.username
    form = asked(look("cohorts"))
    for action, fields in (
        ("proposal.ask", form),
        ("proposal.look", form),
        ("proposal.stop", {"about": proposal.key, "version": "1"}),
        ("proposal.again", {"about": proposal.key, "version": "1"}),
        ("proposal.put_aside", {"about": proposal.key, "version": "1"}),
        ("proposal.move", {"about": proposal.key, "version": "1", "person": "x", "number": "1"}),
        ("proposal.pin", {"about": network.applications.first().key, "number": "1"}),
        ("pair.keep", {"kind": "apart", "first": "a", "second": "b"}),
        ("pair.drop", {"about": "x"}),
    ):
        assert post(make_block(learner), action, fields).status_int == 403, action
    assert confirm(proposal, by=learner).status_int == 403
    assert get(make_block(learner), f"cohorts?proposal={proposal.key}").status_int == 404
    assert not Cohort.objects.exists()
    assert Proposal.objects.count() == 1


# Confirming ----------------------------------------------------------------------------------------


def test_27_people_become_groups_of_14_and_13(network):
    proposal = two_groups(network, 27)
    response = confirm(proposal)
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
    proposal = two_groups(network)
    seen = [{Application.objects.get(pk=one).user_id for one in people} for people in people_in(proposal).values()]
    confirm(proposal)
    formed = [set(cohort.memberships.values_list("user_id", flat=True)) for cohort in network.cohorts.all()]
    assert formed == seen


def test_a_double_click_forms_the_groups_once(network):
    proposal = two_groups(network)
    confirm(proposal)
    assert confirm(proposal).status_int == 409
    assert network.cohorts.count() == 2


def test_the_second_admin_reads_who_was_first_and_when(network):
    mine = two_groups(network)
    rows = list(network.applications.all())
    theirs = proposed(network, [rows[::2], rows[1::2]])
    assert confirm(mine).status_int == 200
    formed = [sorted(cohort.memberships.values_list("user_id", flat=True)) for cohort in network.cohorts.all()]
    response = confirm(theirs, by="second")
    assert response.status_int == 409
    assert "Nadia Claes changed this on" in response.text
    assert re.search(r"changed this on \w+ \d+ \w+ \d{4} at \d\d:\d\d", words(response.text))
    assert [sorted(one.memberships.values_list("user_id", flat=True)) for one in network.cohorts.all()] == formed


@pytest.mark.parametrize(
    ("arrive", "leave", "sentence"),
    [
        (2, 0, "2 people applied since"),
        (1, 0, "1 person applied since"),
        (0, 1, "1 person withdrew since"),
        (1, 1, "The list of people changed since"),
    ],
)
def test_people_who_come_or_go_since_stop_it(network, arrive, leave, sentence):
    proposal = two_groups(network)
    ApplicationFactory.create_batch(arrive, network=network)
    for row in network.applications.all()[:leave]:
        row.state = "withdrawn"
        row.save()
    response = confirm(proposal)
    assert response.status_int == 409
    assert sentence in words(response.text)
    assert not Cohort.objects.exists()
    # The page offers to take them in; only a proposal about those who are here can be confirmed.
    assert "Propose again, changing as little as possible" in response.text
    assert 'data-action="proposal.confirm"' not in response.text


def test_people_who_came_are_taken_in_by_a_proposal_that_changes_little(network):
    first = two_groups(network)
    ApplicationFactory.create_batch(2, network=network)
    page = look(f"cohorts?proposal={first.key}")
    assert "2 people applied since." in page
    taking = page.split("changing as little as possible")[0].rsplit('data-action="proposal.ask"', 1)[1]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', taking))
    assert fields["base"] == first.key
    response = post(make_block("admin"), "proposal.ask", fields, at=f"cohorts?proposal={first.key}")
    assert response.status_int == 200, response.text
    second = Proposal.objects.exclude(pk=first.pk).get()
    assert people_in(second)[1] >= people_in(first)[1] or people_in(second)[1] >= people_in(first)[2]
    assert "2 changes against the proposal it began with" in words(response.text)
    assert confirm(second).status_int == 200
    assert sum(sizes_of(network)) == 26


@pytest.mark.parametrize("changes", [{"version": "x"}, {"version": "-1"}, {"reason": "x" * 301}])
def test_a_form_that_was_tampered_with_forms_nothing(network, changes):
    assert confirm(two_groups(network), **changes).status_int == 422
    assert not Cohort.objects.exists()


def test_a_proposal_of_another_network_is_not_found(network):
    other = NetworkFactory(usage_id="lernet.d0.u9")
    proposal = two_groups(other)
    assert confirm(proposal, at="cohorts").status_int == 404
    assert "was put aside" in look(f"cohorts?proposal={proposal.key}")
    assert not Cohort.objects.exists()


def test_a_proposal_somebody_changed_since_is_not_confirmed(network):
    proposal = two_groups(network)
    person = network.applications.first()
    fields = {"about": proposal.key, "version": "1", "person": person.key, "number": "2"}
    assert post(make_block("second"), "proposal.move", fields).status_int == 200
    response = confirm(proposal)
    assert response.status_int == 409
    assert "Tom Nys changed this on" in response.text
    assert not Cohort.objects.exists()


def test_a_first_session_in_the_past_is_said_before_and_after_confirming(network, moment):
    rows = ApplicationFactory.create_batch(12, network=network)
    proposal = proposed(network, [rows])
    at = f"cohorts?proposal={proposal.key}"
    sentence = "The first session, on Tuesday 2 February 2027, would lie in the past."
    assert sentence not in look("cohorts")
    moment.append(datetime(2027, 2, 2, 13, 0, tzinfo=UTC))
    assert sentence in look("cohorts")
    assert look(at).count(sentence) == 1
    response = confirm(proposal)
    assert response.status_int == 422
    assert sentence in response.text
    assert not Cohort.objects.exists()


def test_the_proposal_says_that_it_closes_applications(network, moment):
    proposal = two_groups(network)
    at = f"cohorts?proposal={proposal.key}"
    sentence = "Applications are open until Friday 8 January 2027. Forming the groups now closes them."
    assert sentence in words(look(at))
    moment.append(datetime(2027, 1, 9, 9, 0, tzinfo=UTC))
    assert "Forming the groups now" not in look(at)


def test_a_large_proposal_is_formed_in_the_background(network, monkeypatch):
    proposal = two_groups(network)
    monkeypatch.setattr("lernet_xblock.panels.cohorts_proposal.MOST_AT_ONCE", 20)
    later = []
    monkeypatch.setattr(WorkbenchHost, "run_later", lambda _host, task, key: later.append((task, key)))
    response = confirm(proposal)
    assert response.status_int == 200
    assert "The groups are being formed." in response.text
    assert "data-refresh" in response.text
    assert later == [("proposal.form", proposal.key)]
    tasks.perform(*later[0])
    assert sizes_of(network) == [12, 12]


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
    assert ask(at=f"cohorts?choice={way}").status_int == 200
    proposal = Proposal.objects.get()
    assert 'name="reason"' in look(f"cohorts?proposal={proposal.key}")
    refused = confirm(proposal)
    assert refused.status_int == 422
    assert "need a reason" in refused.text
    assert not Cohort.objects.exists()
    assert confirm(proposal, reason="Two facilitators are ready, and the date stands.").status_int == 200
    assert sorted(sizes_of(network), reverse=True) == groups
    assert set(network.cohorts.values_list("size_reason", flat=True)) == {
        "Two facilitators are ready, and the date stands.",
    }
    assert AuditEntry.objects.get(verb="cohorts.form").reason.startswith("Two facilitators")


def test_a_reason_is_not_asked_where_the_sizes_fit(network):
    assert 'name="reason"' not in look(f"cohorts?proposal={two_groups(network).key}")


def test_15_of_17_are_in_and_the_last_two_wait_in_order(network):
    rows = [ApplicationFactory(network=network) for _ in range(17)]
    assert ask(at="cohorts?choice=waiting_list").status_int == 200
    proposal = Proposal.objects.get()
    assert "2 people go to the waiting list" in words(look(f"cohorts?proposal={proposal.key}"))
    assert confirm(proposal).status_int == 200
    assert sizes_of(network) == [15]
    waiting = Application.objects.filter(state="waitlisted").order_by("queued_at", "pk")
    assert [row.pk for row in waiting] == [rows[15].pk, rows[16].pk]
    assert not Membership.objects.filter(user__in=[row.user for row in rows[15:]]).exists()


def test_a_broken_rule_needs_a_reason_too(network):
    rows = ApplicationFactory.create_batch(24, network=network)
    proposal = proposed(network, [rows[:15], rows[15:]])
    page = words(look(f"cohorts?proposal={proposal.key}"))
    assert "1 rule is broken" in page
    assert "Fewer people than the minimum." in page
    assert confirm(proposal).status_int == 422
    assert not Cohort.objects.exists()
    assert confirm(proposal, reason="One more comes next week.").status_int == 200


def test_a_way_beyond_the_number_of_groups_is_shown_and_cannot_be_taken(network):
    network.cohort_limit = 1
    network.save()
    ApplicationFactory.create_batch(17, network=network)
    assert "This network has 1 group; the author can allow more in Studio." in look("cohorts")
    assert "Propose groups" not in look("cohorts?choice=smaller_groups")
    assert "Propose groups" in look("cohorts?choice=larger_group")


def test_three_hundred_people_are_formed_as_twenty_five_groups(network):
    network.cohort_limit = 30
    network.save()
    rows = ApplicationFactory.create_batch(300, network=network)
    assert confirm(proposed(network, [rows[start : start + 12] for start in range(0, 300, 12)])).status_int == 200
    assert (Cohort.objects.count(), Membership.objects.count(), Session.objects.count()) == (25, 300, 125)
    text = words(look("cohorts"))
    assert "Page 1 of 2" in text
    assert "Group X" in text
    assert "Group Y" not in text
    second = words(look("cohorts?page=2"))
    assert "Group Y" in second
    assert "Page 2 of 2" in second
