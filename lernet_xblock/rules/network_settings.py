"""The settings of a network as its author enters them, complete or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, time

RECOMMENDED_MINIMUM, RECOMMENDED_MAXIMUM = 10, 15
DEFAULT_THRESHOLD = 5
# Full turns of about an hour that fit into a session of three hours.
DEFAULT_CASES_PER_CIRCLE = 2

WEEKLY, MONTHLY, MONTHLY_LAST, DATES = "weekly", "monthly", "monthly_last", "dates"
FREQUENCIES = (WEEKLY, MONTHLY, MONTHLY_LAST, DATES)
# When members are reminded of a session, before it begins.
REMINDERS = ("7d", "1d", "1h")
MODES = ("in_person", "online", "mixed")


@dataclass(frozen=True)
class Settings:
    """The authored settings; None or "" where the author has said nothing yet.

    Sizes in people; target_size None is the middle of the bounds. frequency: one of FREQUENCIES;
    monthly keeps the nth weekday of first_date, monthly_last the last one, dates the
    listed_dates. interval: weeks (1…52) or months (1…12). session_time: wall clock in time_zone.
    applications_open None: from the moment applications are opened. end_date None: the last
    session's date. threshold: answers from which a pulse is shown. free_days: days without session; make_up: the
    session that would fall on one comes at the end instead of being lost. reminders: some of REMINDERS.
    self_check_in: members may say themselves that they are there. cases_per_circle: full turns in a regular session.
    """

    title: str | None = None
    goal: str | None = None
    audience: str | None = None
    tags: tuple[str, ...] = ()
    minimum_size: int | None = RECOMMENDED_MINIMUM
    maximum_size: int | None = RECOMMENDED_MAXIMUM
    target_size: int | None = None
    cohort_limit: int | None = 1
    session_count: int | None = None
    frequency: str | None = None
    interval: int | None = None
    listed_dates: tuple[date, ...] = ()
    free_days: tuple[date, ...] = ()
    make_up: bool | None = True
    first_date: date | None = None
    session_time: time | None = None
    time_zone: str | None = None
    session_minutes: int | None = None
    preparation_minutes: int | None = None
    working_language: str | None = None
    mode: str | None = None
    place: str | None = None
    meeting_link: str | None = None
    applications_open: date | None = None
    applications_close: date | None = None
    decision_date: date | None = None
    end_date: date | None = None
    threshold: int | None = DEFAULT_THRESHOLD
    reminders: tuple[str, ...] = ("7d", "1d")
    self_check_in: bool | None = False
    cases_per_circle: int | None = DEFAULT_CASES_PER_CIRCLE
    charter_text: str | None = None
    support_contact: str | None = None


@dataclass(frozen=True)
class Problem:
    """What keeps a network from opening: the Settings field, a code, what the sentence needs."""

    field: str
    code: str
    values: Mapping[str, object] = attribute(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """What is allowed but worth saying, in the shape of a Problem."""

    field: str
    code: str
    values: Mapping[str, object] = attribute(default_factory=dict)
