"""Read lists of the API: contacts, templates, notes, and any list for ``wacr api``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, cast

from wacr_cli.api.envelope import Page
from wacr_cli.api.params import Params, window_params
from wacr_cli.core.errors import IncompleteError
from wacr_cli.core.lists import ListQuery
from wacr_cli.core.models import Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.source import Listing
from wacr_cli.paging.responses import Response
from wacr_cli.paging.updated import UpdatedWalk
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window

AnyWalk = Walk | UpdatedWalk
Fetch = Callable[[Window, str | None], Page]
"""Requests a window of a list; a sort order replaces that of the list where it is not None."""

FetchPage = Callable[[Params], Page]
"""Requests a page of a list with these parameters."""


class Comments(Protocol):
    """The endpoint of a client that lists notes."""

    def comments(self, number: str, params: Params) -> Page:
        """Return the notes on the conversation with a number, or one page of them."""
        ...


class Contacts(Protocol):
    """The endpoint of a client that lists contacts."""

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return one page of contacts."""
        ...


def read_list(
    fetch: Fetch,
    walk: AnyWalk,
    listing: Listing,
    *,
    read: Callable[[int, int | None], None] = lambda _rows, _total: None,
    enough: Callable[[Iterable[Row]], bool] = lambda _rows: False,
) -> Iterator[list[Row]]:
    """Yield the rows of a walk as they are proved, and update *listing* with what is known of the list.

    ``read`` gets the progress; ``enough`` gets the rows as they are proved and may end the walk early.
    """
    while window := walk.window:
        page = fetch(window, walk.sort)
        rows = walk.take(make_response(page))
        listing.total, listing.more = page.total, page.has_more
        read(walk.seen, walk.expected)
        if rows:
            yield cast("list[Row]", rows)
        if enough(cast("list[Row]", rows)):
            return
    if not walk.complete:
        of = "" if walk.expected is None else f" of {walk.expected:,}"
        listing.incomplete_reason = f"{walk.seen:,}{of}: {walk.reason}"


def make_response(page: Page) -> Response:
    """Return a page of the API as a response to a walk."""
    return Response(page.rows, page.has_more, page.total, page.page, page.per_page)


def query_params(query: ListQuery, *, walking: bool) -> Params:
    """Return the parameters of a query, without the page. A walk needs an order without ties."""
    params = [
        (f"filter[{one.field}]" + (f"[{one.operator}]" if one.operator else ""), one.value) for one in query.filters
    ]
    if query.search is not None:
        params.append(("search", query.search))
    if sort := query.full_sort if walking else query.sort:
        params.append(("sort", ",".join(sort)))
    if query.include:
        params.append(("include", ",".join(query.include)))
    return params


def list_rows(fetch_page: FetchPage, query: ListQuery, progress: Progress) -> Listing:
    """Return the rows that match: one page, or a walk."""
    params = query_params(query, walking=query.page is None)
    listing = Listing()

    def fetch(window: Window, sort: str | None) -> Page:
        return fetch_page([*replace_sort(params, sort), *window_params(window.page, window.per_page)])

    def single() -> Iterator[list[Row]]:
        page = fetch_page([*params, *window_params(query.page, query.per_page)])
        listing.total, listing.more = page.total, page.has_more
        yield page.rows

    if query.page is not None:
        listing.windows = single()
    else:
        listing.windows = read_list(fetch, make_walk(query.full_sort, query.limit), listing, read=progress.read)
    return listing


def list_contacts(client: Contacts, query: ListQuery, progress: Progress) -> Listing:
    """Return the contacts that match."""
    return list_rows(client.contacts, query, progress)


def list_comments(client: Comments, number: str, limit: int | None, progress: Progress) -> Listing:
    """Return the newest notes on the conversation with a number, in digits, at most *limit* of them.

    One response has them all. Where it says that there are more, the pages are read.
    """
    listing = Listing()

    def fetch(window: Window, _sort: str | None) -> Page:
        return client.comments(number, window_params(window.page, window.per_page))

    def windows() -> Iterator[list[Row]]:
        page = client.comments(number, [])
        is_part = page.has_more or (page.total is not None and page.total > len(page.rows))
        if is_part and (limit is None or len(page.rows) < limit):
            yield from read_list(fetch, Walk(newest_first=True, limit=limit), listing, read=progress.read)
            return
        shown = page.rows[:limit]
        listing.total = page.total if is_part else len(page.rows)
        listing.more = bool(is_part) or len(shown) < len(page.rows)
        yield shown

    listing.windows = windows()
    return listing


def make_walk(sort: Sequence[str], limit: int | None) -> AnyWalk:
    """Return the walk for an order. By names, rows can be inserted anywhere, so every window is linked."""
    first = sort[0] if sort else "id"
    newest_first = first.startswith("-")
    match first.removeprefix("-"):
        case "id" | "created_at":
            return Walk(newest_first=newest_first, limit=limit)
        case "updated_at":
            return UpdatedWalk(newest_first=newest_first, limit=limit)
    return Walk(newest_first=True, linked=True, limit=limit)


def count_rows(fetch_page: FetchPage, query: ListQuery, progress: Progress) -> int:
    """Return how many rows match: with one call where the API counts them, else by a walk."""
    total = fetch_total(fetch_page, query)
    if total is not None:
        return total
    listing = list_rows(fetch_page, query, progress)
    number = sum(len(rows) for rows in listing.windows)
    if listing.incomplete_reason:
        hint = f"Try again when fewer {query.noun} change."
        raise IncompleteError(f"incomplete: {listing.incomplete_reason}", hint)
    return number


def fetch_total(fetch_page: FetchPage, query: ListQuery) -> int | None:
    """Return how many rows match, None where the API does not say: one call."""
    return fetch_page([*query_params(query, walking=False), *window_params(1, 1)]).total


def replace_sort(params: Params, sort: str | None) -> Params:
    """Return the parameters with another sort order, unchanged where it is None."""
    return params if sort is None else [*(one for one in params if one[0] != "sort"), ("sort", sort)]
