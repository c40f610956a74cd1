"""Walk a list in the order of its changes, in which rows move while they are read.

1. A row that changes moves to the newest end, so no window of this order proves anything about the next one.
2. The pages are read in this order first, then the list is walked in the order of creation, which changes don't affect.
   That walk returns the rows that moved past the reader, and proves that none is missing.
3. The second walk is not needed where the list stood still: the newest end is the same before and after, so that no
   row was inserted or changed, and every response counts as many rows as were read, so that none disappeared.
4. A limit can't be proved by the order of creation. Its windows overlap: each one begins with a row that was read, so
   no row between them is missing, except rows that moved to the newest end. Newest first, they would be there: the
   walk is complete only if the newest page has no other row. Where rows come in another order than before, or a window
   has no row that was read, the walk says that it is not complete.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wacr_cli.paging.coverage import Coverage
from wacr_cli.paging.responses import PageSize, Response, Row, Slice
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import OVERLAP_MIN, PAGE_MAX, Window, furthest_window

NEWEST = "-updated_at"
CREATED = "-created_at"

_CHANGED = "the list changed while it was read"
_IDLE_MAX = 3
_SHORT_LIST = 2 * PAGE_MAX
"""Rows: oldest first, the order of creation proves a list of two pages in fewer calls than its newest end."""


class UpdatedWalk:
    """A walk by ``updated_at``: each row once, in this order as far as the list stands still.

    It is used like a :class:`~wacr_cli.paging.walk.Walk`; ``sort`` is the order to request for ``window`` where it is
    not the order of the list, else None.
    """

    def __init__(self, *, newest_first: bool = True, limit: int | None = None, per_page: int = PAGE_MAX) -> None:
        if limit is not None and limit < 0:
            raise ValueError(f"limit must not be negative, not {limit}")
        if not 1 <= per_page <= PAGE_MAX:
            raise ValueError(f"per_page must be from 1 to {PAGE_MAX}, not {per_page}")
        self._newest_first = newest_first
        self._limit = limit
        self._pages = PageSize(per_page)
        self._coverage = Coverage(0, ())
        self._ids: set[Any] = set()
        self._totals: list[int | None] = []
        self._newest: list[Any] | None = None
        self._proof: Walk | None = None
        self._idle = 0
        self._read: Callable[[Slice], list[Row]] = self._read_page
        self.calls = 0
        self.sort: str | None = None
        self.reason: str | None = None
        self.window: Window | None = Window(1, per_page if limit is None else min(per_page, limit or 1))
        if limit == 0:
            self.window = None

    @property
    def complete(self) -> bool:
        """Whether the walk is over and no row that was there throughout is missing, up to the limit."""
        return self.window is None and self.reason is None

    @property
    def seen(self) -> int:
        """The number of rows returned so far."""
        return len(self._ids)

    @property
    def expected(self) -> int | None:
        """The number of rows in the list as last counted, or the limit if that is less; None where it is unknown."""
        count = self._totals[-1] if self._totals else None
        return count if count is None or self._limit is None else min(count, self._limit)

    def take(self, response: Response) -> list[Row]:
        """Judge the response to ``window``; return the rows that it adds. Raises RuntimeError when the walk is over."""
        if self.window is None:
            raise RuntimeError("the walk is over")
        self.calls += 1
        if self._proof is None:
            return self._read(self._pages.read(self.window, response))
        fresh = self._add(self._proof.take(response))
        self.window, self.reason = self._proof.window, self._proof.reason
        return fresh

    def _add(self, rows: list[Row]) -> list[Row]:
        fresh = [row for row in rows if row["id"] not in self._ids]
        if self._limit is not None:
            fresh = fresh[: self._limit - self.seen]
        self._ids.update(row["id"] for row in fresh)
        return fresh

    def _read_page(self, part: Slice) -> list[Row]:
        overlap = self._coverage.compare(part, newest_first=self._newest_first)
        self._coverage.add(part, linked=True)
        is_linked = part.start == 0 or (overlap.known == overlap.leading > 0 and not overlap.spread)
        fresh = self._add(list(part.rows.values()))
        self._totals.append(part.total)
        if self._newest_first and part.start == 0:
            self._newest = part.ids
        self._idle = 0 if fresh else self._idle + 1
        is_last = not part.rows or (part.short and not part.more and not self._is_follow_up_needed(part))
        is_all = not part.more and set(self._totals) == {self.seen}
        if self._limit is not None and self._limit > PAGE_MAX and not is_linked and not is_last:
            self._finish(_CHANGED)  # 4
        elif self._limit is not None and self.seen >= self._limit:
            self._end_limit()
        elif is_last or is_all or self._idle >= _IDLE_MAX:
            self._end(part)
        elif self._newest is None and (part.total or 0) > _SHORT_LIST and self._limit is None:
            self._request(NEWEST, self._remember_newest)
        else:
            self._request_next(part)
        return fresh

    def _is_follow_up_needed(self, part: Slice) -> bool:
        """Return whether only the next page can tell if the server limits the page size to what the first one had."""
        return self._pages.is_silent and part.short and self.calls == 1

    def _request_next(self, part: Slice) -> None:
        if self._is_follow_up_needed(part):
            self._pages.size = len(part.rows)
        overlap = OVERLAP_MIN if self._limit is not None else 0
        window = furthest_window(part.end - overlap, self._pages.size)
        self.window = window if window.end > part.end else furthest_window(part.end, self._pages.size)

    @property
    def _newest_order(self) -> str | None:
        return None if self._newest_first else NEWEST

    def _remember_newest(self, part: Slice) -> list[Row]:
        """Remember the newest end before the pages are read, oldest first, and begin with them again (3)."""
        self._newest = part.ids
        self._totals = [part.total]
        self._request(None, self._read_page)
        return []

    def _end_limit(self) -> None:
        if self.calls == 1 or not self._newest_first:
            self._finish()
        else:
            self._request(None, self._check_limit)

    def _check_limit(self, part: Slice) -> list[Row]:
        self._finish(None if self._ids.issuperset(part.rows) else _CHANGED)
        return []

    def _end(self, part: Slice) -> None:
        counts = set(self._totals)
        is_single = self.calls == 1 or (self.calls == 2 and self._pages.is_silent and not part.rows)
        # Newest first, a row inserted before the SELECT can push the last one off a full page.
        if is_single and not part.more and (part.short or not self._newest_first):
            self._finish()
        elif counts == {self.seen} and self._newest is not None:
            self._request(self._newest_order, self._check_newest)
        else:
            self._begin_proof()

    def _check_newest(self, part: Slice) -> list[Row]:
        if part.ids == self._newest and part.total == self.seen:
            self._finish()
        else:
            self._begin_proof()
        return []

    def _begin_proof(self) -> None:
        self._proof = Walk(per_page=self._pages.size)
        self.sort, self.window = CREATED, self._proof.window

    def _request(self, sort: str | None, read: Callable[[Slice], list[Row]]) -> None:
        """Request the first page of an order, for a step of this walk."""
        self.sort, self._read, self.window = sort, read, Window(1, self._pages.size)

    def _finish(self, reason: str | None = None) -> None:
        self.window, self.reason = None, reason
