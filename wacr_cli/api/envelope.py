"""What the API's answers hold, in every shape in which they may come.

A list stands under ``data``, or under ``data.data`` as Laravel's own paginator writes it; the numbers of
its pages under ``meta.pagination``, ``meta``, or beside the rows. An error's code and words stand in one of
several places too. Whatever is none of these is a :class:`~wacr_cli.core.errors.BadAnswerError` that says where.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from wacr_cli.core.errors import (
    AuthError,
    BadAnswerError,
    NotFoundError,
    RateLimitError,
    ServiceError,
    UsageError,
    WacrError,
)
from wacr_cli.core.models import Row

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class Page:
    """One window of a list: its rows and what was said of the whole list, None where nothing was."""

    rows: list[Row]
    has_more: bool | None
    total: int | None
    page: int | None
    per_page: int | None


def decode(body: bytes) -> Any:
    """The JSON of an answer, numbers as they are written; raises :class:`BadAnswerError`."""
    if not body.strip():
        raise BadAnswerError("the answer is empty", _WHAT_NEXT)
    try:
        return json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        raise BadAnswerError("the answer's JSON is nested too deep", _WHAT_NEXT) from None
    except ValueError as error:
        what = "HTML, not JSON: a web page, not the API" if looks_like_html(body) else f"not JSON: {error}"
        raise BadAnswerError(f"the answer is {what}", _WHAT_NEXT) from None


def looks_like_html(body: bytes) -> bool:
    """Whether an answer is a page for people, as proxies and wrong addresses give it."""
    return body.lstrip()[:1] == b"<"


_WHAT_NEXT = (
    "Is it the address of a WA.cr API that WACR_API_URL, or api_url in wacr config list, names? "
    "--verbose shows the calls."
)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is out of range")
    return number


def parse_page(answer: Any, *, with_ids: bool = True) -> Page:
    """The window in a decoded answer; ``with_ids`` asks for an integer id in each row."""
    meta = _answered(answer)
    data = meta.get("data")
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        meta, data = data, data["data"]
    if not isinstance(data, list):
        raise BadAnswerError(f"the answer's data is {_kind(data, 'data' in meta)}, not a list", _WHAT_NEXT)
    for index, row in enumerate(data):
        if type(row) is not dict or (with_ids and type(row.get("id")) is not int):
            raise _bad_row(row, f"data[{index}]")
    return _page(data, list(_places(answer, meta)))


def _places(answer: Mapping[str, Any], paginator: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where the numbers of the pages may stand, the likeliest first."""
    for holder in (answer, paginator):
        meta = holder.get("meta")
        if isinstance(meta, dict):
            if isinstance(meta.get("pagination"), dict):
                yield meta["pagination"]
            yield meta
        if isinstance(holder.get("pagination"), dict):
            yield holder["pagination"]
        yield holder


def _page(rows: list[Row], places: list[Mapping[str, Any]]) -> Page:
    def number(name: str) -> int | None:
        return next((found for place in places if (found := _count(place.get(name))) is not None), None)

    current, last = number("current_page"), number("last_page")
    more = next((place["has_more"] for place in places if isinstance(place.get("has_more"), bool)), None)
    if more is None and current is not None and last is not None:
        more = current < last
    return Page(rows, more, number("total"), current, number("per_page"))


def _count(value: object) -> int | None:
    """A number of something, which a PHP service may write as a string."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def parse_item(answer: Any) -> Row:
    """The single object in a decoded answer."""
    data = _answered(answer).get("data")
    if type(data) is not dict or type(data.get("id")) is not int:
        raise _bad_row(data, "data")
    return cast("Row", data)


def parse_object(answer: Any) -> Row:
    """The object under ``data`` of a decoded answer, which need not have an id."""
    data = _answered(answer).get("data")
    if type(data) is not dict:
        raise _bad_row(data, "data")
    return data


def _answered(answer: Any) -> Mapping[str, Any]:
    """An answer that is an object, and does not say of itself that it failed."""
    if not isinstance(answer, dict):
        raise BadAnswerError(f"the answer is {_kind(answer)}, not an object", _WHAT_NEXT)
    if answer.get("success") is False:
        code, words = _code_and_words(answer)
        raise BadAnswerError(
            f"the answer says of itself that it failed: {words or 'no reason given'}", _WHAT_NEXT, code=code
        )
    return answer


def _bad_row(row: Any, where: str) -> BadAnswerError:
    """What is wrong with a row that is no object, or has no integer id."""
    if type(row) is not dict:
        return BadAnswerError(f"the answer's {where} is {_kind(row)}, not an object", _WHAT_NEXT)
    kind = _kind(row.get("id"), "id" in row)
    return BadAnswerError(f"the answer's {where}.id is {kind}, not an integer", _WHAT_NEXT)


def _kind(value: object, present: bool = True) -> str:
    if not present:
        return "absent"
    names = {type(None): "null", bool: "a boolean", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


NEW_TOKEN = "Make a new one in the app under Settings → API and set WACR_TOKEN."  # noqa: S105 - words, not a token


def failure(
    status: int, body: bytes, location: str = "", *, scope: str = "messages:read", renewal: str = NEW_TOKEN
) -> WacrError:
    """The error that an answer other than 200 amounts to, in the service's own words where it has any.

    ``scope`` is what the token needed for it, empty where nobody knows; ``renewal`` says how to get another token.
    """
    code, words = _code_and_words(_decoded(body))
    said = f": {words}" if words else ""
    if 300 <= status < 400:
        to = f" to {location}" if location else ""
        return BadAnswerError(f"the service redirects{to} ({status}); the token does not follow", _WHAT_NEXT)
    match status:
        case 400 | 422:
            return UsageError(f"the API refused the request ({status}){said}", "Change what it names.", code=code)
        case 401:
            return AuthError(f"the API refused the token (401){said}", renewal, code=code)
        case 403:
            return AuthError(
                f"the token may not do this (403){said}",
                f"Give it the scope {scope or 'that this asks for'} under Settings → API.",
                code=code or "INSUFFICIENT_SCOPE",
                scope=scope,
            )
        case 404:
            if looks_like_html(body):
                return NotFoundError("not found (404): a web page, not the API", _WHAT_NEXT)
            return NotFoundError(f"not found (404){said}", "Check the id, and WACR_API_URL.", code=code)
        case 429:
            return RateLimitError(f"too many calls (429){said}", "Run it again in a minute.", code=code)
        case 408 | 425:
            return ServiceError(f"the service did not answer in time ({status}){said}", "Try again later.", code=code)
    if status >= 500:
        return ServiceError(f"the service failed ({status}){said}", "Try again later.", code=code)
    return BadAnswerError(
        f"an answer with status {status}, which the API does not document{said}", _WHAT_NEXT, code=code
    )


def _decoded(body: bytes) -> Any:
    """The JSON of an error answer, None where it is the page of something before the API: its status says enough."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _code_and_words(answer: Any) -> tuple[str, str]:
    """The code and the words of an error answer, empty where there are none."""
    if not isinstance(answer, dict):
        return "", ""
    error = answer.get("error")
    inner = error if isinstance(error, dict) else {}
    code = next((c for c in (inner.get("code"), answer.get("error_code"), answer.get("code")) if _is_code(c)), "")
    words = next((w for w in (inner.get("message"), answer.get("message"), error) if isinstance(w, str) and w), "")
    details = answer.get("errors", inner.get("errors"))
    return str(code), "; ".join(filter(None, (words, *_details(details))))


def _is_code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _details(errors: object) -> Iterator[str]:
    """The words of Laravel's ``errors``: a list of them for each field."""
    if not isinstance(errors, dict):
        return
    for field, words in errors.items():
        first = words[0] if isinstance(words, list) and words else words
        yield f"{field}: {first}" if isinstance(first, str) else str(field)
