"""Cases: who may write what when, and what the tables refuse by themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Case, CharterConsent
from lernet_xblock.services import case as cases
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    MembershipFactory,
    TakeawayFactory,
    TurnFactory,
    UserFactory,
    consent,
)

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
WORDS = {
    "title": "Handover",
    "situation": "Half is lost.",
    "question": "What helps?",
    "tried": "",
    "horizon": "urgent",
    "kind": "problem",
}
TICKS: dict[str, Any] = {"third_parties_checked": True, "statement_confirmed": False}


@pytest.fixture
def owner():
    """A member who accepted the charter of the cohort."""
    charter = CharterFactory()
    person = MembershipFactory(cohort=charter.cohort).user
    CharterConsent.objects.create(charter=charter, user=person, at=NOW)
    return person


@pytest.fixture
def cohort(owner):
    return CharterConsent.objects.get(user=owner).charter.cohort


@pytest.fixture
def draft(owner, cohort):
    return cases.start(cohort, user_id=owner.pk, now=NOW)


def share(case, **changes):
    given = {"words": WORDS, "opened_version": case.version, "now": LATER, **TICKS, **changes}
    return cases.share(case, **given)


def test_a_draft_that_has_words_does_not_stand_for_the_next_one(owner, cohort, draft):
    cases.save(draft, words=WORDS, opened_version=1, now=NOW)
    assert cases.start(cohort, user_id=owner.pk, now=NOW) != draft


def test_only_members_start_a_case(cohort):
    with pytest.raises(NotFound):
        cases.start(cohort, user_id=UserFactory().pk, now=NOW)


def test_a_member_who_has_not_accepted_the_charter_starts_none(cohort):
    newcomer = MembershipFactory(cohort=cohort).user
    with pytest.raises(RuleViolation, match="charter"):
        cases.start(cohort, user_id=newcomer.pk, now=NOW)


def test_a_yes_to_an_earlier_charter_does_not_count(owner, cohort):
    CharterFactory(cohort=cohort, version=2)
    with pytest.raises(RuleViolation, match="charter"):
        cases.start(cohort, user_id=owner.pk, now=NOW)


def test_a_cohort_holds_50_cases_and_no_more(owner, cohort):
    CaseFactory.create_batch(49, cohort=cohort)
    CaseFactory(cohort=cohort, state="withdrawn")
    last = cases.start(cohort, user_id=owner.pk, now=NOW)
    cases.save(last, words=WORDS, opened_version=1, now=NOW)
    with pytest.raises(RuleViolation, match="50 cases"):
        cases.start(cohort, user_id=owner.pk, now=NOW)


def test_saving_counts_versions_and_keeps_the_words(draft):
    cases.save(draft, words={**WORDS, "title": "First"}, opened_version=1, now=NOW)
    saved = cases.save(draft, words=WORDS, opened_version=2, now=LATER)
    assert (saved.version, saved.title, saved.saved_at) == (3, "Handover", LATER)


def test_other_words_from_another_window_are_a_conflict(owner, draft):
    cases.save(draft, words={**WORDS, "title": "From the phone"}, opened_version=1, now=NOW)
    with pytest.raises(StaleVersion) as conflict:
        cases.save(draft, words=WORDS, opened_version=1, now=LATER)
    found = conflict.value
    assert (found.version, found.theirs, found.by_id, found.at) == (
        2,
        {"title": "From the phone"},
        owner.pk,
        NOW,
    )


def test_the_same_words_from_another_window_are_none(draft):
    cases.save(draft, words=WORDS, opened_version=1, now=NOW)
    assert cases.save(draft, words=WORDS, opened_version=1, now=LATER).version == 3


def test_sharing_pins_the_cohort_and_the_moment_and_is_logged_without_words(owner, cohort, draft):
    shared = share(draft)
    assert (shared.state, shared.cohort, shared.shared_at, shared.third_parties_checked) == (
        "shared",
        cohort,
        LATER,
        True,
    )
    line = AuditEntry.objects.get(verb="case.share")
    assert (line.actor, line.subject, line.reason) == (owner, draft.key, "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"third_parties_checked": False}, "third_parties"),
        ({"words": {**WORDS, "title": ""}}, "title"),
        ({"words": {**WORDS, "situation": ""}}, "situation"),
        ({"words": {**WORDS, "question": ""}}, "question"),
        ({"words": {**WORDS, "question": "I need ideas."}}, "statement"),
    ],
)
def test_sharing_is_refused_and_names_what_is_missing(draft, changes, field):
    with pytest.raises(RuleViolation) as refusal, transaction.atomic():
        share(draft, **changes)
    draft.refresh_from_db()
    assert (refusal.value.field, draft.state) == (field, "draft")


def test_a_statement_is_shared_when_it_is_confirmed(draft):
    shared = share(draft, words={**WORDS, "question": "I need ideas."}, statement_confirmed=True)
    assert shared.state == "shared"


def test_who_left_the_cohort_shares_nothing_with_it(owner, draft):
    owner_membership = draft.cohort.memberships.get(user=owner)
    owner_membership.active, owner_membership.left_at = None, NOW
    owner_membership.save()
    with pytest.raises(NotFound):
        share(draft)


def test_a_case_is_shared_once(draft):
    share(draft)
    with pytest.raises(NotFound):
        share(draft)


def test_tables_refuse_a_shared_case_without_its_check(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=draft.pk).update(state="shared", **WORDS, shared_at=NOW)


def test_tables_refuse_a_shared_case_that_says_nothing(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=draft.pk).update(state="shared", third_parties_checked=True, shared_at=NOW)


def edit(case, **changes):
    return cases.edit(case, words={**WORDS, **changes}, opened_version=case.version, now=LATER, **TICKS)


def test_editing_is_dated_only_after_the_first_contribution(draft):
    shared = share(draft)
    shared = edit(shared, title="Before")
    assert shared.edited_at is None
    shared.contributions.create(author=UserFactory(), kind="question", text="Since when?", posted_at=NOW)
    assert edit(shared, title="Before").edited_at is None
    assert edit(Case.objects.get(), title="After").edited_at == LATER


def test_withdrawing_is_logged_and_final(draft):
    shared = share(draft)
    assert cases.withdraw(shared, now=LATER).state == "withdrawn"
    assert AuditEntry.objects.filter(verb="case.withdraw", subject=draft.key).count() == 1
    with pytest.raises(NotFound):
        edit(shared)


def test_a_case_moves_with_nobody(owner, draft):
    shared = share(draft)
    membership = shared.cohort.memberships.get(user=owner)
    membership.cohort = CohortFactory(network=shared.cohort.network)
    membership.save()
    shared.refresh_from_db()
    assert shared.cohort != membership.cohort


def test_what_is_not_among_the_words_stays(draft):
    cases.save(draft, words={"help_wanted": ["ideas"], "audience": "circle"}, opened_version=1, now=NOW)
    saved = cases.save(draft, words={"title": "Later"}, opened_version=2, now=NOW)
    assert (saved.title, saved.help_wanted, saved.audience, saved.needed_by) == ("Later", ["ideas"], "circle", None)


def test_a_conflict_tells_days_and_several_choices_as_a_form_would_send_them(draft):
    chosen = {**WORDS, "needed_by": LATER.date(), "help_wanted": ["ideas", "resources"], "audience": "circle"}
    cases.save(draft, words=chosen, opened_version=1, now=NOW)
    other = {**WORDS, "needed_by": None, "help_wanted": [], "audience": "cohort"}
    with pytest.raises(StaleVersion) as conflict:
        cases.save(draft, words=other, opened_version=1, now=LATER)
    assert conflict.value.theirs == {
        "needed_by": LATER.date().isoformat(),
        "help_wanted": "ideas resources",
        "audience": "circle",
    }


def test_the_audience_is_pinned_when_it_is_shared_and_an_edit_leaves_it(draft):
    shared = share(draft, words={**WORDS, "audience": "facilitator"})
    assert shared.audience == "facilitator"
    assert edit(shared, audience="cohort").audience == "facilitator"


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (30, False)])
def test_an_answer_is_needed_by_a_day_that_is_not_over(draft, days, refused):
    words = {**WORDS, "needed_by": LATER.date() + timedelta(days=days)}
    if not refused:
        assert share(draft, words=words).needed_by == words["needed_by"]
        return
    with pytest.raises(RuleViolation) as refusal, transaction.atomic():
        share(draft, words=words)
    draft.refresh_from_db()
    assert (refusal.value.field, draft.state) == ("needed_by", "draft")


def test_the_day_is_the_owner_s_own(draft):
    words = {**WORDS, "needed_by": LATER.date()}
    with pytest.raises(RuleViolation):
        share(draft, words=words, today=LATER.date() + timedelta(days=1))


def test_only_what_is_urgent_keeps_a_day(draft):
    words = {**WORDS, "horizon": "future", "needed_by": LATER.date() - timedelta(days=9)}
    assert share(draft, words=words).needed_by is None


def test_a_day_that_has_passed_since_stops_no_edit(draft):
    shared = share(draft, words={**WORDS, "needed_by": LATER.date()})
    words, later = {**WORDS, "needed_by": LATER.date(), "title": "New"}, LATER + timedelta(days=9)
    kept = cases.edit(shared, words=words, opened_version=shared.version, now=later, **TICKS)
    assert kept.needed_by == LATER.date()
    earlier = {**words, "needed_by": LATER.date() + timedelta(days=1)}
    with pytest.raises(RuleViolation):
        cases.edit(kept, words=earlier, opened_version=kept.version, now=later, **TICKS)


@pytest.mark.parametrize("change", [{"help_wanted": ["ideas"]}, {"needed_by": LATER.date()}])
def test_a_change_of_what_would_help_is_dated_as_well(draft, change):
    shared = share(draft)
    shared.contributions.create(author=UserFactory(), kind="question", text="Since when?", posted_at=NOW)
    assert edit(shared, **change).edited_at == LATER


def moved(case):
    """Let the owner go on in another cohort of the network."""
    case.cohort.memberships.filter(user=case.owner).update(active=None, left_at=NOW, end="merged")
    other = CharterFactory(cohort__network=case.cohort.network).cohort
    MembershipFactory(cohort=other, user=case.owner)
    return other


def test_an_owner_edits_an_old_case_from_another_group_once_its_charter_is_accepted(draft):
    shared = share(draft)
    other = moved(shared)
    with pytest.raises(RuleViolation, match="charter"):
        edit(shared)
    consent(other, shared.owner)
    assert edit(shared, title="From elsewhere").title == "From elsewhere"


def test_who_has_no_place_any_more_edits_nothing_and_withdraws(draft):
    shared = share(draft)
    shared.cohort.memberships.update(active=None, left_at=NOW, end="left")
    with pytest.raises(NotFound):
        edit(shared)
    assert cases.withdraw(shared, now=LATER).state == "withdrawn"


@pytest.mark.parametrize(
    ("phase", "left"), [("planned", []), ("questions", ["done"]), ("closing", ["done"]), ("done", ["done"])]
)
def test_withdrawing_ends_an_open_turn_and_keeps_what_others_took_home(draft, phase, left):
    shared = share(draft)
    TurnFactory(case=shared, phase=phase, question_after="" if phase != "done" else "What now?")
    kept = TakeawayFactory(cohort=shared.cohort, case=shared)
    cases.withdraw(shared, now=LATER)
    shared.refresh_from_db()
    assert [turn.phase for turn in shared.turns.all()] == left
    assert not shared.turns.filter(open=True).exists()
    assert (shared.state, TakeawayFactory._meta.model.objects.get()) == ("withdrawn", kept)
