"""Joining, as a learner lives it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from lernet_xblock.models import Application
from lernet_xblock.rules.authored import write
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    PLAN,
    ApplicationFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    UserFactory,
)
from tests.panels.test_join_form import TYPED, applied
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock, and let a test set it."""
    cache.clear()
    moments = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return moments


@pytest.fixture
def learner():
    return UserFactory()


def press(block, verb):
    html = get(block, "join").text
    action = f"application.{verb}"
    return post(block, action, {"about": hidden(html, action, "about")}, at="join")


def test_card_tells_goal_dates_hours_place_and_language(learner):
    NetworkFactory()
    html = get(make_block(learner.username), "join").text
    for text in (
        PLAN.goal,
        "Shift leaders in the food industry",
        "supervision",
        "17 h 30",
        "Rue du Moulin 4, Gembloux",
        "In person and online",
        "Français",
        "10 to 15 people",
        "Friday 8 January 2027",
        "Friday 15 January 2027",
        "Tuesday 2 February 2027, 13:30–16:30 (Brussels)",
        "Tuesday 30 March 2027, 13:30–16:30 (Brussels)",
    ):
        assert text in html
    assert PLAN.meeting_link not in html


def test_dates_are_in_the_person_s_zone(monkeypatch):
    NetworkFactory()
    learner = UserFactory(username="traveller")
    monkeypatch.setattr("lernet_xblock.host.workbench.zones", lambda: {"traveller": "Africa/Kigali"})
    assert "Tuesday 30 March 2027, 13:30–16:30 (Kigali)" in get(make_block(learner.username), "join").text
    assert "Tuesday 2 February 2027, 14:30–17:30 (Kigali)" in get(make_block(learner.username), "join").text


def test_applying_gives_a_seat_and_says_until_when_one_hears(learner):
    NetworkFactory()
    block = make_block(learner.username)
    response = applied(block)
    assert response.status_int == 200
    assert 'data-say="You have applied. You will hear by Friday 15 January 2027."' in response.text
    assert "You applied on Tuesday 1 December 2026" in response.text
    row = Application.objects.get()
    assert (row.user, row.state, row.availability, row.commitment_version) == (
        learner,
        "submitted",
        "MO-am TU-pm",
        1,
    )
    assert row.committed_at == NOW


def test_second_click_applies_once(learner):
    NetworkFactory()
    block = make_block(learner.username)
    assert [applied(block).status_int for _ in range(2)] == [200, 200]
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (datetime(2026, 11, 29, 12, tzinfo=UTC), "Applications open on Monday 30 November 2026."),
        (datetime(2027, 1, 8, 23, 30, tzinfo=UTC), "Applications are closed."),
    ],
)
def test_outside_the_window_a_sentence_stands_for_the_form(learner, moment, now, told):
    NetworkFactory()
    block = make_block(learner.username)
    assert 'data-action="application.submit"' in get(block, "join").text
    moment.append(now)
    html = get(block, "join").text
    assert told in html
    assert 'data-action="application.submit"' not in html


def test_once_the_days_are_over_no_past_day_is_promised(learner, moment):
    block = make_block(ApplicationFactory(network=NetworkFactory(), user=learner).user.username)
    moment.append(datetime(2027, 1, 8, 12, tzinfo=UTC))
    assert "Apply by" in get(block, "join").text
    moment.append(datetime(2027, 1, 9, 12, tzinfo=UTC))
    html = get(block, "join").text
    assert "Apply by" not in html
    assert "You will hear by" in html
    moment.append(datetime(2027, 1, 16, 12, tzinfo=UTC))
    html = get(block, "join").text
    assert "The groups are not formed yet. You will hear as soon as they are." in html
    assert "You will hear by" not in html
    assert "You hear by" not in html


def test_application_sent_after_the_last_day_is_refused_with_its_sentence(learner, moment):
    NetworkFactory()
    moment.append(datetime(2027, 1, 8, 23, 0, tzinfo=UTC))
    response = applied(make_block(learner.username))
    assert response.status_int == 422
    assert (
        '<p class="lnx-note" data-kind="error" tabindex="-1" data-focus>Applications are closed.</p>' in response.text
    )


def test_beyond_the_last_seat_one_reads_the_place_in_the_queue():
    network = NetworkFactory(minimum_size=2, maximum_size=2, target_size=2, cohort_limit=1)
    holder, *waiting = UserFactory.create_batch(3)
    ApplicationFactory(network=network)
    for user in (holder, *waiting):
        applied(make_block(user.username))
    last = make_block(waiting[-1].username)
    assert "You are number 2 on the waiting list." in get(last, "join").text
    assert press(make_block(holder.username), "withdraw").status_int == 200
    assert "You are number 1 on the waiting list." in get(last, "join").text
    assert "You applied on" in get(make_block(waiting[0].username), "join").text


def test_newcomer_reads_that_an_application_would_wait(learner):
    network = NetworkFactory(minimum_size=2, maximum_size=2, target_size=2, cohort_limit=1)
    ApplicationFactory.create_batch(2, network=network)
    ApplicationFactory(network=network, state="waitlisted", queued_at=NOW)
    assert "All places are taken; 1 person is waiting." in get(make_block(learner.username), "join").text


def test_withdrawn_application_can_be_made_again(learner):
    NetworkFactory()
    block = make_block(learner.username)
    applied(block)
    assert "You have withdrawn your application." in press(block, "withdraw").text
    fields = [*TYPED, ("_key", "k2")]
    assert post(block, "application.submit", fields, at="join").status_int == 200
    assert Application.objects.get().state == "submitted"


def test_answers_can_be_changed_until_the_last_day(learner, moment):
    own = ApplicationFactory(user=learner, availability="WE-am")
    block = make_block(learner.username)
    html = get(block, "join").text
    assert '<input type="checkbox" name="availability" value="WE-am"' in html
    fields = [pair for pair in TYPED if pair[0] != "commitment"]
    sent = [*fields, ("about", own.key), ("version", hidden(html, "application.edit", "version"))]
    assert post(block, "application.edit", sent, at="join").status_int == 200
    own.refresh_from_db()
    assert (own.function, own.version) == ("team leader", 2)
    moment.append(NOW + timedelta(days=60))
    assert "Applications are closed." in post(block, "application.edit", [*sent[:-1], ("version", "2")], at="join").text
    assert 'data-action="application.edit"' not in get(block, "join").text
    assert 'data-action="application.withdraw"' in get(block, "join").text


@pytest.mark.parametrize("verb", ["edit", "withdraw", "decline"])
def test_application_of_somebody_else_is_not_found(learner, verb):
    others = ApplicationFactory(state="invited" if verb == "decline" else "submitted")
    fields = [("about", others.key)]
    if verb == "edit":
        fields += [("version", "1"), *(pair for pair in TYPED if pair[0] != "commitment")]
    assert post(make_block(learner.username), f"application.{verb}", fields, at="join").status_int == 404
    assert Application.objects.get().version == 1


def test_person_put_forward_accepts_by_applying(learner):
    ApplicationFactory(user=learner, state="invited", source="import", committed_at=None, function="foreman")
    block = make_block(learner.username)
    html = get(block, "join").text
    assert "You were put forward by the organiser." in html
    assert 'value="foreman"' in html
    assert applied(block).status_int == 200
    assert Application.objects.get().state == "submitted"


def test_person_put_forward_may_decline_and_think_again(learner):
    ApplicationFactory(user=learner, state="invited", source="import", committed_at=None)
    block = make_block(learner.username)
    about = {"about": hidden(get(block, "join").text, "application.decline", "about")}
    assert "You said no." in post(block, "application.decline", about, at="join").text
    assert applied(block).status_int == 200


def test_groups_have_started_without_somebody(learner):
    own = ApplicationFactory(user=learner)
    own.network.state = "running"
    own.network.save()
    assert "The groups have started" in get(make_block(learner.username), "join").text


@pytest.mark.parametrize("action", ["submit", "edit", "withdraw", "decline"])
def test_members_guides_and_admins_do_not_apply(action):
    guide, admin = FacilitationFactory(), UserFactory(is_staff=True)
    member = MembershipFactory(cohort=guide.cohort)
    for user in (guide.user, admin, member.user):
        block = make_block(user.username)
        assert get(block, "join").status_int == 404
        assert post(block, f"application.{action}", {}).status_int == 403


def test_without_a_network_there_is_nothing_to_join(learner):
    assert get(make_block(learner.username), "join").status_int == 404
    assert applied(make_block(learner.username)).status_int == 403


def test_markup_of_the_author_is_shown_as_text(learner):
    NetworkFactory(authored={**write(PLAN), "goal": "<script>alert(1)</script>"})
    html = get(make_block(learner.username), "join").text
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


@pytest.mark.parametrize("people", [3, 30])
def test_join_panel_costs_the_same_for_few_and_many(learner, people, django_assert_num_queries):
    network = NetworkFactory()
    ApplicationFactory.create_batch(people, network=network)
    ApplicationFactory(network=network, user=learner, state="waitlisted", queued_at=NOW)
    block = make_block(learner.username)
    # The person (the workbench's own), network, membership, facilitations, application, counts.
    with django_assert_num_queries(6):
        get(block, "join")
