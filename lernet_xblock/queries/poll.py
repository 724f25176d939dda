"""Date polls as people see them. A cohort's members, those who guide it and admins see every answer with its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F

from lernet_xblock.errors import NotFound
from lernet_xblock.models import Cohort, Facilitation, Membership, Poll, PollAnswer, PollOption
from lernet_xblock.permissions import is_member, leads, may_run
from lernet_xblock.queries.cohort import cohort_label
from lernet_xblock.rules.date_poll import ANSWERS, Tally, best
from lernet_xblock.rules.zones import to_utc, zone
from lernet_xblock.viewer import Viewer


@dataclass(frozen=True)
class OptionLine:
    """One date before one reader.

    day: in the poll's zone. half: the part of the day, "" where starts_at and ends_at say when; ends_at is None while
    nobody knows how long a session takes. elsewhere: the clock of the reader shows another time then.
    mine, saved_at: the reader's own answer and when it came in, "" and None without one. names: who gave each of
    ANSWERS, and who guides and cannot come. past: it is over, so nobody is asked about it any more.
    """

    key: str
    day: date
    half: str
    starts_at: datetime
    ends_at: datetime | None
    elsewhere: bool
    mine: str
    saved_at: datetime | None
    tally: Tally
    names: Mapping[str, tuple[str, ...]]
    away: tuple[str, ...]
    past: bool


@dataclass(frozen=True)
class PollPage:
    """One poll before one reader: the open one of the cohort, else the last one.

    options: in the order of time; ranking: those ahead, from best to worst. silent: members without any answer, partly:
    those who left out a date ahead. left: the dates ahead that the reader has not answered. picked: the chosen date.
    may_answer: the reader is a member or guides the group for good, and the poll is open; may_run: may choose.
    """

    key: str
    label: str
    cohort_key: str
    open: bool
    version: int
    zone: ZoneInfo
    share_percent: int
    answers_until: date | None
    late: bool
    members: int
    options: tuple[OptionLine, ...]
    ranking: tuple[OptionLine, ...]
    silent: tuple[str, ...]
    partly: tuple[str, ...]
    left: int
    picked: OptionLine | None
    may_answer: bool
    may_run: bool


def open_poll(cohort: Cohort) -> str:
    """Return the key of the cohort while its date poll is open, "" else: one query."""
    return cohort.key if Poll.objects.filter(cohort=cohort, open=True).exists() else ""


def answers_polls(viewer: Viewer, cohort: Cohort) -> bool:
    """Members of this very cohort and those who guide it for good, in person."""
    member = is_member(viewer) and viewer.membership is not None and viewer.membership.cohort_id == cohort.pk
    return viewer.may_write and (member or leads(viewer, cohort))


def find_option(viewer: Viewer, key: str) -> PollOption:
    """Return an option that the reader may answer, whether its poll is open or not. Raises NotFound for every other."""
    rows = PollOption.objects.filter(key=key, poll__cohort__network=viewer.network)
    found = rows.select_related("poll__cohort").first() if _is_key(viewer, key) else None
    if found is None or not answers_polls(viewer, found.poll.cohort):
        raise NotFound
    return found


def find_poll(viewer: Viewer, key: str) -> Poll:
    """Return a poll of a cohort that the reader may see. Raises NotFound for every other; the caller asks what for."""
    rows = Poll.objects.filter(key=key, cohort__network=viewer.network).select_related("cohort")
    found = rows.first() if _is_key(viewer, key) else None
    if found is None or not (answers_polls(viewer, found.cohort) or may_run(viewer, found.cohort)):
        raise NotFound
    return found


def _is_key(viewer: Viewer, key: str) -> bool:
    return viewer.network is not None and key.isascii() and key.isalnum()


def poll_page(viewer: Viewer, cohort: Cohort) -> PollPage | None:
    """Return the poll of a cohort that the reader may see, None before there was one: six queries."""
    polls = Poll.objects.filter(cohort=cohort).order_by(F("open").desc(nulls_last=True), "-ended_at", "-pk")
    poll = polls.first()
    if poll is None:
        return None
    options = list(PollOption.objects.filter(poll=poll))
    given: dict[str, dict[int, tuple[str, datetime]]] = {}
    columns = ("option__key", "user_id", "answer", "at")
    for option, person, answer, at in PollAnswer.objects.filter(option__poll=poll).values_list(*columns):
        given.setdefault(option, {})[person] = (answer, at)
    members = frozenset(Membership.objects.filter(cohort=cohort, active=True).values_list("user_id", flat=True))
    guides = frozenset(Facilitation.objects.filter(cohort=cohort).values_list("user_id", flat=True))
    names = viewer.host.names(members | guides)
    return _Shown(viewer, poll, given, members, guides, names).page(cohort, options)


@dataclass(frozen=True)
class _Shown:
    """What one reader gets of one poll, worked out from what was read before.

    given: by option and person, what they said and when.
    """

    viewer: Viewer
    poll: Poll
    given: Mapping[str, Mapping[int, tuple[str, datetime]]]
    members: frozenset[int]
    guides: frozenset[int]
    names: Mapping[int, str]

    @property
    def there(self) -> ZoneInfo:
        """The zone of the poll."""
        return zone(self.poll.time_zone)

    def page(self, cohort: Cohort, options: Sequence[PollOption]) -> PollPage:
        """Return the page with these options."""
        tallies = self._tallies(options)
        lines = {one.key: self._line(one, tallies[one.key]) for one in options}
        ahead = {key for key, line in lines.items() if not line.past}
        poll, today = self.poll, self.viewer.now.astimezone(self.there).date()
        may_answer = bool(poll.open) and answers_polls(self.viewer, cohort)
        return PollPage(
            key=poll.key,
            label=cohort_label(cohort),
            cohort_key=cohort.key,
            open=bool(poll.open),
            version=poll.version,
            zone=self.there,
            share_percent=poll.share_percent,
            answers_until=poll.answers_until,
            late=today > (poll.answers_until or today),
            members=len(self.members),
            options=tuple(lines.values()),
            ranking=tuple(lines[key] for key in tallies if key in ahead),
            silent=self._named(self.members - self._answered_any()),
            partly=self._named(self._left_out(ahead) & self._answered_any()),
            left=sum(not lines[key].mine for key in ahead) if may_answer else 0,
            picked=next((lines[one.key] for one in options if one.pk == poll.picked_id), None),
            may_answer=may_answer,
            may_run=self.viewer.may_write and may_run(self.viewer, cohort),
        )

    def _tallies(self, options: Iterable[PollOption]) -> dict[str, Tally]:
        """Return the counts of each option by its key, best first."""
        starts = {one.key: datetime.combine(one.local_date, one.local_time) for one in options}
        answers = ((key, person, said) for key, row in self.given.items() for person, (said, _at) in row.items())
        share = self.poll.share_percent
        ranked = best(starts, answers, self.members, share_percent=share, guides=self.guides)
        return {tally.option: tally for tally in ranked}

    def _line(self, option: PollOption, tally: Tally) -> OptionLine:
        starts_at = to_utc(datetime.combine(option.local_date, option.local_time), self.there)
        given = self.given.get(option.key, {})
        mine, saved_at = given.get(self.viewer.user_id, ("", None))
        minutes = self.viewer.plan.session_minutes
        there, here = starts_at.astimezone(self.there), starts_at.astimezone(self.viewer.zone)
        return OptionLine(
            key=option.key,
            day=option.local_date,
            half=option.half,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes) if minutes else None,
            elsewhere=there.utcoffset() != here.utcoffset(),
            mine=mine,
            saved_at=saved_at,
            tally=tally,
            names={
                said: self._named(one for one in self.members if given.get(one, ("",))[0] == said) for said in ANSWERS
            },
            away=self._named(tally.away),
            past=starts_at <= self.viewer.now,
        )

    def _answered_any(self) -> set[int]:
        return {person for row in self.given.values() for person in row}

    def _left_out(self, ahead: Iterable[str]) -> set[int]:
        """Return the members who said nothing to some date ahead."""
        return {one for one in self.members for key in ahead if one not in self.given.get(key, {})}

    def _named(self, people: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted((self.names.get(one, "—") for one in people), key=str.casefold))
