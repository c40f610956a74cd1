"""The contacts of an archive: a part of the stores."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from wacr_cli.archive.rows import CONTACT_COLUMNS, Values, convert_contact
from wacr_cli.archive.select import make_placeholders
from wacr_cli.archive.store import UpsertResult
from wacr_cli.core.contacts import get_name, normalize_number
from wacr_cli.core.models import Row


class ContactQueries(ABC):
    """A part of :class:`~wacr_cli.archive.sql_store.SqlStore`."""

    @abstractmethod
    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a query."""

    @abstractmethod
    def _execute_many(self, sql: str, rows: Sequence[Values]) -> None:
        """Run a statement once for each row of values."""

    def names_for(self, numbers: Iterable[str]) -> dict[str, str]:
        """Return the names of the archive's contacts with these phone numbers, by the digits of the numbers."""
        keys = {normalize_number(number) for number in numbers}
        if not keys:
            return {}
        places = make_placeholders(len(keys))
        sql = f"SELECT phone_key, raw FROM contacts WHERE phone_key IN ({places}) ORDER BY id DESC"  # noqa: S608
        names = {key: get_name(json.loads(raw)) for key, raw in self._fetch_all(sql, [*keys])}
        return {key: name for key, name in names.items() if name}

    def upsert_contacts(self, rows: Sequence[Row], now: str) -> UpsertResult:
        """Insert or update contacts."""
        by_id = {row["id"]: row for row in rows}
        if not by_id:
            return UpsertResult()
        raws = dict(
            self._fetch_all(f"SELECT id, raw FROM contacts WHERE id IN ({make_placeholders(len(by_id))})", [*by_id])  # noqa: S608
        )
        values = [(number, *self._convert_contact(row), now, now) for number, row in by_id.items()]
        self._execute_many(_build_contact_upsert(), values)
        new = tuple(number for number in by_id if number not in raws)
        changed = tuple(number for number, raw in raws.items() if json.loads(raw) != by_id[number])
        return UpsertResult(new, changed, tuple(number for number in raws if number not in changed))

    def _convert_contact(self, row: Row) -> Values:
        """Return the columns of a contact, without its id and the times of the sync."""
        return convert_contact(row)


def _build_contact_upsert() -> str:
    names = (*CONTACT_COLUMNS, "phone_key", "raw", "first_seen_at", "last_seen_at")
    updates = ", ".join(f"{name} = excluded.{name}" for name in names if name != "first_seen_at")
    return (
        f"INSERT INTO contacts (id, {', '.join(names)}) VALUES ({make_placeholders(len(names) + 1)}) "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {updates}"
    )
