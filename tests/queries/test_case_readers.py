"""What the screen says about readers is what the tables enforce: for every audience, stage and kind of person."""

from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.models import CharterConsent, CharterRefusal
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.case_access import find_case
from lernet_xblock.queries.case_readers import reader_ids, readership
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
    SubstitutionFactory,
    TurnFactory,
    UserFactory,
    seat,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SHARED, TODAY = NOW + DAY, NOW + 10 * DAY
AUDIENCES = ("cohort", "circle", "facilitator")
STAGES = ("draft", "shared", "scheduled", "in_discussion", "discussed", "withdrawn", "held")
OPENED = ("", "own", "other")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: TODAY)


def viewer(user):
    return viewer_of(make_block(user.username), None)


class Scene:
    """A case of group A; everybody twice, once inside the circle and once outside of it. B and C are other groups."""

    def __init__(self):
        self.network = NetworkFactory(state="running")
        self.a, self.b, self.c = (
            CharterFactory(cohort__network=self.network, cohort__number=number).cohort for number in (1, 2, 3)
        )
        session = SessionFactory(cohort=self.a, starts_at=TODAY - DAY)
        self.circle = CircleFactory(session=session)
        self.owner = self.member(self.a)
        self.people = {}
        for inside in (False, True):
            for kind, user in self.kinds(inside).items():
                self.people[f"{kind}{', in the circle' if inside else ''}"] = user
                if inside:
                    seat(self.circle, user)

    def member(self, cohort, *, yes=True, user=None, **values):
        user = user or UserFactory()
        MembershipFactory(cohort=cohort, user=user, **values)
        if yes:
            CharterConsent.objects.get_or_create(charter=cohort.charters.get(), user=user, defaults={"at": NOW})
        return user

    def gone(self, cohort, end, *, to=None, yes=True, here=True, joined=NOW, left=TODAY - 2 * DAY):
        """Return somebody who left a group, and accepted its charter (yes) and that of the next one (here)."""
        user = self.member(cohort, yes=yes, active=None, joined_at=joined, left_at=left, end=end)
        if to is not None:
            self.member(to, yes=here, user=user, joined_at=left)
        return user

    def kinds(self, inside):
        a, b, c, later = self.a, self.b, self.c, NOW + 3 * DAY
        refused = self.member(a, yes=False)
        CharterRefusal.objects.create(charter=a.charters.get(), user=refused, at=NOW)
        early, late = SessionFactory(cohort=a, number=90 + inside, starts_at=TODAY - DAY), later
        found = {
            "member then": self.member(a),
            "locked by the charter": self.member(a, yes=False),
            "refused": refused,
            "member later": self.member(a, joined_at=later),
            "member later, locked": self.member(a, yes=False, joined_at=later),
            "left": self.gone(a, "left"),
            "undone": self.gone(a, "undone"),
            "transferred": self.gone(a, "transferred", to=b),
            "merged": self.gone(a, "merged", to=b),
            "merged, locked there": self.gone(a, "merged", to=b, here=False),
            "merged, never accepted": self.gone(a, "merged", to=b, yes=False),
            "merged before it was shared": self.gone(a, "merged", to=b, left=NOW + DAY / 2),
            "merged, joined later": self.gone(a, "merged", to=b, joined=later),
            "merged, then left": self.gone(a, "merged"),
            "split": self.gone(a, "split", to=c),
            "split and back": self.gone(a, "split", to=a),
            "split and back, locked": self.gone(a, "split", to=a, yes=False, here=False),
            "came from B later": self.gone(b, "merged", to=a, left=later),
            "came from B later, locked": self.gone(b, "merged", to=a, left=later, here=False),
            "of B": self.member(b),
            "of B, locked": self.member(b, yes=False),
            "was of B, now of C": self.gone(b, "split", to=c),
            "was of B before": self.gone(b, "split", to=c, left=later),
            "unplaced": UserFactory(),
            "admin": UserFactory(is_staff=True),
            "stands in since before": SubstitutionFactory(session=early, cohort=a, since=NOW).user,
            "stands in later": SubstitutionFactory(
                session=SessionFactory(cohort=a, number=92 + inside, starts_at=TODAY - DAY), cohort=a, since=late
            ).user,
            "stood in": SubstitutionFactory(
                session=SessionFactory(cohort=a, number=94 + inside, starts_at=NOW), cohort=a, since=NOW
            ).user,
        }
        if not inside:
            found |= {
                "guide since before": FacilitationFactory(cohort=a).user,
                "guide later": FacilitationFactory(cohort=a, role="deputy", since=later).user,
                "guide of B": FacilitationFactory(cohort=b, since=later).user,
                "guides A, member of B": self.guide_and_member(),
            }
        return found

    def guide_and_member(self):
        return SubstitutionFactory(
            session=SessionFactory(cohort=self.a, number=99, starts_at=TODAY - DAY),
            cohort=self.a,
            since=NOW,
            user=self.member(self.b),
        ).user

    def case(self, audience, stage, opened):
        """Return the case; a draft stands as it did before it was shared."""
        open_to = {"": None, "own": self.a, "other": self.b}[opened]
        if stage == "draft":
            return CaseFactory(cohort=self.a, owner=self.owner, state="draft", audience=audience, shared_at=None)
        made = CaseFactory(
            cohort=self.a,
            owner=self.owner,
            state="withdrawn" if stage == "withdrawn" else "shared",
            stage=stage if stage in ("scheduled", "in_discussion", "discussed") else "shared",
            audience=audience,
            circle=self.circle if audience == "circle" and stage != "shared" else None,
            open_to=open_to,
            opened_at=NOW + 5 * DAY if open_to else None,
            held_at=TODAY if stage == "held" else None,
            shared_at=SHARED,
        )
        if stage != "shared":
            phase = {"scheduled": "planned", "in_discussion": "questions"}.get(stage, "done")
            TurnFactory(case=made, phase=phase, session=self.circle.session, circle=self.circle)
        return made

    def finders(self, case):
        """Return who finds the case through the door, by kind."""
        return {kind for kind, user in self.people.items() if self.finds(user, case)}

    def finds(self, user, case):
        try:
            find_case(viewer(user), case.key)
        except NotFound:
            return False
        return True

    def named(self, pks):
        return {kind for kind, user in self.people.items() if user.pk in pks}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("stage", STAGES)
def test_whom_the_page_counts_is_who_finds_the_case(audience, stage):
    scene = Scene()
    for opened in OPENED if stage in ("shared", "in_discussion") else ("" if stage == "draft" else "own",):
        case = scene.case(audience, stage, opened)
        said = reader_ids(viewer(scene.owner), case, audience)
        shown = readership(viewer(scene.owner), case)
        if stage in ("withdrawn", "held"):
            assert (scene.finders(case), shown.now, shown.held) == (set(), None, stage == "held")
            continue
        if stage == "draft":
            case.state, case.shared_at = "shared", TODAY
            case.save()
        assert scene.finders(case) == scene.named(said.everybody), opened
        assert (shown.now.others, shown.now.more, shown.now.waiting) == (
            len(said.first),
            len(said.opened),
            len(said.waiting),
        )
        assert set(shown.now.guides) == {
            user.get_full_name() for user in scene.people.values() if user.pk in said.guides
        }


def test_there_is_somebody_of_each_sort_to_be_found():
    """Guards the test above: it would pass over an empty room."""
    scene = Scene()
    found = scene.finders(scene.case("cohort", "shared", "own"))
    assert {
        "member then",
        "member later",
        "merged",
        "merged, joined later",
        "split",
        "split and back",
        "guide since before",
        "guide later",
        "stands in since before",
    } <= found
    kept_out = {"refused", "left", "transferred", "of B", "admin", "stood in", "merged, never accepted", "guide of B"}
    assert not kept_out & found


@pytest.mark.parametrize("audience", AUDIENCES)
def test_whom_the_page_counts_as_waiting_finds_it_after_accepting(audience):
    scene = Scene()
    for opened in OPENED:
        case = scene.case(audience, "in_discussion", opened)
        said = reader_ids(viewer(scene.owner), case, audience)
        waiting = {user for user in scene.people.values() if user.pk in said.waiting}
        for user in waiting:
            assert not scene.finds(user, case)
            place = scene.network.memberships.get(user=user, active=True).cohort
            consent = CharterConsent.objects.create(charter=place.charters.get(), user=user, at=NOW)
            assert scene.finds(user, case)
            consent.delete()
        assert bool(waiting) == (audience != "facilitator")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_who_is_named_before_opening_is_who_finds_it_afterwards(audience):
    scene = Scene()
    case = scene.case(audience, "in_discussion", "")
    before = scene.finders(case)
    named = set(readership(viewer(scene.owner), case).newcomers)
    case.open_to, case.opened_at = scene.a, TODAY
    case.save()
    more = scene.finders(case) - before
    assert named == {scene.people[kind].get_full_name() for kind in more}
    assert more


def test_a_circle_is_nobody_s_until_one_takes_the_case():
    scene = Scene()
    found = readership(viewer(scene.owner), scene.case("circle", "shared", "")).now
    assert (found.has_circle, found.people, found.others) == (False, (), 0)
    taken = readership(viewer(scene.owner), scene.case("circle", "scheduled", "")).now
    assert taken.has_circle
    assert len(taken.people) == taken.others
    assert scene.people["member then, in the circle"].get_full_name() in taken.people


def test_the_queries_stay_the_same_for_many_people(django_assert_num_queries):
    scene = Scene()
    case = scene.case("circle", "scheduled", "other")
    reader = viewer(scene.owner)
    with django_assert_num_queries(7):
        readership(reader, case)


def test_who_has_a_place_nowhere_is_told_as_well():
    scene = Scene()
    case = scene.case("cohort", "shared", "")
    scene.network.memberships.filter(user=scene.owner).update(active=None, left_at=TODAY, end="left")
    found = readership(viewer(scene.owner), case)
    assert (found.now.own_group, found.newcomers) == (False, ())


def test_a_group_without_people_has_no_readers():
    owner = MembershipFactory(cohort=CohortFactory(), joined_at=NOW).user
    found = readership(viewer(owner), CaseFactory(cohort=owner_cohort(owner), owner=owner, shared_at=SHARED)).now
    assert (found.others, found.guides, found.waiting) == (0, (), 0)


def owner_cohort(owner):
    return viewer(owner).cohort
