"""The archive in one SQLite file, in WAL mode, so that readers and the one sync never wait for each other."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from wacr_cli.archive import schema
from wacr_cli.archive.rows import Values
from wacr_cli.archive.select import Select
from wacr_cli.archive.sql_store import BATCH, ORPHANS, SqlStore
from wacr_cli.archive.text import fold
from wacr_cli.core.errors import BusyError, UsageError, WacrError
from wacr_cli.core.locks import lock_file
from wacr_cli.core.query import Query

INDEXES = ("messages_words", "messages_trigrams")

_BUSY_SECONDS = 10.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_DENIED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR)

_TRIGRAM = 3
_MAX_TRIGRAMS = 12
# Scripts whose upper and lower case SQLite's tokenizer does not know.
_UNFOLDED = (
    "[\u10a0-\u10ff\u13a0-\u13ff\u1c80-\u1cbf\ua640-\ua7ff\uab30-\uabbf\U000104b0-\U000104ff\U0001e900-\U0001e95f]"
)


class SqliteDialect:
    """SQLite's: full-text indexes are tables, null comes before every value."""

    no_index = "+"
    conversation_index = "INDEXED BY messages_conversations"
    null_order = ("", "")

    def add_words(self, select: Select, query: Query, phrases: list[str]) -> None:
        """Search the index of words."""
        _add_match(select, "messages_words", phrases)

    def add_substring(self, select: Select, query: Query, needle: str) -> None:
        """Search the index of trigrams, and check the text of each match."""
        trigrams = _pick_trigrams(needle)
        # A conversation narrows the search more than any trigram.
        in_conversation = any(one.field == "interaction_id" and not one.negative for one in query.filters)
        if trigrams and not in_conversation:
            _add_match(select, "messages_trigrams", trigrams)
        if needle == needle.upper():  # without case, as in Chinese or Arabic
            select.add("instr(m.message, ?) > 0", needle)
        else:
            select.add("wacr_contains(m.message, ?)", needle)


def _add_match(select: Select, index: str, phrases: list[str]) -> None:
    """Search a full-text index for literal phrases, in the order of its rows where the query has that order."""
    select.tables = f"{index} AS t CROSS JOIN messages AS m ON m.id = t.rowid"
    select.add(f"{index} MATCH ?", " ".join('"' + phrase.replace('"', '""') + '"' for phrase in phrases))
    select.order = select.order.replace("m.id", "t.rowid")


def _pick_trigrams(needle: str) -> list[str]:
    """Return some trigrams of *needle*, spread over it, each once; none where it is shorter."""
    last = len(needle) - _TRIGRAM
    starts = range(0, last + 1, max(1, -(-last // _MAX_TRIGRAMS)))
    trigrams = dict.fromkeys(needle[at : at + _TRIGRAM] for at in (*starts, last) if last >= 0)
    return [one for one in trigrams if not re.search(_UNFOLDED, one)]


class SqliteStore(SqlStore):
    """The archive in one file. It is opened read-only, which writes nothing, until :meth:`prepare` is called."""

    _dialect = SqliteDialect()

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = False

    @property
    def location(self) -> str:
        """The file's path."""
        return str(self._path)

    # Running statements.

    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._translate_errors():
            return self._db.execute(sql, values).fetchall()

    def _fetch_batches(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        with self._translate_errors():
            cursor = self._db.execute(sql, values)
        while batch := self._fetch_batch(cursor):
            yield batch

    def _fetch_batch(self, cursor: sqlite3.Cursor) -> list[Any]:
        with self._translate_errors():
            return cursor.fetchmany(BATCH)

    def _execute(self, sql: str, values: Sequence[object] = ()) -> int:
        with self._translate_errors():
            return self._db.execute(sql, values).rowcount

    def _execute_many(self, sql: str, rows: Sequence[Values]) -> None:
        with self._translate_errors():
            self._db.executemany(sql, rows)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Answer every query within the block as of one moment."""
        self._execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    # Checks.

    def _measure_size(self) -> int:
        files = [self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))]
        return sum(file.stat().st_size for file in files if file.exists())

    def check(self) -> list[str]:
        """Return what SQLite's integrity check finds, and where a full-text index differs from the messages."""
        found = [line for (line,) in self._run_check(self._db, "PRAGMA integrity_check(20)") if line != "ok"]
        found += [
            f"a status change of message {one}, which does not exist" for (one,) in self._run_check(self._db, ORPHANS)
        ]
        with self._translate_errors(), self._open_to_check() as db:
            for index in INDEXES:
                # This command of FTS5 is an INSERT that inserts nothing. It fails where the two differ.
                sql = f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
                found += [f"{index} differs from the messages: {reason}" for (reason,) in self._run_check(db, sql)]
        return [*map(str, found), *self._check_state()]

    @contextmanager
    def _open_to_check(self) -> Iterator[sqlite3.Connection]:
        """Open the archive for writing, or a copy of it where it is read-only."""
        folder = Path(os.path.realpath(self._path)).parent
        with ExitStack() as stack:
            if os.access(self._path, os.W_OK) and os.access(folder, os.W_OK):
                db = stack.enter_context(closing(self._connect("rw")))
            else:
                import tempfile

                copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wacr-"))) / "copy.sqlite"
                db = stack.enter_context(closing(sqlite3.connect(copy, isolation_level=None)))
                self._db.backup(db)
            yield db

    def _run_check(self, db: sqlite3.Connection, sql: str) -> list[tuple[object]]:
        """Return the rows of a check, or the damage that keeps it from running."""
        with self._translate_errors():
            try:
                return db.execute(sql).fetchall()
            except sqlite3.DatabaseError as error:
                if _get_code(error) not in _DAMAGED:
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
        """Whether there is a file that is not empty."""
        found = self._stat()
        return found is not None and (not stat.S_ISREG(found.st_mode) or found.st_size > 0)

    def _stat(self) -> os.stat_result | None:
        """Return the file's status, None where there is no file."""
        try:
            return self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._make_read_error(error.strerror) from None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of the one writer: a lock file beside the archive."""
        with ExitStack() as stack:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path = Path(os.path.realpath(self._path))  # one lock for one file, whatever its name
                lock = path.with_name(f".{path.name}.wacr-lock")
                stack.enter_context(lock_file(lock, f"the archive {self.location!r}"))
            except OSError as error:
                raise self._make_write_error(error.strerror) from None
            yield

    def prepare(self) -> None:
        """Create the file, readable by its owner only, or migrate it to this program's schema."""
        self.close()
        if (found := self._stat()) and not stat.S_ISREG(found.st_mode):
            raise self._make_type_error()
        self._writing = True
        try:
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
        except OSError as error:
            raise self._make_write_error(error.strerror) from None
        version = self._read_version(self._db)
        self._execute("PRAGMA journal_mode = WAL")
        self._execute("PRAGMA synchronous = NORMAL")
        for number, migration in enumerate(schema.MIGRATIONS[version:], version + 1):
            with self.transaction():
                for statement in migration.sqlite:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {number}")

    def open_beside_sync(self) -> None:
        """Open the file for writing; it has this program's schema. Writes wait for those of a sync."""
        self._fetch_all("SELECT 1")
        self.close()
        self._writing = True
        self._execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything within the block at its end, or nothing; within another transaction, with that."""
        if self._db.in_transaction:
            yield
            return
        with self._translate_errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    # The file.

    @cached_property
    def _db(self) -> sqlite3.Connection:
        """The open file, an archive with this program's schema."""
        if self._writing:
            return self._connect("rw")
        if (found := self._stat()) is None:
            raise UsageError(f"there is no archive at {self.location!r}", "Run wacr sync to create it.")
        if not stat.S_ISREG(found.st_mode):
            raise self._make_type_error()
        with self._translate_errors():
            db = self._open_read_only()
        if self._read_version(db) < schema.SCHEMA:
            db.close()
            raise UsageError(
                f"the archive {self.location!r} is empty or was made by an older wacr", "Run wacr sync to update it."
            )
        return db

    def _open_read_only(self) -> sqlite3.Connection:
        """Open the file without the right to write, in a read-only folder even without the files that WAL needs."""
        db = self._connect("ro")
        try:
            db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.OperationalError as error:
            db.close()
            log = self._path.with_name(f"{self._path.name}-wal")
            if _get_code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or (
                log.exists() and log.stat().st_size
            ):
                raise
            return self._connect("ro", "&immutable=1")
        return db

    def _connect(self, mode: str, more: str = "") -> sqlite3.Connection:
        # As a URI, in which a path's own ? and # are quoted.
        uri = f"{self._path.absolute().as_uri()}?mode={mode}{more}"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)
        db.create_function("wacr_contains", 2, _contains, deterministic=True)
        return db

    def _read_version(self, db: sqlite3.Connection) -> int:
        """Return the schema's number, 0 for an empty file. Raises :class:`UsageError` for any other database."""
        with self._translate_errors():
            application, version, tables = (
                db.execute(sql).fetchone()[0]
                for sql in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
            )
        if application != schema.APPLICATION_ID and (application or tables or version):
            raise self._make_type_error()
        self._check_version(version)
        return int(version)

    # Errors.

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise the database's errors as :class:`WacrError`."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translate(error) from None

    def _translate(self, error: sqlite3.DatabaseError) -> Exception:
        code = _get_code(error)
        if code == sqlite3.SQLITE_NOTADB:
            return self._make_type_error()
        if code in _DAMAGED:
            return WacrError(
                f"the archive {self.location!r} is damaged: {error}",
                "Run wacr archive check for details, or move the file away and run wacr sync to read it again.",
                code="ARCHIVE_DAMAGED",
            )
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and self._writing):
            return WacrError(
                f"can't write the archive {self.location!r}: {error}",
                "Check that the disk is not full. What was in the archive is unchanged.",
                code="WRITE_FAILED",
            )
        if code in _DENIED:
            return self._make_write_error(str(error)) if self._writing else self._make_read_error(str(error))
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return BusyError(
                f"the archive {self.location!r} is locked by another program", "Wait until it finishes, or stop it."
            )
        if str(error).startswith(("no such module", "no such tokenizer")):
            return UsageError(
                f"SQLite {sqlite3.sqlite_version}, which this Python uses, has no full-text search",
                "Use a Python with SQLite 3.34 or later and FTS5.",
            )
        return error

    def _make_type_error(self) -> UsageError:
        return UsageError(
            f"{self.location!r} is not an archive of wacr", "Name another file; wacr sync creates one that is missing."
        )

    def _make_read_error(self, reason: str | None) -> UsageError:
        return UsageError(f"can't read the archive {self.location!r}: {reason}", "Check its permissions.")

    def _make_write_error(self, reason: str | None) -> UsageError:
        return UsageError(f"can't write the archive {self.location!r}: {reason}", "Name a file that you can write.")


def _get_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary error code."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _contains(text: object, needle: str) -> bool:
    return isinstance(text, str) and needle in fold(text)
