"""The platform as one small protocol. Core code takes plain ids and these dataclasses, never platform objects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Place(StrEnum):
    """Where the block is rendered: for learners, in Studio, or in the workbench, which is both."""

    LEARN = "learn"
    STUDIO = "studio"
    BENCH = "bench"


@dataclass(frozen=True)
class Scope:
    """Where a block stands: `course_id` and `usage_id` as text, without branch and version."""

    course_id: str
    usage_id: str
    is_course: bool


@dataclass(frozen=True)
class Actor:
    """Who sends the request. `user_id` is None for somebody who is not logged in.

    `masquerading`: a member of staff looks as somebody else, who is the actor then; nothing may be written.
    `real_user_id`: of that member of staff, None where nobody masquerades or the platform does not say.
    `time_zone`: an IANA name, None when the person never chose one.
    """

    user_id: int | None
    username: str
    name: str
    language: str
    time_zone: str | None
    enrolled: bool
    is_admin: bool
    is_author: bool
    masquerading: bool = False
    real_user_id: int | None = None


@dataclass(frozen=True)
class Person:
    """A person of the course, as lists show them."""

    user_id: int
    username: str
    name: str
    email: str


@dataclass(frozen=True)
class ExistingGroup:
    """A group that the course has already, as it stands now. kind: "cohort" or "team".

    set_name: of the set of teams it belongs to, "" for cohorts: a person is in one group of a set at most.
    """

    name: str
    kind: str
    user_ids: frozenset[int]
    set_name: str = ""


@dataclass(frozen=True)
class Reader:
    """How to write to somebody. language: a code such as "nl"; time_zone: an IANA name, None when never chosen.

    active: the person can still log in.
    """

    user_id: int
    language: str
    time_zone: str | None
    active: bool


@dataclass(frozen=True)
class Letter:
    """A message in words, for one person. key: of its row, so that a host can recognise one that comes twice."""

    user_id: int
    subject: str
    text: str
    key: str


class Host(Protocol):
    """What this component asks of the platform."""

    def scope(self, block: Any) -> Scope:
        """Return where the block stands."""

    def place(self, block: Any) -> Place:
        """Return what the block is rendered for."""

    def actor(self, block: Any, request: Any | None) -> Actor:
        """Return who looks; `request` is the handler's request, None in a view."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""

    def names(self, user_ids: Iterable[int]) -> Mapping[int, str]:
        """Return the display name of each user that exists, in one query."""

    def run_later(self, task: str, key: str) -> None:
        """Do the task of this name (see tasks.TASKS) on the row with this key, once the transaction is committed."""

    def existing_groups(self, course_id: str) -> Sequence[ExistingGroup]:
        """Return the course's own groups that have people, by set and name. Only reads: nobody is put into any."""

    def find_learners(self, course_id: str, usernames: Iterable[str]) -> Mapping[str, Person]:
        """Return the enrolled people with these usernames (compared without case), by lower-case username."""

    def readers(self, user_ids: Iterable[int]) -> Mapping[int, Reader]:
        """Return language and zone of each user that exists: a fixed number of queries."""

    def send(self, letter: Letter) -> None:
        """Hand a message to the platform's mail. Raises OSError when it cannot be taken now."""

    def enrolled(self, user_id: int, course_ids: Iterable[str]) -> frozenset[str]:
        """Return those of the courses in which the person, able to log in, is enrolled now."""

    def is_visitor(self, request: Any, user_id: int) -> bool:
        """Tell whether a request to an address of ours beside the block comes from this person, in person."""

    def page_url(self, course_id: str, usage_id: str, user_id: int) -> str:
        """Return the whole address of the block's page in the course, behind the platform's own login."""

    def site_url(self) -> str:
        """Return the whole address of the site, without a slash at the end: https://learn.example.org."""

    def course_window(self, course_id: str) -> tuple[date | None, date | None]:
        """Return the first and last day of the course, None where it has none."""


@cache
def _host(path: str) -> Host:
    host: Host = import_string(path)()
    return host


def _detected() -> str:
    if find_spec("openedx") is None:
        return "lernet_xblock.host.workbench.WorkbenchHost"
    studio = str(getattr(settings, "ROOT_URLCONF", "")).startswith("cms.")
    return "lernet_xblock.host.studio.StudioHost" if studio else "lernet_xblock.host.lms.LmsHost"


def get_host() -> Host:
    """Return the host that the setting `LERNET_HOST` names, else the one whose platform is installed."""
    return _host(getattr(settings, "LERNET_HOST", None) or _detected())
