"""Who reads a case and what was said to it, in any order of moving people and changing audiences.

A model of its own keeps what was promised when something was shared or said: to whom, by name. Nobody ever reads
beyond that, and nobody loses it but by leaving, by a charter, or because the owner narrowed it.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lernet_xblock import permissions
from lernet_xblock.errors import NotFound
from lernet_xblock.host import get_host
from lernet_xblock.models import Case, CharterConsent, Circle, Cohort, Contribution, Membership
from lernet_xblock.permissions import may_read_contribution
from lernet_xblock.queries.case_access import find_case
from lernet_xblock.services.case import withdraw
from lernet_xblock.services.case_audience import change_audience
from lernet_xblock.services.departure import leave
from lernet_xblock.services.merge import merge
from lernet_xblock.services.split import split
from lernet_xblock.services.transfer import transfer
from lernet_xblock.viewer import viewer_without_block
from lernet_xblock.workbench import clock
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CircleFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    TurnFactory,
    UserFactory,
    seat,
)

pytestmark = pytest.mark.django_db

INDEX = st.integers(0, 99)
AUDIENCES = st.sampled_from(["cohort", "circle", "facilitator"])
MOST_PEOPLE = 9


class Promise:
    """What the owner of a case promised, and what those who spoke to it were promised, in people."""

    def __init__(self, case, members, guides):
        self.case, self.first, self.guides = case, set(members), set(guides)
        self.circle = set()
        self.audience, self.opened, self.opened_guides, self.opens_for = "cohort", set(), set(), None
        self.withdrawn = False
        self.said = {}

    def audience_now(self):
        """Return whom the owner lets read it: people by number, wherever they are."""
        if self.audience == "facilitator":
            return self.guides | self.opened_guides
        people = self.first | self.opened
        if self.audience == "circle":
            people &= self.circle
        return people | self.guides | self.opened_guides


class Lives(RuleBasedStateMachine):
    """A network of groups, in which everybody accepted every charter."""

    @initialize()
    def begin(self):
        """Two groups of four with a guide each."""
        self.now = NOW
        self.network = NetworkFactory(state="running", cohort_limit=8)
        self.by = UserFactory(is_staff=True).pk
        self.people, self.promises = [], []
        for number in (1, 2):
            cohort = self.cohort(number)
            for _nth in range(4):
                self.arrive(cohort)
            FacilitationFactory(cohort=cohort)
        clock_now(self)

    def cohort(self, number):
        """Return a group with a charter and room for all."""
        values = {"minimum_size": 1, "maximum_size": 30}
        return CharterFactory(cohort=CohortFactory(network=self.network, number=number, **values)).cohort

    def arrive(self, cohort):
        """Let somebody join and accept the charter."""
        user = UserFactory()
        MembershipFactory(cohort=cohort, user=user, joined_at=self.now)
        self.people.append(user.pk)
        self.accept()
        for promise in self.promises:
            if promise.opens_for == cohort.pk:
                promise.opened.add(user.pk)

    def accept(self):
        """Let everybody accept the charter of where they are."""
        for row in Membership.objects.filter(network=self.network, active=True):
            charter = row.cohort.charters.order_by("-version").first()
            CharterConsent.objects.get_or_create(charter=charter, user_id=row.user_id, defaults={"at": self.now})

    def later(self):
        """Let some time pass."""
        self.now += timedelta(hours=1)
        clock_now(self)

    def alive(self):
        return list(Cohort.objects.filter(network=self.network, state="confirmed").order_by("pk"))

    def members(self, cohort):
        return list(Membership.objects.filter(cohort=cohort, active=True).order_by("pk"))

    def places(self):
        return list(Membership.objects.filter(network=self.network, active=True).order_by("pk"))

    def guides(self, cohort_id):
        return set(Cohort.objects.get(pk=cohort_id).facilitations.values_list("user_id", flat=True))

    def attempt(self, deed):
        with transaction.atomic():
            return deed()

    @rule(which=INDEX)
    def join(self, which):
        """Somebody joins late."""
        if len(self.people) < 8 + MOST_PEOPLE:
            self.later()
            cohorts = self.alive()
            self.arrive(cohorts[which % len(cohorts)])

    @rule(which=INDEX)
    def go(self, which):
        """Somebody leaves the network."""
        places = self.places()
        if len(places) > 3:
            self.later()
            gone = places[which % len(places)]
            self.attempt(lambda: leave(gone, now=self.now))
            for promise in self.promises:
                promise.first.discard(gone.user_id)
                promise.opened.discard(gone.user_id)

    @rule(which=INDEX, to=INDEX)
    def move(self, which, to):
        """Somebody goes on in another group, and leaves behind what the first one shared."""
        cohorts, places = self.alive(), self.places()
        mover = places[which % len(places)]
        target = cohorts[to % len(cohorts)]
        if target.pk == mover.cohort_id or len(self.members(mover.cohort)) < 2:
            return
        self.later()
        values = {"known": True, "reason": "x", "opened_version": Cohort.objects.get(pk=mover.cohort_id).version}
        frm = mover.cohort_id
        self.attempt(
            lambda: transfer(mover.cohort, to=target, user_id=mover.user_id, by=self.by, now=self.now, **values)
        )
        self.accept()
        for promise in self.promises:
            if promise.case.cohort_id == frm:
                promise.first.discard(mover.user_id)
            if promise.opens_for == frm:
                promise.opened.discard(mover.user_id)
            if promise.opens_for == target.pk:
                promise.opened.add(mover.user_id)

    @precondition(lambda self: len(self.alive()) > 1)
    @rule(which=INDEX)
    def unite(self, which):
        """A group goes on as part of another: everybody keeps what they could read, and gets nothing older."""
        cohorts = self.alive()
        frm, to = cohorts[which % len(cohorts)], cohorts[(which + 1) % len(cohorts)]
        self.later()
        came = {row.user_id for row in self.members(frm)}
        values = {"both_agreed": True, "known": True, "reason": "x", "opened_version": frm.version}
        self.attempt(lambda: merge(frm, to=to, by=self.by, now=self.now, **values))
        self.accept()
        for promise in self.promises:
            if promise.opens_for == to.pk:
                promise.opened |= came

    @precondition(lambda self: len(self.alive()) < 4)
    @rule(which=INDEX)
    def part(self, which):
        """Half of a group goes on in a new one."""
        cohorts = self.alive()
        cohort = cohorts[which % len(cohorts)]
        rows = self.members(cohort)
        if len(rows) < 4:
            return
        self.later()
        chosen = [row.user_id for row in rows[::2]]
        values = {"known": True, "reason": "x", "opened_version": cohort.version}
        self.attempt(lambda: split(cohort, user_ids=chosen, by=self.by, now=self.now, **values))
        self.accept()

    @precondition(lambda self: len(self.promises) < 4)
    @rule(which=INDEX, audience=AUDIENCES)
    def share(self, which, audience):
        """A member shares a case with those who are there."""
        places = self.places()
        owner = places[which % len(places)]
        self.later()
        values = {"audience": audience, "shared_at": self.now, "saved_at": self.now}
        case = CaseFactory(cohort=owner.cohort, owner=owner.user, **values)
        members = {row.user_id for row in self.members(owner.cohort)} - {owner.user_id}
        promise = Promise(case, members, self.guides(owner.cohort_id))
        promise.audience = audience
        self.promises.append(promise)

    @precondition(lambda self: self.promises)
    @rule(which=INDEX, audience=AUDIENCES, opens=st.booleans())
    def choose(self, which, audience, opens):
        """The owner narrows or widens, and opens or closes it to those who come later."""
        promise = self.promises[which % len(self.promises)]
        place = Membership.objects.filter(network=self.network, user=promise.case.owner, active=True).first()
        if place is None or promise.withdrawn:
            return
        self.later()
        case = Case.objects.get(pk=promise.case.pk)
        target = place.cohort if opens else None
        self.attempt(
            lambda: change_audience(case, audience=audience, open_to=target, opened_version=case.version, now=self.now)
        )
        promise.audience = audience
        if not opens:
            promise.opened, promise.opened_guides, promise.opens_for = set(), set(), None
        elif promise.opens_for != place.cohort_id:
            promise.opens_for = place.cohort_id
            promise.opened = {row.user_id for row in self.members(place.cohort)} - {case.owner_id}
            promise.opened_guides = self.guides(place.cohort_id)

    @precondition(lambda self: self.promises)
    @rule(which=INDEX, some=st.sets(INDEX, max_size=6))
    def circle(self, which, some):
        """A circle of people of the group takes the case."""
        promise = self.promises[which % len(self.promises)]
        case = Case.objects.get(pk=promise.case.pk)
        if promise.withdrawn or case.turns.filter(open=True).exists():
            return
        self.later()
        held = SessionFactory(cohort=case.cohort, number=300 + Circle.objects.count(), starts_at=self.now)
        circle = CircleFactory(session=held)
        sits = sorted({self.people[number % len(self.people)] for number in some} - {case.owner_id})
        for pk in sits:
            seat(circle, UserFactory._meta.model.objects.get(pk=pk))
        number = case.turns.count() + 1
        TurnFactory(case=case, session=held, circle=circle, phase="done", number=number)
        held.state = "not_held"
        held.save()
        promise.circle = set(sits)
        if case.audience == "circle":
            Case.objects.filter(pk=case.pk).update(circle=circle)

    @precondition(lambda self: self.promises)
    @rule(which=INDEX, who=INDEX)
    def say(self, which, who):
        """Somebody who reads it says something, to those who read it now and nobody else."""
        promise = self.promises[which % len(self.promises)]
        readers = sorted(self.expected(promise))
        if readers and not promise.withdrawn:
            self.later()
            case = Case.objects.get(pk=promise.case.pk)
            values = {"audience": case.audience, "circle_id": case.circle_id, "posted_at": self.now}
            made = Contribution.objects.create(
                case=case, author_id=readers[who % len(readers)], kind="question", text="Why?", **values
            )
            promise.said[made.pk] = (set(readers), promise.opens_for)

    @precondition(lambda self: self.promises)
    @rule(which=INDEX)
    def take_back(self, which):
        """The owner withdraws it."""
        promise = self.promises[which % len(self.promises)]
        if which % 5 == 0 and not promise.withdrawn:
            self.later()
            self.attempt(lambda: withdraw(promise.case, now=self.now))
            promise.withdrawn = True

    def placed(self):
        return {row.user_id for row in self.places()}

    def expected(self, promise):
        """Return who reads the case by what was promised: those with a place, and those who guide."""
        if promise.withdrawn:
            return set()
        guides = promise.guides | promise.opened_guides
        return ((promise.audience_now() & (self.placed() | guides)) - {promise.case.owner_id}) & self.everybody()

    def everybody(self):
        guides = set().union(*(self.guides(cohort.pk) for cohort in Cohort.objects.filter(network=self.network)))
        return set(self.people) | guides

    @invariant()
    def promises_are_kept(self):
        """Exactly those read a case who were promised it; and what was said goes to nobody else than it was said to."""
        host = get_host()
        viewers = {pk: viewer_without_block(host, self.network, pk) for pk in self.everybody()} if self.promises else {}
        for promise in self.promises:
            found = {
                pk for pk, viewer in viewers.items() if pk != promise.case.owner_id and reads(viewer, promise.case)
            }
            assert found == self.expected(promise), "readers of a case"
            if promise.withdrawn:
                continue
            case = Case.objects.get(pk=promise.case.pk)
            for said in case.contributions.all():
                heard = {pk for pk in found if may_read_contribution(viewers[pk], case, said)}
                first, opened_for = promise.said[said.pk]
                newcomers = promise.opened | promise.opened_guides if promise.opens_for == opened_for else set()
                still_open = opened_for is not None and case.opened_at is not None and said.posted_at >= case.opened_at
                allowed = first | (newcomers if still_open else set()) | self.of_its_audience(promise, said)
                assert heard <= allowed, "words went further than they were said"
                assert {said.author_id} & found <= heard

    def of_its_audience(self, promise, said):
        """Return whom words of this audience may reach again after the owner narrowed the case and widened it."""
        if said.audience == "cohort":
            return promise.first | promise.guides
        if said.audience == "circle" and said.circle_id:
            return (promise.first & set(said.circle.seats.values_list("user_id", flat=True))) | promise.guides
        return promise.guides


def reads(viewer, case):
    try:
        find_case(viewer, case.key)
    except NotFound:
        return False
    return True


def clock_now(machine):
    """Let the host's clock stand where the machine's does."""
    MOMENT[:] = [machine.now]


MOMENT = [NOW]


class OneAtATime(Lives):
    """Each run leaves nothing behind."""

    def __init__(self):
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()

    def teardown(self):
        """Take back what this run wrote."""
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def moving_clock(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MOMENT[-1])


def lived(**values):
    given = {"deadline": None, "stateful_step_count": 20, "suppress_health_check": list(HealthCheck), **values}
    run_state_machine_as_test(OneAtATime, settings=settings(**given))


@pytest.mark.once
def test_nobody_reads_beyond_what_was_promised_and_nobody_loses_it():
    lived(max_examples=6)


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "forgets"),
    [
        ("opened_to", lambda _viewer, _case: False),
        ("was_addressed", lambda _viewer, _case, _one: True),
    ],
)
def test_a_predicate_that_forgets_something_is_caught(monkeypatch, name, forgets):
    """Guards the test above: to whom it was opened, to whom it was said."""
    monkeypatch.setattr(permissions, name, forgets)
    with pytest.raises(AssertionError):
        lived(max_examples=60, phases=[Phase.generate], derandomize=True, database=None)
