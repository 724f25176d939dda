"""What a window does around the panels: languages, several blocks, history, two people at once, no network."""

import pytest
from playwright.sync_api import expect

from lernet_xblock.i18n import LANGUAGES, catalogue
from tests.browser.places import first_case
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

SEVERAL = ("open", "running", "closing")
# A sentence of each panel that everybody of this role sees.
SENTENCES = (
    ("jonas_peeters", "running", "", "Next session"),
    ("jonas_peeters", "running", "", "From launch to closing"),
    ("jonas_peeters", "running", "group", "Who guides the group"),
    ("fac_sofie", "running", "sessions", "Edit what it is about, place and link"),
    ("amina_benali", "open", "join", "What you agree to"),
    ("admin_karim", "open", "people", "Everybody by name"),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_speaks_the_language_of_its_reader(window, language):
    visitor = window(width=390)
    visitor.language(language)
    words = catalogue(language)

    for person, slug, panel, sentence in SENTENCES:
        visitor.open_as(person, slug, panel=panel)
        expected = words.gettext(sentence)
        visitor.sees(expected)
        if expected != sentence:
            expect(visitor.panel).not_to_contain_text(sentence)
        expect(visitor.page.locator("html")).to_have_attribute("lang", language)
        expect(visitor.root).to_have_attribute("lang", language)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_an_author_meets_no_english_in_the_editor(window, language):
    visitor = window()
    visitor.language(language)
    words = catalogue(language)

    visitor.open_as("author_an", "draft", "studio")

    for sentence in ("Set up the learning network", "A safe group", "Applications close on"):
        visitor.sees(words.gettext(sentence))


def block(visitor: Visitor, slug: str):
    """Return one of several blocks on a page."""
    return visitor.root.nth(SEVERAL.index(slug))


def test_three_blocks_on_a_page_leave_each_other_alone(window):
    visitor = window()
    visitor.open_as("stephanie_wilmotte", "several")
    expect(visitor.root).to_have_count(3)
    before = block(visitor, "running").inner_html(), block(visitor, "closing").inner_html()

    visitor.click(block(visitor, "open").get_by_role("link", name="Join", exact=True))
    visitor.click(block(visitor, "open").get_by_role("button", name="Apply", exact=True))

    expect(block(visitor, "open").locator(".lnx-error").first).to_be_visible()
    assert (block(visitor, "running").inner_html(), block(visitor, "closing").inner_html()) == before
    visitor.assert_sound("three blocks")
    visitor.assert_accessible("three blocks")

    visitor.click(block(visitor, "closing").get_by_role("link", name="Results", exact=True))
    expect(block(visitor, "closing").get_by_role("heading", name="Results")).to_be_visible()
    expect(block(visitor, "open").locator(".lnx-error").first).to_be_visible()
    visitor.page.go_back()
    expect(block(visitor, "closing").get_by_role("link", name="Home", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(block(visitor, "open").locator(".lnx-error").first).to_be_visible()


def test_back_and_forward_restore_the_panel(window):
    visitor = window().open_as("jonas_peeters", "running")
    visitor.go("Sessions")
    visitor.go("Cases")
    first_case(visitor)

    seen = []
    for _step in range(3):
        with visitor.answer():
            visitor.page.go_back()
        visitor.settle()
        seen.append(visitor.address)
    with visitor.answer():
        visitor.page.go_forward()
    visitor.settle()

    assert [*seen, visitor.address] == ["cases", "sessions", "home", "sessions"]


def test_the_address_of_a_panel_can_be_passed_on(window):
    visitor = window().open_as("jonas_peeters", "running")
    visitor.go("Cases")
    first_case(visitor)
    there = visitor.address

    visitor.page.reload()

    expect(visitor.panel).to_have_attribute("data-address", there)


def test_an_anchor_within_a_panel_leads_to_no_other_panel(window):
    visitor = window().open_as("amina_benali", "open")
    visitor.go("Join")

    visitor.panel.get_by_role("link", name="Go to the application").click()

    expect(visitor.panel.get_by_role("heading", name="Your application")).to_be_in_viewport()
    assert visitor.address == "join"


def test_nothing_moves_for_somebody_who_asked_for_calm(window):
    visitor = window(reduced_motion="reduce").open_as("fac_sofie", "running", panel="sessions")
    moving = """() => [...document.querySelectorAll('.lnx, .lnx *')].flatMap((one) => ['', '::before', '::after']
      .map((part) => getComputedStyle(one, part || null))
      .filter((style) => parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none')
      .map(() => one.outerHTML.slice(0, 80)))"""

    assert visitor.page.evaluate(moving) == []


def test_the_second_of_two_facilitators_sees_both_versions(window):
    first = window().open_as("fac_sofie", "running", panel="sessions")
    second = window().open_as("fac_heidi", "running", panel="sessions")
    for visitor, place in ((first, "Salle des fêtes, Termonde"), (second, "Stationsplein 1, Dendermonde")):
        visitor.unfold("Edit what it is about, place and link")
        visitor.panel.get_by_label("Place").first.fill(place)

    assert first.click(first.panel.get_by_role("button", name="Save", exact=True).first).status == 200
    assert second.click(second.panel.get_by_role("button", name="Save", exact=True).first).status == 409

    expect(second.panel.get_by_label("Place").first).to_have_value("Stationsplein 1, Dendermonde")
    second.sees("Sofie Baert changed this on", "What you typed is kept", "Stored now: Salle des fêtes, Termonde")
    assert second.click(second.panel.get_by_role("button", name="Save", exact=True).first).status == 200
    first.page.reload()
    first.sees("Stationsplein 1, Dendermonde")


def changed_case(visitor: Visitor, situation: str) -> int:
    """Send another text for the case that lies open; return the status of the answer."""
    visitor.unfold("Change the text")
    visitor.fill({"The situation": situation})
    visitor.panel.get_by_label("I checked: nobody outside the group").check()
    return visitor.press("Save the new text")


def test_two_windows_that_change_one_case_show_both_versions_and_lose_nothing(window):
    here, there, colleague = window(), window(width=390), window(width=390)
    for visitor in (here, there):
        visitor.open_as("maya_okafor", "running", panel="cases")
        visitor.follow("Een teamvergadering met vijf talen")
    first, second = "Vijf talen, en één verslag.", "Vijf talen, en een verslag dat niemand leest."

    assert changed_case(here, first) == 200
    assert changed_case(there, second) == 409

    there.sees("You changed this yourself on", "in another window", f"Stored now: {first}")
    expect(there.field("The situation")).to_have_value(second)
    there.assert_sound("a conflict")
    there.assert_accessible("a conflict", ".lnx")
    colleague.open_as("jonas_peeters", "running", panel="cases").follow("Een teamvergadering met vijf talen")
    colleague.sees(first)
    there.panel.get_by_label("I checked: nobody outside the group").check()
    assert there.press("Save the new text") == 200
    here.page.reload()
    here.sees(second)


def test_a_draft_that_saves_itself_in_two_windows_tells_the_slower_one(window):
    here, there = window(), window(width=390)
    here.open_as("greet_janssens", "running", panel="cases").press("Write a case")
    there.open_as("greet_janssens", "running", panel=here.address)

    here.fill({"Title": "Wie belt de familie?"})
    expect(here.panel.locator("[data-saved]").first).to_contain_text("Saved ")
    with there.answer() as caught:
        there.fill({"Title": "Wie belt er, en wanneer?"})

    assert caught.value.status == 409
    there.sees("in another window", "Stored now: Wie belt de familie?")
    expect(there.field("Title")).to_have_value("Wie belt er, en wanneer?")


def test_notes_still_save_themselves_when_another_form_is_sent_while_they_are_typed(window):
    visitor = window(width=390).open_as("kobe_willems", "running", panel="cases")
    visitor.follow("Het weekendrooster")
    visitor.unfold("My notes")
    visitor.fill({"My notes": "Eerst met Hilde praten."})

    assert visitor.click(visitor.panel.get_by_role("button", name="This helped me").first).status == 200

    saved = visitor.panel.locator('form[data-action="note.save"] [data-saved]')
    expect(saved).to_contain_text("Saved ")
    visitor.page.reload()
    visitor.unfold("My notes")
    expect(visitor.field("My notes")).to_have_value("Eerst met Hilde praten.")


def test_what_was_typed_offline_stays_and_can_be_sent_later(window):
    visitor = window(width=390).open_as("jonas_peeters", "running", panel="cases")
    visitor.expects("ERR_INTERNET_DISCONNECTED")
    visitor.follow("Het weekendrooster")
    visitor.tick("A resource")
    visitor.fill({"Your words": "Een blad met drie zinnen hielp bij ons."})

    visitor.context.set_offline(offline=True)
    visitor.panel.get_by_role("button", name="Add it").click()
    visitor.hears("This did not reach the course. What you typed is still here: please try again.")
    expect(visitor.field("Your words")).to_have_value("Een blad met drie zinnen hielp bij ons.")

    visitor.context.set_offline(offline=False)
    assert visitor.press("Add it") == 200
    visitor.sees("Een blad met drie zinnen hielp bij ons.")
