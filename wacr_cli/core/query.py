"""Queries for messages: filters, page, sort and fields, validated, with a description in words.

A :class:`Query` does not depend on what answers it. The functions parse the values of flags; an invalid value raises
:class:`~wacr_cli.core.errors.UsageError` with the name of the flag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from wacr_cli.core import models
from wacr_cli.core.errors import UsageError
from wacr_cli.core.validation import (
    choice,
    did_you_mean,
    is_one_edit_apart,
    option_name,
    parse_id,
    require_utf8,
    truncate,
)

if TYPE_CHECKING:
    from datetime import datetime

Operator = Literal["eq", "ne", "in", "not_in"]
PREFIXES: tuple[Operator, ...] = ("ne", "in", "not_in")
"""The operators that a value may begin with, as ``OP:``."""

_NEGATIVE = ("ne", "not_in")
_RAW_FILTER = re.compile(r"(?P<field>[^\[\]=]+)(\[(?P<operator>[^\[\]=]+)\])?=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps rows whose ``field`` is (``eq``, ``in``) or is not (``ne``, ``not_in``) one of ``values``."""

    field: str
    operator: Operator
    values: tuple[str, ...]

    @property
    def negative(self) -> bool:
        """Return whether the values are excluded."""
        return self.operator in _NEGATIVE


@dataclass(frozen=True, slots=True)
class RawFilter:
    """A filter that is passed to the API unchecked; ``operator`` is empty for an exact match."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        operator = f"[{self.operator}]" if self.operator else ""
        return f"{self.field}{operator}={self.value}"


@dataclass(frozen=True, slots=True)
class Query:
    """A query for messages.

    ``page`` selects that one page of ``per_page`` rows (the API's default where None); without it the query selects
    the first ``limit`` rows, or all where ``limit`` is None. ``sort`` None is the API's default, newest first.
    ``since`` and ``until`` are aware times, half-open, compared with ``sent_at``; ``late`` is how long after that a
    message may be recorded and still be found. ``with_names`` adds the senders' names as ``sender_name``.

    ``local`` sends the query to the archive and allows what only the archive can answer: ``words`` searches for words
    and "phrases" instead of a part of the text, ``sender`` is a phone number or id, and ``deleted`` selects the
    messages that the API no longer has.
    """

    filters: tuple[Filter, ...] = ()
    raw_filters: tuple[RawFilter, ...] = ()
    search: str | None = None
    sort: str | None = None
    fields: tuple[str, ...] | None = None
    page: int | None = None
    per_page: int | None = None
    limit: int | None = 30
    since: datetime | None = None
    until: datetime | None = None
    late: timedelta = timedelta(days=1)
    with_direction: bool = False
    with_names: bool = False
    local: bool = False
    words: bool = False
    sender: str | None = None
    deleted: bool = False

    def __post_init__(self) -> None:
        _check_keys(self.filters, self.raw_filters)
        if not self.local:
            self._check_directions()
        if self.since and self.until and self.since >= self.until:
            raise UsageError("--since must be before --until", "Use an earlier --since or a later --until.")

    def _check_directions(self) -> None:
        """Refuse what can't be answered by reading two lists, one for each direction."""
        if self.with_direction and any(raw.field == "direction" for raw in self.raw_filters):
            raise UsageError("--with-direction can't be used with --filter direction=…", "Use --direction instead.")
        if self.with_direction and self.page is not None and len(self.directions) > 1:
            raise UsageError("--with-direction can't be used with --page", "Choose one --direction, or use --limit.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of the result, in order: those that were selected, else the documented ones."""
        if self.fields:
            return self.fields
        return (*models.LIST_FIELDS, *self.added)

    @property
    def selectable(self) -> tuple[str, ...]:
        """The fields that ``--fields`` may name: the archive also has details, and the time at which they were read."""
        return (*self.columns, *models.EXTRA_FIELDS, "details_at") if self.local else self.columns

    @property
    def added(self) -> tuple[str, ...]:
        """The fields that the query adds to those of the API."""
        wanted = {"direction": self.with_direction, "deleted_at": self.deleted, "sender_name": self.with_names}
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    @property
    def windowed(self) -> bool:
        """Return whether the query is limited to a span of time."""
        return self.since is not None or self.until is not None

    @property
    def by_updated(self) -> bool:
        """Return whether the list is sorted by updated_at, so that rows can move while they are read."""
        return self.sort in ("updated_at", "-updated_at")

    @property
    def newest_first(self) -> bool:
        """Return whether the list begins with the newest rows."""
        return self.sort is None or self.sort.startswith("-")

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions that match."""
        one = next((one for one in self.filters if one.field == "direction"), None)
        return tuple(d for d in models.DIRECTIONS if one is None or (d in one.values) != one.negative)

    def describe(self) -> str:
        """Return the query in words: ``text or template messages, outbound, not failed``."""
        known = {one.field: one for one in self.filters}
        parts = [("deleted " if self.deleted else "") + _describe_type(known.get("type"))]
        parts += [_describe_values(known[name]) for name in ("direction", "status") if name in known]
        if conversation := known.get("interaction_id"):
            word = "not in conversation" if conversation.negative else "in conversation"
            parts.append(f"{word} {' or '.join(conversation.values)}")
        if self.sender is not None:
            parts.append(f"from {self.sender}")
        if self.search is not None:
            parts.append(f"{'with the words' if self.words else 'containing'} {self.search!r}")
        if self.since:
            parts.append(f"sent since {self.since:%Y-%m-%d %H:%M %z}")
        if self.until:
            parts.append(f"sent before {self.until:%Y-%m-%d %H:%M %z}")
        parts += [f"with {raw}" for raw in self.raw_filters]
        return ", ".join(parts)


def _describe_type(one: Filter | None) -> str:
    if one is None:
        return "messages"
    words = " or ".join(one.values)
    return f"messages other than {words}" if one.negative else f"{words} messages"


def _describe_values(one: Filter) -> str:
    if not one.negative:
        return " or ".join(one.values)
    return f"not {one.values[0]}" if len(one.values) == 1 else f"neither {' nor '.join(one.values)}"


def _check_keys(filters: tuple[Filter, ...], raw_filters: tuple[RawFilter, ...]) -> None:
    """Refuse two filters of which the API would ignore one: the same key twice, or ``f`` and ``f[op]``."""
    operators: dict[str, list[str]] = {}
    for one in filters:
        operators.setdefault(one.field, []).append("" if one.operator == "eq" else one.operator)
    for raw in raw_filters:
        operators.setdefault(raw.field, []).append(raw.operator)
    for field, seen in operators.items():
        if len(set(seen)) < len(seen) or ("" in seen and len(seen) > 1):
            raise UsageError(
                f"--filter: two filters on {field}, of which the API would ignore one",
                "Combine them into one filter, or give each an operator of its own, such as 'FIELD[in]=a,b'.",
            )


def parse_filter(field: str, words: Sequence[str]) -> Filter | None:
    """Return the filter of a flag's values (``text``, ``in:a,b``, ``ne:c``), None where the flag was not given.

    The values of a flag that is given twice are combined: ``in``, or ``not_in`` for values to exclude.
    """
    if not words:
        return None
    flag = option_name(field)
    parsed = [_split_word(flag, word) for word in words]
    negative = {operator in _NEGATIVE for operator, _ in parsed}
    if len(negative) > 1:
        raise UsageError(
            f"{flag}: values to include and values to exclude can't be combined",
            f"Use either {flag} in:A,B or {flag} not_in:A,B.",
        )
    values = tuple(dict.fromkeys(_check_value(field, value) for _, some in parsed for value in some))
    if len(parsed) == 1:
        return Filter(field, parsed[0][0], values)
    return Filter(field, "not_in" if negative.pop() else "in", values)


def _split_word(flag: str, word: str) -> tuple[Operator, list[str]]:
    operator, rest = _split_operator(flag, word)
    values = [value.strip() for value in rest.split(",")]
    if not all(values):
        raise UsageError(f"{flag}: empty value in {word!r}", f"Use {flag} VALUE or {flag} in:VALUE,VALUE.")
    if operator == "ne" and len(values) > 1:
        raise UsageError(f"{flag}: ne takes one value, not {len(values)}", f"Use {flag} not_in:{','.join(values)}.")
    if operator == "eq" and len(values) > 1:
        operator = "in"
    return operator, values


def _split_operator(flag: str, word: str) -> tuple[Operator, str]:
    prefix, colon, rest = word.partition(":")
    if not colon:
        return "eq", word
    for operator in PREFIXES:
        if prefix.strip() == operator:
            return operator, rest
    raise UsageError(
        f"{flag}: unknown operator {truncate(prefix)!r} in {truncate(word)!r}{did_you_mean(prefix, PREFIXES)}",
        "Use ne, in or not_in. For a value that contains a colon, use --filter 'FIELD=VALUE'.",
    )


def _check_value(field: str, value: str) -> str:
    require_utf8(option_name(field), value)
    match field:
        case "interaction_id":
            return str(parse_id(value, option_name(field)))
        case "direction":
            return choice(value, models.DIRECTIONS, "--direction")
        case "status" if value not in models.STATUSES:
            raise UsageError(
                f"--status: unknown status {value!r}{did_you_mean(value, models.STATUSES)}",
                f"Use one of: {', '.join(models.STATUSES)}. For any other status, use --filter 'status=VALUE'.",
            )
    return value


def hint_for_type(query: Query) -> str:
    """Return a warning for a type that is one letter from a known one, else an empty text: other types may exist."""
    for value in (value for one in query.filters if one.field == "type" for value in one.values):
        for known in models.TYPES:
            if value != known and is_one_edit_apart(value.lower(), known):
                return f"--type {value}: did you mean {known}? It was sent unchanged."
    return ""


def parse_raw_filter(text: str) -> RawFilter:
    """Parse ``FIELD=VALUE`` or ``FIELD[OP]=VALUE``; only the syntax is checked."""
    require_utf8("--filter", text)
    found = _RAW_FILTER.fullmatch(text)
    if not found:
        raise UsageError(
            f"--filter: not a filter: {text!r}", "Use --filter 'FIELD=VALUE' or --filter 'FIELD[OP]=VALUE'."
        )
    if found["field"] == "filter":
        raise UsageError(
            f"--filter: not a field: filter, in {text!r}", "Leave out the word filter: --filter 'FIELD[OP]=VALUE'."
        )
    return RawFilter(found["field"], found["operator"] or "", found["value"])


def parse_fields(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Parse a comma-separated list of fields; return each once, in that order."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise UsageError(
                f"--fields: unknown field {name!r}{did_you_mean(name, known)}", f"Use one of: {', '.join(known)}."
            )
    return tuple(dict.fromkeys(names))


def parse_search(text: str) -> str:
    """Return a text to search for; a blank text is refused, since the API would ignore it and return everything."""
    require_utf8("--search", text)
    if not text.strip():
        raise UsageError("--search: the text is empty", "Enter a text to search for, or leave out --search.")
    return text
