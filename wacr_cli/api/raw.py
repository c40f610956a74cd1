"""Requests of ``wacr api``: a path below the API's address, fields, and the unchanged response."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from wacr_cli.api.envelope import Page, parse_id
from wacr_cli.api.lists import AnyWalk, make_walk, read_list, replace_sort
from wacr_cli.api.params import Params, window_params
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.source import Listing
from wacr_cli.core.validation import truncate
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_SAFE = "/%:@!$&'()*+,;=~-._"
_STEP = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response: status, reason phrase, headers in their order, and the decoded body."""

    status: int
    reason: str
    headers: Sequence[tuple[str, str]]
    body: bytes


def parse_path(text: str, base_url: str) -> tuple[str, Params]:
    """Return the encoded path and the parameters of a path below the API's address.

    A path may begin with a slash, and with the path of the address, as documentation writes it. Raises
    :class:`UsageError` for a path that would leave the address, in any notation.
    """
    path, _, query = text.partition("?")
    plain = _decode_path(path)
    if plain is None or not _is_below(path) or not _is_below(plain):
        raise UsageError(
            f"PATH: not a path below the API: {truncate(text)!r}",
            f"Use a path relative to {base_url}, such as contacts/5100.",
        )
    path = path.removeprefix("/")
    own = urlsplit(base_url).path.strip("/")
    if own and path.startswith(f"{own}/"):
        path = path.removeprefix(f"{own}/")
    return quote(path, safe=_SAFE).rstrip("/"), parse_qsl(query, keep_blank_values=True)


def _decode_path(path: str) -> str | None:
    """Return a path without percent-encoding, None where it is encoded more than four times."""
    for _ in range(4):
        plain = unquote(path)
        if plain == path:
            return plain
        path = plain
    return None


def _is_below(path: str) -> bool:
    """Return whether a path leads down and nowhere else."""
    if not path.strip("/") or path.startswith("//") or "://" in path or "#" in path or not path.isprintable():
        return False
    steps = re.split(r"[/\\]", path)
    return "\\" not in path and " " not in path and not any(step.partition(";")[0] in (".", "..") for step in steps)


def parse_value(text: str, read: Callable[[str], str]) -> object:
    """Parse a value like ``gh api``: true, false, null, whole numbers, and ``@FILE`` read by *read*."""
    if text.startswith("@"):
        return read(text[1:])
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    return int(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) else text


def parse_field(word: str, flag: str) -> tuple[str, str]:
    """Return the key and the value of ``KEY=VALUE``."""
    key, equals, value = word.partition("=")
    if not equals or not key or key.startswith("["):
        raise UsageError(f"{flag}: not a field: {truncate(word)!r}", f"Use {flag} KEY=VALUE.")
    return key, value


def encode_body(fields: Sequence[tuple[str, object]]) -> bytes:
    """Encode fields as a JSON object; ``a[b]=1`` sets ``b`` inside ``a``, ``a[]=1`` appends to the list ``a``."""
    whole: dict[str, Any] = {}
    for key, value in fields:
        name, _, rest = key.partition("[")
        _put(whole, [name, *_STEP.findall(f"[{rest}")] if rest else [name], value, key)
    return json.dumps(whole).encode("ascii")


def _put(place: Any, steps: Sequence[str], value: object, key: str) -> None:
    name, rest = steps[0], steps[1:]
    wants_list = bool(rest) and rest[0] == ""
    inner: Any = value if not rest else [] if wants_list else {}
    if isinstance(place, list):
        place.append(inner)
    else:
        inner = place.setdefault(name, inner) if rest else inner
        place[name] = inner
    if rest:
        if isinstance(inner, list) is not wants_list or not isinstance(inner, list | dict):
            raise UsageError(f"-F: {truncate(key)!r} conflicts with another field", "Use each key in one form only.")
        _put(inner, rest, value, key)


def paginated(fetch: Callable[[Params], Page], path: str, params: Params, progress: Progress) -> Listing:
    """Return all rows of a list. A row without an id is identified by its whole content."""
    listing = Listing()

    def request(window: Window, sort: str | None = None) -> Page:
        found = fetch([*replace_sort(params, sort), *window_params(window.page, window.per_page)])
        rows = [{"id": _identity(row), "row": row} for row in found.rows]
        return Page(rows, found.has_more, found.total, found.page, found.per_page)

    def windows() -> Iterator[list[Row]]:
        first = request(Window(1, PER_PAGE_MAX))
        if _is_unpaged(first, request):
            listing.total, listing.more = len(first.rows), False
            yield [row["row"] for row in first.rows]
            return
        ready = [first]
        walk = _make_walk(path, dict(params))

        def fetch_window(window: Window, sort: str | None) -> Page:
            return ready.pop() if ready else request(window, sort)

        for rows in read_list(fetch_window, walk, listing, read=progress.read):
            yield [row["row"] for row in rows]

    listing.windows = windows()
    return listing


def _is_unpaged(first: Page, request: Callable[[Window], Page]) -> bool:
    """Return whether a list has no pages: its response has no page numbers, and is the same for every page."""
    numbers = (first.has_more, first.total, first.page, first.per_page)
    if any(one is not None for one in numbers) or not first.rows:
        return False
    return len(first.rows) > PER_PAGE_MAX or request(Window(2, PER_PAGE_MAX)).rows == first.rows


def _identity(row: Mapping[str, Any]) -> Any:
    number = parse_id(row.get("id"))
    return json.dumps(row, sort_keys=True) if number is None else number


def _make_walk(path: str, params: Mapping[str, str]) -> AnyWalk:
    """Return the walk for the order of a list; a linked one where the order is unknown."""
    sort = params.get("sort") or ("-created_at" if path == "messages" else "")
    return make_walk(sort.split(","), None) if sort else Walk(newest_first=True, linked=True)
