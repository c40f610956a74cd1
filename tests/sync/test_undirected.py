"""Messages that are neither inbound nor outbound."""

from __future__ import annotations

import pytest

from tests.archive.conftest import Syncing, stored
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store


def test_messages_without_a_direction_are_read(store: Store, sync: Syncing) -> None:
    """Those that neither filter returns are read without one, once."""
    account = Account(250)
    for _ in range(12):
        account.insert(1, None)
    account.insert(30)
    sync(account)
    assert stored(store) == account.truth
    sync(account)
    assert len(account.calls) <= 8
    account.insert(1, None)
    sync(account)
    assert stored(store) == account.truth


def test_a_full_sync_finds_deleted_messages_without_a_direction(store: Store, sync: Syncing) -> None:
    """It finds each of them, also the last one."""
    account = Account(150)
    account.insert(1, None)
    account.insert(1, None)
    sync(account)
    account.delete([151])
    assert sync(account, full=True).deleted == 1
    account.delete([152])
    assert sync(account, full=True).deleted == 1
    assert stored(store) == account.truth


@pytest.mark.parametrize("counts", [True, False])
def test_messages_without_a_direction_are_found_without_a_total(store: Store, sync: Syncing, counts: bool) -> None:
    """Where the API does not count, the list without a filter is read down to stored rows."""
    account = Account(700, counts=counts)
    account.insert(1, None)
    account.insert(120)
    sync(account)
    assert stored(store) == account.truth
    sync(account)
    assert len(account.calls) <= 8
    account.insert(1, None)
    account.insert(3)
    sync(account)
    assert stored(store) == account.truth
