"""Walk a list whose rows keep their order: they are inserted at one end, and can disappear anywhere.

What the walk relies on, numbered; the code refers to the numbers.

1. One response is one SELECT: no row is missing between its first and its last.
2. *Linked*: a window that repeats a covered row has no gap before it. By 1, nothing is missing between two responses
   that share a row which did not move.
3. *Counted*: newest first, inserted rows push covered rows into the next window, as many as the total rises by; only
   rows that disappear pull rows back over the border. While the total does not fall and each window repeats exactly as
   many covered rows as its offset and the rise say, there is no gap, and windows can stand end to end.
4. The total is counted before the rows are selected, so a fall may show one response late. At the first doubt about 3,
   the last window is withdrawn unless it was linked, and every window from there on is linked.
5. After windows in a row that show that nothing moves, windows are counted again, unless doubts come often.
6. Oldest first, one row in and one covered row out leave the total as it was and still pull a row over the border.
   So no window is counted; all are linked. The same holds where the server does not count.
7. Rows of one second can change places between two requests. A link that repeats fewer rows than change places may
   hide a gap. New rows before covered ones show it: the overlap grows, and what was counted is read again, linked. A
   walk that ends with a link that is too narrow for what it saw is not complete, unless a total that never changed
   says that no row is missing.
8. The end is believed only of a linked window with fewer rows than a full page. A server that says nothing about what
   follows is asked once for the page that would follow if it limited the page size.
9. The walk ends whatever the server responds: responses that add nothing are counted, and so are all responses.

One change stays invisible: a row inserted between the count and the select of the very first request, and a covered row
that disappears right after it, in a list that then stands still. A linked walk sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wacr_cli.paging.coverage import Coverage, Overlap
from wacr_cli.paging.evidence import Effort, Linking, OverlapSize, Retreat, Total
from wacr_cli.paging.responses import PageSize, Response, Row, Slice
from wacr_cli.paging.windows import (
    OVERLAP_MIN,
    PAGE_MAX,
    Window,
    furthest_window,
    plan_window,
)

PASSES_MAX = 4
"""How often a list is read at most, where its total says that rows are missing."""

LINK_MIN = 3
"""Rows: the fewest covered ones that make a link, where the windows overlap by as many."""

_EMPTY_ENDS_MAX = 3
_SAFE_LINK = 1.25


class Walk:
    """One walk along one list: request ``window``, pass the response to :meth:`take`, until ``window`` is None.

    ``newest_first`` is the order of the list. ``limit`` ends the walk after that many rows. ``per_page`` is the largest
    page to request, 1 to 100. ``linked`` links every window from the first. ``reach`` and ``covered`` resume an earlier
    walk of the same list: the offset that it reached and the ids that it covered, which are not returned again.
    Raises ValueError for an invalid ``limit`` or ``per_page``.
    """

    sort: str | None = None
    """The order to request where it is not the one of the list: never, here."""

    def __init__(
        self,
        *,
        newest_first: bool = True,
        limit: int | None = None,
        per_page: int = PAGE_MAX,
        linked: bool = False,
        reach: int = 0,
        covered: Iterable[Any] = (),
    ) -> None:
        if limit is not None and limit < 0:
            raise ValueError(f"limit must not be negative, not {limit}")
        if not 1 <= per_page <= PAGE_MAX:
            raise ValueError(f"per_page must be from 1 to {PAGE_MAX}, not {per_page}")
        self._newest_first = newest_first
        self._limit = limit
        self._pages = PageSize(per_page)
        self._coverage = Coverage(reach, covered)
        self._overlap = OverlapSize()
        self._total = Total(has_changed=bool(reach))
        can_count = newest_first and not linked
        self._linking = Linking(can_count, linked=not can_count or bool(reach))
        self._effort = Effort()
        self._retreat = Retreat()
        self.calls = 0
        self.seen = 0
        self.accepted = False
        self.withdrawn: list[Any] = []
        self.reason: str | None = None
        self.window: Window | None = Window(1, per_page if limit is None else min(per_page, limit or 1))
        if reach:
            self.window = furthest_window(reach - per_page - OVERLAP_MIN, per_page)
        if limit == 0:
            self.window = None

    @property
    def complete(self) -> bool:
        """Whether the walk is over and no row that was there throughout is missing, up to the limit."""
        return self.window is None and self.reason is None

    @property
    def expected(self) -> int | None:
        """The number of rows in the list as last counted, or the limit if that is less; None where it is unknown."""
        count = self._total.count
        return count if count is None or self._limit is None else min(count, self._limit)

    @property
    def reach(self) -> int:
        """The offset to which the list is covered: with the ids, all that another walk needs to continue."""
        return self._coverage.reach

    @property
    def linked(self) -> bool:
        """Whether the last accepted window was linked."""
        return self._coverage.last.linked

    @property
    def unchanged(self) -> bool:
        """Whether nothing showed a change of the list, from the first response on."""
        return not self._total.has_changed and not self._linking.doubts

    def take(self, response: Response) -> list[Row]:
        """Judge the response to ``window``; return the rows that it adds, in the order of the list.

        Raises RuntimeError when the walk is over.
        """
        if self.window is None:
            raise RuntimeError("the walk is over")
        self.withdrawn, self.accepted = [], False
        self.calls += 1
        part = self._pages.read(self.window, response)
        if self._effort.is_asking:
            return self._read_follow_up(part)
        rise = self._update_total(part)
        overlap = self._coverage.compare(part, newest_first=self._newest_first)
        fresh: list[Row] = []
        if self._follows(part, overlap, rise):
            fresh = self._accept(part, overlap, rise)
            self._continue(part, fresh)
        else:
            self._reject(part, overlap)
        self._plan()
        return fresh

    # Does the window follow what is covered?

    def _update_total(self, part: Slice) -> int:
        rise = self._total.update(part.total)
        if part.total is None:  # 6
            self._linking.can_count = False
            self._doubt()
        return rise

    def _follows(self, part: Slice, overlap: Overlap, rise: int) -> bool:
        if part.start == 0:
            return True
        if self._linking.linked:
            return self._is_linked(part, overlap)
        is_counted = rise >= 0 and self._coverage.repeats_as_counted(part, overlap, rise)
        self._linking.has_counted = self._linking.has_counted or is_counted
        return is_counted

    def _is_linked(self, part: Slice, overlap: Overlap) -> bool:
        """Return whether the window is linked (2), and wide enough for the rows that changed places (7)."""
        number = len(part.rows)
        if overlap.known < max(1, min(LINK_MIN, self.reach - part.start, number)):
            return False
        spread = overlap.spread
        if not self._newest_first and self._coverage.last.fresh and overlap.known < number:
            spread = max(spread, overlap.known - (self.reach - part.start))
        self._overlap.spread = max(self._overlap.spread, spread)
        if overlap.known == number:
            return True
        if spread and self._linking.has_counted:
            self._restart()  # 7: what was counted may have been other rows
            return False
        has_total = self._total.count is not None
        is_too_narrow = self._overlap.is_too_narrow(overlap.known, has_total=has_total)
        if is_too_narrow and self._overlap.widen(self._pages.size, fully=not has_total):
            return False
        self._overlap.narrowest = min(self._overlap.narrowest, overlap.known)
        return True

    # Accept the window, or go back.

    def _accept(self, part: Slice, overlap: Overlap, rise: int) -> list[Row]:
        is_linked = self._linking.linked or overlap.known > 0 or part.start == 0
        is_calm = not rise and self._coverage.repeats_as_counted(part, overlap, 0)
        self._total.look_at_newest(part, newest_first=self._newest_first)
        fresh = self._coverage.add(part, linked=is_linked)
        self._linking.calm = self._linking.calm + 1 if is_calm else 0
        if not self._overlap.spread:
            self._linking.relax(self.calls)
        self._effort.idle = self._effort.idle + 1 if overlap.known == len(part.rows) else 0
        self._retreat = Retreat()
        if self._limit is not None:
            fresh = fresh[: self._limit - self.seen]
        self.seen += len(fresh)
        self.accepted = True
        return fresh

    def _reject(self, part: Slice, overlap: Overlap) -> None:
        self._effort.idle += 1
        self._linking.calm = 0
        if self.reach == 0:
            return
        if not self._linking.linked:
            self._doubt()
        elif self._overlap.spread and overlap.known:
            self._retreat = Retreat(min(self.reach - self._overlap.rows, part.start - 1))
        else:
            self._overlap.widen(self._pages.size)
            count = self._total.count
            self._retreat.step(part.start if count is None else min(part.start, count))

    def _doubt(self) -> None:
        """Link every window from now on, and withdraw the last one if it was not linked (4)."""
        if self._linking.linked:
            return
        self._linking.linked = True
        self._linking.doubts += 1
        self._linking.calm = 0
        if not self._coverage.last.linked:
            self.withdrawn = self._coverage.withdraw_last()

    def _restart(self) -> None:
        """Read the list from its start again, linked; returned rows are not returned again."""
        self.withdrawn = self._coverage.withdraw_all()
        self._linking.linked, self._linking.can_count, self._linking.has_counted = True, False, False
        self._effort.empty_ends = 0
        self._retreat = Retreat()

    # The end.

    def _continue(self, part: Slice, fresh: list[Row]) -> None:
        if self._limit is not None and self.seen >= self._limit:
            self._finish()
        elif part.short and part.rows and self._pages.is_silent and self.calls == 1:
            self._effort.is_asking, self.window = True, Window(2, len(part.rows))  # 8
        elif part.short and self._coverage.last.linked:
            self._effort.empty_ends = 0 if fresh else self._effort.empty_ends + 1
            if not part.more or self._effort.empty_ends >= _EMPTY_ENDS_MAX:
                self._effort.is_denied = self._effort.is_denied or part.more
                self._end(part)

    def _read_follow_up(self, part: Slice) -> list[Row]:
        """Read the page that follows if the server limits the page size to what the first one had (8)."""
        self._effort.is_asking = False
        if part.rows:
            self._pages.size = self.reach
            self._plan()
        else:
            self._finish()
        return []

    def _end(self, part: Slice) -> None:
        is_short = self._is_row_missing(part)
        if (is_short or (self._is_shuffled() and self._coverage.passes == 1)) and self._coverage.passes < PASSES_MAX:
            self._walk_again()
        elif is_short:
            self._finish("the list has more rows than the server returns")
        elif self._effort.is_denied and (self._total.count is None or len(self._coverage) < self._total.count):
            self._finish("the server says that more rows follow but returns none")
        elif self._is_shuffled():
            self._finish("rows change places faster than they can be read")
        else:
            self._finish()

    def _is_shuffled(self) -> bool:
        """Return whether rows changed places over so many others that a link may hide a missing row (7)."""
        spread = self._overlap.spread
        is_narrow = spread > 0 and self._overlap.narrowest < _SAFE_LINK * spread
        return is_narrow and not self._total.proves(len(self._coverage))

    def _is_row_missing(self, part: Slice) -> bool:
        if self._total.count is not None and not self._total.has_changed:
            return len(self._coverage) < self._total.count
        return part.short and not self._newest_first and len(self._coverage) < part.end

    def _walk_again(self) -> None:
        self._coverage.passes += 1
        self._effort.is_denied = False
        self._overlap.reset()
        self._overlap.widen(self._pages.size, fully=self._total.count is None)
        self._restart()

    def _finish(self, reason: str | None = None) -> None:
        self.window, self.reason = None, reason

    # The next window.

    def _plan(self) -> None:
        if self.window is None or self._effort.is_asking:
            return
        size = self._pages.size
        needed = len(self._coverage) // size
        if self._effort.idle > 12 + 2 * needed or self.calls > 64 + 12 * needed:  # 9
            self._finish("the server does not return the rest of the list")
        else:
            self.window = self._next(size)

    def _next(self, size: int) -> Window:
        if self._retreat.target is not None:
            return furthest_window(self._retreat.target, size)
        reach, total = self.reach, self._total.count
        frontier = self._coverage.frontier - self._overlap.rows
        if self._effort.idle and frontier > reach + size:  # the rows from here to there were read before
            return furthest_window(frontier, size)
        overlap = self._overlap.rows if self._linking.linked else 0
        wanted = None if self._limit is None else reach + self._limit - self.seen
        return plan_window(reach, overlap, size, total=total, wanted=wanted)
