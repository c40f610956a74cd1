"""The sample workspace over HTTP, on this machine's loopback address and nowhere else.

with serve(Sandbox(build(now)), port=8765) as server:
    print(server.url)
    server.serve_forever()
"""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from wacr_cli.sandbox.app import BASE_PATH, ask

if TYPE_CHECKING:
    import socket

    from wacr_cli.sandbox.app import App

HOST = "127.0.0.1"
Log = Callable[[str], None]

_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE | re.ASCII)
_MOST_BODY = 64 * 1024
# What this server says itself; the body it is given is decoded already.
_PER_HOP = ("content-length", "content-encoding", "transfer-encoding", "connection")


class Serving:
    """A server that answers. `port` is the one it listens on, `url` the base URL of the API there."""

    def __init__(self, port: int, thread: threading.Thread) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}{BASE_PATH}"
        self._thread = thread

    def serve_forever(self) -> None:
        """Wait until the server is closed, or KeyboardInterrupt comes."""
        while self._thread.is_alive():
            # Without a limit Windows would not see Ctrl-C while it waits.
            self._thread.join(0.5)


@contextmanager
def serve(app: App, port: int = 0, *, log: Log | None = None) -> Iterator[Serving]:
    """Serve `app` on 127.0.0.1 while the context lasts; port 0 takes a free one.

    Requests for a Host other than this machine are refused with 403: a page on the web whose name resolves to
    127.0.0.1 is none of ours. `log` gets a line a request. OSError where the port is taken; at the end the socket
    and all connections are closed, whatever ended it.
    """
    with _Server(app, port, log) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="wacr-sandbox", daemon=True)
        thread.start()
        try:
            yield Serving(server.server_address[1], thread)
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingMixIn, HTTPServer):
    # Threads are waited for at the end, after their connections have been closed.
    daemon_threads = False

    def __init__(self, app: App, port: int, log: Log | None) -> None:
        self.app, self.log = app, log
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own asks the resolver for the host's name, which can take seconds.
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
                _hang_up(connection)
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "wacr-sandbox", ""
    # Or a long body would wait until the client has acknowledged the head, some 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def answer(self) -> None:
        self.drain()
        if not self.target_is_here():
            self.reply(403, [], _words("This server answers for localhost only."))
            return
        url = f"http://{HOST}:{self.server.server_port}{self.path}"
        try:
            status, headers, body = ask(self.server.app, self.command, url, self.headers.items())
        except Exception:  # noqa: BLE001 - whatever is wrong with the app, the client gets an answer
            status, headers, body = 500, [], _words("The sandbox failed.", "INTERNAL_ERROR")
        self.reply(status, headers, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - names from http.server

    def target_is_here(self) -> bool:
        hosts = self.headers.get_all("Host", [])
        return len(hosts) == 1 and bool(_LOOPBACK.fullmatch(hosts[0].strip())) and self.path.startswith("/")

    def drain(self) -> None:
        """Read the body nobody wants, or the next request would begin with it; close where that is not worthwhile."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal() or int(length) > _MOST_BODY:
            self.close_connection = True
        else:
            self.rfile.read(int(length))

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in _PER_HOP:
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


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(2)
    except OSError:
        # It is gone already.
        return


def _words(message: str, code: str | None = None) -> bytes:
    error = {"error": {"code": code, "message": message}} if code else {}
    return json.dumps({"success": False, "message": message, **error}).encode("ascii")
