"""Takeaways: a line, a commitment, and what came of it."""

from datetime import date, timedelta

import pytest

from lernet_xblock.errors import NotFound, RuleViolation, StaleVersion
from lernet_xblock.models import AuditEntry, Takeaway
from lernet_xblock.services import case as cases
from lernet_xblock.services import takeaway as services
from lernet_xblock.services.takeaway import Words
from tests.factories import NOW, CaseFactory, MembershipFactory, SessionFactory, TakeawayFactory

pytestmark = pytest.mark.django_db

TODAY, FRIDAY = date(2026, 12, 1), date(2026, 12, 4)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def membership():
    return MembershipFactory()


def noted(membership, **given):
    words = Words("Ask before I advise.", **given.pop("words", {}))
    return services.note(membership.cohort, user_id=membership.user_id, words=words, today=TODAY, now=NOW, **given)


def committed(membership):
    return noted(membership, words={"by_date": FRIDAY})


def stored(row):
    row.refresh_from_db()
    return row


def change(row, version=1, **words):
    kept = {"text": row.text, "by_date": row.by_date, "with_whom": row.with_whom, "visibility": row.visibility}
    changed = Words(**{**kept, **words})
    return services.change(row, words=changed, opened_version=version, today=TODAY, now=LATER)


def tell(row, came="tried", version=1, **given):
    told = {"happened": "", "new_date": None, "opened_version": version, "today": TODAY, "now": LATER, **given}
    return services.tell(row, came=came, **told)


def test_a_line_is_its_owners_alone_until_they_choose_otherwise(membership):
    row = noted(membership, case=CaseFactory(cohort=membership.cohort))
    assert (row.state, row.visibility, row.version) == ("noted", "me", 1)


def test_a_day_makes_it_a_commitment_and_taking_it_away_a_line_again(membership):
    row = committed(membership)
    assert row.state == "committed"
    assert change(row, by_date=None).state == "noted"
    assert change(row, version=2, by_date=FRIDAY, with_whom="my team").state == "committed"
    assert stored(row).with_whom == "my team"


def test_a_line_about_no_case_is_for_nobody_else(membership):
    row = noted(membership, session=SessionFactory(cohort=membership.cohort), words={"visibility": "cohort"})
    assert row.visibility == "me"
    change(row, visibility="cohort")
    assert (stored(row).visibility, row.version) == ("me", 1)


def test_who_reads_it_can_be_changed_at_any_time(membership):
    row = noted(membership, case=CaseFactory(cohort=membership.cohort))
    change(row, visibility="cohort")
    change(row, version=2, visibility="me")
    assert (stored(row).visibility, row.version) == ("me", 3)


def test_only_a_member_takes_something_home(membership):
    membership.active, membership.left_at = None, NOW
    membership.save()
    with pytest.raises(NotFound):
        noted(membership)


def test_a_journal_has_an_end(membership, monkeypatch):
    monkeypatch.setattr(services, "MOST_TAKEAWAYS", 1)
    noted(membership)
    with pytest.raises(RuleViolation, match="all it can hold"):
        noted(membership)
    TakeawayFactory(cohort=membership.cohort)


YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("set_out", "field"),
    [
        (lambda membership: noted(membership, words={"by_date": YESTERDAY}), "by_date"),
        (lambda membership: change(committed(membership), by_date=YESTERDAY), "by_date"),
        (lambda membership: tell(committed(membership), "postponed", new_date=YESTERDAY), "new_date"),
    ],
)
def test_nobody_sets_out_to_do_anything_yesterday(membership, set_out, field):
    with pytest.raises(RuleViolation) as refused:
        set_out(membership)
    assert refused.value.field == field


def test_a_day_that_has_passed_stays_when_other_words_change(membership):
    row = committed(membership)
    words = Words("Other words", by_date=FRIDAY)
    later = FRIDAY + timedelta(days=9)
    assert services.change(row, words=words, opened_version=1, today=later, now=LATER).text == "Other words"


def test_two_windows_get_both_versions_and_lose_nothing(membership):
    row = committed(membership)
    change(row, text="From the phone")
    with pytest.raises(StaleVersion) as stale:
        change(row, text="From the desk")
    assert (stale.value.theirs, stale.value.version) == ({"text": "From the phone"}, 2)
    assert (stale.value.by_id, stale.value.at) == (membership.user_id, LATER)
    assert stored(row).text == "From the phone"


def test_two_windows_with_the_same_words_do_not_quarrel(membership):
    row = committed(membership)
    change(row, text="The same")
    assert change(row, text="The same").version == 2


@pytest.mark.parametrize("came", ["tried", "dropped"])
def test_what_came_of_it_is_kept_and_nobody_asks_again(membership, came):
    row = tell(committed(membership), came, happened="It went well.")
    assert (row.state, row.happened, row.asked_at, row.by_date) == (came, "It went well.", LATER, FRIDAY)


def test_postponing_needs_a_new_day(membership):
    row = committed(membership)
    with pytest.raises(RuleViolation, match="until when"):
        tell(row, "postponed")
    row = tell(row, "postponed", new_date=FRIDAY + timedelta(days=7))
    assert (row.state, row.by_date, row.asked_at) == ("postponed", FRIDAY + timedelta(days=7), LATER)


def test_nothing_else_can_come_of_it(membership):
    with pytest.raises(NotFound):
        tell(committed(membership), "told")


def test_telling_from_an_old_window_is_refused_with_what_is_stored(membership):
    row = committed(membership)
    tell(row, happened="First")
    with pytest.raises(StaleVersion) as stale:
        tell(row, "dropped", happened="Second")
    assert stale.value.theirs == {"happened": "First"}
    assert stored(row).state == "tried"


def test_not_now_is_an_answer_and_the_first_one_counts(membership):
    row = committed(membership)
    services.not_now(row, now=LATER)
    services.not_now(row, now=LATER + timedelta(days=1))
    assert (stored(row).asked_at, row.state, row.version) == (LATER, "committed", 1)


def test_told_to_the_team_is_a_mark_that_can_be_taken_back(membership):
    row = services.mark_told(committed(membership), opened_version=1, now=LATER)
    assert row.state == "told"
    assert services.take_up(row, opened_version=2, now=LATER).state == "committed"
    with pytest.raises(NotFound):
        services.take_up(row, opened_version=3, now=LATER)


def test_what_was_dropped_is_not_told_before_it_is_taken_up_again(membership):
    row = tell(noted(membership), "dropped")
    with pytest.raises(NotFound):
        services.mark_told(row, opened_version=2, now=LATER)
    assert services.take_up(row, opened_version=2, now=LATER).state == "noted"


@pytest.mark.parametrize("verb", [services.mark_told, services.take_up])
def test_marks_from_an_old_window_are_refused(membership, verb):
    with pytest.raises(StaleVersion):
        verb(tell(committed(membership)), opened_version=1, now=LATER)


@pytest.mark.parametrize("verb", [change, tell])
def test_what_is_gone_is_not_found(membership, verb):
    row = committed(membership)
    Takeaway.objects.all().delete()
    with pytest.raises(NotFound):
        verb(row)


def test_it_outlives_its_case(membership):
    case = CaseFactory(cohort=membership.cohort)
    row = noted(membership, case=case)
    cases.withdraw(case, now=LATER)
    assert stored(row).text == "Ask before I advise."
    case.delete()
    assert (stored(row).case, row.text) == (None, "Ask before I advise.")


def test_nothing_of_it_stands_in_the_log(membership):
    row = change(committed(membership), text="Other")
    tell(row, version=2)
    assert AuditEntry.objects.count() == 0
    assert str(row) == f"takeaway {row.key}"
