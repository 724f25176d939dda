"""Pictures of every panel, as a phone and as a desktop show it: docs/screenshots/<panel>-{390,1280}.png.

Starts a demo of its own and ends it. `python scripts/screenshots.py home join` takes only these.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import places  # noqa: E402 - the top of the repository is on no path before
from tests.browser.moments import clock_at, session_begins  # noqa: E402 - see above
from tests.browser.server import running_demo  # noqa: E402 - see above
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


# A turn in the room, in the third session: whose case, what opens each phase, and what is said in it.
CASE, SESSION, INTO_IT = "De stille acht", 3, timedelta(minutes=10)
GUIDE, GIVER, MEMBER = "fac_sofie", "bram_desmet", "jonas_peeters"
OPENS = {
    "questions": "Begin: open the clarifying questions",
    "reflections": "Open the reflections",
    "suggestions": "Open the suggestions",
    "choice": "Open the choice",
}
SAID = {
    "questions": (("kobe_willems", "", "Wat gebeurt er als jij zelf even zwijgt?"),),
    "reflections": (("maya_okafor", "", "Ik word er zelf stil van: acht mensen die knikken en niets zeggen."),),
    "suggestions": (
        ("kobe_willems", "A suggestion", "Laat iedereen eerst twee minuten opschrijven, en dan pas praten."),
        ("stijn_martens", "A suggestion", "Vraag het aan twee mensen vooraf, zodat zij beginnen."),
        ("lieve_verhaegen", "My own experience", "Bij ons hielp een rondje zonder reactie: niemand werd onderbroken."),
    ),
}


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


def look_at_circles(visitor: Visitor) -> None:
    """Look at the circles of everybody, without forming them."""
    visitor.follow("The circles of this session")
    places.look_at_circles(visitor)


def speak(visitor: Visitor, person: str, kind: str, text: str) -> None:
    """Let a member say something to the case."""
    see_case(visitor, person)
    if kind:
        visitor.tick(kind)
    visitor.panel.locator('form[data-action="contribution.post"] textarea').fill(text)
    visitor.press("Add it")


def see_case(visitor: Visitor, person: str) -> None:
    """Open the case that has its turn as somebody."""
    visitor.open_as(person, "running", panel="cases")
    visitor.follow(CASE)


def in_phase(phase: str, person: str, visitor: Visitor) -> None:
    """Look at the case as somebody in a phase; at the first look the facilitator opens it, and others speak."""
    see_case(visitor, GUIDE)
    if visitor.panel.get_by_role("button", name=OPENS[phase]).count():
        visitor.press(OPENS[phase])
        for said in SAID.get(phase, ()):
            speak(visitor, *said)
    see_case(visitor, person)


@dataclass(frozen=True)
class Picture:
    """Who looks at which network and panel, and what the person does there before the picture is taken."""

    name: str
    person: str
    slug: str
    panel: str = ""
    view: str = "learner"
    act: Callable[[Visitor], None] = nothing
    in_session: bool = False


def of_turn() -> tuple[Picture, ...]:
    """Return the case in each phase of its turn, as the case giver, a member and the facilitator see it."""
    return tuple(
        Picture(f"case-{phase}-{role}", person, "running", act=partial(in_phase, phase, person), in_session=True)
        for phase in OPENS
        for role, person in (("giver", GIVER), ("member", MEMBER), ("facilitator", GUIDE))
    )


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
    Picture("turns", GUIDE, "running", "turns"),
    Picture("turn-plan", GUIDE, "running", "cases", act=places.plan_of_turn),
    Picture("circles", GUIDE, "running", act=look_at_circles, in_session=True),
    *of_turn(),
    Picture("journal", "an_vermeulen", "running", "journal", act=places.journal),
    Picture("charter-draft", "tom_declercq", "running", "charter", act=places.objection),
    Picture("report", GUIDE, "running", "reports", act=places.report),
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
    # What was pressed last may lie further down, and a page higher than HIGHEST would stay there.
    page.evaluate("() => scrollTo(0, 0)")
    # A bar that stays at the lower edge of the window would hide the middle of the page.
    page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    page.set_viewport_size({"width": width, "height": HEIGHT})


def take_all(browser: Browser, base: str, wanted: set[str], *, session: str) -> None:
    """Take the wanted pictures at each width; all of them where nothing is named. session: the clock within it."""
    visitors = {width: Visitor(browser, base, width=width) for width in WIDTHS}
    # One picture at both widths before the next: a turn goes through its phases once.
    for picture in PICTURES:
        for width, visitor in visitors.items():
            if not wanted or picture.name in wanted:
                visitor.clock(session if picture.in_session else "")
                take(visitor, picture, f"{picture.name}-{width}")
    for width, visitor in visitors.items():
        visitor.clock("")
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
        session = clock_at(session_begins(Path(data), case=CASE, number=SESSION) + INTO_IT)
        take_all(browser, base, set(sys.argv[1:]), session=session)
        browser.close()
    size = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"{len(list(FOLDER.glob('*.png')))} pictures, {size / 1e6:.1f} MB, in {FOLDER.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
