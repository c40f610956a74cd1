"""The contacts of the sample workspace and the lists that they refer to, as the API returns them.

Where the documentation leaves details open, this module decides as `app` does, and:

- `sort` is a list of fields, with `-` for descending order. Equal rows, and all rows without `sort`, are in the order
  of their ids.
- `like` matches part of a text, whatever its case. `between` takes two values and includes both. `null` takes `true` or
  `false`.
- The lists of groups, sources and statuses have ids and names; `search` finds part of a name.
- A contact can be in several groups: `in` matches if one of them is listed, `ne` and `not_in` if none is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wacr_cli.sandbox.laravel import (
    ApiError,
    Errors,
    Params,
    get_text,
    paginate,
    parse_filters,
    parse_integer,
    parse_page,
    parse_query_string,
    validation_error,
)
from wacr_cli.sandbox.rows import Row, filter_rows, sort_rows

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


def contacts_response(world: World, name: str, number: str | None, query: str) -> dict[str, object]:
    """Return the response for `contacts` or one of LISTS: a page of it, or the item with the id *number*.

    Raises ApiError if there is no such item or a parameter is invalid.
    """
    params = parse_query_string(query)
    if name in LISTS:
        return _list_response(LISTS[name], number, params)
    rows = [_row(contact) for contact in world.contacts]
    include = (get_text(params, "include") or "").split(",")
    if number is not None:
        return _one(rows, number, include)
    errors: Errors = {}
    filters = parse_filters(params, FILTERS, OPERATORS, errors)
    rows = filter_rows(rows, filters)
    if words := get_text(params, "search"):
        rows = [row for row in rows if _contains(row, words)]
    return _page(sort_rows(rows, get_text(params, "sort") or "id", SORTS, errors), params, errors, include)


def _list_response(names: dict[int, str], number: str | None, params: Params) -> dict[str, object]:
    rows: list[Row] = [{"id": key, "name": text} for key, text in names.items()]
    if number is not None:
        return _one(rows, number)
    errors: Errors = {}
    words = (get_text(params, "search") or "").casefold()
    rows = [row for row in rows if words in row["name"].casefold()]
    return _page(sort_rows(rows, get_text(params, "sort") or "id", ("id", "name"), errors), params, errors)


def _page(rows: list[Row], params: Params, errors: Errors, include: Sequence[str] = ()) -> dict[str, object]:
    page, per_page = parse_page(params, errors)
    if errors:
        raise validation_error(errors)
    return paginate(rows, page, per_page, lambda row: row | _included(row, include))


def _one(rows: list[Row], number: str, include: Sequence[str] = ()) -> dict[str, object]:
    row = next((row for row in rows if row["id"] == parse_integer(number)), None)
    if row is None:
        raise ApiError(404, "NOT_FOUND", "Contact not found.")
    return {"success": True, "data": row | _included(row, include)}


def _row(contact: Contact) -> Row:
    return {
        "id": contact.id,
        "firstname": contact.firstname,
        "lastname": contact.lastname,
        "company": contact.company,
        "type": contact.type,
        "email": contact.email,
        "phone": contact.phone,
        "status_id": contact.status_id,
        "source_id": contact.source_id,
        "description": "Opted out by phone" if contact.is_opted_out else None,
        "city": contact.city,
        "state": None,
        "zip": None,
        "address": None,
        "country_id": contact.country_id,
        "assigned_id": contact.assigned_id,
        "group_id": list(contact.group_ids),
        "is_opted_out": contact.is_opted_out,
        "created_at": contact.created_at.isoformat(timespec="seconds"),
        "updated_at": contact.updated_at.isoformat(timespec="seconds"),
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


def _contains(row: Row, words: str) -> bool:
    texts = (f"{row['firstname']} {row['lastname']}", row["email"], row["phone"], row["company"])
    return any(words.casefold() in text.casefold() for text in texts if text)
