"""Themes: similar cases side by side."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Case, Theme
from lernet_xblock.services import theme as services
from tests.factories import NOW, CohortFactory, FacilitationFactory, shared_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


def make(cohort, guide, *cases, title="Handing over"):
    return services.make(cohort, title=title, case_ids=[case.pk for case in cases], by=guide.pk, now=NOW)


def change(theme, guide, *, add=(), remove=(), version=1, title="Handing over"):
    return services.change(
        theme,
        title=title,
        add=[case.pk for case in add],
        remove=[case.pk for case in remove],
        opened_version=version,
        by=guide.pk,
        now=NOW,
    )


def themed(theme):
    return set(Case.objects.filter(theme=theme))


def test_cases_stand_side_by_side_and_nothing_else_of_them_changes(cohort, guide):
    first, second = (shared_case(cohort, audience=audience) for audience in ("circle", "facilitator"))
    before = list(Case.objects.order_by("pk").values())
    theme = make(cohort, guide, first, second)
    assert themed(theme) == {first, second}
    after = list(Case.objects.order_by("pk").values())
    assert after == [{**row, "theme_id": theme.pk} for row in before]


def test_a_case_is_in_one_theme_at_most(cohort, guide):
    case = shared_case(cohort)
    make(cohort, guide, case)
    with pytest.raises(RuleViolation, match="another theme"):
        make(cohort, guide, case, title="Again")


@pytest.mark.parametrize("kind", ["draft", "withdrawn", "foreign"])
def test_only_shared_cases_of_the_group_go_in(cohort, guide, kind):
    other = cohort if kind != "foreign" else CohortFactory(network=cohort.network)
    case = shared_case(other, state="shared" if kind == "foreign" else kind)
    with pytest.raises(RuleViolation):
        make(cohort, guide, case)


def test_a_theme_has_a_case(cohort, guide):
    with pytest.raises(RuleViolation) as refused:
        make(cohort, guide)
    assert refused.value.field == "cases"


def test_name_and_cases_change_and_the_rest_stays(cohort, guide):
    first, second, third = (shared_case(cohort) for _number in range(3))
    theme = make(cohort, guide, first, second)
    changed = change(theme, guide, add=[third], remove=[first], title="Night shifts")
    assert (themed(theme), changed.title, changed.version) == ({second, third}, "Night shifts", 2)


def test_two_windows_get_both_versions(cohort, guide):
    theme = make(cohort, guide, shared_case(cohort))
    change(theme, guide, title="First")
    with pytest.raises(StaleVersion) as stale:
        change(theme, guide, title="Second")
    assert (stale.value.theirs, stale.value.version) == ({"title": "First"}, 2)
    with pytest.raises(StaleVersion):
        services.dissolve(theme, opened_version=1, by=guide.pk, now=NOW)


def test_dissolving_leaves_the_cases(cohort, guide):
    case = shared_case(cohort)
    theme = make(cohort, guide, case)
    services.dissolve(theme, opened_version=1, by=guide.pk, now=NOW)
    case.refresh_from_db()
    assert (case.theme, Theme.objects.count()) == (None, 0)
    with pytest.raises(NotFound):
        services.dissolve(theme, opened_version=1, by=guide.pk, now=NOW)


def test_the_log_has_no_words(cohort, guide):
    theme = make(cohort, guide, shared_case(cohort), title="Canary4711")
    change(theme, guide, title="Canary4712")
    services.dissolve(theme, opened_version=2, by=guide.pk, now=NOW + timedelta(hours=1))
    rows = [(row.verb, row.subject, row.reason) for row in AuditEntry.objects.order_by("pk")]
    assert rows == [(verb, theme.key, "") for verb in ("theme.make", "theme.change", "theme.dissolve")]
