"""What ending a membership means, before it is done: sizes, the seat, and what the person told."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from lernet_xblock.models import Application, Case, Cohort, Contribution, Membership, Network, Session, Takeaway
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.late_joining import late_joining_ends
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class SeatAhead:
    """What happens when one member leaves. offered: whether the seat goes to those who wait, until `ends_at`.

    waiting: people of the waiting list who speak the language of the group best.
    """

    label: str
    people: int
    minimum: int
    offered: bool
    ends_at: datetime | None
    waiting: int

    @property
    def left(self) -> int:
        """People who stay."""
        return self.people - 1

    @property
    def below(self) -> bool:
        """The group has fewer people than its minimum then."""
        return self.left < self.minimum


@dataclass(frozen=True)
class MemberLine:
    """A member to choose. number: of the row, checked against the cohort whenever it comes back."""

    number: int
    name: str


@dataclass(frozen=True)
class OwnWords:
    """What somebody who leaves told the group: shared cases as key and title, how many contributions and takeaways."""

    cases: tuple[tuple[str, str], ...]
    contributions: int
    takeaways: int


@dataclass(frozen=True)
class FormerMember:
    """Somebody who left. has_cases: there are cases of theirs, which they may read and withdraw."""

    has_cases: bool


def seat_ahead(viewer: Viewer, cohort: Cohort) -> SeatAhead:
    """Return what one departure does to the cohort: three queries."""
    held = Session.objects.filter(cohort=cohort).exclude(state=Session.State.CANCELLED)
    ends_at = late_joining_ends(list(held.values_list("starts_at", flat=True)))
    waiting = Application.objects.filter(
        Q(language="") | Q(language=cohort.working_language),
        network=cohort.network_id,
        state__in=(Application.State.SUBMITTED, Application.State.WAITLISTED),
    )
    runs = viewer.network is not None and viewer.network.state in (Network.State.RUNNING, Network.State.PAUSED)
    return SeatAhead(
        label=cohort_label(cohort),
        people=Membership.objects.filter(cohort=cohort, active=True).count(),
        minimum=cohort.minimum_size,
        offered=runs and (ends_at is None or viewer.now < ends_at),
        ends_at=ends_at,
        waiting=waiting.count(),
    )


def member_lines(viewer: Viewer, cohort: Cohort) -> tuple[MemberLine, ...]:
    """Return the members by name: two queries."""
    rows = list(Membership.objects.filter(cohort=cohort, active=True).values_list("pk", "user_id"))
    names = viewer.host.names(user_id for _pk, user_id in rows)
    lines = (MemberLine(pk, names.get(user_id, "—")) for pk, user_id in rows)
    return tuple(sorted(lines, key=lambda line: line.name.casefold()))


def told_by_reader(viewer: Viewer) -> OwnWords:
    """Return what the reader shared in this network: three queries."""
    cases = Case.objects.filter(cohort__network=viewer.network, owner_id=viewer.user_id, state=Case.State.SHARED)
    voices = Contribution.objects.filter(case__cohort__network=viewer.network, author_id=viewer.user_id)
    takes = Takeaway.objects.filter(network=viewer.network, user_id=viewer.user_id)
    told = takes.exclude(visibility=Takeaway.Visibility.ME).count()
    return OwnWords(tuple(cases.order_by("shared_at", "pk").values_list("key", "title")), voices.count(), told)


def former_member(viewer: Viewer) -> FormerMember | None:
    """Return what is left to somebody who was in a group of this network; None for who never was: one query."""
    own = Case.objects.filter(cohort__network=OuterRef("network"), owner_id=OuterRef("user"))
    rows = Membership.objects.filter(network=viewer.network, user_id=viewer.user_id, active=None)
    found = rows.exclude(end=Membership.End.UNDONE).annotate(told=Exists(own)).values_list("told", flat=True).first()
    return None if found is None else FormerMember(has_cases=found)
