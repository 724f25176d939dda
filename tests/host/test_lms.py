"""The LMS's host on a stand-in for the runtime: who is an admin, and who only looks."""

from types import SimpleNamespace

import pytest

from lernet_xblock.host import Place
from lernet_xblock.host.lms import LmsHost
from lernet_xblock.host.studio import StudioHost


class Key:
    """A course key that may carry a branch."""

    is_course = True

    def __init__(self, text, branch=None):
        self.text, self.branch = text, branch

    def for_branch(self, branch):
        return Key(self.text, branch)

    def __str__(self):
        return self.text if self.branch is None else f"{self.text}+branch@{self.branch}"


class Usage(Key):
    """A usage key in a course."""

    def __init__(self, text, branch=None):
        super().__init__(text, branch)
        self.context_key = Key("course-v1:a+b+c", branch)

    def map_into_course(self, course):
        return Usage(self.text, course.branch)

    def for_branch(self, branch):
        return Usage(self.text, branch)


def block_of(usage, *, author_mode=False, **services):
    runtime = SimpleNamespace(is_author_mode=author_mode, service=lambda _block, name: services.get(name))
    return SimpleNamespace(scope_ids=SimpleNamespace(usage_id=usage), runtime=runtime)


def user_service(django_user=None, **attributes):
    named = {f"edx-platform.{name}": value for name, value in attributes.items()}
    current = SimpleNamespace(opt_attrs=named, full_name="Mila Peeters")
    return SimpleNamespace(get_current_user=lambda: current, _django_user=django_user)


@pytest.fixture
def host(monkeypatch):
    monkeypatch.setattr(LmsHost, "_is_enrolled", staticmethod(lambda user_id, scope: True))
    return LmsHost()


def test_draft_and_published_branch_are_one_network(host):
    draft, published = (host.scope(block_of(Usage("block-v1:x", branch))) for branch in ("draft", None))
    assert draft == published
    assert (draft.course_id, draft.usage_id) == ("course-v1:a+b+c", "block-v1:x")


@pytest.mark.parametrize(
    ("staff", "role", "expected"),
    [
        (True, "staff", True),
        (True, "instructor", True),
        (False, "staff", False),
        (True, "student", False),
        (False, "student", False),
    ],
)
def test_admins_are_staff_by_both_marks(host, staff, role, expected):
    service = user_service(user_id=7, username="mila", user_is_staff=staff, user_role=role)
    assert host.actor(block_of(Usage("x"), user=service), None).is_admin is expected


@pytest.mark.parametrize("mark", ["real_user", "masquerade_settings"])
def test_masquerade_is_seen_behind_the_user_service(host, mark):
    service = user_service(SimpleNamespace(**{mark: "someone"}), user_id=7, username="mila")
    assert host.actor(block_of(Usage("x"), user=service), None).masquerading


def test_who_stands_behind_a_masquerade_is_known_for_the_log(host):
    behind = SimpleNamespace(real_user=SimpleNamespace(pk=42))
    service = user_service(behind, user_id=7, username="mila")
    assert host.actor(block_of(Usage("x"), user=service), None).real_user_id == 42
    assert host.actor(block_of(Usage("x"), user=user_service(user_id=7, username="mila")), None).real_user_id is None


def test_language_and_zone_come_from_the_account(host):
    service = user_service(
        user_id=7, username="mila", user_preferences={"pref-lang": "nl", "time_zone": "America/Toronto"}
    )
    actor = host.actor(block_of(Usage("x"), user=service), None)
    assert (actor.language, actor.time_zone, actor.masquerading) == ("nl", "America/Toronto", False)


def test_a_runtime_without_user_service_knows_nobody(host):
    assert host.actor(block_of(Usage("x")), None).user_id is None


def test_studio_is_told_from_learning(host):
    assert host.place(block_of(Usage("x"))) == Place.LEARN
    assert host.place(block_of(Usage("x"), author_mode=True)) == Place.STUDIO
    assert StudioHost().place(block_of(Usage("x"))) == Place.STUDIO


def test_authors_are_those_whom_studio_lets_write(host):
    may = SimpleNamespace(can_write=lambda key: True)
    assert host.actor(block_of(Usage("x"), studio_user_permissions=may), None).is_author
    assert not host.actor(block_of(Usage("x")), None).is_author


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (SimpleNamespace(pk=7, is_authenticated=True, is_active=True), True),
        (SimpleNamespace(pk=8, is_authenticated=True, is_active=True), False),
        (SimpleNamespace(pk=7, is_authenticated=True, is_active=False), False),
        (SimpleNamespace(pk=None, is_authenticated=False, is_active=False), False),
    ],
)
def test_a_visitor_is_who_the_session_of_the_platform_says(host, user, expected):
    assert host.is_visitor(SimpleNamespace(user=user), 7) is expected
    assert not host.is_visitor(SimpleNamespace(), 7)
