"""A group is asked when it can meet: answered with the keyboard, on a phone, on a bad line; then a date is chosen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

UNSAVED = "Not saved yet. It is saved as soon as you are online again."
SAVED = re.compile(r"^saved \d\d:\d\d$")


@pytest.fixture
def guide(window) -> Visitor:
    """The facilitator, who has just asked the group."""
    visitor = window()
    visitor.open_as("fac_sofie", "running", panel="poll")
    visitor.unfold_all()
    visitor.assert_accessible("the form to ask", ".lnx")
    assert visitor.press("Ask the group") == 200
    return visitor


def notes(visitor):
    return visitor.panel.locator("[data-saved]")


def answered(visitor, row):
    """Return what is chosen in a row of the table, from 0; "" for nothing."""
    chosen = visitor.panel.locator("[data-cell-id]").nth(row).locator("input:checked")
    return chosen.get_attribute("value") if chosen.count() else ""


def test_every_answer_is_saved_at_once_and_a_date_is_chosen(guide, window):
    member = window(width=390)
    member.open_as("jonas_peeters", "running", panel="poll")
    assert member.panel.get_by_role("button", name=re.compile("send|save|continue", re.IGNORECASE)).count() == 0

    by_keyboard(member)
    on_a_bad_line(member)

    for width in (1280, 390, 320):
        member.widen(width)
        member.assert_sound(f"answers at {width} px")
    member.unfold_all()
    member.assert_accessible("answers", ".lnx")

    guide.open_as("fac_sofie", "running", panel="poll")
    guide.sees("1 of 13 can come.", "Not answered yet:")
    guide.assert_accessible("results", ".lnx")
    guide.click(guide.panel.get_by_role("button", name=re.compile("Plan from this date")).first)
    assert guide.address.startswith("plan?")

    member.click(member.panel.locator('input[value="no"]').nth(4))
    member.sees("This date poll is over.", "This date was chosen:")


def by_keyboard(member):
    """Space chooses, arrows change the choice, Tab goes on to the next date, Enter leaves nothing."""
    keyboard = member.page.keyboard
    member.panel.locator('input[value="yes"]').first.focus()
    keyboard.press("Space")
    expect(notes(member).nth(0)).to_have_text(SAVED)
    with member.answer():
        keyboard.press("ArrowRight")
        keyboard.press("ArrowRight")
        keyboard.press("ArrowLeft")
    expect(notes(member).nth(0)).to_have_text(SAVED)
    assert answered(member, 0) == "if_need_be"
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Space")
    expect(notes(member).nth(1)).to_have_text(SAVED)
    member.open_as("jonas_peeters", "running", panel="poll")
    assert [answered(member, row) for row in range(3)] == ["if_need_be", "yes", ""]


def on_a_bad_line(member):
    """What did not arrive says so beside itself, and arrives by itself."""
    member.expects("ERR_INTERNET_DISCONNECTED")
    member.context.set_offline(True)
    member.panel.locator('input[value="no"]').nth(2).check()
    expect(notes(member).nth(2)).to_have_text(UNSAVED)
    expect(notes(member).nth(1)).to_have_text(SAVED)
    with member.answer():
        member.context.set_offline(False)
    expect(notes(member).nth(2)).to_have_text(SAVED)
    member.open_as("jonas_peeters", "running", panel="poll")
    assert answered(member, 2) == "no"
