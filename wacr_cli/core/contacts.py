"""Queries for contacts, validated; names and phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wacr_cli.core.errors import UsageError
from wacr_cli.core.lists import ListQuery
from wacr_cli.core.models import Row
from wacr_cli.core.query import RawFilter
from wacr_cli.core.validation import choice, did_you_mean, option_name, parse_id, require_utf8, truncate

TYPES = ("lead", "customer", "guest")
FILTERS = ("type", "status_id", "source_id", "assigned_id", "created_at", "group_id")
OPERATORS = ("gte", "lte", "gt", "lt", "ne", "like", "in", "not_in", "between", "null")
SORT_FIELDS = ("id", "firstname", "lastname", "created_at", "updated_at")
SORTS = (*SORT_FIELDS, *(f"-{field}" for field in SORT_FIELDS))
INCLUDES = ("groups", "source", "status")

_SEVERAL = ("in", "not_in", "between")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{5,15}(Z|[+-][0-9:]{4,6})?)?")


class Names(Protocol):
    """Finds names by phone number."""

    def names_for(self, numbers: Iterable[str]) -> Mapping[str, str]:
        """Return the known names by the digits of the numbers (see :func:`extract_digits`)."""
        ...


@dataclass(frozen=True, slots=True)
class ContactQuery(ListQuery):
    """A query for contacts. Names and times can be the same for many contacts, ids can't."""

    path: str = "contacts"
    noun: str = "contacts"
    tie_breaks: tuple[str, ...] = ("id",)


def parse_filters(words: Mapping[str, Sequence[str] | None], raw: Sequence[RawFilter] = ()) -> tuple[RawFilter, ...]:
    """Parse the values of flags by field, each ``VALUE`` or ``OP:VALUE``; ``raw`` filters are passed on unchecked.

    Values of several ``in`` or ``not_in`` are combined; the two ends of a range may be given separately.
    """
    found = list(raw)
    for field, some in words.items():
        by_operator: dict[str, list[str]] = {}
        for word in some or ():
            operator, values = _split(field, word)
            by_operator.setdefault(operator, []).extend(values)
        found += [_filter(field, operator, values) for operator, values in by_operator.items()]
    for field in {one.field for one in found}:
        operators = [one.operator for one in found if one.field == field]
        if len(set(operators)) < len(operators) or ("" in operators and len(operators) > 1):
            raise UsageError(
                f"{option_name(field)}: two filters, of which the API would ignore one",
                "Combine them into one filter, or give each an operator of its own, such as gte:A and lt:B.",
            )
    return tuple(found)


def _split(field: str, word: str) -> tuple[str, list[str]]:
    """Return the operator, empty for equal, and the checked values; several values without an operator are ``in``."""
    flag = option_name(field)
    require_utf8(flag, word)
    if word == "null":
        return "null", ["true"]
    operator, colon, rest = word.partition(":")
    if not colon or (field == "created_at" and _TIME.fullmatch(word)):
        operator, rest = "", word
    elif operator not in OPERATORS:
        raise UsageError(
            f"{flag}: unknown operator {truncate(operator)!r} in {truncate(word)!r}{did_you_mean(operator, OPERATORS)}",
            f"Use one of: {', '.join(OPERATORS)}.",
        )
    values = [value.strip() for value in rest.split(",")]
    if not all(values):
        raise UsageError(f"{flag}: empty value in {word!r}", f"Use {flag} VALUE or {flag} OP:VALUE.")
    if operator == "" and len(values) > 1:
        operator = "in"
    elif operator == "between" and len(values) != 2:
        raise UsageError(f"{flag}: between takes two values, not {len(values)}", f"Use {flag} between:FROM,TO.")
    elif operator not in _SEVERAL and len(values) > 1:
        raise UsageError(f"{flag}: {operator} takes one value", f"Use {flag} in:{','.join(values)}.")
    return operator, [_checked(field, operator, value) for value in values]


def _filter(field: str, operator: str, values: list[str]) -> RawFilter:
    unique = list(dict.fromkeys(values))
    gathered = {"": "in", "ne": "not_in"}
    if len(unique) > 1 and operator in gathered:
        operator = gathered[operator]
    if len(unique) > (2 if operator == "between" else 1) and operator not in ("in", "not_in"):
        raise UsageError(f"{option_name(field)}: {operator} is given twice", "Use it once.")
    return RawFilter(field, operator, ",".join(values if operator == "between" else unique))


def _checked(field: str, operator: str, value: str) -> str:
    flag = option_name(field)
    if operator == "null":
        return choice(value, ("true", "false"), flag)
    if operator == "like":
        return value
    if field == "type":
        return choice(value, TYPES, flag)
    if field == "created_at":
        if not _TIME.fullmatch(value):
            raise UsageError(
                f"{flag}: not a time: {truncate(value)!r}", "Use a form such as 2026-11-01 or 2026-11-01T09:30:00."
            )
        return value
    return str(parse_id(value, flag))


def parse_list(text: str, known: Sequence[str], flag: str) -> tuple[str, ...]:
    """Parse a comma-separated list of known words; return each once."""
    return tuple(dict.fromkeys(choice(word.strip(), known, flag) for word in text.split(",")))


def parse_includes(text: str | None) -> tuple[str, ...]:
    """Parse the value of ``--expand``; return nothing where it is not given."""
    return () if text is None else parse_list(text, INCLUDES, "--expand")


def get_name(contact: Row) -> str:
    """Return the name of a contact: first and last name, else the company, else an empty text."""
    parts = [str(contact[key]).strip() for key in ("firstname", "lastname") if contact.get(key)]
    return " ".join(filter(None, parts)) or str(contact.get("company") or "").strip()


def extract_digits(number: object) -> str:
    """Return the digits of a phone number in any notation; empty for anything else."""
    text = str(number) if isinstance(number, str | int) and not isinstance(number, bool) else ""
    return re.sub(r"[^0-9]", "", text) if re.fullmatch(r"\+?[0-9 ().\-/]{5,40}", text.strip()) else ""


def normalize_number(number: object) -> str:
    """Return a key that is the same for all notations of a phone number; anything else is its own key."""
    return extract_digits(number) or str(number)
