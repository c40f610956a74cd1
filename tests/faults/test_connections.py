"""Connections that break, answers that end too soon or never, and redirects."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from .conftest import DUMP, TOKEN, Home, Runner, Skipping, Starter
from .front import Front
from .server import (
    CLOSED_AFTER,
    CLOSED_BEFORE,
    RESET_BEFORE,
    SILENCE,
    Exchange,
    Fault,
    Reply,
    Server,
    answer,
    broken_gzip,
    cut,
    drip,
    half_of_a_chunk,
    half_of_the_body,
    half_of_the_gzip,
    half_of_the_gzip_to_the_end,
    half_of_the_headers,
    head,
    no_last_chunk,
    stay,
)

EVERY = list(range(250, 0, -1))
TRIES = 4

BROKEN = [
    RESET_BEFORE,
    CLOSED_BEFORE,
    cut("reset in the headers", half_of_the_headers, Exchange.reset),
    cut("closed in the headers", half_of_the_headers),
    cut("reset after the headers", lambda reply: head(200, {"Content-Length": str(len(reply.body))}), Exchange.reset),
    cut("reset in the body", half_of_the_body, Exchange.reset),
    cut("body cut short", half_of_the_body),
    cut("a byte of the body missing", lambda reply: reply.packed()[:-1]),
    cut("chunk cut short", half_of_a_chunk),
    cut("last chunk missing", no_last_chunk),
    cut("gzip cut short", half_of_the_gzip, stay),
    cut("gzip cut short by the connection", half_of_the_gzip_to_the_end),
    cut("gzip broken", broken_gzip, stay),
    cut("not HTTP", lambda _: b"SSH-2.0-OpenSSH_9.6\r\n"),
    cut("a chunk of no size", lambda _: head(200, {"Transfer-Encoding": "chunked"}) + b"zz\r\n[]\r\n0\r\n\r\n"),
    cut("a content-length of no size", lambda _: head(200, {"Content-Length": "many"}) + b"[]"),
    cut("headers without end", lambda _: b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 20_000),
]


@pytest.mark.parametrize("fault", BROKEN, ids=str)
@pytest.mark.parametrize("at", [2, *(pytest.param(at, marks=pytest.mark.soak) for at in (1, 3))])
def test_a_broken_response_costs_one_call(wacr: Runner, server: Server, fault: Fault, at: int) -> None:
    """Wherever it breaks, every row comes."""
    server.will(fault, at=at)
    ended = wacr(*DUMP)
    ended.expect(0, "250 messages, 4 calls", "complete")
    assert ended.ids == EVERY
    assert server.fired == [(at, fault.name)]


@pytest.mark.parametrize("fault", BROKEN, ids=str)
def test_four_broken_responses_end_the_run(wacr: Runner, server: Server, fault: Fault) -> None:
    """With status 6; the rows before them are written."""
    server.will(fault, at=2, forever=True)
    ended = wacr(*DUMP)
    ended.expect(6, urlsplit(server.url).netloc)
    assert ended.ids == EVERY[:100]
    assert [number for number, _ in server.fired] == list(range(2, 2 + TRIES))


@pytest.mark.parametrize("fault", [RESET_BEFORE, CLOSED_BEFORE], ids=str)
def test_a_request_on_a_broken_reused_connection_is_repeated(wacr: Runner, server: Server, fault: Fault) -> None:
    """A request on a connection that served one before is made again where that breaks."""
    server.will(fault, at=2)
    ended = wacr(*DUMP)
    ended.expect(0, "complete")
    assert ended.ids == EVERY
    assert server.fired == [(2, fault.name)]
    assert (server.seen[1].connection, server.seen[1].nth) == (1, 2)
    assert server.seen[2].connection == 2


def test_connections_that_close_without_notice_cost_no_row(wacr: Runner, server: Server) -> None:
    """A server that closes each connection after its answer, unsaid, costs no row."""
    server.will(CLOSED_AFTER, forever=True)
    ended = wacr(*DUMP)
    ended.expect(0, "complete")
    assert ended.ids == EVERY
    assert len(server.fired) >= 3
    assert server.connections >= 3


def test_connections_are_reused(wacr: Runner, server: Server) -> None:
    """A list takes one connection, if the server keeps it."""
    wacr(*DUMP).expect(0)
    assert server.connections == 1
    assert [request.nth for request in server.seen] == [1, 2, 3]


MORE = {
    "empty line": lambda _: b"\r\n",
    "letters": lambda _: b"HTTP",
    "an answer": lambda _: Reply(200, b"{}").packed(),
    "the same again": Reply.packed,
}


@pytest.mark.parametrize("more", MORE.values(), ids=MORE)
def test_bytes_after_a_response_cost_no_row(wacr: Runner, server: Server, more: Callable[[Reply], bytes]) -> None:
    """What comes after the end of an answer costs no row."""
    server.will(cut("more", lambda reply: reply.packed() + more(reply), stay), at=1)
    ended = wacr(*DUMP)
    ended.expect(0, "250 messages", "complete")
    assert ended.ids == EVERY
    assert server.fired == [(1, "more")]


def test_refused_connections_end_the_run_with_6(wacr: Runner, server: Server, skipping: Skipping) -> None:
    """After three waits."""
    server.refuse()
    waits: list[int] = []
    skipping.on_sleep = lambda: waits.append(server.connections)
    ended = wacr(*DUMP, "--verbose")
    ended.expect(6, "no connection", "refused")
    assert ended.err.count("GET ") == TRIES
    assert ended.out == ""
    assert waits
    assert server.connections == 0


def test_a_server_that_starts_late_gives_all_rows(wacr: Runner, server: Server, skipping: Skipping) -> None:
    """A server that comes up while the run waits gives all its rows."""
    server.refuse()
    woken: list[int] = []

    def wake() -> None:
        if not woken:
            server.start()
        woken.append(1)

    skipping.on_sleep = wake
    ended = wacr(*DUMP, "--verbose")
    ended.expect(0, "no connection", "250 messages, 4 calls")
    assert ended.ids == EVERY
    assert woken


def test_a_server_that_goes_away_ends_the_run_with_6(wacr: Runner, server: Server) -> None:
    """The rows before it are complete windows."""

    def play_last(reply: Reply) -> bytes:
        server.refuse()
        return reply.packed()

    server.will(cut("going away", play_last), at=2)
    ended = wacr(*DUMP)
    ended.expect(6, "no connection")
    assert ended.ids == EVERY[:200]
    assert server.fired == [(2, "going away")]


def test_refused_connections_end_a_process_with_6(start: Starter, server: Server) -> None:
    """It prints two lines."""
    server.refuse()
    ended = start("messages", "list", "--max-wait", "0.1").end()
    ended.expect(6, "no connection")
    assert server.connections == 0


SECONDS = 30
# One second more than a try has, and no more: seconds that pass after it was given up are taken from the next one.
SLOW = [
    drip("headers by the byte", lambda _: 0, SECONDS + 1),
    drip("headers by the byte, after a start", lambda _: 20, SECONDS + 1),
    drip("body by the byte", lambda reply: len(reply.packed()) - len(reply.body), SECONDS + 1),
    drip("the last hundred bytes by the byte", lambda reply: len(reply.packed()) - 100, SECONDS + 1),
]


@pytest.mark.parametrize("fault", SLOW, ids=str)
def test_a_response_that_drips_is_given_up_at_timeout(wacr: Runner, server: Server, fault: Fault) -> None:
    """The next try succeeds."""
    server.will(fault, at=2)
    ended = wacr(*DUMP, "--timeout", str(SECONDS))
    ended.expect(0, "complete")
    assert ended.ids == EVERY
    assert server.fired == [(2, fault.name)]
    assert server.dripped >= SECONDS - 1


@pytest.mark.parametrize("fault", SLOW, ids=str)
def test_four_responses_that_drip_end_the_run(wacr: Runner, server: Server, fault: Fault) -> None:
    """With status 6."""
    server.will(fault, at=1, forever=True)
    ended = wacr(*DUMP, "--timeout", str(SECONDS))
    ended.expect(6, "in time")
    assert ended.out == ""
    assert len(server.fired) == TRIES
    # Of each try the last second may be over before its byte is sent.
    assert server.dripped >= TRIES * (SECONDS - 1)


@pytest.mark.parametrize(("is_proxy", "stage"), [(False, "handshake"), (True, "handshake"), (True, "connect")], ids=str)
def test_a_handshake_that_drips_is_given_up_at_timeout(
    start: Starter, server: Server, home: Home, is_proxy: bool, stage: str
) -> None:
    """A proxy's response to CONNECT too."""
    one = Front(server.port, is_proxy=is_proxy, drip=stage)
    home.environ |= one.environ
    process = start(*DUMP, "--timeout", "0.5", "--max-wait", "0.1", environ={"WACR_API_URL": one.url})
    try:
        process.end().expect(6, "in time")
    finally:
        one.stop()
    assert one.connections >= 1


def test_a_silent_server_is_given_up_at_timeout(wacr: Runner, server: Server) -> None:
    """Four times."""
    server.will(SILENCE, forever=True)
    ended = wacr(*DUMP, "--timeout", "0.2", "--verbose")
    ended.expect(6, "in time")
    assert ended.err.count("GET ") == TRIES
    assert {name for _, name in server.fired} == {"silence"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("at", [1, 2])
def test_the_token_is_not_sent_to_the_target_of_a_redirect(
    wacr: Runner, server: Server, stranger: Server, status: int, at: int
) -> None:
    """That origin does not even get a connection."""
    server.will(answer(status, b"", {"Location": f"{stranger.url}/messages?token={TOKEN}"}), at=at, forever=True)
    ended = wacr(*DUMP)
    ended.expect(7, "redirect", str(stranger.port))
    assert server.fired == [(at, f"status {status}")]
    assert stranger.connections == 0
    assert ended.ids == EVERY[: (at - 1) * 100]


@pytest.mark.parametrize("location", ["/login", "login", "", "http://[", "//x\x80y", "javascript:alert(1)"])
def test_a_redirect_to_a_login_page_is_an_error(wacr: Runner, server: Server, location: str) -> None:
    """Status 7 after one call."""
    server.will(answer(302, b"<html>Log in</html>", {"Location": location}), forever=True)
    ended = wacr(*DUMP)
    ended.expect(7, "redirect")
    assert len(server.seen) == len(server.fired) == 1
    assert json.loads(ended.err.splitlines()[-1])["error"]["status"] == 7
