"""The sheet on a phone: one cell is saved at a time, and nothing that somebody chose is lost."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

PHONE = 390


def opened(visitor: Visitor, person: str = "fac_sofie", panel: str = "attendance") -> Visitor:
    return visitor.open_as(person, "running", panel=panel)


def person(visitor: Visitor, name: str) -> Locator:
    return visitor.panel.locator("[data-cell-id]", has_text=name)


def choose(visitor: Visitor, name: str, word: str) -> int:
    """Choose a state for somebody and return the status of the answer."""
    with visitor.answer() as caught:
        person(visitor, name).get_by_role("radio", name=word).check()
    return int(caught.value.status)


def chosen(visitor: Visitor, name: str) -> str:
    return person(visitor, name).locator("label", has=visitor.page.locator(":checked")).inner_text().strip()


def test_a_cell_is_saved_while_what_stands_in_others_stays(window):
    visitor = opened(window(width=PHONE))
    choose(visitor, "An Vermeulen", "late")
    more = person(visitor, "An Vermeulen").locator("summary")
    more.click()
    person(visitor, "An Vermeulen").get_by_label("Minutes").press_sequentially("9")
    assert choose(visitor, "Bram De Smet", "excused") == 200
    expect(person(visitor, "Bram De Smet").locator("[data-saved]")).to_have_text(re.compile(r"saved \d\d:\d\d"))
    expect(person(visitor, "An Vermeulen").get_by_label("Minutes")).to_have_value("9")
    opened(visitor)
    assert [chosen(visitor, name) for name in ("An Vermeulen", "Bram De Smet")] == ["late", "excused"]


def test_keys_that_pass_over_choices_save_the_last_one_once(window):
    visitor = opened(window(width=PHONE))
    cell = person(visitor, "Dries Lambrecht")
    cell.get_by_role("radio", name="present").focus()
    with visitor.answer():
        for key in ("Space", "ArrowRight", "ArrowRight"):
            visitor.page.keyboard.press(key)
    expect(cell.locator("[data-saved]")).to_have_text(re.compile("saved"))
    expect(cell.get_by_role("radio", name="excused")).to_be_focused()
    assert cell.locator("details li").count() == 1


def test_two_people_who_differ_both_see_it_in_the_one_cell(window):
    first, second = opened(window(width=PHONE)), window(width=PHONE)
    key = person(first, "Fatima Yilmaz").get_attribute("data-cell-id").split("-")[0]
    opened(second, "admin_lies", f"attendance?session={key}")
    assert choose(first, "Fatima Yilmaz", "present") == 200
    assert choose(second, "Fatima Yilmaz", "absent") == 409
    expect(person(second, "Fatima Yilmaz")).to_contain_text("You chose: absent. Stored now: present.")
    assert chosen(second, "Fatima Yilmaz") == "present"
    assert choose(second, "Fatima Yilmaz", "absent") == 200


def test_what_was_chosen_offline_is_saved_once_the_line_is_back(window):
    visitor = opened(window(width=PHONE))
    visitor.expects("ERR_INTERNET_DISCONNECTED")
    cell = person(visitor, "Greet Janssens")
    visitor.context.set_offline(True)
    cell.get_by_role("radio", name="present").check()
    expect(cell.locator("[data-saved]")).to_have_text(re.compile("Not saved yet"))
    with visitor.answer():
        visitor.context.set_offline(False)
    expect(cell.locator("[data-saved]")).to_have_text(re.compile("saved"))
    opened(visitor)
    assert chosen(visitor, "Greet Janssens") == "present"


def test_the_rest_waits_for_the_cell_that_is_being_saved(window):
    visitor = opened(window(width=PHONE))
    person(visitor, "Hilde Cools").get_by_role("radio", name="excused").check()
    visitor.panel.get_by_role("button", name=re.compile("present$")).click()
    expect(visitor.panel.locator("[data-tally]")).to_contain_text("Everybody is recorded.")
    assert chosen(visitor, "Hilde Cools") == "excused"
    assert chosen(visitor, "Ingrid Bosmans") == "present"


def test_sheet_and_grid_hold_for_every_page(window):
    for width in (320, PHONE):
        visitor = opened(window(width=width))
        visitor.assert_sound(f"sheet at {width}")
        visitor.assert_accessible(f"sheet at {width}")
        visitor.follow("All sessions of this group")
        visitor.assert_sound(f"grid at {width}")
        visitor.assert_accessible(f"grid at {width}")
