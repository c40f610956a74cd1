"""Changes: statuses that changed anywhere in the list are found by the time of the update."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.archive.conftest import Syncing, stored
from tests.sync.conftest import fail_at, find_gaps, soak
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UnavailableError


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_changed_statuses_are_found_anywhere(store: Store, sync: Syncing, share: float) -> None:
    """150 changes anywhere in the list are found in at most twelve calls."""
    account = Account(900, share=share)
    sync(account)
    changed = account.some(150)
    account.change(changed)
    report = sync(account)
    assert (report.new, report.changed, stored(store)) == (0, 150, account.truth)
    assert len(account.calls) <= 12


@pytest.mark.parametrize("new", [0, 30, 150, 400])
def test_changes_are_found_behind_new_messages(store: Store, sync: Syncing, new: int) -> None:
    """Older messages that changed stand behind new ones."""
    account = Account(650)
    sync(account)
    account.change(account.some(7), "failed")
    account.insert(new)
    report = sync(account)
    assert (report.new, report.changed, stored(store)) == (new, 7, account.truth)


def test_each_change_of_a_status_is_stored_with_its_time(store: Store, path: Path, sync: Syncing) -> None:
    """Both statuses are stored."""
    account = Account(50)
    sync(account)
    account.change([7], "delivered")
    sync(account)
    account.change([7], "read")
    sync(account)
    with sqlite3.connect(path) as db:
        changes = db.execute("SELECT id, old_status, new_status FROM status_changes ORDER BY seen_at").fetchall()
    db.close()
    assert changes == [(7, "sent", "delivered"), (7, "delivered", "read")]


@pytest.mark.parametrize("cut", [3, 14, *soak(5, 9, 20)])
@pytest.mark.parametrize("full", [False, True])
def test_changes_are_found_after_an_interrupted_sync(store: Store, sync: Syncing, cut: int, full: bool) -> None:
    """The rows that an interrupted run has stored are no evidence that it found every change."""
    account = Account(1200 if cut < 20 else 3000)
    sync(account)
    account.change(account.some(150))
    account.insert(350 if cut < 20 else 1000)
    with pytest.raises(UnavailableError):
        sync(fail_at(account, cut), full=full)
    sync(account)
    assert stored(store) == account.truth


def test_changes_are_found_after_a_first_copy_in_parts(store: Store, sync: Syncing) -> None:
    """Messages that changed after they were read stand behind others that changed before."""
    account = Account(4000)
    with pytest.raises(UnavailableError):
        sync(fail_at(account, 25))
    newest = sorted(account.stored)[-600:]
    account.change(newest[:50], "failed")
    account.change(sorted(account.stored)[:250])
    sync(account)
    assert stored(store) == account.truth


def test_a_message_may_change_its_direction(store: Store, sync: Syncing) -> None:
    """The later reading wins."""
    account = Account(300)
    sync(account)
    one = next(one for one in reversed(account.stored.values()) if one.direction == "inbound")
    one.direction = "outbound"
    account.change([one.id])
    sync(account)
    assert stored(store) == account.truth


@pytest.mark.parametrize("number", [2, 250])
@pytest.mark.parametrize("calls", [1, 2, 3])
def test_messages_that_come_in_during_the_search_leave_no_gap(
    store: Store, sync: Syncing, number: int, calls: int
) -> None:
    """The search stores them only after the messages before them were read, even if the run ends in it."""
    account = Account(400)
    sync(account)
    account.change(account.some(140))
    left = [calls]

    def move(account: Account) -> None:
        if account.calls[-1].get("sort") == "-updated_at":
            account.insert(number)
            left[0] -= 1
            if left[0] < 0:
                account.move = None
                raise UnavailableError("the API failed")

    account.move = move
    with pytest.raises(UnavailableError):
        sync(account)
    assert find_gaps(store, account) == set()
    assert sync(account).complete
    assert stored(store) == account.truth


def test_a_message_inserted_with_an_old_time_is_found_by_its_update(store: Store, sync: Syncing) -> None:
    """It is not at the newest end, but was updated last."""
    account = Account(500)
    hidden = account.stored.pop(200)
    sync(account)
    account.stored[200] = hidden
    account.change([200], "delivered")
    assert sync(account).found == 1
    assert stored(store) == account.truth


@pytest.mark.parametrize("seed", [0, *soak(*range(1, 8))])
def test_changes_of_one_second_are_found_in_whatever_order_they_come(store: Store, sync: Syncing, seed: int) -> None:
    """Rows that were updated in one second come in another order in each response."""
    account = Account(600, seed=seed)
    sync(account)
    account.shuffled = True
    account.change(account.some(150))
    for _ in range(3):
        sync(account)
    assert stored(store) == account.truth
