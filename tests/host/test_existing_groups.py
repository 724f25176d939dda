"""The groups that a course has already: read from a stand-in of the platform, where nothing may be assigned."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from django.apps import apps

from lernet_xblock.host import ExistingGroup
from lernet_xblock.host.lms import LmsHost
from lernet_xblock.host.workbench import WorkbenchHost, demo_groups
from lernet_xblock.workbench.content import load_networks
from lernet_xblock.workbench.people import ANY_DAY
from tests.factories import UserFactory

COURSE = "course-v1:Food+SHIFT+2027"
COHORTS, TEAMS = "openedx.core.djangoapps.course_groups", "lms.djangoapps.teams"


class Table:
    """A manager that can be filtered and read, and nothing else: whatever assigns or creates is an AttributeError."""

    def __init__(self, *rows, course):
        self.rows, self.course, self.queries = rows, course, []

    def filter(self, **condition):
        self.queries.append(condition)
        return SimpleNamespace(values_list=lambda *names: self._read(condition, names))

    def _read(self, condition, names):
        assert {name: str(value) for name, value in condition.items()} == {self.course: COURSE}
        return [tuple(row[name] for name in names) for row in self.rows]


def cohort_row(number, name, user):
    return {"course_user_group_id": number, "course_user_group__name": name, "user_id": user}


def team_row(number, name, user, team_set):
    return {"team_id": number, "team__name": name, "user_id": user, "team__topic_id": team_set}


def module(monkeypatch, name, **contents):
    """Put a module and the packages above it where imports find them."""
    parts = name.split(".")
    for depth in range(1, len(parts)):
        monkeypatch.setitem(sys.modules, ".".join(parts[:depth]), ModuleType(".".join(parts[:depth])))
    made = ModuleType(name)
    vars(made).update(contents)
    monkeypatch.setitem(sys.modules, name, made)


def never(*args, **values):
    pytest.fail("the platform was asked to do something")


@pytest.fixture
def platform(monkeypatch):
    """A platform with both apps, two cohorts and three teams in two sets."""
    there = SimpleNamespace(
        installed={COHORTS, TEAMS},
        cohorts=Table(
            cohort_row(2, "Line B", 9), cohort_row(1, "Line A", 7), cohort_row(1, "Line A", 8), course="course_id"
        ),
        teams=Table(
            team_row(4, "Night", 7, "shifts"),
            team_row(5, "Blue", 9, "projects"),
            team_row(6, "Early", 8, "shifts"),
            team_row(7, "Old", 8, "gone-from-the-course"),
            course="team__course_id",
        ),
        courses=[],
    )

    def get_course(key):
        there.courses.append(str(key))
        sets = {"shifts": SimpleNamespace(name="Shifts"), "projects": SimpleNamespace(name="Projects")}
        return SimpleNamespace(teams_configuration=SimpleNamespace(teamsets_by_id=sets))

    monkeypatch.setattr(apps, "is_installed", lambda name: name in there.installed)
    module(monkeypatch, f"{COHORTS}.models", CohortMembership=SimpleNamespace(objects=there.cohorts))
    forbidden = SimpleNamespace(get_cohort=never, is_course_cohorted=never, add_cohort=never)
    monkeypatch.setattr(sys.modules[COHORTS], "cohorts", forbidden, raising=False)
    module(monkeypatch, f"{TEAMS}.models", CourseTeamMembership=SimpleNamespace(objects=there.teams))
    store = SimpleNamespace(get_course=get_course, update_item=never)
    module(monkeypatch, "xmodule.modulestore.django", modulestore=lambda: store)
    return there


def test_cohorts_come_first_then_the_teams_of_each_set(platform):
    assert LmsHost().existing_groups(COURSE) == (
        ExistingGroup("Line A", "cohort", frozenset({7, 8})),
        ExistingGroup("Line B", "cohort", frozenset({9})),
        ExistingGroup("Old", "team", frozenset({8}), "gone-from-the-course"),
        ExistingGroup("Blue", "team", frozenset({9}), "Projects"),
        ExistingGroup("Early", "team", frozenset({8}), "Shifts"),
        ExistingGroup("Night", "team", frozenset({7}), "Shifts"),
    )


def test_reading_costs_a_query_each_and_assigns_nobody(platform):
    LmsHost().existing_groups(COURSE)
    assert (len(platform.cohorts.queries), len(platform.teams.queries), platform.courses) == (1, 1, [COURSE])


@pytest.mark.parametrize(("missing", "kinds"), [(TEAMS, {"cohort"}), (COHORTS, {"team"})])
def test_a_platform_without_one_of_the_apps_has_the_other_groups(platform, monkeypatch, missing, kinds):
    platform.installed.remove(missing)
    monkeypatch.delitem(sys.modules, f"{missing}.models")
    assert {group.kind for group in LmsHost().existing_groups(COURSE)} == kinds


def test_a_course_without_teams_is_not_read(platform):
    platform.teams.rows = ()
    assert {group.kind for group in LmsHost().existing_groups(COURSE)} == {"cohort"}
    assert platform.courses == []


def test_a_course_that_is_gone_keeps_the_ids_of_its_team_sets(platform, monkeypatch):
    module(monkeypatch, "xmodule.modulestore.django", modulestore=lambda: SimpleNamespace(get_course=lambda key: None))
    names = {group.set_name for group in LmsHost().existing_groups(COURSE)}
    assert names == {"", "gone-from-the-course", "projects", "shifts"}


@pytest.mark.django_db
def test_the_demo_has_two_lines_and_one_applicant_in_neither():
    (opened,) = [network for network in load_networks(ANY_DAY) if network.slug == "open"]
    users = {name: UserFactory(username=name).pk for name in opened.applicants}
    line_a, line_b = WorkbenchHost().existing_groups(COURSE)
    assert [(one.name, one.kind, len(one.user_ids)) for one in (line_a, line_b)] == [
        ("Line A", "cohort", 14),
        ("Line B", "cohort", 12),
    ]
    assert set(users.values()) - line_a.user_ids - line_b.user_ids == {users["grace_whitfield"]}
    assert {name for group in demo_groups() for name in group["people"]} < set(opened.applicants)


@pytest.mark.django_db
def test_a_setting_names_other_groups_and_unknown_people_are_left_out(settings):
    ann = UserFactory(username="ann").pk
    settings.LERNET_DEV_GROUPS = [
        {"name": "Blue", "kind": "team", "set_name": "Projects", "people": ["ann", "nobody"]},
        {"name": "Red", "people": ["nobody"]},
    ]
    assert WorkbenchHost().existing_groups(COURSE) == (ExistingGroup("Blue", "team", frozenset({ann}), "Projects"),)
