"""The archive when processes are killed, two of them meet, and the network fails."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.sync.moving_account import Account
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.core.errors import NotFoundError
from wacr_cli.core.query import Query

from .conftest import Home, Runner, Starter
from .server import RESET_BEFORE, Reply, Request, Server, answer, busy, cut, half_of_the_body, hold

if sys.platform == "win32":
    pytest.skip("signals of POSIX", allow_module_level=True)

SIZE = 1500
SYNC = ("sync", "--no-contacts")


class Service:
    """An account over HTTP."""

    def __init__(self) -> None:
        self.account = Account(SIZE)
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        """Answer ``GET /messages`` and ``GET /messages/{id}``."""
        number = request.path.rpartition("/")[2]
        if number.isdigit():
            with self._lock:
                return self._answer_one(int(number))
        with self._lock:
            page = self.account.messages(list(request.params.items()))
        numbers = {"total": page.total, "has_more": page.has_more, "current_page": page.page, "per_page": page.per_page}
        body = {"success": True, "data": page.rows, "meta": {"pagination": numbers}}
        return Reply(200, json.dumps(body).encode())

    def _answer_one(self, number: int) -> Reply:
        try:
            row = self.account.message(number)
        except NotFoundError:
            return Reply(404, b'{"error": {"code": "NOT_FOUND"}}')
        return Reply(200, json.dumps({"data": row}).encode())


@pytest.fixture
def service() -> Service:
    """What the server answers from."""
    return Service()


@pytest.fixture
def server(service: Service) -> Iterator[Server]:
    """A server that knows directions and changes."""
    one = Server(service)
    yield one
    one.stop()


@pytest.fixture
def place(home: Home) -> Path:
    """Where the archive is."""
    return home.folder / "archive.sqlite"


def _stored(place: Path) -> dict[int, tuple[str | None, str]]:
    store = SqliteStore(place)
    with closing(store):
        windows = store.list_messages(Query(local=True, limit=None)).windows
        return {row["id"]: (row["direction"], row["status"]) for rows in windows for row in rows}


def _check(place: Path) -> None:
    """Whatever happened, what is there is sound, and whole windows."""
    if place.exists() and place.stat().st_size:
        with closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if db.execute("PRAGMA user_version").fetchone()[0] < 3:
                return
        with closing(SqliteStore(place)) as store:
            assert store.check() == []


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.soak)])
def test_a_killed_sync_leaves_a_sound_archive(
    start: Starter, service: Service, server: Server, place: Path, kills: int
) -> None:
    """The next undisturbed run has every message."""
    chance = random.Random(4)  # noqa: S311 - a plan, not a secret
    killed = 0
    while killed < kills:
        before = len(server.seen)
        process = start(*SYNC, "--quiet", "--archive-at", str(place), *(("--full",) if chance.random() < 0.3 else ()))
        calls = chance.randrange(1, 12)
        while len(server.seen) < before + calls and process.popen.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.012)
        process.signal(signal.SIGKILL)
        status = process.end().status
        assert status in (-signal.SIGKILL, 0)
        killed += status != 0
        if killed % 5 == 0:
            _check(place)
        service.account.insert(chance.randrange(4))
        service.account.change(service.account.some(chance.randrange(4)))
    assert start(*SYNC, "--archive-at", str(place)).end().status == 0
    assert _stored(place) == service.account.truth
    service.account.delete(service.account.some(20))
    assert start(*SYNC, "--full", "--archive-at", str(place)).end().status == 0
    assert _stored(place) == service.account.truth
    _check(place)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_a_sync_at_once(
    start: Starter, service: Service, server: Server, place: Path, number: signal.Signals
) -> None:
    """It keeps its windows and releases the archive."""
    gate = threading.Event()
    server.will(hold(gate), at=9)
    process = start(*SYNC, "--archive-at", str(place))
    server.wait_until_held()
    process.signal(number)
    assert process.end().status == 128 + number
    gate.set()
    assert len(_stored(place)) >= 500
    assert [one.name for one in place.parent.iterdir() if "lock" in one.name] == []
    calls = len(server.seen)
    assert start(*SYNC, "--archive-at", str(place)).end().status == 0
    assert _stored(place) == service.account.truth
    assert len(server.seen) - calls < service.account.calls_needed()


def test_a_second_sync_names_the_first(start: Starter, server: Server, place: Path) -> None:
    """It makes no call; readers do not wait."""
    gate = threading.Event()
    server.will(hold(gate), at=9)
    first = start(*SYNC, "--archive-at", str(place))
    server.wait_until_held()
    calls = len(server.seen)
    second = start(*SYNC, "--archive-at", str(place), "--format", "json").end()
    second.expect(9, f"process {first.popen.pid}")
    assert json.loads(second.err.splitlines()[-1])["error"]["code"] == "BUSY"
    reader = start("messages", "list", "--archive-at", str(place), "--count").end()
    assert (reader.status, int(reader.out)) == (0, len(_stored(place)))
    assert "not complete" in reader.err
    assert len(server.seen) == calls
    gate.set()
    first.end().expect(0, "complete")


def test_a_wait_keeps_the_lock(wacr: Runner, server: Server, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync that waits before it tries again keeps the archive locked meanwhile."""
    kept: list[bool] = []
    monkeypatch.setattr(SqliteStore, "keep_lock", lambda _: kept.append(True))
    server.will(busy(429), at=4)
    wacr(*SYNC, "--archive-at", str(place)).expect(0, "complete")
    assert kept


def test_a_sync_retries_failures_of_the_network(wacr: Runner, service: Service, server: Server, place: Path) -> None:
    """What is retried for a list is retried for a sync."""
    for at, fault in enumerate((busy(429), RESET_BEFORE, cut("half", half_of_the_body), answer(503), busy(500)), 2):
        server.will(fault, at=2 * at)
    wacr(*SYNC, "--archive-at", str(place)).expect(0, "Synced: 1,500 new", "complete")
    assert len(server.fired) == 5
    assert _stored(place) == service.account.truth


@pytest.mark.parametrize(
    ("status", "ends"), [(401, 4), (403, 4), (404, 3), (500, 6), (302, 7), (422, 2)], ids=lambda value: str(value)
)
def test_a_failure_in_the_middle_keeps_what_was_read(
    wacr: Runner, service: Service, server: Server, place: Path, status: int, ends: int
) -> None:
    """The next run goes on from there."""
    server.will(answer(status), at=8, forever=True)
    assert wacr(*SYNC, "--archive-at", str(place)).status == ends
    some = _stored(place)
    assert 500 <= len(some) < SIZE
    server.always, server.plan = None, {}
    calls = len(server.seen)
    wacr(*SYNC, "--archive-at", str(place)).expect(0)
    assert _stored(place) == service.account.truth
    assert len(server.seen) - calls < service.account.calls_needed()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"data": 5}', b'{"data": [{"id": "x"}]}'])
def test_an_invalid_response_is_not_stored(wacr: Runner, server: Server, place: Path, body: bytes) -> None:
    """Exit status 7, and the archive is unchanged."""
    wacr(*SYNC, "--archive-at", str(place)).expect(0)
    before = _stored(place)
    server.will(answer(200, body), forever=True)
    assert wacr(*SYNC, "--archive-at", str(place)).status == 7
    assert _stored(place) == before
    _check(place)
