"""The base of the stores: queries and upserts in SQL that SQLite and PostgreSQL both run.

Statements have a ``?`` for each value. What the databases write differently is in their
:class:`~wacr_cli.archive.select.Dialect`; subclasses run the statements.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from typing import Any, ClassVar

from wacr_cli.archive import conversations, months, schema
from wacr_cli.archive.contacts import ContactQueries
from wacr_cli.archive.details import DetailQueries
from wacr_cli.archive.months import Month
from wacr_cli.archive.places import PlaceQueries, build_direction
from wacr_cli.archive.rows import (
    COLUMNS,
    DETAIL_COLUMNS,
    Stored,
    Values,
    classify,
    convert_message,
    decode_row,
    encode,
    make_event,
    sort_by_id,
)
from wacr_cli.archive.select import Dialect, Select, build_select, make_placeholders, restrict_to_time_range
from wacr_cli.archive.statistics import StatisticsQueries
from wacr_cli.archive.store import Info, Store, UpsertResult
from wacr_cli.core.conversations import FAILED, Conversation, ConversationQuery
from wacr_cli.core.errors import IncompleteError, NotFoundError, UsageError
from wacr_cli.core.models import PER_PAGE_DEFAULT, PER_PAGE_MAX, Row
from wacr_cli.core.query import Query
from wacr_cli.core.source import Listing

BATCH = PER_PAGE_MAX
"""Rows read at a time. A page of the API has as many, so that a table is as wide from either."""

_INTEGER_LIMIT = 2**63
_LISTED_IDS = 5
_EVENTS_AT_ONCE = 1_000
_ROW = ", ".join(f"m.{name}" for name in ("raw", "direction", "deleted_at", *DETAIL_COLUMNS))
ORPHANS = "SELECT s.id FROM status_changes AS s LEFT JOIN messages AS m ON m.id = s.id WHERE m.id IS NULL"
"""Status changes without their message."""


_INSERT_STATUS = "INSERT INTO status_changes (id, seen_at, old_status, new_status) VALUES (?, ?, ?, ?)"
_SET_STATE = "INSERT INTO sync_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class SqlStore(PlaceQueries, DetailQueries, ContactQueries, StatisticsQueries, Store):
    """An archive in a database.

    ``_search_columns`` are further columns of messages, each with the expression that takes its value.
    """

    _dialect: Dialect
    _search_columns: ClassVar[Mapping[str, str]] = {}
    _records_events = False

    # Running statements. Each raises what :class:`~wacr_cli.archive.store.Store` says.

    @abstractmethod
    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a query."""

    @abstractmethod
    def _fetch_batches(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        """Return the rows of a query as of one moment, :data:`BATCH` at a time; *most* is the limit in the query."""

    @abstractmethod
    def _execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement and return how many rows it changed."""

    @abstractmethod
    def _execute_many(self, sql: str, rows: Sequence[Values]) -> None:
        """Run a statement once for each row of values."""

    @abstractmethod
    def _measure_size(self) -> int:
        """Return the archive's size in bytes."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Answer every query within the block as of one moment."""

    def keep_lock(self) -> None:
        """Keep the lock of the one writer: by default it lasts as long as the process."""

    # Queries.

    def list_messages(self, query: Query) -> Listing:
        """Return the messages that match, from one snapshot of the archive."""
        listing = Listing()
        listing.windows = self._read_windows(query, listing)
        return listing

    def count(self, query: Query) -> int:
        """Return how many messages match."""
        select = self._build_select(query)
        in_range = restrict_to_time_range(select, query)
        if query.windowed:
            least = self._fetch_all(f"SELECT min(m.id) {in_range.sql}", in_range.values)[0][0]
            if undated := self._describe_undated(select, least):
                raise IncompleteError(
                    f"incomplete: {undated}", "These messages may or may not belong to the time range."
                )
        return self._count(in_range)

    def get(self, number: int) -> Row:
        """Return one message; the fields that lists lack are null until they are read."""
        return self.find(str(number))

    def find(self, word: str) -> Row:
        """Return the message with this id, the API's or WhatsApp's."""
        number = int(word) if word.isascii() and word.isdecimal() and len(word) < 20 else 0
        number = number if number < _INTEGER_LIMIT else 0
        sql = f"SELECT {_ROW} FROM messages AS m WHERE m.id = ? OR m.message_id = ? LIMIT 1"  # noqa: S608
        found = self._fetch_all(sql, (number, word))
        if not found:
            raise NotFoundError(f"no message {word} in the archive", "Run wacr sync to update the archive.")
        return decode_row(*found[0])

    def list_conversations(self, query: ConversationQuery) -> list[Conversation]:
        """Return the conversations that match, the one with the newest message first."""
        return conversations.list_conversations(self._fetch_all, query, self._dialect.conversation_index)

    def count_outbound(self, since: datetime) -> dict[str | None, int]:
        """Return the number of outbound messages sent since a moment, by their status."""
        return conversations.count_outbound(self._fetch_all, since)

    def _build_select(self, query: Query) -> Select:
        displaced = self._fetch_all("SELECT EXISTS (SELECT 1 FROM messages WHERE place IS NOT NULL)")
        return build_select(query, self._dialect, is_displaced=bool(displaced[0][0]))

    def _read_windows(self, query: Query, listing: Listing) -> Iterator[list[Row]]:
        select = self._build_select(query)
        wanted = (query.per_page or PER_PAGE_DEFAULT) if query.page else query.limit
        skipped = ((query.page or 1) - 1) * (wanted or 0)
        in_range = restrict_to_time_range(select, query)
        # One row more than is wanted shows whether there are more.
        limit = "" if wanted is None else f" LIMIT {wanted + 1} OFFSET {min(skipped, _INTEGER_LIMIT - 1)}"
        given = 0
        ids: list[int] = []
        sql = f"SELECT {_ROW} {in_range.sql} ORDER BY {in_range.order}{limit}"
        for batch in self._fetch_batches(sql, in_range.values, None if wanted is None else wanted + 1):
            rows = [decode_row(*columns) for columns in batch][: None if wanted is None else wanted - given]
            given += len(rows)
            ids = [min(found), max(found)] if (found := ids + [row["id"] for row in rows]) else []
            listing.more = wanted is not None and len(rows) < len(batch)
            if rows:
                yield rows
        listing.more = bool(listing.more)
        if not given and query.page:
            listing.total = self._count(in_range)
        if query.windowed and ids:
            listing.incomplete_reason = self._describe_undated(select, ids[0], ids[1] if listing.more else None)

    def _describe_undated(self, select: Select, least: int | None, most: int | None = None) -> str:
        """Name the messages without a time among those of *select*, which may or may not belong to a time range.

        Only ids from *least* to *most* count. Empty where there are none.
        """
        undated = select.copy()
        undated.add("m.sent_us IS NULL AND m.id >= ?", _INTEGER_LIMIT - 1 if least is None else least)
        if most is not None:
            undated.add("m.id <= ?", most)
        sql = f"SELECT m.id {undated.sql} ORDER BY m.id LIMIT {_LISTED_IDS + 1}"
        ids = [number for (number,) in self._fetch_all(sql, undated.values)]
        if not ids:
            return ""
        listed = ", ".join(map(str, ids[:_LISTED_IDS])) + (", …" if len(ids) > _LISTED_IDS else "")
        return f"messages without a time that can be read: {listed}"

    def _count(self, select: Select) -> int:
        return int(self._fetch_all(f"SELECT count(*) {select.sql}", select.values)[0][0])

    def list_months(self) -> list[Month]:
        """Return the months that have messages, oldest first."""
        return months.list_months(self._fetch_all)

    def read_month(self, month: Month) -> Iterator[list[Row]]:
        """Return the messages of a month, oldest first."""
        sql, values = months.build_select(month)
        for batch in self._fetch_batches(sql, values):
            yield [months.decode_message(*columns) for columns in batch]

    # State and figures.

    def get_state(self, key: str) -> Any:
        """Return the JSON value stored under *key*, None where there is none."""
        found = self._fetch_all("SELECT value FROM sync_state WHERE key = ?", (key,))
        return json.loads(found[0][0]) if found else None

    def set_state(self, key: str, value: Any) -> None:
        """Store a JSON value under *key*."""
        self._execute(_SET_STATE, (key, json.dumps(value)))

    def info(self) -> Info:
        """Return the archive's figures."""
        synced = self.get_state("synced") or {}
        by_direction = "SELECT direction, count(*) FROM messages WHERE deleted_at IS NULL GROUP BY direction"
        counts = dict(self._fetch_all(by_direction))
        return Info(
            place=self.location,
            schema=schema.SCHEMA,
            bytes=self._measure_size(),
            messages=sum(counts.values()),
            inbound=counts.get("inbound", 0),
            outbound=counts.get("outbound", 0),
            deleted=self._count_rows("messages WHERE deleted_at IS NOT NULL"),
            status_changes=self._count_rows("status_changes"),
            contacts=self._count_rows("contacts"),
            oldest_sent_at=self._fetch_end("ASC"),
            newest_sent_at=self._fetch_end("DESC"),
            synced_at=synced.get("at"),
            complete=bool(synced.get("complete")),
            since=synced.get("since"),
        )

    def _count_rows(self, table: str) -> int:
        return int(self._fetch_all(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608

    def _fetch_end(self, order: str) -> str | None:
        """Return ``sent_at`` of the oldest or the newest message."""
        sql = f"SELECT sent_at FROM messages WHERE sent_us IS NOT NULL ORDER BY sent_us {order} LIMIT 1"  # noqa: S608
        return next((found for (found,) in self._fetch_all(sql)), None)

    def _check_version(self, version: int) -> None:
        """Raise :class:`UsageError` for the schema of a newer wacr."""
        if version > schema.SCHEMA:
            raise UsageError(
                f"the archive {self.location!r} was made by a newer wacr: "
                f"it has schema {version}, this wacr {schema.SCHEMA}",
                "Upgrade wacr.",
            )

    # Writing.

    def _convert_message(self, row: Row, direction: str | None, raw: str) -> Values:
        """Return the columns of a message, then ``_search_columns``, without its id and the times of the sync."""
        return convert_message(row, direction, raw)

    def upsert(self, rows: Sequence[Row], direction: str | None, now: str) -> UpsertResult:
        """Insert the new ones of *rows* and update the others."""
        by_id = sort_by_id(rows)
        found = classify(by_id, self._fetch_stored(by_id), direction, now, self._convert_message)
        self._execute_many(self._insert_message, found.new)
        self._execute_many(self._update_message, found.changed)
        self._execute_many(_INSERT_STATUS, found.statuses)
        self._expire_details(number for number, _, _, status in found.statuses if status == FAILED)
        unchanged = {number for _, number in found.same}
        self._upsert_details((row for number, row in by_id.items() if number not in unchanged), now)
        self._execute_many("UPDATE messages SET last_seen_at = ?, missed_at = NULL WHERE id = ?", found.same)
        self._add_events(found.events)
        return found.result

    def mark_deleted(self, ids: Sequence[int], now: str) -> int:
        """Mark messages as deleted, and return how many they are."""
        if self._records_events:
            stored = self._fetch_stored(ids)
            self._add_events(
                make_event("deleted", now, json.loads(stored[one].raw), stored[one].direction) for one in ids
            )
        return super().mark_deleted(ids, now)

    def record_events(self) -> None:
        """Store an event for each message that this store changes from now on."""
        self._records_events = True

    def _add_events(self, events: Iterable[Row]) -> None:
        if self._records_events:
            self._execute_many("INSERT INTO events (event) VALUES (?)", [(encode(one),) for one in events])

    def list_events(self) -> list[tuple[int, str]]:
        """Return the oldest events that were not deleted: a number, and a JSON object."""
        found = self._fetch_all(f"SELECT id, event FROM events ORDER BY id LIMIT {_EVENTS_AT_ONCE}")  # noqa: S608
        return [(number, event) for number, event in found]

    def delete_events(self, until: int) -> None:
        """Delete the events up to a number."""
        self._execute("DELETE FROM events WHERE id <= ?", (until,))

    @property
    def _insert_message(self) -> str:
        columns = ("id", *COLUMNS, "direction", "sent_us", "sender_key", "raw")
        names = ", ".join((*columns, *self._search_columns, "first_seen_at", "last_seen_at", "changed_at"))
        values = ", ".join(("?",) * len(columns) + (*self._search_columns.values(), "?", "?", "?"))
        return f"INSERT INTO messages ({names}) VALUES ({values})"  # noqa: S608 - names of our own

    @property
    def _update_message(self) -> str:
        columns = ", ".join(f"{name} = ?" for name in COLUMNS)
        more = {"sent_us": "?", "sender_key": "?", "raw": "?", **self._search_columns}
        derived = ", ".join(f"{name} = {value}" for name, value in more.items())
        return (
            f"UPDATE messages SET {columns}, direction = COALESCE(?, direction), {derived}, "  # noqa: S608
            "last_seen_at = ?, changed_at = ?, deleted_at = NULL, missed_at = NULL WHERE id = ?"
        )

    def count_live(self) -> int:
        """Return how many messages the API has, as far as is known."""
        return self._count_rows("messages WHERE deleted_at IS NULL")

    def _check_state(self) -> list[str]:
        """Return where the messages are not as the last sync left them, as problems."""
        synced, live = self.get_state("synced") or {}, self.count_live()
        expected, missed = synced.get("messages"), self._count_rows("messages WHERE missed_at IS NOT NULL")
        found = [] if expected in (None, live) else [f"{live:,} messages, but the last sync left {expected:,}"]
        if missed and expected is not None and synced.get("complete"):
            found.append(f"{missed:,} messages marked as missed, but the last sync was complete")
        return found

    def count_direction(self, direction: str | None) -> int:
        """Return how many messages of a direction the API has, as far as is known."""
        condition, values = build_direction(direction)
        sql = f"SELECT count(*) FROM messages WHERE {condition} AND deleted_at IS NULL"  # noqa: S608
        return int(self._fetch_all(sql, values)[0][0])

    def find_stored(self, ids: Sequence[int], direction: str | None) -> set[int]:
        """Return those of *ids* that are stored under *direction*, deleted ones too."""
        if not ids:
            return set()
        condition, values = build_direction(direction)
        sql = f"SELECT id FROM messages WHERE id IN ({make_placeholders(len(ids))}) AND {condition}"  # noqa: S608
        return {number for (number,) in self._fetch_all(sql, [*ids, *values])}

    def list_seen(self, direction: str | None, since: str, until: str) -> list[int]:
        """Return the ids of the messages of a direction that were last seen from *since* to *until*, RFC 3339."""
        condition, values = build_direction(direction)
        sql = f"SELECT id FROM messages WHERE {condition} AND last_seen_at BETWEEN ? AND ?"  # noqa: S608
        return [number for (number,) in self._fetch_all(sql, (*values, since, until))]

    def get_rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """Return the stored messages with these ids, whatever their direction, as they were received."""
        return {number: json.loads(before.raw) for number, before in self._fetch_stored(ids).items()}

    def find_unchanged(self, ids: Sequence[int], moment: str) -> set[int]:
        """Return those of *ids* that were stored at *moment* and have not changed after it."""
        if not ids:
            return set()
        sql = f"SELECT id FROM messages WHERE id IN ({make_placeholders(len(ids))}) AND changed_at <= ?"  # noqa: S608
        return {number for (number,) in self._fetch_all(sql, [*ids, moment])}

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Take back everything that the block writes."""
        with suppress(_RehearsedError), self.transaction():
            yield
            raise _RehearsedError

    def _fetch_stored(self, ids: Collection[int]) -> dict[int, Stored]:
        if not ids:
            return {}
        places = make_placeholders(len(ids))
        sql = f"SELECT id, direction, deleted_at, status, raw FROM messages WHERE id IN ({places})"  # noqa: S608
        return {number: Stored(*columns) for number, *columns in self._fetch_all(sql, [*ids])}


class _RehearsedError(Exception):
    """Ends a rehearsal, so that its transaction is rolled back."""
