"""The demo as a process of its own, as `lernet-workbench` starts it; for the browser tests and for the pictures."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

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
            wait_until_it_answers(port, process, output)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]", output: Path) -> None:
    """Return as soon as the demo's home page is there. Raises RuntimeError with what the demo printed."""
    end = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except ConnectionError:
                # Not there yet, or gone while it loaded its data.
                time.sleep(0.1)
            else:
                return
    raise RuntimeError(output.read_text(encoding="utf-8", errors="replace"))
