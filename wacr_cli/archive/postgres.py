"""The archive in a PostgreSQL database, which several people and machines can share.

A sync holds an advisory lock as long as its connection lasts; readers need none. Searches use two more columns of
messages: the folded text, and its words as a ``tsvector``.
"""

from __future__ import annotations

import os
import re
import socket
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from wacr_cli.archive import schema
from wacr_cli.archive.rows import COLUMNS, Values
from wacr_cli.archive.select import Select
from wacr_cli.archive.sql_store import BATCH, ORPHANS, SqlStore
from wacr_cli.archive.text import fold, prepare_words
from wacr_cli.core.errors import BusyError, UnavailableError, UsageError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query
from wacr_cli.settings.config import hide_password

try:
    import psycopg
    from psycopg import conninfo, errors
except ImportError:
    raise UsageError(
        "an archive in PostgreSQL needs psycopg",
        "Run pip install 'wacr-cli[postgres]', or name a file with --archive-at.",
    ) from None

_CONNECT_SECONDS = 10
_MAX_ROWS_AT_ONCE = 10_000
"""A query for more rows leaves them on the server, and fetches them in batches."""

_LOCK_CLASS = 0x77616372
_UNSUPPORTED = (errors.FeatureNotSupported, errors.UndefinedFunction, errors.UndefinedObject, errors.UndefinedFile)
_DENIED = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
_FULL = (errors.DiskFull, errors.OutOfMemory)
_DISCONNECTED = (psycopg.OperationalError, psycopg.InterfaceError)
# In the message of a server that refuses connections now and will take them later.
_TEMPORARY = ("starting up", "shutting down", "too many", "recovery mode", "remaining connection slots")

_WORDS = "to_tsvector('simple', ?::text)"
_UPDATE_WORDS = (
    f"UPDATE messages AS m SET words = n.words FROM (SELECT {_WORDS} AS words) AS n "  # noqa: S608
    "WHERE m.id = ? AND m.words IS DISTINCT FROM n.words"
)


class PostgresDialect:
    """PostgreSQL's: full-text search is a type, null comes after every value unless the query says otherwise."""

    no_index = ""
    conversation_index = ""
    null_order = (" NULLS FIRST", " NULLS LAST")

    def add_words(self, select: Select, query: Query, phrases: list[str]) -> None:
        """Search the column of words."""
        for phrase in phrases:
            select.add("m.words @@ phraseto_tsquery('simple', ?)", prepare_words(phrase))

    def add_substring(self, select: Select, query: Query, needle: str) -> None:
        """Search the folded text, without wildcards."""
        literal = re.sub(r"[\\%_]", r"\\\g<0>", needle)
        select.add("m.message_key LIKE ?", f"%{literal}%")


class PostgresStore(SqlStore):
    """The archive at a ``postgresql://`` URL. libpq fills in what the URL leaves out, such as the password."""

    _dialect = PostgresDialect()
    _search_columns: ClassVar = {"message_key": "?", "words": _WORDS}

    def __init__(self, url: str) -> None:
        self._parts = _parse_url(url)
        self._url = url
        self._in_snapshot = False

    @property
    def location(self) -> str:
        """The URL, without a password."""
        return hide_password(self._url)

    # Running statements.

    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._translate_errors():
            return self._db.execute(_convert_placeholders(sql), tuple(values)).fetchall()

    def _fetch_batches(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        if most is not None and most <= _MAX_ROWS_AT_ONCE:
            rows = self._fetch_all(sql, values)
            yield from (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
        elif self._in_snapshot:
            yield from self._read_cursor(self._db, sql, values)
        else:
            # A connection of its own, so that this one can answer other queries meanwhile.
            with self._translate_errors(), self._connect() as db:
                yield from self._read_cursor(self._require_archive(db), sql, values)

    def _read_cursor(self, db: psycopg.Connection[Any], sql: str, values: Sequence[object]) -> Iterator[list[Any]]:
        """Return the rows of a query that stay on the server until they are fetched."""
        with self._translate_errors(), db.transaction(), db.cursor(name="wacr") as cursor:
            cursor.execute(_convert_placeholders(sql), tuple(values))
            while batch := cursor.fetchmany(BATCH):
                yield batch

    def _execute(self, sql: str, values: Sequence[object] = ()) -> int:
        with self._translate_errors():
            return self._db.execute(_convert_placeholders(sql), tuple(values)).rowcount

    def _execute_many(self, sql: str, rows: Sequence[Values]) -> None:
        if rows:
            with self._translate_errors(), self._db.cursor() as cursor:
                cursor.executemany(_convert_placeholders(sql), rows)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Answer every query within the block as of one moment."""
        self._execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self._in_snapshot = True
        try:
            yield
        finally:
            self._in_snapshot = False
            if self._is_connected:
                self._execute("ROLLBACK")

    def _convert_message(self, row: Row, direction: str | None, raw: str) -> Values:
        """Return the columns of a message as PostgreSQL's types take them, then those to search by."""
        number, sender, *more, is_read, _, moment, key, _ = super()._convert_message(row, direction, raw)
        texts = [_to_text(value) for value in more]
        message = texts[COLUMNS.index("message") - 2]
        return (
            number if isinstance(number, int) else None,
            _to_text(sender),
            *texts,
            None if is_read is None else bool(is_read),
            direction,
            moment,
            _to_text(key),
            raw,
            None if message is None else fold(message),
            None if message is None else prepare_words(message),
        )

    def _convert_contact(self, row: Row) -> Values:
        *texts, raw = super()._convert_contact(row)
        return (*map(_to_text, texts), raw)

    # Checks.

    def _measure_size(self) -> int:
        sizes = ", ".join(f"pg_total_relation_size('{table}')" for table in schema.TABLES)
        with self._translate_errors():
            try:
                found = self._db.execute(f"SELECT {sizes}").fetchone()
            except _UNSUPPORTED:  # a distributed database may not have this function
                return 0
        return sum(found or ())

    def check(self) -> list[str]:
        """Return the problems in the links between the tables, in the indexes and in the text to search."""
        found = [f"a status change of message {one}, which does not exist" for (one,) in self._fetch_all(ORPHANS)]
        sql = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1"
        found += [f"the index {name} is incomplete" for (name,) in self._fetch_all(sql)]
        sql = "SELECT id, message, message_key FROM messages WHERE message IS NOT NULL"
        batches = self._fetch_batches(sql, ())
        wrong = [number for batch in batches for number, message, key in batch if fold(message) != key]
        found += [f"{len(wrong)} messages can't be found by their text, such as {wrong[0]}"] if wrong else []
        return found + self._check_count()

    def close(self) -> None:
        """Close the connection."""
        for name in ("_db", "_connection"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    # Writing.

    @property
    def exists(self) -> bool:
        """Whether the archive's tables exist."""
        return self._read_version(self._connection) > 0

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of the one writer: an advisory lock, which ends with the connection."""
        db = self._connection
        with self._translate_errors():
            name = db.execute("SELECT current_schema()").fetchone()
            key = (_LOCK_CLASS, zlib.crc32(repr(name).encode()) & 0x7FFFFFFF)
            try:
                found = db.execute("SELECT pg_try_advisory_lock(%s::int, %s::int)", key).fetchone()
            except _UNSUPPORTED:  # a distributed database may have none, as the documentation says
                found = (True,)
            if not (found and found[0]):
                raise BusyError(
                    f"the archive {self.location!r} is being written by another wacr ({self._find_lock_holder(key)})",
                    "Wait until it finishes, or stop it.",
                )
        try:
            yield
        finally:
            self._unlock(key)

    def _unlock(self, key: tuple[int, int]) -> None:
        if self._is_connected:
            with self._translate_errors():
                self._connection.execute("SELECT pg_advisory_unlock(%s::int, %s::int)", key)

    def _find_lock_holder(self, key: tuple[int, int]) -> str:
        """Return the process that holds the lock, as far as the server shows it."""
        sql = (
            "SELECT a.application_name FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid "
            "WHERE l.locktype = 'advisory' AND l.classid::bigint = %s AND l.objid::bigint = %s AND l.granted "
            "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        found = self._connection.execute(sql, key).fetchone()
        process, _, host = (str(found[0]) if found else "").removeprefix("wacr ").partition("@")
        return f"process {process} on {host}" if host else "process unknown"

    def prepare(self) -> None:
        """Create the tables, or migrate them to this program's schema."""
        version = self._read_version(self._connection)
        with self._translate_errors():
            if version == 0:
                self._require_empty()
                self._connection.execute(schema.VERSIONS)
            for number, migration in enumerate(schema.MIGRATIONS[version:], version + 1):
                self._migrate(number, migration)

    def _migrate(self, number: int, migration: schema.Migration) -> None:
        """Run a migration and its record in one transaction; of an optional one that is denied, the record alone."""
        db = self._connection
        record = "INSERT INTO wacr_migrations VALUES (%s, %s, %s)"
        try:
            with db.transaction():
                for statement in migration.postgres:
                    db.execute(statement)
                if migration.rebuilds_words:
                    self._rebuild_words(db)
                db.execute(record, (number, migration.name, True))
        except (*_UNSUPPORTED, *_DENIED):
            if not migration.optional:
                raise
            db.execute(record, (number, migration.name, False))

    def _rebuild_words(self, db: psycopg.Connection[Any]) -> None:
        """Fill the column of words again, where it differs."""
        update = _convert_placeholders(_UPDATE_WORDS)
        with db.cursor() as writer:
            for batch in self._read_cursor(db, "SELECT id, message FROM messages WHERE message IS NOT NULL", ()):
                writer.executemany(update, [(prepare_words(message), number) for number, message in batch])

    def _require_empty(self) -> None:
        """Raise :class:`UsageError` for a schema with tables of the same names, or a database without Unicode."""
        encoding = self._connection.execute("SHOW server_encoding").fetchone()
        if encoding and str(encoding[0]).upper() not in ("UTF8", "UNICODE"):
            raise UsageError(
                f"the database {self.location!r} has the encoding {encoding[0]}, not UTF8",
                "Create one with ENCODING 'UTF8'.",
            )
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        if others := {str(name) for (name,) in self._connection.execute(sql)} & set(schema.TABLES):
            raise UsageError(
                f"{self.location!r} has other tables with the archive's names: {', '.join(sorted(others))}",
                "Name another database or another schema: …?options=-csearch_path%3Dwacr.",
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything within the block at its end, or nothing."""
        with self._translate_errors(), self._db.transaction():
            yield

    # The connection.

    @cached_property
    def _db(self) -> psycopg.Connection[Any]:
        """The connection to an archive with this program's schema."""
        return self._require_archive(self._connection)

    def _require_archive(self, db: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        version = self._read_version(db)
        if version == 0:
            raise UsageError(f"there is no archive at {self.location!r}", "Run wacr sync to create it.")
        if version < schema.SCHEMA:
            raise UsageError(f"the archive {self.location!r} was made by an older wacr", "Run wacr sync to update it.")
        return db

    @property
    def _is_connected(self) -> bool:
        """Whether there is a connection, as far as the client knows."""
        return "_connection" in self.__dict__ and not self._connection.closed

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        with self._translate_errors():
            return self._connect()

    def _connect(self) -> psycopg.Connection[Any]:
        seconds = self._parts.get("connect_timeout") or _CONNECT_SECONDS
        name = f"wacr {os.getpid()}@{socket.gethostname()}"[:63]
        return psycopg.connect(
            self._url, autocommit=True, application_name=name, connect_timeout=int(seconds), client_encoding="utf8"
        )

    def _read_version(self, db: psycopg.Connection[Any]) -> int:
        """Return the schema's number, 0 where there is none. Raises :class:`UsageError` for a newer one."""
        sql = (
            "SELECT count(*) FROM information_schema.tables "
            "WHERE table_schema = current_schema() AND table_name = 'wacr_migrations'"
        )
        with self._translate_errors():
            tables = db.execute(sql).fetchone()
            if not (tables and tables[0]):
                return 0
            found = db.execute("SELECT max(number) FROM wacr_migrations").fetchone()
        version = int(found[0] or 0) if found else 0
        self._check_version(version)
        return version

    # Errors.

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise the database's errors as :class:`WacrError`."""
        try:
            yield
        except psycopg.Error as error:
            raise self._translate(error) from None

    def _translate(self, error: psycopg.Error) -> WacrError:
        reason = self._describe(error)
        if isinstance(error, _DENIED):
            return UsageError(
                f"can't write the archive {self.location!r}: {reason}", "Ask the database's owner for permission."
            )
        if isinstance(error, _FULL):
            return WacrError(
                f"can't write the archive {self.location!r}: {reason}",
                "Check that the server's disk is not full. What was in the archive is unchanged.",
                code="WRITE_FAILED",
            )
        refused = "FATAL" in reason or "no password" in reason
        if "_connection" not in self.__dict__ and refused and not any(word in reason for word in _TEMPORARY):
            return UsageError(
                f"can't open the archive {self.location!r}: {reason}",
                "Check the URL, and the password in PGPASSWORD, ~/.pgpass or a service file.",
                code="ARCHIVE_REFUSED",
            )
        if isinstance(error, _DISCONNECTED):
            what = "failed" if self._is_connected else "can't be reached"
            return UnavailableError(
                f"the archive's server {what}: {reason}",
                "Check that the server is running, then try again. What was written so far is complete.",
                code="ARCHIVE_UNREACHABLE",
            )
        return WacrError(f"the archive {self.location!r} refused a query: {reason}", code="ARCHIVE_REFUSED")

    def _describe(self, error: psycopg.Error) -> str:
        """Return the line of an error's message that gives the reason, without a password."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        fatal = [line for line in lines if "FATAL" in line]
        reason = (fatal or [error.diag.message_primary or "", *lines[:1]])[0] or (lines or [type(error).__name__])[-1]
        for name in ("password", "sslpassword"):
            if secret := self._parts.get(name):
                reason = reason.replace(str(secret), "[password]")
        return reason


def _parse_url(url: str) -> dict[str, Any]:
    """Return the parameters of a URL. Raises :class:`UsageError` for an invalid one."""
    try:
        parts: dict[str, Any] = conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        parts = {"port": "none"}
    # libpq takes a password with a slash in it for a port or a host, and would print it as one.
    if not re.fullmatch(r"[0-9,]*", str(parts.get("port") or "")) or "@" in str(parts.get("host") or ""):
        raise UsageError(
            "the archive's URL is not a valid PostgreSQL URL",
            "Write it like postgresql://user@host/database, with %2F for a slash in a name.",
        )
    return parts


@lru_cache(maxsize=256)
def _convert_placeholders(statement: str) -> str:
    """Return a statement with psycopg's placeholders in place of ``?``."""
    return statement.replace("%", "%%").replace("?", "%s")


def _to_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)
