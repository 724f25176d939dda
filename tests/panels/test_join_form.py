"""The application's form: what is taken, and what is refused beside its field."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import Application
from lernet_xblock.panels.join_form import half_days_shown
from lernet_xblock.workbench import clock
from tests.factories import NOW, ApplicationFactory, NetworkFactory, UserFactory
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db

TYPED = [
    ("function", "team leader"),
    ("organisation", "Bakkerij Zon"),
    ("department", ""),
    ("experience_years", "4"),
    ("language", "nl"),
    ("learning_question", "How do I start a talk after a long absence?"),
    ("availability", "TU-pm"),
    ("availability", "MO-am"),
    ("commitment", "on"),
]


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch):
    cache.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def learner():
    return UserFactory()


def applied(block, *, without=(), **changes):
    fields = [(name, changes.get(name, value)) for name, value in TYPED if name not in without]
    return post(block, "application.submit", [*fields, ("_key", "k1")], at="join")


def test_half_days_read_in_words_and_nonsense_is_left_out():
    assert half_days_shown("MO-am XX-pm TU-pm") == "Monday: Morning, Tuesday: Afternoon"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"without": ("commitment",)}, "commitment"),
        ({"function": ""}, "function"),
        ({"function": "x" * 81}, "function"),
        ({"organisation": "x" * 121}, "organisation"),
        ({"department": "x" * 81}, "department"),
        ({"experience_years": "61"}, "experience_years"),
        ({"experience_years": "many"}, "experience_years"),
        ({"language": "la"}, "language"),
        ({"learning_question": "x" * 301}, "learning_question"),
        ({"availability": "SU-am"}, "availability"),
    ],
)
def test_what_cannot_be_taken_is_refused_beside_its_field(learner, changes, field):
    NetworkFactory()
    response = applied(make_block(learner.username), **{"department": "Ovens", **changes})
    assert response.status_int == 422
    assert f"application-submit-{field}_error" in response.text
    assert changes.get("department", "Ovens") in response.text
    assert not Application.objects.exists()


def test_half_days_are_a_table_with_a_name_for_each_box(learner):
    NetworkFactory()
    html = get(make_block(learner.username), "join").text
    assert html.count('name="availability"') == 10
    assert '<span class="lnx-hidden">Friday Afternoon</span>' in html


def test_change_from_an_old_page_shows_both(learner):
    own = ApplicationFactory(user=learner, version=2, availability="TH-pm")
    fields = [pair for pair in TYPED if pair[0] != "commitment"]
    response = post(
        make_block(learner.username),
        "application.edit",
        [*fields, ("about", own.key), ("version", "1")],
        at="join",
    )
    assert response.status_int == 409
    assert "Stored now: <b>shift supervisor</b>" in response.text
    assert "Stored now: <b>Thursday: Afternoon</b>" in response.text
    assert hidden(response.text, "application.edit", "version") == "2"
    assert 'value="team leader"' in response.text
