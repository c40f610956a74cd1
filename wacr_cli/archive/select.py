"""Translate a :class:`~wacr_cli.core.query.Query` to SQL: which rows, in which order.

Filters mean what they mean to the API: a null field is neither equal nor unequal to any value, and values compare as
they are written.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from wacr_cli.archive.text import fold, parse_words, to_storable
from wacr_cli.core.contacts import normalize_number
from wacr_cli.core.errors import UsageError
from wacr_cli.core.query import Filter, Query, RawFilter
from wacr_cli.core.times import to_microseconds

FIELDS = ("type", "status", "interaction_id", "direction")
_OPERATORS = ("", "eq", "ne", "in", "not_in")

_ORDERS = {
    "created_at": ("m.id",),
    "updated_at": ("m.changed_at", "m.id"),
    "sent_at": ("m.sent_us", "m.id"),
}
_NULLABLE = ("m.sent_us",)
_DISPLACED = ("COALESCE(m.place, m.id)", "m.id")
"""The order of ``created_at`` in an archive with messages whose ids are not in that order; no index has it."""


@dataclass(slots=True)
class Select:
    """The parts of a SELECT: tables, conditions with a ``?`` for each of ``values``, and the order."""

    tables: str = "messages AS m"
    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    order: str = ""

    def add(self, condition: str, *values: object) -> None:
        """Add a condition and its values."""
        self.conditions.append(condition)
        self.values += values

    def copy(self) -> Select:
        """Return a copy that can get conditions of its own."""
        return Select(self.tables, [*self.conditions], [*self.values], self.order)

    @property
    def sql(self) -> str:
        """The statement from FROM to the last condition."""
        return f"FROM {self.tables} WHERE {' AND '.join(self.conditions)}"


class Dialect(Protocol):
    """What SQLite and PostgreSQL write differently.

    ``no_index`` before a column keeps the planner from using an index on it. ``conversation_index`` after the table's
    name makes it use the index on conversations. ``null_order`` after a nullable column puts null before every value,
    first in ascending and then in descending order.
    """

    no_index: str
    conversation_index: str
    null_order: tuple[str, str]

    def add_words(self, select: Select, query: Query, phrases: list[str]) -> None:
        """Add the condition that a message contains all words and phrases."""
        ...

    def add_substring(self, select: Select, query: Query, needle: str) -> None:
        """Add the condition that a message contains *needle*, which is folded."""
        ...


def build_select(query: Query, dialect: Dialect, *, is_displaced: bool = False) -> Select:
    """Return the SELECT for *query*, without its time range.

    *is_displaced* is whether messages stand in other places than their ids would put them.

    Raises :class:`UsageError` for a filter or a search that the archive does not support.
    """
    select = Select(order=_build_order(query, dialect, is_displaced=is_displaced))
    if query.search is not None:
        _add_search(select, query, query.search, dialect)
    select.add("m.deleted_at IS NOT NULL" if query.deleted else "m.deleted_at IS NULL")
    # A direction matches half of all messages: its index helps only where rows come in the order of their ids.
    unindexed = {"direction"} if query.windowed or not select.order.startswith("m.id") else set()
    for one in query.filters:
        _add_filter(select, one, unindexed, dialect.no_index)
    for raw in query.raw_filters:
        if raw.value:  # the API ignores a filter with an empty value too
            _add_filter(select, _convert_raw_filter(raw), unindexed, dialect.no_index)
    if query.sender is not None:
        select.add("m.sender_key = ?", normalize_number(query.sender))
    return select


def restrict_to_time_range(select: Select, query: Query) -> Select:
    """Return a copy of *select* for the messages sent in the query's time range."""
    restricted = select.copy()
    if query.since:
        restricted.add("m.sent_us >= ?", to_microseconds(query.since))
    if query.until:
        restricted.add("m.sent_us < ?", to_microseconds(query.until))
    return restricted


def make_placeholders(count: int) -> str:
    """Return *count* placeholders for values, separated by commas."""
    return ", ".join("?" * count)


def _build_order(query: Query, dialect: Dialect, *, is_displaced: bool) -> str:
    name = (query.sort or "-created_at").removeprefix("-")
    direction = " DESC" if query.newest_first else ""
    nulls = dialect.null_order[query.newest_first]
    columns = _DISPLACED if is_displaced and name == "created_at" else _ORDERS[name]
    return ", ".join(f"{column}{direction}{nulls * (column in _NULLABLE)}" for column in columns)


def _convert_raw_filter(raw: RawFilter) -> Filter:
    if raw.field not in FIELDS or raw.operator not in _OPERATORS:
        raise UsageError(
            f"--filter: the archive can't filter by {raw.field}{f'[{raw.operator}]' if raw.operator else ''}",
            f"Use one of {', '.join(FIELDS)}, with ne, in or not_in.",
        )
    values = tuple(raw.value.split(",")) if raw.operator in ("in", "not_in") else (raw.value,)
    return Filter(raw.field, raw.operator or "eq", values)  # type: ignore[arg-type]


def _add_filter(select: Select, one: Filter, unindexed: Collection[str], no_index: str) -> None:
    values: list[object] = list(one.values)
    if one.field == "interaction_id":
        values = [int(value) for value in one.values if re.fullmatch(r"-?[0-9]{1,18}", value)]
    column = f"m.{one.field}"
    if one.negative:
        # Without an index, which would return nearly all rows.
        excluded = f" AND {no_index}{column} NOT IN ({make_placeholders(len(values))})" * bool(values)
        select.add(f"{no_index}{column} IS NOT NULL{excluded}", *values)
    elif not values:
        select.add("1 = 0")
    elif len(values) == 1:
        select.add(f"{no_index * (one.field in unindexed)}{column} = ?", *values)
    else:
        # Without an index, which would return the rows of several values out of order, so that all must be sorted.
        prefix = "" if one.field == "interaction_id" else no_index
        select.add(f"{prefix}{column} IN ({make_placeholders(len(values))})", *values)


def _add_search(select: Select, query: Query, text: str, dialect: Dialect) -> None:
    if not query.words:
        dialect.add_substring(select, query, fold(to_storable(text)))
        return
    phrases = parse_words(text)
    if not phrases:
        raise UsageError(
            f"--search: {text!r} contains no word", "Search for at least one word, or leave out --search-mode words."
        )
    dialect.add_words(select, query, phrases)
