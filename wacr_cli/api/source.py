"""The API as a source of messages: one page, one walk, or two walks merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from wacr_cli.api.directions import read_directions
from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import AnyWalk, read_list, replace_sort
from wacr_cli.api.params import Params, list_params, window_params
from wacr_cli.core.errors import IncompleteError
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.core.source import Listing, Source
from wacr_cli.core.times import parse_sent_at
from wacr_cli.paging.updated import UpdatedWalk
from wacr_cli.paging.walk import Walk

OLDER_ROWS = 300
"""Rows in a row that are older than allowed, which end a reading newest first."""

_IDS_SHOWN = 5


class Endpoints(Protocol):
    """The endpoints of a client that read messages."""

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return one page of messages."""
        ...

    def message(self, number: int) -> Row:
        """Return one message."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class ApiSource(Source):
    """Answers queries by calling the API as seldom as possible."""

    def __init__(self, client: Endpoints, progress: Progress) -> None:
        self._client = client
        self._progress = progress

    def get(self, number: int) -> Row:
        """Return one message with all its fields."""
        return self._client.message(number)

    def list_messages(self, query: Query) -> Listing:
        """Return the messages that match; rows are available as they are read."""
        if not query.with_direction:
            return self._read_list(query, None)
        if len(query.directions) == 1:
            return self._read_list(query, query.directions[0])
        return read_directions(query, self._read_list, self._count_all, self._progress)

    def count(self, query: Query) -> int:
        """Return how many messages match: with one call where the API counts them, else by a walk."""
        if not query.windowed:
            total = self._count_all(query)
            if total is not None:
                return total
        listing = self.list_messages(counted(query))
        number = sum(len(rows) for rows in listing.windows)
        if listing.incomplete_reason:
            raise IncompleteError(f"incomplete: {listing.incomplete_reason}", "Try again when fewer messages change.")
        return number

    def totals(self, query: Query) -> list[int | None]:
        """Return how many rows each list of a query has, None where the API does not say: one call each."""
        walks = query.directions if query.with_direction else (None,)
        return [self._page(list_params(query, fields=("id",), direction=one), 1, 1).total for one in walks]

    def _count_all(self, query: Query) -> int | None:
        """Return how many rows match, of whatever direction: one call."""
        return self._page(list_params(query, fields=("id",)), 1, 1).total

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read_list(self, query: Query, direction: str | None) -> Listing:
        listing = Listing()
        if query.page is not None:
            windows = self._read_page(query, direction, listing)
        else:
            windows = self._read_rows(query, direction, listing)
        if query.windowed:
            windows = _filter_by_time(query, windows, listing)
        if direction:
            windows = ([{**row, "direction": direction} for row in rows] for rows in windows)
        listing.windows = windows
        return listing

    def _read_page(self, query: Query, direction: str | None, listing: Listing) -> Iterator[list[Row]]:
        params = list_params(query, fields=_fields_to_request(query, walking=False), direction=direction)
        page = self._page(params, query.page, query.per_page)
        listing.total, listing.more = page.total, page.has_more
        yield page.rows

    def _read_rows(self, query: Query, direction: str | None, listing: Listing) -> Iterator[list[Row]]:
        """Yield the rows of a walk, or of one window without ids where these are neither wanted nor needed."""
        if query.limit is not None and query.limit <= PER_PAGE_MAX and not _has_ids(query):
            params = list_params(query, fields=_fields_to_request(query, walking=False), direction=direction)
            page = self._page(params, 1, query.limit)
            more = page.has_more if page.has_more is not None else len(page.rows) >= query.limit
            if len(page.rows) >= query.limit or not more:
                listing.total, listing.more = page.total, more
                yield page.rows[: query.limit]
                return
        yield from self._walk(query, direction, listing)

    def _walk(self, query: Query, direction: str | None, listing: Listing) -> Iterator[list[Row]]:
        params = list_params(query, fields=_fields_to_request(query, walking=True), direction=direction)
        # How many rows to read for a span of time is unknown.
        limit = None if query.windowed else query.limit
        kind = UpdatedWalk if query.by_updated else Walk
        walk: AnyWalk = kind(newest_first=query.newest_first, limit=limit)
        # The progress of two walks is reported as their sum.
        alone = not query.with_direction or len(query.directions) == 1
        yield from read_list(
            lambda window, sort: self._page(replace_sort(params, sort), window.page, window.per_page),
            walk,
            listing,
            read=self._progress.read if alone else lambda _rows, _total: None,
            enough=_Lateness(query, listing).is_over,
        )

    def _page(self, params: Params, page: int | None, per_page: int | None) -> Page:
        asked = dict(params).get("fields")
        with_ids = asked is None or "id" in asked.split(",")
        return self._client.messages([*params, *window_params(page, per_page)], with_ids=with_ids)


def counted(query: Query) -> Query:
    """Return the query whose rows are counted where the API does not count them."""
    return replace(query, fields=("id",), limit=None, with_direction=False)


def _has_ids(query: Query) -> bool:
    return query.windowed or query.fields is None or "id" in query.fields


def _fields_to_request(query: Query, *, walking: bool) -> tuple[str, ...] | None:
    """Return the fields to request: those of the query, and those that reading needs."""
    if query.fields is None:
        return None
    needed: tuple[str, ...] = ("id",) if walking else ()
    if query.windowed or query.with_direction:
        needed = ("id", "sent_at")
    if query.with_names:
        needed = (*needed, "sender_id")
    wanted = tuple(name for name in query.fields if name not in query.added)
    return tuple(dict.fromkeys((*wanted, *needed))) or ("id",)


class _Lateness:
    """Ends a reading newest first where the rows are too old to be followed by later ones, and says so in *listing*.

    The order is by the time of recording, which no row shows, so a row may stand before others that were sent later.
    The reading ends after :data:`OLDER_ROWS` in a row that were sent more than the query's ``late`` before ``--since``.
    Rows without a valid time don't count.
    """

    def __init__(self, query: Query, listing: Listing) -> None:
        ends = query.since is not None and query.newest_first and not query.by_updated
        self._limit = query.since - query.late if query.since and ends else None
        self._late = query.late
        self._listing = listing
        self._older = 0

    def is_over(self, rows: Iterable[Row]) -> bool:
        """Return whether the reading ends with these rows."""
        if self._limit is None:
            return False
        for row in rows:
            if (time := parse_sent_at(row.get("sent_at"))) is not None:
                self._older = self._older + 1 if time < self._limit else 0
        if self._older < OLDER_ROWS:
            return False
        self._listing.late = self._late
        return True


def _filter_by_time(query: Query, windows: Iterable[list[Row]], listing: Listing) -> Iterator[list[Row]]:
    """Yield the rows sent in the query's span of time, at most its limit; rows without a valid time are reported."""
    left = query.limit if query.page is None else None
    odd: list[object] = []
    for rows in windows:
        kept = []
        for row in rows:
            time = parse_sent_at(row.get("sent_at"))
            if time is None:
                odd.append(row.get("id"))
            elif (query.since is None or time >= query.since) and (query.until is None or time < query.until):
                kept.append(row)
        if left is not None:
            kept = kept[:left]
            left -= len(kept)
        yield kept
        if left == 0:
            break
    listing.total = None
    if left == 0:
        listing.more = None  # what follows was not read
    if odd:
        named = ", ".join(str(one) for one in odd[:_IDS_SHOWN]) + (", …" if len(odd) > _IDS_SHOWN else "")
        unread = f"{len(odd)} without a valid time: {named}"
        listing.incomplete_reason = "; ".join(filter(None, (listing.incomplete_reason, unread)))
