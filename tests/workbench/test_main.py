import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from lernet_xblock.workbench.__main__ import main, taken_sentence

STARTS_WITHIN_SECONDS = 60


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_taken_port_is_said_in_one_sentence_with_a_way_out(
    taken_port: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["--port", str(taken_port)])

    assert code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"Port {taken_port} is taken by another program. Try another one: lernet-workbench --port {taken_port + 1}\n"
    )


def test_beyond_the_last_port_the_usual_one_is_proposed() -> None:
    assert taken_sentence(65535).endswith("--port 8042")


@pytest.mark.parametrize("port", ["0", "65536", "many"])
def test_a_number_that_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--port", port])

    assert stopped.value.code == 2
    assert "--port" in capsys.readouterr().err


class Demo:
    """A demo in a process of its own, as the command starts it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lernet_xblock.workbench", "--port", str(self.port), *options],
            env={
                **kept,
                "LERNET_DATA": str(folder),
                "DJANGO_SETTINGS_MODULE": "lernet_xblock.workbench.settings",
                "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            },
            cwd=folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def read(self, path: str) -> tuple[int, str]:
        """Return status and body; waits until the demo answers. The port is held from the first moment on."""
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as reply:
                    return reply.status, reply.read().decode()
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C. Return the exit code and everything that was printed."""
        self.process.send_signal(signal.SIGINT)
        printed, _nothing = self.process.communicate(timeout=30)
        return self.process.returncode, printed


def test_the_demo_starts_says_where_to_look_ends_cleanly_and_does_not_double(tmp_path: Path) -> None:
    first = Demo(tmp_path)
    status, home = first.read("/")
    code, printed = first.stop()
    again = Demo(tmp_path)
    _status, home_again = again.read("/")
    code_again, printed_again = again.stop()

    assert (status, code, code_again) == (HTTPStatus.OK, 0, 0)
    assert f"http://127.0.0.1:{first.port}/demo/draft/studio/?student=author_an" in printed
    assert "Traceback" not in printed + printed_again
    assert "Loading the demo" in printed
    assert "Loading the demo" not in printed_again
    assert home.count('class="demo-card"') == home_again.count('class="demo-card"') == 4
    assert "Revenir au travail, et rester" in home_again
    assert not (tmp_path / "var").exists()


def test_a_database_of_an_unknown_kind_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lernet_xblock.workbench"],
        env={
            **os.environ,
            "LERNET_DATA": str(tmp_path),
            "DATABASE_URL": "oops://x/y",
            "DJANGO_SETTINGS_MODULE": "lernet_xblock.workbench.settings",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        },
        check=False,
        text=True,
        capture_output=True,
    )

    assert done.returncode == 1
    assert "oops" in done.stderr
    assert "Traceback" not in done.stderr
