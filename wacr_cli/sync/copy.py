"""Read the whole list of a direction, newest first: the first copy, and ``--full``.

What it guarantees, and why:

1. A first copy that is complete has every message from the oldest to the newest of its first window:
   :class:`~wacr_cli.paging.walk.Walk` accepts a window only if no row is missing before it.
2. A later run continues a scan from one number, ``reach``, and the ids of the rows that it covered: those last seen
   from ``since`` to ``until``. There must be no gap between these rows, or the walk would accept a window behind it.
   So ``since`` is the first window that the run accepted. It is set again when the walk withdraws rows, or accepts a
   window at the start of the list, which needs no link. A deletion may show one response late and puts the last window
   in doubt. So ``until`` is the window before it, unless the last one was linked.
3. ``--full`` on a whole archive stores no message that is newer than all stored ones, because a run that ends then
   would leave a gap below it. :mod:`~wacr_cli.sync.catch_up` reads those. All others are stored.
4. A message that was last seen before a complete scan started was missed: :mod:`~wacr_cli.sync.deletions` decides
   whether it is deleted.

It costs a call for every 100 messages, and a few more while the list moves. A continued scan reads some 105 messages
again, and those that came in since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import make_response
from wacr_cli.archive.store import Place
from wacr_cli.core.models import DIRECTIONS, PER_PAGE_MAX, Row
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.deletions import Deletions
from wacr_cli.sync.service import Service, check_disjoint, list_ids

_FRESH = timedelta(days=1)

Pages = Mapping[str, Page]
"""The first response of each direction."""


def request_first_pages(service: Service, windows: Mapping[str, Window] | None = None) -> dict[str, Page]:
    """Return the first window of each direction, or the given *windows*.

    Raises :class:`BadResponseError` where both directions have the same messages: the API ignores the filter.
    """
    windows = windows if windows is not None else dict.fromkeys(DIRECTIONS, Window(1, PER_PAGE_MAX))
    pages = {direction: service.request(direction, window) for direction, window in windows.items()}
    if len(pages) > 1:
        check_disjoint(*pages.values())
    return pages


def copy_lists(service: Service, account: AccountCheck, deletions: Deletions, pages: Pages) -> set[str]:
    """Read the list of each direction that has not been read as a whole, or of both for ``--full``.

    *pages* are the first responses where the archive is new. Return the directions of which nothing came in meanwhile.
    """
    wanted = [one for one in DIRECTIONS if service.full or not service.is_whole(one)]
    scans = {one: FullScan(service, account, one) for one in wanted}
    pages = pages or request_first_pages(service, {one: scan.window for one, scan in scans.items()})
    if all(one in service.totals for one in scans):
        service.expected = sum(service.totals[one] - scan.resumed for one, scan in scans.items())
    for direction, scan in scans.items():
        scan.store(pages[direction])
    for scan in scans.values():
        scan.finish(deletions)
    return {one for one, scan in scans.items() if scan.is_current}


class FullScan:
    """One reading of the whole list of a direction; ``resumed`` is the number of messages that earlier runs read."""

    def __init__(self, service: Service, account: AccountCheck, direction: str) -> None:
        self.direction = direction
        self._service = service
        self._account = account
        self._was_whole = service.is_whole(direction)
        state = service.store.get_state(f"copy.{direction}")
        if state and (state["reach"] <= PER_PAGE_MAX or (self._was_whole and service.age(state["started"]) > _FRESH)):
            state = None  # there is nothing to continue, or what a --full saw may be deleted by now
        covered = service.store.list_seen(direction, state["since"], state["until"]) if state else []
        self.resumed = len(covered)
        self.walk = Walk(reach=state["reach"], covered=covered) if covered else Walk()
        self._started: str = state["started"] if covered else service.now()
        self._since: str | None = None
        self._last = self._started
        self._has_met_stored = False
        self._left_out = 0
        self._newest: Place | None = None
        self._last_id: int | None = None
        self._last_end = 0

    @property
    def window(self) -> Window:
        """The window to request first."""
        return self.walk.window or Window(1, PER_PAGE_MAX)

    @property
    def is_current(self) -> bool:
        """Whether the archive has the whole list, because nothing moved while it was read."""
        return self.walk.complete and self.walk.unchanged and not self._left_out

    def finish(self, deletions: Deletions) -> None:
        """Read the list to its end and store what that proves."""
        while window := self.walk.window:
            self.store(self._service.request(self.direction, window))
        service, store, now = self._service, self._service.store, self._service.now()
        with store.transaction():
            store.set_state(f"copy.{self.direction}", None)
            if self.walk.complete:
                store.set_state(f"whole.{self.direction}", {"since": self._started, "at": now})
                store.set_state(f"reach.{self.direction}", self.walk.reach)
            else:
                service.report_incomplete(self.direction, self.walk.reason, self.walk.seen, self.walk.expected)
        if self.walk.complete and (unseen := store.list_unseen(self.direction, self._started)):
            above = store.list_between((self.direction,), None, self._newest)
            deletions.report_missed(unseen, {number for _, number in above})
            deletions.unplace(unseen)

    def store(self, page: Page) -> None:
        """Let the walk take a response, and store it, with where the scan stands, if the walk accepts it."""
        self._account.check(page.rows)
        window = self.window
        fresh = self.walk.take(make_response(page))
        if not self.walk.accepted or window.offset != self._last_end:
            self._last_id = None
        if self.walk.accepted:
            self._store_accepted(page.rows, at_start=window.offset == 0)
        self._last_end = window.end
        if self.walk.withdrawn:
            self._since = None
        self._service.report_read(len(fresh))

    def _store_accepted(self, rows: list[Row], *, at_start: bool) -> None:
        store, moment = self._service.store, self._service.now()
        if at_start:
            self._since, self._has_met_stored, self._last_id = None, False, None
        with store.transaction():
            chosen = self._select(rows)
            self._service.upsert_window(chosen, self.direction, moment, self._find_above(rows))
            places = store.find_places(list_ids(chosen), (self.direction,))
            self._newest = max([*places.values(), *([self._newest] if self._newest else [])], default=None)
            self._last_id = rows[-1]["id"] if rows else self._last_id
            if not self.walk.withdrawn:
                store.set_state(f"copy.{self.direction}", self._advance(moment))
            if not self._was_whole and store.get_state(f"changes.{self.direction}") is None:
                store.set_state(f"changes.{self.direction}", {"at": moment, "first": True})

    def _find_above(self, rows: list[Row]) -> Place | None:
        """Return the place of the last row of the window before, unless *rows* have it too or are elsewhere."""
        if self._last_id is None or self._last_id in list_ids(rows):
            return None
        return self._service.store.find_places([self._last_id], (self.direction,)).get(self._last_id)

    def _select(self, rows: list[Row]) -> list[Row]:
        """Return the rows to store: in a whole archive none that is newer than all stored ones."""
        if not self._was_whole or self._has_met_stored:
            return rows
        stored = self._service.store.find_stored(list_ids(rows), self.direction)
        first = next((place for place, row in enumerate(rows) if row["id"] in stored), len(rows))
        self._has_met_stored = bool(stored)
        self._left_out += first
        return rows[first:]

    def _advance(self, moment: str) -> dict[str, object]:
        """Return the state that a later run continues from, after a window that was stored at *moment*."""
        if self._since is None:
            self._since = self._last = moment
        until = moment if self.walk.linked else self._last
        self._last = moment
        return {
            "started": self._started,
            "since": self._since,
            "until": until,
            "latest": moment,
            "reach": self.walk.reach,
        }


def list_moments(states: Iterable[dict[str, str] | None]) -> list[str]:
    """Return the times in the stored states of scans."""
    return [state["latest"] for state in states if state]
