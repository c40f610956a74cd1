"""How the service reads and answers: PHP's query strings, Laravel's checks of them, and its errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

T = TypeVar("T")

PER_PAGE, MOST_PER_PAGE = 15, 100

Nested = dict[str, Any]
Errors = dict[str, list[str]]

_KEY = re.compile(r"\[([^\]]*)\]")


class ApiError(Exception):
    """An answer other than 200: its status, its code where there is one, words, and further parts of the body."""

    def __init__(self, status: int, code: str | None, message: str, **body: object) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.body = status, code, message, body


def nest(query: str) -> Nested:
    """Return a query string's parameters as PHP does: `filter[type][in]=a` is `{"filter": {"type": {"in": "a"}}}`."""
    nested: Nested = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        name, bracket, rest = key.partition("[")
        steps = [name, *_KEY.findall(bracket + rest)]
        place = nested
        for step in steps[:-1]:
            if not isinstance(place.get(step), dict):
                place[step] = {}
            place = place[step]
        place[steps[-1]] = value
    return nested


def text(given: Nested, name: str) -> str | None:
    """Return a parameter's text, None where it is absent, empty or no text."""
    value = given.get(name)
    return value if isinstance(value, str) and value else None


def whole(word: str) -> int | None:
    """Return the whole number a text is, None where it is none."""
    # Beyond 18 digits it would not be a 64-bit integer there.
    return int(word) if re.fullmatch(r"-?[0-9]{1,18}", word) else None


def pages(given: Nested, errors: Errors) -> tuple[int, int]:
    """Return `page` and `per_page`; what is wrong with them goes into `errors`."""
    return _number(given, "page", 1, None, errors), _number(given, "per_page", PER_PAGE, MOST_PER_PAGE, errors)


def _number(given: Nested, name: str, default: int, most: int | None, errors: Errors) -> int:
    words, value = name.replace("_", " "), given.get(name)
    if not value:
        return default
    number = whole(value) if isinstance(value, str) else None
    if number is None:
        errors[name] = [f"The {words} field must be an integer."]
    elif number < 1:
        errors[name] = [f"The {words} field must be at least 1."]
    elif most is not None and number > most:
        errors[name] = [f"The {words} field must not be greater than {most}."]
    else:
        return number
    return default


def invalid(errors: Errors) -> ApiError:
    """Return the error that names every parameter that is wrong."""
    first, more = next(iter(errors.values()))[0], len(errors) - 1
    tail = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return ApiError(422, None, first + tail, errors=errors)


def paginated(rows: list[T], page: int, per_page: int, show: Callable[[T], object]) -> dict[str, object]:
    """Return the answer that holds one page of a list, `show` making what it says of a row."""
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
