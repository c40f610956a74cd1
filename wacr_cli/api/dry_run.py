"""The requests that a query would make: it is answered by a client that records them, and whose list never changes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import list_rows
from wacr_cli.api.params import Params, url
from wacr_cli.api.source import ApiSource, counted
from wacr_cli.core.lists import ListQuery
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query


def needs_totals(query: Query, *, count: bool = False) -> bool:
    """Return whether the number of calls depends on how many rows there are."""
    return query.windowed or (query.page is None and query.limit is None and not count)


def requests(query: Query, totals: Sequence[int | None], *, count: bool = False) -> Iterator[Params]:
    """Yield the parameters of each request, in order.

    ``totals`` are the rows of each list, where known; of a list of unknown length there is only the first request.
    """
    client = StillClient(query, totals)
    source = ApiSource(client, Progress())
    if count and not query.windowed:
        source.count(query)
        yield from client.requests
        return
    for _ in source.list_messages(counted(query) if count else query).windows:
        yield from client.requests
        client.requests.clear()
    yield from client.requests


def list_requests(query: ListQuery, total: int | None) -> list[Params]:
    """Return the parameters of each request of a query; of a list of unknown length, of the first."""
    client = StillClient(Query(limit=query.limit), [total])
    for _ in list_rows(client.contacts, query, Progress()).windows:
        pass
    return client.requests


class StillClient:
    """A client whose list has as many rows as are known of and never changes; it records the requests."""

    def __init__(self, query: Query, totals: Sequence[int | None]) -> None:
        lists: tuple[str | None, ...] = query.directions if query.with_direction else (None,)
        self._totals = dict(zip(lists, totals, strict=False))
        if len(lists) > 1:
            self._totals[None] = None if None in self._totals.values() else sum(map(int, filter(None, totals)))
        self._limit = query.limit
        self.requests: list[Params] = []

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """Record a request for messages, and return its page."""
        direction = dict(params).get("filter[direction]")
        return self._list(params, direction if direction in self._totals else None)

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """Record a request for contacts, and return its page."""
        return self._list(params, None)

    def message(self, number: int) -> Row:
        """Return a message."""
        return {"id": number}

    def close(self) -> None:
        """Close nothing."""

    def _list(self, params: Params, direction: str | None) -> Page:
        self.requests.append(params)
        values = dict(params)
        page, size = int(values.get("page", 1)), int(values.get("per_page", PER_PAGE_MAX))
        total = self._totals.get(direction)
        end = self._limit or 0 if total is None else total
        odd = direction == "outbound"  # no message has both directions
        is_descending = values.get("sort", "-").startswith("-")  # the same rows in either order
        places = range((page - 1) * size, min(page * size, end))
        rows: list[Row] = [{"id": 2 * (end - 1 - one if is_descending else one) + odd} for one in places]
        return Page(rows, has_more=page * size < end, total=end, page=page, per_page=size)


def curl(base_url: str, params: Params, path: str = "messages") -> str:
    """Return the curl command of a request, on one line; the shell inserts the token."""
    address = shlex.quote(url(base_url, path, params))
    return f"curl -sS -H 'Accept: application/json' -H \"Authorization: Bearer $WACR_TOKEN\" {address}"


def cost(query: Query, calls: int, totals: Sequence[int | None], limit: int, *, count: bool = False) -> str:
    """Return what the calls cost, in words: their number, and the minutes at ``limit`` calls per minute."""
    if needs_totals(query, count=count) and (not totals or None in totals):
        return f"1 call for every {PER_PAGE_MAX} messages; their number is unknown."
    return f"{'At most ' * query.windowed}{format_cost(calls, limit)}."


def format_cost(calls: int, limit: int) -> str:
    """Return a number of calls, and the minutes that they take at ``limit`` calls per minute."""
    minutes = (calls - 1) // limit
    time = f"about {minutes} minute{'s' * (minutes != 1)}" if minutes else "less than a minute"
    return f"{calls:,} call{'s' * (calls != 1)}, {time} at {limit} calls per minute"
