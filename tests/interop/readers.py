"""The readers: each returns what it reads of a file, by uid, in the words of corpus.expected.

A reader that is not installed raises Missing, with what would install it.
"""

import importlib
import json
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tests.interop.corpus import Entries, moment

HERE = Path(__file__).parent
NODE = HERE / "node"
LIMIT_SECONDS = 60


class Missing(Exception):
    """What this reader is made of is not on this machine."""


def _module(name: str, package: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Missing(f"pip install {package}") from error


def _told(event: Any, starts: date, ends: date) -> dict[str, str]:
    """Return what an event of icalendar's says; starts, ends: as the reader understood them."""
    texts = {name: str(event.get(name, "")) for name in ("sequence", "status", "summary", "description", "location")}
    return {"start": moment(starts), "end": moment(ends), **texts, "url": str(event.get("url", ""))}


def read_icalendar(file: bytes, _folder: Path) -> Entries:
    """Read with the library that the platform itself uses."""
    events = _module("icalendar", "icalendar").Calendar.from_ical(file).walk("VEVENT")
    return {str(event["uid"]): _told(event, event["dtstart"].dt, event["dtend"].dt) for event in events}


def read_recurring(file: bytes, _folder: Path) -> Entries:
    """Ask for everything between two days, as servers that merge calendars do."""
    recurring = _module("recurring_ical_events", "recurring-ical-events")
    calendar = _module("icalendar", "icalendar").Calendar.from_ical(file)
    found = recurring.of(calendar, skip_bad_series=False).between(date(2020, 1, 1), date(2050, 1, 1))
    return {str(event["uid"]): _told(event, event["dtstart"].dt, event["dtend"].dt) for event in found}


def read_vobject(file: bytes, _folder: Path) -> Entries:
    """Read with the library of several address books and servers."""
    vobject = _module("vobject", "vobject")
    events = vobject.readOne(file.decode()).contents.get("vevent", [])
    names = ("sequence", "status", "summary", "description", "location", "url")

    def value(event: Any, name: str) -> str:
        return str(event.contents[name][0].value) if name in event.contents else ""

    return {
        event.uid.value: {
            "start": moment(event.dtstart.value),
            "end": moment(event.dtend.value),
            **{name: value(event, name) for name in names},
        }
        for event in events
    }


def read_ical_js(file: bytes, folder: Path) -> Entries:
    """Read with the library of Thunderbird."""
    return _node("ical.js", file, folder)


def read_node_ical(file: bytes, folder: Path) -> Entries:
    """Read with the library of many displays and bots."""
    return _node("node-ical", file, folder)


def read_libical(file: bytes, folder: Path) -> Entries:
    """Read with the library of GNOME and KDE, whose check of the standard has to find nothing as well."""
    path = folder / "feed.ics"
    path.write_bytes(file)
    return _entries(_run([str(_compiled()), str(path)]))


def _node(library: str, file: bytes, folder: Path) -> Entries:
    node = shutil.which("node")
    if node is None:
        raise Missing("apt install nodejs npm")
    if not (NODE / "node_modules" / library).is_dir():
        raise Missing(f"npm ci in {NODE.relative_to(HERE.parent.parent)}")
    path = folder / "feed.ics"
    path.write_bytes(file)
    return _entries(_run([node, str(NODE / "read.mjs"), library, str(path)]))


@cache
def _compiled() -> Path:
    """Return the small reader of libical, compiled once for a run."""
    compiler, told = shutil.which("cc"), shutil.which("pkg-config")
    if compiler is None or told is None:
        raise Missing("apt install gcc pkg-config libical-dev")
    asked = subprocess.run([told, "--cflags", "--libs", "libical"], capture_output=True, text=True, check=False)
    if asked.returncode:
        raise Missing("apt install libical-dev")
    program = Path(_scratch()) / "read_libical"
    _run([compiler, str(HERE / "read_libical.c"), "-o", str(program), *asked.stdout.split()])
    return program


@cache
def _scratch() -> str:
    import atexit
    import tempfile

    folder = tempfile.mkdtemp(prefix="lernet-libical-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, check=False, timeout=LIMIT_SECONDS, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


def _entries(printed: str) -> Entries:
    return {told.pop("uid"): told for told in map(json.loads, printed.splitlines())}


READERS = {
    "icalendar": read_icalendar,
    "recurring-ical-events": read_recurring,
    "vobject": read_vobject,
    "ical.js": read_ical_js,
    "node-ical": read_node_ical,
    "libical": read_libical,
}
