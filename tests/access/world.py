"""A network with two groups that hold the same things, and a second network: what the handlers are asked about.

It is Friday 4 December 2026. The groups began on Tuesday; the first session was yesterday, its evaluation is open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Case, Cohort, Membership, Network, Session
from lernet_xblock.rules.authored import block_field, write
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    PLAN,
    USAGE,
    ApplicationFactory,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    PulseFactory,
    SessionFactory,
    UserFactory,
    consent,
)
from tests.runtime import make_block

DAY = timedelta(days=1)
MOMENT = NOW + 3 * DAY
SHARED, LATE = NOW + DAY, NOW + 2 * DAY
FIRST = datetime(2026, 12, 3, 12, 30, tzinfo=NOW.tzinfo)
AUTHORED = {block_field(name): value for name, value in write(PLAN).items()}


@dataclass
class Side:
    """A group with its people and what stands in it. sessions: five, the first was yesterday."""

    name: str
    cohort: Cohort
    people: dict[str, Any]
    sessions: list[Session]
    case: Case
    draft: Case

    @property
    def network(self) -> Network:
        return self.cohort.network

    @property
    def past(self) -> Session:
        return self.sessions[0]

    @property
    def ahead(self) -> Session:
        return self.sessions[1]

    def user(self, name: str) -> Any:
        return self.people[name]

    def place(self, name: str) -> Membership:
        """Return the active membership of one of its people."""
        return Membership.objects.get(user=self.people[name], active=True)


@dataclass
class World:
    """own, other: groups of one network; elsewhere: a group of another one. people: those who are in no group."""

    own: Side
    other: Side
    elsewhere: Side
    people: dict[str, Any]
    moment: datetime = MOMENT
    usage: str = USAGE
    authored: dict[str, Any] = field(default_factory=lambda: dict(AUTHORED))
    masked: bool = False

    def side(self, name: str) -> Side:
        return {"own": self.own, "other": self.other, "elsewhere": self.elsewhere}[name]

    def username(self, actor: str) -> str:
        """Return the name the runtime knows an actor by; "none" for nobody."""
        if actor == "anonymous":
            return "none"
        if actor in {"other", "other_guide"}:
            return str(self.other.user("member" if actor == "other" else "guide").username)
        people = self.own.people | self.people
        return str(people["owner" if actor == "masked" else actor].username)

    def block(self, actor: str) -> Any:
        return make_block(self.username(actor), self.usage, **self.authored)


def _side(network: Network, name: str, number: int) -> Side:
    cohort = CohortFactory(network=network, number=number, name=name)
    CharterFactory(cohort=cohort)
    people = {word: _member(cohort, word) for word in ("member", "unaccepted", "owner", "late", "former")}
    people |= {"guide": FacilitationFactory(cohort=cohort, user=UserFactory(last_name=f"Guide {name}")).user}
    consent(cohort, *(people[word] for word in ("member", "owner", "late", "former")))
    Membership.objects.filter(user=people["former"]).update(active=None, left_at=LATE, end="left")
    sessions = [_session(cohort, nth) for nth in range(1, 6)]
    case = CaseFactory(cohort=cohort, owner=people["owner"], shared_at=SHARED, saved_at=SHARED)
    draft = CaseFactory(cohort=cohort, owner=people["owner"], state="draft", shared_at=None, saved_at=SHARED)
    return Side(name, cohort, people, sessions, case, draft)


def _member(cohort: Cohort, word: str) -> Any:
    joined = LATE if word == "late" else NOW
    user = MembershipFactory(cohort=cohort, user__last_name=f"{word} {cohort.name}", joined_at=joined).user
    ApplicationFactory(network=cohort.network, user=user, state="member")
    return user


def _session(cohort: Cohort, nth: int) -> Session:
    starts = FIRST + (nth - 1) * timedelta(weeks=4)
    kind = {1: "launch", 5: "closing"}.get(nth, "regular")
    local = starts + timedelta(hours=1)
    row = SessionFactory(
        cohort=cohort, number=nth, kind=kind, starts_at=starts, local_date=local.date(), local_time=local.time()
    )
    PulseFactory(session=row)
    return row


def make_world() -> World:
    """Write the rows and return the world."""
    network = NetworkFactory(state="running", cohort_limit=8)
    elsewhere = NetworkFactory(state="running", cohort_limit=8, usage_id="lernet.d5.u5")
    people = {
        "outsider": UserFactory(is_active=False),
        "enrolled": UserFactory(last_name="Enrolled"),
        "admin": UserFactory(username="author_admin", is_staff=True, last_name="Admin"),
    }
    own, other, far = (_side(*given) for given in ((network, "A", 1), (network, "B", 2), (elsewhere, "Z", 1)))
    return World(own, other, far, people=people)


@contextmanager
def standing(world: World, monkeypatch: Any) -> Iterator[None]:
    """Stop the clock at the moment of the world, and let its masked staff look as the case giver."""
    actor = WorkbenchHost.actor
    masked = lambda *given: replace(actor(*given), masquerading=world.masked)  # noqa: E731 - a method for a moment
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: world.moment)
        patch.setattr(WorkbenchHost, "actor", masked)
        yield
