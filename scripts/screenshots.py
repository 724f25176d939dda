"""Pictures of every panel, as a phone and as a desktop show it: docs/screenshots/<panel>-{390,1280}.png.

Starts a demo of its own and ends it. `python scripts/screenshots.py home join` takes only these.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.server import running_demo  # noqa: E402 - the top of the repository is on no path before
from tests.browser.visitor import HEIGHT, Visitor  # noqa: E402 - see above
from tests.chromium import chromium_path  # noqa: E402 - see above

FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = (390, 1280)
HIGHEST = 2200
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
# The block as a course shows it, without the demo's own frame.
BLOCK_ONLY = """
.demo-header, .demo-tabs, .demo-unit-title, .demo-status, .demo-skip { display: none }
.demo-main { padding-block: 1rem }
"""


def nothing(visitor: Visitor) -> None:
    """The panel is looked at as it opens."""


def first_case(visitor: Visitor) -> None:
    """Open the case on top of the board."""
    visitor.click(visitor.panel.locator("article a").first)


def answer_now(visitor: Visitor) -> None:
    """Open the evaluation that home asks for."""
    visitor.click(visitor.step.get_by_role("link"))


def show_proposal(visitor: Visitor) -> None:
    """Look at the groups that are proposed."""
    visitor.click(visitor.panel.get_by_role("button", name="Propose groups").first)
    visitor.found()


def another_plan(visitor: Visitor) -> None:
    """Look at what other dates would mean for the group."""
    visitor.follow("Change the dates")
    visitor.fill({"Weeks or months between sessions": "3", "Number of sessions": "6"})
    visitor.press("Show what happens")


def another_day(visitor: Visitor) -> None:
    """Look at what it means to move the next session by some days."""
    visitor.click(visitor.panel.get_by_role("link", name="Move", exact=True).first)
    field = visitor.panel.get_by_label("Date", exact=True)
    later = date.fromisoformat(field.input_value()) + timedelta(days=9)
    field.fill(later.isoformat())
    visitor.press("Show what happens")


def choose(visitor: Visitor, *values: str) -> None:
    """Choose these in the first cells of a table that saves each at once; what is chosen already stays."""
    for place, value in enumerate(values):
        choice = visitor.panel.locator("[data-cell-id]").nth(place).locator(f'input[value="{value}"]')
        if not choice.is_checked():
            with visitor.answer():
                choice.check()


def some_cells(visitor: Visitor) -> None:
    """Record who was there of the first people in the list."""
    choose(visitor, "present", "late", "present", "excused")


def answer_poll(visitor: Visitor) -> None:
    """Let the facilitator ask, and a member answer some dates."""
    visitor.open_as("fac_sofie", "running", panel="poll")
    if visitor.panel.get_by_role("button", name="Ask the group").count():
        visitor.press("Ask the group")
    visitor.open_as("jonas_peeters", "running", panel="poll")
    choose(visitor, "yes", "if_need_be", "no", "yes")


@dataclass(frozen=True)
class Picture:
    """Who looks at which network and panel, and what the person does there before the picture is taken."""

    name: str
    person: str
    slug: str
    panel: str = ""
    view: str = "learner"
    act: Callable[[Visitor], None] = nothing


PICTURES = (
    Picture("editor", "author_an", "open", view="studio"),
    Picture("preview", "author_an", "open", view="author"),
    Picture("home", "jonas_peeters", "running"),
    Picture("join", "amina_benali", "open", "join"),
    Picture("sessions", "fac_sofie", "running", "sessions"),
    Picture("cases", "jonas_peeters", "running", "cases"),
    Picture("case", "jonas_peeters", "running", "cases", act=first_case),
    Picture("group", "jonas_peeters", "running", "group"),
    Picture("results", "fac_sofie", "running", "results"),
    Picture("opening", "admin_karim", "open", "opening"),
    Picture("people", "admin_karim", "open", "people"),
    Picture("proposal", "admin_karim", "open", "cohorts", act=show_proposal),
    Picture("plan", "admin_lies", "running", "plan"),
    Picture("plan-preview", "fac_sofie", "running", "plan", act=another_plan),
    Picture("move-preview", "fac_sofie", "running", "sessions", act=another_day),
    Picture("attendance", "fac_sofie", "running", "attendance", act=some_cells),
    Picture("calendar", "jonas_peeters", "running", "calendar"),
    Picture("poll", "jonas_peeters", "running", act=answer_poll),
    Picture("pulse", "jonas_peeters", "running", act=answer_now),
)


def take(visitor: Visitor, picture: Picture, name: str) -> None:
    """Write one picture of a panel."""
    visitor.open_as(picture.person, picture.slug, picture.view, picture.panel)
    picture.act(visitor)
    visitor.page.add_style_tag(content=BLOCK_ONLY)
    # The focus would be marked where a person had just pressed.
    visitor.page.evaluate("() => document.activeElement.blur()")
    shoot(visitor, name)


def shoot(visitor: Visitor, name: str) -> None:
    """Write what the window shows, from the top of the page to its end or to HIGHEST."""
    page = visitor.page
    width, height = page.evaluate("() => [innerWidth, document.documentElement.scrollHeight]")
    # A bar that stays at the lower edge of the window would hide the middle of the page.
    page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    page.set_viewport_size({"width": width, "height": HEIGHT})


def take_all(browser: Browser, base: str, wanted: set[str]) -> None:
    """Take the wanted pictures at each width; all of them where nothing is named."""
    for width in WIDTHS:
        visitor = Visitor(browser, base, width=width)
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                take(visitor, picture, f"{picture.name}-{width}")
        if not wanted or "demo" in wanted:
            visitor.page.goto(base)
            shoot(visitor, f"demo-{width}")
    if not wanted or "home" in wanted:
        take_looks(browser, base)


def take_looks(browser: Browser, base: str) -> None:
    """Take home in dark, and from right to left."""
    (home,) = (picture for picture in PICTURES if picture.name == "home")
    for look in ("dark", "rtl"):
        visitor = Visitor(browser, base, width=max(WIDTHS))
        visitor.look(**{look: True})
        take(visitor, home, f"home-{look}-{max(WIDTHS)}")


def main() -> None:
    """Take the pictures that the command line names, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="lernet-pictures-") as data,
        running_demo(Path(data)) as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        take_all(browser, base, set(sys.argv[1:]))
        browser.close()
    size = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"{len(list(FOLDER.glob('*.png')))} pictures, {size / 1e6:.1f} MB, in {FOLDER.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
