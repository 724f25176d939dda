"""The whole life of a case, told by five people, with a word that sings in each text."""

import json
import re
from datetime import timedelta
from typing import Any

from lernet_xblock.models import Contribution, Takeaway, Turn
from tests.access.canary import Wire, canary
from tests.access.page import form_of
from tests.access.rows_voices import PNG

KIND_WORDS = ("question", "answer", "reflection", "suggestion", "experience", "resource", "appreciation")


def tell(wire: Wire) -> str:
    """Let the case giver and the group go through it all; return the key of the case."""
    key = write(wire)
    before(wire, key)
    turn = work(wire, key)
    after(wire, turn)
    report(wire, key)
    keep(wire, key)
    agree(wire)
    look_around(wire, key)
    return key


def words_of_a_case() -> dict[str, Any]:
    texts = {name: f"{canary(name)} at work" for name in ("title", "situation", "tried")}
    ticks = {"horizon": "practical", "kind": "problem", "third_parties": "on", "audience": "cohort"}
    return {**texts, "question": f"How do I {canary('query')}?", **ticks}


def write(wire: Wire) -> str:
    """A draft that saves itself, attachments, and sharing it."""
    reply = wire.do("owner", "case.start", {})
    key = re.search(r"cases\?case=([0-9a-f]{20})", reply).group(1)
    address = f"cases?case={key}"
    draft = form_of(wire.world, "owner", address, "case.share")
    wire.do("owner", "case.save", {**draft, **words_of_a_case()})
    link = {"about": key, "url": f"https://example.org/{canary('url')}", "name": canary("linkname")}
    wire.do("owner", "case.attach_link", link)
    form = json.dumps({"fields": [["about", key], ["name", f"{canary('filename')}.png"]]})
    wire.do("owner", "case.attach", {}, body=PNG, content_type="image/png", headers={"X-Lernet-Form": form})
    version = form_of(wire.world, "owner", address, "case.share")["version"]
    wire.do("owner", "case.share", {"about": key, "version": version, **words_of_a_case()})
    return key


def _say(wire: Wire, actor: str, key: str, kind: str) -> None:
    wire.do(actor, "contribution.post", {"about": key, "kind": kind, "text": f"The {canary(kind)} of it."})


def before(wire: Wire, key: str) -> None:
    """What is said before any turn: a question, its answer, an edit, and words that are taken back."""
    _say(wire, "member", key, "question")
    asked = Contribution.objects.get(text__contains=canary("question"))
    wire.do("owner", "contribution.answer", {"about": asked.key, "text": f"It {canary('answer')}."})
    changed = {"about": asked.key, "version": str(asked.version), "text": f"Which {canary('edited')}?"}
    wire.do("member", "contribution.edit", changed)
    wire.do("late", "contribution.post", {"about": key, "kind": "question", "text": f"No {canary('takenback')}?"})
    taken = Contribution.objects.get(text__contains=canary("takenback"))
    wire.do("late", "contribution.withdraw", {"about": taken.key})
    wire.do("owner", "note.save", {"about": key, "version": "0", "text": canary("note")})


def work(wire: Wire, key: str) -> Turn:
    """The turn in a session, phase by phase, with one step back."""
    wire.do("guide", "turn.plan", {"about": key, "session": wire.world.own.ahead.key, "mode": "live"})
    wire.world.moment = wire.world.own.ahead.starts_at + timedelta(minutes=1)
    turn = Turn.objects.get(case__key=key)
    _go(wire, turn, "turn.begin")
    _go(wire, turn, "turn.forward")
    _say(wire, "member", key, "reflection")
    _go(wire, turn, "turn.forward")
    for kind in ("suggestion", "experience", "resource"):
        _say(wire, "late", key, kind)
    helped = Contribution.objects.get(text__contains=canary("suggestion"))
    wire.do("owner", "contribution.helped", {"about": helped.key, "helped": "yes"})
    _go(wire, turn, "turn.forward")
    _go(wire, turn, "turn.back", note=f"Because of {canary('backnote')}")
    _go(wire, turn, "turn.forward")
    _say(wire, "guide", key, "appreciation")
    return turn


def _go(wire: Wire, turn: Turn, action: str, **more: str) -> None:
    turn.refresh_from_db()
    seen = {} if action == "turn.begin" else {"seen": turn.phase}
    wire.do("guide", action, {"about": turn.key, "version": str(turn.version), **seen, **more})


def after(wire: Wire, turn: Turn) -> None:
    """The question now, the first step, and what became of it."""
    turn.refresh_from_db()
    step = {"first_step": f"I {canary('step')}.", "step_on": str((wire.world.moment + timedelta(days=7)).date())}
    chosen = {"about": turn.key, "version": str(turn.version), "question": f"What {canary('now')}?", **step}
    wire.do("owner", "turn.choose", chosen)
    turn.refresh_from_db()
    told = {"about": turn.key, "version": str(turn.version), "outcome": f"It {canary('outcome')}."}
    wire.do("owner", "turn.tell", told)


def report(wire: Wire, key: str) -> None:
    """Somebody reports the case, the facilitator opens and releases it; the course team opens it for its own reason."""
    given = {"about": key, "voice": "", "ground": "other", "words": f"It {canary('complaint')}."}
    made = re.search(r"reports\?report=([0-9a-f]{20})", wire.do("late", "report.raise", given)).group(1)
    wire.do("guide", "report.open", {"about": made, "reason": f"To see {canary('openreason')}"})
    decision = form_of(wire.world, "guide", f"reports?report={made}", "report.decide")
    decided = {**decision, "decision": "released", "outcome": f"It {canary('verdict')}."}
    wire.do("guide", "report.decide", decided)
    wire.do("admin", "case.open", {"about": key, "reason": f"To help with {canary('teamreason')}"})


def keep(wire: Wire, key: str) -> None:
    """What a member takes home, tells, and puts on a page for the own team."""
    taken = {"about": key, "text": f"I {canary('takeaway')}.", "with_whom": canary("whom"), "visibility": "me"}
    wire.do("member", "takeaway.take", {**taken, "by_date": str(wire.world.moment.date())})
    wire.look("member", "journal")
    line = Takeaway.objects.get(text__contains=canary("takeaway"))
    made, version = line.key, str(line.version)
    told = {"about": made, "version": version, "came": "tried", "happened": f"It {canary('happened')}."}
    wire.do("member", "takeaway.tell", told)
    wire.do("member", "takeaway.brief", {"about": made, "own_line": f"We {canary('ownline')}.", "fields_in": ["text"]})


def agree(wire: Wire) -> None:
    """A draft of the charter, an objection, and the answer to it."""
    cohort = wire.world.own.cohort.key
    reply = wire.do("guide", "charter.draft", {"about": cohort, "text": f"It stays here. {canary('draft')}."})
    form = form_of(wire.world, "member", f"charter?cohort={cohort}", "charter.object") if reply else {}
    wire.do("member", "charter.object", {**form, "objection": f"Not {canary('objection')}."})
    answer = form_of(wire.world, "guide", f"charter?cohort={cohort}", "charter.answer")
    wire.do("guide", "charter.answer", {**answer, "answer": f"Then {canary('reply')}."})


def look_around(wire: Wire, key: str) -> None:
    """A theme, and a search."""
    theme = {"about": wire.world.own.cohort.key, "title": f"All {canary('theme')}", "cases": [key]}
    wire.do("guide", "theme.make", theme)
    wire.do("member", "case.search", {"words": canary("searched")})
