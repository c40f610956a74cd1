"""The SQLite file: its content, its permissions, and files that are damaged or not archives."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.archive.conftest import NO_DETAILS, NOW, Syncing, stored
from tests.sync.moving_account import Account
from wacr_cli.archive import schema
from wacr_cli.archive.schema import APPLICATION_ID, MIGRATIONS, SCHEMA, Migration
from wacr_cli.archive.sqlite import INDEXES, SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import BusyError, UsageError, WacrError
from wacr_cli.core.query import Query

ODD = {
    "id": 2**62,
    "interaction_id": "not a number",
    "sender_id": 15550100,
    "type": None,
    "message": "half \ud83d of a pair, a NUL \0, \x1b[2J",
    "status": ["a", "list"],
    "message_id": 2**70,
    "sent_at": "2026-11-20T09:30:00.123456+05:30",
    "is_read": None,
    "new_field": {"nested": [1, 2.5, None, True]},
}


@pytest.fixture
def open_store(store: Store) -> Iterator[Store]:
    """An empty archive, open for writing."""
    with store.exclusive():
        store.prepare()
        yield store


def test_a_row_is_returned_as_it_was_received(open_store: Store) -> None:
    """Unknown fields, unexpected types, and texts that no column can hold are kept."""
    with open_store.transaction():
        assert open_store.upsert([ODD], "inbound", NOW).new == (2**62,)
        assert open_store.upsert([dict(reversed(ODD.items()))], "inbound", NOW).same == (2**62,)
    assert open_store.get(2**62) == {**ODD, "direction": "inbound", **NO_DETAILS}
    with closing(sqlite3.connect(open_store.location)) as db:
        (types,) = db.execute(
            "SELECT typeof(interaction_id), typeof(sender_id), typeof(message), typeof(status), typeof(message_id), "
            "sent_us FROM messages"
        ).fetchall()
    assert types == ("null", "text", "text", "text", "text", 1_795_147_200_123_456)
    assert open_store.find(str(2**70))["id"] == 2**62


def test_a_transaction_that_fails_stores_nothing(open_store: Store) -> None:
    """Neither messages nor state are stored."""
    with open_store.transaction():
        open_store.upsert([{"id": 1}], None, NOW)

    def fail() -> None:
        with open_store.transaction():
            open_store.upsert([{"id": 2}], None, NOW)
            open_store.set_state("key", "value")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert open_store.count(Query(local=True)) == 1
    assert open_store.get_state("key") is None


def test_only_the_owner_may_read_the_file(path: Path, sync: Syncing) -> None:
    """Its mode is 0600."""
    sync(Account(10))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_special_characters_in_a_path(tmp_path: Path, sync: Syncing) -> None:
    """A path may contain what has a meaning in a URI or looks like a flag."""
    for name in ("a?mode=memory", "b#c", "d%41e", "ü ö", "-x", "file:z", "q&r=1"):
        one = SqliteStore(tmp_path / name)
        with one.exclusive():
            one.prepare()
            with one.transaction():
                one.upsert([{"id": 7}], None, NOW)
        one.close()
        reader = SqliteStore(tmp_path / name)
        assert reader.get(7)["id"] == 7
        reader.close()
        assert (tmp_path / name).is_file()


def test_reading_writes_nothing(path: Path, store: Store, sync: Syncing) -> None:
    """Queries and checks leave every byte of the file unchanged."""
    sync(Account(300))
    store.close()
    before = path.read_bytes()
    reader = SqliteStore(path)
    stored(reader)
    reader.count(Query(local=True))
    assert reader.check() == []
    reader.info()
    with pytest.raises(UsageError), reader.transaction():
        reader.upsert([{"id": 9}], None, NOW)
    reader.close()
    assert path.read_bytes() == before


def test_an_archive_in_a_read_only_folder(path: Path, store: Store, sync: Syncing) -> None:
    """It can be read, and a sync fails."""
    sync(Account(20))
    store.close()
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    if os.geteuid() == 0:
        pytest.skip("root can write everywhere")
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        reader = SqliteStore(path)
        assert len(stored(reader)) == 20
        reader.close()
        with pytest.raises(UsageError, match="can't write"):
            sync(Account(20))
    finally:
        path.parent.chmod(0o700)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY])
def test_a_read_only_folder_is_opened_as_immutable(
    path: Path, store: Store, sync: Syncing, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Where SQLite can't create the files that WAL needs, the archive is opened without them."""
    sync(Account(20))
    store.close()
    connect = SqliteStore._connect  # noqa: SLF001 - to stand in for a file system
    modes: list[str] = []

    class Stuck:
        def execute(self, _: str) -> None:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = code
            raise error

        def close(self) -> None:
            modes.append("closed")

    def refusing(self: SqliteStore, mode: str, more: str = "") -> object:
        modes.append(mode + more)
        return connect(self, mode, more) if more else Stuck()

    monkeypatch.setattr(SqliteStore, "_connect", refusing)
    reader = SqliteStore(path)
    assert len(stored(reader)) == 20
    reader.close()
    assert modes == ["ro", "closed", "ro&immutable=1"]


def test_a_full_disk_leaves_the_archive_intact(
    path: Path, store: Store, sync: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored stays, and the next sync completes it."""
    account = Account(3000)
    connect = SqliteStore._connect  # noqa: SLF001

    def small(self: SqliteStore, mode: str, more: str = "") -> sqlite3.Connection:
        db = connect(self, mode, more)
        db.execute("PRAGMA max_page_count = 300")
        return db

    monkeypatch.setattr(SqliteStore, "_connect", small)
    with pytest.raises(WacrError, match="full") as caught:
        sync(account)
    assert (caught.value.exit_status, caught.value.code) == (1, "WRITE_FAILED")
    monkeypatch.undo()
    store.close()
    some = len(stored(store))
    assert 0 < some < 3000
    assert store.check() == []
    store.close()
    sync(account)
    assert stored(store) == account.truth


@pytest.mark.parametrize("content", [b"", b"not a database, but some text " * 100, b"SQLite format 3\0" + bytes(4096)])
def test_a_file_that_is_not_an_archive(path: Path, store: Store, content: bytes) -> None:
    """It is refused and left unchanged; an empty file can become an archive."""
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"not an archive|empty"):
        stored(store)
    store.close()
    if content:
        with store.exclusive(), pytest.raises(UsageError, match="not an archive"):
            store.prepare()
        assert path.read_bytes() == content
    else:
        with store.exclusive():
            store.prepare()


def test_the_database_of_another_program(path: Path, store: Store) -> None:
    """It is neither read nor changed."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE messages (id INTEGER)")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="not an archive"):
        stored(store)
    with store.exclusive(), pytest.raises(UsageError, match="not an archive"):
        store.prepare()
    store.close()
    assert path.read_bytes() == before


def test_a_query_creates_no_archive(path: Path, store: Store) -> None:
    """Reading an archive that does not exist raises an error and creates no file."""
    with pytest.raises(UsageError, match="there is no archive"):
        stored(store)
    assert not path.exists()


def test_a_folder_is_not_an_archive(tmp_path: Path) -> None:
    """A folder, and a path below a file, can neither be read nor prepared."""
    (tmp_path / "file").touch()
    for location in (tmp_path, tmp_path / "file" / "archive.sqlite"):
        one = SqliteStore(location)
        with pytest.raises(UsageError):
            stored(one)
        with pytest.raises(UsageError), one.exclusive():
            one.prepare()


def test_a_damaged_file_is_reported(path: Path, store: Store, sync: Syncing) -> None:
    """The check finds overwritten bytes, and a query raises ARCHIVE_DAMAGED."""
    sync(Account(2000))
    store.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 3)
        file.write(b"\xa5" * 40_000)
    reader = SqliteStore(path)
    assert reader.check() != []
    reader.close()
    with pytest.raises(WacrError, match="damaged") as caught:
        stored(SqliteStore(path))
    assert caught.value.code == "ARCHIVE_DAMAGED"


@pytest.mark.parametrize("index", INDEXES)
def test_check_reports_an_index_that_differs(path: Path, store: Store, sync: Syncing, index: str) -> None:
    """The check finds a full-text index that lacks a message."""
    sync(Account(20))
    assert store.check() == []
    store.close()
    with closing(sqlite3.connect(path)) as db, db:
        sql = f"INSERT INTO {index} ({index}, rowid, message) VALUES ('delete', 3, 'Message 3')"  # noqa: S608
        db.execute(sql)
    assert store.check() == [f"{index} differs from the messages: database disk image is malformed"]


def test_a_newer_schema_is_refused(path: Path, store: Store, sync: Syncing) -> None:
    """An archive of a newer wacr is neither read nor changed."""
    sync(Account(5))
    store.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(UsageError, match="newer wacr"):
        stored(store)
    with store.exclusive(), pytest.raises(UsageError, match="newer wacr"):
        store.prepare()


def test_an_older_schema_is_brought_up_to_date(
    path: Path, store: Store, sync: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync runs the new migrations; one that fails changes nothing."""
    sync(Account(50))
    store.close()
    bad = Migration("a failing one", ("CREATE TABLE more (id INTEGER)", "CREATE TABLE messages (id INTEGER)"))
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, bad))
    monkeypatch.setattr(schema, "SCHEMA", SCHEMA + 1)
    with pytest.raises(UsageError, match="older wacr"):
        stored(store)
    with store.exclusive(), pytest.raises(sqlite3.OperationalError):
        store.prepare()
    store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    good = Migration("a new one", ("CREATE TABLE more (id INTEGER)",))
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, good))
    with store.exclusive():
        store.prepare()
    assert len(stored(store)) == 50
    store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA + 1,)
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_the_full_text_indexes_follow_every_change(path: Path, open_store: Store) -> None:
    """Messages that are inserted, updated and deleted are found by their current text only."""

    def found(text: str, *, words: bool) -> list[int]:
        query = Query(local=True, search=text, words=words, limit=None)
        return [row["id"] for rows in open_store.list_messages(query).windows for row in rows]

    with open_store.transaction():
        open_store.upsert([{"id": 1, "message": "first words"}, {"id": 2, "message": None}], "inbound", NOW)
    with open_store.transaction():
        open_store.upsert([{"id": 1, "message": "other texts"}, {"id": 2, "message": "late words"}], "inbound", NOW)
    for words in (True, False):
        assert found("first", words=words) == []
        assert found("other", words=words) == [1]
        assert found("late", words=words) == [2]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM messages WHERE id = 2")
    for words in (True, False):
        assert found("late", words=words) == []
    assert open_store.check() == []


def test_two_names_of_one_file_have_one_lock(path: Path, tmp_path: Path, store: Store, sync: Syncing) -> None:
    """A symbolic link to an archive has the lock of the archive."""
    sync(Account(5))
    (tmp_path / "link.sqlite").symlink_to(path)
    one, other = SqliteStore(path), SqliteStore(tmp_path / "link.sqlite")
    with one.exclusive(), pytest.raises(BusyError), other.exclusive():
        raise AssertionError


def test_sqlite_without_full_text_search(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what is missing."""
    lacking = Migration("words", ("CREATE VIRTUAL TABLE words USING fts99 (message)",))
    monkeypatch.setattr(schema, "MIGRATIONS", (MIGRATIONS[0], lacking))
    with store.exclusive(), pytest.raises(UsageError, match="no full-text search"):
        store.prepare()


def test_a_copy_is_an_archive(path: Path, tmp_path: Path, store: Store, sync: Syncing) -> None:
    """A copy of the one file is complete."""
    account = Account(400)
    sync(account)
    store.close()
    shutil.copy(path, tmp_path / "copy.sqlite")
    copy = SqliteStore(tmp_path / "copy.sqlite")
    assert stored(copy) == account.truth
    copy.close()


def test_info(store: Store, sync: Syncing) -> None:
    """The figures count messages and changes, and give the times of the messages and of the sync."""
    account = Account(200, share=1.0)
    account.insert(100, "outbound")
    sync(account)
    account.delete([1, 250])
    account.change([5], "read")
    sync(account, full=True)
    info = store.info()
    assert (info.messages, info.inbound, info.outbound, info.deleted) == (298, 199, 99, 2)
    assert (info.status_changes, info.contacts, info.complete, info.schema) == (1, 0, True, SCHEMA)
    assert info.oldest_sent_at is not None
    assert info.newest_sent_at is not None
    assert info.since is not None
    assert info.synced_at is not None
    assert info.oldest_sent_at < info.newest_sent_at
    assert info.since < info.synced_at
    assert info.bytes > 100_000
