"""An archive has the messages of one account, whichever token is used."""

from __future__ import annotations

import pytest

from tests.archive.conftest import Syncing, stored
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UsageError

OTHER = "not those that this token reads"


@pytest.mark.parametrize(("inbound", "outbound"), [(50, 350), (60, 60), (0, 300), (350, 0)])
@pytest.mark.parametrize("same_ids", [False, True])
def test_no_message_of_another_account_is_stored(
    store: Store, sync: Syncing, inbound: int, outbound: int, same_ids: bool
) -> None:
    """Neither for any size of the archive, nor where the other account's messages have the same ids."""
    account = Account()
    account.insert(inbound, "inbound")
    account.insert(outbound, "outbound")
    sync(account)
    before = stored(store)
    other = Account(600, prefix="other") if same_ids else Account(700, prefix="other", first=100_000)
    with pytest.raises(UsageError, match=OTHER):
        sync(other)
    assert stored(store) == before
    assert len(other.calls) <= 12


def test_no_undirected_message_of_another_account_is_stored(store: Store, sync: Syncing) -> None:
    """An account that has only messages without a direction is another one too."""
    sync(Account(50))
    before = stored(store)
    other = Account(first=1000)
    other.insert(5, None)
    with pytest.raises(UsageError, match=OTHER):
        sync(other)
    assert stored(store) == before


def test_the_first_copy_of_another_account_does_not_continue(store: Store, sync: Syncing) -> None:
    """A scan that was ended is continued with messages of the same account only."""
    from tests.sync.conftest import fail_at
    from wacr_cli.core.errors import UnavailableError

    with pytest.raises(UnavailableError):
        sync(fail_at(Account(900), 6))
    before = stored(store)
    with pytest.raises(UsageError, match=OTHER):
        sync(Account(900, first=5000))
    assert stored(store) == before


def test_an_account_that_lost_its_newest_messages_is_the_same(store: Store, sync: Syncing) -> None:
    """Some stored messages are requested one by one, and the oldest are found."""
    account = Account(400)
    sync(account)
    account.delete(sorted(account.stored)[300:])
    account.insert(3000)
    sync(account)
    assert set(stored(store)) >= set(account.truth)


def test_a_full_sync_replaces_another_account(store: Store, sync: Syncing) -> None:
    """A sync refuses an account that shares no message with the archive; --full deletes the old messages."""
    sync(Account(500))
    before = stored(store)
    other = Account(500, first=10_000)
    with pytest.raises(UsageError, match=OTHER):
        sync(other)
    assert stored(store) == before
    assert sync(other, full=True, twice=True).deleted == 500
    assert stored(store) == other.truth
