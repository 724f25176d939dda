"""The groups of a proposal as cards: people, times, how well they fit, what is tight and what is wrong."""

from collections import defaultdict
from typing import Any

from lernet_xblock.panels.cohorts_words import (
    BINDING,
    LEFT_OUT,
    SHARE_LABELS,
    attributes,
    problem_sentence,
    share_sentence,
    times_sentence,
)
from lernet_xblock.panels.panel import Address
from lernet_xblock.queries.proposal import ProposalLine, ProposalPage
from lernet_xblock.queries.proposal_card import Card, Seat, Share


def card_shown(line: ProposalLine, card: Card, *, movable: bool) -> dict[str, Any]:
    """Return one group in words and small pictures. movable: its people can be moved, so each has a page."""
    return {
        "number": card.number,
        "label": card.label,
        "language": card.language,
        "size": len(card.people),
        "times": times_sentence(card.times, card.best_percent, line.wishes.attendance),
        "shares": [bar_of(share) for share in card.shares if share.percent is not None],
        "problems": [problem_sentence(one) for one in card.problems],
        "binding": [str(BINDING[code]) for code in card.binding if not _said_twice(code, card)],
        "people": people_shown(line, card.people, movable=movable),
    }


def _said_twice(code: str, card: Card) -> bool:
    """Whether the size is wanted to the person: then one sentence about it is enough."""
    return code == "at_minimum" and "at_maximum" in card.binding


def people_shown(line: ProposalLine, people: tuple[Seat, ...], *, movable: bool) -> list[dict[str, Any]]:
    """Return each person with the address of their page, "" where nobody can be moved."""
    return [
        {
            "seat": seat,
            "to": str(Address("cohorts", {"proposal": line.key, "person": seat.key})) if movable else "",
            "about": ", ".join(filter(None, (seat.function, seat.organisation))),
        }
        for seat in people
    ]


def bar_of(share: Share) -> dict[str, Any]:
    """Return a share as a bar of 100, with a mark where the whole course lies."""
    return {
        "label": SHARE_LABELS[share.attribute, share.kind],
        "percent": share.percent,
        "course": share.course_percent,
        "title": share_sentence(share),
    }


def left_out_shown(page: ProposalPage, *, movable: bool) -> dict[str, Any]:
    """Return who has no group, by reason; {} where everybody has one."""
    if not page.left_out_count:
        return {}
    by_reason: dict[str, list[Seat]] = defaultdict(list)
    for seat in page.left_out:
        by_reason[seat.reason].append(seat)
    same = {"same": attributes(page.line.wishes.same) if page.line.wishes.same else ""}
    return {
        "count": page.left_out_count,
        "more": page.left_out_count - len(page.left_out),
        "reasons": [
            {
                "why": str(LEFT_OUT.get(code, LEFT_OUT["no_room"])) % same,
                "people": people_shown(page.line, tuple(seats), movable=movable),
            }
            for code, seats in by_reason.items()
        ],
    }
