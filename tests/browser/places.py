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


@dataclass(frozen=True)
class Place:
    """A panel as somebody sees it, perhaps after doing something there."""

    name: str
    person: str
    slug: str
    panel: str = ""
    view: str = "learner"
    act: Callable[[Visitor], None] = as_it_opens

    def __str__(self) -> str:
        return self.name

    def visit(self, visitor: Visitor) -> None:
        """Go there."""
        visitor.open_as(self.person, self.slug, self.view, self.panel)
        self.act(visitor)


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
    Place("newcomer-home", "amina_benali", "open"),
    Place("newcomer-join", "amina_benali", "open", "join"),
    Place("newcomer-refused", "amina_benali", "open", "join", act=empty_application),
    Place("learner-in-preparation", "amina_benali", "draft"),
)
