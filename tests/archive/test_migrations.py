"""Archives of earlier releases: a sync migrates them, with every row, to the schema of a new archive."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.archive.conftest import NOW
from tests.archive.postgres_server import Server
from wacr_cli.archive.postgres import PostgresStore
from wacr_cli.archive.schema import MIGRATIONS, SCHEMA
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UsageError
from wacr_cli.core.query import Query

RELEASED = Path(__file__).parent / "released"
MESSAGES = {1: "गणेश late", 2: "ok.thanks", 3: "Café NAÏVE", 4: None, 5: "“quoted” text", 6: "late/delayed"}
OLD_WORDS = {1: "'गण':1 'श':2 'late':3", 2: "'ok':1 'thanks':2", 3: "'cafe':1 'naive':2", 5: "'quoted':1 'text':2"}
WORDS = {"गणेश": [1], "late": [6, 1], "thanks": [2], "naive cafe": [3], "quoted": [5], '"late delayed"': [6]}


def _insert(number: int) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """The columns of a message and their values."""
    row = {"id": number, "message": MESSAGES[number], "status": "sent"}
    columns = ("id", "message", "status", "direction", "first_seen_at", "last_seen_at", "changed_at", "raw")
    return columns, (*row.values(), "inbound", NOW, NOW, NOW, json.dumps(row))


OTHER_ROWS = (
    "INSERT INTO status_changes VALUES (1, '2026-11-25', 'sent', 'read')",
    "INSERT INTO contacts (id, phone_key, first_seen_at, last_seen_at, raw) "
    "VALUES (1, '15550100', '2026-11-25', '2026-11-25', '{\"id\": 1, \"firstname\": \"Priya\"}')",
    "INSERT INTO sync_state VALUES ('origin', '\"here\"')",
)


def _check_content(store: Store) -> None:
    """Assert that an archive has every row, and finds each by its words and by a part of it."""
    rows = [row for rows in store.list_messages(Query(local=True, limit=None)).windows for row in rows]
    assert {row["id"]: row["message"] for row in rows} == MESSAGES
    for words, ids in WORDS.items():
        listing = store.list_messages(Query(local=True, search=words, words=True, limit=None))
        assert [row["id"] for rows in listing.windows for row in rows] == ids
    assert store.count(Query(local=True, search="AFÉ")) == 1
    info = store.info()
    assert (info.messages, info.status_changes, info.contacts, info.schema) == (len(MESSAGES), 1, 1, SCHEMA)
    assert store.names_for(["15550100"]) == {"15550100": "Priya"}
    assert store.get_state("origin") == "here"
    assert store.check() == []


def _read_sqlite_schema(path: Path) -> set[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return {(*names, re.sub(r"\s+", " ", sql or "")) for *names, sql in found}


def test_sqlite(tmp_path: Path) -> None:
    """Schema 4 of SQLite."""
    path, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript((RELEASED / "sqlite_4.sql").read_text(encoding="utf-8"))
        for number in MESSAGES:
            columns, values = _insert(number)
            db.execute(f"INSERT INTO messages ({', '.join(columns)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608
        for sql in OTHER_ROWS:
            db.execute(sql)
    store = SqliteStore(path)
    with pytest.raises(UsageError, match="older wacr"):
        store.info()
    with store.exclusive():
        store.prepare()
    _check_content(store)
    store.close()
    store = SqliteStore(new)
    store.prepare()
    store.close()
    assert _read_sqlite_schema(path) == _read_sqlite_schema(new)


def _read_postgres_schema(url: str) -> set[tuple[Any, ...]]:
    columns = (
        "SELECT table_name, column_name, ordinal_position, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    )
    constraints = "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid > 0"
    with psycopg.connect(url) as db:
        return {
            row
            for sql in (columns, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'", constraints)
            for row in db.execute(sql).fetchall()
        }


def test_postgres(server: Server, url: str) -> None:
    """Schema 3 of PostgreSQL, whose words were split by wacr."""
    new = server.url(server.database())
    with psycopg.connect(url) as db:
        for statement in (RELEASED / "postgres_3.sql").read_text(encoding="utf-8").split(";\n"):
            db.execute(statement)
        for number in MESSAGES:
            columns, values = _insert(number)
            key = None if MESSAGES[number] is None else str(MESSAGES[number]).lower()
            sql = f"INSERT INTO messages ({', '.join(columns)}, message_key, words) VALUES ({'%s, ' * 9}%s)"  # noqa: S608
            db.execute(sql, (*values, key, OLD_WORDS.get(number)))
        for sql in OTHER_ROWS:
            db.execute(sql)
    store = PostgresStore(url)
    with pytest.raises(UsageError, match="older wacr"):
        store.info()
    with store.exclusive():
        store.prepare()
    _check_content(store)
    store.close()
    store = PostgresStore(new)
    store.prepare()
    store.close()
    assert _read_postgres_schema(url) == _read_postgres_schema(new)
    with psycopg.connect(url) as db:
        numbers = db.execute("SELECT number FROM wacr_migrations WHERE taken ORDER BY number").fetchall()
    assert [number for (number,) in numbers] == list(range(1, SCHEMA + 1))


def test_a_failing_migration_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration and the record of it are one transaction in PostgreSQL too."""
    from wacr_cli.archive import schema
    from wacr_cli.core.errors import WacrError

    broken = schema.Migration(
        "broken", postgres=("CREATE TABLE more (id INTEGER)", "CREATE TABLE messages (id INTEGER)")
    )
    store = PostgresStore(url)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, broken))
        with store.exclusive(), pytest.raises(WacrError, match="already exists"):
            store.prepare()
    store.close()
    with psycopg.connect(url) as db:
        assert db.execute("SELECT max(number) FROM wacr_migrations").fetchone() == (SCHEMA,)
        assert db.execute("SELECT to_regclass('more')").fetchone() == (None,)
    assert store.info().messages == 0
    store.close()
