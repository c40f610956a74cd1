"""The API of the sample workspace: a request in, the answer that the service would give out.

`Sandbox` is called with an `httpx.Request`, so `httpx.MockTransport(Sandbox(world))` is a whole service. It reads the
query string on its own, in PHP's manner, because that is the other side's language: a mistake in the client's spelling
of a question is not repeated here.

Where the documentation is silent, it decides as a Laravel application over MySQL does by default:

- A filter is an SQL condition: a null field is neither equal nor unequal to anything, so `ne` and `not_in` leave out
  rows whose field is null.
- `filter[type]=a,b` is the text `a,b`; only `in` and `not_in` split at commas. Nothing is trimmed, and case counts.
  Values of interaction_id compare as numbers; what is no number equals none.
- Of one key given twice the last counts; a plain value and operators of one field replace each other; several operators
  of one field all hold.
- An empty value is no value: the parameter is as good as absent.
- Filters on other fields are ignored. An unknown operator is an error, 422.
- `search` (before its alias `q`) is a part of the text, in any case, without wildcards.
- `fields` names what to keep of the nine fields, in the API's order; other names are ignored.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import httpx

from wacr_cli.sandbox import account, contacts
from wacr_cli.sandbox.laravel import PER_PAGE, ApiError, invalid, nest, pages, paginated, text, whole

if TYPE_CHECKING:
    import random

    from wacr_cli.sandbox.world import Row, World

App = Callable[[httpx.Request], httpx.Response]
"""What answers requests: a `Sandbox`, or anything else with its signature."""

BASE_PATH = "/api/v2"
WINDOW = 60
"""How many seconds a rate limit's window lasts."""

FIELDS = ("id", "interaction_id", "sender_id", "type", "message", "status", "message_id", "sent_at", "is_read")
MORE_FIELDS = ("status_message", "ref_message_id", "url", "staff_id")
FILTERS = ("type", "status", "interaction_id", "direction")
OPERATORS = ("eq", "ne", "in", "not_in")

_SORTS = {"created_at": attrgetter("created", "id"), "updated_at": attrgetter("updated", "id")}

SCOPES = {"messages": "messages:read"} | dict.fromkeys(account.PATHS, "account:read") | contacts.SCOPES
"""What a token needs for each path, by the first part of it."""

ALL_SCOPES = frozenset(SCOPES.values())
_SCOPES_OF: dict[str, frozenset[str]] = {"no-scope": frozenset(), "messages-only": frozenset({"messages:read"})}


class Condition(NamedTuple):
    """A filter, read: the field's value, as text, is one of `values`, or `negated` none of them."""

    field: str
    values: frozenset[str]
    negated: bool


class Question(NamedTuple):
    """A list request, read: see `read`."""

    page: int = 1
    per_page: int = PER_PAGE
    sort: str = "created_at"
    descending: bool = True
    search: str | None = None
    fields: tuple[str, ...] = FIELDS
    conditions: tuple[Condition, ...] = ()


class Sandbox:
    """The API of a sample workspace.

    `world` is asked anew by every request, so it can change between two. Any bearer token is good, but `expired` (401),
    `no-scope` (403) and, for all but messages, `messages-only` (403). With `rate_limit` calls of one token are counted
    in windows of a minute that begin with the first call, by `clock` (epoch seconds); without it nothing is. `shuffle`
    mixes the rows of one second anew in every answer, as the real service may; without it they stand by id.

    Errors are answers, never exceptions: 401 UNAUTHORIZED, 403 INSUFFICIENT_SCOPE, 404 NOT_FOUND, 405, 422 with
    `errors`, 429 RATE_LIMIT_EXCEEDED. Who has no good token is not counted, and is told no limit.
    """

    def __init__(
        self,
        world: World,
        *,
        rate_limit: int | None = None,
        clock: Callable[[], float] = time.time,
        shuffle: random.Random | None = None,
    ) -> None:
        self.world = world
        self._limit = _Limit(rate_limit, clock) if rate_limit is not None else None
        self._shuffle = shuffle

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; only its method, path, query string and `Authorization` count."""
        headers: dict[str, str] = {}
        try:
            status, body = 200, self._answer(request, headers)
        except ApiError as error:
            status, body = error.status, _body(error)
        # Escaped like PHP's json_encode does, so that no text can break the encoding.
        content = json.dumps(body, separators=(",", ":")).encode("ascii")
        return httpx.Response(status, headers={"Content-Type": "application/json", **headers}, content=content)

    def _answer(self, request: httpx.Request, headers: dict[str, str]) -> dict[str, object]:
        name, number = _route(request.url.path)
        if request.method != "GET":
            headers["Allow"] = "GET"
            raise ApiError(405, None, f"The {request.method} method is not supported for this route.")
        token = _token(request.headers.get("Authorization", ""))
        if self._limit:
            self._limit.count(token, headers)
        if (scope := SCOPES[name]) not in _SCOPES_OF.get(token, ALL_SCOPES):
            raise ApiError(403, "INSUFFICIENT_SCOPE", f"This token lacks the scope {scope}.")
        query = request.url.query.decode("ascii", "replace")
        if name in account.PATHS:
            return {"success": True, "data": account.answer(self.world, name, self._limit.limit if self._limit else 60)}
        if name != "messages":
            return contacts.answer(self.world, name, number, query)
        if number is None:
            return self._list(read(query))
        return {"success": True, "data": self._one(number)}

    def _one(self, number: str) -> dict[str, object]:
        row = self.world.row(int(number)) if whole(number) is not None else None
        if row is None:
            raise ApiError(404, "NOT_FOUND", "Message not found.")
        return _shown(row, (*FIELDS, *MORE_FIELDS))

    def _list(self, question: Question) -> dict[str, object]:
        rows = list(self.world.rows)
        if question.conditions or question.search:
            rows = [row for row in rows if _meets(row, question)]
        rows = self._sorted(rows, question)
        return paginated(rows, question.page, question.per_page, lambda row: _shown(row, question.fields))

    def _sorted(self, rows: list[Row], question: Question) -> list[Row]:
        if self._shuffle is None and question.sort == "created_at":  # the order that they have
            return rows[::-1] if question.descending else rows
        if self._shuffle is None:
            rows.sort(key=_SORTS[question.sort], reverse=question.descending)
        else:
            self._shuffle.shuffle(rows)
            rows.sort(key=attrgetter(question.sort.removesuffix("_at")), reverse=question.descending)
        return rows


class _Limit:
    """Laravel's throttle: a token's window begins with its first call, and a call beyond the limit is not counted."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self.limit, self.clock = limit, clock
        self.windows: dict[str, tuple[float, int]] = {}
        self.lock = threading.Lock()

    def count(self, token: str, headers: dict[str, str]) -> None:
        with self.lock:
            now = self.clock()
            ends, calls = self.windows.get(token, (now + WINDOW, 0))
            if now >= ends:
                ends, calls = now + WINDOW, 0
            exceeded = calls >= self.limit
            self.windows[token] = ends, calls if exceeded else calls + 1
        headers["X-RateLimit-Limit"] = str(self.limit)
        headers["X-RateLimit-Remaining"] = str(0 if exceeded else self.limit - calls - 1)
        if exceeded:
            # Rounded up: who comes back after that many seconds is let in.
            headers["Retry-After"] = str(-int((now - ends) // 1))
            headers["X-RateLimit-Reset"] = str(-int(-ends // 1))
            raise ApiError(429, "RATE_LIMIT_EXCEEDED", "Too many requests.")


def read(query: str) -> Question:
    """Read the query string of a list request; ApiError 422 names every parameter that is wrong."""
    given = nest(query)
    errors: dict[str, list[str]] = {}
    page, per_page = pages(given, errors)
    question = Question(
        page=page,
        per_page=per_page,
        search=text(given, "search") or text(given, "q"),
        fields=_fields(text(given, "fields")),
        conditions=_conditions(given.get("filter"), errors),
    )
    sort = text(given, "sort") or "-created_at"
    if sort.removeprefix("-") not in _SORTS:
        errors["sort"] = ["The selected sort is invalid."]
    if errors:
        raise invalid(errors)
    return question._replace(sort=sort.removeprefix("-"), descending=sort.startswith("-"))


def ask(
    app: App, method: str, url: str, headers: Iterable[tuple[str, str]]
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Ask an app in plain words for those who speak HTTP without httpx: the answer's status, headers and body."""
    # As bytes, or httpx would refuse the letters that HTTP allows and ASCII lacks.
    plain = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    try:
        request = httpx.Request(method, url, headers=plain)
    except httpx.InvalidURL:
        return 400, [], json.dumps(_body(ApiError(400, None, "Bad request."))).encode("ascii")
    response = app(request)
    return response.status_code, response.headers.multi_items(), response.read()


def _route(path: str) -> tuple[str, str | None]:
    """Return the name of the list or thing that a path names, and the id below it; ApiError 404 for any other path."""
    _, _, rest = path.rstrip("/").rpartition(BASE_PATH + "/")
    name, _, number = rest.partition("/")
    if rest in account.PATHS:
        return rest, None
    if name not in SCOPES or name in account.PATHS or "/" in number:
        raise ApiError(404, "NOT_FOUND", f"The route {path.strip('/')} could not be found.")
    return name, number or None


def _token(authorization: str) -> str:
    found = re.fullmatch(r"Bearer +(\S+) *", authorization, re.IGNORECASE)
    if not found or found[1] == "expired":
        raise ApiError(401, "UNAUTHORIZED", "The API token is missing, malformed or expired.")
    return found[1]


def _body(error: ApiError) -> dict[str, object]:
    coded = {"error": {"code": error.code, "message": error.message}} if error.code else {}
    return {"success": False, "message": error.message, **coded, **error.body}


def _fields(words: str | None) -> tuple[str, ...]:
    if words is None:
        return FIELDS
    wanted = {name.strip() for name in words.split(",")}
    return tuple(field for field in FIELDS if field in wanted)


def _conditions(given: object, errors: dict[str, list[str]]) -> tuple[Condition, ...]:
    found = []
    for field, value in given.items() if isinstance(given, dict) else ():
        if field not in FILTERS:
            continue
        for operator, operand in (value if isinstance(value, dict) else {"eq": value}).items():
            if operator not in OPERATORS or not isinstance(operand, str):
                errors[f"filter.{field}.{operator}"] = [f"The operator {operator} is not supported."]
            elif operand:
                found.append(_condition(field, operator, operand))
    return tuple(found)


def _condition(field: str, operator: str, operand: str) -> Condition:
    values = operand.split(",") if operator in ("in", "not_in") else [operand]
    if field == "interaction_id":
        values = [str(number) for number in map(whole, values) if number is not None]
    return Condition(field, frozenset(values), operator in ("ne", "not_in"))


def _meets(row: Row, question: Question) -> bool:
    for field, values, negated in question.conditions:
        value = getattr(row, field)
        if value is None or (str(value) in values) == negated:
            return False
    if question.search is None:
        return True
    return row.message is not None and question.search.casefold() in row.message.casefold()


def _shown(row: Row, fields: Iterable[str]) -> dict[str, object]:
    return {
        field: row.sent_at.isoformat(timespec="seconds") if field == "sent_at" else getattr(row, field)
        for field in fields
    }
