"""The lock of the one writer of a PostgreSQL archive: a row of ``sync_state`` that names the holder.

A lock of the session would be no lock behind a connection pooler, which gives each transaction another session. So
each transaction of the writer renews the row first, and keeps it locked until it ends: what it writes is written as the
holder or not at all. All times are the server's.

1. The lease of a sync that is connected to the server itself ends with its session.
2. Through a pooler the server does not see that a sync was killed: its lease ends when it has not been renewed for
   :data:`SECONDS`. A sync renews it while it waits. One that was suspended for longer goes on, unless another sync
   has taken the lease meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

SECONDS = 60
"""How long a lease holds that is not renewed."""

_EXPIRY = "extract(epoch FROM clock_timestamp()) + ?"
# pg_stat_activity hides the start of other roles' sessions: those count as the holder's.
_SESSION = (
    "SELECT 1 FROM pg_stat_activity AS a WHERE a.pid = (value::jsonb->>'backend')::int "
    "AND coalesce(extract(epoch FROM a.backend_start) = (value::jsonb->>'started')::numeric, true)"
)
_FREE = (
    "coalesce(value::jsonb->>'owner', ?) = ? OR CASE WHEN value::jsonb->>'backend' IS NULL "
    "THEN (value::jsonb->>'expires')::numeric < extract(epoch FROM clock_timestamp()) "
    f"ELSE NOT EXISTS ({_SESSION}) END"
)
# Where the row exists, the condition keeps the statement from waiting for a transaction that has the row locked.
_CREATE = (
    "INSERT INTO sync_state (key, value) SELECT 'lease', '{}' "
    "WHERE NOT EXISTS (SELECT 1 FROM sync_state WHERE key = 'lease') ON CONFLICT (key) DO NOTHING"
)
_LOCK = f"SELECT {_FREE} FROM sync_state WHERE key = 'lease' FOR UPDATE SKIP LOCKED"  # noqa: S608
_TAKE = (
    "UPDATE sync_state SET value = jsonb_build_object('owner', ?::text, 'holder', ?::text, 'backend', ?::int, "  # noqa: S608
    "'started', (SELECT extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid = ?::int), "
    f"'expires', {_EXPIRY})::text WHERE key = 'lease'"
)
_RENEW = (
    f"UPDATE sync_state SET value = (value::jsonb || jsonb_build_object('expires', {_EXPIRY}))::text "  # noqa: S608
    "WHERE key = 'lease' AND value::jsonb->>'owner' = ? RETURNING 1"
)
_RELEASE = "UPDATE sync_state SET value = '{}' WHERE key = 'lease' AND value::jsonb->>'owner' = ?"
_HOLDER = "SELECT value::jsonb->>'holder' FROM sync_state WHERE key = 'lease'"


class Lease:
    """The lease of one sync. ``fetch`` runs a statement and returns its rows; ``holder`` describes this process.

    ``is_held`` says that it was taken and not given back; each transaction finds out whether another sync took it.
    ``expires`` says that it ends by time, since the server does not see whether this process is alive.
    """

    def __init__(self, fetch: Callable[[str, Sequence[object]], list[Any]], holder: str) -> None:
        self._fetch = fetch
        self._holder = holder
        self._owner = secrets.token_hex(8)
        self.is_held = False
        self.expires = False

    def take(self, backend: int | None) -> bool:
        """Take the lease and return whether it was free. The caller holds a transaction.

        *backend* is the process of the server's session, None where a pooler may change the session.
        """
        self._fetch(_CREATE, ())
        found = self._fetch(_LOCK, (self._owner, self._owner))
        # Without a row, a transaction of the holder has it locked right now.
        self.is_held = bool(found and found[0][0])
        if self.is_held:
            self.expires = backend is None
            self._fetch(_TAKE, (self._owner, self._holder, backend, backend, SECONDS))
        return self.is_held

    def renew(self) -> bool:
        """Renew the lease for this transaction; return whether no other sync has taken it."""
        return bool(self._fetch(_RENEW, (SECONDS, self._owner)))

    def release(self) -> None:
        """Give the lease back, where it is held."""
        if self.is_held:
            self.is_held = False
            self._fetch(_RELEASE, (self._owner,))

    def find_holder(self) -> str:
        """Return who holds the lease, in words."""
        found = self._fetch(_HOLDER, ())
        process, _, host = str((found and found[0][0]) or "").partition("@")
        return f"process {process} on {host}" if host else "process unknown"
