"""Themes through the door."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.models import Case, Theme
from tests.factories import (
    NOW,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    UserFactory,
    consent,
    shared_case,
)
from tests.runtime import get, make_block, post, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


def member(cohort, **given):
    person = MembershipFactory(cohort=cohort, **given).user
    consent(cohort, person)
    return person


def make(user, cohort, *cases, title="Night shifts"):
    pairs = [("about", cohort.key), ("title", title), *(("cases", case.key) for case in cases)]
    return post(make_block(user.username), "theme.make", pairs, at="theme")


def change(user, theme, *cases, title="Night shifts", version=None):
    pairs = [("about", theme.key), ("version", str(version or theme.version)), ("title", title)]
    pairs += [("cases", case.key) for case in cases]
    return post(make_block(user.username), "theme.change", pairs, at="theme")


def dissolve(user, theme):
    pairs = {"about": theme.key, "version": str(theme.version)}
    return post(make_block(user.username), "theme.dissolve", pairs, at="theme")


def test_who_guides_the_group_puts_cases_side_by_side_and_members_see_it(cohort, guide):
    first, second = shared_case(cohort, title="One"), shared_case(cohort, title="Two")
    assert make(guide, cohort, first, second).status_int == 200
    person = member(cohort)
    shown = words(get(make_block(person.username), "theme").text)
    assert shown.index("Night shifts") < shown.index("One")
    assert "theme: Night shifts" in words(get(make_block(person.username), "cases").text)
    assert 'data-action="theme.' not in get(make_block(person.username), "theme").text


def test_a_theme_is_renamed_gets_other_cases_and_is_dissolved(cohort, guide):
    first, second = shared_case(cohort, title="One"), shared_case(cohort, title="Two")
    make(guide, cohort, first)
    theme = Theme.objects.get()
    assert change(guide, theme, second, title="Nights").status_int == 200
    theme.refresh_from_db()
    assert (list(theme.cases.all()), theme.title) == ([second], "Nights")
    assert change(guide, theme, first, title="Days", version=1).status_int == 409
    assert dissolve(guide, theme).status_int == 200
    assert (Theme.objects.count(), Case.objects.count()) == (0, 2)


def test_a_case_that_who_changes_may_not_read_stays_in_it(cohort, guide):
    first, second = shared_case(cohort, title="One"), shared_case(cohort, title="Two")
    make(guide, cohort, first, second)
    Case.objects.filter(pk=second.pk).update(held_at=NOW)
    theme = Theme.objects.get()
    assert "Two" not in words(get(make_block(guide.username), "theme").text)
    assert change(guide, theme, first, title="Nights").status_int == 200
    assert set(theme.cases.all()) == {first, second}
    assert change(guide, Theme.objects.get(), first, second).status_int == 404


@pytest.mark.parametrize("kind", ["member", "other guide", "late guide", "admin", "stranger"])
def test_others_make_change_and_dissolve_nothing(kind, cohort, guide):
    case = shared_case(cohort)
    make(guide, cohort, case)
    theme, before = Theme.objects.get(), list(Theme.objects.values())
    late = NOW + timedelta(days=5)
    people = {
        "member": lambda: member(cohort),
        "other guide": lambda: FacilitationFactory(cohort=CohortFactory(network=cohort.network)).user,
        "late guide": lambda: FacilitationFactory(cohort=cohort, role="deputy", since=late).user,
        "admin": lambda: UserFactory(is_staff=True),
        "stranger": UserFactory,
    }
    person = people[kind]()
    replies = [make(person, cohort, case), change(person, theme, case), dissolve(person, theme)]
    assert {reply.status_int for reply in replies} <= {403, 404}
    assert list(Theme.objects.values()) == before
    assert theme.title not in get(make_block(person.username), "theme").text or kind == "member"


def test_a_theme_without_a_case_or_a_name_is_refused(cohort, guide):
    case = shared_case(cohort)
    assert make(guide, cohort).status_int == 422
    assert make(guide, cohort, case, title="").status_int == 422
    assert make(guide, cohort, case, title="x" * 81).status_int == 422


def test_a_case_of_another_group_finds_nothing(cohort, guide):
    foreign = shared_case(CohortFactory(network=cohort.network))
    assert make(guide, cohort, foreign).status_int == 404
