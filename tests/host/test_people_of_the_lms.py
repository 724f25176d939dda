"""Writing to people of the LMS and asking about their courses: the platform's tables are stand-ins."""

import sys
from datetime import UTC, date, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.core import mail

from lernet_xblock.host import Letter, Reader
from lernet_xblock.host.lms import LmsHost
from lernet_xblock.host.workbench import WorkbenchHost
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
COURSE = "course-v1:Food+SHIFT+2027"


class Rows:
    """A manager over dictionaries: conditions of equality and membership, then columns."""

    def __init__(self, *rows):
        self.rows = rows

    def filter(self, **conditions):
        return Rows(*(row for row in self.rows if all(self._holds(row, *one) for one in conditions.items())))

    @staticmethod
    def _holds(row, name, wanted):
        if name.endswith("__in"):
            return str(row[name.removesuffix("__in")]) in {str(one) for one in wanted}
        return str(row[name]) == str(wanted)

    def values_list(self, *names, flat=False):
        return [row[names[0]] if flat else tuple(row[name] for name in names) for row in self.rows]


@pytest.fixture
def platform(monkeypatch):
    """Put modules of the platform where imports find them: `platform("a.b", Name=…)`."""

    def put(name, **contents):
        parts = name.split(".")
        for depth in range(1, len(parts)):
            path = ".".join(parts[:depth])
            if path not in sys.modules:
                monkeypatch.setitem(sys.modules, path, ModuleType(path))
        made = ModuleType(name)
        vars(made).update(contents)
        monkeypatch.setitem(sys.modules, name, made)

    return put


def test_language_and_zone_are_those_of_the_account(platform, settings):
    settings.LANGUAGE_CODE = "fr"
    anna, bert = UserFactory(), UserFactory(is_active=False)
    chosen = Rows(
        {"user_id": anna.pk, "key": "pref-lang", "value": "nl"},
        {"user_id": anna.pk, "key": "time_zone", "value": "America/Vancouver"},
        {"user_id": bert.pk, "key": "account_privacy", "value": "private"},
    )
    platform(
        "openedx.core.djangoapps.user_api.models",
        UserPreference=SimpleNamespace(objects=chosen),
    )
    assert LmsHost().readers([anna.pk, bert.pk, 0]) == {
        anna.pk: Reader(anna.pk, "nl", "America/Vancouver", active=True),
        bert.pk: Reader(bert.pk, "fr", None, active=False),
    }


def test_only_courses_with_an_active_enrolment_count(platform):
    row: dict[str, Any] = {"user_id": 7, "user__is_active": True, "is_active": True, "course_id": COURSE}
    ended = {**row, "is_active": False, "course_id": "course-v1:Food+OLD+2025"}
    platform(
        "common.djangoapps.student.models",
        CourseEnrollment=SimpleNamespace(objects=Rows(row, ended)),
    )
    host = LmsHost()
    assert host.enrolled(7, [COURSE, ended["course_id"]]) == frozenset({COURSE})
    assert host.enrolled(8, [COURSE]) == frozenset()


def test_the_days_of_the_course_are_its_own(platform):
    begin = datetime(2027, 1, 4, 8, tzinfo=UTC)
    overviews = Rows({"id": COURSE, "start": begin, "end": None})
    platform(
        "openedx.core.djangoapps.content.course_overviews.models",
        CourseOverview=SimpleNamespace(objects=overviews),
    )
    assert LmsHost().course_window(COURSE) == (date(2027, 1, 4), None)
    assert LmsHost().course_window("course-v1:Not+There+1") == (None, None)


def test_the_page_of_a_block_is_found_whichever_front_end_shows_it(settings):
    settings.LMS_ROOT_URL = "https://learn.example.org/"
    address = LmsHost().page_url(COURSE, "block-v1:Food+SHIFT+2027+type@lernet+block@a1", 7)
    assert address == (
        "https://learn.example.org/courses/course-v1:Food+SHIFT+2027/jump_to/"
        "block-v1:Food+SHIFT+2027+type@lernet+block@a1"
    )


@pytest.mark.parametrize("host", [LmsHost(), WorkbenchHost()], ids=["lms", "workbench"])
def test_a_letter_goes_to_one_person_who_can_log_in(host, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    anna, gone = UserFactory(), UserFactory(is_active=False)
    for user in (anna, gone):
        host.send(Letter(user.pk, "A date was moved", "It is on Tuesday now.", "abc"))
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([anna.email], "A date was moved", "It is on Tuesday now.")
    assert sent.extra_headers["X-Lernet-Message"] == "abc"


def test_the_workbench_knows_its_own_pages_and_people(settings):
    settings.LERNET_DEV_URL = "http://127.0.0.1:8099"
    anna, gone = UserFactory(username="fac_sofie"), UserFactory(is_active=False)
    host = WorkbenchHost()
    assert host.page_url("any", "lernet-running.lernet.d0.u0", anna.pk) == (
        "http://127.0.0.1:8099/demo/running/learner/?student=fac_sofie"
    )
    assert host.enrolled(anna.pk, ["any"]) == frozenset({"any"})
    assert host.enrolled(gone.pk, ["any"]) == frozenset()
    assert host.readers([anna.pk])[anna.pk].active
    assert host.course_window("any") == (None, None)
