"""The details of messages, which lists lack, and the files of messages: a part of the stores.

A message has ``details_at`` once all of its details are known: from a call of its own, or from a list, if the API's
lists have them. Messages that become ``failed`` lose it, because the reason is new.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from wacr_cli.archive.rows import Values, convert_details, has_details, to_column
from wacr_cli.archive.select import make_placeholders
from wacr_cli.archive.store import MediaFile
from wacr_cli.core.models import EXTRA_FIELDS, TYPES_WITHOUT_FILE, Row

_AT_ONCE = 500
_CONDITIONS = {
    "failed": "status = 'failed'",
    "media": "type NOT IN ({})".format(", ".join(f"'{name}'" for name in TYPES_WITHOUT_FILE)),
    "replies": "(direction = 'inbound' AND type IN ('text', 'interactive'))",
    "outbound": "direction = 'outbound'",
    "all": "1 = 1",
}
_MEDIA_COLUMNS = ("id", "file", "sha256", "bytes", "content_type", "fetched_at", "error")


class DetailQueries(ABC):
    """A part of :class:`~wacr_cli.archive.sql_store.SqlStore`."""

    @abstractmethod
    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a query."""

    @abstractmethod
    def _execute_many(self, sql: str, rows: Sequence[Values]) -> None:
        """Run a statement once for each row of values."""

    def list_without_details(self, kinds: Sequence[str], before: int | None, most: int) -> list[int]:
        """Return the ids of messages of some kinds without details, newest first; *before* is the last id so far."""
        condition = _build_condition(kinds) + " AND id < ?" * (before is not None)
        sql = f"SELECT id FROM messages WHERE {condition} ORDER BY id DESC LIMIT ?"  # noqa: S608
        values = (most,) if before is None else (before, most)
        return [number for (number,) in self._fetch_all(sql, values)]

    def count_without_details(self, kinds: Sequence[str]) -> int:
        """Return how many messages of some kinds have no details."""
        return int(self._fetch_all(f"SELECT count(*) FROM messages WHERE {_build_condition(kinds)}")[0][0])  # noqa: S608

    def set_details(self, number: int, row: Row, now: str) -> None:
        """Store the details of a message as of *now*, RFC 3339."""
        columns = ", ".join(f"{name} = ?" for name in EXTRA_FIELDS)
        sql = f"UPDATE messages SET {columns}, details_at = ? WHERE id = ?"  # noqa: S608
        self._execute_many(sql, [(*convert_details(row), now, number)])

    def _upsert_details(self, rows: Iterable[Row], now: str) -> None:
        """Store the details that rows of a list have; a missing or null one erases nothing."""
        found = [row for row in rows if any(name in row for name in EXTRA_FIELDS)]
        columns = ", ".join(f"{name} = COALESCE(?, {name})" for name in EXTRA_FIELDS)
        sql = f"UPDATE messages SET {columns}, details_at = COALESCE(?, details_at) WHERE id = ?"  # noqa: S608
        self._execute_many(
            sql, [(*convert_details(row), now if has_details(row) else None, row["id"]) for row in found]
        )

    def _expire_details(self, ids: Iterable[object]) -> None:
        """Let the details of messages be read again."""
        self._execute_many("UPDATE messages SET details_at = NULL WHERE id = ?", [(one,) for one in ids])

    def get_media(self, ids: Sequence[int]) -> dict[int, MediaFile]:
        """Return what the manifest has about the files of messages."""
        found: dict[int, MediaFile] = {}
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            sql = f"SELECT {', '.join(_MEDIA_COLUMNS)} FROM media WHERE id IN ({make_placeholders(len(some))})"  # noqa: S608
            found |= {number: MediaFile(*values) for number, *values in self._fetch_all(sql, [*some])}
        return found

    def set_media(self, files: Mapping[int, MediaFile]) -> None:
        """Store what is known about the files of messages."""
        updates = ", ".join(f"{name} = excluded.{name}" for name in _MEDIA_COLUMNS[1:])
        sql = (
            f"INSERT INTO media ({', '.join(_MEDIA_COLUMNS)}) VALUES ({make_placeholders(len(_MEDIA_COLUMNS))}) "  # noqa: S608
            f"ON CONFLICT (id) DO UPDATE SET {updates}"
        )
        self._execute_many(
            sql,
            [(number, *(to_column(value) for value in astuple(one))) for number, one in files.items()],
        )


def _build_condition(kinds: Sequence[str]) -> str:
    """Return the condition that a message is of one of some kinds and has no details."""
    either = " OR ".join(_CONDITIONS[kind] for kind in kinds)
    return f"deleted_at IS NULL AND details_at IS NULL AND ({either})"
