"""Lists of the API other than messages, read by the same walk: contacts, and whatever ``wacr api`` asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, cast

from wacr_cli.api.envelope import Page
from wacr_cli.api.params import Params, window_params
from wacr_cli.api.walk import Answer, Walk
from wacr_cli.core.contacts import ContactQuery
from wacr_cli.core.errors import IncompleteError
from wacr_cli.core.models import Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.source import Listing

Fetch = Callable[[int | None, int | None], Page]
"""Asks for a page, and for so many rows of it."""


class Contacts(Protocol):
    """What is asked of a client."""

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """One window of the contacts."""
        ...


def walked(
    fetch: Fetch,
    walk: Walk,
    listing: Listing,
    *,
    read: Callable[[int, int | None], None] = lambda _rows, _total: None,
    enough: Callable[[Sequence[Row]], bool] = lambda _rows: False,
) -> Iterator[list[Row]]:
    """The rows of a walk, as they are proved; ``listing`` is told what is known of it.

    ``read`` hears how far it is; ``enough`` judges each answer's rows, and may end it early.
    """
    while window := walk.window:
        page = fetch(window.page, window.per_page)
        rows = walk.take(Answer(page.rows, page.has_more, page.total, page.page, page.per_page))
        listing.total, listing.more = page.total, page.has_more
        read(walk.seen, walk.expected)
        if rows:
            yield cast("list[Row]", rows)
        if enough(page.rows):
            return
    if not walk.complete:
        of = "" if walk.expected is None else f" of {walk.expected:,}"
        listing.shortfall = f"{walk.seen:,}{of}: {walk.reason}"


def contact_params(query: ContactQuery, *, walking: bool) -> Params:
    """The parameters of a question about contacts, without the window.

    A walk is told its order to the last row: names and times may be the same for many, ids are not.
    """
    params = [
        (f"filter[{one.field}]" + (f"[{one.operator}]" if one.operator else ""), one.value) for one in query.filters
    ]
    if query.search is not None:
        params.append(("search", query.search))
    sort = query.sort
    if walking and not {"id", "-id"} & set(sort):
        sort = (*sort, "id")
    if sort:
        params.append(("sort", ",".join(sort)))
    if query.include:
        params.append(("include", ",".join(query.include)))
    return params


def ask_contacts(client: Contacts, query: ContactQuery, progress: Progress) -> Listing:
    """The contacts that match: one page, or a walk."""
    params = contact_params(query, walking=query.page is None)
    listing = Listing()

    def fetch(page: int | None, per_page: int | None) -> Page:
        return client.contacts([*params, *window_params(page, per_page)])

    def single() -> Iterator[list[Row]]:
        page = fetch(query.page, query.per_page)
        listing.total, listing.more = page.total, page.has_more
        yield page.rows

    if query.page is not None:
        listing.windows = single()
    else:
        listing.windows = walked(fetch, walk_by(query.sort, query.limit), listing, read=progress.read)
    return listing


def walk_by(sort: Sequence[str], limit: int | None) -> Walk:
    """The walk that an order needs. By names, rows may come in anywhere: every window has to share a row."""
    first = sort[0] if sort else "id"
    newest_first = first.startswith("-")
    match first.removeprefix("-"):
        case "id" | "created_at":
            return Walk(newest_first=newest_first, limit=limit)
        case "updated_at":
            return Walk(by_updated=True, newest_first=newest_first, limit=limit)
    return Walk(newest_first=True, linked=True, limit=limit)


def count_contacts(client: Contacts, query: ContactQuery, progress: Progress) -> int:
    """How many contacts match: one call where the service counts them, else a walk."""
    total = total_of_contacts(client, query)
    if total is not None:
        return total
    listing = ask_contacts(client, query, progress)
    number = sum(len(rows) for rows in listing.windows)
    if listing.shortfall:
        raise IncompleteError(f"incomplete: {listing.shortfall}", "Run it again, when fewer contacts change.")
    return number


def total_of_contacts(client: Contacts, query: ContactQuery) -> int | None:
    """How many contacts match, where the service says so: one call."""
    return client.contacts([*contact_params(query, walking=False), *window_params(1, 1)]).total


def contact_requests(query: ContactQuery, total: int | None) -> list[Params]:
    """The parameters of each call that a question would take; of a walk of unknown length, of the first."""
    service = _Still(total if total is not None else query.limit or 0)
    for _ in ask_contacts(service, query, Progress()).windows:
        pass
    return service.noted


class _Still:
    """Stands in for the client: so many contacts, none of which moves; notes what it is asked."""

    def __init__(self, total: int) -> None:
        self._total = total
        self.noted: list[Params] = []

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """Note the call, and answer it."""
        self.noted.append(params)
        asked = dict(params)
        page, size = int(asked.get("page", 1)), int(asked.get("per_page", 15))
        rows: list[Row] = [{"id": index} for index in range((page - 1) * size, min(page * size, self._total))]
        return Page(rows, page * size < self._total, self._total, page, size)
