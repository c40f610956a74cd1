"""The API of the sample workspace: takes a request, and returns the response that the real API would give.

`Sandbox` is called with an `httpx.Request`, so `httpx.MockTransport(Sandbox(world))` takes the place of the network. It
parses the query string by itself, in PHP's manner, as the real API does: a mistake in the client's encoding of a query
is not repeated here, so tests find it.

Where the documentation leaves details open, it does what a Laravel application with MySQL does by default:

- A filter is an SQL condition. Null is neither equal nor unequal to anything, so `ne` and `not_in` leave out rows whose
  field is null.
- `filter[type]=a,b` stands for the text `a,b`; only `in` and `not_in` split at commas. Values are not trimmed, and
  their case counts. Values of interaction_id are compared as numbers; a value that is not a number equals none.
- If a key occurs twice, the last one counts. A plain value and operators of the same field replace each other. Several
  operators of a field must all match.
- A parameter without a value counts as missing.
- Filters on other fields are ignored. An unknown operator is an error (422).
- `search`, or its alias `q`, matches part of the text, whatever its case, without wildcards.
- `fields` selects some of the nine fields, in the API's order. Other names are ignored.
- Every method but GET gets 405 METHOD_NOT_ALLOWED, whatever the path: the sandbox is read-only.
- The `url` of a file is below the sandbox's own origin, and needs no token (see `media`).
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

from wacr_cli.sandbox import account, comments, contacts, media, templates
from wacr_cli.sandbox.laravel import (
    DEFAULT_PER_PAGE,
    ApiError,
    Errors,
    get_text,
    paginate,
    parse_filters,
    parse_integer,
    parse_page,
    parse_query_string,
    validation_error,
)

if TYPE_CHECKING:
    import random

    from wacr_cli.sandbox.world import Row, World

App = Callable[[httpx.Request], httpx.Response]
"""A function that responds to requests: a `Sandbox`, or any other with its signature."""

BASE_PATH = "/api/v2"
WINDOW = 60
"""The length of a rate limit's window, in seconds."""

FIELDS = ("id", "interaction_id", "sender_id", "type", "message", "status", "message_id", "sent_at", "is_read")
MORE_FIELDS = ("status_message", "ref_message_id", "url", "staff_id")
FILTERS = ("type", "status", "interaction_id", "direction")
OPERATORS = ("eq", "ne", "in", "not_in")

_SORTS = {"created_at": attrgetter("created", "id"), "updated_at": attrgetter("updated", "id")}

SCOPES = {
    "messages": "messages:read",
    **dict.fromkeys(account.PATHS, "account:read"),
    **contacts.SCOPES,
    **comments.SCOPES,
    **templates.SCOPES,
}
"""The scope that a token needs, by the path of the list or object. Those of comments are a guess."""

METHOD = "GET"
"""The only method: the sandbox is read-only."""

ALL_SCOPES = frozenset(SCOPES.values())
_SCOPES_OF_TOKEN: dict[str, frozenset[str]] = {"no-scope": frozenset(), "messages-only": frozenset({"messages:read"})}


class Condition(NamedTuple):
    """A parsed filter: the field's value as text is one of `values`, or none of them if `negated`."""

    field: str
    values: frozenset[str]
    negated: bool


class ListRequest(NamedTuple):
    """The parsed parameters of a request for a list of messages."""

    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    sort: str = "created_at"
    descending: bool = True
    search: str | None = None
    fields: tuple[str, ...] = FIELDS
    conditions: tuple[Condition, ...] = ()


class Sandbox:
    """The API of a sample workspace.

    Each request reads `world` as it is, so it can change between two requests. Every bearer token is valid, but
    `expired` gets 401, `no-scope` gets 403, and `messages-only` gets 403 for everything but messages.

    With `rate_limit`, the calls of each token are counted in windows of a minute, which begin with the token's first
    call by `clock` (seconds since the epoch). With `shuffle`, rows with the same time are in another order in each
    response, as the real API may do; otherwise they are in the order of their ids.

    Errors are responses, never exceptions: 401 UNAUTHORIZED, 403 INSUFFICIENT_SCOPE, 404 NOT_FOUND, 405, 422 with
    `errors`, 429 RATE_LIMIT_EXCEEDED. A request without a valid token is not counted, and its response has no headers
    about the limit.
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
        self._limit = _RateLimit(rate_limit, clock) if rate_limit is not None else None
        self._shuffle = shuffle

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request, of which method, path, query string and `Authorization` count."""
        headers: dict[str, str] = {}
        try:
            if request.method != METHOD:
                raise _method_error(request.method, headers)
            if not request.url.path.startswith(BASE_PATH) and (path := request.url.path[1:]).startswith(media.FOLDER):
                kind, data = media.read_file(self.world, path)
                return httpx.Response(200, headers={"Content-Type": kind}, content=data)
            status, body = 200, self._respond(request, headers)
        except ApiError as error:
            status, body = error.status, _error_body(error)
        # Escaped as by PHP's json_encode, so that no text can break the encoding.
        content = json.dumps(body, separators=(",", ":")).encode("ascii")
        return httpx.Response(status, headers={"Content-Type": "application/json", **headers}, content=content)

    def _respond(self, request: httpx.Request, headers: dict[str, str]) -> dict[str, object]:
        name, number = _route(request.url.path)
        token = _token(request.headers.get("Authorization", ""))
        if self._limit:
            self._limit.count(token, headers)
        if (scope := SCOPES[name]) not in _SCOPES_OF_TOKEN.get(token, ALL_SCOPES):
            raise ApiError(403, "INSUFFICIENT_SCOPE", f"This token lacks the scope {scope}.")
        query = request.url.query.decode("ascii", "replace")
        if name in account.PATHS:
            return account.account_response(self.world, name, self._limit.limit if self._limit else 60)
        origin = f"{request.url.scheme}://{request.headers['Host']}"
        if name in comments.SCOPES:
            return comments.comments_response(self.world, number, origin)
        if name in templates.SCOPES:
            return templates.templates_response(self.world, name, number, query)
        if name != "messages":
            return contacts.contacts_response(self.world, name, number, query)
        return self._list(parse_list_request(query)) if number is None else self._one(number, origin)

    def _one(self, number: str, origin: str) -> dict[str, object]:
        row = self.world.row(int(number)) if parse_integer(number) is not None else None
        if row is None:
            raise ApiError(404, "NOT_FOUND", "Message not found.")
        url = media.make_url(row.url, origin)
        return {"success": True, "data": _message(row, (*FIELDS, *MORE_FIELDS)) | {"url": url}}

    def _list(self, wanted: ListRequest) -> dict[str, object]:
        rows = list(self.world.rows)
        if wanted.conditions or wanted.search:
            rows = [row for row in rows if _matches(row, wanted)]
        rows = self._sorted(rows, wanted)
        return paginate(rows, wanted.page, wanted.per_page, lambda row: _message(row, wanted.fields))

    def _sorted(self, rows: list[Row], wanted: ListRequest) -> list[Row]:
        if self._shuffle is None and wanted.sort == "created_at":  # the order of World.rows
            return rows[::-1] if wanted.descending else rows
        if self._shuffle is None:
            rows.sort(key=_SORTS[wanted.sort], reverse=wanted.descending)
        else:
            self._shuffle.shuffle(rows)
            rows.sort(key=attrgetter(wanted.sort.removesuffix("_at")), reverse=wanted.descending)
        return rows


class _RateLimit:
    """Laravel's throttle: a token's window begins with its first call, and calls above the limit are not counted."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self.limit, self.clock = limit, clock
        self.windows: dict[str, tuple[float, int]] = {}
        self.lock = threading.Lock()

    def count(self, token: str, headers: dict[str, str]) -> None:
        """Count a call, and set the headers about the limit. Raises ApiError 429 above the limit."""
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
            # Rounded up, so that a call after that many seconds is within the limit.
            headers["Retry-After"] = str(-int((now - ends) // 1))
            headers["X-RateLimit-Reset"] = str(-int(-ends // 1))
            raise ApiError(429, "RATE_LIMIT_EXCEEDED", "Too many requests.")


def parse_list_request(query: str) -> ListRequest:
    """Parse the query string of a request for a list. Raises ApiError 422 that names every invalid parameter."""
    params = parse_query_string(query)
    errors: Errors = {}
    page, per_page = parse_page(params, errors)
    conditions = tuple(_condition(*one) for one in parse_filters(params, FILTERS, OPERATORS, errors))
    sort = get_text(params, "sort") or "-created_at"
    if sort.removeprefix("-") not in _SORTS:
        errors["sort"] = ["The selected sort is invalid."]
    if errors:
        raise validation_error(errors)
    return ListRequest(
        page=page,
        per_page=per_page,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        search=get_text(params, "search") or get_text(params, "q"),
        fields=_fields(get_text(params, "fields")),
        conditions=conditions,
    )


def send(
    app: App, method: str, url: str, headers: Iterable[tuple[str, str]]
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Send a request to *app*, for a server without httpx of its own; return status, headers and body."""
    # As bytes, since httpx would refuse letters that HTTP allows and ASCII lacks.
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    try:
        request = httpx.Request(method, url, headers=encoded)
    except httpx.InvalidURL:
        return 400, [], json.dumps(_error_body(ApiError(400, None, "Bad request."))).encode("ascii")
    response = app(request)
    return response.status_code, response.headers.multi_items(), response.read()


def _route(path: str) -> tuple[str, str | None]:
    """Return the name of the list or object that a path names, and the id after it. Raises ApiError 404."""
    _, _, rest = path.rstrip("/").rpartition(BASE_PATH + "/")
    name, _, number = rest.partition("/")
    if rest in (*account.PATHS, templates.AUTH):
        return rest, None
    if name not in SCOPES or name in account.PATHS or "/" in number:
        raise ApiError(404, "NOT_FOUND", f"The route {path.strip('/')} could not be found.")
    return name, number or None


def _token(authorization: str) -> str:
    found = re.fullmatch(r"Bearer +(\S+) *", authorization, re.IGNORECASE)
    if not found or found[1] == "expired":
        raise ApiError(401, "UNAUTHORIZED", "The API token is missing, malformed or expired.")
    return found[1]


def _method_error(method: str, headers: dict[str, str]) -> ApiError:
    headers["Allow"] = METHOD
    return ApiError(405, "METHOD_NOT_ALLOWED", f"The {method} method is not supported for this route.")


def _error_body(error: ApiError) -> dict[str, object]:
    coded = {"error": {"code": error.code, "message": error.message}} if error.code else {}
    return {"success": False, "message": error.message, **coded, **error.body}


def _fields(words: str | None) -> tuple[str, ...]:
    if words is None:
        return FIELDS
    wanted = {name.strip() for name in words.split(",")}
    return tuple(field for field in FIELDS if field in wanted)


def _condition(field: str, operator: str, operand: str) -> Condition:
    values = operand.split(",") if operator in ("in", "not_in") else [operand]
    if field == "interaction_id":
        values = [str(number) for number in map(parse_integer, values) if number is not None]
    return Condition(field, frozenset(values), operator in ("ne", "not_in"))


def _matches(row: Row, wanted: ListRequest) -> bool:
    for field, values, negated in wanted.conditions:
        value = getattr(row, field)
        if value is None or (str(value) in values) == negated:
            return False
    if wanted.search is None:
        return True
    return row.message is not None and wanted.search.casefold() in row.message.casefold()


def _message(row: Row, fields: Iterable[str]) -> dict[str, object]:
    return {
        field: row.sent_at.isoformat(timespec="seconds") if field == "sent_at" else getattr(row, field)
        for field in fields
    }
