"""Count messages for statistics: the queries of :class:`~wacr_cli.core.counts.MessageCounts`.

The index of conversations has the direction, the status and the time of each message, so that most statistics read that
index alone. Those of types and of other filters read the messages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from wacr_cli.archive.select import (
    Dialect,
    Select,
    build_select,
    make_placeholders,
    restrict_to_time_range,
)
from wacr_cli.core.conversations import FAILED
from wacr_cli.core.counts import QUARTER, Line
from wacr_cli.core.query import Query
from wacr_cli.core.times import to_microseconds

_INDEXED = ("direction", "status", "interaction_id")
_KNOWN = "m.sent_us IS NOT NULL AND m.direction IS NOT NULL"
# The year 1, so that no moment is before it: databases round a negative quotient up.
_START = 62_135_596_800 * 1_000_000
_KIND = f"CASE WHEN m.direction = 'inbound' THEN 0 WHEN m.status = '{FAILED}' THEN 2 ELSE 1 END"


class StatisticsQueries(ABC):
    """A part of :class:`~wacr_cli.archive.sql_store.SqlStore`."""

    _dialect: Dialect

    @abstractmethod
    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a query."""

    @abstractmethod
    def _fetch_batches(self, sql: str, values: Sequence[object], most: int | None = None) -> Iterator[list[Any]]:
        """Return the rows of a query, some at a time."""

    def count_ignored(self, query: Query) -> int:
        """Return how many messages match but have no valid time, or no direction."""
        undated, undirected = self._select(replace(query, since=None, until=None)), self._select(query)
        undated.add("m.sent_us IS NULL")
        undirected.add("m.sent_us IS NOT NULL AND m.direction IS NULL")
        return sum(
            int(self._fetch_all(f"SELECT count(*) {one.sql}", one.values)[0][0]) for one in (undated, undirected)
        )

    def count_messages(self, query: Query, columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """Return the number of messages for each quarter of an hour: its microseconds, the *columns*, the number."""
        select = self._select_known(query, columns)
        names = "".join(f", m.{column}" for column in columns)
        groups = ", ".join(str(number) for number in range(1, len(columns) + 2))
        sql = f"SELECT (m.sent_us + {_START}) / {QUARTER}{names}, count(*) {select.sql} GROUP BY {groups}"
        for quarter, *values, number in chain.from_iterable(self._fetch_batches(sql, select.values)):
            yield quarter * QUARTER - _START, *values, number

    def count_conversations(self, query: Query) -> tuple[int, int]:
        """Return how many conversations have messages that match, and how many of them began in the query's period."""
        matching = self._select_known(query)
        matching.add("m.interaction_id IS NOT NULL")
        first = self._select_known(Query(local=True))
        first.add(f"m.interaction_id IN (SELECT m.interaction_id {matching.sql})", *matching.values)
        began = f"SELECT min(m.sent_us) AS began {first.sql} GROUP BY m.interaction_id"
        since = to_microseconds(query.since) if query.since else -_START
        sql = f"SELECT count(*), count(*) FILTER (WHERE c.began >= ?) FROM ({began}) AS c"  # noqa: S608
        active, new = self._fetch_all(sql, [since, *first.values])[0]
        return int(active), int(new)

    def rank_conversations(self, query: Query, limit: int | None) -> Sequence[tuple[int, int, int, int]]:
        """Return the conversations with the most messages: id, inbound, outbound, microseconds of the last one."""
        select = self._select_known(query)
        select.add("m.interaction_id IS NOT NULL")
        counts = ", ".join(f"count(*) FILTER (WHERE m.direction = '{one}')" for one in ("inbound", "outbound"))
        sql = (
            f"SELECT m.interaction_id, {counts}, max(m.sent_us) {select.sql} "
            "GROUP BY m.interaction_id ORDER BY count(*) DESC, m.interaction_id"
        )
        return self._fetch_all(sql if limit is None else f"{sql} LIMIT {limit}", select.values)

    def read_lines(self, query: Query, ids: Sequence[int] | None = None, *, with_staff: bool = False) -> Iterator[Line]:
        """Yield the messages before the query's end, of the conversations that have matching ones in its period.

        With *ids*, of these conversations. They are sorted by conversation, time and id. Who sent them is None unless
        *with_staff*, which takes longer.
        """
        lines = restrict_to_time_range(self._select_known(Query(local=True)), Query(local=True, until=query.until))
        staff = "m.staff_id" if with_staff else "NULL"
        matches, values = "1", list[object]()
        if query.filters or query.raw_filters or query.search is not None or query.sender is not None:
            some = self._select(replace(query, since=None, until=None))
            matches, values = f"CASE WHEN m.id IN (SELECT m.id {some.sql}) THEN 1 ELSE 0 END", some.values
        if ids is not None:
            lines.add(f"m.interaction_id IN ({make_placeholders(len(ids))})", *ids)
        elif query.since:
            active = self._select_known(query)
            lines.add(f"m.interaction_id IN (SELECT m.interaction_id {active.sql})", *active.values)
        lines.add("m.interaction_id IS NOT NULL")
        sql = f"SELECT m.interaction_id, m.sent_us, {_KIND}, {matches}, {staff} {lines.sql} ORDER BY 1, 2, m.id"
        return chain.from_iterable(self._fetch_batches(sql, [*values, *lines.values]))

    def count_reasons(self, query: Query) -> Sequence[tuple[str | None, int]]:
        """Return the reasons of failed messages, null where it is unknown, and their numbers."""
        select = self._select(query)
        select.add(f"{_KNOWN} AND m.direction = 'outbound' AND m.status = '{FAILED}'")
        rows = self._fetch_all(f"SELECT m.status_message, count(*) {select.sql} GROUP BY 1", select.values)
        return sorted(rows, key=lambda row: (-row[1], row[0] is None, row[0]))

    def _select(self, query: Query) -> Select:
        return restrict_to_time_range(build_select(query, self._dialect), query)

    def _select_known(self, query: Query, columns: Sequence[str] = ()) -> Select:
        """Return the SELECT of the messages that match and have a time and a direction."""
        select = self._select(query)
        select.add(_KNOWN)
        has_all = {*columns, *(one.field for one in query.filters)} <= {*_INDEXED}
        if has_all and not query.raw_filters and query.search is None and query.sender is None:
            select.tables += f" {self._dialect.conversation_index}"
        return select
