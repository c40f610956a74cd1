"""What the stores have in common: questions and windows as SQL that SQLite and PostgreSQL both take.

Statements have a ``?`` for each value. What a database says in a way of its own is its
:class:`~wacr_cli.archive.select.Dialect`, and how it is spoken to is for the store below.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from wacr_cli.archive import conversations, months
from wacr_cli.archive.months import Month
from wacr_cli.archive.rows import (
    COLUMNS,
    CONTACT_COLUMNS,
    Before,
    Line,
    contact_values,
    in_order,
    shown,
    sort_out,
    values_of,
)
from wacr_cli.archive.select import Dialect, Selection, select, within
from wacr_cli.archive.store import Info, Mark, Store, Taken
from wacr_cli.core.contacts import key_of, name_of
from wacr_cli.core.conversations import Conversation, ConversationQuery
from wacr_cli.core.errors import IncompleteError, NotFoundError
from wacr_cli.core.models import PER_PAGE_DEFAULT, PER_PAGE_MAX, Row
from wacr_cli.core.query import Query
from wacr_cli.core.source import Listing

BATCH = PER_PAGE_MAX
"""Rows: as many are in hand at a time; no more than the API gives, so that a table is as wide as one of its rows."""

_MOST_INTEGER = 2**63
_NAMED_AT_MOST = 5
_SHOWN = "m.raw, m.direction, m.deleted_at"
STRAYS = "SELECT s.id FROM status_changes AS s LEFT JOIN messages AS m ON m.id = s.id WHERE m.id IS NULL"
"""Status changes of messages that are not there."""

_STATUS_CHANGE = "INSERT INTO status_changes (id, seen_at, old_status, new_status) VALUES (?, ?, ?, ?)"
_MARK = "INSERT INTO sync_marks (mark, direction, id) VALUES (?, ?, ?) ON CONFLICT (mark, direction, id) DO NOTHING"
_NOTE = "INSERT INTO sync_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class SqlStore(Store):
    """An archive in a database. ``_more`` are columns of messages beside those that every store has."""

    _dialect: Dialect
    _more: tuple[str, ...] = ()
    _schema: int

    # How the database is spoken to. Each raises what :class:`~wacr_cli.archive.store.Store` says.

    @abstractmethod
    def _all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows of an answer."""

    @abstractmethod
    def _stream(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        """The rows of an answer, :data:`BATCH` at a time, all of one moment; ``most`` is how many it has at most."""

    @abstractmethod
    def _do(self, sql: str, values: Sequence[object] = ()) -> int:
        """The number of rows that a statement changed."""

    @abstractmethod
    def _do_each(self, sql: str, lines: Sequence[Line]) -> None:
        """Execute a statement for each of some lines of values."""

    @abstractmethod
    def _size(self) -> int:
        """Bytes that it takes."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Whatever is asked within is answered as of one moment."""

    # Answering questions.

    def ask(self, query: Query) -> Listing:
        """The messages that match, from one snapshot of the archive."""
        listing = Listing()
        listing.windows = self._windows(query, listing)
        return listing

    def count(self, query: Query) -> int:
        """How many messages match."""
        chosen = select(query, self._dialect)
        span = within(chosen, query)
        if query.windowed:
            least = self._all(f"SELECT min(m.id) {span.sql}", span.values)[0][0]
            if odd := self._without_time(chosen, least):
                raise IncompleteError(f"incomplete: {odd}", "They may be of that span of time or not.")
        return self._number(span)

    def get(self, number: int) -> Row:
        """One message, with the fields that a list has."""
        return self.find(str(number))

    def find(self, word: str) -> Row:
        """The message of an id, or of WhatsApp's id."""
        number = int(word) if word.isascii() and word.isdecimal() and len(word) < 20 else 0
        number = number if number < _MOST_INTEGER else 0
        sql = f"SELECT {_SHOWN} FROM messages AS m WHERE m.id = ? OR m.message_id = ? LIMIT 1"  # noqa: S608
        found = self._all(sql, (number, word))
        if not found:
            raise NotFoundError(f"no message {word} in the archive", "wacr sync brings it up to date.")
        return shown(*found[0])

    def conversations(self, query: ConversationQuery) -> list[Conversation]:
        """The conversations that are asked for, that of the newest message first."""
        return conversations.found(self._all, query, self._dialect.by_conversation)

    def _windows(self, query: Query, listing: Listing) -> Iterator[list[Row]]:
        chosen = select(query, self._dialect)
        wanted = (query.per_page or PER_PAGE_DEFAULT) if query.page else query.limit
        skipped = ((query.page or 1) - 1) * (wanted or 0)
        span = within(chosen, query)
        # One row more than is wanted shows whether there are more.
        cut = "" if wanted is None else f" LIMIT {wanted + 1} OFFSET {min(skipped, _MOST_INTEGER - 1)}"
        given = 0
        ids: list[int] = []
        sql = f"SELECT {_SHOWN} {span.sql} ORDER BY {span.order}{cut}"
        for batch in self._stream(sql, span.values, None if wanted is None else wanted + 1):
            rows = [shown(*row) for row in batch][: None if wanted is None else wanted - given]
            given += len(rows)
            ids = [min(found), max(found)] if (found := ids + [row["id"] for row in rows]) else []
            listing.more = wanted is not None and len(rows) < len(batch)
            if rows:
                yield rows
        listing.more = bool(listing.more)
        if not given and query.page:
            listing.total = self._number(span)
        if query.windowed and ids:
            listing.shortfall = self._without_time(chosen, ids[0], ids[1] if listing.more else None)

    def _without_time(self, chosen: Selection, least: int | None, most: int | None = None) -> str:
        """The messages that may or may not be of a span of time, named; empty where there are none.

        They are looked for among those of the span, from one id on, or from one to another.
        """
        odd = Selection(chosen.tables, [*chosen.conditions], [*chosen.values])
        odd.add("m.sent_us IS NULL AND m.id >= ?", _MOST_INTEGER - 1 if least is None else least)
        if most is not None:
            odd.add("m.id <= ?", most)
        ids = [
            one for (one,) in self._all(f"SELECT m.id {odd.sql} ORDER BY m.id LIMIT {_NAMED_AT_MOST + 1}", odd.values)
        ]
        if not ids:
            return ""
        named = ", ".join(map(str, ids[:_NAMED_AT_MOST])) + (", …" if len(ids) > _NAMED_AT_MOST else "")
        return f"messages without a time that can be read: {named}"

    def _number(self, chosen: Selection) -> int:
        return int(self._all(f"SELECT count(*) {chosen.sql}", chosen.values)[0][0])

    def names_for(self, numbers: Iterable[str]) -> dict[str, str]:
        """The names of those that are in the archive's contacts, by the digits of their numbers."""
        keys = {key_of(number) for number in numbers}
        if not keys:
            return {}
        places = ", ".join("?" * len(keys))
        sql = f"SELECT phone_key, raw FROM contacts WHERE phone_key IN ({places}) ORDER BY id DESC"  # noqa: S608
        found = {key: name_of(json.loads(raw)) for key, raw in self._all(sql, [*keys])}
        return {key: name for key, name in found.items() if name}

    # By months.

    def months(self) -> list[Month]:
        """The months of which there are messages, oldest first, and what tells whether one has changed."""
        return months.found(self._all)

    def of_month(self, month: Month) -> Iterator[list[Row]]:
        """The messages of a month, oldest first, as :data:`~wacr_cli.archive.months.FIELDS`."""
        sql, values = months.selected(month)
        for batch in self._stream(sql, values):
            yield [months.row_of(*line) for line in batch]

    # What there is to say of it.

    def state(self, key: str) -> Any:
        """What was noted under a key, None where nothing was."""
        found = self._all("SELECT value FROM sync_state WHERE key = ?", (key,))
        return json.loads(found[0][0]) if found else None

    def info(self) -> Info:
        """What there is to say of it."""
        synced = self.state("synced") or {}
        counts = dict(self._all("SELECT direction, count(*) FROM messages WHERE deleted_at IS NULL GROUP BY direction"))
        ends = [
            self._all(f"SELECT sent_at FROM messages WHERE sent_us IS NOT NULL ORDER BY sent_us {way} LIMIT 1")  # noqa: S608
            for way in ("ASC", "DESC")
        ]
        numbers = [
            int(self._all(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608
            for table in ("messages WHERE deleted_at IS NOT NULL", "status_changes", "contacts")
        ]
        return Info(
            place=self.place,
            schema=self._schema,
            bytes=self._size(),
            messages=sum(counts.values()),
            inbound=counts.get("inbound", 0),
            outbound=counts.get("outbound", 0),
            deleted=numbers[0],
            status_changes=numbers[1],
            contacts=numbers[2],
            oldest_sent_at=ends[0][0][0] if ends[0] else None,
            newest_sent_at=ends[1][0][0] if ends[1] else None,
            synced_at=synced.get("at"),
            complete=bool(synced.get("complete")),
            since=synced.get("since"),
        )

    # Writing.

    def _values(self, row: Row, direction: str | None, raw: str) -> Line:
        """What a message's columns hold but for its id and the times of the sync; those of ``_more`` last."""
        return values_of(row, direction, raw)

    def _contact_values(self, row: Row) -> Line:
        """What a contact's columns hold but for its id and the times of the sync; the raw JSON last."""
        return contact_values(row)

    def take(self, rows: Sequence[Row], direction: str | None, now: str) -> Taken:
        """Put rows in: new ones, and what changed of the others."""
        by_id = in_order(rows)
        found = sort_out(by_id, self._known(by_id), direction, now, self._values)
        self._do_each(self._insert, found.new)
        self._do_each(self._update, found.changed)
        self._do_each(_STATUS_CHANGE, found.statuses)
        self._do_each("UPDATE messages SET last_seen_at = ? WHERE id = ?", found.same)
        return found.taken

    @property
    def _insert(self) -> str:
        columns = (*COLUMNS, "direction", "sent_us", "sender_key", "raw", *self._more)
        names = ", ".join(("id", *columns, "first_seen_at", "last_seen_at", "changed_at"))
        return f"INSERT INTO messages ({names}) VALUES ({_places(len(columns) + 4)})"  # noqa: S608 - names of our own

    @property
    def _update(self) -> str:
        own = ", ".join(f"{name} = ?" for name in COLUMNS)
        more = ", ".join(f"{name} = ?" for name in ("sent_us", "sender_key", "raw", *self._more))
        return (
            f"UPDATE messages SET {own}, direction = COALESCE(?, direction), {more}, "  # noqa: S608
            "last_seen_at = ?, changed_at = ?, deleted_at = NULL WHERE id = ?"
        )

    def take_contacts(self, rows: Sequence[Row], now: str) -> Taken:
        """The same for contacts."""
        by_id = {row["id"]: row for row in rows}
        if not by_id:
            return Taken()
        raws = dict(self._all(f"SELECT id, raw FROM contacts WHERE id IN ({_places(len(by_id))})", [*by_id]))  # noqa: S608
        self._do_each(
            _upsert_contact(), [(number, *self._contact_values(row), now, now) for number, row in by_id.items()]
        )
        new = tuple(number for number in by_id if number not in raws)
        changed = tuple(number for number, raw in raws.items() if json.loads(raw) != by_id[number])
        return Taken(new, changed, tuple(number for number in raws if number not in changed))

    def count_directed(self, direction: str | None) -> int:
        """How many messages of a direction are on the service as far as is known."""
        condition, values = _of(direction)
        sql = f"SELECT count(*) FROM messages WHERE {condition} AND deleted_at IS NULL"  # noqa: S608
        return int(self._all(sql, values)[0][0])

    def settled(self, ids: Sequence[int], direction: str | None) -> set[int]:
        """Those of the ids that are stored under that direction and not pending."""
        stored = {number for number, before in self._known(ids).items() if before.direction == direction}
        return stored - set(self._marked_of("pending", direction, ids))

    def rows_of(self, ids: Sequence[int]) -> dict[int, Row]:
        """Those of the ids that are stored, under whatever direction, with what was received of each."""
        return {number: json.loads(before.raw) for number, before in self._known(ids).items()}

    def unchanged_since(self, ids: Sequence[int], moment: str) -> set[int]:
        """Those of the ids that were stored by a moment, and were not found changed after it."""
        if not ids:
            return set()
        sql = f"SELECT id FROM messages WHERE id IN ({_places(len(ids))}) AND changed_at <= ?"  # noqa: S608
        return {number for (number,) in self._all(sql, [*ids, moment])}

    def mark(self, mark: Mark, ids: Iterable[int], direction: str | None) -> None:
        """Note that."""
        self._do_each(_MARK, [(mark, direction or "", number) for number in ids])

    def unmark(self, mark: Mark, direction: str | None, ids: Iterable[int] | None = None) -> None:
        """Forget it: of these ids, or of the whole direction."""
        sql = "DELETE FROM sync_marks WHERE mark = ? AND direction = ?"
        if ids is None:
            self._do(sql, (mark, direction or ""))
        else:
            self._do_each(f"{sql} AND id = ?", [(mark, direction or "", number) for number in ids])

    def marked(self, mark: Mark, direction: str | None) -> list[int]:
        """The ids that are marked so."""
        sql = "SELECT id FROM sync_marks WHERE mark = ? AND direction = ?"
        return [number for (number,) in self._all(sql, (mark, direction or ""))]

    def mark_deleted(self, direction: str | None, before: str, now: str) -> int:
        """Note as deleted what was last seen before a moment."""
        condition, values = _of(direction)
        sql = f"UPDATE messages SET deleted_at = ? WHERE {condition} AND deleted_at IS NULL AND last_seen_at < ?"  # noqa: S608
        return self._do(sql, (now, *values, before))

    def note(self, key: str, value: Any) -> None:
        """Note something under a key."""
        self._do(_NOTE, (key, json.dumps(value)))

    def _known(self, ids: Collection[int]) -> dict[int, Before]:
        if not ids:
            return {}
        sql = f"SELECT id, direction, deleted_at, status, raw FROM messages WHERE id IN ({_places(len(ids))})"  # noqa: S608
        return {line[0]: Before(*line[1:]) for line in self._all(sql, [*ids])}

    def _marked_of(self, mark: Mark, direction: str | None, ids: Sequence[int]) -> list[int]:
        if not ids:
            return []
        sql = f"SELECT id FROM sync_marks WHERE mark = ? AND direction = ? AND id IN ({_places(len(ids))})"  # noqa: S608
        return [number for (number,) in self._all(sql, [mark, direction or "", *ids])]


def _places(number: int) -> str:
    return ", ".join("?" * number)


def _of(direction: str | None) -> tuple[str, tuple[str, ...]]:
    """The condition that a message is of a direction, or of none."""
    return ("direction IS NULL", ()) if direction is None else ("direction = ?", (direction,))


def _upsert_contact() -> str:
    names = (*CONTACT_COLUMNS, "phone_key", "raw", "first_seen_at", "last_seen_at")
    kept = ", ".join(f"{name} = excluded.{name}" for name in names if name != "first_seen_at")
    return (
        f"INSERT INTO contacts (id, {', '.join(names)}) VALUES ({_places(len(names) + 1)}) "  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {kept}"
    )
