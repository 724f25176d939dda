"""The journal through the door: writing, changing, telling what came of it, and nobody else's eyes."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import AuditEntry, Message, SentForm, Takeaway
from tests.factories import (
    NOW,
    CaseFactory,
    CharterFactory,
    CohortFactory,
    FacilitationFactory,
    MembershipFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
    consent,
)
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db

CANARY = "canary4711"
LATER = NOW + timedelta(days=20)
DAY = LATER.date()


@pytest.fixture(autouse=True)
def later():
    cache.clear()
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def cohort():
    return CharterFactory(cohort__network__state="running").cohort


@pytest.fixture
def owner(cohort):
    person = MembershipFactory(cohort=cohort).user
    consent(cohort, person)
    return person


def block_of(user):
    return make_block(user.username)


def line(owner, cohort, **given):
    return TakeawayFactory(cohort=cohort, user=owner, text=CANARY, **given)


def send(user, action, row, **fields):
    pairs = {"about": row.key, "version": str(row.version), **fields}
    return post(block_of(user), action, pairs, at=f"journal?line={row.key}")


def stored(row):
    row.refresh_from_db()
    return row


def test_an_empty_journal_invites_to_write(owner):
    page = get(block_of(owner), "journal")
    assert "Only you can open this page." in page.text
    assert 'data-action="takeaway.note"' in page.text


def test_a_line_after_a_session_is_tied_to_it(owner, cohort):
    session = SessionFactory(cohort=cohort, starts_at=LATER - timedelta(hours=3))
    fields = {"text": CANARY, "session": session.key, "by_date": "", "with_whom": ""}
    reply = post(block_of(owner), "takeaway.note", {**fields, "_key": "k1"}, at="journal")
    again = post(block_of(owner), "takeaway.note", {**fields, "_key": "k1"}, at="journal")
    assert (reply.status_int, again.status_int) == (200, 200)
    row = Takeaway.objects.get()
    assert (row.session, row.state, row.visibility, row.case) == (session, "noted", "me", None)
    assert "The session of Monday 21 December 2026" in words(reply.text)


@pytest.mark.parametrize("kind", ["to come", "foreign"])
def test_a_session_that_is_not_offered_is_refused(owner, cohort, kind):
    group = cohort if kind == "to come" else CohortFactory(network=cohort.network)
    session = SessionFactory(cohort=group, starts_at=LATER + timedelta(days=1 if kind == "to come" else -3))
    reply = post(block_of(owner), "takeaway.note", {"text": CANARY, "session": session.key}, at="journal")
    assert (reply.status_int, Takeaway.objects.count()) == (422, 0)
    assert CANARY in reply.text


@pytest.mark.parametrize(("length", "status"), [(280, 200), (281, 422)])
def test_a_line_is_short(owner, length, status):
    reply = post(block_of(owner), "takeaway.note", {"text": "x" * length}, at="journal")
    assert reply.status_int == status


def test_a_commitment_has_a_day_and_with_whom(owner):
    post(block_of(owner), "takeaway.note", {"text": CANARY, "by_date": str(DAY), "with_whom": "Mila"}, at="journal")
    row = Takeaway.objects.get()
    assert (row.state, row.by_date, row.with_whom) == ("committed", DAY, "Mila")
    past = post(block_of(owner), "takeaway.note", {"text": CANARY, "by_date": "2020-01-01"}, at="journal")
    assert past.status_int == 422
    assert "This day is over." in past.text


def test_two_windows_on_one_line_show_both(owner, cohort):
    row = line(owner, cohort, state="committed", by_date=DAY, case=CaseFactory(cohort=cohort))
    typed = {"text": "First", "by_date": str(DAY), "with_whom": "", "visibility": "cohort"}
    assert send(owner, "takeaway.change", row, **typed).status_int == 200
    late = {**typed, "text": "Second", "by_date": str(DAY + timedelta(days=1)), "visibility": "me"}
    reply = send(owner, "takeaway.change", row, **late)
    assert reply.status_int == 409
    assert "Stored now: <b>First</b>" in reply.text
    assert "Stored now: <b>Monday 21 December 2026</b>" in reply.text
    assert "Stored now: <b>Those of my group who can read this case</b>" in reply.text
    assert "Second" in reply.text
    version = hidden(reply.text, "takeaway.change", "version")
    assert send(owner, "takeaway.change", stored(row), **{**late, "version": version}).status_int == 200
    assert stored(row).text == "Second"


def test_who_reads_it_is_asked_only_where_there_is_somebody(owner, cohort):
    alone, about = line(owner, cohort), line(owner, cohort, case=CaseFactory(cohort=cohort))
    assert 'name="visibility"' not in get(block_of(owner), f"journal?line={alone.key}").text
    assert 'name="visibility"' in get(block_of(owner), f"journal?line={about.key}").text


def due(owner, cohort):
    return line(owner, cohort, state="committed", by_date=DAY)


def test_once_its_day_has_come_home_and_journal_ask_what_came_of_it(owner, cohort):
    row = due(owner, cohort)
    assert 'data-panel="journal"' in get(block_of(owner), "home").text.split("What came of it?")[1]
    page = get(block_of(owner), "journal").text
    assert page.index("What came of it?") < page.index('data-action="takeaway.tell"')
    reply = post(block_of(owner), "takeaway.later", {"about": row.key}, at="journal")
    assert reply.status_int == 200
    assert "takeaway.tell" not in reply.text
    assert "What came of it?" not in get(block_of(owner), "home").text
    assert stored(row).asked_at == LATER


@pytest.mark.parametrize(
    ("came", "fields"),
    [("tried", {}), ("dropped", {}), ("postponed", {"new_date": str(DAY + timedelta(days=30))})],
)
def test_it_is_asked_once_and_never_again(owner, cohort, came, fields):
    row = due(owner, cohort)
    reply = send(owner, "takeaway.tell", row, came=came, happened="It rained.", **fields)
    assert (reply.status_int, stored(row).state, row.happened) == (200, came, "It rained.")
    with time_machine.travel(LATER + timedelta(days=60), tick=False):
        assert "What came of it?" not in get(block_of(owner), "home").text
        assert "takeaway.later" not in get(block_of(owner), "journal").text


def test_postponing_without_a_day_names_the_field(owner, cohort):
    reply = send(owner, "takeaway.tell", due(owner, cohort), came="postponed")
    assert reply.status_int == 422
    assert 'name="new_date"' in reply.text.split('aria-invalid="true"')[0].rsplit("<", 1)[1]


def test_telling_from_an_old_window_is_refused_with_what_is_stored(owner, cohort):
    row = due(owner, cohort)
    send(owner, "takeaway.tell", row, came="tried", happened="From the phone")
    reply = send(owner, "takeaway.tell", row, came="dropped", happened="From the desk")
    assert reply.status_int == 409
    assert "From the phone" in reply.text
    assert "From the desk" in reply.text


def test_told_to_the_team_is_one_press_and_can_be_taken_back(owner, cohort):
    row = line(owner, cohort, state="tried")
    assert send(owner, "takeaway.told", row).status_int == 200
    assert stored(row).state == "told"
    assert send(owner, "takeaway.told", row, version="1").status_int == 409
    assert send(owner, "takeaway.reopen", stored(row)).status_int == 200
    assert stored(row).state == "noted"


ACTIONS = {
    "takeaway.change": {"text": "Mine now", "visibility": "cohort"},
    "takeaway.tell": {"came": "tried"},
    "takeaway.later": {},
    "takeaway.told": {},
    "takeaway.reopen": {},
    "takeaway.brief": {"fields_in": "text"},
}


def other(kind, cohort):
    if kind == "member":
        return MembershipFactory(cohort=cohort).user
    if kind == "other cohort":
        return MembershipFactory(cohort=CohortFactory(network=cohort.network)).user
    if kind == "guide":
        return FacilitationFactory(cohort=cohort).user
    return UserFactory(is_staff=kind == "admin")


@pytest.mark.parametrize("kind", ["member", "other cohort", "guide", "admin", "stranger"])
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_nobody_else_touches_a_line_or_learns_that_there_is_one(action, kind, owner, cohort):
    row = line(owner, cohort, state="committed", by_date=DAY)
    before = Takeaway.objects.values().get()
    person = other(kind, cohort)
    fields = dict(ACTIONS[action])
    if action not in ("takeaway.later", "takeaway.brief"):
        fields["version"] = "1"
    foreign = post(block_of(person), action, {"about": row.key, **fields}, at="journal")
    missing = post(block_of(person), action, {"about": "0" * 20, **fields}, at="journal")
    assert foreign.status_int in (403, 404)
    assert (foreign.status_int, foreign.text) == (missing.status_int, missing.text)
    assert Takeaway.objects.values().get() == before
    page, none = (get(block_of(person), f"journal?line={key}") for key in (row.key, "0" * 20))
    assert (page.status_int, page.text) == (none.status_int, none.text) == (404, page.text)


@pytest.mark.parametrize("kind", ["member", "other cohort", "guide", "admin", "stranger"])
def test_a_journal_stands_on_no_page_of_others(kind, owner, cohort):
    line(owner, cohort, state="committed", by_date=DAY)
    assert CANARY in get(block_of(owner), "journal").text
    person = block_of(other(kind, cohort))
    for address in ("home", "journal", "group", "cases", "results", "watch", "people"):
        assert CANARY not in get(person, address).text


def test_staff_who_look_as_a_member_find_no_journal(owner, cohort, monkeypatch):
    line(owner, cohort, state="committed", by_date=DAY)
    actor = WorkbenchHost.actor

    def looking(self, block, request):
        from dataclasses import replace

        return replace(actor(self, block, request), masquerading=True)

    monkeypatch.setattr(WorkbenchHost, "actor", looking)
    assert get(block_of(owner), "journal").status_int == 404
    home = get(block_of(owner), "home").text
    assert 'data-panel="journal"' not in home
    assert "What came of it?" not in home


def test_the_journal_is_in_the_menu_of_members_only(owner, cohort):
    assert 'data-panel="journal"' in get(block_of(owner), "home").text
    for kind in ("guide", "admin", "stranger"):
        assert 'data-panel="journal"' not in get(block_of(other(kind, cohort)), "home").text


def test_who_left_keeps_what_they_took_home(owner, cohort):
    row = line(owner, cohort, state="committed", by_date=DAY)
    cohort.memberships.update(active=None, left_at=LATER, end="left")
    assert CANARY in get(block_of(owner), "journal").text
    assert send(owner, "takeaway.tell", row, came="dropped").status_int == 200
    assert post(block_of(owner), "takeaway.note", {"text": "More"}, at="journal").status_int == 403


def test_words_stand_nowhere_but_in_their_row(owner, cohort, caplog):
    row = line(owner, cohort, state="committed", by_date=DAY)
    for action, fields in ACTIONS.items():
        send(owner, action, stored(row), **{**fields, **({"text": CANARY} if "text" in fields else {})})
    post(block_of(owner), "takeaway.note", {"text": CANARY, "_key": "k"}, at="journal")
    rows = [*AuditEntry.objects.values(), *Message.objects.values(), *SentForm.objects.values()]
    assert CANARY not in str(rows) + caplog.text


def test_a_journal_costs_the_same_however_long_it_is(owner, cohort, django_assert_num_queries):
    for number in range(9):
        line(owner, cohort, state=("noted", "tried", "dropped")[number % 3], case=CaseFactory(cohort=cohort))
    with django_assert_num_queries(9):
        assert get(block_of(owner), "journal").text.count(CANARY) >= 9
