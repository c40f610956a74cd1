"""Directions: an API that ignores the filter for a while changes nothing, and wrong directions are corrected."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.archive.conftest import Syncing, stored
from tests.sync.conftest import soak
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import BadResponseError


def ignore_from(account: Account, call: int) -> None:
    """Let the account ignore the filter on direction from a call on."""
    calls = 0

    def move(_: Account) -> None:
        nonlocal calls
        calls += 1
        account.ignores_direction = calls >= call

    account.move = move


@pytest.mark.parametrize("new", [0, 30, 250])
@pytest.mark.parametrize("call", [1, 2, 3, 4, 6, *soak(5, 7, 8)])
def test_a_filter_that_is_ignored_for_a_while_changes_no_direction(
    store: Store, sync: Syncing, call: int, new: int
) -> None:
    """The run ends with status 7, or before it matters; no message gets a wrong direction, and the next run is good."""
    account = Account(600)
    sync(account)
    account.insert(new)
    ignore_from(account, call)
    for _ in range(2):
        with suppress(BadResponseError):
            sync(account)
    found, truth = stored(store), account.truth
    assert {one for one in found if found[one] != truth[one]} == set()
    account.move, account.ignores_direction = None, False
    assert sync(account).complete
    assert stored(store) == account.truth


@pytest.mark.parametrize("call", [2, 3, 5, 8, 12])
def test_a_first_copy_with_a_filter_that_is_ignored_later(store: Store, sync: Syncing, call: int) -> None:
    """What was stored before is right, and the next run completes it."""
    account = Account(900)
    ignore_from(account, call)
    with pytest.raises(BadResponseError):
        sync(account)
    account.move, account.ignores_direction = None, False
    found = stored(store) if store.exists else {}
    assert {one for one in found if found[one] != account.truth[one]} == set()
    assert sync(account).complete
    assert stored(store) == account.truth


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("number", [1, 8, 90])
def test_wrong_directions_are_corrected(store: Store, sync: Syncing, number: int, full: bool) -> None:
    """Messages that were stored under the other direction come right with the next good run, which says how many."""
    account = Account(1_500)
    sync(account)
    wrong = [one for one in sorted(account.stored)[-400:] if account.stored[one].direction == "inbound"][:number]
    rows = [account.message(one) for one in wrong]
    with store.transaction():
        store.upsert(rows, "outbound", "2026-11-25T12:00:00.000Z")
    report = sync(account, full=full, twice=True)
    assert report.complete
    assert stored(store) == account.truth


def test_messages_that_change_their_direction_are_followed(store: Store, sync: Syncing) -> None:
    """A few messages that change sides do not stop later syncs."""
    account = Account(1_500)
    sync(account)
    account.turn_around([40, 700, 1_400])
    for _ in range(2):
        assert sync(account).complete
    assert stored(store) == account.truth
