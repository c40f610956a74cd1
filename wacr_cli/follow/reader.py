"""Find the messages that are new since the last poll.

The API has no feed. So each poll reads the list from its newest end until it meets rows that an earlier poll read.

1. A message is *new* if its id is above ``floor``, and it is not among the ``seen`` ids. Ids increase in the order in
   which messages are recorded, also for a message that is recorded late and stands far back in the list. Transactions
   may end in another order than they began, so ``floor`` stays some ids below the newest one that was seen.
2. By ``-created_at``, a response *links* to what was read if its last rows are not new. All that came in normally
   stands before them. A message that is recorded late may stand behind them.
3. By ``-updated_at``, a late message stands in front, with those that changed. A response links if its last rows stood
   in front at the last such poll, in the same order.
4. So polls use both orders in turn, ``-created_at`` first. A message that neither shows, because its ``updated_at`` is
   old too, raises ``total``: then the list is read on until as many new messages are found as were counted, or
   :data:`SEARCH_WINDOWS` windows were read. Where rows of one second change places, a search may miss some: the next
   polls search again.
5. A message may match a filter on something that changes long after it was recorded. Then only ``-updated_at`` is
   used, and a message is new if it was not seen.
6. Windows overlap. If one shares no row with the one before it, the reading starts again.

It costs one call while nothing comes in, and one for every 95 messages that did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import make_response
from wacr_cli.api.params import list_params, window_params
from wacr_cli.core.errors import UnavailableError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query
from wacr_cli.paging.responses import PageSize
from wacr_cli.paging.windows import OVERLAP_MIN, PAGE_MAX, Window, next_window

SEARCH_WINDOWS = 50
"""Windows that a search for messages recorded late reads at most."""

SEARCHES = 3
"""Polls that search before a message counts as not found."""

_LINK_ROWS = 5
_CONCURRENT = 20
"""Ids: messages that are recorded at the same time may show up in another order than that of their ids."""

_SEEN_MAX = 4_000
_SEEN_MAX_CHANGING = 20_000
_FIRST_WINDOWS = 20
"""Windows that the first poll reads at most where what matches can change."""

_OLD_WINDOWS = 5
"""Windows by ``-updated_at`` that a poll reads at most where ``-created_at`` shows what came in."""

_ATTEMPTS = 4
_CREATED, _UPDATED = "-created_at", "-updated_at"


class Endpoints(Protocol):
    """The call that following makes."""

    def messages(self, params: list[tuple[str, str]], *, with_ids: bool = True) -> Page:
        """Return one window of the messages."""
        ...


@dataclass(slots=True)
class Position:
    """What was seen: enough to go on in another process.

    ``floor`` is an id: messages up to it were there before. ``seen`` are the ids above it that were printed or were
    there before, ``front`` the ids in front by ``-updated_at``, and ``total`` the number of messages that match, less
    those that were counted but not found, None where the API does not say. ``searches`` is the number of the last polls
    in a row which did not find all.
    """

    floor: int = 0
    seen: dict[int, None] = field(default_factory=dict)
    front: list[int] = field(default_factory=list)
    total: int | None = None
    searches: int = 0


class Reader:
    """Finds new messages; :meth:`poll` returns them, :meth:`confirm` takes them as done.

    ``position`` has only what was confirmed, and ``is_started`` says whether it is that of an earlier poll. ``late`` is
    the number of messages that were counted and not found by :data:`SEARCHES` polls.
    """

    def __init__(self, client: Endpoints, query: Query, position: Position | None = None) -> None:
        self.position = position or Position()
        self.is_started = position is not None
        self.late = 0
        self._client = client
        self._query = query
        self._is_changing = bool(query.raw_filters) or any(one.field == "status" for one in query.filters)
        self._size = PageSize(PAGE_MAX)
        self._last: Page | None = None
        self._polled = self.position
        self._polls = 0

    def start(self) -> None:
        """Take the messages that are there as seen."""
        newest = [] if self._is_changing else self._read(_CREATED, lambda _ids: True) or []
        seen = dict.fromkeys(row["id"] for row in newest)
        ids = sorted((row["id"] for row in newest), reverse=True)
        floor = ids[min(_CONCURRENT, len(ids)) - 1] if ids else 0
        most = _FIRST_WINDOWS if self._is_changing else 1
        front = self._read(_UPDATED, lambda _ids: False, most) or []
        if self._is_changing:
            seen |= dict.fromkeys(row["id"] for row in front)
        total = self._last.total if self._last else None
        self.position = self._polled = Position(floor, seen, [row["id"] for row in front[:PAGE_MAX]], total)

    def poll(self) -> list[Row]:
        """Return the new messages, the one that was sent first first."""
        before = self.position
        sort = _UPDATED if self._is_changing or self._polls % 2 else _CREATED
        self._polls += 1
        rows = self._read_repeatedly(sort)
        new = {row["id"]: row for row in rows if self._is_new(row["id"])}
        total = self._last.total if self._last else None
        counted = 0 if total is None or before.total is None or self._is_changing else total - before.total
        if counted > len(new):
            new |= self._search(counted)
        missing = max(0, counted - len(new))
        searches = before.searches + 1 if missing else 0
        self.late = missing if searches == SEARCHES else 0
        if total is not None and 0 < searches < SEARCHES:
            total -= missing
        front = [row["id"] for row in rows[:PAGE_MAX]] if sort == _UPDATED else before.front
        searches %= SEARCHES
        self._polled = replace(before, front=front, total=total, searches=searches)
        return sorted(new.values(), key=lambda row: (str(row.get("sent_at") or ""), row["id"]))

    def confirm(self, ids: Sequence[int]) -> None:
        """Take messages of the last poll as printed."""
        self.position.seen.update(dict.fromkeys(ids))

    def finish(self) -> None:
        """Take the last poll as done: all its messages were confirmed."""
        self.is_started = True
        position = replace(self._polled, seen=self.position.seen)
        if self._is_changing:
            position.seen = dict.fromkeys([*position.seen][-_SEEN_MAX_CHANGING:])
        elif len(position.seen) > _SEEN_MAX:
            kept = sorted(position.seen)[-_SEEN_MAX // 2 :]
            position.floor, position.seen = kept[0], dict.fromkeys(kept)
        self.position = position

    def _is_new(self, number: int) -> bool:
        return number not in self.position.seen and (self._is_changing or number > self.position.floor)

    def _read_repeatedly(self, sort: str) -> list[Row]:
        """Return the rows from the newest end to a link."""
        is_linked = self._is_in_front if sort == _UPDATED else self._is_known
        most = _OLD_WINDOWS if sort == _UPDATED and not self._is_changing else None
        for _ in range(_ATTEMPTS):
            if (rows := self._read(sort, is_linked, most)) is not None:
                return rows
        raise UnavailableError("the list changes faster than it can be read", "Try again later.")

    def _is_known(self, ids: Sequence[int]) -> bool:
        return not any(self._is_new(one) for one in ids[-_LINK_ROWS:])

    def _is_in_front(self, ids: Sequence[int]) -> bool:
        places = {one: place for place, one in enumerate(self.position.front)}
        last = [places.get(one, -1) for one in ids[-_LINK_ROWS:]]
        return -1 not in last and last == sorted(last)

    def _search(self, counted: int) -> dict[int, Row]:
        """Return the new messages from anywhere in the list, until as many are found as were *counted*."""
        found: set[int] = set()

        def has_all(ids: Sequence[int]) -> bool:
            found.update(one for one in ids if self._is_new(one))
            return len(found) >= counted

        rows = self._read(_CREATED, has_all, SEARCH_WINDOWS) or []
        return {row["id"]: row for row in rows if row["id"] in found}

    def _read(self, sort: str, is_end: Callable[[Sequence[int]], bool], most: int | None = None) -> list[Row] | None:
        """Return the rows from the newest end to a window that is the end; None if a window shares no row.

        *most* is the number of windows at most.
        """
        rows: dict[int, Row] = {}
        window, before, calls = Window(1, PAGE_MAX), dict[int, Row](), 0
        while True:
            self._last = page = self._request(sort, window)
            part = self._size.read(window, make_response(page))
            if before and part.rows and before.keys().isdisjoint(part.rows):
                return None
            rows |= {row["id"]: row for row in page.rows if row["id"] not in rows}
            calls += 1
            if is_end(part.ids) or (part.short and not part.more) or not part.rows or calls == most:
                return list(rows.values())
            before = {row["id"]: row for row in page.rows}
            window = next_window(part.end, OVERLAP_MIN, self._size.size)

    def _request(self, sort: str, window: Window) -> Page:
        fields = self._query.fields and tuple(dict.fromkeys((*self._query.fields, "id", "sent_at")))
        params = list_params(replace(self._query, sort=sort), fields=fields)
        return self._client.messages([*params, *window_params(window.page, window.per_page)])
