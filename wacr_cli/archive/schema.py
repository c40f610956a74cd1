"""The tables and indexes of an archive, and the migrations that create them in SQLite and in PostgreSQL.

Both databases have the same tables, and the same number for each migration. ``_SQLITE`` and ``_POSTGRES`` fill in what
the two write differently. A migration that has been released never changes: add another one.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ID = 0x77616372
"""``wacr``, in the header of a SQLite file: tells an archive from any other database."""

VERSIONS = """
CREATE TABLE IF NOT EXISTS wacr_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    taken BOOLEAN NOT NULL
)
"""
"""The migrations that PostgreSQL has run; SQLite has the number of the last one as ``user_version``."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration: its name, and its statements for each database. It runs in one transaction.

    PostgreSQL skips an ``optional`` one where the server does not permit it; searches are slower then.
    ``rebuilds_words`` fills the column ``messages.words`` of PostgreSQL again.
    """

    name: str
    sqlite: tuple[str, ...] = ()
    postgres: tuple[str, ...] = ()
    optional: bool = False
    rebuilds_words: bool = False


_SQLITE = {
    "int": "INTEGER",
    "bool": "INTEGER",
    "float": "REAL",
    "serial": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "search_columns": "",
    "without_rowid": " WITHOUT ROWID",
    "direction": "direction, deleted_at)",
    "nulls_first": "",
    "id": "",  # an index of SQLite ends with the id anyway
}
_POSTGRES = {
    "int": "BIGINT",
    "bool": "BOOLEAN",
    "float": "DOUBLE PRECISION",
    "serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "search_columns": ", message_key TEXT, words TSVECTOR",
    "without_rowid": "",
    "direction": "direction, id) WHERE (deleted_at IS NULL)",
    "nulls_first": " NULLS FIRST",
    "id": ", id",  # returns rows in the order of a list
}

_TABLES = {
    "messages": """(
    id {int} PRIMARY KEY,
    interaction_id {int},
    sender_id TEXT,
    type TEXT,
    message TEXT,
    status TEXT,
    message_id TEXT,
    sent_at TEXT,
    is_read {bool},
    direction TEXT CHECK (direction IN ('inbound', 'outbound')),
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    deleted_at TEXT,
    sent_us {int},
    sender_key TEXT,
    raw TEXT NOT NULL{search_columns}
)""",
    "status_changes": """(
    id {int} NOT NULL REFERENCES messages (id),
    seen_at TEXT NOT NULL,
    old_status TEXT,
    new_status TEXT
)""",
    "contacts": """(
    id {int} PRIMARY KEY,
    firstname TEXT,
    lastname TEXT,
    company TEXT,
    type TEXT,
    email TEXT,
    phone TEXT,
    updated_at TEXT,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    phone_key TEXT,
    raw TEXT NOT NULL
)""",
    "sync_state": "(key TEXT PRIMARY KEY, value TEXT NOT NULL){without_rowid}",
    "sync_marks": """(
    mark TEXT NOT NULL,
    direction TEXT NOT NULL,
    id {int} NOT NULL,
    PRIMARY KEY (mark, direction, id)
){without_rowid}""",
}

TABLES = (*(name for name in _TABLES if name != "sync_marks"), "media")
"""The tables of an archive; migration 6 drops the other one, and migration 9 creates the last one."""

_INDEXES = (
    "messages_interaction_id ON messages (interaction_id{id}) WHERE (deleted_at IS NULL)",
    "messages_type ON messages (type{id}) WHERE (deleted_at IS NULL)",
    "messages_status ON messages (status{id}) WHERE (deleted_at IS NULL)",
    "messages_sender_key ON messages (sender_key{id}) WHERE (deleted_at IS NULL)",
    "messages_direction ON messages ({direction}",
    "messages_message_id ON messages (message_id)",
    "messages_sent_us ON messages (sent_us{nulls_first}{id})",
    "messages_changed_at ON messages (changed_at{id})",
    "messages_deleted_at ON messages (deleted_at) WHERE (deleted_at IS NOT NULL)",
    "status_changes_message ON status_changes (id)",
    "contacts_phone ON contacts (phone_key)",
)

# Every column that a list of conversations counts, so that it reads this index alone.
_CONVERSATIONS = (
    "CREATE INDEX IF NOT EXISTS messages_conversations "
    "ON messages (interaction_id, sent_us, direction, is_read, status{id}) WHERE (deleted_at IS NULL)"
)


def _make_migration(name: str, *templates: str) -> Migration:
    sqlite, postgres = (tuple(one.format(**types) for one in templates) for types in (_SQLITE, _POSTGRES))
    return Migration(name, sqlite, postgres)


def _make_full_text(table: str, options: str) -> tuple[str, ...]:
    """Return the statements for a SQLite index on the messages' text, and for the triggers that keep it current."""
    add = f"INSERT INTO {table} (rowid, message) VALUES (new.id, new.message)"  # noqa: S608 - names of our own
    drop = f"INSERT INTO {table} ({table}, rowid, message) VALUES ('delete', old.id, old.message)"  # noqa: S608
    return (
        f"CREATE VIRTUAL TABLE {table} USING fts5 (message, content='messages', content_rowid='id', {options})",
        f"CREATE TRIGGER {table}_insert AFTER INSERT ON messages BEGIN {add}; END",
        f"CREATE TRIGGER {table}_delete AFTER DELETE ON messages BEGIN {drop}; END",
        f"CREATE TRIGGER {table}_update AFTER UPDATE OF id, message ON messages BEGIN {drop}; {add}; END",
    )


# A sync that was ended had marked new messages that may have a gap below them: those directions are copied once more.
# Scans that it had not finished start again.
_DROP_MARKS = (
    "DELETE FROM sync_state WHERE key IN (SELECT 'whole.' || direction FROM sync_marks WHERE mark = 'pending')",
    "DELETE FROM sync_state WHERE key IN ('walk.inbound', 'walk.outbound')",
    "DROP TABLE sync_marks",
)

# `place` is where a row stands that was recorded with an old time; the others stand in the order of their ids.
_PLACES = (
    "ALTER TABLE messages ADD COLUMN place {float}",
    "ALTER TABLE messages ADD COLUMN missed_at TEXT",
    "CREATE INDEX messages_place ON messages (direction, COALESCE(place, id)) WHERE (deleted_at IS NULL)",
    "CREATE INDEX messages_displaced ON messages (id) WHERE (place IS NOT NULL)",
    "CREATE INDEX messages_missed_at ON messages (id) WHERE (missed_at IS NOT NULL)",
)

# What changed, as JSON, until it has been written to where --events writes.
_EVENTS = "CREATE TABLE events (id {serial}, event TEXT NOT NULL)"

# What lists lack, and the files of messages; an error is why a file is missing.
_DETAILS = (
    *(f"ALTER TABLE messages ADD COLUMN {name} TEXT" for name in ("status_message", "ref_message_id", "url")),
    "ALTER TABLE messages ADD COLUMN staff_id {int}",
    "ALTER TABLE messages ADD COLUMN details_at TEXT",
    """CREATE TABLE media (
    id {int} PRIMARY KEY,
    file TEXT,
    sha256 TEXT,
    bytes {int},
    content_type TEXT,
    fetched_at TEXT,
    error TEXT
)""",
)

MIGRATIONS = (
    _make_migration(
        "messages, contacts and sync state",
        *(f"CREATE TABLE {name} {columns}" for name, columns in _TABLES.items()),
        *(f"CREATE INDEX {index}" for index in _INDEXES),
    ),
    Migration(
        "words and phrases",
        _make_full_text("messages_words", "tokenize='unicode61 remove_diacritics 2'"),
        ("CREATE INDEX messages_words ON messages USING GIN (words)",),
        optional=True,
    ),
    # Without positions SQLite's index takes a third of the space; the text of each match is checked again.
    Migration(
        "parts of a text",
        _make_full_text("messages_trigrams", "tokenize='trigram', detail=none"),
        (
            "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public",
            "CREATE INDEX messages_trigrams ON messages USING GIN (message_key gin_trgm_ops)",
        ),
        optional=True,
    ),
    # PostgreSQL may have this index: migration 1 made it at first.
    _make_migration("conversations", _CONVERSATIONS),
    Migration("words split by PostgreSQL", rebuilds_words=True),
    _make_migration("no marks of the sync", *_DROP_MARKS),
    _make_migration("places and missed messages", *_PLACES),
    _make_migration("events", _EVENTS),
    _make_migration("details and media", *_DETAILS),
)

SCHEMA = len(MIGRATIONS)
"""The number of the last migration."""
