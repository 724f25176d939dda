"""`make bench`: our learner page beside its peers, in an environment of its own.

The peers are ordinary packages; none of them is needed to build, test or run this project.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".venv-bench"
PACKAGES = ("-e", f"{ROOT}[workbench]", "xblock-drag-and-drop-v2", "xblock-poll", "setuptools<81")


def environment() -> Path:
    """Return the Python of the benchmark's environment, made at the first run."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        venv.create(PLACE, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def main() -> int:
    """Run the measurement and pass on its exit code."""
    arguments = [str(environment()), str(ROOT / "scripts" / "bench_pages.py"), *sys.argv[1:]]
    return subprocess.run(arguments, check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"}).returncode


if __name__ == "__main__":
    raise SystemExit(main())
