"""The calls that a query would make, found by walking a list of the same length that does not move."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from wacr_cli.api.params import Params, list_params, url, window_params
from wacr_cli.api.reader import directions, fields_to_ask, new_walk
from wacr_cli.api.walk import Answer, Walk
from wacr_cli.models import PER_PAGE_MAX
from wacr_cli.query import Query


def needs_totals(query: Query) -> bool:
    """Whether the number of calls depends on how many rows there are."""
    return query.page is None and (query.limit is None or query.windowed)


def requests(query: Query, totals: Sequence[int | None]) -> Iterator[Params]:
    """The parameters of each call, in the order of its walks; ``totals`` are the rows of each, where known."""
    for index, direction in enumerate(directions(query) if query.with_direction else (None,)):
        params = list_params(query, fields=fields_to_ask(query, walking=query.page is None), direction=direction)
        if query.page is not None:
            yield [*params, *window_params(query.page, query.per_page)]
            continue
        total = totals[index] if index < len(totals) else None
        for page, per_page in _windows(new_walk(query), query.limit if total is None else total):
            yield [*params, *window_params(page, per_page)]


def _windows(walk: Walk, total: int | None) -> Iterator[tuple[int, int]]:
    """The windows of a walk along ``total`` rows, or the first where that is not known."""
    while window := walk.window:
        yield window.page, window.per_page
        if total is None:
            return
        end = min(total, window.offset + window.per_page)
        rows = [{"id": index} for index in range(window.offset, end)]
        walk.take(Answer(rows, has_more=end < total, total=total))


def curl(base_url: str, params: Params) -> str:
    """The curl command of one call, on one line; the shell puts the token in."""
    address = shlex.quote(url(base_url, "messages", params))
    return f"curl -sS -H 'Accept: application/json' -H \"Authorization: Bearer $WACR_TOKEN\" {address}"


def cost(query: Query, calls: int, totals: Sequence[int | None], limit: int) -> str:
    """What those calls cost, in words: how many, and the minutes at ``limit`` calls a minute."""
    if needs_totals(query) and (not totals or None in totals):
        return f"One call for every {PER_PAGE_MAX} messages; how many there are is not known."
    minutes = (calls - 1) // limit
    time = f"about {minutes} minute{'s' * (minutes != 1)}" if minutes else "less than a minute"
    return f"{'At most ' * query.windowed}{calls:,} call{'s' * (calls != 1)}, {time} at {limit} calls a minute."
