"""The runner: what an idle sync costs, one sync at a time, one API for each archive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.archive.conftest import Syncing, stored
from tests.sync.moving_account import Account
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import AuthError, BadResponseError, BusyError, UsageError


@pytest.mark.parametrize(
    ("counts", "silent", "page_size", "calls"),
    [(True, False, 100, 7), (False, False, 100, 7), (True, False, 50, 8), (False, True, 100, 8), (False, True, 50, 8)],
)
def test_an_idle_sync_makes_eight_calls_at_most(
    store: Store, sync: Syncing, counts: bool, silent: bool, page_size: int, calls: int
) -> None:
    """It counts, and requests the newest messages and those that were updated last, twice for each direction."""
    account = Account(1500, counts=counts, silent=silent, page_size=page_size)
    sync(account)
    report = sync(account)
    assert (report.new, report.changed, report.complete) == (0, 0, True)
    assert len(account.calls) <= calls
    assert stored(store) == account.truth


def test_a_bad_token_makes_no_archive(store: Store, sync: Syncing, path: Path) -> None:
    """The archive is created after the first response."""

    def refuse(_: Account) -> None:
        raise AuthError("no")

    with pytest.raises(AuthError):
        sync(Account(10, move=refuse))
    assert not path.exists()


def test_an_api_that_ignores_the_filter_makes_no_archive(store: Store, sync: Syncing, path: Path) -> None:
    """The first responses show that both directions have the same messages."""
    with pytest.raises(BadResponseError, match="both directions"):
        sync(Account(500, ignores_direction=True))
    assert not path.exists()


def test_only_one_sync_runs_at_a_time(store: Store, sync: Syncing, path: Path) -> None:
    """A second one names the process of the first and makes no call."""
    account = Account(10)
    with SqliteStore(path).exclusive(), pytest.raises(BusyError, match=str(os.getpid())):
        sync(account)
    assert account.calls == []


def test_an_archive_is_of_one_api(store: Store, sync: Syncing) -> None:
    """The messages of another API, or of the sample workspace, are refused."""
    sync(Account(10))
    with pytest.raises(UsageError, match="is of here, not of there"):
        sync(Account(20), origin="there")
    assert len(stored(store)) == 10


def test_readers_see_whole_windows_during_a_sync(store: Store, sync: Syncing, path: Path) -> None:
    """They are not blocked, and the number of messages only grows."""
    seen: list[int] = []

    def look(_: Account) -> None:
        if path.exists():
            reader = SqliteStore(path)
            seen.append(len(stored(reader)))
            reader.close()

    sync(Account(1000, move=look))
    assert seen == sorted(seen)
    assert len(set(seen)) > 5
    assert len(stored(store)) == 1000
