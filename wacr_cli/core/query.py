"""What was asked: filters, window, sort and fields, validated, and able to say itself in words.

A :class:`Query` knows nothing of where it will be answered. Its words come from flags; what does not fit
raises :class:`~wacr_cli.core.errors.UsageError` naming the flag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
"""The operators that may stand before a value, as ``OP:``."""

_NEGATIVE = ("ne", "not_in")
_RAW_FILTER = re.compile(r"(?P<field>[^\[\]=]+)(\[(?P<operator>[^\[\]=]+)\])?=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose ``field`` is (``eq``, ``in``) or is not (``ne``, ``not_in``) one of ``values``."""

    field: str
    operator: Operator
    values: tuple[str, ...]

    @property
    def negative(self) -> bool:
        """Whether the values are those to leave out."""
        return self.operator in _NEGATIVE


@dataclass(frozen=True, slots=True)
class RawFilter:
    """A filter of the API that wacr does not know; ``operator`` is empty for an exact match."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        operator = f"[{self.operator}]" if self.operator else ""
        return f"{self.field}{operator}={self.value}"


@dataclass(frozen=True, slots=True)
class Query:
    """One question about messages.

    ``page`` asks for that one page, of ``per_page`` rows (the API's default where None); without it the
    question is for the first ``limit`` rows, or for all where ``limit`` is None. ``sort`` None is the
    API's default, newest first. ``since`` and ``until`` are aware and half-open, on ``sent_at``. ``with_names`` wants
    the senders' names beside their numbers, as ``sender_name``.

    ``local`` puts the question to the archive, and allows what only that can answer: ``words`` searches for
    words and "phrases" instead of a part of the text, ``sender`` is a number or id, ``deleted`` asks for the
    messages that are no longer on the service.
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
    with_direction: bool = False
    with_names: bool = False
    local: bool = False
    words: bool = False
    sender: str | None = None
    deleted: bool = False

    def __post_init__(self) -> None:
        _check_keys(self.filters, self.raw_filters)
        if not self.local:
            self._check_walks()
        if self.since and self.until and self.since >= self.until:
            raise UsageError(
                "--since is not before --until", "Rows are kept from --since up to, not including, --until."
            )

    def _check_walks(self) -> None:
        """Refuse what two walks can't answer."""
        if self.with_direction and any(raw.field == "direction" for raw in self.raw_filters):
            raise UsageError("--with-direction and a --filter on direction exclude each other", "Use --direction.")
        if self.with_direction and self.page is not None and len(self.directions) > 1:
            raise UsageError("--with-direction and --page exclude each other", "Name one --direction, or use --limit.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of the answer, in order: those asked for, else the documented ones."""
        if self.fields:
            return self.fields
        return (*models.LIST_FIELDS, *self.added)

    @property
    def added(self) -> tuple[str, ...]:
        """The fields that no message has by itself, and that this question adds."""
        wanted = {"direction": self.with_direction, "deleted_at": self.deleted, "sender_name": self.with_names}
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    @property
    def windowed(self) -> bool:
        """Whether only a span of time is wanted."""
        return self.since is not None or self.until is not None

    @property
    def by_updated(self) -> bool:
        """Whether rows may change places while they are read."""
        return self.sort in ("updated_at", "-updated_at")

    @property
    def newest_first(self) -> bool:
        """Whether the list begins with the newest rows."""
        return self.sort is None or self.sort.startswith("-")

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions that are asked for."""
        one = next((one for one in self.filters if one.field == "direction"), None)
        return tuple(d for d in models.DIRECTIONS if one is None or (d in one.values) != one.negative)

    def describe(self) -> str:
        """The question in words: ``text or template messages, outbound, not failed``."""
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
    """Refuse two filters of which the service would drop one: the same key, or ``f`` beside ``f[op]``."""
    operators: dict[str, list[str]] = {}
    for one in filters:
        operators.setdefault(one.field, []).append("" if one.operator == "eq" else one.operator)
    for raw in raw_filters:
        operators.setdefault(raw.field, []).append(raw.operator)
    for field, seen in operators.items():
        if len(set(seen)) < len(seen) or ("" in seen and len(seen) > 1):
            raise UsageError(
                f"--filter: {field} is filtered twice in ways of which the API keeps one",
                "Say each filter once, or give each its own operator: 'FIELD[in]=a,b'.",
            )


def parse_filter(field: str, words: Sequence[str]) -> Filter | None:
    """The filter that one flag's words ask for (``text``, ``in:a,b``, ``ne:c``), None where it was not given.

    Given twice, a flag's values are gathered: ``in``, or ``not_in`` for values to leave out.
    """
    if not words:
        return None
    flag = option_name(field)
    parsed = [_split_word(flag, word) for word in words]
    negative = {operator in _NEGATIVE for operator, _ in parsed}
    if len(negative) > 1:
        raise UsageError(
            f"{flag}: values to keep and values to leave out can't be mixed",
            f"Give the ones to keep ({flag} in:A,B) or the ones to leave out ({flag} not_in:A,B).",
        )
    values = tuple(dict.fromkeys(_check_value(field, value) for _, some in parsed for value in some))
    if len(parsed) == 1:
        return Filter(field, parsed[0][0], values)
    return Filter(field, "not_in" if negative.pop() else "in", values)


def _split_word(flag: str, word: str) -> tuple[Operator, list[str]]:
    operator, rest = _split_operator(flag, word)
    values = [value.strip() for value in rest.split(",")]
    if not all(values):
        raise UsageError(f"{flag}: an empty value in {word!r}", f"Say {flag} VALUE, or {flag} in:VALUE,VALUE.")
    if operator == "ne" and len(values) > 1:
        raise UsageError(f"{flag}: ne takes one value, not {len(values)}", f"Say {flag} not_in:{','.join(values)}.")
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
        f"{flag}: no operator {truncate(prefix)!r} in {truncate(word)!r}{did_you_mean(prefix, PREFIXES)}",
        "The operators are ne, in and not_in; a value with a colon goes through --filter 'FIELD=VALUE'.",
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
                f"--status: no such status: {value!r}{did_you_mean(value, models.STATUSES)}",
                f"It is one of {', '.join(models.STATUSES)}; for one that wacr does not know, --filter 'status=VALUE'.",
            )
    return value


def hint_for_type(query: Query) -> str:
    """A word of warning for a type that is one letter from a known one, else nothing: the set is open."""
    for value in (value for one in query.filters if one.field == "type" for value in one.values):
        for known in models.TYPES:
            if value != known and is_one_edit_apart(value.lower(), known):
                return f"--type {value}: did you mean {known}? It is passed on as it is."
    return ""


def parse_raw_filter(text: str) -> RawFilter:
    """``FIELD=VALUE`` or ``FIELD[OP]=VALUE``, of which nothing but the shape is checked."""
    require_utf8("--filter", text)
    found = _RAW_FILTER.fullmatch(text)
    if not found:
        raise UsageError(
            f"--filter: not a filter: {text!r}", "Say --filter 'FIELD=VALUE' or --filter 'FIELD[OP]=VALUE'."
        )
    if found["field"] == "filter":
        raise UsageError(f"--filter: leave out the word filter in {text!r}", "Say --filter 'FIELD[OP]=VALUE'.")
    return RawFilter(found["field"], found["operator"] or "", found["value"])


def parse_fields(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The fields named in a comma-separated list, each once, in that order."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise UsageError(
                f"--fields: no such field: {name!r}{did_you_mean(name, known)}", f"There are {', '.join(known)}."
            )
    return tuple(dict.fromkeys(names))


def parse_search(text: str) -> str:
    """A text to search for; blank ones are refused, since the service would drop them and answer everything."""
    require_utf8("--search", text)
    if not text.strip():
        raise UsageError("--search: an empty text", "Say what to look for, or leave --search out.")
    return text
