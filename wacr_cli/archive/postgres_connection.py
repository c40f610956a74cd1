"""The connection to PostgreSQL, and the errors of the database.

It also works through a connection pooler that gives each transaction another session of the server, such as PgBouncer:
nothing is set or prepared for a session, and what has to be set is set in each transaction.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from wacr_cli.core.errors import UnavailableError, UsageError, WacrError
from wacr_cli.settings.config import hide_password

try:
    import psycopg
    from psycopg import conninfo, errors, sql
    from psycopg.pq import TransactionStatus
except ImportError:
    raise UsageError(
        "an archive in PostgreSQL needs psycopg",
        "Run pip install 'wacr-cli[postgres]', or name a file with --archive-at.",
    ) from None

UNSUPPORTED = (
    errors.FeatureNotSupported,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.UndefinedFile,
    errors.InvalidSchemaName,
)
EXISTS_ALREADY = (errors.DuplicateTable, errors.DuplicateSchema, errors.UniqueViolation)
DENIED = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)

_CONNECT_SECONDS = 10
_FULL = (errors.DiskFull, errors.OutOfMemory)
_DISCONNECTED = (psycopg.OperationalError, psycopg.InterfaceError)
# In the message of a server that refuses connections now and will take them later.
_TEMPORARY = ("starting up", "shutting down", "too many", "recovery mode", "remaining connection slots")
_SEARCH_PATH = re.compile(r"-c *search_path=([a-z_][a-z0-9_]*)")
# The path of the role follows: extensions may be in any of its schemas.
_SET_PATH = (
    "SELECT set_config('search_path', "
    "concat_ws(', ', quote_ident(%s), nullif(current_setting('search_path'), '')), true)"
)

Connection = psycopg.Connection[Any]


class Database:
    """The database of an archive at a ``postgresql://`` URL. libpq fills in what the URL leaves out.

    ``schema`` is where the tables are, None for the first one of the role's ``search_path``. One in the URL, as
    ``options=-csearch_path=NAME``, comes before it.
    """

    def __init__(self, url: str, schema: str | None = None) -> None:
        self._parts = _parse_url(url)
        self._url = url
        if found := _SEARCH_PATH.fullmatch(str(self._parts.get("options"))):
            # A pooler refuses options, and could not keep the setting for a session.
            self.schema: str | None = found[1]
            del self._parts["options"]
        else:
            self.schema = schema
            if schema:  # named as libpq would take it
                self._url += f"{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"

    @property
    def location(self) -> str:
        """The URL, with the schema and without a password."""
        return hide_password(self._url)

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, as far as the client knows."""
        return "connection" in self.__dict__ and not self.connection.closed

    @cached_property
    def connection(self) -> Connection:
        """The connection that is kept open."""
        with self.translate_errors():
            return self.connect()

    def connect(self) -> Connection:
        """Return a new connection."""
        seconds = int(self._parts.get("connect_timeout") or _CONNECT_SECONDS)
        name = f"wacr {describe_process()}"[:63]
        given = self._parts | {"application_name": name, "connect_timeout": seconds, "client_encoding": "utf8"}
        # The next transaction may not have the session in which a statement was prepared.
        return psycopg.connect(autocommit=True, prepare_threshold=None, **given)

    def close(self) -> None:
        """Close the connection that is kept open."""
        if "connection" in self.__dict__:
            self.__dict__.pop("connection").close()

    @contextmanager
    def transaction(self, db: Connection) -> Iterator[None]:
        """Commit everything within the block at its end, or nothing."""
        is_outermost = is_idle(db)
        with db.transaction():
            if is_outermost:
                self.set_path(db)
            yield

    @contextmanager
    def in_schema(self, db: Connection) -> Iterator[Connection]:
        """Run the statements of the block where the tables are: in a transaction, where it takes one."""
        with self.translate_errors():
            if self.schema is None or not is_idle(db):
                yield db
            else:
                with self.transaction(db):
                    yield db

    @contextmanager
    def snapshot(self, db: Connection) -> Iterator[None]:
        """Answer every query within the block as of one moment."""
        with self.translate_errors():
            db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            self.set_path(db)
        try:
            yield
        finally:
            if self.is_connected:
                with self.translate_errors():
                    db.execute("ROLLBACK")

    def create_schema(self, db: Connection) -> None:
        """Create the schema, unless it exists."""
        found = db.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self.schema,)).fetchone()
        if self.schema and not found:
            db.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.schema)))

    def find_session(self, db: Connection) -> int | None:
        """Return the process of the server that serves this connection, None where a pooler is between them.

        A pooler gives its clients a number of its own, since any process may serve their next transaction.
        """
        found = db.execute("SELECT pg_backend_pid()").fetchone()
        return db.info.backend_pid if found and found[0] == db.info.backend_pid else None

    def set_path(self, db: Connection) -> None:
        """Let the names of tables mean those of the schema, until the transaction ends."""
        if self.schema is not None:
            db.execute(_SET_PATH, (self.schema,))

    # Errors.

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Raise the database's errors as :class:`WacrError`."""
        try:
            yield
        except psycopg.Error as error:
            raise self._translate(error) from None

    def _translate(self, error: psycopg.Error) -> WacrError:
        reason = self._describe(error)
        if isinstance(error, DENIED):
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
        if "connection" not in self.__dict__ and refused and not any(word in reason for word in _TEMPORARY):
            is_pooler = "unsupported startup parameter" in reason
            return UsageError(
                f"can't open the archive {self.location!r}: {reason}",
                "A connection pooler takes no options. Leave them out of the URL; for a schema, set WACR_SCHEMA."
                if is_pooler
                else "Check the URL, and the password in PGPASSWORD, ~/.pgpass or a service file.",
                code="ARCHIVE_REFUSED",
            )
        if isinstance(error, _DISCONNECTED):
            what = "failed" if self.is_connected else "can't be reached"
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


def describe_process() -> str:
    """Return this process and its machine, as ``PID@HOST``."""
    return f"{os.getpid()}@{socket.gethostname()}"


def is_idle(db: Connection) -> bool:
    """Return whether a connection is in no transaction."""
    return db.info.transaction_status == TransactionStatus.IDLE


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
