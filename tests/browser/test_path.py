"""The whole way of a network, from an empty block in Studio to its first evaluation. The tests are its chapters.

Each builds on those before it. Who writes settings or forms groups sits at a desk; learners have a phone.
"""

import sqlite3
from contextlib import closing
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from lernet_xblock.errors import NotFound
from lernet_xblock.sentences import SETTING_LABELS
from lernet_xblock.templatetags.lernet_show import day
from tests.browser.moments import clock_at
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

NETWORK = "draft"
PHONE = 390
BRUSSELS = ZoneInfo("Europe/Brussels")
TODAY = datetime.now(BRUSSELS).date()
CLOSES, HEARS, FIRST = (TODAY + timedelta(days=days) for days in (10, 12, 20))
SESSION_ENDS = datetime.combine(FIRST, time(16, 30), tzinfo=BRUSSELS)

TITLE = "Terug aan het werk, samen"
GOAL = "Shift leaders can prepare and hold a return-to-work talk, and know three ways to plan a lighter shift."
CHARTER = "What is said here stays here.\nWe ask before we advise."
OWNER, COLLEAGUE, OUTSIDER = "amina_benali", "nathalie_crepin", "jonas_peeters"
OTHERS = (
    "eric_vandormael", "sofie_deconinck", "geert_vanhoutte", "leen_haesaerts", "bernd_peters", "daniel_hughes",
    "sandrine_collard", "thierry_wauters", "nadia_elouardi", "olivier_henrard",
)  # fmt: skip
DEPARTMENTS = ("Logistics", "Care", "Human resources")
# Usefulness of the session, as each of the six says it, and what each wants to keep and change.
SAID = {
    OWNER: ("5 fully", "Keep the round of three."),
    COLLEAGUE: ("4", "Change the chairs."),
    "eric_vandormael": ("3", "Keep the silence after a question."),
    "sofie_deconinck": ("4", ""),
    "geert_vanhoutte": ("2", "Change the hour."),
    "leen_haesaerts": ("5 fully", "Keep the coffee."),
}
NAMES = ("Amina", "Nathalie", "Eric", "Deconinck", "Geert", "Leen")
CASE = "Handover after six months"
QUESTION = "Who decided how the tasks were shared out?"
CHECKED = (
    "I checked: nobody outside the group can be recognised. There are no names of persons, customers or workplaces."
)
NOT_HERE = NotFound().sentence


AFTER_SESSION = timedelta(minutes=10)
AFTER_WINDOW = timedelta(days=4)


@pytest.fixture
def desk(window):
    return window(width=1280)


@pytest.fixture
def phone(window):
    return window(width=PHONE)


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """What one chapter remembers for a later one."""
    return {}


@pytest.fixture
def rows(data_folder):
    """Count the rows of a table, as whoever operates the database could."""

    def count(table: str) -> int:
        with closing(sqlite3.connect(data_folder / "workbench.sqlite3")) as database:
            (number,) = database.execute(f"SELECT COUNT(*) FROM lernet_xblock_{table}").fetchone()  # noqa: S608 - ours
        return int(number)

    return count


def label(setting: str) -> str:
    """Return how the editor calls a setting."""
    return str(SETTING_LABELS[setting])


# All but the goal, with a day on which people would hear too early.
SETTINGS = {
    "title": TITLE,
    "audience": "shift leaders in food industry",
    "tags": "supervision, reintegration",
    "interval": "4",
    "session_count": "5",
    "first_date": FIRST.isoformat(),
    "session_time": "13:30",
    "time_zone": "Europe/Brussels",
    "session_minutes": "180",
    "preparation_minutes": "30",
    "place": "Kaai 7, Dendermonde",
    "applications_close": CLOSES.isoformat(),
    "decision_date": (CLOSES - timedelta(days=3)).isoformat(),
    "charter_text": CHARTER,
    "support_contact": "Alimento desk",
}


def set_up(author: Visitor) -> None:
    """Fill in the settings."""
    author.fill({label(name): value for name, value in SETTINGS.items()})
    author.field(label("frequency")).select_option("weekly")
    author.field(label("working_language")).select_option("nl")
    author.tick("In person and online")


def test_an_author_sets_the_network_up_and_nothing_typed_is_lost(desk):
    desk.open_as("author_an", NETWORK, "studio")
    set_up(desk)

    assert desk.press("Save") == 422
    desk.is_refused(label("goal"), "Please fill this in.")
    desk.is_refused(label("decision_date"), "People are told after applications close, so not before")
    expect(desk.field(label("title"))).to_have_value(TITLE)
    expect(desk.field(label("charter_text"))).to_have_value(CHARTER)

    desk.fill({label("goal"): GOAL})
    assert desk.press("Save") == 422
    desk.is_refused(label("decision_date"), "People are told after applications close, so not before")
    expect(desk.field(label("goal"))).to_have_value(GOAL)

    desk.fill({label("decision_date"): HEARS.isoformat()})
    with desk.page.expect_navigation(url="**/author/**"):
        desk.panel.get_by_role("button", name="Save").click()
    desk.sees("Preview", TITLE, GOAL, "17 h 30 in all", "What is said here stays here.")


def test_a_learner_reads_that_it_is_in_preparation(phone):
    phone.open_as(OWNER, NETWORK)

    phone.sees("In preparation", "You can read about it and apply here soon.")
    assert "Join" not in phone.menu


def test_an_admin_opens_applications(desk):
    desk.open_as("admin_karim", NETWORK)
    desk.click(desk.step.get_by_role("link", name="Open applications"))
    desk.sees("Everything is filled in.", "What learners will read")

    assert desk.press("Open applications") == 200

    desk.hears("Applications are open.")
    desk.sees("Karim Bouzid opened them.", "What learners read")


def tell_about_work(learner: Visitor, *, department: str) -> None:
    """Fill in an application but for the commitment."""
    learner.fill({
        "Your function": "Shift leader", "Your organisation": "Frisse Groenten", "Your department": department,
        "Years of experience in this kind of work": "7",
        "What would you like to learn? One question is enough.": "How do I start a talk after a long absence?",
    })  # fmt: skip
    learner.tick("Français", "Tuesday Afternoon")


def test_a_learner_reads_the_card_and_applies_once_she_commits(phone):
    phone.open_as(OWNER, NETWORK)
    phone.click(phone.step.get_by_role("link", name="Read more and apply"))
    phone.sees(GOAL, "17 h 30 in all: 5 sessions", f"{day(FIRST)}, 13:30–16:30 (Brussels)", "10 to 15 people")
    tell_about_work(phone, department=DEPARTMENTS[0])

    assert phone.press("Apply") == 422
    phone.is_refused("I agree to this.", "Please tick this.")
    expect(phone.field("Your function")).to_have_value("Shift leader")
    phone.assert_sound("a refused application")

    phone.tick("I agree to this.")
    assert phone.press("Apply") == 200
    phone.hears(f"You have applied. You will hear by {day(HEARS)}.")
    phone.go("Home")
    phone.sees("You have applied.")


# As the script sends the form, with other words in it.
APPLY = """async (words) => {
  const root = document.querySelector('.lnx');
  const form = root.querySelector('form[data-action="application.submit"]');
  const own = [...new FormData(form)].filter(([name]) => !(name in words));
  const url = new URL(root.dataset.actionUrl, location.href);
  url.pathname = url.pathname.replace(/\\/$/, '') + '/application.submit';
  const [, token] = document.cookie.match(/csrftoken=([^;]*)/);
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({at: 'join', fields: [...own, ...Object.entries(words)]}),
    headers: {'Content-Type': 'application/json', 'X-CSRFToken': token, 'X-Requested-With': 'XMLHttpRequest'},
  });
  return response.status;
}"""


def test_eleven_more_learners_apply(phone):
    phone.open_as(COLLEAGUE, NETWORK, panel="join")
    tell_about_work(phone, department=DEPARTMENTS[1])
    phone.tick("I agree to this.")
    assert phone.press("Apply") == 200

    for number, person in enumerate(OTHERS):
        phone.open_as(person, NETWORK, panel="join")
        words = {
            "function": "Team coach", "organisation": "Woonzorgcentrum De Linde", "language": "nl",
            "department": DEPARTMENTS[number % len(DEPARTMENTS)], "experience_years": str(number), "commitment": "on",
        }  # fmt: skip
        assert phone.page.evaluate(APPLY, words) == 200

    phone.open_as(OTHERS[-1], NETWORK, panel="join").sees("You applied on")


def test_an_admin_forms_the_group_and_names_its_facilitator(desk):
    desk.open_as("admin_karim", NETWORK)
    desk.click(desk.step.get_by_role("link", name="Form the groups"))
    desk.sees("12 people applied. One group fits: 12 people.")

    assert desk.click(desk.panel.get_by_role("button", name="Propose groups").first).status == 200
    desk.found()
    desk.sees("nothing is formed yet", "12 of 12 people have a place", "Amina Benali", "Olivier Henrard")
    desk.page.reload()
    desk.sees("nothing is formed yet", "Amina Benali")
    assert desk.press("Form these groups") == 200

    expect(desk.root.locator("[data-status]")).to_contain_text("1 group is formed.")
    desk.unfold("Say who guides it")
    desk.fill({"Facilitator": "fac_benoit", "Deputy": "fac_heidi"})
    assert desk.press("Save") == 200
    desk.sees("Benoît Marchal", "Heidi Keutgen")


def test_a_member_sees_the_next_session_and_accepts_the_charter(phone):
    phone.open_as(OWNER, NETWORK)
    phone.sees("Next session", f"{day(FIRST)}, 13:30–16:30 (Brussels)", "Kaai 7, Dendermonde", "Benoît Marchal")
    expect(phone.panel.locator(".lnx-line li")).to_have_count(5)
    phone.go("Cases")
    phone.sees("Accept the charter of your group first")

    for person in SAID:
        phone.open_as(person, NETWORK)
        phone.click(phone.step.get_by_role("link", name="Read the charter"))
        phone.sees("We ask before we advise.")
        phone.tick("I have read the charter, and I keep to it.")
        assert phone.press("Accept the charter") == 200

    phone.sees("6 of 12 people accepted.")


def test_a_member_drafts_a_case_that_saves_itself_and_shares_it_once_checked(phone, kept):
    phone.open_as(OWNER, NETWORK, panel="cases")
    phone.press("Write a case")
    phone.sees("A draft. Only you can read it.")
    phone.fill({
        "Title": CASE, "The situation": "A colleague comes back after six months; her tasks have been shared out.",
        "My question to the group": "How do I hand work back without taking it from others?",
    })  # fmt: skip
    expect(phone.panel.locator("[data-saved]")).to_contain_text("Saved ")
    phone.page.reload()
    expect(phone.field("Title")).to_have_value(CASE)
    kept["case"] = phone.address

    assert phone.press("Share it") == 422
    phone.is_refused(CHECKED, "Please check that nobody can be recognised, and tick this.")
    expect(phone.field("Title")).to_have_value(CASE)
    phone.tick(CHECKED)
    assert phone.press("Share it") == 200
    phone.hears("Shared with your group.")


def test_a_colleague_asks_before_the_turn_and_the_owner_answers(phone):
    phone.open_as(COLLEAGUE, NETWORK, panel="cases")
    phone.follow(CASE)
    expect(phone.panel.get_by_label("A suggestion")).to_have_count(0)
    phone.sees("Suggestions come later, in the turn.")
    phone.fill({"Your question": QUESTION})
    assert phone.press("Add it") == 200
    phone.sees(QUESTION)

    phone.open_as(OWNER, NETWORK, panel="cases")
    phone.follow(CASE)
    phone.unfold("Answer")
    phone.fill({"Your answer": "I did, in a hurry."})
    assert phone.press("Add the answer") == 200
    phone.sees("I did, in a hurry.")


@pytest.mark.parametrize("stranger", [OUTSIDER, "admin_karim", "fac_sofie"])
def test_nobody_outside_the_group_finds_the_case(window, kept, stranger):
    visitor = window()
    visitor.expects("status of 404")

    visitor.open_as(stranger, NETWORK, panel=kept["case"])

    visitor.hears(NOT_HERE)
    visitor.misses(CASE, "tasks have been shared out")
    assert "Cases" not in visitor.menu


def test_the_facilitator_reads_the_case(desk, kept):
    desk.open_as("fac_benoit", NETWORK, panel=kept["case"])

    desk.sees(CASE, QUESTION, "I did, in a hurry.")


def rate(member: Visitor, useful: str, comment: str) -> None:
    """Answer three of the seven lines."""
    for statement, answer in (
        ("Today helped me with a real question from my work.", useful),
        ("I could say what I wanted to say.", useful),
        ("The pace was …", "right"),
    ):
        member.panel.get_by_role("group", name=statement).get_by_label(answer, exact=True).check()
    member.fill({"One thing to keep, one thing to change.": comment})


def answer_as(member: Visitor, person: str) -> None:
    """Follow the next step to the evaluation and fill it in."""
    member.clock(clock_at(SESSION_ENDS + AFTER_SESSION))
    member.open_as(person, NETWORK)
    member.click(member.step.get_by_role("link", name="Answer now"))
    rate(member, *SAID[person])


def test_six_members_evaluate_the_session_each_of_them_once(window, rows):
    before = rows("pulseanswer")
    phone, second = window(width=PHONE), window(width=PHONE)
    answer_as(second, OWNER)
    for person in SAID:
        answer_as(phone, person)
        phone.sees("Your answers are confidential.", "if at least 5 people answered")
        assert phone.press("Send") == 200
        phone.hears("Sent. Thank you.")

    assert second.press("Send") == 200

    second.hears("You answered this already, thank you.")
    assert rows("pulseanswer") - before == len(SAID)


@pytest.mark.parametrize("reader", [OWNER, "fac_benoit", "admin_karim"])
def test_nobody_sees_anything_before_the_evaluation_closes(window, reader):
    visitor = window(width=PHONE)
    visitor.clock(clock_at(SESSION_ENDS + AFTER_SESSION))

    visitor.open_as(reader, NETWORK, panel="results")

    visitor.sees("The evaluation is open until")
    visitor.misses("Answered:", "answers", *(comment for _useful, comment in SAID.values() if comment))


def shown_to(visitor: Visitor, reader: str) -> str:
    """Return what the reader finds among the results four days later."""
    visitor.clock(clock_at(SESSION_ENDS + AFTER_WINDOW))
    visitor.open_as(reader, NETWORK, panel="results")
    visitor.sees("Answered: 6 of 12.")
    visitor.unfold_all()
    return visitor.panel.locator(".lnx-card").inner_text()


def test_results_appear_once_and_nobody_sees_who_said_what(window, rows):
    answers, releases = rows("pulseanswer"), rows("pulserelease")

    texts = [shown_to(window(width=PHONE), reader) for reader in (OWNER, COLLEAGUE, "fac_benoit", "admin_karim")]

    assert (rows("pulseanswer"), rows("pulserelease")) == (answers - len(SAID), releases + 1)
    # Released once and for good: also the order of the comments is the same for everybody.
    assert texts == [texts[0]] * len(texts)
    assert "6 answers, on average about 4." in texts[0]
    assert "Too few people answered this line to show anything." in texts[0]
    assert all(comment in texts[0] for _useful, comment in SAID.values())
    assert not [name for name in NAMES if name in texts[0]]


def test_an_outsider_finds_no_results(window):
    visitor = window(width=PHONE)
    visitor.expects("status of 404")
    visitor.clock(clock_at(SESSION_ENDS + AFTER_WINDOW))

    visitor.open_as(OUTSIDER, NETWORK, panel="results")

    visitor.hears(NOT_HERE)
    visitor.misses("Keep the coffee.")
