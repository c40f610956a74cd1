"""The schema, as the steps that lead to it: numbered, named, each in a transaction of its own.

The number of the last step that was taken is the file's ``user_version``. A step that has been released is never
changed; what has to change is a further step.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ID = 0x77616372
"""``wacr``, in the header of the file: what tells an archive from any other database."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its name, and its statements in order."""

    name: str
    statements: tuple[str, ...]


_MESSAGES = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    interaction_id INTEGER,
    sender_id TEXT,
    type TEXT,
    message TEXT,
    status TEXT,
    message_id TEXT,
    sent_at TEXT,
    is_read INTEGER,
    direction TEXT CHECK (direction IN ('inbound', 'outbound')),
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    deleted_at TEXT,
    sent_us INTEGER,
    sender_key TEXT,
    raw TEXT NOT NULL
)
"""

_STATUS_CHANGES = """
CREATE TABLE status_changes (
    id INTEGER NOT NULL REFERENCES messages (id),
    seen_at TEXT NOT NULL,
    old_status TEXT,
    new_status TEXT
)
"""

_CONTACTS = """
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
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
)
"""

_SYNC_MARKS = """
CREATE TABLE sync_marks (
    mark TEXT NOT NULL,
    direction TEXT NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (mark, direction, id)
) WITHOUT ROWID
"""


def _index(name: str, columns: str, table: str = "messages") -> str:
    return f"CREATE INDEX {table}_{name} ON {table} ({columns})"


def _full_text(table: str, options: str) -> tuple[str, ...]:
    """An index over the messages' text, and the triggers that keep it."""
    add = f"INSERT INTO {table} (rowid, message) VALUES (new.id, new.message)"  # noqa: S608 - names of our own
    drop = f"INSERT INTO {table} ({table}, rowid, message) VALUES ('delete', old.id, old.message)"  # noqa: S608
    return (
        f"CREATE VIRTUAL TABLE {table} USING fts5 (message, content='messages', content_rowid='id', {options})",
        f"CREATE TRIGGER {table}_insert AFTER INSERT ON messages BEGIN {add}; END",
        f"CREATE TRIGGER {table}_delete AFTER DELETE ON messages BEGIN {drop}; END",
        f"CREATE TRIGGER {table}_update AFTER UPDATE OF id, message ON messages BEGIN {drop}; {add}; END",
    )


MIGRATIONS = (
    Migration(
        "messages, contacts, and where the sync stands",
        (
            _MESSAGES,
            *(
                _index(name, f"{name}) WHERE (deleted_at IS NULL")
                for name in ("interaction_id", "type", "status", "sender_key")
            ),
            _index("direction", "direction, deleted_at"),
            _index("message_id", "message_id"),
            _index("sent_us", "sent_us"),
            _index("changed_at", "changed_at"),
            _index("deleted_at", "deleted_at) WHERE (deleted_at IS NOT NULL"),
            _STATUS_CHANGES,
            _index("message", "id", "status_changes"),
            _CONTACTS,
            _index("phone", "phone_key", "contacts"),
            "CREATE TABLE sync_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
            _SYNC_MARKS,
        ),
    ),
    Migration("words and phrases", _full_text("messages_words", "tokenize='unicode61 remove_diacritics 2'")),
    # Without positions the index takes a third of the room; what it finds is looked at once more.
    Migration("parts of a text", _full_text("messages_trigrams", "tokenize='trigram', detail=none")),
    # All that is counted of conversations, so that a list of them reads this alone.
    Migration(
        "conversations",
        (_index("conversations", "interaction_id, sent_us, direction, is_read, status) WHERE (deleted_at IS NULL"),),
    ),
)
