"""Syncs through PgBouncer in transaction mode: two at once, and one that is killed or ended by a signal."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

if sys.platform == "win32":
    pytest.skip("signals of POSIX", allow_module_level=True)

from tests.archive import postgres_server
from tests.archive.conftest import stored
from tests.archive.pooler import Pooler, find_pgbouncer
from tests.archive.test_pooler import expire
from wacr_cli.archive.postgres import PostgresStore

from .conftest import Starter
from .server import Server, hold
from .test_archive import SYNC, Service, server, service

__all__ = ["server", "service"]


@pytest.fixture
def pooled_url() -> Iterator[str]:
    """The URL of an empty database, through a PgBouncer that keeps two sessions."""
    folder, program = postgres_server.programs(), find_pgbouncer()
    if folder is None or program is None:
        pytest.skip("PostgreSQL or PgBouncer is not installed")
    database = postgres_server.Server(folder)
    pooler = Pooler(program, database, pool_size=2)
    yield pooler.url(database.database())
    pooler.close()
    database.close()


def test_a_sync_that_is_killed(start: Starter, service: Service, server: Server, pooled_url: str) -> None:
    """Another one ends with status 9 until the lease has expired; then it goes on, and ends with every message."""
    gate = threading.Event()
    server.will(hold(gate), at=9)
    sync = (*SYNC, "--archive-at", pooled_url)
    first = start(*sync)
    server.wait_until_held()
    calls = len(server.seen)
    start(*sync).end().expect(9, f"process {first.popen.pid} on ")
    assert len(server.seen) == calls
    first.signal(signal.SIGKILL)
    first.end()
    gate.set()
    start(*sync).end().expect(9, f"process {first.popen.pid} on ")
    expire(pooled_url)
    calls = len(server.seen)
    start(*sync).end().expect(0, "complete")
    assert len(server.seen) - calls < service.account.calls_needed()
    with closing(PostgresStore(pooled_url)) as store:
        assert stored(store) == service.account.truth
        assert store.check() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_sync_that_gets_a_signal(
    start: Starter, service: Service, server: Server, pooled_url: str, number: signal.Signals
) -> None:
    """It gives the lease back, so that the next one goes on at once."""
    gate = threading.Event()
    server.will(hold(gate), at=9)
    first = start(*SYNC, "--archive-at", pooled_url)
    server.wait_until_held()
    first.signal(number)
    assert first.end().status == 128 + number
    gate.set()
    start(*SYNC, "--archive-at", pooled_url).end().expect(0, "complete")
    with closing(PostgresStore(pooled_url)) as store:
        assert stored(store) == service.account.truth


def test_two_syncs_that_start_together(start: Starter, service: Service, pooled_url: str) -> None:
    """One of them creates the archive; the other one ends with status 9, or finds it complete."""
    first, second = (start(*SYNC, "--archive-at", pooled_url) for _ in range(2))
    statuses = sorted((first.end().status, second.end().status))
    assert statuses in ([0, 9], [0, 0])
    with closing(PostgresStore(pooled_url)) as store:
        assert stored(store) == service.account.truth
        assert store.check() == []
