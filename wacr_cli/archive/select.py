"""A Query as SQL: which rows, in which order.

Filters mean what they mean to the API: a field that is null is neither equal nor unequal to anything, and values
compare as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wacr_cli.core.contacts import key_of
from wacr_cli.core.errors import UsageError
from wacr_cli.core.query import Filter, Query, RawFilter

FIELDS = ("type", "status", "interaction_id", "direction")
_OPERATORS = ("", "eq", "ne", "in", "not_in")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTEST_INDEXED = 3
_MOST_PARTS = 12
# Scripts whose two cases are younger than the tokenizer's idea of them.
_UNFOLDED = (
    "[\u10a0-\u10ff\u13a0-\u13ff\u1c80-\u1cbf\ua640-\ua7ff\uab30-\uabbf\U000104b0-\U000104ff\U0001e900-\U0001e95f]"
)

_ORDERS = {
    "created_at": ("m.id",),
    "updated_at": ("m.changed_at", "m.id"),
    "sent_at": ("m.sent_us", "m.id"),
}
_NULLABLE = ("m.sent_us",)


@dataclass(slots=True)
class Selection:
    """The parts of a SELECT: tables, conditions with a ``?`` for each of ``values``, and the order."""

    tables: str = "messages AS m"
    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    order: str = ""

    def add(self, condition: str, *values: object) -> None:
        """Ask for one thing more."""
        self.conditions.append(condition)
        self.values += values

    @property
    def sql(self) -> str:
        """What follows the columns, without the order."""
        return f"FROM {self.tables} WHERE {' AND '.join(self.conditions)}"


class Dialect(Protocol):
    """What one database says in another way than the next.

    ``aside`` before a column keeps an index on it from being used; ``by_conversation`` behind the table has the index
    of conversations used. ``nulls`` is said after a column that may be null,
    in ascending and in descending order, to have null before every value.
    """

    aside: str
    by_conversation: str
    nulls: tuple[str, str]

    def words(self, found: Selection, query: Query, phrases: list[str]) -> None:
        """Ask for texts that have all of the words and phrases."""
        ...

    def part(self, found: Selection, query: Query, needle: str) -> None:
        """Ask for texts that have a part, folded, in them."""
        ...


def select(query: Query, dialect: Dialect) -> Selection:
    """The messages that a query asks for; raises :class:`UsageError` for what the archive can't answer."""
    found = Selection(order=_order(query, dialect))
    if query.search is not None:
        _search(found, query, query.search, dialect)
    found.add("m.deleted_at IS NOT NULL" if query.deleted else "m.deleted_at IS NULL")
    # Half of all messages are of one direction: its index is of use only where they come in the order of their ids.
    unindexed = {"direction"} if query.windowed or not found.order.startswith("m.id") else set()
    for one in query.filters:
        _filter(found, one, unindexed, dialect.aside)
    for raw in query.raw_filters:
        if raw.value:  # an empty value is no filter to the API either
            _filter(found, _known(raw), unindexed, dialect.aside)
    if query.sender is not None:
        found.add("m.sender_key = ?", key_of(query.sender))
    return found


def within(selection: Selection, query: Query) -> Selection:
    """The selection, of the query's span of time alone."""
    found = Selection(selection.tables, [*selection.conditions], [*selection.values], selection.order)
    if query.since:
        found.add("m.sent_us >= ?", microseconds(query.since))
    if query.until:
        found.add("m.sent_us < ?", microseconds(query.until))
    return found


def microseconds(moment: datetime) -> int:
    """A moment as microseconds since the epoch."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def storable(text: str) -> str:
    """A text as a column holds it; what is received stands in ``raw``.

    Half of a surrogate pair has no form in UTF-8, and at a NUL many readers take a text to end.
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\u2400")


def fold(text: str) -> str:
    """A text of the same length in which letters that differ in case alone are equal."""
    if text.isascii():
        return text.lower()
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(letter if len(one := letter.casefold()) > 1 else one for letter in text)


def parse_words(text: str) -> list[str]:
    """The words and "phrases" of a text, but for those without a letter or digit; a quote without its end is none."""
    parts = [phrase or word for phrase, word in re.findall(r'"([^"]*)"|(\S+)', text)]
    return [storable(part) for part in parts if any(letter.isalnum() for letter in part)]


def _order(query: Query, dialect: Dialect) -> str:
    name = (query.sort or "-created_at").removeprefix("-")
    way = " DESC" if query.newest_first else ""
    nulls = dialect.nulls[query.newest_first]
    return ", ".join(f"{column}{way}{nulls * (column in _NULLABLE)}" for column in _ORDERS[name])


def _known(raw: RawFilter) -> Filter:
    if raw.field not in FIELDS or raw.operator not in _OPERATORS:
        raise UsageError(
            f"--filter: the archive has no filter {raw.field}{f'[{raw.operator}]' if raw.operator else ''}",
            f"It filters {', '.join(FIELDS)}, with ne, in and not_in.",
        )
    several = raw.operator in ("in", "not_in")
    values = tuple(raw.value.split(",")) if several else (raw.value,)
    return Filter(raw.field, raw.operator or "eq", values)  # type: ignore[arg-type]


def _filter(found: Selection, one: Filter, unindexed: Collection[str], aside: str) -> None:
    values: list[object] = list(one.values)
    if one.field == "interaction_id":
        values = [int(value) for value in one.values if re.fullmatch(r"-?[0-9]{1,18}", value)]
    column = f"m.{one.field}"
    if one.negative:
        # Aside, since an index would have nearly all rows.
        places = ", ".join("?" * len(values))
        apart = f" AND {aside}{column} NOT IN ({places})" * bool(values)
        found.add(f"{aside}{column} IS NOT NULL{apart}", *values)
    elif not values:
        found.add("1 = 0")
    elif len(values) == 1:
        found.add(f"{aside * (one.field in unindexed)}{column} = ?", *values)
    else:
        # Aside, since the rows of several values would come out of order, and would all have to be sorted.
        unordered = "" if one.field == "interaction_id" else aside
        found.add(f"{unordered}{column} IN ({', '.join('?' * len(values))})", *values)


def _search(found: Selection, query: Query, text: str, dialect: Dialect) -> None:
    if not query.words:
        dialect.part(found, query, fold(storable(text)))
        return
    phrases = parse_words(text)
    if not phrases:
        raise UsageError(f"--search: no word in {text!r}", "Name words, or leave --search-mode words out.")
    dialect.words(found, query, phrases)


class SqliteDialect:
    """SQLite's: full-text indexes that are tables of their own, and null before every value by itself."""

    aside = "+"
    by_conversation = "INDEXED BY messages_conversations"
    nulls = ("", "")

    def words(self, found: Selection, query: Query, phrases: list[str]) -> None:
        """Ask the index of words."""
        _match(found, "messages_words", phrases)

    def part(self, found: Selection, query: Query, needle: str) -> None:
        """Ask the index of three letters each, and look at what it finds."""
        parts = _parts(needle)
        if parts and not _in_few_conversations(query):
            _match(found, "messages_trigrams", parts)
        if needle == needle.upper():  # no letter of it has two cases, as none has in Chinese or Arabic
            found.add("instr(m.message, ?) > 0", needle)
        else:
            found.add("wacr_contains(m.message, ?)", needle)


def _match(found: Selection, index: str, phrases: list[str]) -> None:
    """Ask an index for phrases, all literal, in the order of its rows where that is the query's."""
    found.tables = f"{index} AS t CROSS JOIN messages AS m ON m.id = t.rowid"
    found.add(f"{index} MATCH ?", " ".join('"' + phrase.replace('"', '""') + '"' for phrase in phrases))
    found.order = found.order.replace("m.id", "t.rowid")


def _in_few_conversations(query: Query) -> bool:
    """Whether the conversation says more about where to look than any part of a text."""
    return any(one.field == "interaction_id" and not one.negative for one in query.filters)


def _parts(needle: str) -> list[str]:
    """Pieces of three letters that a text must have to contain another, each once; none where it is shorter."""
    last = len(needle) - _SHORTEST_INDEXED
    starts = range(0, last + 1, max(1, -(-last // _MOST_PARTS)))
    parts = dict.fromkeys(needle[at : at + _SHORTEST_INDEXED] for at in (*starts, last) if last >= 0)
    return [part for part in parts if not re.search(_UNFOLDED, part)]
