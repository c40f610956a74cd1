"""The calls that a query would make, found by asking it of a service that notes them and whose list stands still."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from wacr_cli.api.envelope import Page
from wacr_cli.api.params import Params, url
from wacr_cli.api.source import ApiSource, counted
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query


def needs_totals(query: Query, *, count: bool = False) -> bool:
    """Whether the number of calls depends on how many rows there are."""
    return query.windowed or (query.page is None and query.limit is None and not count)


def requests(query: Query, totals: Sequence[int | None], *, count: bool = False) -> Iterator[Params]:
    """The parameters of each call, in the order in which they would be made.

    ``totals`` are the rows of each walk, where known; of a walk of unknown length the first call is given.
    """
    service = _Still(query, totals)
    source = ApiSource(service, Progress())
    if count and not query.windowed:
        source.count(query)
        yield from service.noted
        return
    for _ in source.ask(counted(query) if count else query).windows:
        yield from service.noted
        service.noted.clear()
    yield from service.noted


class _Still:
    """Stands in for the client: a list of as many rows as are known of, none of which moves."""

    def __init__(self, query: Query, totals: Sequence[int | None]) -> None:
        walks: tuple[str | None, ...] = query.directions if query.with_direction else (None,)
        self._totals = dict(zip(walks, totals, strict=False))
        self._by_direction = query.with_direction
        self._limit = query.limit
        self.noted: list[Params] = []

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """Note the call, and answer it."""
        self.noted.append(params)
        asked = dict(params)
        page, size = int(asked.get("page", 1)), int(asked.get("per_page", PER_PAGE_MAX))
        direction = asked["filter[direction]"] if self._by_direction else None
        total = self._totals.get(direction)
        end = self._limit or 0 if total is None else total
        odd = direction == "outbound"  # no message is of both directions
        rows: list[Row] = [{"id": 2 * index + odd} for index in range((page - 1) * size, min(page * size, end))]
        return Page(rows, has_more=page * size < end, total=end, page=page, per_page=size)

    def message(self, number: int) -> Row:
        """Answer for one message."""
        return {"id": number}

    def close(self) -> None:
        """Close nothing."""


def curl(base_url: str, params: Params, path: str = "messages") -> str:
    """The curl command of one call, on one line; the shell puts the token in."""
    address = shlex.quote(url(base_url, path, params))
    return f"curl -sS -H 'Accept: application/json' -H \"Authorization: Bearer $WACR_TOKEN\" {address}"


def cost(query: Query, calls: int, totals: Sequence[int | None], limit: int, *, count: bool = False) -> str:
    """What those calls cost, in words: how many, and the minutes at ``limit`` calls a minute."""
    if needs_totals(query, count=count) and (not totals or None in totals):
        return f"One call for every {PER_PAGE_MAX} messages; how many there are is not known."
    return f"{'At most ' * query.windowed}{cost_of(calls, limit)}."


def cost_of(calls: int, limit: int) -> str:
    """So many calls, and the minutes they take at ``limit`` calls a minute, in words."""
    minutes = (calls - 1) // limit
    time = f"about {minutes} minute{'s' * (minutes != 1)}" if minutes else "less than a minute"
    return f"{calls:,} call{'s' * (calls != 1)}, {time} at {limit} calls a minute"
