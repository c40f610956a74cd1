"""Parse the API's responses, in every shape that they may have.

The rows of a list are under ``data``, or under ``data.data`` as Laravel's own paginator writes them; the page numbers
are under ``meta.pagination``, under ``meta``, or next to the rows. The code and the message of an error can be in
several places too. Ids may be strings of digits, as some PHP servers write integers; they become integers here.
Anything else is a :class:`~wacr_cli.core.errors.BadResponseError` that says where it is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from wacr_cli.core.errors import (
    AuthError,
    BadResponseError,
    NotFoundError,
    RateLimitError,
    UnavailableError,
    UsageError,
    WacrError,
)
from wacr_cli.core.models import Row

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
_ID = re.compile(r"0|[1-9][0-9]{0,18}")
_MAX_ID = 2**63 - 1
_ID_FIELDS = ("id", "interaction_id", "staff_id", "status_id", "source_id", "country_id", "assigned_id")
"""The fields of messages and contacts that the API documents as integers."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its rows, and what the response says about the list, None where it says nothing."""

    rows: list[Row]
    has_more: bool | None
    total: int | None
    page: int | None
    per_page: int | None


def decode(body: bytes) -> Any:
    """Decode the JSON of a response. Raises :class:`BadResponseError`."""
    if not body.strip():
        raise BadResponseError("the response is empty", _CHECK_URL)
    try:
        return json.loads(body, parse_constant=_refuse_constant, parse_float=_parse_float)
    except RecursionError:
        raise BadResponseError("the response's JSON is nested too deeply", _CHECK_URL) from None
    except ValueError as error:
        what = "HTML, not JSON: a web page, not the API" if looks_like_html(body) else f"not JSON: {error}"
        raise BadResponseError(f"the response is {what}", _CHECK_URL) from None


def looks_like_html(body: bytes) -> bool:
    """Return whether a body is a web page, as proxies and wrong addresses send it."""
    return body.lstrip()[:1] == b"<"


_CHECK_URL = (
    "Check that WACR_API_URL, or api_url in wacr config list, is the address of a WA.cr API. --verbose shows the calls."
)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _parse_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is out of range")
    return number


def parse_page(response: Any, *, with_ids: bool = True) -> Page:
    """Return the page in a decoded response, its ids as integers; ``with_ids`` requires an id in each row."""
    page = parse_raw_page(response)
    for index, row in enumerate(page.rows):
        _convert_ids(row)
        if with_ids and type(row.get("id")) is not int:
            raise _row_error(row, f"data[{index}]")
    return page


def parse_raw_page(response: Any) -> Page:
    """Return the page in a decoded response, its rows unchanged."""
    meta = _check_success(response)
    data = meta.get("data")
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        meta, data = data, data["data"]
    if not isinstance(data, list):
        raise BadResponseError(f"the response's data is {_describe_type(data, 'data' in meta)}, not a list", _CHECK_URL)
    for index, row in enumerate(data):
        if type(row) is not dict:
            raise _row_error(row, f"data[{index}]")
    return _make_page(data, list(_find_metadata(response, meta)))


def parse_id(value: object) -> int | None:
    """Return an id, which a PHP server may write as a string of digits; None for anything else."""
    if isinstance(value, str) and _ID.fullmatch(value) and int(value) <= _MAX_ID:
        return int(value)
    return value if type(value) is int else None


def _convert_ids(row: Row) -> None:
    """Make integers of the ids of a row that are strings of digits; other values stay for the caller to judge."""
    for name in _ID_FIELDS:
        if type(row.get(name)) is str and (number := parse_id(row[name])) is not None:
            row[name] = number


def _find_metadata(response: Mapping[str, Any], paginator: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that may contain the page numbers, the most likely first."""
    for holder in (response, paginator):
        meta = holder.get("meta")
        if isinstance(meta, dict):
            if isinstance(meta.get("pagination"), dict):
                yield meta["pagination"]
            yield meta
        if isinstance(holder.get("pagination"), dict):
            yield holder["pagination"]
        yield holder


def _make_page(rows: list[Row], places: list[Mapping[str, Any]]) -> Page:
    def number(name: str) -> int | None:
        return next((found for place in places if (found := _parse_count(place.get(name))) is not None), None)

    current, last = number("current_page"), number("last_page")
    more = next((place["has_more"] for place in places if isinstance(place.get("has_more"), bool)), None)
    if more is None and current is not None and last is not None:
        more = current < last
    return Page(rows, more, number("total"), current, number("per_page"))


def _parse_count(value: object) -> int | None:
    """Return a count, which a PHP server may write as a string."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def parse_item(response: Any) -> Row:
    """Return the single object in a decoded response; it has an id."""
    data = parse_object(response)
    if type(data.get("id")) is not int:
        raise _row_error(data, "data")
    return data


def parse_object(response: Any) -> Row:
    """Return the object under ``data`` in a decoded response, its ids as integers; it needs none."""
    data = _check_success(response).get("data")
    if type(data) is not dict:
        raise _row_error(data, "data")
    _convert_ids(data)
    return data


def _check_success(response: Any) -> Mapping[str, Any]:
    """Return a response that is an object and does not report a failure of its own."""
    if not isinstance(response, dict):
        raise BadResponseError(f"the response is {_describe_type(response)}, not an object", _CHECK_URL)
    if response.get("success") is False:
        code, message = _parse_error(response)
        raise BadResponseError(f"the API reports a failure: {message or 'no reason given'}", _CHECK_URL, code=code)
    return response


def _row_error(row: Any, where: str) -> BadResponseError:
    """Return the error for a row that is not an object or has no integer id."""
    if type(row) is not dict:
        return BadResponseError(f"the response's {where} is {_describe_type(row)}, not an object", _CHECK_URL)
    kind = _describe_type(row.get("id"), "id" in row)
    return BadResponseError(f"the response's {where}.id is {kind}, not an integer", _CHECK_URL)


def _describe_type(value: object, present: bool = True) -> str:
    if not present:
        return "missing"
    names = {type(None): "null", bool: "a boolean", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


NEW_TOKEN = "Create a token in the app under Settings → API, then set WACR_TOKEN or run wacr auth login."  # noqa: S105


def failure(
    status: int, body: bytes, location: str = "", *, scope: str = "messages:read", renewal: str = NEW_TOKEN
) -> WacrError:
    """Return the error for a response with a status other than 200, with the API's own message where it has one.

    ``scope`` is the scope that the token needs, empty where it is unknown; ``renewal`` says how to get another token.
    """
    code, message = _parse_error(_decode_error(body))
    details = f": {message}" if message else ""
    if 300 <= status < 400:
        to = f" to {location}" if location else ""
        return BadResponseError(f"the API redirects{to} ({status}); redirects are not followed", _CHECK_URL)
    match status:
        case 400 | 422:
            return UsageError(
                f"the API refused the request ({status}){details}",
                "Change the filters or values that it names.",
                code=code,
            )
        case 401:
            return AuthError(f"invalid or expired token (401){details}", renewal, code=code)
        case 403:
            return AuthError(
                f"the token lacks a scope (403){details}",
                f"Give it the scope {scope or 'that this needs'} in the app under Settings → API.",
                code=code or "INSUFFICIENT_SCOPE",
                scope=scope,
            )
        case 404:
            if looks_like_html(body):
                return NotFoundError("not found (404): a web page, not the API", _CHECK_URL)
            return NotFoundError(f"not found (404){details}", "Check the id, and WACR_API_URL.", code=code)
        case 429:
            return RateLimitError(f"too many calls (429){details}", "Try again in a minute.", code=code)
        case 408 | 425:
            message = f"the API did not respond in time ({status}){details}"
            return UnavailableError(message, "Try again later.", code=code)
    if status >= 500:
        return UnavailableError(f"the API failed ({status}){details}", "Try again later.", code=code)
    return BadResponseError(
        f"a response with status {status}, which the API does not document{details}", _CHECK_URL, code=code
    )


def _decode_error(body: bytes) -> Any:
    """Return the JSON of an error, None where a proxy sent a page: its status says enough."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _parse_error(response: Any) -> tuple[str, str]:
    """Return the code and the message of an error, empty where there are none."""
    if not isinstance(response, dict):
        return "", ""
    error = response.get("error")
    inner = error if isinstance(error, dict) else {}
    code = next((c for c in (inner.get("code"), response.get("error_code"), response.get("code")) if _is_code(c)), "")
    words = next((w for w in (inner.get("message"), response.get("message"), error) if isinstance(w, str) and w), "")
    details = response.get("errors", inner.get("errors"))
    return str(code), "; ".join(filter(None, (words, *_details(details))))


def _is_code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _details(errors: object) -> Iterator[str]:
    """Yield the messages in Laravel's ``errors``: a list for each field."""
    if not isinstance(errors, dict):
        return
    for field, words in errors.items():
        first = words[0] if isinstance(words, list) and words else words
        yield f"{field}: {first}" if isinstance(first, str) else str(field)
