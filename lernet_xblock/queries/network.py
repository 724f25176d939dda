"""What settings mean for a reader: the card of a network, and what its author changed since it opened."""

from dataclasses import dataclass, fields, replace
from typing import Any

from lernet_xblock.models import Network
from lernet_xblock.rules.authored import read
from lernet_xblock.rules.network_settings import Settings
from lernet_xblock.rules.recurrence import Occurrence
from lernet_xblock.rules.refusals import Refused
from lernet_xblock.rules.trajectory import hours_minutes_total, spread_dates


@dataclass(frozen=True)
class Card:
    """What people read before they apply. sessions: () while the dates do not follow yet; minutes: in all."""

    settings: Settings
    sessions: tuple[Occurrence, ...]
    minutes: int


@dataclass(frozen=True)
class Change:
    """A setting that the author changed after applications opened: its name and both values."""

    name: str
    before: Any
    after: Any


def card(settings: Settings) -> Card:
    """Return the card of a network, complete or not."""
    sessions = _sessions(settings)
    # Days without session can cost some of them.
    planned = replace(settings, session_count=len(sessions)) if sessions else settings
    return Card(settings, sessions, hours_minutes_total(planned))


def changes(network: Network, settings: Settings) -> tuple[Change, ...]:
    """Return what differs between the settings in force and the author's present ones."""
    before = read(network.authored)
    pairs = ((field.name, getattr(before, field.name), getattr(settings, field.name)) for field in fields(Settings))
    return tuple(Change(name, old, new) for name, old, new in pairs if (old or None) != (new or None))


def _sessions(settings: Settings) -> tuple[Occurrence, ...]:
    try:
        return spread_dates(settings)
    except Refused:
        return ()
