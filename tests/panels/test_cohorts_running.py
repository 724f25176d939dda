"""The groups while they run: who guides them."""

import pytest
from django.core.cache import cache

from lernet_xblock.models import AuditEntry, Facilitation
from tests.factories import (
    ApplicationFactory,
    CohortFactory,
    MembershipFactory,
    NetworkFactory,
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


def page(address="cohorts", username="admin"):
    response = get(make_block(username), address)
    assert response.status_int == 200, response.text
    return response.text


def applied(network, number, **values):
    return ApplicationFactory.create_batch(number, network=network, **values)


# What stands there ---------------------------------------------------------------------------------


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
