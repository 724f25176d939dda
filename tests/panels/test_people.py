"""The panel of people: counts, pages, sizing in words for everybody, guides and late places."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.models import Application, AuditEntry, Facilitation, Membership
from tests.factories import (
    NOW,
    ApplicationFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    UserFactory,
)
from tests.runtime import get, hidden, make_block, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_rates():
    cache.clear()


@pytest.fixture
def admin():
    return UserFactory(username="admin", first_name="Nadia", last_name="Claes", is_staff=True)


@pytest.fixture
def network(admin):
    return NetworkFactory()


def words(html):
    """Return what is read, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(address="people", username="admin"):
    response = get(make_block(username), address)
    assert response.status_int == 200, response.text
    return response.text


def applied(network, number, **values):
    return ApplicationFactory.create_batch(number, network=network, **values)


# What stands there ---------------------------------------------------------------------------------


def test_learners_find_no_panel_of_people(network):
    applied(network, 1, user=UserFactory(username="learner", first_name="Lien"))
    assert "Lien" in page()
    assert get(make_block("learner"), "people").status_int == 404
    assert 'data-panel="people"' not in page("home", "learner")


def test_a_facilitator_finds_no_panel_of_people(network):
    guide = FacilitationFactory(cohort=CohortFactory(network=network))
    assert get(make_block(guide.user.username), "people").status_int == 404


def test_without_a_network_there_is_no_panel(admin):
    assert get(make_block("admin"), "people").status_int == 404


def test_people_of_another_network_are_not_listed(network):
    other = NetworkFactory(usage_id="lernet.d9.u9")
    applied(other, 1, user=UserFactory(first_name="Stranger"))
    applied(network, 1, user=UserFactory(first_name="Ours"))
    assert "Ours" in page()
    assert "Stranger" not in page()


def test_counts_are_sentences(network):
    applied(network, 3)
    applied(network, 1, state="waitlisted", queued_at=NOW)
    applied(network, 2, state="invited", source="import", committed_at=None)
    applied(network, 1, state="withdrawn")
    text = words(page())
    assert (
        "3 people applied. 1 person is on the waiting list. 2 people are invited and have not answered."
        " 1 person withdrew or declined." in text
    )


def test_what_people_typed_is_text(network):
    applied(network, 1, function="<b>boss</b>", organisation="<script>alert(1)</script>")
    html = page("people?groups=1")
    assert "<script>" not in html
    assert "&lt;b&gt;boss" in html


def test_the_learning_question_stays_with_the_person(network):
    applied(network, 1, learning_question="Am I any good at this?")
    assert "Am I any good" not in page()


def test_the_waiting_list_stands_in_order(network):
    for minutes, name in ((3, "Third"), (1, "First"), (2, "Second")):
        queued = NOW.replace(minute=minutes)
        applied(network, 1, state="waitlisted", queued_at=queued, user=UserFactory(first_name=name))
    text = words(page())
    assert text.index("First") < text.index("Second") < text.index("Third")


def test_people_come_in_pages_of_a_hundred(network):
    applied(network, 205)
    assert page().count('<th scope="row" ') == 100
    assert page("people?page=3").count('<th scope="row" ') == 5
    assert "Page 3 of 3" in words(page("people?page=999999"))
    for odd in ("-1", "0", "x", "99999999999", "1e3"):
        assert "Page 1 of 3" in words(page(f"people?page={odd}"))


@pytest.mark.parametrize("address", ["people", "people?groups=2&spread=department&seed=1"])
def test_queries_do_not_grow_with_people(network, address):
    network.minimum_size, network.maximum_size = 2, 20
    network.target_size = 12
    network.save()

    def queries():
        with CaptureQueriesContext(connection) as caught:
            page(address)
        return len(caught)

    applied(network, 4)
    applied(network, 3, state="waitlisted", queued_at=NOW)
    few = queries()
    applied(network, 26)
    applied(network, 27, state="waitlisted", queued_at=NOW)
    assert queries() == few


def test_queries_do_not_grow_with_members(network, admin):
    network.state = "running"
    network.save()
    cohorts = [CohortFactory(network=network, number=number) for number in (1, 2)]

    def queries():
        with CaptureQueriesContext(connection) as caught:
            page()
        return len(caught)

    for cohort in cohorts:
        FacilitationFactory(cohort=cohort)
        SessionFactory(cohort=cohort)
        MembershipFactory(cohort=cohort)
    applied(network, 1)
    few = queries()
    for cohort in cohorts:
        MembershipFactory.create_batch(14, cohort=cohort)
    applied(network, 29)
    assert queries() == few


# Sizing in words -----------------------------------------------------------------------------------


def test_27_people_make_two_groups_of_14_and_13(network):
    applied(network, 27)
    text = words(page())
    assert "27 people applied. Two groups fit: 14 and 13." in text
    assert "no other number of groups fits" in text
    assert "one departure" not in text


@pytest.mark.parametrize(
    ("people", "warning"),
    [
        (20, "A group of exactly 10: one departure puts it below the minimum."),
        (30, "A group of exactly 15: no seat for late joiners."),
    ],
)
def test_what_is_tight_is_said(network, people, warning):
    applied(network, people)
    assert warning in words(page())


@pytest.mark.parametrize(("people", "more"), [(16, 4), (17, 3), (18, 2), (19, 1)])
def test_a_gap_shows_four_ways_and_chooses_none(network, people, more):
    applied(network, people)
    html = page()
    text = words(html)
    assert f"{people} people cannot be split into groups of 10–15." in text
    waiting = people - 15
    assert f"One group of 15 · {waiting} {'person' if waiting == 1 else 'people'} on the waiting list" in text
    assert f"Wait for {more} more {'person' if more == 1 else 'people'}" in text
    assert f"Two groups: {-(-people // 2)} and {people // 2}" in text
    assert f"One group of {people}" in text
    assert 'data-action="cohorts.confirm"' not in html
    assert "checked" not in html


def test_17_as_one_group_names_its_circles(network):
    applied(network, 17)
    assert "circles of 6, 6 and 5" in words(page())


def test_too_few_people_are_told_what_is_missing_and_four_ways(network):
    applied(network, 8)
    text = words(page())
    assert "8 people applied. That is 2 places short of 10." in text
    for way in (
        "Extend the time to apply",
        "Start small. One group of 8",
        "Join a sister network",
        "Cancel, and tell everybody",
    ):
        assert way in text


def test_more_people_than_seats_are_said(network):
    applied(network, 33)
    text = words(page())
    assert "33 people applied. That is 3 more than the 30 seats of this network." in text
    assert "Two groups: 15 and 15 · 3 people on the waiting list" in text
    assert "Two groups: 17 and 16" in text
    assert "Three groups: 11, 11 and 11" in text


def test_before_the_decision_date_waiting_is_advised(network, time_machine_now):
    applied(network, 17)
    time_machine_now(NOW)
    assert "This is what we advise before the decision date" in words(page())


@pytest.mark.parametrize(("day", "verb"), [(15, "expects"), (16, "expected")])
def test_waiting_for_more_promises_no_past_day(network, time_machine_now, day, verb):
    applied(network, 17)
    time_machine_now(NOW.replace(year=2027, month=1, day=day))
    assert f"Everybody {verb} to hear by Friday 15 January 2027." in words(page())


def test_after_the_decision_date_17_are_advised_one_larger_group(network, time_machine_now):
    applied(network, 17)
    time_machine_now(NOW.replace(year=2027, month=1, day=20))
    card = page().split("One group of 17", 1)[1].split("</li>", 1)[0]
    assert "Our advice" in words(card)


@pytest.fixture
def time_machine_now(monkeypatch):
    def move(moment):
        monkeypatch.setattr("lernet_xblock.workbench.clock.now", lambda: moment)

    return move


@pytest.mark.parametrize("limit", [1, 2, 8])
def test_every_number_of_people_gets_a_sentence(network, limit):
    network.cohort_limit = limit
    network.save()
    for people in range(61):
        text = words(page())
        sentence = text.split("People", 2)[-1] if people == 0 else text.split(f"{people} p", 1)[1]
        assert re.search(r"(fits?: |cannot be split|places? short of|more than the)", text), people
        assert sentence
        applied(network, 1)


# Who guides ----------------------------------------------------------------------------------------


@pytest.fixture
def cohort(network):
    network.state = "running"
    network.save()
    return CohortFactory(network=network, number=1)


def guide_form(cohort, **values):
    return {"about": cohort.key, "version": "1", "facilitator": "", "deputy": "", **values}


def test_guides_are_named_by_username(cohort):
    karim, mila = UserFactory(username="karim"), UserFactory(username="mila")
    response = post(make_block("admin"), "cohorts.guide", guide_form(cohort, facilitator="Karim", deputy="mila"))
    assert response.status_int == 200, response.text
    assert dict(cohort.facilitations.values_list("role", "user_id")) == {
        "facilitator": karim.pk,
        "deputy": mila.pk,
    }
    assert AuditEntry.objects.filter(verb="cohort.facilitator", subject=cohort.key).count() == 1


def test_a_guide_is_found_by_full_name_on_the_list(cohort, network):
    person = UserFactory(username="u1", first_name="Karim", last_name="Aziz")
    applied(network, 1, user=person)
    post(make_block("admin"), "cohorts.guide", guide_form(cohort, facilitator="karim aziz"))
    assert cohort.facilitations.get().user == person


def test_guides_change_places_and_leave(cohort):
    first, second = UserFactory(username="first"), UserFactory(username="second")
    post(make_block("admin"), "cohorts.guide", guide_form(cohort, facilitator="first", deputy="second"))
    version = hidden(page(), "cohorts.guide", "version")
    post(
        make_block("admin"),
        "cohorts.guide",
        guide_form(cohort, facilitator="second", deputy="first", version=version),
    )
    assert dict(cohort.facilitations.values_list("role", "user_id")) == {
        "facilitator": second.pk,
        "deputy": first.pk,
    }
    version = hidden(page(), "cohorts.guide", "version")
    post(make_block("admin"), "cohorts.guide", guide_form(cohort, deputy="first", version=version))
    assert dict(cohort.facilitations.values_list("role", "user_id")) == {"deputy": first.pk}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"facilitator": "nobody"}, "We find nobody of this course"),
        ({"facilitator": "member"}, "A member of this group cannot guide it as well"),
        ({"facilitator": "karim", "deputy": "karim"}, "choose somebody else"),
    ],
)
def test_who_cannot_guide_is_refused_beside_the_field(cohort, values, sentence):
    UserFactory(username="karim")
    MembershipFactory(cohort=cohort, user=UserFactory(username="member"))
    response = post(make_block("admin"), "cohorts.guide", guide_form(cohort, **values))
    assert response.status_int == 422
    assert sentence in response.text
    assert f'value="{values["facilitator"]}"' in response.text
    assert not Facilitation.objects.exists()


def test_a_member_of_another_group_may_guide(cohort, network):
    MembershipFactory(cohort=CohortFactory(network=network, number=2), user=UserFactory(username="other"))
    post(make_block("admin"), "cohorts.guide", guide_form(cohort, facilitator="other"))
    assert cohort.facilitations.count() == 1


def test_two_people_of_one_name_are_told_apart_by_username(cohort, network):
    for number in range(2):
        applied(network, 1, user=UserFactory(username=f"twin{number}", first_name="An", last_name="Maes"))
    response = post(make_block("admin"), "cohorts.guide", guide_form(cohort, facilitator="An Maes"))
    assert response.status_int == 422
    assert "Several people have this name" in response.text


def test_a_second_admin_does_not_overwrite_the_first(cohort):
    UserFactory(username="karim"), UserFactory(username="mila")
    post(make_block("admin"), "cohorts.guide", guide_form(cohort, facilitator="karim"))
    response = post(make_block("admin"), "cohorts.guide", guide_form(cohort, facilitator="mila"))
    assert response.status_int == 409
    assert cohort.facilitations.get().user.username == "karim"


def test_guides_of_a_foreign_group_are_not_found(cohort):
    foreign = CohortFactory(network=NetworkFactory(usage_id="lernet.d9.u9"))
    assert post(make_block("admin"), "cohorts.guide", guide_form(foreign)).status_int == 404


def test_learners_name_no_guides(cohort):
    member = MembershipFactory(cohort=cohort)
    response = post(make_block(member.user.username), "cohorts.guide", guide_form(cohort, facilitator="admin"))
    assert response.status_int == 403
    assert not Facilitation.objects.exists()


# Late places ---------------------------------------------------------------------------------------


def test_a_late_applicant_gets_a_seat(cohort, network):
    application = applied(network, 1, state="waitlisted", queued_at=NOW, user=UserFactory(first_name="Late"))[0]
    assert "Give a seat" in page()
    response = post(
        make_block("admin"), "cohorts.place", {"person": application.key, "cohort": cohort.key, "_key": "a"}
    )
    assert response.status_int == 200
    assert "is in Group A now" in response.text
    application.refresh_from_db()
    assert (application.state, application.queued_at) == ("member", None)
    assert Membership.objects.get(user=application.user).cohort == cohort


def test_a_full_group_takes_nobody(cohort, network):
    MembershipFactory.create_batch(15, cohort=cohort)
    application = applied(network, 1)[0]
    assert "No group can take anybody now" in page()
    response = post(
        make_block("admin"), "cohorts.place", {"person": application.key, "cohort": cohort.key, "_key": "a"}
    )
    assert response.status_int == 422
    application.refresh_from_db()
    assert application.state == "submitted"


def test_invited_people_are_not_placed_before_they_said_yes(cohort, network):
    application = applied(network, 1, state="invited", source="import")[0]
    response = post(
        make_block("admin"), "cohorts.place", {"person": application.key, "cohort": cohort.key, "_key": "a"}
    )
    assert response.status_int == 422
    assert not Membership.objects.exists()


def test_people_and_groups_of_another_network_are_not_found(cohort, network):
    foreign = applied(NetworkFactory(usage_id="lernet.d9.u9"), 1)[0]
    ours = applied(network, 1)[0]
    strange = CohortFactory(network=foreign.network)
    for person, group in ((foreign, cohort), (ours, strange)):
        response = post(make_block("admin"), "cohorts.place", {"person": person.key, "cohort": group.key, "_key": "a"})
        assert response.status_int == 404
    assert not Membership.objects.exists()


def test_learners_place_nobody(cohort, network):
    application = applied(network, 1)[0]
    fields = {"person": application.key, "cohort": cohort.key, "_key": "a"}
    assert post(make_block(application.user.username), "cohorts.place", fields).status_int == 403
    assert Application.objects.get().state == "submitted"


def test_a_place_needs_a_person(cohort, network):
    applied(network, 1)
    response = post(make_block("admin"), "cohorts.place", {"person": "", "cohort": cohort.key, "_key": "a"})
    assert response.status_int == 422
    assert "Please fill this in" in response.text
