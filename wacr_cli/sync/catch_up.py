"""Read the messages that came in since the last run, oldest first.

What it guarantees, and why:

1. Once a direction was copied, the archive has every message of it up to the newest that it has. New messages come in
   at the newest end. (A message that is inserted with an old time is an exception: only the search for changes, where
   it was updated lately, or ``--full`` finds it.)
2. One response is one SELECT, so no message is missing between its first row and its last. A response with a stored
   row is *linked*: by 1, every message before that row is stored. When the response is stored too, 1 holds up to its
   last row. Insertions and deletions between two requests make no difference, because a stored message links the
   response, and not an offset. So each response is stored at once, and a run may end after any of them.
3. An offset only says where to look. ``reach`` is the offset of the end of the last run. If messages before it were
   deleted, the response there has no stored row. Then windows 100, 200, 400 … rows before it are requested, down to
   the start of the list, which needs no link.
4. Messages of one second may change places between two requests, and a window that starts among them may miss one. Two
   signs show it: a new row above a stored one, and a row that changed places with others. New rows above the last
   stored row are safe to store. The others are requested again with the widest overlap, unless it was four times as
   wide as the rows that changed places. If the widest is not even twice as wide, the list is read again from before
   them, until three readings in a row find no new row above a stored one. This is no proof, but a loss is unlikely.
5. The list ends with a linked response that has fewer rows than requested, if nothing in it says that more follow. If
   the API says nothing about that at all, and has returned no page as large as the one requested, its newest rows must
   be stored as well.

It costs one call for up to some 45 new messages, because the first window has the end of the last run in its middle,
and one for every 90 more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import make_response
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.paging.responses import PageSize, Slice
from wacr_cli.paging.windows import Window, closing_window, furthest_window, max_overlap, next_window
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.service import LINK_ROWS, Service, list_ids, measure_moves

_REPEATS = 3
"""Responses in a row that bring nothing although the API says that more rows follow."""

_SAFE, _ENOUGH = 4, 2
"""So many times as many stored rows as changed places are a safe overlap, and enough of the widest one.

More rows have changed places than a response shows.
"""

_AGREEING = 3
"""Readings in a row that find no other row where rows change places over more than windows can overlap."""

_READINGS = 12
"""Readings of the end of the list at most."""


@dataclass(slots=True)
class CaughtUp:
    """What catching up brought: the ids of new messages, why it is not complete, whether it was the whole list."""

    new: list[int] = field(default_factory=list)
    reason: str | None = None
    whole: bool = False


def catch_up(service: Service, account: AccountCheck, direction: str) -> CaughtUp:
    """Read the messages of a direction that came in since the last run, and store each response."""
    reading = _Reading(service, account, direction)
    reading.run()
    if reading.result.reason:
        total = service.totals.get(direction)
        service.report_incomplete(direction, reading.result.reason, service.store.count_direction(direction), total)
    return reading.result


class _Reading:
    """One reading from the end of the last run to the end of the list.

    ``_reach`` is the offset up to which the list is stored, and ``_doubt`` the offset before which it surely is, where
    rows change places over more others than windows can overlap.
    """

    def __init__(self, service: Service, account: AccountCheck, direction: str) -> None:
        self.result = CaughtUp()
        self._service = service
        self._account = account
        self._direction = direction
        reach = service.store.get_state(f"reach.{direction}")
        self._reach: int = service.store.count_direction(direction) if reach is None else reach
        self._size = PageSize(service.page_size)
        self._overlap = LINK_ROWS
        self._back = 0
        self._before: list[int] = []
        self._doubt: int | None = None
        self._readings = self._agreeing = 0
        self._calls = self._repeats = 0
        self._window: Window | None = self._choose_first()

    def run(self) -> None:
        """Request window after window until the list ends or the API returns no more of it."""
        while self._window is not None:
            page = self._service.request(self._direction, self._window, "created_at")
            part = self._size.read(self._window, make_response(page))
            self._service.page_size = self._size.size
            self._calls += 1
            if part.start != self._window.offset and self._calls <= _REPEATS:
                # The API's pages are smaller than requested, so this is another part of the list.
                self._window = self._choose_first()
            else:
                self._judge(part, page)

    def _judge(self, part: Slice, page: Page) -> None:
        """Accept a response, request one with a wider overlap, or look further back for one with stored rows."""
        rows = page.rows
        self._account.check(rows)
        stored = self._service.store.find_stored(part.ids, self._direction)
        if not stored and part.start > 0:
            self._step_back(part)
            return
        leading = next((place for place, one in enumerate(part.ids) if one not in stored), len(rows))
        last = max((place for place, one in enumerate(part.ids) if one in stored), default=-1)
        spread = max(last - leading + 1, measure_moves(self._before, part.ids))
        if last > leading:
            self._agreeing = 0
        widest = max_overlap(self._size.size)
        if part.start > 0 and leading < _SAFE * spread and self._overlap < widest:
            self._overlap = widest
            self._store(rows[: last + 1])
            self._window = next_window(self._reach, widest, self._size.size)
            return
        if part.start > 0 and leading < _ENOUGH * spread and self._doubt is None:
            self._doubt = max(0, part.start - PER_PAGE_MAX)
        self._accept(part, page, has_new=len(stored) < len(part.rows))

    def _step_back(self, part: Slice) -> None:
        """Request the window 100 rows before a response without a stored row, then 200, 400 … before that."""
        base = part.start
        if not self._back:
            base = min(base, self._service.totals.get(self._direction, base))
        self._back = 2 * self._back or PER_PAGE_MAX
        self._window = furthest_window(base - self._back, self._size.size)

    def _accept(self, part: Slice, page: Page, *, has_new: bool) -> None:
        brings_nothing = not has_new and (part.short or set(part.ids) <= set(self._before))
        self._repeats = self._repeats + 1 if brings_nothing else 0
        self._reach, self._back, self._before = part.end, 0, part.ids
        self._store(page.rows)
        if part.short and not part.more and self._is_end():
            self._end(part)
        elif self._repeats >= _REPEATS or self._calls > self._most_calls:
            self._window = None
            self.result.reason = "the API says that more rows follow but returns none"
        else:
            self._window = self._choose_next()

    def _store(self, rows: list[Row]) -> None:
        store = self._service.store
        with store.transaction():
            new = self._service.upsert_window(rows[::-1], self._direction).new
            store.set_state(f"reach.{self._direction}", self._reach if self._doubt is None else self._doubt)
        self.result.new += new
        self._service.report_read(len(new))

    # The end of the list.

    def _is_end(self) -> bool:
        """Return whether the list ends here; if the API does not say that, whether its newest rows are stored."""
        window = self._window
        if not self._size.is_silent or (window and self._service.largest_page >= window.per_page):
            return True
        ids = list_ids(self._service.request(self._direction, Window(1, self._size.size)).rows)
        if self._service.store.find_stored(ids, self._direction).issuperset(ids):
            return True
        self._size.size = min(self._size.size, len(ids))
        return False

    def _end(self, part: Slice) -> None:
        """End the reading, or read again from where rows changed places."""
        self._window = None
        self.result.whole = part.start == 0
        if self._doubt is None:
            return
        self._readings += 1
        self._agreeing += 1
        if self._agreeing > _AGREEING:
            self._doubt = None
            self._store([])
        elif self._readings > _READINGS:
            self.result.reason = "rows change places faster than they can be read"
        else:
            self._before = []
            self._window = furthest_window(self._doubt, self._size.size)

    # Which window to request.

    @property
    def _most_calls(self) -> int:
        return 64 + _READINGS * (self._reach + len(self.result.new)) // self._size.size

    def _choose_first(self) -> Window:
        """Return the window that has the end of the last run nearest to its middle."""
        window = closing_window(self._reach, LINK_ROWS, self._size.size, self._reach)
        return window or next_window(self._reach, LINK_ROWS, self._size.size)

    def _choose_next(self) -> Window:
        """Return the window that overlaps what is stored and gets furthest, or ends behind the list's last row."""
        total = self._service.totals.get(self._direction, self._reach)
        window = closing_window(self._reach, self._overlap, self._size.size, total) if total > self._reach else None
        return window or next_window(self._reach, self._overlap, self._size.size)
