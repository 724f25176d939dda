"""`make access-matrix`: who may do what, as a table in docs/access-matrix.md, from the table that the tests check.

With --check it writes nothing, and fails when the page is not that of the table.
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "access-matrix.md"
SIGNS = {200: "yes", 403: "no", 404: "·", 422: "told why"}
HEAD = """# Access matrix

Written by `make access-matrix` from `tests/access/expected.txt`. `tests/access` asks every cell of it, and a handler
without a row fails there.

| sign | status | meaning |
|---|---|---|
| yes | 200 | it is shown, or done |
| no | 403 | this person has no business with the handler |
| · | 404 | for this person there is no such thing |
| told why | 422 | this person may ask, and the state of things does not allow it |

Before the slash stands what happens with something of group A, behind it with something of group B of the same network.
What belongs to another network answers as what does not exist: with the same words and the same number of queries;
where that is not “·”, a third sign says what it is.

"""


def start() -> None:
    """Set Django up as the tests do."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()


def people(actors: dict[str, str]) -> str:
    """Return who the columns are."""
    own = {"own cohort": "group A", "other cohort": "group B"}
    lines = []
    for name, what in actors.items():
        text = what
        for word, group in own.items():
            text = text.replace(f"the {word}", group)
        lines.append(f"- **{name}**: {text}")
    return "\n".join(lines)


def cell(statuses: list[int]) -> str:
    """Return the signs of one actor, by side."""
    return " / ".join(SIGNS[status] for status in statuses)


def section(title: str, kind: str, table: dict[tuple[str, str], tuple[int, ...]], actors: list[str]) -> str:
    """Return the table of all actions, or of all panels."""
    names = list(dict.fromkeys(name for name, _side in table if name.startswith(f"{kind} ")))
    lines = [f"## {title}", "", f"| {kind} | {' | '.join(actors)} |", f"|---|{'---|' * len(actors)}"]
    for name in sorted(names):
        rows = [table[name, side] for side in ("own", "other", "elsewhere") if (name, side) in table]
        cells = (cell(list(by)) for by in zip(*rows, strict=True))
        lines.append(f"| {name.removeprefix(kind).strip()} | {' | '.join(cells)} |")
    return "\n".join(lines)


def page() -> str:
    """Return the whole page."""
    from tests.access import table
    from tests.access.actors import ACTORS

    found = table.read()
    parts = [people(ACTORS), *(section(title, kind, found, list(ACTORS)) for title, kind in TITLES.items())]
    return HEAD + "\n\n".join(parts) + "\n"


TITLES = {"Actions": "action", "Panels": "panel"}


def main() -> int:
    """Write the page, or look whether it is the one of the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is an old one")
    arguments = parser.parse_args()
    start()
    text = page()
    if arguments.check:
        return int(not PAGE.exists() or PAGE.read_text() != text)
    PAGE.write_text(text)
    print(f"{PAGE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
