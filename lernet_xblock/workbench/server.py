"""A small server for one person's demo."""

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

HOST = "127.0.0.1"


class DemoServer(ThreadedWSGIServer):
    """One thread for each request; a browser that goes away while reading is not worth a traceback."""

    daemon_threads = True


def reserve(port: int) -> DemoServer:
    """Return a server that holds the port and does not answer yet. Raises OSError when the port is taken."""
    return DemoServer((HOST, port), WSGIRequestHandler)


def serve(server: DemoServer) -> None:
    """Answer requests until somebody presses Ctrl-C. Static files are served, whatever DEBUG says."""
    server.set_app(StaticFilesHandler(WSGIHandler()))
    try:
        server.serve_forever()
    finally:
        server.server_close()
