"""A TCP server on loopback that answers as the API does, unless its plan says otherwise.

Each request is numbered from 1. The plan names the requests that a fault is played for; whatever else comes is
answered by the `app`. What was seen, and which faults were played, is kept for the tests to look at. Everything
has an end: connections, requests, waits.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from select import select
from urllib.parse import parse_qsl, urlsplit

MOST_REQUESTS = 5_000
PATIENCE = 120.0
"""Seconds: the longest that anything here waits for anything, which is more than any machine needs."""

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Reply:
    """A response before it is sent."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)

    def packed(self) -> bytes:
        """Return it as HTTP."""
        return head(self.status, {**self.headers, "Content-Length": str(len(self.body))}) + self.body


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return a status line and headers, with the empty line that ends them."""
    lines = [f"HTTP/1.1 {status} Words", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


@dataclass(frozen=True)
class Request:
    """A request as it was received; `nth` counts those of its connection from 1."""

    number: int
    connection: int
    nth: int
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]


App = Callable[[Request], Reply]


class ConnectionOverError(Exception):
    """The fault has ended the connection."""


@dataclass
class Exchange:
    """One request and its connection, for a fault to use."""

    request: Request
    sock: socket.socket
    server: Server

    def honest(self) -> Reply:
        """Return the right response."""
        return self.server.app(self.request)

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.sock.sendall(data)

    def close(self) -> None:
        """Close the connection."""
        raise ConnectionOverError

    def reset(self) -> None:
        """Reset the connection."""
        # Time for what was sent to be read: a reset throws away what the other side has not taken yet. Where it is too
        # little, the client sees the same reset earlier in the response.
        time.sleep(0.02)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionOverError

    def gone(self) -> bool:
        """Return whether the client closed the connection."""
        try:
            return bool(select([self.sock], [], [], 0)[0]) and self.sock.recv(1, socket.MSG_PEEK) == b""
        except ConnectionError:
            return True


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with one request."""

    name: str
    play: Callable[[Exchange], None]

    def __str__(self) -> str:
        return self.name


def answer(status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None, name: str = "") -> Fault:
    """Return a wrong response."""
    reply = Reply(status, body, {**JSON, **(headers or {})})
    return Fault(name or f"status {status}", lambda exchange: exchange.send(reply.packed()))


def busy(status: int, wait: str | None = "1", **headers: str) -> Fault:
    """Return an error with a time to wait."""
    code = "RATE_LIMIT_EXCEEDED" if status == 429 else "INTERNAL_ERROR"
    body = json.dumps({"success": False, "error": {"code": code, "message": "Not now."}}).encode()
    asked = {} if wait is None else {"Retry-After": wait}
    return answer(status, body, asked | {name.replace("_", "-"): value for name, value in headers.items()})


def garbled(name: str, change: Callable[[bytes], bytes]) -> Fault:
    """Return the right response with a changed body."""

    def play(exchange: Exchange) -> None:
        reply = exchange.honest()
        exchange.send(Reply(200, change(reply.body), reply.headers).packed())

    return Fault(name, play)


def cut(name: str, wire: Callable[[Reply], bytes], then: Callable[[Exchange], None] | None = None) -> Fault:
    """As much of the right answer as `wire` makes of it, and then the end of the connection, or what `then` does."""

    def play(exchange: Exchange) -> None:
        exchange.send(wire(exchange.honest()))
        (then or Exchange.close)(exchange)

    return Fault(name, play)


def stay(_exchange: Exchange) -> None:
    """Keep the connection open."""


def half_of_the_body(reply: Reply) -> bytes:
    """Send less than the content-length."""
    return reply.packed()[: -len(reply.body) // 2]


def half_of_the_headers(reply: Reply) -> bytes:
    """Send half of a header."""
    return head(reply.status, reply.headers)[:30]


def half_of_a_chunk(reply: Reply) -> bytes:
    """Send a chunk that is shorter than announced."""
    size = len(reply.body)
    return head(200, {**reply.headers, "Transfer-Encoding": "chunked"}) + b"%x\r\n" % size + reply.body[: size // 2]


def no_last_chunk(reply: Reply) -> bytes:
    """Send all chunks but the last one."""
    return head(200, {**reply.headers, "Transfer-Encoding": "chunked"}) + b"%x\r\n%b\r\n" % (
        len(reply.body),
        reply.body,
    )


def half_of_the_gzip(reply: Reply) -> bytes:
    """Send half of a compressed body with its content-length."""
    data = gzip.compress(reply.body, mtime=0)
    return Reply(200, data[: len(data) // 2], {**reply.headers, "Content-Encoding": "gzip"}).packed()


def half_of_the_gzip_to_the_end(reply: Reply) -> bytes:
    """Send half of a compressed body that ends with the connection, as old proxies do."""
    data = gzip.compress(reply.body, mtime=0)
    headers = {**reply.headers, "Content-Encoding": "gzip", "Connection": "close"}
    return head(200, headers) + data[: len(data) // 2]


def broken_gzip(reply: Reply) -> bytes:
    """Send a compressed body with a wrong byte."""
    data = bytearray(gzip.compress(reply.body, mtime=0))
    data[len(data) // 2] ^= 0xFF
    return Reply(200, bytes(data), {**reply.headers, "Content-Encoding": "gzip"}).packed()


def drip(name: str, before: Callable[[Reply], int], number: int) -> Fault:
    """Send the right answer up to a place, then so many single bytes of it, a second each, and no more.

    The seconds are those of the clock that `on_drip` moves: each has passed when its byte is sent.
    """

    def play(exchange: Exchange) -> None:
        reply = exchange.honest()
        data = reply.packed()
        start = before(reply)
        assert start + number < len(data)
        exchange.send(data[:start])
        for index in range(start, start + number):
            exchange.server.on_drip()
            exchange.send(data[index : index + 1])
            exchange.server.dripped += 1
        end = time.monotonic() + PATIENCE
        while not exchange.server.stopping.wait(0.002) and not exchange.gone():
            assert time.monotonic() < end, "the client waits on"
        exchange.close()

    return Fault(name, play)


def hold(gate: threading.Event, after: float | None = None) -> Fault:
    """Send the right response once the gate opens; `after` is the fraction that is sent before."""

    def play(exchange: Exchange) -> None:
        data = exchange.honest().packed()
        start = int(len(data) * (after or 0))
        exchange.send(data[:start])
        exchange.server.held.release()
        end = time.monotonic() + PATIENCE
        while not gate.wait(0.02) and time.monotonic() < end and not exchange.server.stopping.is_set():
            if exchange.gone():
                exchange.close()
        exchange.send(data[start:])

    return Fault("held", play)


def slow(seconds: float) -> Fault:
    """Send the right response after a while."""

    def play(exchange: Exchange) -> None:
        exchange.server.stopping.wait(seconds)
        exchange.send(exchange.honest().packed())

    return Fault("slow", play)


def _say_nothing(exchange: Exchange) -> None:
    exchange.server.stopping.wait(PATIENCE / 4)
    exchange.close()


SILENCE = Fault("silence", _say_nothing)
RESET_BEFORE = Fault("reset before headers", lambda exchange: exchange.reset())
CLOSED_BEFORE = Fault("closed before headers", lambda exchange: exchange.close())


def _answer_and_close(exchange: Exchange) -> None:
    exchange.send(exchange.honest().packed())
    exchange.close()


CLOSED_AFTER = Fault("closed after the answer, unsaid", _answer_and_close)


class Server:
    """Listens from :meth:`start` to :meth:`stop`; `url` is the base URL of the API that it plays."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.plan: dict[int, Fault] = {}
        self.always: Fault | None = None
        self.seen: list[Request] = []
        self.fired: list[tuple[int, str]] = []
        self.failures: list[BaseException] = []
        self.connections = 0
        self.dripped = 0
        self.on_drip: Callable[[], None] = lambda: None
        self.held = threading.Semaphore(0)
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        # It never listens. While it is bound no other process gets the port, so that connections to it are refused.
        self._reserved = _bound(0)
        self.port = self._reserved.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/api/v2"
        self.start()

    def will(self, fault: Fault, *, at: int = 1, forever: bool = False) -> None:
        """Plan a fault for one request, or for that one and all that follow."""
        if forever:
            self.always = fault
            self.plan = dict.fromkeys(range(1, at), HONEST)
        else:
            self.plan[at] = fault

    def start(self) -> None:
        """Listen, at the same port each time."""
        listener = _bound(self.port)
        listener.listen(64)
        self._listener = listener
        self._spawn(self._accept, listener)

    def refuse(self) -> None:
        """Stop listening: connections are refused."""
        if self._listener:
            # A thread in accept() would keep the socket open for one more.
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def stop(self) -> None:
        """Stop; raise what went wrong in the server."""
        self.stopping.set()
        self.refuse()
        self._reserved.close()
        with self._lock:
            for sock in self._sockets:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the server does not end"
        if self.failures:
            raise self.failures[0]

    def wait_until_held(self) -> None:
        """Wait until a request waits at a gate."""
        assert self.held.acquire(timeout=PATIENCE), f"no request was held: {self.fired}"

    def wait_for(self, number: int) -> None:
        """Wait until a number of requests was received."""
        end = time.monotonic() + PATIENCE
        while len(self.seen) < number:
            assert time.monotonic() < end, f"{len(self.seen)} requests came, not {number}"
            time.sleep(0.002)

    def _spawn(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # closed
            while True:
                sock, _ = listener.accept()
                sock.settimeout(PATIENCE)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self.connections += 1
                    self._sockets.add(sock)
                    self._spawn(self._serve, sock, self.connections)

    def _serve(self, sock: socket.socket, connection: int) -> None:
        try:
            with sock:
                nth = 0
                while (raw := _read_head(sock)) and len(self.seen) < MOST_REQUESTS:
                    nth += 1
                    self._exchange(raw, sock, connection, nth)
        except (ConnectionOverError, OSError):
            pass  # how a connection ends is the client's affair, or was planned
        except Exception as error:  # noqa: BLE001 - told by stop()
            self.failures.append(error)
        finally:
            with self._lock:
                self._sockets.discard(sock)

    def _exchange(self, raw: bytes, sock: socket.socket, connection: int, nth: int) -> None:
        with self._lock:
            request = _parse(raw, len(self.seen) + 1, connection, nth)
            self.seen.append(request)
            fault = self.plan.get(request.number, self.always)
            if fault and fault is not HONEST:
                self.fired.append((request.number, fault.name))
        (fault or HONEST).play(Exchange(request, sock, self))


HONEST = Fault("honest", lambda exchange: exchange.send(exchange.honest().packed()))


def _bound(port: int) -> socket.socket:
    """Return a socket bound to a port of loopback, where others of this process may be bound too."""
    sock = socket.socket()
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    sock.bind(("127.0.0.1", port))
    return sock


def _read_head(sock: socket.socket) -> bytes:
    """A request up to its empty line, nothing where the client is done."""
    data = b""
    while not data.endswith(b"\r\n\r\n") and len(data) < 2**16:
        part = sock.recv(4096)
        if not part:
            return b""
        data += part
    return data


def _parse(raw: bytes, number: int, connection: int, nth: int) -> Request:
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    url = urlsplit(target)
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    return Request(number, connection, nth, method, url.path, dict(parse_qsl(url.query)), headers)
