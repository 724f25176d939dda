"""Rows of the matrix: panels, and what the keys in their addresses show."""

from tests.access.rows import GROUP, NETWORK, PLAIN, Fields, everyone, panel_row
from tests.access.rows_cohorts import _proposal as proposal_of
from tests.access.rows_voices import line_of, reported, said
from tests.access.world import Side, World

for name in ("home", "sessions", "calendar", "cases", "group", "results", "opening", "people", "cohorts", "plan"):
    panel_row(name)(everyone)
for name in ("poll", "messages", "studio", "preview", "charter", "journal", "reports", "report_log", "case_list"):
    panel_row(name)(everyone)
for name in ("theme", "turns", "turn"):
    panel_row(name)(everyone)


@panel_row("join", kind=PLAIN)
def join(_world: World, side: Side) -> Fields:
    side.network.state = "open"
    side.network.save()
    return {}


def _cohort(_world: World, side: Side) -> Fields:
    return {"cohort": side.cohort.key}


for name in ("sessions", "plan", "poll", "group", "attendance", "charter", "turn", "turns", "case_list"):
    panel_row(name, "cohort")(_cohort)
panel_row("cohorts", "cohort", NETWORK)(_cohort)


@panel_row("plan", "cohort", way="change")
def plan_dates(_world: World, side: Side) -> Fields:
    return {"cohort": side.cohort.key, "change": "dates"}


@panel_row("cases", "case")
def case(_world: World, side: Side) -> Fields:
    return {"case": side.case.key}


@panel_row("cases", "case", way="draft")
def draft(_world: World, side: Side) -> Fields:
    return {"case": side.draft.key}


@panel_row("cases", "voice")
def voice(world: World, side: Side) -> Fields:
    return {"case": world.own.case.key, "voice": said(side).key}


@panel_row("cases", "case", way="with a voice")
def case_of_voice(_world: World, side: Side) -> Fields:
    return {"case": side.case.key, "voice": said(side).key}


@panel_row("turn", "case")
def plan_turn(_world: World, side: Side) -> Fields:
    return {"case": side.case.key}


@panel_row("journal", "line")
def line(_world: World, side: Side) -> Fields:
    return {"line": line_of(side).key}


@panel_row("reports", "case")
def raise_report(_world: World, side: Side) -> Fields:
    return {"case": side.case.key}


@panel_row("reports", "report")
def report(_world: World, side: Side) -> Fields:
    return {"report": reported(side).key}


@panel_row("reports", "report", way="team")
def report_for_the_course(_world: World, side: Side) -> Fields:
    return {"report": reported(side, handler="").key}


@panel_row("case_list", "case")
def listed(_world: World, side: Side) -> Fields:
    return {"case": side.case.key}


@panel_row("session", "session")
def session(_world: World, side: Side) -> Fields:
    return {"session": side.ahead.key}


@panel_row("attendance", "session")
def attendance(_world: World, side: Side) -> Fields:
    return {"session": side.past.key}


@panel_row("results", "pulse")
def evaluate(_world: World, side: Side) -> Fields:
    return {"pulse": side.past.key}


@panel_row("cohorts", "proposal", NETWORK)
def proposal(_world: World, side: Side) -> Fields:
    return {"proposal": proposal_of(side).key}


for change in ("transfer", "merge", "split"):

    @panel_row("cohorts", "cohort", NETWORK, way=change)
    def operation(_world: World, side: Side, change: str = change) -> Fields:
        return {"change": change, "cohort": side.cohort.key}


for change in ("leave", "pause", "substitute"):

    @panel_row("group", "cohort", GROUP, way=change)
    def of_a_group(_world: World, side: Side, change: str = change) -> Fields:
        return {"change": change, "cohort": side.cohort.key}
