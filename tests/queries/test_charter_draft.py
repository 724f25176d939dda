"""The page of the charter, as each of its readers gets it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lernet_xblock.errors import NotFound
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import CharterDraft, CharterVoice, Membership
from lernet_xblock.panels.page import viewer_of
from lernet_xblock.queries.charter_draft import (
    charter_page,
    find_led_draft,
    find_led_voice,
    find_own_draft,
    version_lines,
)
from lernet_xblock.rules.charter_comparison import GONE, NEW, Line
from lernet_xblock.rules.charter_consent import Tally
from tests.factories import (
    NOW,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    SubstitutionFactory,
    UserFactory,
)
from tests.runtime import make_block

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """Stop the clock."""
    monkeypatch.setattr("lernet_xblock.workbench.clock.now", lambda: LATER)


@pytest.fixture
def cohort():
    return CharterFactory(cohort__number=1, text="Stay.").cohort


@pytest.fixture
def guide(cohort):
    return FacilitationFactory(cohort=cohort).user


@pytest.fixture
def anke(cohort):
    return MembershipFactory(cohort=cohort, user__first_name="Anke", user__last_name="").user


@pytest.fixture
def bo(cohort):
    return MembershipFactory(cohort=cohort, user__first_name="Bo", user__last_name="").user


def drafted(cohort, by, **values):
    given = {"text": "Stay, or call.", "base": 1, "made_by": by, "made_at": NOW, "saved_at": NOW, "version": 2}
    return CharterDraft.objects.create(cohort=cohort, **{**given, **values})


def supports(draft, user, about=2):
    return CharterVoice.objects.create(draft=draft, user=user, supports=True, about=about, said_at=NOW)


def objects(draft, user, **values):
    given = {"supports": False, "about": 1, "objection": "Too early.", "said_at": NOW}
    return CharterVoice.objects.create(draft=draft, user=user, **{**given, **values})


def viewer(user):
    return viewer_of(make_block(user.username), None)


def page(user, cohort):
    return charter_page(viewer(user), cohort)


def test_what_was_said_is_named_and_counted(cohort, guide, anke, bo):
    draft = drafted(cohort, bo)
    supports(draft, bo, about=1)
    objects(draft, anke, answer="We try.", answered_by=guide, answered_at=NOW)
    found = page(anke, cohort).draft
    assert (found.begun_by, found.tally) == ("Bo", Tally(2, 0, 0))
    assert found.lines == (Line(GONE, "Stay."), Line(NEW, "Stay, or call."))
    told = [(one.name, one.mine, one.supports, one.current, one.objection, one.answer) for one in found.voices]
    assert told == [("Anke", True, False, False, "Too early.", "We try."), ("Bo", False, True, False, "", "")]
    assert (found.own.name, found.own.answered_by) == ("Anke", guide.get_full_name())


def test_who_left_is_neither_counted_nor_named(cohort, guide, anke, bo):
    draft = drafted(cohort, guide)
    supports(draft, bo)
    objects(draft, anke)
    Membership.objects.filter(user=anke).update(active=None, left_at=NOW)
    found = page(guide, cohort).draft
    assert (found.tally, [one.name for one in found.voices]) == (Tally(1, 1, 0), ["Bo"])


def test_voices_are_for_the_group_and_not_for_admins_or_who_looks_as_a_member(cohort, guide, anke, bo, monkeypatch):
    draft = drafted(cohort, guide)
    objects(draft, bo)
    stands_in = SubstitutionFactory(session=SessionFactory(cohort=cohort)).user
    admin = UserFactory(is_staff=True)
    for user, hears, runs in (
        (anke, True, False),
        (guide, True, True),
        (stands_in, True, False),
        (admin, False, False),
    ):
        found = page(user, cohort)
        assert (found.hears, found.runs, len(found.draft.voices)) == (hears, runs, int(hears))
        assert found.draft.tally == Tally(2, 0, 1)
    actor = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(actor(*given), masquerading=True))
    assert page(anke, cohort).draft.voices == ()


def test_closed_drafts_and_those_of_other_groups_are_not_shown(cohort, guide, anke):
    drafted(cohort, guide, open=None, closed_at=NOW)
    drafted(CohortFactory(network=cohort.network), guide)
    assert page(anke, cohort).draft is None


def test_versions_come_newest_first_with_a_count_of_those_who_accepted(cohort, anke, bo):
    cohort.charters.get().consents.create(user=anke, at=NOW)
    cohort.charters.get().consents.create(user=bo, at=NOW)
    newer = CharterFactory(cohort=cohort, version=2, text="Go.", in_force_at=LATER)
    newer.consents.create(user=bo, at=LATER)
    found = page(anke, cohort)
    assert [(one.number, one.in_force_at, one.accepted) for one in found.versions] == [(2, LATER, 1), (1, NOW, 2)]
    assert found.text == "Go."


def test_a_version_is_compared_with_the_one_before_it(cohort, django_assert_num_queries):
    CharterFactory(cohort=cohort, version=2, text="Go.")
    with django_assert_num_queries(1):
        assert version_lines(cohort, 2) == (Line(GONE, "Stay."), Line(NEW, "Go."))
    assert version_lines(cohort, 1) == (Line(NEW, "Stay."),)
    for number in (0, 3):
        with pytest.raises(NotFound):
            version_lines(cohort, number)


def test_without_a_charter_the_page_is_empty():
    cohort = CohortFactory()
    found = page(MembershipFactory(cohort=cohort).user, cohort)
    assert (found.text, found.versions, found.draft) == ("", (), None)


@pytest.mark.parametrize("people", [2, 14])
def test_the_page_costs_the_same_whatever_the_size_of_the_group(cohort, guide, people, django_assert_num_queries):
    draft = drafted(cohort, guide)
    for row in MembershipFactory.create_batch(people, cohort=cohort):
        objects(draft, row.user)
    reader = viewer(guide)
    # Versions, draft, members, voices, names.
    with django_assert_num_queries(5):
        assert len(charter_page(reader, cohort).draft.voices) == people


def test_drafts_and_voices_are_found_by_those_they_are_for_and_by_nobody_else(cohort, guide, anke):
    other = CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort
    strangers = [
        MembershipFactory(cohort=other).user,
        FacilitationFactory(cohort=other).user,
        SubstitutionFactory(session=SessionFactory(cohort=cohort)).user,
        UserFactory(is_staff=True),
        UserFactory(),
    ]
    draft = drafted(cohort, guide)
    voice = objects(draft, anke)
    assert find_own_draft(viewer(anke), draft.key) == draft
    assert find_led_draft(viewer(guide), draft.key) == draft
    assert find_led_voice(viewer(guide), voice.key) == voice
    searches = [(find_own_draft, draft.key, [guide, *strangers])]
    searches += [(find_led_draft, draft.key, [anke, *strangers]), (find_led_voice, voice.key, [anke, *strangers])]
    for find, key, people in searches:
        for user in people:
            for asked in (key, "0" * 20, "", "é", "../x"):
                with pytest.raises(NotFound):
                    find(viewer(user), asked)


def test_missing_and_foreign_cost_the_same(cohort, guide, anke, django_assert_num_queries):
    draft = drafted(CharterFactory(cohort=CohortFactory(network=cohort.network)).cohort, guide)
    reader = viewer(anke)
    for key in (draft.key, "0" * 20):
        with django_assert_num_queries(1), pytest.raises(NotFound):
            find_own_draft(reader, key)
