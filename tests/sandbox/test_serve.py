"""The sandbox over real sockets: on loopback, for local names only, closed when the context ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.sandbox.sample import SAMPLE
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.serve import RunningServer, serve

APP = Sandbox(SAMPLE)
TOKEN = {"Authorization": "Bearer t"}
PATIENCE = 120
"""Seconds: far more than a slow machine needs."""


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """Serve the sandbox on a free port."""
    with serve(APP) as serving:
        yield serving


@pytest.fixture
def client(server: RunningServer) -> Iterator[httpx.Client]:
    """Yield a client of that server, with a token."""
    with httpx.Client(base_url=server.url, headers=TOKEN, trust_env=False) as client:
        yield client


def raw(server: RunningServer, request: str) -> bytes:
    """Send a request as it is, and return all bytes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(request.encode("latin-1"))
        response = b""
        while piece := connection.recv(65_536):
            response += piece
    return response


def test_the_body_is_that_of_the_app(client: httpx.Client) -> None:
    """It is the same, byte for byte."""
    request = httpx.Request("GET", "http://x.example/api/v2/messages?per_page=100", headers=TOKEN)
    assert client.get("/messages", params={"per_page": 100}).content == APP(request).content


def test_the_url_names_loopback_the_port_and_the_base_path(server: RunningServer) -> None:
    """It can be used as --api-url."""
    assert server.url == f"http://127.0.0.1:{server.port}/api/v2"


def test_filters_reach_the_app(client: httpx.Client) -> None:
    """The server does not change brackets and commas."""
    rows = client.get("/messages?filter[type][in]=image,audio&per_page=100").json()["data"]
    assert {row["type"] for row in rows} == {"image", "audio"}


@pytest.mark.parametrize(("token", "status"), [("expired", 401), ("no-scope", 403), ("any", 200)])
def test_statuses_are_those_of_the_app(client: httpx.Client, token: str, status: int) -> None:
    """Errors are sent like other responses."""
    assert client.get("/messages", headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_one_connection_serves_many_requests(server: RunningServer) -> None:
    """The connection stays open, also after errors and after a body that the app does not read."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.connect()
    first = connection.sock
    statuses = []
    for method, body in (("GET", None), ("POST", b'{"a": 1}'), ("HEAD", None), ("GET", None)):
        connection.request(method, "/api/v2/messages", body, TOKEN)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    assert connection.sock is first
    assert statuses == [200, 405, 405, 200]
    connection.close()


def test_many_requests_at_once_are_served(client: httpx.Client) -> None:
    """Each connection has a thread of its own."""
    with ThreadPoolExecutor(8) as pool:
        totals = list(pool.map(lambda page: len(client.get(f"/messages?page={page}").json()["data"]), range(1, 21)))
    assert totals == [15] * 20


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:99"])
def test_local_names_are_served(client: httpx.Client, host: str) -> None:
    """The port and the case do not matter."""
    assert client.get("/messages", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.example",
        "10.0.0.1",
        "[::2]",
        "localhost:x",
        "",
        "a@localhost",
    ],
)
def test_other_names_are_403(client: httpx.Client, host: str) -> None:
    """A web page whose name resolves to 127.0.0.1 gets no data, even with a token."""
    response = client.get("/messages", headers={"Host": host})
    assert response.status_code == 403
    assert "data" not in response.json()


@pytest.mark.parametrize(
    "request_head",
    [
        "GET /api/v2/messages HTTP/1.1\r\nAuthorization: Bearer t\r\n",
        "GET /api/v2/messages HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
        "GET http://evil.example/api/v2/messages HTTP/1.1\r\nHost: localhost\r\n",
    ],
    ids=["no host", "two hosts", "absolute target"],
)
def test_requests_with_an_unclear_host_are_403(server: RunningServer, request_head: str) -> None:
    """The request has no Host, two of them, or another one in the request line."""
    assert raw(server, request_head + "Connection: close\r\n\r\n").startswith(b"HTTP/1.1 403 ")


def test_a_body_of_unknown_length_closes_the_connection(server: RunningServer) -> None:
    """The server must not read it as the next request."""
    head = "POST /api/v2/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    response = raw(server, head + "GET /api/v2/messages HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert response.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in response


def test_an_invalid_path_is_400(server: RunningServer) -> None:
    """Control characters in the path cause no traceback."""
    response = raw(server, "GET /api/v2/\x01 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 400 ")


def test_an_exception_of_the_app_is_500(capsys: pytest.CaptureFixture[str]) -> None:
    """The client gets a response, and nothing is printed."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError(request.url)

    with serve(broken) as serving:
        response = httpx.get(serving.url, trust_env=False)
    assert (response.status_code, response.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert capsys.readouterr() == ("", "")


def test_requests_are_logged_only_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no access log by default; `log` gets a line for each request."""
    lines: list[str] = []
    for log in (None, lines.append):
        with serve(APP, log=log) as serving:
            httpx.get(serving.url + "/messages", headers=TOKEN, trust_env=False)
    assert capsys.readouterr() == ("", "")
    assert lines == ['"GET /api/v2/messages HTTP/1.1" 200 -']


def test_the_server_header_does_not_name_python(client: httpx.Client) -> None:
    """It names the sandbox only."""
    assert client.get("/messages").headers["Server"].strip() == "wacr-sandbox"


def test_the_end_of_the_context_frees_the_port_and_closes_connections() -> None:
    """A connection that the client keeps open is closed too; a port in use is an OSError."""
    with serve(APP) as serving:
        lingering = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=PATIENCE)
        lingering.request("GET", "/api/v2/messages", headers=TOKEN)
        assert lingering.getresponse().read()
        with pytest.raises(OSError, match="in use"), serve(APP, serving.port):
            pytest.fail("two servers on one port")
    assert lingering.sock.recv(1) == b""
    lingering.close()
    with serve(APP, serving.port) as again:
        assert again.port == serving.port


def test_an_exception_in_the_context_closes_the_server_and_propagates() -> None:
    """The port is closed after Ctrl-C too."""
    with pytest.raises(KeyboardInterrupt), serve(APP) as serving:
        raise KeyboardInterrupt
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", serving.port), timeout=PATIENCE)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_ends_serve_forever() -> None:
    """It raises KeyboardInterrupt, and the socket is closed."""
    program = (
        "import json, socket\n"
        "from datetime import UTC, datetime\n"
        "from wacr_cli.sandbox.app import Sandbox\n"
        "from wacr_cli.sandbox.serve import serve\n"
        "from wacr_cli.sandbox.world import load\n"
        "try:\n"
        "    with serve(Sandbox(load(datetime(2026, 2, 14, tzinfo=UTC)))) as server:\n"
        "        print(json.dumps(server.port), flush=True)\n"
        "        server.serve_forever()\n"
        "except KeyboardInterrupt:\n"
        "    closed = socket.socket().connect_ex(('127.0.0.1', server.port)) != 0\n"
        "    print(json.dumps(closed), flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) > 0
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (0, b"true\n", b"")
