"""Every panel of every role: who goes where, and does what there, to see it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.visitor import Visitor


def as_it_opens(visitor: Visitor) -> None:
    """Do nothing more."""


def first_case(visitor: Visitor) -> None:
    visitor.click(visitor.panel.locator("article a").first)


def own_case(visitor: Visitor) -> None:
    visitor.click(visitor.panel.locator("article", has_text="Yours").locator("a"))


def new_case(visitor: Visitor) -> None:
    visitor.press("Write a case")


def next_step(visitor: Visitor) -> None:
    visitor.click(visitor.step.get_by_role("link"))


def proposal(visitor: Visitor) -> None:
    if not visitor.panel.get_by_role("link", name="Proposal 1").count():
        visitor.click(visitor.panel.get_by_role("button", name="Propose groups").first)
    else:
        visitor.click(visitor.panel.get_by_role("link", name="Proposal 1").first)
    visitor.found()


def person_of_proposal(visitor: Visitor) -> None:
    proposal(visitor)
    visitor.click(visitor.panel.locator("[data-item] a").first)


def pairs(visitor: Visitor) -> None:
    visitor.follow("Keep two people apart or together")


def empty_application(visitor: Visitor) -> None:
    assert visitor.press("Apply") == 422


def attendance_grid(visitor: Visitor) -> None:
    visitor.follow("All sessions of this group")


def change_of_plan(visitor: Visitor) -> None:
    visitor.follow("Change the dates")
    visitor.fill({"Length of a session, in minutes": "150"})
    visitor.press("Show what happens")


def move(visitor: Visitor) -> None:
    visitor.click(visitor.panel.get_by_role("link", name="Move", exact=True).first)
    visitor.fill({"Length, in minutes": "150"})
    visitor.press("Show what happens")


def cancel(visitor: Visitor) -> None:
    visitor.click(visitor.panel.get_by_role("link", name="Cancel", exact=True).first)


def draft_of_charter(visitor: Visitor) -> None:
    if visitor.panel.locator("summary", has_text="Suggest another text").count():
        visitor.unfold("Suggest another text")
        visitor.fill({"The text of the charter": "Wat hier gezegd wordt, blijft hier.\nEerst vragen, dan pas raad."})
        visitor.press("Show the draft to the group")


def objection(visitor: Visitor) -> None:
    draft_of_charter(visitor)
    if visitor.panel.locator("summary", has_text="I object, because").count():
        visitor.unfold("I object, because")
        visitor.fill({"I object, because …": "De regel over opnames is weg."})
        visitor.press("Tell the group")


def circles(visitor: Visitor) -> None:
    visitor.click(visitor.panel.get_by_role("link", name="Circles", exact=True).nth(1))
    look_at_circles(visitor)


def look_at_circles(visitor: Visitor) -> None:
    """Look at the circles of everybody without forming them: who was there is for other tests to say."""
    for box in visitor.panel.get_by_role("checkbox").all():
        box.check()
    visitor.press("Show the circles")


def plan_of_turn(visitor: Visitor) -> None:
    visitor.follow("Een teamvergadering met vijf talen")
    visitor.follow("Plan a turn for this case")


def line_of_journal(visitor: Visitor) -> None:
    if not visitor.panel.get_by_role("link", name="Go on with it").count():
        visitor.fill({"What do you take home?": "Eerst opschrijven, dan pas praten."})
        visitor.press("Keep it")
    visitor.click(visitor.panel.get_by_role("link", name="Go on with it").first)


def journal(visitor: Visitor) -> None:
    line_of_journal(visitor)
    visitor.follow("Back to your journal")


def search(visitor: Visitor) -> None:
    visitor.fill({"Search all that you can read here": "team"})
    visitor.press("Search")


def theme(visitor: Visitor) -> None:
    if not visitor.panel.get_by_role("button", name="Dissolve the theme", include_hidden=True).count():
        visitor.fill({"What do these cases have in common?": "Wie zwijgt, wie spreekt"})
        visitor.tick("De stille acht", "Een teamvergadering met vijf talen")
        visitor.press("Make the theme")


def report_form(visitor: Visitor) -> None:
    visitor.follow("Een teamvergadering met vijf talen")
    visitor.follow("Report this case")


def report(visitor: Visitor) -> None:
    """Let a member report words about a case that is told to its end, and look into it."""
    if visitor.panel.locator("article").count() == 0:
        visitor.open_as("tom_declercq", "running", panel="cases")
        visitor.follow("Gisteren collega")
        address = visitor.panel.locator('a[data-panel*="voice="]').first.get_attribute("data-panel")
        visitor.open_as("tom_declercq", "running", panel=str(address))
        visitor.follow("Report this")
        visitor.tick("It hurts somebody")
        visitor.press("Report it")
        visitor.open_as("fac_sofie", "running", panel="reports")
    visitor.click(visitor.panel.locator("article a").first)


def case_of_list(visitor: Visitor) -> None:
    visitor.click(visitor.panel.get_by_role("link", name="Groep Schelde"))
    visitor.follow("De stille acht")
    visitor.fill({"Why do you open it?": "De eigenaar vroeg om hulp bij de tekst."})
    visitor.press("Open it")


def in_turn(visitor: Visitor) -> None:
    visitor.follow("Het weekendrooster waar iedereen een goede reden heeft")


def at_its_end(visitor: Visitor) -> None:
    visitor.follow("Waar houdt vriendelijk op bij een klant?")


def first_step(visitor: Visitor) -> None:
    visitor.follow("Minder meldingen, niet minder fouten")


@dataclass(frozen=True)
class Place:
    """A panel as somebody sees it, perhaps after doing something there."""

    name: str
    person: str
    slug: str
    panel: str = ""
    view: str = "learner"
    act: Callable[[Visitor], None] = as_it_opens
    clock: str = ""

    def __str__(self) -> str:
        return self.name

    def visit(self, visitor: Visitor) -> None:
        """Go there."""
        visitor.clock(self.clock)
        visitor.open_as(self.person, self.slug, self.view, self.panel)
        self.act(visitor)


# The case of Kobe goes through its phases over several days; a clock of before shows the phase of then.
QUESTIONS, REFLECTIONS, NEXT_WEEK = "-7d", "-6d12h", "+6d"

PLACES = (
    Place("author-editor", "author_an", "open", view="studio"),
    Place("author-editor-empty", "author_an", "draft", view="studio"),
    Place("author-preview", "author_an", "open", view="author"),
    Place("author-preview-empty", "author_an", "draft", view="author"),
    Place("admin-home", "admin_karim", "open"),
    Place("admin-opening", "admin_karim", "draft", "opening"),
    Place("admin-settings", "admin_karim", "open", "opening"),
    Place("admin-people", "admin_karim", "open", "people"),
    Place("admin-wishes", "admin_karim", "open", "cohorts"),
    Place("admin-pairs", "admin_karim", "open", "cohorts", act=pairs),
    Place("admin-proposal", "admin_karim", "open", "cohorts", act=proposal),
    Place("admin-proposal-person", "admin_karim", "open", "cohorts", act=person_of_proposal),
    Place("admin-groups", "admin_lies", "running", "cohorts"),
    Place("admin-plan", "admin_lies", "running", "plan"),
    Place("facilitator-home", "fac_sofie", "running"),
    Place("facilitator-sessions", "fac_sofie", "running", "sessions"),
    Place("facilitator-attendance", "fac_sofie", "running", "attendance"),
    Place("facilitator-attendance-grid", "fac_sofie", "running", "attendance", act=attendance_grid),
    Place("facilitator-change-of-plan", "fac_sofie", "running", "plan", act=change_of_plan),
    Place("facilitator-move", "fac_sofie", "running", "sessions", act=move),
    Place("facilitator-cancel", "fac_sofie", "running", "sessions", act=cancel),
    Place("facilitator-poll", "fac_sofie", "running", "poll"),
    Place("facilitator-cases", "fac_sofie", "running", "cases"),
    Place("facilitator-case", "fac_sofie", "running", "cases", act=first_case),
    Place("facilitator-group", "fac_sofie", "running", "group"),
    Place("facilitator-results", "fac_sofie", "running", "results"),
    Place("member-home", "jonas_peeters", "running"),
    Place("member-sessions", "jonas_peeters", "running", "sessions"),
    Place("member-own-case", "jonas_peeters", "running", "cases", act=own_case),
    Place("member-draft", "tom_declercq", "running", "cases", act=new_case),
    Place("member-group", "jonas_peeters", "running", "group"),
    Place("member-pulse", "jonas_peeters", "running", act=next_step),
    Place("member-calendar", "jonas_peeters", "running", "calendar"),
    Place("member-messages", "jonas_peeters", "running", "messages"),
    Place("member-results", "isabelle_lambert", "closing", "results"),
    Place("member-charter-draft", "tom_declercq", "running", "charter", act=objection),
    Place("facilitator-charter-draft", "fac_sofie", "running", "charter", act=draft_of_charter),
    Place("facilitator-circles", "fac_sofie", "running", "sessions", act=circles),
    Place("facilitator-turns", "fac_sofie", "running", "turns"),
    Place("facilitator-turn-plan", "fac_sofie", "running", "cases", act=plan_of_turn),
    Place("facilitator-theme", "fac_sofie", "running", "theme", act=theme),
    Place("facilitator-report", "fac_sofie", "running", "reports", act=report),
    Place("facilitator-case-suggestions", "fac_sofie", "running", "cases", act=in_turn),
    Place("admin-case-of-list", "admin_lies", "running", "case_list", act=case_of_list),
    Place("member-journal", "an_vermeulen", "running", "journal", act=journal),
    Place("member-journal-line", "an_vermeulen", "running", "journal", act=line_of_journal),
    Place("member-search", "an_vermeulen", "running", "cases", act=search),
    Place("member-report-form", "an_vermeulen", "running", "cases", act=report_form),
    Place("member-case-questions", "an_vermeulen", "running", "cases", act=in_turn, clock=QUESTIONS),
    Place("member-case-suggestions", "an_vermeulen", "running", "cases", act=in_turn),
    Place("giver-case-questions", "kobe_willems", "running", "cases", act=in_turn, clock=QUESTIONS),
    Place("giver-case-reflections", "kobe_willems", "running", "cases", act=in_turn, clock=REFLECTIONS),
    Place("giver-case-choice", "ingrid_bosmans", "running", "cases", act=at_its_end),
    Place("giver-case-asked", "lieve_verhaegen", "running", "cases", act=first_step, clock=NEXT_WEEK),
    Place("newcomer-home", "amina_benali", "open"),
    Place("newcomer-join", "amina_benali", "open", "join"),
    Place("newcomer-refused", "amina_benali", "open", "join", act=empty_application),
    Place("learner-in-preparation", "amina_benali", "draft"),
)
