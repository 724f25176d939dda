"""A person's browser window: what people do in it, and what holds for every page."""

import re
from collections.abc import Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A refused form and a conflict are answers like others; the browser calls them errors.
EXPECTED_STATUSES = (422, 409)
HEIGHT = 900

HANDLER = re.compile(r"/(action|panel)/[a-z_.]+")

# Sideways scroll: the page's own, or of a block; what scrolls on purpose lies in a box of its own.
SIDEWAYS = """() => {
  const page = document.documentElement;
  const wide = page.scrollWidth > page.clientWidth ? [`page ${page.scrollWidth} > ${page.clientWidth}`] : [];
  for (const root of document.querySelectorAll('.lnx')) {
    const edge = root.getBoundingClientRect();
    for (const one of root.querySelectorAll('*')) {
      const box = one.getBoundingClientRect();
      if (one.closest('.lnx-scroll, .lnx-hidden, thead, svg') || !box.width) continue;
      if (box.right > edge.right + 1 || box.left < edge.left - 1) wide.push(one.outerHTML.slice(0, 120));
    }
  }
  return wide;
}"""

# A link inside a sentence is as high as its line; everything else that is pressed has a box of its own.
SMALL = """() => [...document.querySelectorAll('.lnx :is(a[href], button, input, select, textarea, summary)')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.type !== 'hidden')
  .filter((one) => !(one.localName === 'a' && one.parentElement.innerText.trim() !== one.innerText.trim()))
  .map((one) => [one.closest('label') || one, one])
  .map(([target, one]) => [target.getBoundingClientRect(), one])
  .filter(([box]) => box.width < 24 || box.height < 24)
  .map(([box, one]) => `${Math.round(box.width)} x ${Math.round(box.height)} ${one.outerHTML.slice(0, 120)}`)"""

TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  return ids.filter((id, place) => ids.indexOf(id) !== place);
}"""


class Visitor:
    """One window. Cookies of the demo choose language, clock, theme and direction."""

    def __init__(self, browser: Browser, base: str, *, width: int = 1280, **options: Any) -> None:
        self.base = base
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": HEIGHT}, timezone_id="Europe/Brussels", **options
        )
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.trouble: list[str] = []
        self.expected = [f"status of {status} " for status in EXPECTED_STATUSES]
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        self.language("en")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(part in message.text for part in self.expected):
            self.trouble.append(f"console: {message.text} ({message.location['url']})")

    def expects(self, *parts: str) -> None:
        """From now on, lines of the console that hold one of these are no trouble."""
        self.expected += parts

    # Cookies

    def cookie(self, name: str, value: str) -> None:
        """Set a cookie of the demo; "" takes it away."""
        self.context.clear_cookies(name=name)
        if value:
            self.context.add_cookies([{"name": name, "value": value, "url": self.base}])

    def language(self, code: str) -> None:
        """Choose the language; "" is the person's own."""
        self.cookie("lnx_lang", code)

    def clock(self, shift: str) -> None:
        """Move the demo's clock against the real one, for this window: "+3d2h"; "" is the real time."""
        self.cookie("lnx_clock", shift)

    def look(self, *, dark: bool = False, rtl: bool = False) -> None:
        """Choose theme and direction for the pages opened next."""
        self.cookie("lnx_theme", "dark" if dark else "")
        self.cookie("lnx_dir", "rtl" if rtl else "")

    def widen(self, width: int) -> None:
        """Make the window so many pixels wide."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    # Moving about

    def open_as(self, person: str, slug: str, view: str = "learner", panel: str = "") -> "Visitor":
        """Open a network as a person, at home or at the panel that an address would name."""
        # An address that differs in its last part only would not load anew.
        self.page.goto("about:blank")
        self.page.goto(f"{self.base}/demo/{slug}/{view}/?student={person}")
        if panel:
            here = self.root.first.get_attribute("id")
            with self.answer():
                self.page.evaluate("address => { location.hash = address; }", f"{here}/{panel}")
        self.settle()
        return self

    def answer(self) -> Any:
        """Wait for what the server answers to what is done in this context."""
        return self.page.expect_response(lambda response: bool(HANDLER.search(response.url)))

    def settle(self) -> None:
        """Wait until no part of the page is busy."""
        self.page.wait_for_function("() => !document.querySelector('.lnx [aria-busy]')")

    def found(self) -> None:
        """Wait until a search for groups is over."""
        expect(self.panel.locator("[data-refresh]")).to_have_count(0, timeout=90_000)
        self.settle()

    def click(self, target: Locator) -> Response:
        """Press something that asks the server; return its answer."""
        with self.answer() as caught:
            target.click()
        response: Response = caught.value
        response.finished()
        self.settle()
        return response

    def go(self, title: str) -> None:
        """Open a panel from the menu."""
        self.click(self.root.get_by_role("navigation").get_by_role("link", name=title, exact=True))

    def follow(self, link: str) -> None:
        """Follow a link to a panel by its words."""
        self.click(self.panel.get_by_role("link", name=link))

    def press(self, button: str) -> int:
        """Press a button of a form; return the status of the answer."""
        return self.click(self.panel.get_by_role("button", name=button, exact=True)).status

    def fill(self, answers: dict[str, str]) -> None:
        """Type each text into the field that has the label."""
        for label, text in answers.items():
            self.field(label).fill(text)

    def tick(self, *labels: str) -> None:
        """Tick each box, or choose each of several."""
        for label in labels:
            self.panel.get_by_label(label).check()

    def unfold(self, summary: str) -> None:
        """Open a folded part of the panel."""
        self.panel.locator("summary", has_text=summary).first.click()

    # Looking

    @property
    def root(self) -> Locator:
        """The block; the page may hold several."""
        return self.page.locator(".lnx")

    @property
    def panel(self) -> Locator:
        """What the block shows below its menu."""
        return self.page.locator('.lnx [data-fragment="panel"]')

    @property
    def menu(self) -> list[str]:
        """The titles in the menu."""
        return self.root.get_by_role("navigation").first.get_by_role("link").all_inner_texts()

    @property
    def address(self) -> str:
        """The panel's address, with what it shows."""
        return self.panel.get_attribute("data-address") or ""

    @property
    def step(self) -> Locator:
        """The one next step at home."""
        return self.page.locator("[data-step]")

    def field(self, label: str) -> Locator:
        """The field with this label, whatever hint follows it."""
        return self.panel.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))

    def sees(self, *texts: str) -> None:
        """Assert that the panel shows each text."""
        for text in texts:
            expect(self.panel).to_contain_text(text)

    def misses(self, *texts: str) -> None:
        """Assert that the page holds none of the texts, not even hidden."""
        html = self.page.content()
        found = [text for text in texts if text in html]
        assert not found, found

    def hears(self, text: str) -> None:
        """Assert what the live region says."""
        expect(self.root.first.locator("[data-status]").first).to_have_text(text)

    def is_refused(self, field: str, sentence: str) -> None:
        """Assert that the form names the field on top, marks it, and has the focus there."""
        summary = self.panel.locator('.lnx-note[data-kind="error"]')
        # A label that is a sentence loses its full stop before the colon.
        expect(summary.get_by_role("listitem").filter(has_text=field.rstrip("."))).to_contain_text(sentence)
        expect(summary).to_be_focused()
        expect(self.panel.locator('[aria-invalid="true"]').first).to_be_attached()

    # What holds for every page

    def unfold_all(self) -> None:
        """Open every folded part, so that checks see all there is."""
        self.page.evaluate("() => document.querySelectorAll('.lnx details').forEach((one) => { one.open = true; })")

    def assert_sound(self, where: str) -> None:
        """Assert that nothing scrolls sideways, that targets are large enough and that no id stands twice."""
        checks = {"sideways": SIDEWAYS, "small": SMALL, "twice": TWICE}
        found = [f"{name}: {line}" for name, check in checks.items() for line in self.page.evaluate(check)]
        assert not found, "\n".join([where, *found])

    def assert_accessible(self, where: str, part: str = "") -> None:
        """Assert that axe finds nothing, on the whole page or in the parts that fit the selector."""
        found = self.violations(part)
        assert not found, "\n".join([where, *found])

    def violations(self, part: str = "") -> list[str]:
        """Return what axe finds, one line for each place."""
        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = Axe().run(self.page, context=part or None, options=options)
        return list(_lines(found.response["violations"]))

    def assert_quiet(self) -> None:
        """Assert that the console said nothing that was not expected."""
        assert not self.trouble, "\n".join(self.trouble)


def _lines(violations: Iterable[dict[str, Any]]) -> Iterable[str]:
    for rule in violations:
        for node in rule["nodes"]:
            yield f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
