"""Reading the whole list: the first copy, and --full, in one run or in several."""

from __future__ import annotations

import pytest

from tests.archive.conftest import Syncing, Ticking, stored
from tests.sync.conftest import fail_at, find_gaps, soak
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UnavailableError
from wacr_cli.core.query import Query


@pytest.mark.parametrize("size", [0, 1, 60, 150, 1050, *soak(2000, 4321, 8_000)])
def test_a_first_copy_costs_six_calls_more_than_it_has_windows(store: Store, sync: Syncing, size: int) -> None:
    """⌈in/100⌉ + ⌈out/100⌉ calls read the list; at most six prove it and find what changed meanwhile."""
    account = Account(size)
    report = sync(account)
    assert stored(store) == account.truth
    assert (report.new, report.changed, report.deleted, report.complete) == (size, 0, 0, True)
    assert len(account.calls) <= account.calls_needed() + 6


def test_a_first_copy_without_totals_costs_a_fifth_more(store: Store, sync: Syncing) -> None:
    """Each window is linked, and the list without a filter is read as well."""
    account = Account(1050, counts=False)
    sync(account)
    assert stored(store) == account.truth
    assert len(account.calls) <= 1.2 * 2 * account.calls_needed() + 6


def test_a_first_copy_of_a_growing_list_costs_eight_calls_more(store: Store, sync: Syncing) -> None:
    """Messages that come in meanwhile are read too."""
    account = Account(3050, move=lambda account: account.insert(1) if account.chance.random() < 0.3 else None)
    sync(account)
    assert len(account.calls) <= account.calls_needed() + 8
    account.move = None
    sync(account)
    assert stored(store) == account.truth


def test_a_second_direction_that_grew_meanwhile_costs_little(store: Store, sync: Syncing) -> None:
    """Its first window is requested before the first direction is read."""
    account = Account(1500, move=lambda account: account.insert(5))
    sync(account)
    assert len(account.calls) <= account.calls_needed() + 12
    account.move = None
    sync(account)
    assert stored(store) == account.truth


def test_an_interrupted_copy_continues(store: Store, sync: Syncing) -> None:
    """Each interruption costs the call that failed and some overlap: at most five calls."""
    account = Account(4050)
    calls = 0
    for cut in (7, 11, 20):
        with pytest.raises(UnavailableError):
            sync(fail_at(account, cut))
        calls += len(account.calls)
    assert sync(account).complete
    assert stored(store) == account.truth
    assert calls + len(account.calls) <= account.calls_needed() + 6 + 5 * 3


@pytest.mark.parametrize("cut", [6, *soak(5, 7, 9)])
@pytest.mark.parametrize("movement", ["insert", "delete newest", "delete oldest", "delete anywhere"])
def test_an_interrupted_copy_continues_in_a_list_that_moved(
    store: Store, sync: Syncing, cut: int, movement: str
) -> None:
    """However far the list moved between two runs, no message is missing."""
    account = Account(1200)
    for number in (90, 250):
        with pytest.raises(UnavailableError):
            sync(fail_at(account, cut))
        if movement == "insert":
            account.insert(number)
        else:
            ids = account.some(number) if movement == "delete anywhere" else sorted(account.stored)
            account.delete(ids[-number:] if movement == "delete newest" else ids[:number])
    assert sync(account, twice=True).complete
    assert stored(store) == account.truth


@pytest.mark.parametrize("full", [False, True])
def test_deleted_messages_are_found(store: Store, sync: Syncing, full: bool) -> None:
    """A message that the API no longer has is marked as deleted, and kept."""
    account = Account(1200)
    sync(account)
    gone = account.some(40)
    account.delete(gone)
    report = sync(account, full=full, twice=True)
    deleted = {
        row["id"] for rows in store.list_messages(Query(local=True, deleted=True, limit=None)).windows for row in rows
    }
    assert (report.deleted, report.complete) == (40, True)
    assert deleted == set(gone)
    assert stored(store) == account.truth


def test_a_message_that_comes_back_is_no_longer_deleted(store: Store, sync: Syncing) -> None:
    """A deleted message that the API returns again is restored."""
    account = Account(300)
    sync(account)
    kept = dict(account.stored)
    account.delete([5, 6])
    assert sync(account, full=True).deleted == 2
    account.stored = kept
    assert sync(account, full=True).changed == 2
    assert stored(store) == account.truth


def test_an_interrupted_full_sync_continues(store: Store, sync: Syncing) -> None:
    """A plain sync between its runs does not disturb it, and finds the deletions itself."""
    account = Account(2050)
    sync(account)
    account.delete(account.some(20))
    with pytest.raises(UnavailableError):
        sync(fail_at(account, 9), full=True)
    assert set(stored(store)) > set(account.truth)
    assert sync(account).deleted == 20
    assert sync(account, full=True).complete
    assert len(account.calls) <= account.calls_needed() + 5
    assert stored(store) == account.truth


@pytest.mark.parametrize("number", [30, 250])
@pytest.mark.parametrize("cut", range(1, 9))
def test_an_interrupted_full_sync_hides_no_new_message(store: Store, sync: Syncing, number: int, cut: int) -> None:
    """It stores no message that is newer than all stored ones; a later sync continues from those."""
    account = Account(700)
    sync(account)
    account.insert(number)
    with pytest.raises(UnavailableError):
        sync(fail_at(account, cut), full=True)
    assert find_gaps(store, account) == set()
    assert sync(account).complete
    assert stored(store) == account.truth


def test_a_full_sync_stores_messages_that_are_missing_anywhere(store: Store, sync: Syncing) -> None:
    """Messages that were inserted with old times are stored; other syncs don't see them."""
    account = Account(900)
    hidden = {one: account.stored.pop(one) for one in (5, 300, 301, 650)}
    sync(account)
    account.stored.update(hidden)
    account.insert(40)
    assert sync(account, full=True).new == 44
    assert stored(store) == account.truth


def test_a_continued_full_sync_finds_what_was_deleted_after_it_was_seen(store: Store, sync: Syncing) -> None:
    """The next run looks again for the messages that it did not see."""
    account = Account(2050)
    sync(account)
    with pytest.raises(UnavailableError):
        sync(fail_at(account, 15), full=True)
    account.delete(sorted(account.stored)[-100:])
    assert sync(account, full=True, twice=True).deleted == 100
    assert stored(store) == account.truth


def test_a_full_sync_ends_an_interrupted_first_copy(store: Store, sync: Syncing) -> None:
    """It finds what was deleted between the two."""
    account = Account(1050)
    with pytest.raises(UnavailableError):
        sync(fail_at(account, 7))
    account.delete(sorted(account.stored)[-50:])
    assert sync(account, full=True, twice=True).complete
    assert stored(store) == account.truth


def test_a_clock_that_is_set_back_deletes_nothing(store: Store, sync: Syncing, clock: Ticking) -> None:
    """What a run has seen was seen after it started, whatever the clock says."""
    account = Account(1050)
    sync(account)
    clock.skip(-86_400)
    account.move = lambda _: clock.skip(-3600)
    assert sync(account, full=True).deleted == 0
    account.delete([7])
    assert sync(account, full=True).deleted == 1
    with pytest.raises(UnavailableError):
        sync(fail_at(account, 9), full=True)
    clock.skip(-7200)
    assert sync(account, full=True).deleted == 0
    assert stored(store) == account.truth


def test_a_full_sync_of_two_days_ago_does_not_continue(store: Store, sync: Syncing, clock: Ticking) -> None:
    """What it saw may be deleted by now."""
    account = Account(2050)
    sync(account)
    with pytest.raises(UnavailableError):
        sync(fail_at(account, 15), full=True)
    clock.skip(2 * 86_400)
    account.delete(sorted(account.stored)[-300:])
    assert sync(account, full=True, twice=True).deleted == 300
    assert stored(store) == account.truth
