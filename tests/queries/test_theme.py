"""Themes as far as one may read their cases."""

from datetime import timedelta

import pytest
import time_machine

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Theme
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries import theme as queries
from tests.factories import (
    NOW,
    CharterFactory,
    CircleFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    ReportFactory,
    UserFactory,
    consent,
    seat,
    shared_case,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


def member(cohort, **given):
    person = MembershipFactory(cohort=cohort, **given).user
    consent(cohort, person)
    return person


def viewer(user):
    return viewer_of(make_block(user.username), None)


def theme_of(cohort, title="Nights", **audiences):
    """Return a theme with one case for each audience. audiences: title of the case to its audience."""
    theme = Theme.objects.create(cohort=cohort, title=title, made_at=NOW)
    for name, audience in audiences.items():
        shared_case(cohort, title=name, theme=theme, audience=audience)
    return theme


def seen_by(user):
    return {card.title: {line.title for line in card.cases} for card in queries.theme_space(viewer(user)).themes}


def test_each_case_of_a_theme_keeps_its_audience(cohort):
    theme = theme_of(cohort, open="cohort", guides="facilitator")
    circle = CircleFactory(session__cohort=cohort, session__number=1)
    shared_case(cohort, title="circle", theme=theme, audience="circle", circle=circle)
    seated, guide = member(cohort), FacilitationFactory(cohort=cohort).user
    seat(circle, seated)
    assert seen_by(member(cohort)) == {"Nights": {"open"}}
    assert seen_by(seated) == {"Nights": {"open", "circle"}}
    assert seen_by(guide) == {"Nights": {"open", "guides", "circle"}}


def test_nothing_of_a_theme_whose_cases_one_may_not_read(cohort):
    theme_of(cohort, title="Secret", guides="facilitator")
    held = theme_of(cohort, title="Held", one="cohort")
    ReportFactory(case=held.cases.get())
    other = CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort
    late, late_guide = {"joined_at": NOW + timedelta(days=5)}, {"since": NOW + timedelta(days=5)}
    people = [member(cohort), member(cohort, **late), member(other), UserFactory(is_staff=True), UserFactory()]
    people.append(FacilitationFactory(cohort=cohort, role="deputy", **late_guide).user)
    people.append(FacilitationFactory(cohort=other).user)
    assert [seen_by(person) for person in people] == [{}] * len(people)
    assert seen_by(FacilitationFactory(cohort=cohort).user) == {"Secret": {"guides"}}


def test_late_joiners_see_it_with_the_cases_opened_to_them(cohort):
    theme = theme_of(cohort, early="cohort", opened="cohort")
    theme.cases.filter(title="opened").update(open_to=cohort, opened_at=NOW + timedelta(days=6))
    assert seen_by(member(cohort, joined_at=NOW + timedelta(days=5))) == {"Nights": {"opened"}}


def test_what_is_withdrawn_is_in_no_theme_and_an_empty_one_is_its_guides(cohort):
    theme = theme_of(cohort, one="cohort")
    theme.cases.update(state="withdrawn")
    assert seen_by(FacilitationFactory(cohort=cohort).user) == {"Nights": set()}
    assert seen_by(theme.cases.get().owner) == {}
    assert seen_by(member(cohort)) == {}


def test_who_guides_finds_the_cases_in_no_theme(cohort):
    theme_of(cohort, inside="cohort")
    shared_case(cohort, title="free")
    shared_case(CohortFactory(network=cohort.network), title="foreign")
    guide = FacilitationFactory(cohort=cohort).user
    (group,) = queries.theme_space(viewer(guide)).groups
    assert [line.title for line in group.free] == ["free"]
    assert queries.theme_space(viewer(member(cohort))).groups == ()


def test_only_who_guides_the_group_finds_a_theme_to_change(cohort):
    theme = theme_of(cohort, one="cohort")
    guide = FacilitationFactory(cohort=cohort).user
    assert queries.find_theme(viewer(guide), theme.key) == theme
    assert queries.find_group(viewer(guide), cohort.key) == cohort
    other = FacilitationFactory(cohort=CohortFactory(network=cohort.network)).user
    late = FacilitationFactory(cohort=cohort, role="deputy", since=NOW + timedelta(days=5)).user
    for person in (member(cohort), other, late, UserFactory(is_staff=True)):
        with pytest.raises(NotFound):
            queries.find_theme(viewer(person), theme.key)
    for person in (member(cohort), other, UserFactory(is_staff=True)):
        with pytest.raises(NotFound):
            queries.find_group(viewer(person), cohort.key)


@pytest.mark.parametrize("count", [1, 8])
def test_themes_cost_the_same_however_many(cohort, count, django_assert_num_queries):
    for number in range(count):
        theme_of(cohort, title=f"{number}", **{f"case{number}": "cohort"})
    guide = viewer(FacilitationFactory(cohort=cohort).user)
    with django_assert_num_queries(3):
        assert len(queries.theme_space(guide).themes) == count
