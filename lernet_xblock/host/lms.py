"""The LMS. The platform is imported inside the functions only: this module must load where there is none."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from lernet_xblock.host import Actor, ExistingGroup, Letter, Person, Place, Reader, Scope
from lernet_xblock.host.queue import hand_over

ATTRIBUTE = "edx-platform."
STAFF_ROLES = frozenset({"staff", "instructor"})


def plain_key(key: Any) -> Any:
    """Return the key without branch and version, which differ between Studio's draft and the LMS."""
    return key.for_branch(None) if hasattr(key, "for_branch") else key


def display_name(user: Any) -> str:
    """Return the name of the person's profile, else the username."""
    profile = getattr(user, "profile", None)
    return (profile.name if profile else "") or user.username


def lms_cohorts(key: Any) -> Sequence[ExistingGroup]:
    """Return the course's cohorts that have members: one query."""
    if not apps.is_installed("openedx.core.djangoapps.course_groups"):
        return ()
    from openedx.core.djangoapps.course_groups.models import CohortMembership

    rows = CohortMembership.objects.filter(course_id=key)
    return gathered("cohort", rows.values_list("course_user_group_id", "course_user_group__name", "user_id"), {})


def lms_teams(key: Any) -> Sequence[ExistingGroup]:
    """Return the course's teams that have members: one query. Not every site has the app."""
    if not apps.is_installed("lms.djangoapps.teams"):
        return ()
    from lms.djangoapps.teams.models import CourseTeamMembership

    rows = list(
        CourseTeamMembership.objects.filter(team__course_id=key).values_list(
            "team_id", "team__name", "user_id", "team__topic_id"
        )
    )
    return gathered("team", rows, team_set_names(key) if rows else {})


def team_set_names(key: Any) -> Mapping[str, str]:
    """Return the name of each team set by its id: authors write them in the course, so no table has them."""
    from xmodule.modulestore.django import modulestore

    configured = getattr(modulestore().get_course(key), "teams_configuration", None)
    return {identifier: one.name for identifier, one in getattr(configured, "teamsets_by_id", {}).items()}


def gathered(kind: str, rows: Iterable[Sequence[Any]], set_names: Mapping[str, str]) -> tuple[ExistingGroup, ...]:
    """Return the groups of memberships, by set and name. rows: number and name of the group, user, id of the set."""
    people: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for number, name, user_id, *team_set in rows:
        identifier = team_set[0] or "" if team_set else ""
        people[set_names.get(identifier, identifier), name, number].add(user_id)
    ordered = sorted(people.items(), key=lambda one: (one[0][0].casefold(), one[0][1].casefold(), one[0][2]))
    return tuple(ExistingGroup(name, kind, frozenset(users), set_name) for (set_name, name, _pk), users in ordered)


class LmsHost:
    """Learners, staff and time zones of Open edX."""

    place_of_blocks = Place.LEARN

    def scope(self, block: Any) -> Scope:
        """Return course and usage key; a block in a content library belongs to no course."""
        usage = block.scope_ids.usage_id
        context = usage.context_key
        is_course = bool(getattr(context, "is_course", False))
        if is_course:
            usage = usage.map_into_course(plain_key(context))
        return Scope(str(plain_key(context)), str(plain_key(usage)), is_course)

    def place(self, block: Any) -> Place:
        """Return Studio for a preview or an editor, learning otherwise."""
        return Place.STUDIO if getattr(block.runtime, "is_author_mode", False) else self.place_of_blocks

    def actor(self, block: Any, request: Any | None) -> Actor:  # noqa: ARG002 - the protocol's signature
        """Return the runtime's user. Under masquerade that is the learner, and the request is marked read-only."""
        service = block.runtime.service(block, "user")
        current = service.get_current_user() if service else None
        attributes = getattr(current, "opt_attrs", {})
        user_id = attributes.get(f"{ATTRIBUTE}user_id")
        preferences = attributes.get(f"{ATTRIBUTE}user_preferences") or {}
        scope = self.scope(block)
        return Actor(
            user_id=user_id,
            username=attributes.get(f"{ATTRIBUTE}username") or "",
            name=getattr(current, "full_name", None) or attributes.get(f"{ATTRIBUTE}username") or "",
            language=preferences.get("pref-lang") or get_language() or "en",
            time_zone=preferences.get("time_zone"),
            enrolled=user_id is not None and self._is_enrolled(user_id, scope),
            is_admin=self._is_admin(attributes),
            is_author=self._may_author(block, scope),
            masquerading=self._is_masquerading(service),
            real_user_id=self._real_user_id(service),
        )

    @staticmethod
    def _is_admin(attributes: Mapping[str, Any]) -> bool:
        """Studio's preview calls everybody staff, so only both marks together count."""
        return bool(attributes.get(f"{ATTRIBUTE}user_is_staff")) and (
            attributes.get(f"{ATTRIBUTE}user_role") in STAFF_ROLES
        )

    @staticmethod
    def _may_author(block: Any, scope: Scope) -> bool:
        permissions = block.runtime.service(block, "studio_user_permissions")
        return bool(permissions and permissions.can_write(block.scope_ids.usage_id.context_key)) and bool(scope)

    @staticmethod
    def _is_masquerading(service: Any) -> bool:
        """The service keeps the platform's user, which carries the member of staff behind a masquerade."""
        user = getattr(service, "_django_user", None)
        return bool(getattr(user, "real_user", None)) or bool(getattr(user, "masquerade_settings", None))

    @staticmethod
    def _real_user_id(service: Any) -> int | None:
        """Return the number of the member of staff behind a masquerade, None where there is none."""
        real = getattr(getattr(service, "_django_user", None), "real_user", None)
        return getattr(real, "pk", None)

    @staticmethod
    def _is_enrolled(user_id: int, scope: Scope) -> bool:
        if not scope.is_course:
            return False
        from common.djangoapps.student.models import CourseEnrollment
        from opaque_keys.edx.keys import CourseKey  # noqa: PLC0415 - used beside the platform only

        rows = CourseEnrollment.objects.filter(
            user_id=user_id,
            course_id=CourseKey.from_string(scope.course_id),
            is_active=True,
        )
        return bool(rows.exists())

    def now(self) -> datetime:
        """Return the server's clock."""
        return datetime.now(tz=UTC)

    def names(self, user_ids: Iterable[int]) -> Mapping[int, str]:
        """Return profile names by user id."""
        users = get_user_model().objects.filter(pk__in=set(user_ids)).select_related("profile")
        return {user.pk: display_name(user) for user in users}

    def run_later(self, task: str, key: str) -> None:
        """Hand the task to a Celery worker once the transaction is committed."""
        later = import_string("lernet_xblock.tasks.perform_later")
        transaction.on_commit(partial(hand_over, later, task, key))

    def existing_groups(self, course_id: str) -> Sequence[ExistingGroup]:
        """Return the cohorts, then the teams of each team set: a query each, whatever the number of people.

        `get_cohort` would put people into a cohort for being asked about; rows of memberships are read instead.
        """
        from opaque_keys.edx.keys import CourseKey  # noqa: PLC0415 - used beside the platform only

        key = CourseKey.from_string(course_id)
        return (*lms_cohorts(key), *lms_teams(key))

    def find_learners(self, course_id: str, usernames: Iterable[str]) -> Mapping[str, Person]:
        """Return enrolled learners by lower-case username, without those whose enrolment ended."""
        from common.djangoapps.student.models import CourseEnrollment
        from opaque_keys.edx.keys import CourseKey  # noqa: PLC0415 - used beside the platform only

        rows = CourseEnrollment.objects.filter(
            course_id=CourseKey.from_string(course_id),
            is_active=True,
            user__username__in={name.lower() for name in usernames} | set(usernames),
        ).select_related("user__profile")
        return {
            row.user.username.lower(): Person(
                row.user_id,
                row.user.username,
                display_name(row.user),
                row.user.email,
            )
            for row in rows
        }

    def readers(self, user_ids: Iterable[int]) -> Mapping[int, Reader]:
        """Return what people chose in their account: two queries."""
        from openedx.core.djangoapps.user_api.models import UserPreference

        wanted = set(user_ids)
        chosen: dict[int, dict[str, str]] = defaultdict(dict)
        rows = UserPreference.objects.filter(user_id__in=wanted, key__in=("pref-lang", "time_zone"))
        for user_id, key, value in rows.values_list("user_id", "key", "value"):
            chosen[user_id][key] = value
        active = get_user_model().objects.filter(pk__in=wanted).values_list("pk", "is_active")
        default = settings.LANGUAGE_CODE
        return {
            pk: Reader(pk, chosen[pk].get("pref-lang") or default, chosen[pk].get("time_zone") or None, is_active)
            for pk, is_active in active
        }

    def send(self, letter: Letter) -> None:
        """Send plain text to the address of the account; who has none, or cannot log in any more, gets nothing."""
        user = get_user_model().objects.filter(pk=letter.user_id, is_active=True).first()
        if user is not None and user.email:
            headers = {"Auto-Submitted": "auto-generated", "X-Lernet-Message": letter.key}
            EmailMessage(letter.subject, letter.text, to=[user.email], headers=headers).send()

    def enrolled(self, user_id: int, course_ids: Iterable[str]) -> frozenset[str]:
        """Return the courses with an active enrolment of a person who can log in: one query."""
        from common.djangoapps.student.models import CourseEnrollment
        from opaque_keys.edx.keys import CourseKey  # noqa: PLC0415 - used beside the platform only

        keys = [CourseKey.from_string(course_id) for course_id in course_ids]
        rows = CourseEnrollment.objects.filter(
            user_id=user_id, user__is_active=True, is_active=True, course_id__in=keys
        )
        return frozenset(str(key) for key in rows.values_list("course_id", flat=True))

    def is_visitor(self, request: Any, user_id: int) -> bool:
        """Compare with the platform's own session."""
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return False
        return bool(user.is_active and user.pk == user_id)

    def page_url(self, course_id: str, usage_id: str, user_id: int) -> str:  # noqa: ARG002 - the protocol's signature
        """Return the platform's own way to a block, whichever front end shows the course."""
        return f"{self.site_url()}/courses/{course_id}/jump_to/{usage_id}"

    def site_url(self) -> str:
        """Return the address of the LMS."""
        return str(settings.LMS_ROOT_URL).rstrip("/")

    def course_window(self, course_id: str) -> tuple[date | None, date | None]:
        """Return the days of the course's own start and end: one query."""
        from opaque_keys.edx.keys import CourseKey  # noqa: PLC0415 - used beside the platform only
        from openedx.core.djangoapps.content.course_overviews.models import CourseOverview

        rows = CourseOverview.objects.filter(id=CourseKey.from_string(course_id)).values_list("start", "end")
        begin, end = next(iter(rows), (None, None))
        return begin.date() if begin else None, end.date() if end else None
