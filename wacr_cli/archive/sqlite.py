"""The archive as one SQLite file: WAL, so that readers and the one sync do not wait for each other."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from wacr_cli.archive.migrations import APPLICATION_ID, MIGRATIONS
from wacr_cli.archive.store import Info, Mark, Store, Taken
from wacr_cli.archive.where import Selection, fold, microseconds, select, storable, within
from wacr_cli.contacts import key_of, name_of
from wacr_cli.errors import BadAnswerError, BusyError, IncompleteError, NotFoundError, UsageError, WacrError
from wacr_cli.locks import held
from wacr_cli.models import PER_PAGE_DEFAULT, Row
from wacr_cli.query import Query
from wacr_cli.source import Listing
from wacr_cli.times import parse_sent_at

SCHEMA = len(MIGRATIONS)
INDEXES = ("messages_words", "messages_trigrams")

_BATCH = 500
_BUSY_SECONDS = 10.0
_MOST_INTEGER = 2**63
_NAMED_AT_MOST = 5
_COLUMNS = ("interaction_id", "sender_id", "type", "message", "status", "message_id", "sent_at", "is_read")
_INTEGERS = ("interaction_id", "is_read")
_CONTACT_COLUMNS = ("firstname", "lastname", "company", "type", "email", "phone", "updated_at")
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SHOWN = "m.raw, m.direction, m.deleted_at"

_INSERT = f"""
INSERT INTO messages (id, {", ".join(_COLUMNS)}, direction, sent_us, sender_key, raw, first_seen_at, last_seen_at, changed_at)
VALUES ({", ".join("?" * (len(_COLUMNS) + 8))})
"""  # noqa: E501, S608 - names of our own
_UPDATE = f"""
UPDATE messages SET {", ".join(f"{name} = ?" for name in _COLUMNS)}, direction = COALESCE(?, direction),
    sent_us = ?, sender_key = ?, raw = ?, last_seen_at = ?, changed_at = ?, deleted_at = NULL
WHERE id = ?
"""  # noqa: S608
_UPSERT_CONTACT = f"""
INSERT INTO contacts (id, {", ".join(_CONTACT_COLUMNS)}, phone_key, raw, first_seen_at, last_seen_at)
VALUES ({", ".join("?" * (len(_CONTACT_COLUMNS) + 5))})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in (*_CONTACT_COLUMNS, "phone_key", "raw", "last_seen_at"))}
"""  # noqa: E501, S608


class SqliteStore(Store):
    """The archive in one file. It is opened for reading, which writes nothing, until :meth:`prepare` is called."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = False

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self._path)

    # Answering questions.

    def ask(self, query: Query) -> Listing:
        """The messages that match, from one snapshot of the archive."""
        listing = Listing()
        listing.windows = self._windows(query, listing)
        return listing

    def count(self, query: Query) -> int:
        """How many messages match."""
        chosen = select(query)
        if query.windowed and (odd := self._without_time(chosen)):
            raise IncompleteError(f"incomplete: {odd}", "They may be of that span of time or not.")
        return self._number(within(chosen, query))

    def get(self, number: int) -> Row:
        """One message, with the fields that a list has."""
        return self.find(str(number))

    def find(self, word: str) -> Row:
        """The message of an id, or of WhatsApp's id."""
        number = int(word) if word.isascii() and word.isdecimal() and len(word) < 20 else 0
        number = number if number < _MOST_INTEGER else 0
        with self._told():
            sql = f"SELECT {_SHOWN} FROM messages AS m WHERE m.id = ? OR m.message_id = ? LIMIT 1"  # noqa: S608
            found = self._db.execute(sql, (number, word)).fetchone()
        if found is None:
            raise NotFoundError(f"no message {word} in the archive", "wacr sync brings it up to date.")
        return _shown(*found)

    def _windows(self, query: Query, listing: Listing) -> Iterator[list[Row]]:
        chosen = select(query)
        odd = self._without_time(chosen) if query.windowed else ""
        wanted = (query.per_page or PER_PAGE_DEFAULT) if query.page else query.limit
        skipped = ((query.page or 1) - 1) * (wanted or 0)
        span = within(chosen, query)
        # One row more than is wanted shows whether there are more.
        cut = "" if wanted is None else f" LIMIT {wanted + 1} OFFSET {min(skipped, _MOST_INTEGER - 1)}"
        given = 0
        with self._told():
            rows = self._db.execute(f"SELECT {_SHOWN} {span.sql} ORDER BY {span.order}{cut}", span.values)
        while batch := self._some(rows, _BATCH):
            shown = [_shown(*row) for row in batch][: None if wanted is None else wanted - given]
            given += len(shown)
            listing.more = wanted is not None and len(shown) < len(batch)
            if shown:
                yield shown
        listing.more = bool(listing.more)
        if not given and query.page:
            listing.total = self._number(span)
        listing.shortfall = odd

    def _some(self, rows: sqlite3.Cursor, number: int) -> list[Any]:
        with self._told():
            return rows.fetchmany(number)

    def _without_time(self, chosen: Selection) -> str:
        """The messages that may or may not be of a span of time, named; empty where there are none."""
        odd = Selection(chosen.tables, [*chosen.conditions, "m.sent_us IS NULL"], chosen.values)
        with self._told():
            ids = [one for (one,) in self._db.execute(f"SELECT m.id {odd.sql} LIMIT {_NAMED_AT_MOST + 1}", odd.values)]
        if not ids:
            return ""
        named = ", ".join(map(str, ids[:_NAMED_AT_MOST])) + (", …" if len(ids) > _NAMED_AT_MOST else "")
        return f"messages without a time that can be read: {named}"

    def _number(self, chosen: Selection) -> int:
        with self._told():
            return int(self._db.execute(f"SELECT count(*) {chosen.sql}", chosen.values).fetchone()[0])

    def names_for(self, numbers: Iterable[str]) -> dict[str, str]:
        """The names of those that are in the archive's contacts, by the digits of their numbers."""
        keys = {key_of(number) for number in numbers}
        places = ", ".join("?" * len(keys))
        sql = f"SELECT phone_key, raw FROM contacts WHERE phone_key IN ({places}) ORDER BY id DESC"  # noqa: S608
        with self._told():
            found = {key: name_of(json.loads(raw)) for key, raw in self._db.execute(sql, [*keys])}
        return {key: name for key, name in found.items() if name}

    # What there is to say of it.

    def state(self, key: str) -> Any:
        """What was noted under a key, None where nothing was."""
        with self._told():
            found = self._db.execute("SELECT value FROM sync_state WHERE key = ?", (key,)).fetchone()
        return json.loads(found[0]) if found else None

    def info(self) -> Info:
        """What there is to say of it."""
        synced = self.state("synced") or {}
        with self._told():
            counts = dict(
                self._db.execute("SELECT direction, count(*) FROM messages WHERE deleted_at IS NULL GROUP BY direction")
            )
            ends = [
                self._db.execute(
                    f"SELECT sent_at FROM messages WHERE sent_us IS NOT NULL ORDER BY sent_us {way} LIMIT 1"  # noqa: S608
                ).fetchone()
                for way in ("ASC", "DESC")
            ]
            numbers = [
                self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in ("messages WHERE deleted_at IS NOT NULL", "status_changes", "contacts")
            ]
        return Info(
            place=self.place,
            schema=SCHEMA,
            bytes=self._size(),
            messages=sum(counts.values()),
            inbound=counts.get("inbound", 0),
            outbound=counts.get("outbound", 0),
            deleted=numbers[0],
            status_changes=numbers[1],
            contacts=numbers[2],
            oldest_sent_at=ends[0][0] if ends[0] else None,
            newest_sent_at=ends[1][0] if ends[1] else None,
            synced_at=synced.get("at"),
            complete=bool(synced.get("complete")),
            since=synced.get("since"),
        )

    def _size(self) -> int:
        files = [self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))]
        return sum(file.stat().st_size for file in files if file.exists())

    def check(self) -> list[str]:
        """What SQLite's own check finds, and that of the full-text indexes against the messages."""
        found = [line for (line,) in self._checked(self._db, "PRAGMA integrity_check(20)") if line != "ok"]
        strays = "SELECT s.id FROM status_changes AS s LEFT JOIN messages AS m ON m.id = s.id WHERE m.id IS NULL"
        found += [f"a status change of message {one}, which is not there" for (one,) in self._checked(self._db, strays)]
        with self._told(), closing(self._connect("rw")) as db:
            for index in INDEXES:
                # This check is an INSERT that inserts nothing; what it says is only that the two differ.
                check = f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
                found += [f"{index} does not agree with the messages: {said}" for (said,) in self._checked(db, check)]
        return [str(line) for line in found]

    def _checked(self, db: sqlite3.Connection, sql: str) -> list[tuple[object]]:
        """What a check answers, or the damage that keeps it from answering."""
        with self._told():
            try:
                return db.execute(sql).fetchall()
            except sqlite3.DatabaseError as error:
                if _code(error) not in _DAMAGED:
                    raise
                return [(error,)]

    def close(self) -> None:
        """Close the file."""
        self._writing = False
        if "_db" in self.__dict__:
            self._db.close()
            del self.__dict__["_db"]

    # Writing.

    @property
    def exists(self) -> bool:
        """Whether there is a file, and anything in it."""
        return self._path.exists() and (not self._path.is_file() or self._path.stat().st_size > 0)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the one that writes, by a lock file beside the archive."""
        with ExitStack() as stack:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path = Path(os.path.realpath(self._path))  # one lock for one file, however it is named
                lock = path.with_name(f".{path.name}.wacr-lock")
                stack.enter_context(held(lock, f"the archive {self.place!r}"))
            except OSError as error:
                raise self._unwritable(error.strerror) from None
            yield

    def prepare(self) -> None:
        """Make the file, for its owner alone, or bring it to this program's schema."""
        self.close()
        self._writing = True
        try:
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
        except OSError as error:
            raise self._unwritable(error.strerror) from None
        version = self._version()
        with self._told():
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            with self.transaction():
                for statement in migration.statements:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything within is kept at its end, or nothing."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def take(self, rows: Sequence[Row], direction: str | None, now: str) -> Taken:
        """Put rows in: new ones, and what changed of the others."""
        # In the order of their ids, as they lie in the file: half the pages would stay empty otherwise.
        by_id = {row["id"]: row for row in sorted(rows, key=lambda row: row["id"])}
        known = self._known(by_id)
        new: list[tuple[object, ...]] = []
        changed: list[tuple[object, ...]] = []
        statuses: list[tuple[object, ...]] = []
        same: list[tuple[object, ...]] = []
        for number, row in by_id.items():
            raw = _encode(row)
            before = known.get(number)
            if before is None:
                new.append((number, *_values(row, direction, raw), now, now, now))
            elif direction and before.direction not in (None, direction):
                raise BadAnswerError(
                    f"the service answers message {number} as inbound and as outbound",
                    "An archive needs the filter on direction; is this the service it was made from?",
                )
            elif _differs(before, row, raw, direction):
                changed.append((*_values(row, direction, raw), now, now, number))
                if before.status != (status := _column(row.get("status"))):
                    statuses.append((number, now, before.status, status))
            else:
                same.append((now, number))
        self._db.executemany(_INSERT, new)
        self._db.executemany(_UPDATE, changed)
        self._db.executemany(
            "INSERT INTO status_changes (id, seen_at, old_status, new_status) VALUES (?, ?, ?, ?)", statuses
        )
        self._db.executemany("UPDATE messages SET last_seen_at = ? WHERE id = ?", same)
        return Taken(*(tuple(line[at] for line in lines) for lines, at in ((new, 0), (changed, -1), (same, 1))))  # type: ignore[arg-type]

    def take_contacts(self, rows: Sequence[Row], now: str) -> Taken:
        """The same for contacts."""
        by_id = {row["id"]: row for row in rows}
        places = ", ".join("?" * len(by_id))
        raws = dict(self._db.execute(f"SELECT id, raw FROM contacts WHERE id IN ({places})", [*by_id]))  # noqa: S608
        lines = []
        for number, row in by_id.items():
            phone = row.get("phone")
            key = key_of(phone) if phone else None
            columns = [_column(row.get(name)) for name in _CONTACT_COLUMNS]
            lines.append((number, *columns, _column(key), _encode(row), now, now))
        self._db.executemany(_UPSERT_CONTACT, lines)
        new = tuple(number for number in by_id if number not in raws)
        changed = tuple(number for number, raw in raws.items() if json.loads(raw) != by_id[number])
        return Taken(new, changed, tuple(number for number in raws if number not in changed))

    def count_directed(self, direction: str | None) -> int:
        """How many messages of a direction are on the service as far as is known."""
        sql = "SELECT count(*) FROM messages WHERE direction IS ? AND deleted_at IS NULL"
        with self._told():
            return int(self._db.execute(sql, (direction,)).fetchone()[0])

    def settled(self, ids: Sequence[int], direction: str | None) -> set[int]:
        """Those of the ids that are stored under that direction and not pending."""
        stored = {number for number, before in self._known(ids).items() if before.direction == direction}
        return stored - set(self._marked_of("pending", direction, ids))

    def mark(self, mark: Mark, ids: Iterable[int], direction: str | None) -> None:
        """Note that."""
        lines = [(mark, direction or "", number) for number in ids]
        self._db.executemany("INSERT OR IGNORE INTO sync_marks (mark, direction, id) VALUES (?, ?, ?)", lines)

    def unmark(self, mark: Mark, direction: str | None, ids: Iterable[int] | None = None) -> None:
        """Forget it: of these ids, or of the whole direction."""
        sql = "DELETE FROM sync_marks WHERE mark = ? AND direction = ?"
        if ids is None:
            self._db.execute(sql, (mark, direction or ""))
        else:
            self._db.executemany(f"{sql} AND id = ?", [(mark, direction or "", number) for number in ids])

    def marked(self, mark: Mark, direction: str | None) -> list[int]:
        """The ids that are marked so."""
        sql = "SELECT id FROM sync_marks WHERE mark = ? AND direction = ?"
        with self._told():
            return [number for (number,) in self._db.execute(sql, (mark, direction or ""))]

    def mark_deleted(self, direction: str | None, before: str, now: str) -> int:
        """Note as deleted what was last seen before a moment."""
        sql = "UPDATE messages SET deleted_at = ? WHERE direction IS ? AND deleted_at IS NULL AND last_seen_at < ?"
        return self._db.execute(sql, (now, direction, before)).rowcount

    def drop_pending(self, direction: str | None) -> None:
        """Remove the pending messages of a direction."""
        ids = [(number,) for number in self.marked("pending", direction)]
        self._db.executemany("DELETE FROM status_changes WHERE id = ?", ids)
        self._db.executemany("DELETE FROM messages WHERE id = ?", ids)
        self.unmark("pending", direction)

    def note(self, key: str, value: Any) -> None:
        """Note something under a key."""
        sql = "INSERT INTO sync_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        self._db.execute(sql, (key, json.dumps(value)))

    def _known(self, ids: Collection[int]) -> dict[int, _Before]:
        places = ", ".join("?" * len(ids))
        sql = f"SELECT id, direction, deleted_at, status, raw FROM messages WHERE id IN ({places})"  # noqa: S608
        return {line[0]: _Before(*line[1:]) for line in self._db.execute(sql, [*ids])}

    def _marked_of(self, mark: Mark, direction: str | None, ids: Sequence[int]) -> list[int]:
        places = ", ".join("?" * len(ids))
        sql = f"SELECT id FROM sync_marks WHERE mark = ? AND direction = ? AND id IN ({places})"  # noqa: S608
        return [number for (number,) in self._db.execute(sql, [mark, direction or "", *ids])]

    # The file.

    @cached_property
    def _db(self) -> sqlite3.Connection:
        """The open file: an archive of a schema that this program knows."""
        if self._writing:
            return self._connect("rw")
        if not self._path.exists():
            raise UsageError(f"there is no archive at {self.place!r}", "wacr sync makes it.")
        if self._path.is_dir():
            raise self._no_archive()
        with self._told():
            db = self._open_to_read()
        version = self._version(db)
        if version < SCHEMA:
            db.close()
            raise UsageError(
                f"the archive {self.place!r} is of an older wacr, or empty", "wacr sync brings it up to date."
            )
        return db

    def _open_to_read(self) -> sqlite3.Connection:
        """The file, opened so that nothing can be written; in a folder that can't be, not even what WAL needs."""
        db = self._connect("ro")
        try:
            db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.OperationalError as error:
            db.close()
            log = self._path.with_name(f"{self._path.name}-wal")
            if _code(error) != sqlite3.SQLITE_CANTOPEN or (log.exists() and log.stat().st_size):
                raise
            return self._connect("ro", "&immutable=1")
        return db

    def _connect(self, mode: str, more: str = "") -> sqlite3.Connection:
        # As a URI, in which a path's own ? and # are quoted.
        uri = f"{self._path.absolute().as_uri()}?mode={mode}{more}"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)
        db.create_function("wacr_contains", 2, _contains, deterministic=True)
        return db

    def _version(self, db: sqlite3.Connection | None = None) -> int:
        """The schema's number, 0 for an empty file; raises :class:`UsageError` for what is no archive of ours."""
        db = db or self._db
        with self._told():
            application, version, tables = (
                db.execute(sql).fetchone()[0]
                for sql in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
            )
        if application != APPLICATION_ID and (application or tables or version):
            raise self._no_archive()
        if version > SCHEMA:
            raise UsageError(
                f"the archive {self.place!r} is of a newer wacr: schema {version}, this one knows {SCHEMA}",
                "Bring wacr up to date.",
            )
        return int(version)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the database's failures into ours."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from None

    def _failure(self, error: sqlite3.DatabaseError) -> Exception:
        code = _code(error)
        if code == sqlite3.SQLITE_NOTADB:
            return self._no_archive()
        if code in _DAMAGED:
            return WacrError(
                f"the archive {self.place!r} is damaged: {error}",
                "wacr archive check says more; or move it away and run wacr sync, which reads it anew.",
                code="ARCHIVE_DAMAGED",
            )
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and self._writing):
            return WacrError(
                f"writing the archive {self.place!r} failed: {error}",
                "What was in it is as it was. Is the disk full?",
                code="WRITE_FAILED",
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
            return (
                self._unwritable(str(error))
                if self._writing
                else UsageError(f"can't read the archive {self.place!r}: {error}", "Check its permissions.")
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return BusyError(
                f"the archive {self.place!r} is held by another program", "Wait until it is done, or end it."
            )
        if str(error).startswith(("no such module", "no such tokenizer")):
            return UsageError(
                f"the SQLite of this Python, {sqlite3.sqlite_version}, has no full-text search",
                "An archive needs SQLite 3.34 or later with FTS5.",
            )
        return error

    def _no_archive(self) -> UsageError:
        return UsageError(f"{self.place!r} is not an archive of wacr", "Name another place; wacr sync makes one.")

    def _unwritable(self, reason: str | None) -> UsageError:
        return UsageError(f"can't write the archive {self.place!r}: {reason}", "Name a place that you may write to.")


@dataclass(frozen=True, slots=True)
class _Before:
    """What is stored of a message."""

    direction: str | None
    deleted_at: str | None
    status: object
    raw: str


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary error code."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _contains(text: object, needle: str) -> bool:
    return isinstance(text, str) and needle in fold(text)


def _shown(raw: str, direction: str | None, deleted_at: str | None) -> Row:
    row: Row = json.loads(raw)
    row["direction"] = direction
    if deleted_at is not None:
        row["deleted_at"] = deleted_at
    return row


def _differs(before: _Before, row: Row, raw: str, direction: str | None) -> bool:
    if before.deleted_at is not None or (direction is not None and before.direction is None):
        return True
    return before.raw != raw and json.loads(before.raw) != row


def _values(row: Row, direction: str | None, raw: str) -> tuple[object, ...]:
    """What a message's columns hold but for its id and the times of the sync."""
    sender, moment = row.get("sender_id"), parse_sent_at(row.get("sent_at"))
    return (
        *(_integer(row.get(name)) if name in _INTEGERS else _column(row.get(name)) for name in _COLUMNS),
        direction,
        None if moment is None else microseconds(moment),
        None if sender is None else _column(key_of(sender)),
        raw,
    )


def _integer(value: object) -> int | None:
    """A value as a column of integers holds it, None for what is none: readers that know types trip over others."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and -_MOST_INTEGER <= value < _MOST_INTEGER else None


def _column(value: object) -> object:
    """A value of JSON as one of SQLite."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int):
        return value if -_MOST_INTEGER <= value < _MOST_INTEGER else str(value)
    return value if value is None or isinstance(value, float) else _encode(value)


def _encode(value: object) -> str:
    text = _COMPACT.encode(value)
    # Escaped, half of a surrogate pair comes back as it was.
    return text if text.isascii() or _is_utf8(text) else json.dumps(value, separators=(",", ":"))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
