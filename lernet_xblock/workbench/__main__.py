"""`lernet-workbench`: make the tables, load the demo once, print where to look, serve until Ctrl-C."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

PORT = 8042
HIGHEST_PORT = 65535
LOOKS = (
    ("author", "/demo/draft/studio/?student=author_an"),
    ("admin", "/demo/open/learner/?student=admin_karim"),
    ("facilitator", "/demo/running/learner/?student=fac_sofie"),
    ("newcomer", "/demo/open/learner/?student=amina_benali"),
    ("member", "/demo/running/learner/?student=jonas_peeters"),
    ("member, near the end", "/demo/closing/learner/?student=isabelle_lambert"),
)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port <= HIGHEST_PORT:
        raise ValueError(text)
    return port


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    found = argparse.ArgumentParser(prog="lernet-workbench", description=__doc__)
    found.add_argument("--port", type=_port, default=PORT, help=f"port on 127.0.0.1 (default {PORT})")
    found.add_argument("--reset", action="store_true", help="forget what was done in the demo, load it anew")
    found.add_argument("--no-demo", action="store_true", help="start with empty blocks, without people")
    return found


def taken_sentence(port: int) -> str:
    """Return what to tell somebody whose port is taken."""
    other = port + 1 if port < HIGHEST_PORT else PORT
    return f"Port {port} is taken by another program. Try another one: lernet-workbench --port {other}"


def _reserve(port: int) -> Any:
    # Below Django's set-up: these modules read settings when they are imported.
    from lernet_xblock.workbench.server import reserve  # noqa: PLC0415 - after django.setup()

    return reserve(port)


def _prepare(*, reset: bool, demo: bool) -> None:
    from lernet_xblock.workbench import store  # noqa: PLC0415 - after django.setup()
    from lernet_xblock.workbench.demo import demo_is_loaded, load_demo  # noqa: PLC0415 - after django.setup()

    if reset:
        store.forget_file()
    store.make_tables()
    if reset:
        store.forget_rows()
    if demo and not demo_is_loaded():
        print("Loading the demo …", flush=True)
        load_demo()


def _addresses(port: int) -> str:
    base = f"http://127.0.0.1:{port}"
    width = max(len(name) for name, _path in LOOKS)
    lines = [f"  {name:{width}}  {base}{path}" for name, path in LOOKS]
    return "\n".join(["", f"Learning networks, the demo: {base}/", "", *lines, "", "Ctrl-C ends it."])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo. Returns the exit code: 0 after Ctrl-C, 1 with one sentence when it cannot start."""
    options = parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lernet_xblock.workbench.settings")
    os.environ.setdefault("LERNET_DEV_URL", f"http://127.0.0.1:{options.port}")
    try:
        django.setup()
    except (ImproperlyConfigured, ValueError, OSError) as error:
        return _refuse(f"The demo cannot start: {error}")
    try:
        server = _reserve(options.port)
    except OSError:
        return _refuse(taken_sentence(options.port))
    with server:
        return _run(server, options)


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _run(server: Any, options: argparse.Namespace) -> int:
    from lernet_xblock.workbench.server import serve  # noqa: PLC0415 - after django.setup()

    # `kill` ends it as cleanly as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _prepare(reset=options.reset, demo=not options.no_demo)
        print(_addresses(options.port), flush=True)
        serve(server)
    except (OperationalError, ImproperlyConfigured) as error:
        return _refuse(f"The database does not answer: {error}")
    except KeyboardInterrupt:
        print("\nThe demo has ended. Everything you did is kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
