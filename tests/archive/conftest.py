"""Fixtures: a new archive for each test, and a sync that reads an account in memory."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.archive.pooler import Pooler, find_pgbouncer
from tests.archive.postgres_server import Server, programs
from tests.sync.moving_account import FIRST_SECOND, Account
from wacr_cli.archive.postgres import PostgresStore
from wacr_cli.archive.rows import DETAIL_COLUMNS
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.sync import Report, Sync

NO_DETAILS = dict.fromkeys(DETAIL_COLUMNS)
"""What the archive adds to a message whose details it does not have."""

NOW = "2026-11-25T12:00:00.000Z"


class Ticking:
    """A clock that advances by a second each time it is read. Sleeping takes no time; `skip` advances it further."""

    def __init__(self) -> None:
        self.seconds = FIRST_SECOND + 10_000_000.0

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        """Return the seconds since 1970."""
        self.seconds += 1
        return self.seconds

    def monotonic(self) -> float:
        """Return the same."""
        return self.time()

    def sleep(self, seconds: float) -> None:
        """Advance by some seconds."""
        self.seconds += seconds

    skip = sleep


@pytest.fixture
def clock() -> Ticking:
    """The clock of all syncs of a test."""
    return Ticking()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of the archive."""
    return tmp_path / "archive.sqlite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses ``store`` with each database; in test_sqlite, or with ``path``, with SQLite only.

    The contract shows that both behave alike, so syncs into PostgreSQL are soak tests, and all through PgBouncer.
    """
    if "store" in metafunc.fixturenames:
        module = metafunc.module.__name__
        sqlite_only = "path" in inspect.signature(metafunc.function).parameters or module.endswith("test_sqlite")
        marks = [pytest.mark.soak] if module.endswith("test_sync") else []
        databases = ["sqlite", pytest.param("postgres", marks=marks), pytest.param("pooled", marks=pytest.mark.soak)]
        metafunc.parametrize("store", databases[:1] if sqlite_only else databases, indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server. Where none is installed its tests are skipped; with CI set they fail."""
    folder = programs()
    if folder is None and os.environ.get("CI"):
        pytest.fail("PostgreSQL is not installed")
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    one = Server(folder)
    yield one
    one.close()


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """The URL of an empty database."""
    name = server.database()
    yield server.url(name)
    server.empty(name)


@pytest.fixture(scope="session")
def pooler(server: Server) -> Iterator[Pooler]:
    """A PgBouncer in front of the server. Where none is installed its tests are skipped."""
    program = find_pgbouncer()
    if program is None:
        pytest.skip("PgBouncer is not installed")
    one = Pooler(program, server)
    yield one
    one.close()


@pytest.fixture
def pooled_url(server: Server, pooler: Pooler) -> Iterator[str]:
    """The URL of an empty database, through PgBouncer."""
    name = server.database()
    yield pooler.url(name)
    server.empty(name)
    pooler.forget_sessions()


@pytest.fixture
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[Store]:
    """An archive that does not exist yet, in the database of the parameter."""
    one: Store = SqliteStore(path)
    if request.param == "postgres":
        one = PostgresStore(request.getfixturevalue("url"))
    elif request.param == "pooled":
        one = PostgresStore(request.getfixturevalue("pooled_url"), "shop")
    yield one
    one.close()


Syncing = Callable[..., Report]


@pytest.fixture
def sync(store: Store, clock: Ticking) -> Syncing:
    """A function that syncs an account into the archive, after clearing the account's list of calls.

    With ``twice`` it syncs again after a minute, which proves deletions; the reports are added up.
    """

    def run(account: Account, *, twice: bool = False, **options: Any) -> Report:
        account.calls.clear()
        options = {"origin": "here", "contacts": False, **options}
        report = Sync(account, store, clock, Progress(), **options).run()
        if not twice:
            return report
        clock.skip(61)
        second = Sync(account, store, clock, Progress(), **options).run()
        second.deleted += report.deleted
        return second

    return run


def open_again(store: Store) -> Store:
    """Return the same archive, opened a second time."""
    return SqliteStore(Path(store.location)) if isinstance(store, SqliteStore) else PostgresStore(store.location)


def stored(store: Store) -> dict[int, tuple[str | None, str]]:
    """Return the direction and status of each message that is not deleted, by id."""
    listing = store.list_messages(Query(local=True, limit=None))
    return {row["id"]: (row["direction"], row["status"]) for rows in listing.windows for row in rows}
