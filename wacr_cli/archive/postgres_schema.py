"""The schema in PostgreSQL: the tables of the archive in SQLite, by the same names, and two columns to search by.

The steps that were taken stand in ``wacr_migrations``. A step that has been released is never changed; what has to
change is a further step.
"""

from __future__ import annotations

from dataclasses import dataclass

TABLES = ("messages", "status_changes", "contacts", "sync_state", "sync_marks")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its name, and its statements in order.

    One that is ``optional`` makes a search fast, and is left out where the database will not have it.
    """

    name: str
    statements: tuple[str, ...]
    optional: bool = False


VERSIONS = """
CREATE TABLE IF NOT EXISTS wacr_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    taken BOOLEAN NOT NULL
)
"""

_MESSAGES = """
CREATE TABLE messages (
    id BIGINT PRIMARY KEY,
    interaction_id BIGINT,
    sender_id TEXT,
    type TEXT,
    message TEXT,
    status TEXT,
    message_id TEXT,
    sent_at TEXT,
    is_read BOOLEAN,
    direction TEXT CHECK (direction IN ('inbound', 'outbound')),
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    deleted_at TEXT,
    sent_us BIGINT,
    sender_key TEXT,
    raw TEXT NOT NULL,
    message_key TEXT,
    words TSVECTOR
)
"""

_OTHERS = (
    """
CREATE TABLE status_changes (
    id BIGINT NOT NULL REFERENCES messages (id),
    seen_at TEXT NOT NULL,
    old_status TEXT,
    new_status TEXT
)
""",
    """
CREATE TABLE contacts (
    id BIGINT PRIMARY KEY,
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
""",
    "CREATE TABLE sync_state (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """
CREATE TABLE sync_marks (
    mark TEXT NOT NULL,
    direction TEXT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (mark, direction, id)
)
""",
)

_HERE = "WHERE deleted_at IS NULL"


def _index(name: str, columns: str, where: str = "", table: str = "messages") -> str:
    return f"CREATE INDEX {table}_{name} ON {table} ({columns}) {where}".rstrip()


MIGRATIONS = (
    Migration(
        "messages, contacts, and where the sync stands",
        (
            _MESSAGES,
            # With the id behind it an index has its rows in the order of the list.
            *(
                _index(name, f"{name}, id", _HERE)
                for name in ("interaction_id", "type", "status", "sender_key", "direction")
            ),
            _index("message_id", "message_id"),
            _index("sent_us", "sent_us NULLS FIRST, id"),
            _index("changed_at", "changed_at, id"),
            _index("deleted_at", "deleted_at", "WHERE deleted_at IS NOT NULL"),
            _index("conversations", "interaction_id, sent_us, direction, is_read, status, id", _HERE),
            *_OTHERS,
            _index("message", "id", table="status_changes"),
            _index("phone", "phone_key", table="contacts"),
        ),
    ),
    Migration("words and phrases", (_index("words", "words").replace("(", "USING GIN (", 1),), optional=True),
    Migration(
        "parts of a text",
        (
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            _index("trigrams", "message_key gin_trgm_ops").replace("(", "USING GIN (", 1),
        ),
        optional=True,
    ),
)
