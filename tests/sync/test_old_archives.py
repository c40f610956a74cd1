"""Archives of releases that marked messages until a sync ended: they are migrated, and end like any other."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.archive.conftest import Ticking, stored
from tests.archive.test_migrations import RELEASED
from tests.sync.moving_account import Account
from wacr_cli.archive.postgres import PostgresStore
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UsageError
from wacr_cli.core.progress import Progress
from wacr_cli.sync import Sync

SEEN_AT = "2026-09-22T00:00:00.000Z"
COLUMNS = ("id", "status", "direction", "first_seen_at", "last_seen_at", "changed_at", "raw")
Statement = tuple[str, tuple[object, ...]]


def _list_ids(account: Account, direction: str) -> list[int]:
    return [one.id for one in account.stored.values() if one.direction == direction]


def _insert(account: Account, number: int) -> Statement:
    row = account.message(number)
    values = (number, row["status"], account.stored[number].direction, SEEN_AT, SEEN_AT, SEEN_AT, json.dumps(row))
    return f"INSERT INTO messages ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)", values  # noqa: S608


def _set_state(key: str, value: Any) -> Statement:
    return "INSERT INTO sync_state VALUES (?, ?)", (key, json.dumps(value))


def _mark(mark: str, direction: str, number: int) -> Statement:
    return "INSERT INTO sync_marks VALUES (?, ?, ?)", (mark, direction, number)


def _begin(account: Account, ids: list[int]) -> list[Statement]:
    """Return the statements for an archive that has whole lists of both directions, with the messages *ids*."""
    whole = [_set_state(f"whole.{one}", {"since": SEEN_AT, "at": SEEN_AT}) for one in ("inbound", "outbound")]
    changes = [_set_state(f"changes.{one}", {"at": SEEN_AT}) for one in ("inbound", "outbound")]
    return [_set_state("origin", "x"), *whole, *changes, *(_insert(account, number) for number in ids)]


def _make_pending(account: Account) -> list[Statement]:
    """A sync was ended while it read 300 new messages newest first: the newest 40 are pending, the others missing."""
    before = sorted(account.stored)
    account.insert(300, "inbound")
    pending = _list_ids(account, "inbound")[-40:]
    return [*_begin(account, [*before, *pending]), *(_mark("pending", "inbound", number) for number in pending)]


CHECKPOINT = {
    "reach": 100,
    "total": 300,
    "start": 0,
    "frontier": [],
    "fresh": [],
    "sure": True,
    "linked": False,
    "plain": True,
}


def _make_first_copy(account: Account) -> list[Statement]:
    """A first copy was ended after one window of the inbound messages."""
    account.insert(260, "inbound")
    seen = _list_ids(account, "inbound")[-100:]
    state = _set_state("walk.inbound", {"started": SEEN_AT, "checkpoint": CHECKPOINT})
    marks = [_mark("seen", "inbound", number) for number in seen]
    return [_set_state("origin", "x"), state, *(_insert(account, number) for number in seen), *marks]


def _make_full(account: Account) -> list[Statement]:
    """A sync with --full was ended after a window with new messages, which has a gap below it."""
    before = sorted(account.stored)
    account.insert(260, "inbound")
    seen = _list_ids(account, "inbound")[-100:]
    state = _set_state("walk.inbound", {"started": SEEN_AT, "checkpoint": CHECKPOINT})
    marks = [_mark(mark, "inbound", number) for number in seen for mark in ("seen", "pending")]
    return [*_begin(account, [*before, *seen]), state, *marks]


def _make_sqlite(path: Path, statements: list[Statement]) -> Store:
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript((RELEASED / "sqlite_4.sql").read_text(encoding="utf-8"))
        for sql, values in statements:
            db.execute(sql, values)
    return SqliteStore(path)


def _make_postgres(url: str, statements: list[Statement]) -> Store:
    with psycopg.connect(url) as db:
        for statement in (RELEASED / "postgres_3.sql").read_text(encoding="utf-8").split(";\n"):
            db.execute(statement)
        for sql, values in statements:
            db.execute(sql.replace("?", "%s"), values)
    return PostgresStore(url)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize("make", [_make_pending, _make_first_copy, _make_full])
def test_an_archive_with_marks_ends_like_the_account(
    request: pytest.FixtureRequest, path: Path, database: str, make: Any
) -> None:
    """The direction with the marks is read once more, and no message is missing after that."""
    account = Account(500, share=1.0)
    statements = make(account)
    account.delete(sorted(account.stored)[:250])
    store = (
        _make_sqlite(path, statements)
        if database == "sqlite"
        else _make_postgres(request.getfixturevalue("url"), statements)
    )
    with pytest.raises(UsageError, match="older wacr"):
        store.info()
    with store.exclusive():
        store.prepare()
    assert not store.get_state("whole.inbound")
    clock = Ticking()
    Sync(account, store, clock, Progress(), origin="x", contacts=False).run()
    clock.skip(61)
    assert Sync(account, store, clock, Progress(), origin="x", contacts=False).run().complete
    assert stored(store) == account.truth
    calls = len(account.calls)
    assert Sync(account, store, clock, Progress(), origin="x", contacts=False).run().new == 0
    assert len(account.calls) - calls <= 8
    store.close()


def test_an_archive_without_marks_is_not_read_again(path: Path) -> None:
    """Its first sync costs no more than an idle one and the calls for what is new."""
    account = Account(900)
    statements = _begin(account, sorted(account.stored))
    store = _make_sqlite(path, statements)
    account.insert(30)
    account.calls.clear()
    report = Sync(account, store, Ticking(), Progress(), origin="x", contacts=False).run()
    assert (report.new, report.complete, stored(store)) == (30, True, account.truth)
    assert len(account.calls) <= 8
    store.close()
