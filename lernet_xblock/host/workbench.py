"""The embedded default: the xblock-sdk workbench, and any other runtime that knows no platform."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import connections, transaction
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from lernet_xblock.host import Actor, ExistingGroup, Letter, Person, Place, Reader, Scope
from lernet_xblock.i18n import supported
from lernet_xblock.workbench import clock
from lernet_xblock.workbench.content import languages_of_people

DEFAULT_COURSE = "course-v1:Workbench+LERNET+dev"
NOBODY = frozenset({"", "none", "None"})


def display_name(user: Any) -> str:
    """Return the full name of a user, else the username."""
    return user.get_full_name() or user.get_username()


@cache
def zones() -> Mapping[str, str | None]:
    """Return the time zone of each person of the demo, by username: Django's users have none."""
    people = resources.files("lernet_xblock.workbench") / "content" / "people.json"
    return {person["username"]: person.get("time_zone") for person in json.loads(people.read_text("utf-8"))["people"]}


@cache
def demo_groups() -> Sequence[Mapping[str, Any]]:
    """Return the groups that the demo's course has already, everybody by username."""
    groups = resources.files("lernet_xblock.workbench") / "content" / "groups.json"
    found: Sequence[Mapping[str, Any]] = json.loads(groups.read_text("utf-8"))["groups"]
    return found


def perform_apart(task: str, key: str, shift: timedelta = timedelta()) -> None:
    """Do a task in a thread of its own, with a connection of its own. shift: of the clock of who asked for it."""
    try:
        with clock.moved(shift, language=None):
            import_string("lernet_xblock.tasks.perform")(task, key)
    finally:
        connections.close_all()


class WorkbenchHost:
    """People are Django users named by `?student=`; `is_staff` makes an admin, the prefix `author` an author."""

    def scope(self, block: Any) -> Scope:
        """Return the scenario's usage id under the one course of the workbench."""
        course_id = getattr(settings, "LERNET_DEV_COURSE_ID", DEFAULT_COURSE)
        return Scope(course_id=course_id, usage_id=str(block.scope_ids.usage_id), is_course=True)

    def place(self, block: Any) -> Place:  # noqa: ARG002 - the protocol's signature
        """Return the workbench, which shows learner and Studio views alike."""
        return Place.BENCH

    def actor(self, block: Any, request: Any | None) -> Actor:  # noqa: ARG002 - the protocol's signature
        """Return the student of the address; somebody unknown is made a learner, for the demo's sake."""
        username = str(block.scope_ids.user_id or "")
        language = clock.language() or supported(get_language())
        if username in NOBODY:
            return Actor(None, "", "", language, None, enrolled=False, is_admin=False, is_author=False)
        user, _made = get_user_model().objects.get_or_create(username=username)
        return Actor(
            user_id=user.pk,
            username=username,
            name=display_name(user),
            language=language,
            time_zone=zones().get(username),
            enrolled=user.is_active,
            is_admin=user.is_staff,
            is_author=username.startswith("author"),
        )

    def now(self) -> datetime:
        """Return the demo's clock, which the switcher can move."""
        return clock.now()

    def names(self, user_ids: Iterable[int]) -> Mapping[int, str]:
        """Return names by user id."""
        users = get_user_model().objects.filter(pk__in=set(user_ids)).only("username", "first_name", "last_name")
        return {user.pk: display_name(user) for user in users}

    def run_later(self, task: str, key: str) -> None:
        """Start a thread once the transaction is committed: the workbench has no workers."""
        told = (task, key, clock.shift())
        transaction.on_commit(lambda: Thread(target=perform_apart, args=told, daemon=True).start())

    def existing_groups(self, course_id: str) -> Sequence[ExistingGroup]:  # noqa: ARG002 - the protocol
        """Return the groups of the setting `LERNET_DEV_GROUPS`, else those of the demo."""
        told = getattr(settings, "LERNET_DEV_GROUPS", None)
        groups = demo_groups() if told is None else told
        wanted = {name for group in groups for name in group["people"]}
        users = get_user_model().objects.filter(username__in=wanted).values_list("username", "pk")
        numbers = dict(users)
        return tuple(
            ExistingGroup(
                group["name"],
                group.get("kind", "cohort"),
                frozenset(numbers[name] for name in group["people"] if name in numbers),
                group.get("set_name", ""),
            )
            for group in groups
            if any(name in numbers for name in group["people"])
        )

    def find_learners(self, course_id: str, usernames: Iterable[str]) -> Mapping[str, Person]:  # noqa: ARG002 - the protocol
        """Return users by lower-case username: everybody is enrolled in the workbench's one course."""
        given = set(usernames)
        wanted = given | {name.lower() for name in given}
        found = get_user_model().objects.filter(username__in=wanted, is_active=True)
        return {
            user.get_username().lower(): Person(user.pk, user.get_username(), display_name(user), user.email)
            for user in found
        }

    def readers(self, user_ids: Iterable[int]) -> Mapping[int, Reader]:
        """Return language and zone of the people of the demo; others read English."""
        users = get_user_model().objects.filter(pk__in=set(user_ids)).values_list("pk", "username", "is_active")
        return {
            pk: Reader(pk, languages_of_people().get(username, "en"), zones().get(username), active)
            for pk, username, active in users
        }

    def send(self, letter: Letter) -> None:
        """Put the mail where the setting EMAIL_BACKEND says: the demo has a folder for it."""
        user = get_user_model().objects.filter(pk=letter.user_id, is_active=True).first()
        if user is not None:
            to = user.email or f"{user.get_username()}@demo.invalid"
            EmailMessage(letter.subject, letter.text, to=[to], headers={"X-Lernet-Message": letter.key}).send()

    def enrolled(self, user_id: int, course_ids: Iterable[str]) -> frozenset[str]:
        """Return all of them for somebody who can log in: everybody is enrolled in the workbench's one course."""
        able = get_user_model().objects.filter(pk=user_id, is_active=True).exists()
        return frozenset(course_ids) if able else frozenset()

    def is_visitor(self, request: Any, user_id: int) -> bool:
        """Believe the address, as the workbench does everywhere: nobody logs in. `?student=` names somebody else."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            return bool(user.is_active and user.pk == user_id)
        named = request.GET.get("student")
        found = get_user_model().objects.filter(pk=user_id, is_active=True).first()
        return found is not None and named in (None, found.get_username())

    def page_url(self, course_id: str, usage_id: str, user_id: int) -> str:  # noqa: ARG002 - the protocol's signature
        """Return the demo's page of the block, as this person."""
        slug = usage_id.partition(".")[0].removeprefix("lernet-")
        username = get_user_model().objects.values_list("username", flat=True).get(pk=user_id)
        return f"{self.site_url()}/demo/{slug}/learner/?{urlencode({'student': username})}"

    def site_url(self) -> str:
        """Return the address that the demo's server listens on."""
        return str(getattr(settings, "LERNET_DEV_URL", "http://127.0.0.1:8042"))

    def course_window(self, course_id: str) -> tuple[date | None, date | None]:  # noqa: ARG002 - the protocol
        """Return the days of the setting `LERNET_DEV_COURSE_DAYS`, else none: the demo's course never ends."""
        return getattr(settings, "LERNET_DEV_COURSE_DAYS", (None, None))
