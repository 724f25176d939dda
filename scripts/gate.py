"""The static gate: everything that can be said about the code without running it.

    python scripts/gate.py             every check; all faults are shown, not only the first
    python scripts/gate.py --format    first lets the formatters and the safe fixes write

Runs every check even after one has failed.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PROGRAMS = Path(PYTHON).parent
SHOWN_LINES = 80

FORMATTERS = {
    "ruff fixes": [PYTHON, "-m", "ruff", "check", "--quiet", "--fix-only", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--quiet", "."],
    "djlint": [PYTHON, "-m", "djlint", "--quiet", "--reformat", "templates"],
    # Its first pass makes lines that its second one moves; the third changes nothing.
    "djlint again": [PYTHON, "-m", "djlint", "--quiet", "--reformat", "templates"],
}
CHECKS = {
    "ruff": [PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "suppressions": [PYTHON, "scripts/suppressions.py"],
    "floors": [str(PROGRAMS / "lint-imports"), "--no-logo", "--no-cache"],
    "types": [PYTHON, "-m", "mypy"],
    "template format": [PYTHON, "-m", "djlint", "--check", "templates"],
    "templates": [PYTHON, "-m", "djlint", "--lint", "templates"],
    "catalogues": [PYTHON, "scripts/i18n.py", "check"],
    "migrations": [PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run", "lernet_xblock"],
}


def environment() -> dict[str, str]:
    """Return the variables for the checks: the suite's settings, found from the top of the repository."""
    return {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(ROOT),
    }


def passes(name: str, command: list[str]) -> bool:
    """Run one check; show its output only when it fails."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    word = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:16} {word:7} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        print(*lines[:SHOWN_LINES], sep="\n", flush=True)
        if len(lines) > SHOWN_LINES:
            print(f"… and {len(lines) - SHOWN_LINES} more lines, with: {' '.join(command)}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the gate; return 1 when a check fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--format", action="store_true", help="let the formatters write, and check nothing")
    commands = FORMATTERS if parser.parse_args().format else CHECKS
    results = {name: passes(name, command) for name, command in commands.items()}
    failed = [name for name, passed in results.items() if not passed]
    print(f"failed: {', '.join(failed)}" if failed else f"{len(results)} of {len(results)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
