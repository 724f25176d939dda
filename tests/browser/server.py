"""The demo as a process of its own, as `lernet-workbench` starts it; for the browser tests and for the pictures."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
# What would lead the demo to another database or to the settings of the suite.
NOT_OURS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_demo(folder: Path) -> Iterator[str]:
    """Start the demo with its data in the folder, on SQLite; yield its address, without a slash at the end."""
    port = free_port()
    variables = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    command = [sys.executable, "-m", "lernet_xblock.workbench", "--port", str(port)]
    output = folder / "output"
    with (
        output.open("wb") as file,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={**variables, "LERNET_DATA": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        ) as process,
    ):
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_it_answers(base, process, output)
            yield base
        finally:
            process.terminate()


def wait_until_it_answers(base: str, process: "subprocess.Popen[bytes]", output: Path) -> None:
    """Return as soon as the demo's home page is there. Raises RuntimeError with what the demo printed."""
    end = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with urlopen(base, timeout=PATIENCE_SECONDS):
                return
        except URLError:
            time.sleep(0.1)
    raise RuntimeError(output.read_text(encoding="utf-8", errors="replace"))
