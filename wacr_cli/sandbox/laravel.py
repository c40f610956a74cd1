"""How the API parses and answers requests: PHP's query strings, and Laravel's validation, pagination and errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

T = TypeVar("T")

DEFAULT_PER_PAGE, MAX_PER_PAGE = 15, 100

Params = dict[str, Any]
"""The parameters of a query string: a value is text, or again such a dict."""

Errors = dict[str, list[str]]
"""The errors of a request by the name of the parameter."""

Filters = list[tuple[str, str, str]]
"""The field, operator and operand of each filter."""

_KEY = re.compile(r"\[([^\]]*)\]")


class ApiError(Exception):
    """A response other than 200: its status, its code if it has one, its message, and further parts of the body."""

    def __init__(self, status: int, code: str | None, message: str, **body: object) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.body = status, code, message, body


def parse_query_string(query: str) -> Params:
    """Return a query string's parameters as PHP does: `filter[type][in]=a` is `{"filter": {"type": {"in": "a"}}}`."""
    params: Params = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        name, bracket, rest = key.partition("[")
        steps = [name, *_KEY.findall(bracket + rest)]
        parent = params
        for step in steps[:-1]:
            if not isinstance(parent.get(step), dict):
                parent[step] = {}
            parent = parent[step]
        parent[steps[-1]] = value
    return params


def get_text(params: Params, name: str) -> str | None:
    """Return a parameter's text, None if it is missing, empty or not text."""
    value = params.get(name)
    return value if isinstance(value, str) and value else None


def parse_integer(text: str) -> int | None:
    """Return the integer that *text* is, None if it is not one."""
    # A number of more than 18 digits might not fit into the server's 64 bits.
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def parse_page(params: Params, errors: Errors) -> tuple[int, int]:
    """Return `page` and `per_page`, and add to *errors* what is wrong with them."""
    page = _positive_integer(params, "page", 1, None, errors)
    return page, _positive_integer(params, "per_page", DEFAULT_PER_PAGE, MAX_PER_PAGE, errors)


def _positive_integer(params: Params, name: str, default: int, maximum: int | None, errors: Errors) -> int:
    words, value = name.replace("_", " "), params.get(name)
    if not value:
        return default
    number = parse_integer(value) if isinstance(value, str) else None
    if number is None:
        errors[name] = [f"The {words} field must be an integer."]
    elif number < 1:
        errors[name] = [f"The {words} field must be at least 1."]
    elif maximum is not None and number > maximum:
        errors[name] = [f"The {words} field must not be greater than {maximum}."]
    else:
        return number
    return default


def parse_filters(params: Params, fields: tuple[str, ...], operators: tuple[str, ...], errors: Errors) -> Filters:
    """Return the (field, operator, operand) of each filter, and add to *errors* those with an unknown operator.

    Filters on other fields and filters without an operand are left out.
    """
    given = params.get("filter")
    found: Filters = []
    for field, value in given.items() if isinstance(given, dict) else ():
        if field not in fields:
            continue
        for operator, operand in (value if isinstance(value, dict) else {"eq": value}).items():
            if operator not in operators or not isinstance(operand, str):
                errors[f"filter.{field}.{operator}"] = [f"The operator {operator} is not supported."]
            elif operand:
                found.append((field, operator, operand))
    return found


def validation_error(errors: Errors) -> ApiError:
    """Return the error 422 that names every invalid parameter."""
    first, more = next(iter(errors.values()))[0], len(errors) - 1
    tail = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return ApiError(422, None, first + tail, errors=errors)


def paginate(rows: list[T], page: int, per_page: int, show: Callable[[T], object]) -> dict[str, object]:
    """Return the response with one page of *rows*, each as *show* returns it."""
    first = (page - 1) * per_page
    last_page = max(1, -(-len(rows) // per_page))
    return {
        "success": True,
        "data": [show(row) for row in rows[first : first + per_page]],
        "meta": {
            "pagination": {
                "total": len(rows),
                "per_page": per_page,
                "current_page": page,
                "last_page": last_page,
                "has_more": page < last_page,
            }
        },
    }
