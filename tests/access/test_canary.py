"""No word that somebody writes into a case gets anywhere but to where it belongs."""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from lernet_xblock.host.workbench import WorkbenchHost
from lernet_xblock.models import AuditEntry, Report
from lernet_xblock.panels.delivery import deliver
from lernet_xblock.services import case
from lernet_xblock.services.feed import make_feed
from tests.access.actors import ACTORS
from tests.access.canary import EveryLine, Wire, cached, canary, in_any, stored, sung
from tests.access.page import form_of
from tests.access.story import tell
from tests.access.world import make_world, standing
from tests.runtime import PlainRuntime, post

pytestmark = pytest.mark.django_db

VOICE = {"contribution.text", "contribution.html"}
# Where each word stands. What was replaced, searched or shown once, as `question` and `ownline`, stands nowhere.
BELONGS = {
    "title": {"case.title"},
    "situation": {"case.situation"},
    "query": {"case.question", "turn.question_before"},
    "tried": {"case.tried"},
    "url": {"attachment.url"},
    "linkname": {"attachment.name"},
    "filename": {"attachment.name"},
    **dict.fromkeys(("answer", "edited", "takenback", "reflection", "suggestion"), VOICE),
    **dict.fromkeys(("experience", "resource", "appreciation"), VOICE),
    "note": {"privatenote.text"},
    "backnote": {"phasechange.note"},
    "now": {"turn.question_after"},
    "step": {"turn.first_step"},
    "outcome": {"turn.outcome"},
    "complaint": {"reportvoice.words"},
    "openreason": {"caseopening.reason"},
    "teamreason": {"caseopening.reason"},
    "verdict": {"report.outcome"},
    "takeaway": {"takeaway.text"},
    "whom": {"takeaway.with_whom"},
    "happened": {"takeaway.happened"},
    "draft": {"charterdraft.text"},
    "objection": {"chartervoice.objection"},
    "reply": {"chartervoice.answer"},
    "theme": {"theme.title"},
}
PANELS: tuple[str, ...] = (
    "home",
    "cases",
    "journal",
    "charter",
    "theme",
    "turns",
    "turn",
    "reports",
    "report_log",
    "case_list",
)
PANELS += ("group", "messages", "results", "sessions", "plan", "cohorts", "people", "opening", "poll", "calendar")

OF_THE_CASE = {"title", "situation", "query", "tried", "url", "linkname", "filename", "now", "step", "outcome"}
SAID = {"answer", "edited", "reflection", "suggestion", "experience", "resource", "appreciation"}
CHARTER = {"draft", "objection", "reply"}


@pytest.fixture
def lines():
    """Log everything, of every logger, at every level."""
    every, root = EveryLine(), logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    before = [(one, one.level, one.propagate, one.disabled) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.propagate, one.disabled = True, False
    root.addHandler(every)
    yield every.lines
    root.removeHandler(every)
    for one, level, propagate, disabled in before:
        one.setLevel(level)
        one.propagate, one.disabled = propagate, disabled


@pytest.fixture
def events(monkeypatch):
    """Keep what is published to the platform."""
    kept = []
    monkeypatch.setattr(PlainRuntime, "publish", lambda _self, _block, kind, data: kept.append(repr((kind, data))))
    return kept


@pytest.fixture
def wire(monkeypatch, lines, events):
    cache.clear()
    wire = Wire(make_world())
    with standing(wire.world, monkeypatch):
        yield wire


def words(*names):
    return {canary(name) for name in names}


def delivered(wire):
    """Empty the outbox, now and once the steps and lines are due; return all mails as text."""
    for _week in range(3):
        deliver(WorkbenchHost())
        wire.world.moment += timedelta(days=9)
    return [f"{one.subject}\n{one.body}\n{one.extra_headers}\n{one.to}" for one in mail.outbox]


def fetched(wire):
    """Return the calendar feeds of everybody in the group."""
    client = Client()
    tokens = [make_feed(user.pk, now=wire.world.moment) for user in wire.world.own.people.values()]
    return [client.get(f"/lernet/ics/{token}.ics").content.decode() for token in tokens]


def test_each_word_stands_where_it_belongs_and_nowhere_else(wire):
    tell(wire)
    assert stored() == {canary(name): columns for name, columns in BELONGS.items()}


def test_no_word_is_logged_published_cached_mailed_or_part_of_an_address(wire, lines, events):
    key = tell(wire)
    for actor in ACTORS:
        for address in (*PANELS, f"cases?case={key}"):
            wire.look(actor, address)
    mails, feeds = delivered(wire), fetched(wire)
    assert len(mails) > len(wire.world.own.people)
    assert any("BEGIN:VEVENT" in one for one in feeds)
    assert in_any([*lines, *events, *mails, *feeds, *wire.posted, *wire.addresses]) == set()
    assert cached() == set()
    # The link that somebody attached is an address itself, and leads away without a word of where it was.
    assert in_any(wire.attributes) - words("url") == set()


def test_no_row_names_what_is_in_it(wire):
    from django.apps import apps

    tell(wire)
    rows = [row for model in apps.get_app_config("lernet_xblock").get_models() for row in model.objects.all()]
    assert in_any(f"{row} {row!r}" for row in rows) == set()


def test_everybody_reads_what_was_meant_for_them_and_no_more(wire):
    key = tell(wire)
    wire.said.clear()
    made = Report.objects.get().key
    addresses = (*PANELS, f"cases?case={key}", f"case_list?case={key}", f"turn?case={key}", f"reports?report={made}")
    for actor in ACTORS:
        for address in addresses:
            wire.look(actor, address)
    heard = {actor: wire.heard(actor) for actor in ACTORS}
    group = words(*OF_THE_CASE, *SAID, *CHARTER, "theme")
    # What was said against it is shown until somebody has decided; both sides read what was decided.
    assert heard == {
        **{actor: set() for actor in ACTORS},
        "member": group | words("takeaway", "whom", "happened"),
        "late": group | words("takenback", "verdict"),
        "owner": group | words("note", "openreason", "teamreason", "verdict"),
        "guide": group | words("verdict"),
        # Until they accept the charter, they read no case. Staff behind a masquerade read none at all.
        "unaccepted": words(*CHARTER),
        "masked": words("draft"),
        "admin": words("title", "draft", "verdict"),
    }


def test_what_breaks_is_told_without_a_word_of_it(wire, lines, monkeypatch):
    def breaks(*_given, **_named):
        raise ValueError(canary("broken"))

    draft = wire.world.own.draft
    form = form_of(wire.world, "owner", f"cases?case={draft.key}", "case.share")
    monkeypatch.setattr(case, "save", breaks)
    response = post(wire.world.block("owner"), "case.save", {**form, "title": canary("title")})
    assert (response.status_int, sung(response.text)) == (500, set())
    assert any("a page broke: ValueError" in line for line in lines)
    assert in_any(lines) == set()


def test_a_word_in_a_log_a_row_or_the_cache_would_be_noticed(wire, lines):
    logging.getLogger("lernet_xblock.services.case").debug("shared %s", canary("title"))
    AuditEntry.objects.create(network=wire.world.own.network, verb=canary("verb"), at=wire.world.moment)
    cache.set("case", {"title": canary("cached")})
    assert in_any(lines) == words("title")
    assert stored() == {canary("verb"): {"auditentry.verb"}}
    assert cached() == words("cached")
