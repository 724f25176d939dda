"""The LMS. The platform is imported inside the functions only: this module must load where there is none."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import get_language

from lernet_xblock.host import Actor, Person, Place, Scope

ATTRIBUTE = "edx-platform."
STAFF_ROLES = frozenset({"staff", "instructor"})


def plain_key(key: Any) -> Any:
    """Return the key without branch and version, which differ between Studio's draft and the LMS."""
    return key.for_branch(None) if hasattr(key, "for_branch") else key


def display_name(user: Any) -> str:
    """Return the name of the person's profile, else the username."""
    profile = getattr(user, "profile", None)
    return (profile.name if profile else "") or user.username


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
