"""The archive in a PostgreSQL database, which several people and machines can share.

A sync holds a lease, which each of its transactions renews; readers need none. Searches use two more columns of
messages: the folded text, and its words as a ``tsvector``.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from wacr_cli.archive import schema
from wacr_cli.archive.lease import Lease
from wacr_cli.archive.postgres_connection import (
    DENIED,
    EXISTS_ALREADY,
    UNSUPPORTED,
    Connection,
    Database,
    describe_process,
    is_idle,
)
from wacr_cli.archive.rows import COLUMNS, Values
from wacr_cli.archive.select import Select
from wacr_cli.archive.sql_store import BATCH, ORPHANS, SqlStore
from wacr_cli.archive.text import fold, prepare_words
from wacr_cli.core.errors import BusyError, UsageError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query

_MAX_ROWS_AT_ONCE = 10_000
"""A query for more rows leaves them on the server, and fetches them in batches."""

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

    def __init__(self, url: str, schema: str | None = None) -> None:
        self._database = Database(url, schema)
        self._in_snapshot = False
        self._lease: Lease | None = None

    @property
    def location(self) -> str:
        """The URL, with the schema and without a password."""
        return self._database.location

    # Running statements.

    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._database.in_schema(self._db) as db:
            return db.execute(_convert_placeholders(sql), tuple(values)).fetchall()

    def _fetch_batches(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        if most is not None and most <= _MAX_ROWS_AT_ONCE:
            rows = self._fetch_all(sql, values)
            yield from (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
        elif self._in_snapshot:
            yield from self._read_cursor(self._db, sql, values)
        else:
            # A connection of its own, so that this one can answer other queries meanwhile.
            with self._database.translate_errors(), self._database.connect() as db:
                yield from self._read_cursor(self._require_archive(db), sql, values)

    def _read_cursor(self, db: Connection, sql: str, values: Sequence[object]) -> Iterator[list[Any]]:
        """Return the rows of a query that stay on the server until they are fetched."""
        with self._database.transaction(db), db.cursor(name="wacr") as cursor:
            cursor.execute(_convert_placeholders(sql), tuple(values))
            while batch := cursor.fetchmany(BATCH):
                yield batch

    def _execute(self, sql: str, values: Sequence[object] = ()) -> int:
        with self.transaction():
            return self._db.execute(_convert_placeholders(sql), tuple(values)).rowcount

    def _execute_many(self, sql: str, rows: Sequence[Values]) -> None:
        if rows:
            with self.transaction(), self._db.cursor() as cursor:
                cursor.executemany(_convert_placeholders(sql), rows)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Answer every query within the block as of one moment."""
        with self._database.snapshot(self._db):
            self._in_snapshot = True
            try:
                yield
            finally:
                self._in_snapshot = False

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
        with self._database.in_schema(self._db) as db:
            try:
                found = db.execute(f"SELECT {sizes}").fetchone()
            except UNSUPPORTED:  # a distributed database may not have this function
                return 0
        return sum(found or ())

    def check(self) -> list[str]:
        """Return the problems in the links between the tables, in the indexes and in the text to search."""
        found = [f"a status change of message {one}, which does not exist" for (one,) in self._fetch_all(ORPHANS)]
        sql = (
            "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace ORDER BY 1"
        )
        found += [f"the index {name} is incomplete" for (name,) in self._fetch_all(sql)]
        sql = "SELECT id, message, message_key FROM messages WHERE message IS NOT NULL"
        batches = self._fetch_batches(sql, ())
        wrong = [number for batch in batches for number, message, key in batch if fold(message) != key]
        found += [f"{len(wrong)} messages can't be found by their text, such as {wrong[0]}"] if wrong else []
        return found + self._check_state()

    def close(self) -> None:
        """Close the connection."""
        self.__dict__.pop("_db", None)
        self._database.close()

    # Writing.

    @property
    def exists(self) -> bool:
        """Whether the archive's tables exist."""
        return self._read_version(self._database.connection) > 0

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lease of the one writer. Before there is an archive, :meth:`prepare` takes it."""
        self._lease = Lease(self._fetch, describe_process())
        if self.exists:
            self._take_lease(self._lease)
        try:
            yield
        finally:
            self._release_lease(self._lease)
            self._lease = None

    def _fetch(self, sql: str, values: Sequence[object]) -> list[Any]:
        """Return the rows of a statement that does not require this program's schema."""
        with self._database.in_schema(self._database.connection) as db:
            cursor = db.execute(_convert_placeholders(sql), tuple(values))
            return cursor.fetchall() if cursor.description else []

    def _make_created_error(self, lease: Lease) -> BusyError:
        return self._make_busy_error("was created meanwhile by another wacr", lease.find_holder())

    def keep_lock(self) -> None:
        """Renew a lease that would expire during a wait."""
        if self._lease and self._lease.is_held and self._lease.expires:
            with contextlib.suppress(WacrError), self.transaction():
                pass

    def _take_lease(self, lease: Lease) -> None:
        db = self._database.connection
        with self._database.translate_errors(), self._database.transaction(db):
            is_taken = lease.take(self._database.find_session(db))
        if not is_taken:
            raise self._make_busy_error("is being written by another wacr", lease.find_holder())

    def _release_lease(self, lease: Lease) -> None:
        if lease.is_held and self._database.is_connected:
            # After a signal has interrupted a statement, the connection takes no others.
            if not is_idle(self._database.connection):
                self.close()
            # A lease that can't be given back ends by itself. Its failure must not hide the one that ended the sync.
            with contextlib.suppress(WacrError):
                lease.release()

    def _make_busy_error(self, what: str, holder: str) -> BusyError:
        return BusyError(f"the archive {self.location!r} {what} ({holder})", "Wait until it finishes, or stop it.")

    def prepare(self) -> None:
        """Create the tables, or migrate them to this program's schema."""
        if self._read_version(self._database.connection) == 0:
            self._create()
        elif self._lease and not self._lease.is_held:
            raise self._make_created_error(self._lease)
        version = self._read_version(self._database.connection)
        with self._database.translate_errors():
            for number, migration in enumerate(schema.MIGRATIONS[version:], version + 1):
                self._migrate(number, migration)

    def _create(self) -> None:
        """Run the first migration and take the lease, in a schema that is created if it does not exist."""
        self._require_empty()
        db = self._database.connection
        with self._database.translate_errors():
            try:
                with self._write(db):
                    self._database.create_schema(db)
                    db.execute(schema.VERSIONS)
                    self._migrate(1, schema.MIGRATIONS[0])
                    if self._lease:
                        self._lease.take(self._database.find_session(db))
            except EXISTS_ALREADY:
                if not (self._lease and self.exists):  # another program's index or type
                    raise
                raise self._make_created_error(self._lease) from None

    def _migrate(self, number: int, migration: schema.Migration) -> None:
        """Run a migration and its record in one transaction; of an optional one that is denied, the record alone."""
        db = self._database.connection
        record = "INSERT INTO wacr_migrations VALUES (%s, %s, %s)"
        try:
            with self._write(db):
                for statement in migration.postgres:
                    db.execute(statement)
                if migration.rebuilds_words:
                    self._rebuild_words(db)
                db.execute(record, (number, migration.name, True))
        except (*UNSUPPORTED, *DENIED):
            if not migration.optional:
                raise
            with self._write(db):
                db.execute(record, (number, migration.name, False))

    def _rebuild_words(self, db: Connection) -> None:
        """Fill the column of words again, where it differs."""
        update = _convert_placeholders(_UPDATE_WORDS)
        with db.cursor() as writer:
            for batch in self._read_cursor(db, "SELECT id, message FROM messages WHERE message IS NOT NULL", ()):
                writer.executemany(update, [(prepare_words(message), number) for number, message in batch])

    def _require_empty(self) -> None:
        """Raise :class:`UsageError` for a schema with tables of the same names, or a database without Unicode."""
        encoding = str(self._fetch("SHOW server_encoding", ())[0][0])
        if encoding.upper() not in ("UTF8", "UNICODE"):
            raise UsageError(
                f"the database {self.location!r} has the encoding {encoding}, not UTF8",
                "Create one with ENCODING 'UTF8'.",
            )
        if others := self._list_tables(self._database.connection) & set(schema.TABLES):
            raise UsageError(
                f"{self.location!r} has other tables with the archive's names: {', '.join(sorted(others))}",
                "Name another database, or another schema: wacr config set schema NAME.",
            )

    def open_beside_sync(self) -> None:
        """Check that the archive has this program's schema: a connection can write anyway."""
        self._fetch_all("SELECT 1")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything within the block at its end, or nothing."""
        with self._database.translate_errors(), self._write(self._db):
            yield

    @contextmanager
    def _write(self, db: Connection) -> Iterator[None]:
        """Write in one transaction, as the holder of the lease where this is a sync."""
        is_outermost = is_idle(db)
        with self._database.transaction(db):
            if is_outermost and self._lease and self._lease.is_held and not self._lease.renew():
                raise self._make_busy_error("was taken over by another wacr", self._lease.find_holder())
            yield

    # The connection.

    @cached_property
    def _db(self) -> Connection:
        """The connection to an archive with this program's schema."""
        return self._require_archive(self._database.connection)

    def _require_archive(self, db: Connection) -> Connection:
        version = self._read_version(db)
        if version == 0:
            raise UsageError(f"there is no archive at {self.location!r}", "Run wacr sync to create it.")
        if version < schema.SCHEMA:
            raise UsageError(f"the archive {self.location!r} was made by an older wacr", "Run wacr sync to update it.")
        return db

    def _list_tables(self, db: Connection) -> set[str]:
        """Return the names of the tables in the archive's schema."""
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = coalesce(%s, current_schema())"
        with self._database.translate_errors():
            return {str(name) for (name,) in db.execute(sql, (self._database.schema,))}

    def _read_version(self, db: Connection) -> int:
        """Return the schema's number, 0 where there is none. Raises :class:`UsageError` for a newer one."""
        if "wacr_migrations" not in self._list_tables(db):
            return 0
        with self._database.in_schema(db):
            found = db.execute("SELECT max(number) FROM wacr_migrations").fetchone()
        version = int(found[0] or 0) if found else 0
        self._check_version(version)
        return version


@lru_cache(maxsize=256)
def _convert_placeholders(statement: str) -> str:
    """Return a statement with psycopg's placeholders in place of ``?``."""
    return statement.replace("%", "%%").replace("?", "%s")


def _to_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)
