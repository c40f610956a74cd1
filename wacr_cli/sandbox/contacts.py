"""The contacts of the sample workspace and the lists they refer to, as the API answers for them.

Where the documentation is silent, it decides as `app` does, and:

- The order is that of `sort`, a list of fields with `-` for descending; rows that are equal by it, and all rows where
  nothing is said, stand by id.
- `like` finds a part of a text, in any case. `between` takes two values, both included. `null` takes `true` or `false`.
- A contact is in several groups: `in` wants one of them among its own, `ne` and `not_in` want none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from wacr_cli.sandbox.laravel import ApiError, Errors, Nested, invalid, nest, pages, paginated, text, whole
from wacr_cli.sandbox.phrases import STAFF

if TYPE_CHECKING:
    from wacr_cli.sandbox.world import Contact, World

FILTERS = ("type", "status_id", "source_id", "assigned_id", "created_at", "group_id")
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "like", "in", "not_in", "between", "null")
SORTS = ("id", "firstname", "lastname", "created_at", "updated_at")
INCLUDES = ("groups", "source", "status")

STATUSES = {1: "New", 2: "Regular", 3: "Wholesale", 4: "Dormant"}
SOURCES = {1: "WhatsApp", 2: "Website", 3: "Market stall"}
GROUPS = {1: "Newsletter", 2: "Festival boxes", 3: "Restaurants"}
LISTS = {"statuses": STATUSES, "sources": SOURCES, "groups": GROUPS}
SCOPES = {name: f"{name}:read" for name in ("contacts", *LISTS)}

# The numbers of ISO 3166, where the country is known.
_COUNTRIES = {"IN": 356, "GB": 826, "US": 840, "DE": 276, "FR": 250, "ES": 724, "JP": 392, "AE": 784, "BR": 76}

Row = dict[str, Any]


def answer(world: World, name: str, number: str | None, query: str) -> dict[str, object]:
    """Return the answer for `contacts` or one of LISTS, whole or one of it; ApiError where it is none."""
    given = nest(query)
    if name in LISTS:
        rows: list[Row] = [{"id": key, "name": words} for key, words in LISTS[name].items()]
        return _one(rows, number) if number is not None else _listed(rows, given, {})
    rows = [_shown(world, index) for index in range(len(world.contacts))]
    include = (text(given, "include") or "").split(",")
    if number is not None:
        return _one(rows, number, include)
    errors: Errors = {}
    tests = _tests(given.get("filter"), errors)
    if words := text(given, "search"):
        tests.append(lambda row: _found(row, words))
    rows = _sorted([row for row in rows if all(test(row) for test in tests)], text(given, "sort") or "id", errors)
    return _listed(rows, given, errors, include)


def _listed(rows: list[Row], given: Nested, errors: Errors, include: Sequence[str] = ()) -> dict[str, object]:
    page, per_page = pages(given, errors)
    if errors:
        raise invalid(errors)
    return paginated(rows, page, per_page, lambda row: row | _included(row, include))


def _one(rows: list[Row], number: str, include: Sequence[str] = ()) -> dict[str, object]:
    row = next((row for row in rows if row["id"] == whole(number)), None)
    if row is None:
        raise ApiError(404, "NOT_FOUND", "Contact not found.")
    return {"success": True, "data": row | _included(row, include)}


def _shown(world: World, index: int) -> Row:
    contact: Contact = world.contacts[index]
    met = world.now - timedelta(days=3 * (len(world.contacts) - index), hours=index % 9)
    assigned = STAFF[index % len(STAFF)][0] if index % 3 else None
    return {
        "id": contact.id,
        "firstname": contact.firstname,
        "lastname": contact.lastname,
        "company": contact.company,
        "type": contact.type,
        "email": contact.email,
        "phone": contact.phone,
        "status_id": 1 + index % len(STATUSES),
        "source_id": 1 + index % 5 if index % 5 < len(SOURCES) else None,
        "description": "Opted out by phone" if contact.is_opted_out else None,
        "city": contact.city,
        "state": None,
        "zip": None,
        "address": None,
        "country_id": _COUNTRIES.get(contact.country),
        "assigned_id": assigned,
        "group_id": [group for group in GROUPS if index % (group + 1) == 0],
        "is_opted_out": contact.is_opted_out,
        "created_at": met.isoformat(timespec="seconds"),
        "updated_at": (met + timedelta(days=index % 50)).isoformat(timespec="seconds"),
    }


def _included(row: Row, include: Sequence[str]) -> Row:
    """Return what `include` adds to a row."""
    found: Row = {}
    if "groups" in include:
        found["groups"] = [{"id": group, "name": GROUPS[group]} for group in row.get("group_id", ())]
    for name, names in (("source", SOURCES), ("status", STATUSES)):
        if name in include:
            number = row.get(f"{name}_id")
            found[name] = {"id": number, "name": names[number]} if number is not None else None
    return found


def _found(row: Row, words: str) -> bool:
    texts = (f"{row['firstname']} {row['lastname']}", row["email"], row["phone"], row["company"])
    return any(words.casefold() in one.casefold() for one in texts if one)


def _sorted(rows: list[Row], sort: str, errors: Errors) -> list[Row]:
    rows = sorted(rows, key=lambda row: row["id"])
    for key in reversed(sort.split(",")):
        name = key.removeprefix("-")
        if name not in SORTS:
            errors["sort"] = ["The selected sort is invalid."]
        else:
            rows.sort(key=lambda row, name=name: _comparable(row[name]), reverse=key.startswith("-"))  # type: ignore[misc]
    return rows


def _tests(given: object, errors: Errors) -> list[Callable[[Row], bool]]:
    tests: list[Callable[[Row], bool]] = []
    for field, value in given.items() if isinstance(given, dict) else ():
        if field not in FILTERS:
            continue
        for operator, operand in (value if isinstance(value, dict) else {"eq": value}).items():
            if operator not in OPERATORS or not isinstance(operand, str):
                errors[f"filter.{field}.{operator}"] = [f"The operator {operator} is not supported."]
            elif operand:
                tests.append(lambda row, f=field, o=operator, v=operand: _holds(row[f], o, v))  # type: ignore[misc]
    return tests


def _holds(value: Any, operator: str, operand: str) -> bool:
    """Return whether one condition holds, as SQL has it: of null nothing is true but that it is null."""
    if operator == "null":
        return (value in (None, [])) == (operand.lower() in ("1", "true"))
    many = value if isinstance(value, list) else [value]
    parts = operand.split(",") if operator in ("in", "not_in", "between") else [operand]
    operands = [_operand(value, part) for part in parts]
    if operator in ("ne", "not_in"):
        return value is not None and not any(_comparable(one) in operands for one in many)
    return any(one is not None and _compares(_comparable(one), operator, operands) for one in many)


def _compares(value: Any, operator: str, operands: list[Any]) -> bool:
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


def _operand(value: Any, part: str) -> Any:
    """Return the operand as what it is compared with: a number, a time, a text; None where it is none."""
    if isinstance(value, int | list):
        return whole(part)
    return _comparable(part.strip())


def _comparable(value: Any) -> Any:
    """Return a value to compare by: times as such, texts in any case."""
    if not isinstance(value, str):
        return value
    if re.match(r"\d{4}-\d{2}-\d{2}", value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value.casefold()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return value.casefold()
