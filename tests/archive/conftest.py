"""An archive of its own for each test, and a sync that reads an account in memory."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.archive.moving_account import FIRST_SECOND, Account
from tests.archive.postgres_server import Server, programs
from wacr_cli.archive.postgres import PostgresStore
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.sync import Report, Sync

NOW = "2026-11-25T12:00:00.000Z"


class Ticking:
    """Time that goes on by a second each time it is looked at, and does not wait; `skip` lets more of it pass."""

    def __init__(self) -> None:
        self.seconds = FIRST_SECOND + 10_000_000.0

    def now(self) -> datetime:
        """The present, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        """Seconds since the epoch."""
        self.seconds += 1
        return self.seconds

    def monotonic(self) -> float:
        """The same."""
        return self.time()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self.seconds += seconds

    skip = sleep


@pytest.fixture
def clock() -> Ticking:
    """The clock of every sync of a test."""
    return Ticking()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the archive will be."""
    return tmp_path / "archive.sqlite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have a test of any store run with each kind; one that looks at the file, or is about SQLite, with that alone.

    What a store does is shown by its contract on both kinds: syncs into PostgreSQL are left to the soak run.
    """
    if "store" in metafunc.fixturenames:
        module = metafunc.module.__name__
        of_sqlite = "path" in inspect.signature(metafunc.function).parameters or module.endswith("test_sqlite")
        marks = [pytest.mark.soak] if module.endswith("test_sync") else []
        kinds = ["sqlite"] if of_sqlite else ["sqlite", pytest.param("postgres", marks=marks)]
        metafunc.parametrize("store", kinds, indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL; where none is installed its tests are skipped, but not where everything is checked."""
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


@pytest.fixture
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[Store]:
    """An archive that does not exist yet, of the kind that is asked for."""
    one: Store = SqliteStore(path)
    if request.param == "postgres":
        one = PostgresStore(request.getfixturevalue("url"))
    yield one
    one.close()


Syncing = Callable[..., Report]


@pytest.fixture
def sync(store: Store, clock: Ticking) -> Syncing:
    """Syncs an account into the archive; the calls noted before are forgotten."""

    def run(account: Account, *, full: bool = False, contacts: bool = False, origin: str = "here") -> Report:
        account.calls.clear()
        work = Sync(account, store, clock, Progress(), origin=origin, full=full, contacts=contacts)
        return work.run()

    return run


def stored(store: Store) -> dict[int, tuple[str | None, str]]:
    """Direction and status of each message in an archive that is not deleted."""
    listing = store.ask(Query(local=True, limit=None))
    return {row["id"]: (row["direction"], row["status"]) for rows in listing.windows for row in rows}
