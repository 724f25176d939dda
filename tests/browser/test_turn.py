"""A whole turn in the room: thirteen people in circles of seven and six, and one case from questions to its outcome.

The tests are its chapters; each builds on those before it. The facilitator sits at a desk, everybody else has a phone.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from lernet_xblock.services.speaking import OWNER_NOW
from tests.browser.moments import clock_at, session_begins
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

NETWORK, CASE, SESSION = "running", "De stille acht", 3
DESK, PHONE = 1280, 390
GUIDE, GIVER, GIVER_NAME = "fac_sofie", "bram_desmet", "Bram De Smet"
PEOPLE = {
    "An Vermeulen": "an_vermeulen", GIVER_NAME: GIVER, "Dries Lambrecht": "dries_lambrecht",
    "Fatima Yilmaz": "fatima_yilmaz", "Greet Janssens": "greet_janssens", "Hilde Cools": "hilde_cools",
    "Ingrid Bosmans": "ingrid_bosmans", "Jonas Peeters": "jonas_peeters", "Kobe Willems": "kobe_willems",
    "Lieve Verhaegen": "lieve_verhaegen", "Maya Okafor": "maya_okafor", "Stijn Martens": "stijn_martens",
    "Tom Declercq": "tom_declercq",
}  # fmt: skip
SIZES = [7, 6]
# Longer than a page of a turn in the room waits before it looks again.
A_LOOK_MS = 13_000
INTO_THE_SESSION, INTO_THE_NEXT, UNTIL_THE_STEP = timedelta(minutes=10), timedelta(minutes=5), timedelta(days=10)

ASKED, ANSWERED = "Sinds wanneer zwijgen ze?", "Sinds de nieuwe ploegindeling, denk ik."
NOTE = "Niet vergeten: Hilde schreef dit op zonder het te zeggen."
HALF_TYPED = "Ik merk dat ik zelf stil word van een volle tafel."
SUGGESTED = ("Laat ze eerst opschrijven.", "Begin met een vraag aan twee.", "Zet de tafels anders.")
LIVED = "Bij ons hielp een rondje zonder reactie."
QUESTION_NOW, STEP = (
    "Hoe maak ik plaats voor wie eerst wil denken?",
    "Vrijdag vijf minuten stilte voor de eerste vraag.",
)
BECAME = "Zes van de acht schreven iets op."
OTHER_CIRCLE = re.compile(r"Circle \d works on this case\. You can read along\.")


@pytest.fixture(scope="module")
def kept() -> dict[str, list[str]]:
    """Who sits with the case giver ("near") and who does not ("far"), once circles are formed."""
    return {}


@pytest.fixture
def begins(data_folder) -> Callable[[int], datetime]:
    """Return when a session of the case's group begins, by its number."""
    return lambda number: session_begins(data_folder, case=CASE, number=number)


@pytest.fixture
def come(window, begins) -> Callable[..., Visitor]:
    """Open a person's window while the session goes on; at the desk for who guides the group."""

    def at(person: str, *, panel: str = "", case: bool = True, then: datetime | None = None) -> Visitor:
        visitor: Visitor = window(width=DESK if person == GUIDE else PHONE)
        visitor.clock(clock_at(then or begins(SESSION) + INTO_THE_SESSION))
        visitor.page.clock.install()
        visitor.open_as(person, NETWORK, panel="cases" if case else panel)
        if case:
            visitor.follow(CASE)
        return visitor

    return at


def look_again(visitor: Visitor) -> None:
    """Let so much time pass that the page looks whether somebody opened another phase."""
    with visitor.answer():
        visitor.page.clock.fast_forward(A_LOOK_MS)
    visitor.settle()


def holds(visitor: Visitor, where: str) -> None:
    """Assert what holds for every page, with everything unfolded."""
    visitor.unfold_all()
    visitor.assert_sound(where)
    visitor.assert_accessible(where, ".lnx")


def say(visitor: Visitor, text: str, kind: str = "") -> None:
    """Say something to the case."""
    if kind:
        visitor.tick(kind)
    visitor.panel.locator('form[data-action="contribution.post"] textarea').fill(text)
    assert visitor.press("Add it") == 200
    visitor.sees(text)


def test_the_facilitator_ticks_thirteen_people_and_forms_circles_of_seven_and_six(come, kept):
    guide = come(GUIDE, case=False)
    guide.follow("The circles of this session")
    for box in guide.panel.get_by_role("group", name="Who is here?").get_by_role("checkbox").all():
        box.check()
    holds(guide, "who is here")

    assert guide.press("Show the circles") == 200
    guide.sees("13 people in 2 circles: 7 and 6.", "nothing is saved yet")
    holds(guide, "circles that would be formed")
    assert guide.press("Form these circles") == 200

    guide.sees("Who sits where")
    holds(guide, "circles")
    cards = guide.panel.get_by_role("article").all()
    seated = [[name for name in PEOPLE if name in card.inner_text()] for card in cards]
    assert sorted(map(len, seated), reverse=True) == SIZES
    (near,) = (names for names in seated if GIVER_NAME in names)
    expect(guide.panel.get_by_role("article").filter(has_text="brings a case")).to_contain_text(GIVER_NAME)
    kept["near"] = [PEOPLE[name] for name in near if name != GIVER_NAME]
    kept["far"] = [PEOPLE[name] for name in PEOPLE if name not in near]


def test_the_turn_begins_and_open_pages_hear_of_it(come, kept):
    giver, guide = come(GIVER), come(GUIDE)
    giver.sees("Questions are welcome already")

    assert guide.press("Begin: open the clarifying questions") == 200

    guide.sees("Now: clarifying questions.")
    look_again(giver)
    giver.hears(
        "Now: clarifying questions. Answer them as briefly as you can, so that the others understand your question."
    )
    guide.unfold_all()
    holds(guide, "the facilitator in the questions")


def test_who_sits_in_the_circle_asks_and_cannot_suggest_yet(come, kept):
    member = come(kept["near"][0], case=False)
    member.follow("Go to the case")

    member.sees("Suggestions open later, so that the question is understood first.")
    assert member.panel.get_by_role("radio").count() == 0
    expect(member.panel).not_to_contain_text("A suggestion")
    holds(member, "a member in the questions")
    say(member, ASKED)


def test_who_sits_in_the_other_circle_is_told_which_one_works_on_it(come, kept):
    member = come(kept["far"][0])

    expect(member.panel).to_contain_text(OTHER_CIRCLE)
    member.sees(ASKED)
    expect(member.panel.get_by_role("button", name="Add it")).to_have_count(0)
    holds(member, "a member of the other circle")


def test_the_case_giver_answers(come, kept):
    giver, member = come(GIVER), come(kept["near"][1])
    asked = giver.panel.locator(".lnx-stack:has(> details[data-answer])").filter(has_text=ASKED)
    box = asked.locator("details[data-answer]").last
    box.locator("summary").click()
    box.get_by_label("Your answer").fill(ANSWERED)
    holds(giver, "the case giver in the questions")

    assert giver.click(box.get_by_role("button", name="Add the answer")).status == 200

    giver.sees(ANSWERED)
    member.page.reload()
    member.sees(ASKED, ANSWERED)


def test_in_the_reflections_the_case_giver_listens_and_notes_save_themselves(come, kept):
    guide, giver = come(GUIDE), come(GIVER)
    assert guide.press("Open the reflections") == 200
    look_again(giver)
    giver.click(giver.panel.get_by_role("link", name="Another phase is open. Show it"))

    giver.sees("Now you listen: the others reflect, and you need not explain anything.", "Only you can read this.")
    expect(giver.panel.get_by_role("button", name="Add it")).to_have_count(0)
    expect(giver.panel.get_by_role("button", name="Add the answer")).to_have_count(0)
    giver.field("My notes").fill(NOTE)
    giver.page.clock.fast_forward(5_000)
    expect(giver.panel.locator('form[data-action="note.save"] [data-saved]')).to_contain_text("Saved ")
    holds(giver, "the case giver in the reflections")
    giver.page.reload()
    expect(giver.field("My notes")).to_have_value(NOTE)

    for person in (GUIDE, kept["near"][0], kept["far"][0]):
        come(person).misses(NOTE, "My notes")


def test_what_is_being_typed_stays_while_the_next_phase_opens(come, kept):
    member, guide = come(kept["near"][2]), come(GUIDE)
    box = member.panel.locator('form[data-action="contribution.post"] textarea')
    box.fill(HALF_TYPED)
    holds(member, "a member in the reflections")

    assert guide.press("Open the suggestions") == 200
    look_again(member)

    member.hears("Now: suggestions, own experience and resources. The question is understood, so that they can fit it.")
    expect(box).to_have_value(HALF_TYPED)
    assert member.press("Add it") == 422
    member.sees("Now the group suggests, and tells from own experience.")
    expect(member.field("Your words")).to_have_value(HALF_TYPED)
    holds(member, "words for a phase that is over")
    member.tick("My own experience")
    assert member.press("Add it") == 200
    member.sees(HALF_TYPED)


def test_the_circle_suggests_and_tells_from_own_experience(come, kept):
    for person, text in zip(kept["near"], SUGGESTED, strict=False):
        say(come(person), text, "A suggestion")
    member = come(kept["near"][3])
    say(member, LIVED, "My own experience")
    holds(member, "a member in the suggestions")

    giver = come(GIVER)
    giver.sees(*SUGGESTED, HALF_TYPED, LIVED)
    giver.misses(str(OWNER_NOW["reflections"]))
    counts = giver.panel.get_by_role("navigation", name="Which kind to show").get_by_role("link").all_inner_texts()
    assert [re.sub(r"\D", "", text) for text in counts][-2:] == ["3", "2"]
    expect(giver.panel.get_by_role("button", name="Add it")).to_have_count(0)
    holds(giver, "the case giver in the suggestions")


def test_the_case_giver_puts_both_questions_side_by_side_and_takes_a_first_step(come, kept, begins):
    giver, guide = come(GIVER), come(GUIDE)
    assert guide.press("Open the choice") == 200
    look_again(giver)
    giver.click(giver.panel.get_by_role("link", name="Another phase is open. Show it"))
    giver.sees("My question then")
    then = giver.field("My question now").input_value()
    holds(giver, "the case giver in the choice")
    giver.fill({"My question now": QUESTION_NOW})

    assert giver.press("Keep my choice") == 422
    giver.is_refused("My first step", "Please fill this in.")
    expect(giver.field("My question now")).to_have_value(QUESTION_NOW)
    giver.fill({"My first step": STEP, "By when": (begins(SESSION) + UNTIL_THE_STEP).date().isoformat()})
    assert giver.press("Keep my choice") == 200

    for visitor, words in (
        (giver, "My question"),
        (come(kept["far"][1]), "The question"),
        (come(GUIDE), "The question"),
    ):
        columns = visitor.panel.locator('[data-kind="even"]')
        expect(columns).to_contain_text(re.compile(rf"{words} then\s+{re.escape(then)}\s+{words} now"))
        visitor.sees(QUESTION_NOW, STEP, "This turn is over.")
        holds(visitor, "what came of the turn")


def test_from_the_day_of_the_step_on_the_case_giver_is_asked_what_became_of_it(come, kept, begins):
    later = begins(SESSION + 1) + INTO_THE_NEXT
    early = come(GIVER)
    expect(early.panel.get_by_role("heading", name="What became of your first step?")).to_have_count(0)
    on_the_day = come(GIVER, case=False, then=begins(SESSION) + UNTIL_THE_STEP)
    on_the_day.click(on_the_day.step.get_by_role("link"))
    expect(on_the_day.panel.get_by_role("heading", name="What became of your first step?")).to_be_visible()
    giver = come(GIVER, then=later)
    expect(giver.panel.get_by_role("heading", name="What became of your first step?")).to_be_visible()
    holds(giver, "what became of it")
    giver.fill({"What happened since?": BECAME})
    assert giver.press("Tell the others") == 200

    member = come(kept["far"][0], then=later)

    member.sees(STEP, "What happened since", BECAME)
    member.misses(NOTE)
