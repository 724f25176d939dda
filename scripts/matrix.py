"""The version matrix: the unit lane on the oldest and the newest versions that the platform uses.

    python scripts/matrix.py                         every row
    python scripts/matrix.py --row oldest            one row
    python scripts/matrix.py tests/rules -x          other arguments are handed to pytest

The environments are kept under .venv-matrix/. A missing Python is said; where CI=true it is a failure.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-matrix"
SHOWN = (
    "Django",
    "XBlock",
    "xblock-sdk",
    "edx-opaque-keys",
    "web-fragments",
    "icalendar",
    "tzdata",
    "nh3",
    "numpy",
    "scipy",
)


@dataclass(frozen=True)
class Row:
    """One environment. `python`: major and minor; `wanted`: requirements beside those of setup.py."""

    name: str
    python: str
    wanted: tuple[str, ...]


ROWS = (
    # The platform holds numpy there.
    Row("oldest", "3.11", ("XBlock[django]==5.2.0", "xblock-sdk==0.13.0", "numpy==1.26.4")),
    Row("newest", "3.12", ("XBlock[django]>=6,<7", "xblock-sdk")),
)


def find_python(version: str) -> str | None:
    """Return a Python of this version: the one that runs this, one on the PATH, one that pyenv keeps."""
    return next((program for program in candidates(version) if runs(program, version)), None)


def candidates(version: str) -> Iterator[str]:
    """Yield the programs that may be it, best first."""
    yield sys.executable
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield on_path
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for folder in sorted(kept.glob(f"{version}.*"), reverse=True):
        yield str(folder / "bin" / "python")


def runs(program: str, version: str) -> bool:
    """True when the program starts and is of this version; pyenv's shims exist but may start nothing."""
    asked = [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout.strip() == version


def environment(row: Row, python: str) -> Path:
    """Return the Python of the row's environment, made or brought up to date."""
    inside = FOLDER / row.name / "bin" / "python"
    if not inside.exists():
        subprocess.run([python, "-m", "venv", str(FOLDER / row.name)], check=True)
    install = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--upgrade", "--editable", f"{ROOT}[test]", *row.wanted], check=True)
    return inside


def versions(python: Path) -> str:
    """Return the versions that decide, in one line."""
    asked = f"from importlib.metadata import version\nfor name in {SHOWN!r}: print(name, version(name))"
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    return ", ".join(done.stdout.splitlines())


def passes(row: Row, arguments: list[str]) -> bool:
    """Run the unit lane of a row on SQLite."""
    python = find_python(row.python)
    if python is None:
        print(f"{row.name}: there is no Python {row.python} here, on the PATH or with pyenv.", flush=True)
        return os.environ.get("CI") != "true"
    inside = environment(row, python)
    print(f"\n=== {row.name}: Python {row.python}, {versions(inside)}", flush=True)
    variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with tempfile.TemporaryDirectory(prefix="lernet-matrix-", ignore_cleanup_errors=True) as data:
        variables["LERNET_TEST_DATA"] = data
        lane = [
            str(inside),
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "-m",
            "not browser and not install and not mariadb",
        ]
        done = subprocess.run([*lane, *arguments], cwd=ROOT, env=variables, check=False, stdin=subprocess.DEVNULL)
    return done.returncode == 0


def main() -> int:
    """Run the rows; return 1 when one fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--row", choices=[row.name for row in ROWS])
    chosen, for_pytest = parser.parse_known_args()
    results = {row.name: passes(row, for_pytest) for row in ROWS if chosen.row in {None, row.name}}
    print("\nmatrix:", ", ".join(f"{name} {'ok' if passed else 'FAILED'}" for name, passed in results.items()))
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
