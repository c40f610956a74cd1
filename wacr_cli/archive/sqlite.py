"""The archive as one SQLite file: WAL, so that readers and the one sync do not wait for each other."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from wacr_cli.archive.rows import Line
from wacr_cli.archive.schema import APPLICATION_ID, MIGRATIONS
from wacr_cli.archive.select import SqliteDialect, fold
from wacr_cli.archive.sql_store import BATCH, STRAYS, SqlStore
from wacr_cli.core.errors import BusyError, UsageError, WacrError
from wacr_cli.core.locks import held

SCHEMA = len(MIGRATIONS)
INDEXES = ("messages_words", "messages_trigrams")

_BUSY_SECONDS = 10.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SqliteStore(SqlStore):
    """The archive in one file. It is opened for reading, which writes nothing, until :meth:`prepare` is called."""

    _dialect = SqliteDialect()
    _schema = SCHEMA

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = False

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self._path)

    # How it is spoken to.

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._told():
            return self._db.execute(sql, values).fetchall()

    def _stream(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        with self._told():
            rows = self._db.execute(sql, values)
        while batch := self._some(rows):
            yield batch

    def _some(self, rows: sqlite3.Cursor) -> list[Any]:
        with self._told():
            return rows.fetchmany(BATCH)

    def _do(self, sql: str, values: Sequence[object] = ()) -> int:
        with self._told():
            return self._db.execute(sql, values).rowcount

    def _do_each(self, sql: str, lines: Sequence[Line]) -> None:
        with self._told():
            self._db.executemany(sql, lines)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Whatever is asked within is answered as of one moment."""
        with self._told():
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    # What there is to say of it.

    def _size(self) -> int:
        files = [self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))]
        return sum(file.stat().st_size for file in files if file.exists())

    def check(self) -> list[str]:
        """What SQLite's own check finds, and that of the full-text indexes against the messages."""
        found = [line for (line,) in self._checked(self._db, "PRAGMA integrity_check(20)") if line != "ok"]
        found += [f"a status change of message {one}, which is not there" for (one,) in self._checked(self._db, STRAYS)]
        with self._told(), self._scratch() as db:
            for index in INDEXES:
                # This check is an INSERT that inserts nothing; what it says is only that the two differ.
                check = f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
                found += [f"{index} does not agree with the messages: {said}" for (said,) in self._checked(db, check)]
        return [str(line) for line in found]

    @contextmanager
    def _scratch(self) -> Iterator[sqlite3.Connection]:
        """The archive, open to be written: itself, or a copy where it can't be."""
        folder = Path(os.path.realpath(self._path)).parent
        with ExitStack() as stack:
            if os.access(self._path, os.W_OK) and os.access(folder, os.W_OK):
                db = stack.enter_context(closing(self._connect("rw")))
            else:
                import tempfile

                place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wacr-"))) / "copy.sqlite"
                db = stack.enter_context(closing(sqlite3.connect(place, isolation_level=None)))
                self._db.backup(db)
            yield db

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
        found = self._stat()
        return found is not None and (not stat.S_ISREG(found.st_mode) or found.st_size > 0)

    def _stat(self) -> os.stat_result | None:
        """What is there, None where nothing is."""
        try:
            return self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UsageError(
                f"can't read the archive {self.place!r}: {error.strerror}", "Check its permissions."
            ) from None

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
        if (found := self._stat()) and not stat.S_ISREG(found.st_mode):
            raise self._no_archive()
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

    # The file.

    @cached_property
    def _db(self) -> sqlite3.Connection:
        """The open file: an archive of a schema that this program knows."""
        if self._writing:
            return self._connect("rw")
        if (found := self._stat()) is None:
            raise UsageError(f"there is no archive at {self.place!r}", "wacr sync makes it.")
        if not stat.S_ISREG(found.st_mode):
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
            if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or (
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


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary error code."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _contains(text: object, needle: str) -> bool:
    return isinstance(text, str) and needle in fold(text)
