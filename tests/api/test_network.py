"""The network: proxies, certificates, addresses, deadlines, and what counts as a complete response."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest

from tests.api.test_transport import FakeClock
from wacr_cli.api import failures, network, transport
from wacr_cli.api.network import connect
from wacr_cli.api.transport import Deadline, DeadlineTransport, is_certificate_failure
from wacr_cli.core.errors import BadResponseError, UsageError
from wacr_cli.core.progress import Progress
from wacr_cli.core.times import Clock, SystemClock

PEM = Path(__file__).parent / "certificates" / "localhost.pem"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """No certificates are trusted but those of the test."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


class ScriptedServer:
    """A server that sends the same bytes for each request and records the requests; `close` ends each connection."""

    def __init__(self, reply: bytes, *, close: bool = False, context: ssl.SSLContext | None = None) -> None:
        self.reply, self.close, self.context = reply, close, context
        self.requests: list[bytes] = []
        self.connections = 0
        self.received = threading.Semaphore(0)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        """Serve one connection after another."""
        while True:
            plain, _ = self.listener.accept()
            plain.settimeout(60)
            with plain:
                if not self.connections_wanted:
                    return
                self.connections += 1
                self.serve(plain)

    connections_wanted = True

    def serve(self, plain: socket.socket) -> None:
        """Respond to every request of a connection."""
        try:
            with self.context.wrap_socket(plain, server_side=True) if self.context else plain as sock:
                while data := sock.recv(2**16):
                    self.requests.append(data)
                    self.received.release()
                    sock.sendall(self.reply)
                    if self.close:
                        return
        except OSError:
            return  # a client that does not trust the certificate hangs up

    def stop(self) -> None:
        """Stop the server."""
        self.connections_wanted = False
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join()
        self.listener.close()


Serve = Callable[..., ScriptedServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers; stop them at the end."""
    started: list[ScriptedServer] = []

    def start(reply: bytes, *, close: bool = False, context: ssl.SSLContext | None = None) -> ScriptedServer:
        started.append(ScriptedServer(reply, close=close, context=context))
        return started[-1]

    yield start
    for one in started:
        one.stop()


class Client:
    """A transport to a server, with the deadline and the size limit of a real run."""

    def __init__(self, url: str, seconds: float = 60, clock: Clock | None = None) -> None:
        self.url = url
        clock = clock or SystemClock()
        deadline = Deadline(clock, seconds)
        self.transport = DeadlineTransport(connect(url, deadline), deadline, clock, Progress())

    def send(self, method: str = "GET", **more: object) -> httpx.Response:
        """Return the response to one request."""
        return self.transport.handle_request(httpx.Request(method, self.url, **more))  # type: ignore[arg-type]


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Make clients of a server; close them at the end."""
    made: list[Client] = []

    def make(
        server: ScriptedServer,
        *,
        seconds: float = 60,
        clock: Clock | None = None,
        scheme: str = "http",
        host: str = "127.0.0.1",
    ) -> Client:
        path = "api/v2/messages?page=1&filter%5Btype%5D=text"
        made.append(Client(f"{scheme}://{host}:{server.port}/{path}", seconds, clock))
        return made[-1]

    yield make
    for one in made:
        one.transport.close()


def head(*lines: str, first: str = "HTTP/1.1 200 OK") -> bytes:
    """Return what comes before a body."""
    return "\r\n".join((first, *lines, "", "")).encode("latin-1")


def encoded(body: bytes, coding: str) -> bytes:
    """Return a response that names its content coding."""
    return head(f"Content-Encoding: {coding}", f"Content-Length: {len(body)}") + body


def deflate(body: bytes) -> bytes:
    """Compress without the header of zlib, as some servers do."""
    return zlib.compress(body, wbits=-15)


@pytest.mark.parametrize(
    ("reply", "close", "body"),
    [
        (OK, False, b"{}"),
        (head("Transfer-Encoding: chunked") + b'1;x="y"\r\n{\r\n1\r\n}\r\n0\r\nX-After: 1\r\n\r\n', False, b"{}"),
        (head(first="HTTP/1.1 103 Early Hints") + OK, False, b"{}"),
        (head(first="HTTP/1.0 200 OK") + b"{}", True, b"{}"),
        (head() + b"x" * 300_000, True, b"x" * 300_000),
        (encoded(gzip.compress(b"hello", mtime=0), "gzip"), False, b"hello"),
        (encoded(zlib.compress(b"hello"), "deflate"), False, b"hello"),
        (encoded(deflate(b"hello"), "deflate"), False, b"hello"),
        (encoded(b"", "gzip"), False, b""),
    ],
)
def test_responses_are_read_completely(
    serve: Serve, client: Callable[..., Client], reply: bytes, close: bool, body: bytes
) -> None:
    """Whatever marks the end of a body and however it is encoded, the body is complete and decoded."""
    response = client(serve(reply, close=close)).send()
    assert (response.status_code, response.content) == (200, body)
    assert "Content-Encoding" not in response.headers
    assert "Transfer-Encoding" not in response.headers


def test_headers_and_reason_are_kept(serve: Serve, client: Callable[..., Client]) -> None:
    """Headers keep their order, repeated ones and other letters than ASCII included."""
    reply = head("X-One: 1", "X-One: \xe9", "Content-Length: 0", first="HTTP/1.1 429 Slow Down")
    response = client(serve(reply)).send()
    assert response.headers.get_list("x-one") == ["1", "\xe9"]
    assert (response.status_code, response.reason_phrase, response.content) == (429, "Slow Down", b"")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent", httpx.RemoteProtocolError),
        (b"HTTP/2 200\r\n\r\n", httpx.RemoteProtocolError),
        (head("no colon"), httpx.RemoteProtocolError),
        (head("Content-Length: 2", "Content-Length: 3") + b"{}", httpx.RemoteProtocolError),
        (head("Content-Length: -2") + b"{}", httpx.RemoteProtocolError),
        (head("Content-Length: 3") + b"{}", httpx.RemoteProtocolError),
        (head("Transfer-Encoding: chunked") + b"-1\r\n", httpx.RemoteProtocolError),
        (head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n", httpx.RemoteProtocolError),
        (encoded(gzip.compress(b"hello", mtime=0)[:-9], "gzip"), httpx.DecodingError),
        (encoded(b"hello", "gzip"), httpx.DecodingError),
        (encoded(b"hello", "deflate"), httpx.DecodingError),
        (encoded(gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0), "gzip, gzip"), httpx.DecodingError),
        (encoded(b"hello", "br"), httpx.DecodingError),
        (head("Content-Length: 99999999999"), BadResponseError),
    ],
)
def test_incomplete_responses_are_errors(
    serve: Serve, client: Callable[..., Client], reply: bytes, error: type[Exception]
) -> None:
    """A response that is cut short, contradicts itself or has a coding that was not requested is an error."""
    with pytest.raises(error):
        client(serve(reply, close=True)).send()


@pytest.mark.parametrize(
    "reply",
    [
        encoded(gzip.compress(b"x" * 20_000, mtime=0), "gzip"),
        head("Content-Length: 20000") + b"x" * 20_000,
        head("Transfer-Encoding: chunked") + (b"fff\r\n" + b"x" * 0xFFF + b"\r\n") * 5 + b"0\r\n\r\n",
        head() + b"x" * 20_000,
    ],
)
def test_a_response_that_is_too_large_is_an_error(
    serve: Serve, client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, reply: bytes
) -> None:
    """The limit holds for the decoded body, whether or not its length is announced."""
    monkeypatch.setattr(transport, "MAX_BYTES", 10_000)
    with pytest.raises(BadResponseError):
        client(serve(reply, close=True)).send()


@pytest.mark.parametrize(
    ("reply", "close", "connections"),
    [
        (OK, False, 1),
        (head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n", False, 1),
        (head("Content-Length: 2", "Connection: Close") + b"{}", False, 3),
        (head("Content-Length: 2", first="HTTP/1.0 200 OK") + b"{}", True, 3),
    ],
)
def test_connections_are_reused(
    serve: Serve, client: Callable[..., Client], reply: bytes, close: bool, connections: int
) -> None:
    """A connection serves several requests unless the server ends it."""
    server = serve(reply, close=close)
    one = client(server)
    for _ in range(3):
        one.send()
    assert (len(server.requests), server.connections) == (3, connections)


def test_after_a_timeout_the_connection_is_replaced(serve: Serve, client: Callable[..., Client]) -> None:
    """What would still arrive on the old connection is not taken for the next response."""
    server = serve(head("Content-Length: 3") + b"{}")
    one = client(server, seconds=0.2, clock=FakeClock())  # each operation has all of the time, so that only reads end
    for _ in range(2):
        with pytest.raises(httpx.ReadTimeout):
            one.send()
        assert server.received.acquire(timeout=60)
    assert server.connections == 2


class Addresses:
    """A host with several addresses, of which the last responds; time passes only while one is tried."""

    def __init__(self, seconds: float, limit: float = 30) -> None:
        self.clock = FakeClock()
        self.seconds = seconds
        self.tried: list[tuple[str, float]] = []
        self.deadline = Deadline(self.clock, limit)
        self.deadline.start()

    def connect_tcp(self, host: str, port: int, timeout: float, *_: object) -> httpcore.NetworkStream:
        """Fail for all addresses but the last."""
        self.tried.append((host, timeout))
        if host.endswith(".1"):
            return httpcore.MockStream([OK])
        self.clock.sleep(min(self.seconds, timeout))
        raise httpcore.ConnectTimeout if self.seconds >= timeout else httpcore.ConnectError

    def connect(self, monkeypatch: pytest.MonkeyPatch) -> httpcore.NetworkStream:
        """Connect to a host with three addresses."""
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (f"192.0.2.{number}", 80)) for number in (9, 8, 1)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        return network._Backend(self, self.deadline).connect_tcp("some.example", 80)  # type: ignore[arg-type] # noqa: SLF001


@pytest.mark.parametrize(
    ("seconds", "limit", "tried"),
    [
        (1, 30, [("192.0.2.9", 5), ("192.0.2.8", 5), ("192.0.2.1", 28)]),
        (6, 30, [("192.0.2.9", 5), ("192.0.2.8", 5), ("192.0.2.1", 20)]),
        (6, 9, [("192.0.2.9", 3), ("192.0.2.8", 3), ("192.0.2.1", 3)]),
        (1, 9, [("192.0.2.9", 3), ("192.0.2.8", 4), ("192.0.2.1", 7)]),
    ],
)
def test_a_dead_address_does_not_use_up_the_time(
    monkeypatch: pytest.MonkeyPatch, seconds: float, limit: float, tried: list[tuple[str, float]]
) -> None:
    """Every address but the last gets its share of the time that is left, at most 5 seconds."""
    addresses = Addresses(seconds, limit)
    stream = addresses.connect(monkeypatch)
    assert addresses.tried == tried
    assert stream.read(100) == OK


class SlowStream(httpcore.NetworkStream):
    """A connection on which each write takes a second."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.written: list[tuple[int, float | None]] = []

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Record the write and let a second pass."""
        self.written.append((len(buffer), timeout))
        self.clock.sleep(1)


def test_a_slow_write_ends_by_the_deadline() -> None:
    """A long request is written in pieces, each in the time that is left."""
    inner = SlowStream(FakeClock())
    deadline = Deadline(inner.clock, 3)
    deadline.start()
    stream = network._Stream(inner, deadline)  # noqa: SLF001
    with pytest.raises(httpx.ReadTimeout):
        stream.write(b"x" * 100_000)
    assert inner.written == [(2**14, 3), (2**14, 2), (2**14, 1)]


def test_a_name_lookup_ends_by_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that does not respond does not hold the request."""
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(60) and [])
    deadline = Deadline(FakeClock(), 0.05)
    one = connect("http://localhost:9", deadline)
    deadline.start()
    with pytest.raises(httpx.ConnectTimeout):
        one.handle_request(httpx.Request("GET", "http://localhost:9"))
    released.set()
    one.close()


def test_the_cause_of_a_failed_lookup_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint depends on it."""

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(httpx.ConnectError, match="unknown name") as caught:
        Client("http://localhost:9").send()
    found = failures.connection_error(caught.value, httpx.Request("GET", "http://localhost:9"))
    assert "The host name can't be resolved" in found.hint


def test_the_cause_of_a_refused_connection_is_kept() -> None:
    """The error says why, so that the hint can."""
    with socket.socket() as bound:  # it does not listen, and no other process gets its port
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(httpx.ConnectError, match="refused"):
            Client(f"http://127.0.0.1:{bound.getsockname()[1]}").send()


@pytest.fixture
def secure(serve: Serve) -> ScriptedServer:
    """A server that claims to be localhost with a certificate that no system trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return serve(OK, context=context)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_named_certificate_is_trusted(
    secure: ScriptedServer,
    client: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
) -> None:
    """A private authority is named by a file, or by a folder that has it under its hash."""
    (tmp_path / "ce275665.0").write_text(PEM.read_text())
    monkeypatch.setenv(name, str(PEM if name == "SSL_CERT_FILE" else tmp_path))
    assert client(secure, scheme="https", host="localhost").send().content == b"{}"
    assert secure.requests[0].startswith(b"GET /api/v2/messages?page=1")


def test_a_proxy_is_verified_as_the_api_is(
    secure: ScriptedServer, proxies: Callable[..., None], client: Callable[..., Client]
) -> None:
    """A proxy that is reached by TLS may have the certificate of a private authority."""
    secure.reply = head(first="HTTP/1.1 407 Proxy Authentication Required")
    proxies(HTTPS_PROXY=f"https://localhost:{secure.port}", SSL_CERT_FILE=str(PEM))
    with pytest.raises(httpx.ProxyError, match="407"):
        client(secure, scheme="https", host="shop.example").send()
    assert secure.requests[0].startswith(b"CONNECT shop.example:")


@pytest.mark.parametrize(("named", "host"), [(False, "localhost"), (True, "127.0.0.1")])
def test_an_untrusted_server_gets_no_request(
    secure: ScriptedServer, client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, named: bool, host: str
) -> None:
    """A server with an unknown certificate, or with that of another host, gets nothing."""
    if named:
        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    with pytest.raises(httpx.ConnectError) as caught:
        client(secure, scheme="https", host=host).send()
    assert is_certificate_failure(caught.value)
    assert secure.requests == []


@pytest.mark.parametrize("has_store", [True, False])
def test_the_certificates_of_the_system_come_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, has_store: bool
) -> None:
    """Those that come with httpx are used only where the system has none."""
    if has_store:
        (tmp_path / "0.0").touch()
    paths = ssl.get_default_verify_paths()._replace(cafile="", capath=str(tmp_path))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    used: list[str] = []

    def create_ssl_context() -> ssl.SSLContext:
        used.append("httpx")
        return ssl.create_default_context()

    monkeypatch.setattr(httpx, "create_ssl_context", create_ssl_context)
    context = network.ssl_context()
    assert used == ([] if has_store else ["httpx"])
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_no_certificates_are_read_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Http needs no certificate, so none is read."""
    monkeypatch.setattr(network, "ssl_context", None)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", None)
    connect("http://127.0.0.1:9", Deadline(FakeClock(), 5)).close()


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the proxies of the environment, and clear all others."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


def find_proxy(url: str) -> str | None:
    """Return the proxy on the way to an address."""
    made = connect(url, Deadline(FakeClock(), 30))
    made.close()
    pool: Any = made._pool  # type: ignore[attr-defined] # noqa: SLF001 - httpx has no other name for it
    if not isinstance(pool, httpcore.HTTPProxy):
        return None
    target: httpcore.URL = pool._proxy_url  # noqa: SLF001
    return bytes(target).decode()


class TestProxy:
    """The environment's proxies."""

    @pytest.mark.parametrize(
        "url",
        [
            "http://localhost:8080/api",
            "http://127.0.0.1:8080/api",
            "http://127.9.9.9",
            "http://[::1]:8080",
            "http://LOCALHOST:8080",
            "https://localhost:8443",
        ],
    )
    def test_loopback(self, proxies: Callable[..., None], url: str) -> None:
        """Loopback is reached without a proxy, whatever the environment says."""
        proxies(HTTP_PROXY="http://proxy:1", HTTPS_PROXY="http://proxy:2", ALL_PROXY="http://proxy:3")
        assert find_proxy(url) is None

    @pytest.mark.parametrize(
        ("environ", "proxy"),
        [
            ({}, None),
            ({"HTTP_PROXY": "http://proxy:1"}, None),
            ({"HTTPS_PROXY": "http://proxy:2"}, "http://proxy:2/"),
            ({"https_proxy": "http://proxy:2"}, "http://proxy:2/"),
            ({"HTTPS_PROXY": "proxy:2"}, "http://proxy:2/"),
            ({"ALL_PROXY": "http://proxy:3"}, "http://proxy:3/"),
            ({"HTTPS_PROXY": "http://proxy:2", "ALL_PROXY": "http://proxy:3"}, "http://proxy:2/"),
            ({"HTTPS_PROXY": "http://proxy:2", "NO_PROXY": "shop.example"}, None),
            ({"HTTPS_PROXY": "http://proxy:2", "NO_PROXY": "other.example, .example"}, None),
            ({"HTTPS_PROXY": "http://proxy:2", "no_proxy": "*"}, None),
            ({"HTTPS_PROXY": "http://proxy:2", "NO_PROXY": "hop.example"}, "http://proxy:2/"),
        ],
    )
    def test_proxy(self, proxies: Callable[..., None], environ: dict[str, str], proxy: str | None) -> None:
        """The environment's proxy is used for other hosts, unless NO_PROXY names them."""
        proxies(**environ)
        assert find_proxy("https://shop.example/api/v2") == proxy

    @pytest.mark.parametrize("proxy", ["ftp://proxy", "socks5://user:hidden@proxy", "http://user:hidden@proxy:x"])
    def test_bad_proxy(self, proxies: Callable[..., None], proxy: str) -> None:
        """A proxy that can't be used is a usage error that does not repeat it: it may hold a password."""
        proxies(HTTPS_PROXY=proxy)
        with pytest.raises(UsageError, match=r"^HTTPS_PROXY: ") as caught:
            find_proxy("https://shop.example")
        assert "hidden" not in caught.value.message + caught.value.hint

    def test_bad_certificates(self, proxies: Callable[..., None]) -> None:
        """A certificate file that does not exist is a usage error."""
        proxies(SSL_CERT_FILE="/nowhere/certificates.pem")
        with pytest.raises(UsageError, match="certificates"):
            find_proxy("https://shop.example")

    @pytest.mark.parametrize(
        "url", ["https://xn--zzzz.example", "https://shop.example.:8443/api", "https://[2001:db8::1]"]
    )
    def test_odd_hosts(self, proxies: Callable[..., None], url: str) -> None:
        """Every address that the configuration allows can be connected to."""
        proxies(HTTPS_PROXY="http://proxy:2")
        assert find_proxy(url) == "http://proxy:2/"

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://shop.example"])
    def test_no_connection_begins_after_the_deadline(self, proxies: Callable[..., None], url: str) -> None:
        """Once the time is up no connection is attempted."""
        proxies()
        clock = FakeClock()
        deadline = Deadline(clock, 5)
        made = connect(url, deadline)
        deadline.start()
        clock.sleep(6)
        with pytest.raises(httpx.ReadTimeout, match=r"within 5.0s"):
            made.handle_request(httpx.Request("GET", url))
        made.close()
