"""The sample workspace over HTTP, on this machine's loopback address only.

with serve(Sandbox(load(now)), port=8765) as server:
    print(server.url)
    server.serve_forever()
"""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from wacr_cli.sandbox.app import BASE_PATH, send

if TYPE_CHECKING:
    from wacr_cli.sandbox.app import App

HOST = "127.0.0.1"
Log = Callable[[str], None]

_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE | re.ASCII)
_MAX_BODY = 64 * 1024
# The server writes these headers itself, since the body that it gets from the app is already decoded.
_OWN_HEADERS = ("content-length", "content-encoding", "transfer-encoding", "connection")


class RunningServer:
    """A running server: the `port` on which it listens, and the base `url` of its API."""

    def __init__(self, port: int, thread: threading.Thread) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}{BASE_PATH}"
        self._thread = thread

    def serve_forever(self) -> None:
        """Wait until the server is closed. Raises KeyboardInterrupt on Ctrl-C."""
        while self._thread.is_alive():
            # Without a timeout, Windows would not notice Ctrl-C while it waits.
            self._thread.join(0.5)


@contextmanager
def serve(app: App, port: int = 0, *, log: Log | None = None) -> Iterator[RunningServer]:
    """Serve `app` on 127.0.0.1 until the context ends; port 0 selects a free port.

    A request with the Host of another machine gets 403, since a web page can have a name that resolves to 127.0.0.1.
    `log` gets a line for each request. At the end, the socket and all connections are closed, also after an error.
    Raises OSError if the port is in use.
    """
    with _Server(app, port, log) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="wacr-sandbox", daemon=True)
        thread.start()
        try:
            yield RunningServer(server.server_address[1], thread)
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingMixIn, HTTPServer):
    # At the end, the server waits for its threads, after it has closed their connections.
    daemon_threads = False

    def __init__(self, app: App, port: int, log: Log | None) -> None:
        self.app, self.log = app, log
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own method resolves the host's name, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        with self._lock:
            for connection in self._open:
                _shut_down(connection)
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore the error: a client may close its connection at any time."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "wacr-sandbox", ""
    # Otherwise a long body waits until the client has acknowledged the headers, some 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def respond(self) -> None:
        self.skip_body()
        if not self.is_local_target():
            self.reply(403, [], _error("This server answers for localhost only."))
            return
        url = f"http://{HOST}:{self.server.server_port}{self.path}"
        try:
            status, headers, body = send(self.server.app, self.command, url, self.headers.items())
        except Exception:  # noqa: BLE001 - whatever fails in the app, the client gets a response
            status, headers, body = 500, [], _error("The sandbox failed.", "INTERNAL_ERROR")
        self.reply(status, headers, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond  # noqa: N815 - names from http.server

    def is_local_target(self) -> bool:
        hosts = self.headers.get_all("Host", [])
        return len(hosts) == 1 and bool(_LOOPBACK.fullmatch(hosts[0].strip())) and self.path.startswith("/")

    def skip_body(self) -> None:
        """Read and drop the body, since the next request follows it; close the connection if the body is too long."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > _MAX_BODY:
            self.close_connection = True
        else:
            self.rfile.read(int(length))

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in _OWN_HEADERS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        if self.server.log:
            self.server.log(format % args)


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The client has closed it already.
        return


def _error(message: str, code: str | None = None) -> bytes:
    error = {"error": {"code": code, "message": message}} if code else {}
    return json.dumps({"success": False, "message": message, **error}).encode("ascii")
