"""The sandbox over real sockets: on loopback, for local names only, gone when the context ends."""

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
from datetime import UTC, datetime

import httpx
import pytest

from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.serve import Serving, serve
from wacr_cli.sandbox.world import build

APP = Sandbox(build(datetime(2026, 2, 14, 9, 30, tzinfo=UTC), messages=300))
TOKEN = {"Authorization": "Bearer t"}
PATIENCE = 120
"""Seconds: far more than a slow machine needs."""


@pytest.fixture
def server() -> Iterator[Serving]:
    """Serve the sandbox on a free port."""
    with serve(APP) as serving:
        yield serving


@pytest.fixture
def client(server: Serving) -> Iterator[httpx.Client]:
    """Give a client of that server, with a token."""
    with httpx.Client(base_url=server.url, headers=TOKEN, trust_env=False) as client:
        yield client


def raw(server: Serving, request: str) -> bytes:
    """Send a request letter by letter and return all that comes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return answer


def test_it_answers_over_http_what_the_app_answers(client: httpx.Client) -> None:
    """The same rows, byte for byte."""
    asked = httpx.Request("GET", "http://x.example/api/v2/messages?per_page=100", headers=TOKEN)
    assert client.get("/messages", params={"per_page": 100}).content == APP(asked).content


def test_the_url_names_loopback_the_port_and_the_base_path(server: Serving) -> None:
    """Fit to be given to --api-url as it is."""
    assert server.url == f"http://127.0.0.1:{server.port}/api/v2"


def test_filters_come_through_as_they_were_sent(client: httpx.Client) -> None:
    """Brackets, commas and plus signs are left to the app."""
    rows = client.get("/messages?filter[type][in]=image,audio&per_page=100").json()["data"]
    assert {row["type"] for row in rows} == {"image", "audio"}


@pytest.mark.parametrize(("token", "status"), [("expired", 401), ("no-scope", 403), ("any", 200)])
def test_statuses_are_the_apps(client: httpx.Client, token: str, status: int) -> None:
    """Errors go over the wire like everything else."""
    assert client.get("/messages", headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_one_connection_serves_many_requests(server: Serving) -> None:
    """HTTP/1.1 with a Content-Length: the connection is kept, also after errors and after a body nobody reads."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.connect()
    first = connection.sock
    statuses = []
    for method, body in (("GET", None), ("POST", b'{"a": 1}'), ("HEAD", None), ("GET", None)):
        connection.request(method, "/api/v2/messages", body, TOKEN)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    assert connection.sock is first
    assert statuses == [200, 405, 405, 200]
    connection.close()


def test_many_can_ask_at_once(client: httpx.Client) -> None:
    """Each connection has a thread of its own."""
    with ThreadPoolExecutor(8) as pool:
        totals = list(pool.map(lambda page: len(client.get(f"/messages?page={page}").json()["data"]), range(1, 21)))
    assert totals == [15] * 20


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:99"])
def test_local_names_are_served(client: httpx.Client, host: str) -> None:
    """Whichever way this machine is called."""
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
def test_other_names_are_refused(client: httpx.Client, host: str) -> None:
    """A page whose name resolves to 127.0.0.1 gets nothing, not even with a token."""
    answer = client.get("/messages", headers={"Host": host})
    assert answer.status_code == 403
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "request_head",
    [
        "GET /api/v2/messages HTTP/1.1\r\nAuthorization: Bearer t\r\n",
        "GET /api/v2/messages HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
        "GET http://evil.example/api/v2/messages HTTP/1.1\r\nHost: localhost\r\n",
    ],
    ids=["no host", "two hosts", "absolute target"],
)
def test_requests_of_unclear_destination_are_refused(server: Serving, request_head: str) -> None:
    """No Host, two of them, or another in the request line."""
    assert raw(server, request_head + "Connection: close\r\n\r\n").startswith(b"HTTP/1.1 403 ")


def test_a_body_of_unknown_length_ends_the_connection(server: Serving) -> None:
    """What cannot be skipped safely must not be read as the next request."""
    head = "POST /api/v2/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(server, head + "GET /api/v2/messages HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in answer


def test_a_strange_address_is_400(server: Serving) -> None:
    """Control characters in the path get an answer, not a traceback."""
    answer = raw(server, "GET /api/v2/\x01 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_an_app_that_fails_is_answered_with_500(capsys: pytest.CaptureFixture[str]) -> None:
    """The client hears of it, and nothing is printed."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise RuntimeError(request.url)

    with serve(broken) as serving:
        answer = httpx.get(serving.url, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert capsys.readouterr() == ("", "")


def test_it_is_quiet_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """No access log by default; with `log` a line a request."""
    lines: list[str] = []
    for log in (None, lines.append):
        with serve(APP, log=log) as serving:
            httpx.get(serving.url + "/messages", headers=TOKEN, trust_env=False)
    assert capsys.readouterr() == ("", "")
    assert lines == ['"GET /api/v2/messages HTTP/1.1" 200 -']


def test_it_does_not_tell_which_python_runs(client: httpx.Client) -> None:
    """The Server header names the sandbox alone."""
    assert client.get("/messages").headers["Server"].strip() == "wacr-sandbox"


def test_the_port_is_free_again_and_connections_are_closed_afterwards() -> None:
    """Also those that a client keeps open; a taken port is an OSError."""
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


def test_an_error_inside_closes_it_and_goes_on() -> None:
    """Whatever ends the context ends the server."""
    with pytest.raises(KeyboardInterrupt), serve(APP) as serving:
        raise KeyboardInterrupt
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", serving.port), timeout=PATIENCE)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_an_interrupt_ends_a_waiting_server() -> None:
    """Ctrl-C comes out of serve_forever as KeyboardInterrupt, after the socket is closed."""
    program = (
        "import json, socket\n"
        "from datetime import UTC, datetime\n"
        "from wacr_cli.sandbox.app import Sandbox\n"
        "from wacr_cli.sandbox.serve import serve\n"
        "from wacr_cli.sandbox.world import build\n"
        "try:\n"
        "    with serve(Sandbox(build(datetime.now(UTC), messages=10))) as server:\n"
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
