"""Full-text search within what somebody may read.

The texts are looked through here and not by the database: databases differ in letter case and accents.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lernet_xblock.models import Attachment, Case, Contribution
from lernet_xblock.permissions import belongs, may_read_contribution
from lernet_xblock.queries.case_access import locked_cohort, reachable, reads
from lernet_xblock.queries.case_board import CaseLine, case_line
from lernet_xblock.rules.search import Piece, excerpt, found_in, mark, rank
from lernet_xblock.viewer import Viewer

MOST_FOUND = 50
ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class Hit:
    """A case with what was found in it: title and excerpt in pieces. voiced: the excerpt is from a contribution."""

    line: CaseLine
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    voiced: bool


@dataclass(frozen=True)
class _Match:
    """How well a case matches, the lower the better, and the text to show of it."""

    case: Case
    rank: int
    text: str
    voiced: bool


@dataclass(frozen=True)
class _Voiced:
    """What the contributions to a case have of the words: all together, and the one that has most of them."""

    words: frozenset[str] = frozenset()
    best: frozenset[str] = frozenset()
    text: str = ""

    def heard(self, here: frozenset[str], text: str) -> "_Voiced":
        """Return the same with one more contribution."""
        if len(here) > len(self.best):
            return _Voiced(self.words | here, here, text)
        return _Voiced(self.words | here, self.best, self.text)


def search(viewer: Viewer, words: Sequence[str]) -> tuple[Hit, ...]:
    """Return the cases in whose readable text all words occur, of rules.search.words_of; at most MOST_FOUND.

    First those with the words in the title, then with the question, the text, the contributions; of equals the newest.
    At most eight queries, whatever there is to read.
    """
    if not words:
        return ()
    closed = locked_cohort(viewer)
    cases = {case.pk: case for case in reachable(viewer, closed) if reads(viewer, case, closed)}
    names = _attached(cases)
    voiced = _voiced(viewer, words, _with_voices(viewer, cases, closed.pk if closed else None))
    tried = (_match(words, case, names[case.pk], voiced[case.pk]) for case in cases.values())
    matches = sorted((match for match in tried if match is not None), key=_order)[:MOST_FOUND]
    owners = viewer.host.names({match.case.owner_id for match in matches})
    return tuple(_hit(viewer, words, match, owners) for match in matches)


def _order(match: _Match) -> tuple[int, float, int]:
    at = match.case.shared_at or match.case.saved_at
    return match.rank, -at.timestamp(), match.case.pk


def _attached(cases: Mapping[int, Case]) -> Mapping[int, list[str]]:
    """Return the names of links and files, by row number of the case: one query."""
    names: dict[int, list[str]] = defaultdict(list)
    for case_id, name in Attachment.objects.filter(case__in=cases).values_list("case_id", "name"):
        names[case_id].append(name)
    return names


def _with_voices(viewer: Viewer, cases: Mapping[int, Case], closed_id: int | None) -> dict[int, Case]:
    """Return the cases whose contributions the reader finds on their pages, as queries.case_scene has it."""
    if not belongs(viewer):
        return {}
    return {pk: case for pk, case in cases.items() if case.cohort_id != closed_id}


def _voiced(viewer: Viewer, words: Sequence[str], cases: Mapping[int, Case]) -> Mapping[int, _Voiced]:
    """Return what contributions have of the words, by row number of the case: one query, each asked for permission."""
    found: dict[int, _Voiced] = defaultdict(_Voiced)
    rows = Contribution.objects.filter(case__in=cases).defer("html").order_by()
    for one in rows.iterator(ROWS_AT_ONCE):
        here = found_in(words, one.text)
        if here and may_read_contribution(viewer, cases[one.case_id], one):
            found[one.case_id] = found[one.case_id].heard(here, one.text)
    return found


def _match(words: Sequence[str], case: Case, names: Iterable[str], voiced: _Voiced) -> _Match | None:
    texts = (case.question, case.situation, case.tried, "\n".join(names))
    question, *rest = (found_in(words, text) for text in texts)
    places = (found_in(words, case.title), question, frozenset().union(*rest), voiced.words)
    ranked = rank(words, places)
    if ranked is None:
        return None
    candidates = [*zip((question, *rest), texts, strict=True), (voiced.best, voiced.text)]
    best = max(range(len(candidates)), key=lambda place: (len(candidates[place][0]), -place))
    return _Match(case, ranked, candidates[best][1], voiced=best == len(candidates) - 1)


def _hit(viewer: Viewer, words: Sequence[str], match: _Match, owners: Mapping[int, str]) -> Hit:
    line = case_line(viewer, match.case, owners)
    return Hit(line, mark(words, line.title), excerpt(words, match.text), match.voiced)
