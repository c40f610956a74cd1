"""Catching up: new messages are read oldest first, from where the last run ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.archive.conftest import Syncing, Ticking, stored
from tests.sync.conftest import fail_at, find_gaps, soak
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UnavailableError
from wacr_cli.core.models import DIRECTIONS
from wacr_cli.core.progress import Progress
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.catch_up import catch_up
from wacr_cli.sync.service import Report, Service


def _catch_up(store: Store, account: Account) -> Report:
    """Run this step alone, without the search for changes that would find new messages too."""
    service = Service(account, store, Ticking(), Progress(), full=False)
    check = AccountCheck(service)
    account.calls.clear()
    with store.exclusive():
        store.prepare()
        results = [catch_up(service, check, direction) for direction in DIRECTIONS]
    service.report.complete = not service.report.missing
    assert service.report.complete is all(one.reason is None for one in results)
    return service.report


@pytest.mark.parametrize("number", [1, 45, 95, 101, 250, *soak(5, 90, 100, 150, 199, 500, 1000)])
@pytest.mark.parametrize("direction", ["inbound", ""])
def test_new_messages_cost_a_call_for_ninety(store: Store, sync: Syncing, number: int, direction: str) -> None:
    """K new messages cost at most a fifth more than 7 + ⌈k/100⌉ calls."""
    account = Account(650)
    sync(account)
    account.insert(number, direction)
    report = sync(account)
    assert (report.new, stored(store)) == (number, account.truth)
    assert len(account.calls) <= 1.2 * (7 + -(-number // 100))


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize(("deleted", "number"), [(60, 0), (300, 20), (500, 700), *soak((1, 20), (60, 130), (640, 10))])
@pytest.mark.parametrize("where", ["newest", "oldest", "anywhere"])
def test_deletions_hide_no_new_message(
    store: Store, sync: Syncing, counts: bool, deleted: int, number: int, where: str
) -> None:
    """The list is shorter than the last run left it: earlier windows are requested until one has stored rows."""
    account = Account(650, counts=counts)
    sync(account)
    ids = account.some(deleted) if where == "anywhere" else sorted(account.stored)
    account.delete(ids[:deleted] if where == "oldest" else ids[-deleted:])
    account.insert(number)
    report = _catch_up(store, account)
    assert (report.new, report.complete) == (number, True)
    assert set(stored(store)) >= set(account.truth)
    assert _catch_up(store, account).new == 0
    assert len(account.calls) <= 3


@pytest.mark.parametrize("cut", [2, 3, 4, 7, 10, *soak(5, 6, 8, 9, 11, 12, 13)])
def test_an_interrupted_run_leaves_no_gap(store: Store, sync: Syncing, cut: int) -> None:
    """Every response is stored at once; the next run continues behind the newest stored message."""
    account = Account(650)
    sync(account)
    account.insert(450)
    with pytest.raises(UnavailableError):
        sync(fail_at(account, cut))
    assert find_gaps(store, account) == set()
    account.delete(account.some(300))
    account.insert(150)
    assert sync(account, twice=True).complete
    assert stored(store) == account.truth


class DeletingLate(Account):
    """An account that deletes its newest message between the count and the select of one request for new messages."""

    late = -1

    def messages(self, params: Any, *, with_ids: bool = True) -> Any:
        """Return one window."""
        asked = dict(params)
        if asked.get("filter[direction]") == "outbound" and asked["sort"] == "created_at":
            self.late -= 1
        if self.late:
            return super().messages(params)
        self.late = -1
        before = super().messages(params)
        self.delete([max(self.stored)])
        return replace(super().messages(params), total=before.total, has_more=before.has_more)


@pytest.mark.parametrize("number", [150, *soak(250, 350, 400)])
@pytest.mark.parametrize("late", range(1, 5))
def test_a_deletion_between_count_and_select_loses_nothing(store: Store, sync: Syncing, number: int, late: int) -> None:
    """What links a response is a stored row in it, not its total."""
    account = DeletingLate(700)
    sync(account)
    account.insert(number, "outbound")
    account.late = late
    assert _catch_up(store, account).complete
    assert set(stored(store)) >= set(account.truth)


@pytest.mark.parametrize("number", [3, 80, 200])
def test_messages_of_the_last_second_that_come_late_are_read(store: Store, sync: Syncing, number: int) -> None:
    """New rows above stored ones, as far back as ten rows, are stored."""
    account = Account(300)
    sync(account)
    account.second -= 8
    account.insert(4)
    account.second += 20
    account.insert(number)
    assert _catch_up(store, account).new == number + 4
    assert stored(store) == account.truth


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("burst", [12, 40, 180])
@pytest.mark.parametrize("seed", [0, *soak(*range(1, 16))])
def test_a_burst_whose_rows_change_places_is_read_as_a_whole(
    store: Store, sync: Syncing, counts: bool, burst: int, seed: int
) -> None:
    """Many messages of one second come in another order in each response; they are read until three readings agree."""
    account = Account(300, counts=counts, seed=seed)
    sync(account)
    account.shuffled = True
    account.insert(60)
    account.insert(burst)
    account.insert(10)
    for _ in range(4):
        if (report := _catch_up(store, account)).complete:
            break
    assert report.complete
    assert stored(store) == account.truth


@pytest.mark.parametrize("page_size", [15, 50])
@pytest.mark.parametrize("silent", [False, True])
def test_smaller_pages_than_requested_lose_nothing(store: Store, sync: Syncing, page_size: int, silent: bool) -> None:
    """The API may return fewer rows than requested, whether it says so or not."""
    account = Account(400, page_size=page_size, silent=silent)
    assert sync(account).complete
    account.insert(130)
    assert _catch_up(store, account).complete
    assert stored(store) == account.truth


def test_an_api_that_always_says_more_ends(sync: Syncing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sync is incomplete, and says why, after a few calls without a new row."""
    account = Account(300)
    sync(account)
    original = account.messages
    monkeypatch.setattr(account, "messages", lambda *args: replace(original(*args), has_more=True))
    report = sync(account)
    assert not report.complete
    assert all("more rows follow" in line for line in report.missing)
    assert len(account.calls) <= 20


def test_a_direction_that_had_no_message_is_read_from_the_start(store: Store, sync: Syncing) -> None:
    """The start of a list needs no link."""
    account = Account(200, share=1.0)
    sync(account)
    account.insert(230, "outbound")
    assert _catch_up(store, account).new == 230
    assert stored(store) == account.truth
