"""The demo's people and stories, read from content/*.json; nothing is stored here.

Facts of a day are counted from `today`, so that the demo is always as fresh as the day it is loaded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DEFAULT_ZONE = "Europe/Brussels"


@dataclass(frozen=True)
class Person:
    """Somebody of the demo. `role`: learner, author, admin or facilitator.

    Staff have nothing of what an application asks for. `availability`: half-days such as "TU-am";
    `time_zone`: an IANA name.
    """

    username: str
    first_name: str
    last_name: str
    language: str
    function: str
    department: str
    organisation: str
    role: str = "learner"
    experience_years: int | None = None
    availability: tuple[str, ...] = ()
    learning_question: str = ""
    why: str = ""
    time_zone: str = DEFAULT_ZONE

    @property
    def email(self) -> str:
        """An address that reaches nobody."""
        return f"{self.username}@example.org"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class DemoCohort:
    """A group as the demo shows it; everybody by username."""

    name: str
    facilitator: str
    deputy: str | None
    members: tuple[str, ...]


@dataclass(frozen=True)
class DemoNetwork:
    """A network. `settings`: the author's settings by name, as JSON values, dates as ISO text.

    `applicants` in the order in which they applied; `show`: the learner to look as.
    """

    slug: str
    settings: Mapping[str, Any]
    applicants: tuple[str, ...]
    cohort: DemoCohort | None
    show: str

    def day(self, name: str) -> date:
        """Return a setting that is a date, for example `first_date`."""
        return date.fromisoformat(self.settings[name])


@dataclass(frozen=True)
class DemoContribution:
    """`kind`: of Contribution.Kind, open in the phase of that day.

    `answers`: for an answer, the place of its question among the case's contributions, from 0.
    """

    kind: str
    author: str
    text: str
    days_ago: float
    answers: int | None = None


@dataclass(frozen=True)
class DemoChoice:
    """What the owner chose so many days ago; step_on: the day of the first step, in days ago, below 0 for ahead."""

    days_ago: float
    question: str
    step: str
    step_on: int


@dataclass(frozen=True)
class DemoOutcome:
    """What became of the first step, told so many days ago."""

    days_ago: float
    outcome: str


@dataclass(frozen=True)
class DemoTurn:
    """A turn over several days (`began` and `until`, the ends of its phases, in days ago), or planned for a session."""

    session: int | None = None
    began: float = 0
    until: tuple[float, ...] = ()
    chosen: DemoChoice | None = None
    told: DemoOutcome | None = None


@dataclass(frozen=True)
class DemoCase:
    """A shared case of the cohort of `slug`; `kind` and `horizon` as in the table of cases."""

    slug: str
    owner: str
    title: str
    situation: str
    question: str
    tried: str
    kind: str
    horizon: str
    days_ago: int
    contributions: tuple[DemoContribution, ...]
    needed_in: int | None = None
    turn: DemoTurn | None = None


@dataclass(frozen=True)
class DemoPulse:
    """The evaluation of one session. `receipts` (who answered) and `answers` have no order in common.

    `answers`: each item → whole number or None, and `comment`, "" for none.
    """

    slug: str
    session: int
    released: bool
    receipts: tuple[str, ...]
    answers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class DemoMeeting:
    """One session, by its number. `attendance`: what was recorded of each member; `rsvps`: "coming", or why not."""

    slug: str
    session: int
    attendance: Mapping[str, str] = field(default_factory=dict)
    rsvps: Mapping[str, str] = field(default_factory=dict)


@cache
def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _person(raw: Mapping[str, Any]) -> Person:
    return Person(**{**raw, "availability": tuple(raw.get("availability", ()))})


@cache
def load_learners() -> tuple[Person, ...]:
    """Return the 60 learners, applicants of `open` first."""
    return tuple(map(_person, _read("people.json")["people"]))


@cache
def load_staff() -> tuple[Person, ...]:
    """Return the author, the admins and the facilitators."""
    return tuple(map(_person, _read("people.json")["staff"]))


def load_people() -> tuple[Person, ...]:
    """Return everybody: learners, then staff."""
    return load_learners() + load_staff()


@cache
def languages_of_people() -> Mapping[str, str]:
    """Return the language of each person by username."""
    return {person.username: person.language for person in load_people()}


def resolve(rule: Mapping[str, Any], today: date) -> date:
    """rule: `days` from today, on to the first weekday of `on`, then `weeks` further. Returns that date."""
    day = today + timedelta(days=rule["days"])
    while WEEKDAYS[day.weekday()] not in rule.get("on", WEEKDAYS):
        day += timedelta(days=1)
    return day + timedelta(weeks=rule.get("weeks", 0))


def _cohort(raw: Mapping[str, Any] | None) -> DemoCohort | None:
    return DemoCohort(**{**raw, "members": tuple(raw["members"])}) if raw else None


def _network(raw: Mapping[str, Any], today: date) -> DemoNetwork:
    dates = {name: resolve(rule, today).isoformat() for name, rule in raw["dates"].items()}
    return DemoNetwork(
        slug=raw["slug"],
        settings={**raw["settings"], **dates},
        applicants=tuple(raw["applicants"]),
        cohort=_cohort(raw["cohort"]),
        show=raw["show"],
    )


def load_networks(today: date) -> tuple[DemoNetwork, ...]:
    """Return `open`, `running` and `closing`; today: the local date in Brussels."""
    return tuple(_network(raw, today) for raw in _read("networks.json")["networks"])


def _case(raw: Mapping[str, Any]) -> DemoCase:
    contributions = tuple(DemoContribution(**item) for item in raw["contributions"])
    return DemoCase(**{**raw, "contributions": contributions, "turn": _turn(raw.get("turn"))})


def _turn(raw: Mapping[str, Any] | None) -> DemoTurn | None:
    if raw is None:
        return None
    chosen, told = raw.get("chosen"), raw.get("told")
    parts = {
        "until": tuple(raw.get("until", ())),
        "chosen": DemoChoice(**chosen) if chosen else None,
        "told": DemoOutcome(**told) if told else None,
    }
    return DemoTurn(**{**raw, **parts})


def load_cases() -> tuple[DemoCase, ...]:
    """Return the cases of `running` (nl) and `closing` (fr), oldest first within a network."""
    return tuple(map(_case, _read("cases.json")["cases"]))


def _pulse(raw: Mapping[str, Any]) -> DemoPulse:
    return DemoPulse(**{**raw, "receipts": tuple(raw["receipts"]), "answers": tuple(raw["answers"])})


def load_pulses() -> tuple[DemoPulse, ...]:
    """Return the evaluations of all sessions that were held, by network and session."""
    return tuple(map(_pulse, _read("pulses.json")["pulses"]))


def load_meetings() -> tuple[DemoMeeting, ...]:
    """Return who was at the sessions that are over, and who says to come to the next one."""
    return tuple(DemoMeeting(**raw) for raw in _read("meetings.json")["meetings"])
