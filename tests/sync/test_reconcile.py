"""Totals that differ from the archive: the messages are found, in few calls, or their number is reported."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.archive.conftest import Syncing, Ticking, stored
from tests.sync.conftest import soak
from tests.sync.moving_account import FIRST_SECOND, Account
from wacr_cli.api.envelope import Page
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import NotFoundError
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.sync import Report, Sync


def ids_in_order(store: Store, direction: str) -> list[int]:
    """Return the ids of the archive's messages of a direction, newest first."""
    listing = store.list_messages(Query(local=True, limit=None))
    return [row["id"] for rows in listing.windows for row in rows if row["direction"] == direction]


def order_of(account: Account, direction: str) -> list[int]:
    """Return the ids of the account's messages of a direction, newest first."""
    ordered = sorted(account.stored.values(), key=lambda one: (one.created, one.id), reverse=True)
    return [one.id for one in ordered if one.direction == direction]


def test_backfilled_messages_are_found(store: Store, sync: Syncing) -> None:
    """Messages that were recorded with old times are found by their number, and stand in their places."""
    account = Account(2_500)
    sync(account)
    for age in (300, 900, 2_000):
        account.insert_late(1, age, is_backdated=True)
    report = sync(account)
    assert (report.found, report.new, report.complete) == (3, 0, True)
    assert stored(store) == account.truth
    for direction in ("inbound", "outbound"):
        assert ids_in_order(store, direction) == order_of(account, direction)


def test_a_message_without_direction_that_is_exchanged_is_found(store: Store, sync: Syncing) -> None:
    """Where one goes and another comes, the totals are the same: the scrub finds both within a rotation."""
    account = Account(700)
    account.insert(1, None)
    account.insert(60)
    sync(account)
    gone = next(one.id for one in account.stored.values() if one.direction is None)
    account.delete([gone])
    account.insert_late(1, 300, is_backdated=True)
    account.stored[max(account.stored)].direction = None
    reports = [sync(account) for _ in range(10)]
    assert reports[-1].complete
    assert stored(store) == account.truth


@pytest.mark.parametrize("number", [1, 3, 20])
def test_deleted_messages_are_found_by_an_ordinary_sync(store: Store, sync: Syncing, number: int) -> None:
    """Up to twenty are checked one by one."""
    account = Account(1_500)
    sync(account)
    account.delete(account.some(number))
    report = sync(account)
    assert (report.deleted, report.complete) == (number, True)
    assert stored(store) == account.truth


def test_many_deleted_messages_take_two_readings(store: Store, sync: Syncing, clock: Ticking) -> None:
    """Those beyond the checks are deleted by the next sync that misses them, at least a minute later."""
    account = Account(1_500)
    sync(account)
    account.delete(range(400, 560))
    first = sync(account)
    assert (first.deleted, first.complete) == (20, False)
    assert "140 messages" in first.missing[0] or "messages not found" in first.missing[0]
    clock.skip(61)
    second = sync(account)
    assert (second.deleted, second.complete) == (140, True)
    assert stored(store) == account.truth


def test_a_replica_that_lags_deletes_nothing(store: Store, sync: Syncing) -> None:
    """The newest messages that some responses lack are not marked as deleted."""
    account = Account(900)
    sync(account)
    account.lag = 90
    for full in (True, False, True):
        assert sync(account, full=full).deleted == 0
    account.lag = 0
    assert sync(account).complete
    assert stored(store) == account.truth


def test_a_message_that_comes_back_is_counted(store: Store, sync: Syncing) -> None:
    """A deleted message that the API returns again is restored, by an ordinary sync."""
    account = Account(900)
    sync(account)
    account.delete([300, 500])
    assert sync(account).deleted == 2
    account.restore(2)
    report = sync(account)
    assert (report.revived, report.complete) == (2, True)
    assert stored(store) == account.truth


def test_a_search_that_runs_out_of_calls_goes_on(store: Store, sync: Syncing) -> None:
    """It reports the numbers, keeps what it found, and the next sync finds the rest."""
    account = Account(4_000)
    sync(account)
    for age in range(200, 3_900, 300):
        account.insert_late(1, age, is_backdated=True)
    report = sync(account, calls=12)
    assert not report.complete
    assert any("the API has" in reason and "the archive" in reason for reason in report.missing)
    for _ in range(10):
        report = sync(account, calls=12)
    assert report.complete
    assert stored(store) == account.truth


def test_no_search_is_an_honest_difference(store: Store, sync: Syncing) -> None:
    """Without a call to search, the sync reports the difference."""
    account = Account(2_000)
    sync(account)
    account.insert_late(2, 900, is_backdated=True)
    report = sync(account, calls=0)
    assert (report.found, report.complete) == (0, False)


def test_an_api_that_does_not_count_is_noted_once(store: Store, sync: Syncing) -> None:
    """Without totals nothing can be compared; the first sync says so."""
    account = Account(500, counts=False)
    assert any("does not report how many" in note for note in sync(account).notes)
    assert sync(account).notes == []


def test_the_scrub_finds_what_cancels(store: Store, sync: Syncing) -> None:
    """One message gone and one backfilled leave the total alike; within a rotation both are found."""
    account = Account(1_000, share=1.0)
    sync(account)
    account.delete([200])
    account.insert_late(1, 600, is_backdated=True)
    reports = [sync(account) for _ in range(11)]
    assert sum(report.deleted for report in reports) == 1
    assert stored(store) == account.truth


def test_comparing_changes_nothing(store: Store, sync: Syncing) -> None:
    """The comparison alone reports what differs, and takes back what it stored."""
    account = Account(1_200)
    sync(account)
    before = stored(store)
    account.delete([next(one for one in range(600, 700) if account.stored[one].direction == "outbound")])
    account.insert_late(2, 500, is_backdated=True)
    account.stored[1_201].direction = account.stored[1_202].direction = "inbound"
    report = Sync(account, store, Ticking(), Progress(), origin="here").compare()
    assert (report.found, report.deleted, report.total) == (2, 1, 1_201)
    assert stored(store) == before


def test_the_check_finds_what_no_sync_left(store: Store, sync: Syncing) -> None:
    """Offline, the check compares the messages with the number that the last sync left, and finds odd marks."""
    account = Account(300)
    sync(account)
    assert store.check() == []
    with store.transaction():
        store.mark_missed([5], "2026-11-25T12:00:00.000Z")
        store.mark_deleted([7], "2026-11-25T12:00:00.000Z")
    assert store.check() == [
        "299 messages, but the last sync left 300",
        "1 messages marked as missed, but the last sync was complete",
    ]
    sync(account)
    assert store.check() == []


class Large:
    """An account of so many messages that its pages are computed; `gone` are deleted, `late` are (id, place)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.gone: set[int] = set()
        self.late: list[tuple[int, int]] = []
        self.calls = 0

    def _list(self, direction: str | None) -> list[tuple[float, int]]:
        wanted = {"inbound": (1,), "outbound": (0,), None: (0, 1)}[direction]
        rows = [(float(one), one) for one in range(1, self.size + 1) if one % 2 in wanted and one not in self.gone]
        rows += [(place + 0.5, one) for one, place in self.late if one % 2 in wanted]
        return sorted(rows, reverse=True)

    def prepare(self) -> None:
        """Compute the lists."""
        self._lists = {one: self._list(one) for one in ("inbound", "outbound", None)}

    def messages(self, params: Any, *, with_ids: bool = True) -> Page:
        """Return one window, whatever the order by time of change: nothing changes here."""
        self.calls += 1
        asked = dict(params)
        rows = self._lists[asked.get("filter[direction]")]
        page, size = int(asked["page"]), int(asked["per_page"])
        start = (page - 1) * size
        some = rows[start : start + size]
        if asked["sort"] == "created_at":
            some = rows[::-1][start : start + size] if start + size > len(rows) - 10_000 else []
        return Page([row_of(one) for _, one in some], start + size < len(rows), len(rows), page, size)

    def message(self, number: int) -> Any:
        """Return one message."""
        self.calls += 1
        if number in self.gone:
            raise NotFoundError("no such message")
        return row_of(number)

    def contacts(self, params: Any, *, with_ids: bool = True) -> Page:
        """Return no contact."""
        return Page([], False, 0, 1, 100)


def row_of(number: int) -> dict[str, Any]:
    """Return a message."""
    return {"id": number, "sent_at": datetime.fromtimestamp(FIRST_SECOND + number, UTC).isoformat(), "type": "text"}


def fill(path: Path, size: int) -> SqliteStore:
    """Return an archive of all messages of a large account, as an earlier sync left it."""
    store = SqliteStore(path)
    account = Account(20)
    Sync(account, store, Ticking(), Progress(), origin="here", contacts=False).run()
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM messages")
        db.execute("DROP TRIGGER messages_words_insert")
        db.execute("DROP TRIGGER messages_trigrams_insert")
        rows = (
            (one, "inbound" if one % 2 else "outbound", "2026-11-01T00:00:00.000Z", str(row_of(one)).replace("'", '"'))
            for one in range(1, size + 1)
        )
        db.executemany(
            "INSERT INTO messages (id, direction, first_seen_at, last_seen_at, changed_at, raw) "
            "VALUES (?1, ?2, ?3, ?3, ?3, ?4)",
            rows,
        )
        for direction in ("inbound", "outbound"):
            db.execute("UPDATE sync_state SET value = ? WHERE key = ?", (str(size // 2), f"reach.{direction}"))
    return store


@pytest.mark.parametrize("size", [20_000, *soak(80_000)])
def test_a_difference_is_found_in_a_few_calls(tmp_path: Path, size: int) -> None:
    """One deleted and one backfilled message cost some log2(N/100) calls each; ten cost ten times as much at most."""
    store, account = fill(tmp_path / "archive.sqlite", size), Large(size)
    clock = Ticking()

    def sync() -> tuple[Report, int]:
        account.prepare()
        account.calls = 0
        report = Sync(account, store, clock, Progress(), origin="here", contacts=False, calls=400).run()
        return report, account.calls

    report, idle = sync()
    assert (report.complete, report.new, report.found, report.deleted) == (True, 0, 0, 0)
    assert idle <= 8
    steps = (size // 2 // 100).bit_length()
    account.gone.add(size // 3)
    report, calls = sync()
    assert (report.complete, report.deleted) == (True, 1)
    assert calls - idle <= steps + 6
    account.late.append((size + 1, size // 5))
    report, calls = sync()
    assert (report.complete, report.found, report.new) == (True, 1, 0)
    assert calls - idle <= steps + 6
    account.gone |= {size * share // 23 for share in range(1, 11)}
    report, calls = sync()
    assert (report.complete, report.deleted) == (True, 10)
    assert calls - idle <= 10 * (steps + 4)
    store.close()
