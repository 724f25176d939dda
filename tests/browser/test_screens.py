"""Every panel of every role: accessible, narrow and wide, in light, dark and from right to left."""

import pytest

from tests.browser.places import PLACES

pytestmark = pytest.mark.browser

# The demo around it is looked at once, below.
BLOCK = ".lnx"
PANELS = pytest.mark.parametrize("place", PLACES, ids=str)


@PANELS
def test_a_panel_is_accessible_in_light_dark_and_from_right_to_left(window, place):
    visitor = window()
    found = []
    for look in ({}, {"dark": True}, {"rtl": True}):
        visitor.look(**look)
        visitor.widen(1280)
        place.visit(visitor)
        visitor.unfold_all()
        for width in (1280, 390):
            visitor.widen(width)
            found += [f"{width} {look}: {line}" for line in visitor.violations(BLOCK)]

    assert found == []


@PANELS
def test_a_panel_fits_a_narrow_window_and_its_targets_a_finger(window, place):
    visitor = window(width=390)
    place.visit(visitor)
    visitor.unfold_all()

    for width in (1280, 390, 320):
        visitor.widen(width)
        visitor.assert_sound(f"{place} at {width} px")


def test_the_demo_itself_is_accessible(window):
    visitor = window()
    for address in ("/", "/demo/open/learner/?student=amina_benali"):
        visitor.page.goto(visitor.base + address)
        for width in (1280, 390):
            visitor.widen(width)
            visitor.assert_sound(f"{address} at {width} px")
            visitor.assert_accessible(f"{address} at {width} px")


BY_KEYBOARD = (
    "author-editor",
    "admin-people",
    "admin-proposal",
    "facilitator-sessions",
    "facilitator-circles",
    "giver-case-choice",
    "member-case-suggestions",
    "member-home",
    "member-own-case",
    "member-draft",
    "member-pulse",
    "member-results",
    "newcomer-join",
)

# One for each group of radio buttons, which Tab enters once: at the chosen one, else at the first.
REACHABLE = """() => {
  const all = [...document.querySelectorAll(
    '.lnx :is(a[href], button, input, select, textarea, summary, [tabindex="0"])')]
    .filter((one) => one.type !== 'hidden' && !one.disabled && one.checkVisibility({visibilityProperty: true}));
  const entry = (one) => {
    const group = all.filter((other) => other.type === 'radio' && other.name === one.name && other.form === one.form);
    return group.find((other) => other.checked) || group[0];
  };
  const kept = all.filter((one) => one.type !== 'radio' || one === entry(one));
  kept.forEach((one, place) => { one.dataset.place = place; });
  return kept.length;
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const box = one.getBoundingClientRect();
  return {
    place: one.dataset.place === undefined ? -1 : Number(one.dataset.place),
    seen: seen && box.bottom > 0 && box.top < innerHeight,
    html: one.outerHTML.slice(0, 120),
  };
}"""
# Tab goes through day, month, year and the button of a date before it leaves.
PARTS_OF_A_DATE = 8


@pytest.mark.parametrize("place", [place for place in PLACES if place.name in BY_KEYBOARD], ids=str)
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(window, place):
    visitor = window()
    place.visit(visitor)
    count = visitor.page.evaluate(REACHABLE)
    assert count > 0

    order, unseen = [], []
    visitor.page.evaluate("() => { getSelection().removeAllRanges(); document.activeElement.blur(); }")
    visitor.page.locator("h1").first.click()
    for _press in range(count * PARTS_OF_A_DATE):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.evaluate(FOCUSED)
        if focused["place"] >= 0 and focused["place"] not in order[-1:]:
            order.append(focused["place"])
            unseen += [] if focused["seen"] else [focused["html"]]
        if focused["place"] == count - 1:
            break

    assert order == list(range(count))
    assert unseen == []
