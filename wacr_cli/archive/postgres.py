"""The archive in a PostgreSQL database, where several people and machines share it.

Whoever syncs holds an advisory lock for as long as its connection lasts; readers ask for none. Texts are searched by
two columns that hold what SQLite's indexes would: the folded text, and its words as a ``tsvector``.
"""

from __future__ import annotations

import os
import re
import socket
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any

from wacr_cli.archive import tokenizer
from wacr_cli.archive.postgres_schema import MIGRATIONS, TABLES, VERSIONS, Migration
from wacr_cli.archive.rows import COLUMNS, Line
from wacr_cli.archive.select import Selection, fold
from wacr_cli.archive.sql_store import BATCH, STRAYS, SqlStore
from wacr_cli.core.errors import BusyError, ServiceError, UsageError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query
from wacr_cli.settings.places import without_password

try:
    import psycopg
    from psycopg import conninfo, errors
except ImportError:
    raise UsageError(
        "an archive in PostgreSQL needs psycopg", "pip install 'wacr-cli[postgres]', or name a file as --archive-at."
    ) from None

SCHEMA = len(MIGRATIONS)

_CONNECT_SECONDS = 10
_AT_ONCE = 10_000
"""Rows: so many are asked for at once; of more, the server keeps the rest."""

_LOCK_CLASS = 0x77616372
_UNKNOWN_HERE = (errors.FeatureNotSupported, errors.UndefinedFunction, errors.UndefinedObject, errors.UndefinedFile)
_NOT_OURS = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
_FULL = (errors.DiskFull, errors.OutOfMemory)
_GONE = (psycopg.OperationalError, psycopg.InterfaceError)
# What a server says that is there and will be of help later.
_LATER = ("starting up", "shutting down", "too many", "recovery mode", "remaining connection slots")


class PostgresDialect:
    """PostgreSQL's: null after every value unless it is told, full text by its own types."""

    aside = ""
    by_conversation = ""
    nulls = (" NULLS FIRST", " NULLS LAST")

    def words(self, found: Selection, query: Query, phrases: list[str]) -> None:
        """Ask for words side by side."""
        if asked := tokenizer.question(phrases):
            found.add("m.words @@ ?::tsquery", asked)
        else:
            found.add("1 = 0")

    def part(self, found: Selection, query: Query, needle: str) -> None:
        """Ask the folded text for a part, in which nothing is a wildcard."""
        literal = needle
        for sign in "\\%_":
            literal = literal.replace(sign, f"\\{sign}")
        found.add("m.message_key LIKE ?", f"%{literal}%")


class PostgresStore(SqlStore):
    """The archive at a ``postgresql://`` URL, which need not hold what libpq has from its own places, as a password."""

    _dialect = PostgresDialect()
    _schema = SCHEMA
    _more = ("message_key", "words")

    def __init__(self, url: str) -> None:
        self._parts = _parts(url)
        self._url = url
        self._within = False

    @property
    def place(self) -> str:
        """The URL, without a password."""
        return without_password(self._url)

    # How it is spoken to.

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._told():
            return self._db.execute(_sql(sql), tuple(values)).fetchall()

    def _stream(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        if most is not None and most <= _AT_ONCE:
            rows = self._all(sql, values)
            yield from (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
        elif self._within:
            yield from self._cursor(self._db, sql, values)
        else:
            # A connection of its own, so that others can be asked on this one meanwhile.
            with self._told(), self._connect() as db:
                yield from self._cursor(self._known_archive(db), sql, values)

    def _cursor(self, db: psycopg.Connection[Any], sql: str, values: Sequence[object]) -> Iterator[list[Any]]:
        """The rows of an answer that stays with the server."""
        with self._told(), db.transaction(), db.cursor(name="wacr") as cursor:
            cursor.execute(_sql(sql), tuple(values))
            while batch := cursor.fetchmany(BATCH):
                yield batch

    def _do(self, sql: str, values: Sequence[object] = ()) -> int:
        with self._told():
            return self._db.execute(_sql(sql), tuple(values)).rowcount

    def _do_each(self, sql: str, lines: Sequence[Line]) -> None:
        if lines:
            with self._told(), self._db.cursor() as cursor:
                cursor.executemany(_sql(sql), lines)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Whatever is asked within is answered as of one moment."""
        self._do("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self._within = True
        try:
            yield
        finally:
            self._within = False
            if self._is_connected:
                self._do("ROLLBACK")

    def _values(self, row: Row, direction: str | None, raw: str) -> Line:
        """The columns that every store has, as this one's types take them, and those to search by."""
        number, sender, *more, is_read, _, moment, key, _ = super()._values(row, direction, raw)
        texts = [_text(value) for value in more]
        message = texts[COLUMNS.index("message") - 2]
        return (
            number if isinstance(number, int) else None,
            _text(sender),
            *texts,
            None if is_read is None else bool(is_read),
            direction,
            moment,
            _text(key),
            raw,
            None if message is None else fold(message),
            None if message is None else tokenizer.vector(message),
        )

    def _contact_values(self, row: Row) -> Line:
        *texts, raw = super()._contact_values(row)
        return (*map(_text, texts), raw)

    # What there is to say of it.

    def _size(self) -> int:
        sizes = ", ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
        with self._told():
            try:
                found = self._db.execute(f"SELECT {sizes}").fetchone()
            except _UNKNOWN_HERE:  # a database that is distributed may keep no such count
                return 0
        return sum(found or ())

    def check(self) -> list[str]:
        """What is wrong with the links between its tables, its indexes, and the text that is searched."""
        sql = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1"
        broken = [f"the index {name} is not whole" for (name,) in self._all(sql)]
        wrong = [
            number
            for batch in self._stream("SELECT id, message, message_key FROM messages WHERE message IS NOT NULL", ())
            for number, message, key in batch
            if fold(message) != key
        ]
        lost = [f"{len(wrong)} messages are not found by their text, as {wrong[0]}"] if wrong else []
        strays = [f"a status change of message {one}, which is not there" for (one,) in self._all(STRAYS)]
        return [*strays, *broken, *lost]

    def close(self) -> None:
        """Close the connection."""
        for name in ("_db", "_connection"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    # Writing.

    @property
    def exists(self) -> bool:
        """Whether the archive's tables are there."""
        return self._version(self._connection) > 0

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the one that writes, by an advisory lock, which goes with the connection."""
        db = self._connection
        with self._told():
            schema = db.execute("SELECT current_schema()").fetchone()
            key = (_LOCK_CLASS, zlib.crc32(repr(schema).encode()) & 0x7FFFFFFF)
            try:
                found = db.execute("SELECT pg_try_advisory_lock(%s::int, %s::int)", key).fetchone()
            except _UNKNOWN_HERE:  # a distributed database may have none; the documentation says so
                found = (True,)
            if not (found and found[0]):
                raise BusyError(
                    f"the archive {self.place!r} is being written by another wacr ({self._holder(key)})",
                    "Wait until it is done, or end it.",
                )
        try:
            yield
        finally:
            self._release(key)

    def _release(self, key: tuple[int, int]) -> None:
        if self._is_connected:
            with self._told():
                self._connection.execute("SELECT pg_advisory_unlock(%s::int, %s::int)", key)

    def _holder(self, key: tuple[int, int]) -> str:
        """Whose lock it is, as far as the server tells."""
        sql = (
            "SELECT a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid "
            "WHERE l.locktype = 'advisory' AND l.classid::bigint = %s AND l.objid::bigint = %s AND l.granted "
            "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        found = self._connection.execute(sql, key).fetchone()
        process, _, host = (str(found[0]) if found else "").removeprefix("wacr ").partition("@")
        return f"process {process} on {host}" if host else "process unknown"

    def prepare(self) -> None:
        """Make the tables, or bring them to this program's schema."""
        version = self._version(self._connection)
        with self._told():
            if version == 0:
                self._check_empty()
                self._connection.execute(VERSIONS)
            for number, migration in enumerate(MIGRATIONS[version:], version + 1):
                self._migrate(number, migration)

    def _migrate(self, number: int, migration: Migration) -> None:
        db, taken = self._connection, True
        try:
            with db.transaction():
                for statement in migration.statements:
                    db.execute(statement)
        except (*_UNKNOWN_HERE, *_NOT_OURS):
            if not migration.optional:
                raise
            taken = False
        # On a line of its own, so that what was left out can be seen.
        db.execute("INSERT INTO wacr_migrations VALUES (%s, %s, %s)", (number, migration.name, taken))

    def _check_empty(self) -> None:
        """Refuse a schema that has tables of others by our names, and a database whose texts are not Unicode."""
        encoding = self._connection.execute("SHOW server_encoding").fetchone()
        if encoding and str(encoding[0]).upper() not in ("UTF8", "UNICODE"):
            raise UsageError(
                f"the database {self.place!r} holds {encoding[0]}, not UTF-8", "Make one with ENCODING 'UTF8'."
            )
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        if taken := {str(name) for (name,) in self._connection.execute(sql)} & set(TABLES):
            raise UsageError(
                f"{self.place!r} has other tables by the archive's names: {', '.join(sorted(taken))}",
                "Name another database, or another schema: …?options=-csearch_path%3Dwacr.",
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything within is kept at its end, or nothing."""
        with self._told(), self._db.transaction():
            yield

    # The connection.

    @cached_property
    def _db(self) -> psycopg.Connection[Any]:
        """The connection, to an archive of a schema that this program knows."""
        return self._known_archive(self._connection)

    def _known_archive(self, db: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        version = self._version(db)
        if version == 0:
            raise UsageError(f"there is no archive at {self.place!r}", "wacr sync makes it.")
        if version < SCHEMA:
            raise UsageError(f"the archive {self.place!r} is of an older wacr", "wacr sync brings it up to date.")
        return db

    @property
    def _is_connected(self) -> bool:
        """Whether there is a connection, as far as is known without asking."""
        return "_connection" in self.__dict__ and not self._connection.closed

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        with self._told():
            return self._connect()

    def _connect(self) -> psycopg.Connection[Any]:
        seconds = self._parts.get("connect_timeout") or _CONNECT_SECONDS
        name = f"wacr {os.getpid()}@{socket.gethostname()}"[:63]
        return psycopg.connect(
            self._url, autocommit=True, application_name=name, connect_timeout=int(seconds), client_encoding="utf8"
        )

    def _version(self, db: psycopg.Connection[Any]) -> int:
        """The schema's number, 0 where there is none; raises :class:`UsageError` for a newer one."""
        sql = (
            "SELECT count(*) FROM information_schema.tables "
            "WHERE table_schema = current_schema() AND table_name = 'wacr_migrations'"
        )
        with self._told():
            there = db.execute(sql).fetchone()
            if not (there and there[0]):
                return 0
            found = db.execute("SELECT max(number) FROM wacr_migrations").fetchone()
        version = int(found[0] or 0) if found else 0
        if version > SCHEMA:
            raise UsageError(
                f"the archive {self.place!r} is of a newer wacr: schema {version}, this one knows {SCHEMA}",
                "Bring wacr up to date.",
            )
        return version

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the database's failures into ours."""
        try:
            yield
        except psycopg.Error as error:
            raise self._failure(error) from None

    def _failure(self, error: psycopg.Error) -> WacrError:
        said = self._said(error)
        if isinstance(error, _NOT_OURS):
            return UsageError(f"can't write the archive {self.place!r}: {said}", "Ask its owner for the right to.")
        if isinstance(error, _FULL):
            return WacrError(
                f"writing the archive {self.place!r} failed: {said}",
                "What was in it is as it was. Is the server's disk full?",
                code="WRITE_FAILED",
            )
        refused = "FATAL" in said or "no password" in said
        if "_connection" not in self.__dict__ and refused and not any(word in said for word in _LATER):
            return UsageError(
                f"the archive {self.place!r} can't be opened: {said}",
                "Is the URL right? The password comes from PGPASSWORD, ~/.pgpass or a service file.",
                code="ARCHIVE_REFUSED",
            )
        if isinstance(error, _GONE):
            how = "failed" if self._is_connected else "can't be reached"
            return ServiceError(
                f"the archive's server {how}: {said}",
                "What was kept is whole. Is the server running? Then run it again.",
                code="ARCHIVE_UNREACHABLE",
            )
        return WacrError(f"the archive {self.place!r} refused: {said}", code="ARCHIVE_REFUSED")

    def _said(self, error: psycopg.Error) -> str:
        """What an error says, in its last line, without a password."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        fatal = [line for line in lines if "FATAL" in line]
        said = (fatal or [error.diag.message_primary or "", *lines[:1]])[0] or (lines or [type(error).__name__])[-1]
        for name in ("password", "sslpassword"):
            if secret := self._parts.get(name):
                said = said.replace(str(secret), "[password]")
        return said


def _parts(url: str) -> dict[str, Any]:
    """What a URL says; raises :class:`UsageError` for one that says it wrongly."""
    try:
        parts: dict[str, Any] = conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        parts = {"port": "none"}
    # A password with a slash in it ends up as something else, which would be said for what it is not.
    if not re.fullmatch(r"[0-9,]*", str(parts.get("port") or "")) or "@" in str(parts.get("host") or ""):
        raise UsageError(
            "the archive's URL is not one that PostgreSQL takes",
            "Say it like postgresql://user@host/database, with %2F for a slash in a name.",
        )
    return parts


@lru_cache(maxsize=256)
def _sql(statement: str) -> str:
    """A statement with PostgreSQL's own places for values."""
    return statement.replace("%", "%%").replace("?", "%s")


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) else str(value)
