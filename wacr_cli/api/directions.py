"""Read messages with their direction, which no row shows: the lists of both directions, merged.

Messages that are neither inbound nor outbound are in neither list. The total without a filter, counted after those of
the directions, shows whether there are any: it is greater, unless a message was deleted in between. Then the list
without a filter is read too, after the others, and each row gets the direction of the list that has it. The total is
also greater where a message came in meanwhile; that costs the same calls and loses nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice

from wacr_cli.core.errors import BadResponseError
from wacr_cli.core.models import DIRECTIONS, PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.core.source import Listing
from wacr_cli.core.times import parse_sent_at

Read = Callable[[Query, str | None], Listing]
"""Reads the list of a direction, None for the list without that filter."""

_FAR_PAST = datetime.min.replace(tzinfo=UTC)


def read_directions(query: Query, read: Read, count: Callable[[Query], int | None], progress: Progress) -> Listing:
    """Return the messages that match, with their direction; null for those that have none.

    *count* counts the list without the filter. Where the API does not count, the listing has a note.
    """
    listing = Listing()

    def windows() -> Iterator[list[Row]]:
        parts = [read(query, direction) for direction in DIRECTIONS]
        for part in parts:
            first = next(part.windows, [])
            part.windows = chain([first], part.windows)
        counts = [part.total for part in parts]
        total = count(replace(query, with_direction=False)) if None not in counts else None
        if total is None:
            listing.note = "The API does not count its messages, so some that have no direction may be missing."
        elif total > sum(filter(None, counts)):
            yield from _label(query, read, listing, parts)
            return
        yield from _merge(query, parts, listing, progress)

    listing.windows = windows()
    return listing


def _label(query: Query, read: Read, listing: Listing, parts: list[Listing]) -> Iterator[list[Row]]:
    """Yield the rows of the list without a filter, each with the direction of the list that has it."""
    found: dict[int, str] = {}
    for direction, part in zip(DIRECTIONS, parts, strict=True):
        found |= {row["id"]: direction for rows in part.windows for row in rows}
    whole = read(replace(query, with_direction=False, fields=_with_id(query)), None)
    is_first = True
    for rows in whole.windows:
        if is_first:  # with what came in since the lists were read
            for direction in DIRECTIONS:
                newest = replace(query, limit=PER_PAGE_MAX, since=None, until=None, fields=("id",))
                found |= {row["id"]: direction for some in read(newest, direction).windows for row in some}
            is_first = False
        yield [{**row, "direction": found.get(row["id"])} for row in rows]
    listing.total, listing.more, listing.late = whole.total, whole.more, whole.late
    listing.incomplete_reason = _join_reasons([whole, *parts])


def _with_id(query: Query) -> tuple[str, ...] | None:
    return query.fields and tuple(dict.fromkeys((*(one for one in query.fields if one != "direction"), "id")))


def _merge(query: Query, parts: list[Listing], listing: Listing, progress: Progress) -> Iterator[list[Row]]:
    """Merge lists by sent_at, then id; each keeps its own order, which sent_at need not follow."""
    first: set[int] = set()
    streams = [(row for rows in _check_direction(part.windows, first) for row in rows) for part in parts]
    rows = islice(heapq.merge(*streams, key=_get_sent_then_id, reverse=query.newest_first), query.limit)
    given = 0
    while batch := list(islice(rows, PER_PAGE_MAX)):
        given += len(batch)
        totals = [part.total for part in parts]
        listing.total = None if None in totals else sum(total or 0 for total in totals)
        progress.read(given, listing.total)
        yield batch
    listing.more = None
    listing.late = next((part.late for part in parts if part.late), None)
    listing.incomplete_reason = _join_reasons(parts)


def _join_reasons(parts: Iterable[Listing]) -> str:
    return "; ".join(part.incomplete_reason for part in parts if part.incomplete_reason)


def _check_direction(windows: Iterable[list[Row]], first: set[int]) -> Iterator[list[Row]]:
    """Yield the windows of one direction; its first window must share no row with that of the other, in *first*."""
    fresh = True
    for rows in windows:
        if fresh:
            ids = {row["id"] for row in rows}
            if not first.isdisjoint(ids):
                raise BadResponseError(
                    "the API returns the same messages for both directions", "Leave out --with-direction."
                )
            first |= ids
            fresh = False
        yield rows


def _get_sent_then_id(row: Row) -> tuple[datetime, int]:
    return parse_sent_at(row.get("sent_at")) or _FAR_PAST, row["id"]
