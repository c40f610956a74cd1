"""HTTP/1.1 as wacr speaks it itself: what is sent, where an answer ends, when a connection is kept, whom it trusts."""

from __future__ import annotations

import gzip
import select
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.test_transport import FakeClock
from wacr_cli.api import transport, wire
from wacr_cli.api.http11 import Direct
from wacr_cli.api.transport import Deadline, is_certificate_failure
from wacr_cli.core.errors import BadAnswerError
from wacr_cli.core.times import SystemClock

PEM = Path(__file__).parent / "certificates" / "localhost.pem"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Script:
    """A server that gives the same bytes for each request, and notes what it was sent; `close` ends each connection."""

    def __init__(self, reply: bytes, *, close: bool = False, context: ssl.SSLContext | None = None) -> None:
        self.reply, self.close, self.context = reply, close, context
        self.requests: list[bytes] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        """Serve one connection after another."""
        while True:
            plain, _ = self.listener.accept()
            plain.settimeout(10)
            with plain:
                if not self.connections_wanted:
                    return
                self.connections += 1
                self.serve(plain)

    connections_wanted = True

    def serve(self, plain: socket.socket) -> None:
        """Answer every request of a connection."""
        try:
            with self.context.wrap_socket(plain, server_side=True) if self.context else plain as sock:
                while data := sock.recv(2**16):
                    self.requests.append(data)
                    sock.sendall(self.reply)
                    if self.close:
                        return
        except OSError:
            return  # whoever does not trust the certificate hangs up

    def stop(self) -> None:
        """End it."""
        self.connections_wanted = False
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join()
        self.listener.close()


Serve = Callable[..., Script]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers, and ends them."""
    started: list[Script] = []

    def start(reply: bytes, *, close: bool = False, context: ssl.SSLContext | None = None) -> Script:
        started.append(Script(reply, close=close, context=context))
        return started[-1]

    yield start
    for one in started:
        one.stop()


class Asking:
    """A transport to a server, closed at the end."""

    def __init__(self, server: Script, seconds: float = 5) -> None:
        self.url = f"http://127.0.0.1:{server.port}/api/v2/messages?page=1&filter%5Btype%5D=text"
        self.deadline = Deadline(SystemClock(), seconds)
        self.direct = Direct(httpx.URL(self.url), self.deadline)

    def ask(self, method: str = "GET", **more: object) -> httpx.Response:
        """One request's answer."""
        self.deadline.start()
        return self.direct.handle_request(httpx.Request(method, self.url, **more))  # type: ignore[arg-type]


@pytest.fixture
def ask(serve: Serve) -> Iterator[Callable[..., httpx.Response]]:
    """Asks a server that gives this reply, once."""
    asking: list[Asking] = []

    def once(reply: bytes, *, close: bool = False) -> httpx.Response:
        asking.append(Asking(serve(reply, close=close)))
        return asking[-1].ask()

    yield once
    for one in asking:
        one.direct.close()


def head(*lines: str, first: str = "HTTP/1.1 200 OK") -> bytes:
    """What stands before a body."""
    return "\r\n".join((first, *lines, "", "")).encode("latin-1")


def packed(body: bytes, coding: str) -> bytes:
    """An answer that says how it is packed."""
    return head(f"Content-Encoding: {coding}", f"Content-Length: {len(body)}") + body


def bare(body: bytes) -> bytes:
    """Deflated without zlib's header."""
    return zlib.compress(body, wbits=-15)


@pytest.mark.parametrize(
    ("reply", "close", "body"),
    [
        (OK, False, b"{}"),
        (OK.replace(b"\r\n", b"\n"), False, b"{}"),
        (head("content-length:2", "X-Folded: a", "\tb") + b"{}", False, b"{}"),
        (head("Content-Length: 2", "Content-Length: 2") + b"{}", False, b"{}"),
        (head(first="HTTP/1.1 103 Early Hints") + OK, False, b"{}"),
        (head("Content-Length: 2", first="HTTP/1.1 200") + b"{}", False, b"{}"),
        (head("Transfer-Encoding: chunked") + b'1;x="y"\r\n{\r\n1\r\n}\r\n0\r\nX-After: 1\r\n\r\n', False, b"{}"),
        (head("Transfer-Encoding: Chunked", "Content-Length: 9") + b"2\r\n{}\r\n0\r\n\r\n", False, b"{}"),
        (head(first="HTTP/1.0 200 OK") + b"{}", True, b"{}"),
        (head() + b"x" * 300_000, True, b"x" * 300_000),
        (head("Content-Length: 300000") + b"x" * 300_000, False, b"x" * 300_000),
        (packed(gzip.compress(b"hello", mtime=0), "gzip"), False, b"hello"),
        (packed(gzip.compress(b"hello", mtime=0), "X-GZip"), False, b"hello"),
        (packed(zlib.compress(b"hello"), "deflate"), False, b"hello"),
        (packed(bare(b"hello"), "deflate"), False, b"hello"),
        (packed(gzip.compress(zlib.compress(b"hello"), mtime=0), "deflate, gzip"), False, b"hello"),
        (packed(b"", "gzip"), False, b""),
    ],
)
def test_answers(ask: Callable[..., httpx.Response], reply: bytes, close: bool, body: bytes) -> None:
    """Whatever way its end is told and however it is packed, the body is there, and nothing speaks of packing."""
    response = ask(reply, close=close)
    assert (response.status_code, response.content) == (200, body)
    assert "Content-Encoding" not in response.headers
    assert "Transfer-Encoding" not in response.headers


def test_headers_are_all_there(ask: Callable[..., httpx.Response]) -> None:
    """In their order, those that come twice and those in other letters than ASCII included."""
    response = ask(head("X-One: 1", "X-One: \xe9 ", "Content-Length: 0", first="HTTP/1.1 429 Too Many Requests"))
    assert response.headers.get_list("x-one") == ["1", "\xe9"]
    assert (response.status_code, response.reason_phrase, response.content) == (429, "Too Many Requests", b"")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent", httpx.RemoteProtocolError),
        (b"HTTP/2 200\r\n\r\n", httpx.RemoteProtocolError),
        (head("no colon"), httpx.RemoteProtocolError),
        (head("Content Length: 2"), httpx.RemoteProtocolError),
        (head("X: a\0b"), httpx.RemoteProtocolError),
        (head("Content-Length: 2", "Content-Length: 3") + b"{}", httpx.RemoteProtocolError),
        (head("Content-Length: -2") + b"{}", httpx.RemoteProtocolError),
        (head("Content-Length: 3") + b"{}", httpx.RemoteProtocolError),
        (head("Transfer-Encoding: gzip, chunked"), httpx.RemoteProtocolError),
        (head("Transfer-Encoding: chunked") + b"-1\r\n", httpx.RemoteProtocolError),
        (head("Transfer-Encoding: chunked") + b"1\r\n{}\r\n0\r\n\r\n", httpx.RemoteProtocolError),
        (head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n", httpx.RemoteProtocolError),
        (head(first="HTTP/1.1 101 Switching Protocols"), httpx.RemoteProtocolError),
        (packed(gzip.compress(b"hello", mtime=0)[:-9], "gzip"), httpx.DecodingError),
        (packed(b"hello", "gzip"), httpx.DecodingError),
        (packed(b"hello", "deflate"), httpx.DecodingError),
        (head("Content-Length: 99999999999"), BadAnswerError),
        (head("Transfer-Encoding: chunked") + b"fffffffffff\r\n", BadAnswerError),
    ],
)
def test_what_is_no_whole_answer(ask: Callable[..., httpx.Response], reply: bytes, error: type[Exception]) -> None:
    """What is cut short, contradicts itself or is not HTTP is an error, not a short answer."""
    with pytest.raises(error):
        ask(reply, close=True)


@pytest.mark.parametrize(
    "reply",
    [
        packed(gzip.compress(b"x" * 20_000, mtime=0), "gzip"),
        head("Content-Length: 20000") + b"x" * 20_000,
        head("Transfer-Encoding: chunked") + (b"fff\r\n" + b"x" * 0xFFF + b"\r\n") * 5 + b"0\r\n\r\n",
        head() + b"x" * 20_000,
    ],
)
def test_an_answer_that_is_too_large(
    ask: Callable[..., httpx.Response], monkeypatch: pytest.MonkeyPatch, reply: bytes
) -> None:
    """Packed or not, its length told or not, it is cut off."""
    monkeypatch.setattr(transport, "MOST_BYTES", 10_000)
    with pytest.raises(BadAnswerError):
        ask(reply, close=True)


def test_a_request_is_sent_as_it_is(serve: Serve) -> None:
    """Its line, its headers and its body, and no byte more."""
    server = serve(OK)
    asking = Asking(server)
    asking.ask("POST", headers={"Authorization": "Bearer t"}, content=b"[1]")
    asking.direct.close()
    (sent,) = server.requests
    first, *headers, empty, body = sent.split(b"\r\n")
    assert first == b"POST /api/v2/messages?page=1&filter%5Btype%5D=text HTTP/1.1"
    assert headers == [f"Host: 127.0.0.1:{server.port}".encode(), b"Authorization: Bearer t", b"Content-Length: 3"]
    assert (empty, body) == (b"", b"[1]")


@pytest.mark.parametrize(
    ("reply", "close", "connections"),
    [
        (OK, False, 1),
        (head("Content-Length: 2", "Connection: keep-alive", first="HTTP/1.0 200 OK") + b"{}", False, 1),
        (head(first="HTTP/1.1 204 No Content"), False, 1),
        (head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n", False, 1),
        (head("Content-Length: 2", "Connection: Close") + b"{}", False, 3),
        (head("Content-Length: 2", first="HTTP/1.0 200 OK") + b"{}", False, 3),
        (OK + b"what nobody asked for", False, 3),
        (OK, True, 3),
    ],
)
def test_connections(serve: Serve, reply: bytes, close: bool, connections: int) -> None:
    """One is kept for as long as nothing speaks against it; one that was ended since is not used again."""
    server = serve(reply, close=close)
    asking = Asking(server)
    for _ in range(3):
        asking.ask()
        if close:
            sock = asking.direct._connection._sock  # type: ignore[union-attr] # noqa: SLF001 - its end is waited for
            select.select([sock], [], [], 5)
    asking.direct.close()
    assert (len(server.requests), server.connections) == (3, connections)


def test_a_host_of_several_addresses(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first that answers is taken; who waits for one that does not, waits no longer than for one alone."""
    server = serve(OK)
    places = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (f"127.0.0.{n}", server.port)) for n in (9, 8, 1)]
    connect, waits = socket.create_connection, []
    clock = FakeClock()

    def slow(address: tuple[str, int], timeout: float) -> socket.socket:
        waits.append((address[0], timeout))
        clock.sleep(3)
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError
        return connect(address, 5)

    deadline = Deadline(clock, 10)
    deadline.start()
    direct = Direct(httpx.URL(f"http://some.example:{server.port}"), deadline)
    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", lambda *_, **__: places)
        patched.setattr(socket, "create_connection", slow)
        answer = direct.handle_request(httpx.Request("GET", f"http://some.example:{server.port}/"))
    direct.close()
    assert answer.text == "{}"
    assert waits == [("127.0.0.9", 10), ("127.0.0.8", 7), ("127.0.0.1", 4)]


def test_after_a_failure_the_connection_is_another(serve: Serve) -> None:
    """What would still come on the old one is nobody's answer."""
    server = serve(head("Content-Length: 3") + b"{}")
    asking = Asking(server, 0.2)
    for _ in range(2):
        with pytest.raises(httpx.ReadTimeout):
            asking.ask()
    assert server.connections == 2


def test_nothing_listens() -> None:
    """The cause is kept, for whoever says whose fault it is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = httpx.URL(f"http://127.0.0.1:{port}")
    deadline = Deadline(SystemClock(), 5)
    deadline.start()
    with pytest.raises(httpx.ConnectError, match="refused") as caught:
        Direct(url, deadline).handle_request(httpx.Request("GET", url))
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """No store but those of the tests is named."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def secure(serve: Serve) -> Script:
    """A server that says that it is localhost, by a certificate that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return serve(OK, context=context)


def secured(server: Script, host: str) -> httpx.Response:
    """The answer of a server over TLS."""
    url = f"https://{host}:{server.port}/api/v2/messages"
    deadline = Deadline(SystemClock(), 5)
    made = wire.connect(url, deadline)
    deadline.start()
    try:
        return made.handle_request(httpx.Request("GET", url))
    finally:
        made.close()


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_certificate_that_is_named_is_trusted(
    secure: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """By a file, or by a folder that has it under its hash."""
    (tmp_path / "ce275665.0").write_text(PEM.read_text())
    monkeypatch.setenv(name, str(PEM if name == "SSL_CERT_FILE" else tmp_path))
    assert secured(secure, "localhost").content == b"{}"
    assert secure.requests[0].startswith(b"GET /api/v2/messages HTTP/1.1\r\n")


@pytest.mark.parametrize(("named", "host"), [(False, "localhost"), (True, "127.0.0.1")])
def test_a_stranger_is_told_nothing(secure: Script, monkeypatch: pytest.MonkeyPatch, named: bool, host: str) -> None:
    """One whose certificate nobody vouches for, or is another's, gets no request, and no second try."""
    if named:
        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    with pytest.raises(httpx.ConnectError) as caught:
        secured(secure, host)
    assert is_certificate_failure(caught.value)
    assert secure.requests == []


@pytest.mark.parametrize("there", [True, False])
def test_the_system_s_store_goes_before_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: bool) -> None:
    """Where the system has certificates they are the ones to trust; where it has none, those that come along."""
    if there:
        (tmp_path / "0.0").touch()
    paths = ssl.get_default_verify_paths()._replace(cafile="", capath=str(tmp_path))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    taken: list[str] = []

    def of_httpx() -> ssl.SSLContext:
        taken.append("httpx")
        return ssl.create_default_context()

    monkeypatch.setattr(httpx, "create_ssl_context", of_httpx)
    context = wire.trusting()
    assert taken == ([] if there else ["httpx"])
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_no_certificates_are_read_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over http nobody's certificate is asked for, so none is read."""
    monkeypatch.setattr(ssl, "SSLContext", None)
    monkeypatch.setattr(wire, "trusting", None)
    made = wire.connect("http://127.0.0.1:9", Deadline(FakeClock(), 5))
    made.close()
    assert isinstance(made, Direct)
