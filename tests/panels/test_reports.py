"""Reports through the door: who reads what is held, and what each side reads of a report."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lernet_xblock.host import get_host
from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import Attachment, AttachmentBody, AuditEntry, CaseOpening, Report, Theme, Turn
from lernet_xblock.panels.panel import PANELS
from lernet_xblock.queries.attachment import file_for
from tests.factories import (
    NOW,
    CircleFactory,
    CohortFactory,
    ContributionFactory,
    FacilitationFactory,
    MembershipFactory,
    NetworkFactory,
    SessionFactory,
    TakeawayFactory,
    TurnFactory,
    UserFactory,
    consent,
    seat,
    shared_case,
)
from tests.runtime import get, hidden, make_block, post, words

pytestmark = pytest.mark.django_db

AT = NOW + timedelta(days=3)
TITLE, SITUATION, SAID = "canary-title", "canary-situation", "canary-said"
OUTCOME = "We talked, and the name is gone."
REASON = "Both sides asked the course team to look."


@pytest.fixture(autouse=True)
def clock():
    """Three days on, and nobody wrote anything in this minute."""
    cache.clear()
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def network():
    return NetworkFactory(state="running")


@pytest.fixture
def cohort(network):
    return CohortFactory(network=network, number=1, name="Gembloux")


@pytest.fixture
def case(cohort):
    made = shared_case(cohort, title=TITLE, situation=SITUATION)
    consent(cohort, made.owner)
    return made


def member_of(cohort, **changes):
    user = MembershipFactory(cohort=cohort, **changes).user
    consent(cohort, user)
    return user


@pytest.fixture
def cast(network, cohort, case):
    """Everybody who could want to read, by what they are."""
    other = CohortFactory(network=network, number=2)
    return {
        "owner": case.owner,
        "author": member_of(cohort),
        "reporter": member_of(cohort),
        "second reporter": member_of(cohort),
        "handler": FacilitationFactory(cohort=cohort).user,
        "deputy": FacilitationFactory(cohort=cohort, role="deputy").user,
        "other member": member_of(cohort),
        "late joiner": member_of(cohort, joined_at=NOW + timedelta(days=2)),
        "other group": member_of(other),
        "other guide": FacilitationFactory(cohort=other).user,
        "admin": UserFactory(is_staff=True),
        "outsider": UserFactory(),
    }


@pytest.fixture
def said(case, cast):
    return ContributionFactory(case=case, author=cast["author"], text=SAID, html=f"<p>{SAID}</p>")


def page(user, address):
    return get(make_block(user.username), address)


def send(user, action, at="", **fields):
    return post(make_block(user.username), action, fields, at=at)


def report(user, case, voice=None, **changes):
    fields = {"about": case.key, "voice": voice.key if voice else "", "ground": "hurts", "words": "", **changes}
    return send(user, "report.raise", f"reports?case={case.key}", **fields)


def readers(cast, address, text):
    return {name for name, user in cast.items() if text in page(user, address).text}


def decide(user, made, **changes):
    version = hidden(page(user, f"reports?report={made.key}").text, "report.decide", "version")
    fields = {"about": made.key, "version": version, "decision": "resolved", "outcome": OUTCOME, **changes}
    return send(user, "report.decide", f"reports?report={made.key}", **fields)


AUDIENCE = {"owner", "author", "reporter", "second reporter", "handler", "deputy", "other member"}


def test_while_a_case_is_held_owner_reporters_and_handler_read_it_and_nobody_else(case, cast, said):
    address = f"cases?case={case.key}"
    assert readers(cast, address, SITUATION) == AUDIENCE
    assert report(cast["reporter"], case).status_int == 200
    assert report(cast["second reporter"], case, ground="charter").status_int == 200
    sides = {"owner", "reporter", "second reporter", "handler"}
    assert readers(cast, address, SITUATION) == sides
    assert readers(cast, address, SAID) == sides
    assert readers(cast, "cases", TITLE) == sides
    assert {page(cast[name], address).status_int for name in set(cast) - sides} <= {403, 404}


def test_while_a_contribution_is_held_the_case_is_read_and_it_is_not(case, cast, said):
    address = f"cases?case={case.key}"
    report(cast["reporter"], case, said)
    assert readers(cast, address, SITUATION) == AUDIENCE
    assert readers(cast, address, SAID) == {"author", "reporter", "handler"}


def test_after_the_decision_the_audience_reads_it_again(case, cast, said):
    report(cast["reporter"], case, said)
    assert decide(cast["handler"], Report.objects.get()).status_int == 200
    assert readers(cast, f"cases?case={case.key}", SAID) == AUDIENCE


def test_a_removed_contribution_is_its_authors_alone(case, cast, said):
    report(cast["reporter"], case, said)
    decide(cast["handler"], Report.objects.get(), decision="removed")
    assert readers(cast, f"cases?case={case.key}", SAID) <= {"author"}


def test_only_who_reads_something_reports_it_and_nobody_their_own(case, cast, said):
    forms = {name for name, user in cast.items() if page(user, f"reports?case={case.key}").status_int == 200}
    assert forms == AUDIENCE - {"owner"}
    about_words = f"reports?case={case.key}&voice={said.key}"
    assert {name for name, user in cast.items() if page(user, about_words).status_int == 200} == AUDIENCE - {"author"}
    for name in set(cast) - AUDIENCE | {"owner"}:
        assert report(cast[name], case).status_int in {403, 404}
    assert not Report.objects.exists()


@pytest.mark.parametrize("voice", ["nothing", "0" * 20, "%20"])
def test_a_contribution_that_is_not_there_is_not_found(case, cast, voice):
    assert page(cast["reporter"], f"reports?case={case.key}&voice={voice}").status_int == 404


def test_a_second_click_is_one_report(case, cast):
    first = report(cast["reporter"], case, _key="k1")
    again = report(cast["reporter"], case, _key="k1")
    third = report(cast["reporter"], case, _key="k2")
    assert [one.status_int for one in (first, again, third)] == [200, 200, 200]
    made = Report.objects.get()
    assert f'data-address="reports?report={made.key}"' in first.text
    assert made.voices.count() == 1


def test_who_is_second_and_forgot_something_keeps_their_words_and_reads_the_thing_no_more(case, cast):
    report(cast["reporter"], case)
    refused = report(cast["second reporter"], case, ground="", words="mine")
    assert (refused.status_int, "mine" in refused.text, TITLE in refused.text) == (422, True, False)
    assert page(cast["second reporter"], f"reports?case={case.key}").status_int == 404


def test_a_ground_is_needed_and_words_have_an_end(case, cast):
    missing = report(cast["reporter"], case, ground="")
    long = report(cast["reporter"], case, words="x" * 501)
    assert (missing.status_int, long.status_int) == (422, 422)
    assert "500 is the most" in long.text
    assert not Report.objects.exists()


def test_neither_side_learns_who_the_other_is_and_the_author_reads_the_ground_alone(case, cast, said):
    said.author = cast["author"]
    report(cast["reporter"], case, said, words="canary-words", ground="names")
    made = Report.objects.get()
    address = f"reports?report={made.key}"
    assert readers(cast, address, "canary-words") == {"handler"}
    assert readers(cast, address, cast["reporter"].first_name) == {"handler"}
    assert readers(cast, address, "It names somebody") == {"author", "handler"}
    assert {name for name, user in cast.items() if page(user, address).status_int == 200} == {
        "author",
        "reporter",
        "handler",
        "admin",
    }
    assert "canary-words" not in page(cast["admin"], address).text


def test_both_sides_read_the_outcome_on_the_page(case, cast):
    report(cast["reporter"], case)
    made = Report.objects.get()
    decide(cast["handler"], made)
    assert readers(cast, f"reports?report={made.key}", OUTCOME) == {"owner", "reporter", "handler", "admin"}
    assert readers(cast, "reports", "Talked about and released") == {"owner", "reporter"}
    assert cast["handler"].first_name not in page(cast["reporter"], f"reports?report={made.key}").text


def test_a_decision_needs_words_for_both_sides(case, cast):
    report(cast["reporter"], case)
    assert decide(cast["handler"], Report.objects.get(), outcome="").status_int == 422
    assert Report.objects.get().open


def test_who_was_first_is_named_to_the_second(case, cast):
    report(cast["reporter"], case)
    made = Report.objects.get()
    version = hidden(page(cast["admin"], f"reports?report={made.key}").text, "report.decide", "version")
    decide(cast["handler"], made)
    late = send(
        cast["admin"],
        "report.decide",
        f"reports?report={made.key}",
        about=made.key,
        version=version,
        decision="removed",
        outcome="Gone.",
    )
    assert late.status_int == 409
    assert cast["handler"].first_name in late.text
    assert Report.objects.get().state == "resolved"


def test_a_new_voice_sends_the_decision_back_without_naming_it(case, cast):
    report(cast["reporter"], case)
    made = Report.objects.get()
    version = hidden(page(cast["handler"], f"reports?report={made.key}").text, "report.decide", "version")
    report(cast["second reporter"], case)
    refused = send(
        cast["handler"],
        "report.decide",
        f"reports?report={made.key}",
        about=made.key,
        version=version,
        decision="released",
        outcome=OUTCOME,
    )
    assert (refused.status_int, Report.objects.get().open) == (409, True)
    assert "Somebody else changed this" in refused.text
    assert OUTCOME in refused.text


@pytest.mark.parametrize("name", ["owner", "reporter", "deputy", "other member", "other guide", "outsider"])
def test_who_does_not_handle_it_decides_nothing_and_opens_nothing(case, cast, name):
    report(cast["reporter"], case)
    made = Report.objects.get()
    for action, more in (
        ("report.decide", {"version": "3", "decision": "released", "outcome": OUTCOME}),
        ("report.open", {"reason": REASON}),
    ):
        assert send(cast[name], action, "reports", about=made.key, **more).status_int in {403, 404}
    assert Report.objects.get().open
    assert not CaseOpening.objects.exists()


def test_the_course_team_reads_it_once_with_a_reason_and_the_owner_sees_that(case, cast, said):
    report(cast["reporter"], case, said, words="canary-words")
    made = Report.objects.get()
    before = page(cast["admin"], f"reports?report={made.key}").text
    assert SAID not in before
    shown = send(cast["admin"], "report.open", f"reports?report={made.key}", about=made.key, reason=REASON)
    assert shown.status_int == 200
    assert all(text in shown.text for text in (SAID, SITUATION, "canary-words", "report.decide"))
    again = page(cast["admin"], f"reports?report={made.key}").text
    assert not any(text in again for text in (SAID, SITUATION, "canary-words"))
    owner = page(cast["owner"], f"cases?case={case.key}").text
    assert REASON in owner
    assert cast["admin"].first_name in owner
    assert REASON not in page(cast["other member"], f"cases?case={case.key}").text


def test_a_guide_who_came_after_the_case_was_shared_opens_it_for_a_reason(case, cast, cohort):
    cohort.facilitations.all().delete()
    late = FacilitationFactory(cohort=cohort, since=NOW + timedelta(days=2)).user
    report(cast["reporter"], case)
    made = Report.objects.get()
    assert made.handler == late
    text = page(late, f"reports?report={made.key}").text
    assert "report.open" in text
    assert SITUATION not in text
    assert SITUATION in send(late, "report.open", f"reports?report={made.key}", about=made.key, reason=REASON).text


def test_a_reason_says_something(case, cast):
    report(cast["reporter"], case)
    made = Report.objects.get()
    for reason in ("", "because", "x" * 301):
        refused = send(cast["admin"], "report.open", f"reports?report={made.key}", about=made.key, reason=reason)
        assert refused.status_int == 422
        assert SITUATION not in refused.text
    assert not CaseOpening.objects.exists()


def test_what_was_decided_is_opened_no_more(case, cast):
    report(cast["reporter"], case)
    made = Report.objects.get()
    decide(cast["handler"], made)
    assert send(cast["admin"], "report.open", "reports", about=made.key, reason=REASON).status_int == 404


def test_the_menu_shows_reports_to_who_has_something_to_decide_and_to_nobody_else(case, cast):
    entry = 'data-panel="reports"\n'
    report(cast["reporter"], case)

    def in_menu(user):
        return "Reports" in page(user, "home").text.split("</nav>")[0]

    assert {name for name, user in cast.items() if in_menu(user)} == {"handler"}
    decide(cast["handler"], Report.objects.get())
    assert not any(in_menu(user) for user in cast.values()), entry


def test_home_asks_the_handler_first(case, cast, cohort):
    report(cast["reporter"], case)
    assert 'data-step="report"' in page(cast["handler"], "home").text
    assert 'data-step="report"' not in page(cast["deputy"], "home").text
    assert 'data-step="report"' not in page(cast["admin"], "home").text
    cohort.facilitations.all().delete()
    Report.objects.update(handler=None)
    assert 'data-step="report"' in page(cast["admin"], "home").text


def test_news_at_home_say_that_there_is_something_and_lead_to_it(case, cast):
    report(cast["reporter"], case)
    home = page(cast["owner"], "home").text
    assert "Something you shared in Gembloux was reported" in words(home)
    assert 'data-panel="reports"' in home
    assert TITLE not in words(page(cast["handler"], "home").text)


def test_a_serious_report_that_waits_is_the_course_teams_too(case, cast, clock):
    report(cast["reporter"], case, serious="on")
    assert "A case was reported" not in page(cast["admin"], "reports").text
    clock.move_to(AT + timedelta(days=5))
    assert "A case was reported" in page(cast["admin"], "reports").text
    assert 'data-step="report"' in page(cast["admin"], "home").text


def test_the_group_reads_that_something_is_looked_at_and_not_what(case, cast, said):
    report(cast["reporter"], case, said)
    text = words(page(cast["other member"], f"cases?case={case.key}").text)
    assert "being looked at" in text
    assert SAID not in text
    decide(cast["handler"], Report.objects.get())
    assert "being looked at" not in words(page(cast["other member"], f"cases?case={case.key}").text)


def test_masquerading_staff_find_no_reports_and_their_attempt_is_logged(case, cast, monkeypatch):
    report(cast["reporter"], case)
    made = Report.objects.get()
    seen = WorkbenchHost.actor
    monkeypatch.setattr(WorkbenchHost, "actor", lambda *given: replace(seen(*given), masquerading=True))
    for name in ("owner", "reporter", "handler", "admin"):
        for address in ("reports", f"reports?report={made.key}", f"reports?case={case.key}"):
            assert page(cast[name], address).status_int == 404
    refused = send(cast["handler"], "report.decide", about=made.key, version="3", decision="released", outcome=OUTCOME)
    assert refused.status_int == 403
    assert AuditEntry.objects.get(verb="masquerade.refused").subject == "report.decide"


@pytest.mark.parametrize("count", [1, 6])
def test_the_pages_cost_the_same_for_few_and_many(cohort, cast, count, case):
    for _number in range(count):
        report(member_of(cohort), shared_case(cohort))
        report(cast["reporter"], shared_case(cohort))
        report(member_of(cohort), case)
    for name, queries in (("handler", 7), ("reporter", 4)):
        with CaptureQueriesContext(connection) as seen:
            assert page(cast[name], "reports").status_int == 200
        assert len(seen) == queries


def test_a_case_page_costs_the_same_for_one_report_and_many(cohort, cast, case):
    costs = []
    for voices in (1, 5):
        for said in [ContributionFactory(case=case, author=cast["author"]) for _number in range(voices)]:
            report(cast["reporter"], case, said)
        with CaptureQueriesContext(connection) as seen:
            assert page(cast["reporter"], f"cases?case={case.key}").status_int == 200
        costs.append(len(seen))
    assert len(set(costs)) == 1


def test_no_page_of_the_group_names_a_held_case_to_who_may_not_read_it(case, cast, cohort, said):
    theme = Theme.objects.create(cohort=cohort, title="Nights", made_at=NOW)
    case.theme = theme
    case.save()
    session = SessionFactory(cohort=cohort, starts_at=AT + timedelta(hours=1))
    turn = TurnFactory(case=case, cohort=cohort, session=session)
    circle = CircleFactory(session=session)
    seat(circle, *(cast[name] for name in ("owner", "author", "reporter", "other member")))
    Turn.objects.filter(pk=turn.pk).update(circle=circle)
    Attachment.objects.create(case=case, name="canary-file", url="https://example.org/x", added_at=NOW)
    TakeawayFactory(cohort=cohort, user=cast["author"], case=case, text="mine", visibility="cohort")
    report(cast["reporter"], case)
    params = ("", f"?cohort={cohort.key}", f"?session={session.key}", f"?case={case.key}", f"?turn={turn.key}")
    leaks = {
        (name, f"{panel}{query}")
        for name in ("deputy", "other member", "author", "late joiner", "other guide", "outsider")
        for panel in PANELS
        for query in params
        if "canary" in page(cast[name], f"{panel}{query}").text
    }
    assert leaks == set()


def test_search_finds_what_is_held_for_nobody_else(case, cast, said):
    def found(name, text):
        reply = post(make_block(cast[name].username), "case.search", {"words": text})
        return 'data-say="1 case found."' in reply.text

    assert {name for name in AUDIENCE if found(name, SITUATION)} == AUDIENCE
    report(cast["reporter"], case, said)
    assert {name for name in AUDIENCE if found(name, SAID)} == {"author", "reporter", "handler"}
    report(cast["second reporter"], case)
    assert {name for name in AUDIENCE if found(name, SITUATION)} == {"owner", "second reporter", "handler"}


def test_a_file_of_a_held_case_is_served_to_who_still_reads_it(case, cast):
    row = Attachment.objects.create(case=case, name="plan.pdf", content_type="application/pdf", size=4, added_at=NOW)
    AttachmentBody.objects.create(attachment=row, content=b"%PDF")

    def served():
        host = get_host()
        return {name for name, user in cast.items() if file_for(user.pk, row.key, host=host) is not None}

    assert served() == AUDIENCE
    report(cast["reporter"], case)
    assert served() == {"owner", "reporter", "handler"}


def test_what_its_author_took_back_is_read_by_nobody_and_still_answered(case, cast, said):
    report(cast["reporter"], case, said, words="canary-words")
    made = Report.objects.get()
    post(make_block(cast["author"].username), "contribution.withdraw", {"about": said.key})
    said.refresh_from_db()
    assert said.withdrawn_at is not None
    for name in ("handler", "admin"):
        text = page(cast[name], f"reports?report={made.key}").text
        assert "taken it back" in text
        assert "report.decide" in text
        assert not any(part in text for part in ("report.open", SAID))
    assert decide(cast["handler"], made).status_int == 200
    assert readers(cast, f"cases?case={case.key}", SAID) <= {"author"}


def test_the_owner_changes_a_held_case_and_the_decision_is_on_the_new_text(case, cast):
    report(cast["reporter"], case)
    made = Report.objects.get()
    old = hidden(page(cast["handler"], f"reports?report={made.key}").text, "report.decide", "version")
    html = page(cast["owner"], f"cases?case={case.key}").text
    assert 'data-action="case.edit"' in html
    case.version, case.situation = case.version + 1, "Without names now."
    case.save()
    late = decide(cast["handler"], made, version=old)
    assert (late.status_int, Report.objects.get().open) == (409, True)
    assert decide(cast["handler"], made).status_int == 200
