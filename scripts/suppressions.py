"""A suppression carries its reason: `# noqa: RULE - why`, `# type: ignore[code]  # why`.

Prints the suppressions without one, and fails when there are any.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("lernet_xblock", "scripts", "tests")
WITHOUT_REASON = (
    re.compile(r"#\s*(ruff: )?noqa(?!: [A-Z0-9, ]+ - \S)", re.IGNORECASE),
    re.compile(r"#\s*type: ignore(?!\[[a-z, -]+\]\s+# \S)"),
    re.compile(r"#\s*pragma: no (cover|branch)(?! - \S)"),
    re.compile(r"\{#\s*djlint:\s*off(?!.* - \S)"),
)


def faults(root: Path) -> list[str]:
    """Return "path:line: text" of each suppression without a reason."""
    files = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    files += sorted((root / "templates").rglob("*.html"))
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in files
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if any(pattern.search(line) for pattern in WITHOUT_REASON)
    ]


if __name__ == "__main__":
    found = faults(ROOT)
    print("\n".join(found) or "Every suppression carries its reason.")
    sys.exit(1 if found else 0)
