"""A proposal in the admin's hands: three ways to move somebody do the same, and a search is followed to its end."""

import pytest
from playwright.sync_api import expect

from tests.browser.places import proposal
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

GROUPS = """() => [...document.querySelectorAll('.lnx [data-drop]')].map((group) => [
  group.dataset.drop, [...group.querySelectorAll('[data-item]')].map((one) => one.dataset.item).sort()])"""


@pytest.fixture
def desk(window):
    visitor = window(width=1280)
    visitor.open_as("admin_karim", "open", panel="cohorts")
    proposal(visitor)
    return visitor


def by_menu(admin: Visitor) -> None:
    admin.click(admin.panel.locator('[data-drop="1"] [data-item] a').first)
    admin.press("Move to Group B")


def by_keyboard(admin: Visitor) -> None:
    admin.panel.locator('[data-drop="1"] [data-item] a').first.focus()
    with admin.answer():
        admin.page.keyboard.press("Alt+ArrowRight")
    admin.settle()


def by_dragging(admin: Visitor) -> None:
    person, group = admin.panel.locator('[data-drop="1"] [data-item]').first, admin.panel.locator('[data-drop="2"]')
    # Scrolling between press and release would take hold of somebody else.
    group.locator("h4").scroll_into_view_if_needed()
    with admin.answer():
        person.drag_to(group, target_position={"x": 40, "y": 24})
    admin.settle()


@pytest.mark.parametrize("move", [by_menu, by_keyboard, by_dragging], ids=lambda one: one.__name__)
def test_somebody_is_moved_told_of_and_taken_back(desk, move):
    before = desk.page.evaluate(GROUPS)
    person = before[0][1]
    name = desk.panel.locator('[data-drop="1"] [data-item] a').first.inner_text()

    move(desk)

    after = desk.page.evaluate(GROUPS)
    assert (len(after[0][1]), len(after[1][1])) == (len(before[0][1]) - 1, len(before[1][1]) + 1)
    (moved,) = set(person) - set(after[0][1])
    assert moved in after[1][1]
    expect(desk.root.locator("[data-status]")).to_contain_text(f"{name} moved from Group A to Group B.")
    desk.sees(f"{name} moved from Group A to Group B.", "by hand")
    if move is not by_dragging:
        expect(desk.page.locator(f'[data-item="{moved}"] a')).to_be_focused()
    desk.click(desk.panel.get_by_role("button", name="Take it back").first)
    assert desk.page.evaluate(GROUPS) == before


def test_the_last_group_has_none_after_it(desk):
    last = desk.panel.locator('[data-drop="2"] [data-item] a').first
    before = desk.page.evaluate(GROUPS)
    last.focus()
    desk.page.keyboard.press("Alt+ArrowRight")
    desk.page.wait_for_timeout(300)
    assert desk.page.evaluate(GROUPS) == before
    expect(last).to_be_focused()


def test_a_choice_shows_at_once_what_it_means_and_keeps_the_place(window):
    admin = window(width=390)
    admin.open_as("admin_karim", "open", panel="cohorts")
    admin.field("Language").focus()
    with admin.answer():
        admin.field("Language").select_option("same")
    admin.settle()
    admin.sees("With the same language for everybody, at most 20 of 27 people have a place.")
    expect(admin.field("Language")).to_have_value("same")
    expect(admin.field("Language")).to_be_focused()
    with admin.answer():
        admin.field("Number of groups").select_option("2")
    admin.settle()
    admin.sees("Your choice: Two groups: 14 and 13.")
    expect(admin.field("Language")).to_have_value("same")
