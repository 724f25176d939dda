"""Beginning with the cohorts and teams that a course has already."""

import re

import pytest
from django.core.cache import cache
from django.test import override_settings

from lernet_xblock.models import Proposal
from lernet_xblock.tasks import perform
from tests.factories import ApplicationFactory, NetworkFactory, UserFactory
from tests.panels.proposing import people_in
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    cache.clear()
    UserFactory(username="admin", is_staff=True)
    return NetworkFactory()


@pytest.fixture
def lines(network):
    people = ApplicationFactory.create_batch(25, network=network)
    names = [person.user.username for person in people]
    groups = [{"name": "Line A", "people": names[:14]}, {"name": "Line B", "people": names[14:24]}]
    with override_settings(LERNET_DEV_GROUPS=groups):
        yield people


def look():
    return get(make_block("admin"), "cohorts?course=yes").text


def asked(html):
    """Return the inputs of the form that begins a proposal."""
    form = html.split('data-action="proposal.ask"', 1)[1].split("</form>", 1)[0]
    inputs = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', form)
    return dict(inputs)


def test_a_course_without_groups_says_so(network):
    ApplicationFactory.create_batch(12, network=network)
    with override_settings(LERNET_DEV_GROUPS=[]):
        assert "no cohorts and no teams with people who applied" in words(look())


def test_the_cohorts_are_shown_with_those_who_applied(lines):
    text = words(look())
    assert "The cohorts of this course" in text
    assert "Line A 14 people · fits" in text
    assert "Line B 10 people · fits" in text
    assert "1 person who applied is in none of them." in text


def test_a_proposal_begins_with_them_and_moves_nobody_who_fits(lines):
    fields = asked(look())
    assert fields["base"] == "cohort"
    response = post(make_block("admin"), "proposal.ask", fields, at="cohorts?course=yes")
    assert response.status_int == 200, response.text
    proposal = Proposal.objects.get()
    perform("proposal.search", proposal.key)
    first, second = people_in(proposal).values()
    assert {person.pk for person in lines[:14]} <= first
    assert {person.pk for person in lines[14:24]} <= second
    assert lines[24].pk in first | second


def test_groups_that_are_not_there_are_not_found(lines):
    fields = asked(look())
    response = post(make_block("admin"), "proposal.ask", {**fields, "base": "team-12345678"})
    assert response.status_int == 404
    assert not Proposal.objects.exists()
