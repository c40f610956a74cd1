"""Filter and sort rows as the API does; see the notes of `contacts`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from wacr_cli.sandbox.laravel import Errors, Filters, parse_integer

Row = dict[str, Any]


def filter_rows(rows: list[Row], filters: Filters) -> list[Row]:
    """Return the rows that all filters match."""
    return [row for row in rows if all(matches(row[field], operator, text) for field, operator, text in filters)]


def sort_rows(rows: list[Row], sort: str, fields: Sequence[str], errors: Errors) -> list[Row]:
    """Return rows sorted by the *fields* that *sort* names, and add to *errors* if it names another."""
    rows = sorted(rows, key=lambda row: row["id"])
    for key in reversed(sort.split(",")):
        if (name := key.removeprefix("-")) in fields:
            rows.sort(key=_key(name), reverse=key.startswith("-"))
        else:
            errors["sort"] = ["The selected sort is invalid."]
    return rows


def _key(name: str) -> Callable[[Row], Any]:
    return lambda row: _comparable(row[name])


def matches(value: Any, operator: str, operand: str) -> bool:
    """Return whether a filter matches a value, as in SQL: only the operator `null` matches a null value."""
    if operator == "null":
        return (value in (None, [])) == (operand.lower() in ("1", "true"))
    many = value if isinstance(value, list) else [value]
    parts = operand.split(",") if operator in ("in", "not_in", "between") else [operand]
    operands = [_parse_operand(value, part) for part in parts]
    if operator in ("ne", "not_in"):
        return value is not None and not any(_comparable(one) in operands for one in many)
    return any(one is not None and _compare(_comparable(one), operator, operands) for one in many)


def _compare(value: Any, operator: str, operands: list[Any]) -> bool:
    first = operands[0]
    if operator == "like":
        return str(first).casefold() in str(value).casefold()
    if operator in ("eq", "in"):
        return bool(value in operands)
    if None in operands or (operator == "between" and len(operands) != 2):
        return False
    if operator == "between":
        return bool(first <= value <= operands[1])
    return bool({"gt": value > first, "gte": value >= first, "lt": value < first, "lte": value <= first}[operator])


def _parse_operand(value: Any, part: str) -> Any:
    """Return an operand in the type of *value*, None if it can't be converted."""
    if isinstance(value, int | list):
        return parse_integer(part)
    return _comparable(part.strip())


def _comparable(value: Any) -> Any:
    """Return *value* in the form in which it is compared: a time as datetime, other text in folded case."""
    if not isinstance(value, str):
        return value
    if re.match(r"\d{4}-\d{2}-\d{2}", value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value.casefold()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value.casefold()
