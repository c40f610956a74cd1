"""Find the messages that changed since the last run, by ``-updated_at``.

No row shows when it was updated, so the stored rows have to show where the search can end. A row is *evidence* if it
was stored when the last search began and has not changed since: it stands behind everything that changed. (After a
first copy, only the rows of its first window are evidence, because changes are missing from then on.)

1. The search requests windows from the front until two in a row (after a first copy, one) have no new and no changed
   row, and at least ten rows of evidence. If a window shares no row with the one before, the search starts again. It
   also does if rows of one second changed places meanwhile, until it finds no change.
2. Rows that an interrupted run stored are no evidence, whether they came in or changed. The next run searches behind
   them.
3. A message that is not stored under the direction may be newer than all stored ones, with a gap below it. So the new
   messages are read once more before it is stored. If it is still not stored then, its place is further back.
4. Many new messages fill the front. Then the search begins behind as many rows as came in. If the window there begins
   with as many new rows as must be left, and has only evidence behind them, no other row is among the new ones.

A change can be missed, because ``updated_at`` is hidden: this is no proof. ``--full`` is.

It costs two calls for each direction without a change, and one for every 95 messages that changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wacr_cli.api.lists import make_response
from wacr_cli.archive.store import UNPLACED
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.paging.responses import PageSize, Slice
from wacr_cli.paging.windows import OVERLAP_MIN, Window, next_window
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.catch_up import catch_up
from wacr_cli.sync.service import LINK_ROWS, Service, list_ids, measure_moves

_QUIET = 2
"""Windows in a row without a change that end the search."""

_ATTEMPTS = 4
"""Searches that are started at most, where windows share no row."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a window of the search showed: whether nothing in it is new or changed, and the rows that are evidence."""

    is_quiet: bool
    evidence: set[int]


def find_changes(service: Service, account: AccountCheck, direction: str, new: Sequence[int]) -> None:
    """Update the messages of a direction that changed since the last search; *new* are those that this run stored."""
    started = service.now()
    state = service.store.get_state(f"changes.{direction}") or {}
    search = _Search(service, direction, state.get("at"), 1 if state.get("first") else _QUIET)
    if len(new) > PER_PAGE_MAX - LINK_ROWS and search.has_only_new_in_front(frozenset(new)):
        is_done = True
    else:
        is_done = search.run()
    if search.unknown:
        is_done = catch_up(service, account, direction).reason is None and is_done
        if is_done:
            search.store_unknown()
    if is_done:
        note_search(service, direction, started)


def note_search(service: Service, direction: str, started: str) -> None:
    """Store that every message of a direction that changed before *started* was read."""
    with service.store.transaction():
        service.store.set_state(f"changes.{direction}", {"at": started})


class _Search:
    """One search. ``unknown`` are the rows it met that are not stored under the direction, by their ids."""

    def __init__(self, service: Service, direction: str, since: str | None, quiet: int) -> None:
        self.unknown: dict[int, Row] = {}
        self._service = service
        self._direction = direction
        self._since = since
        self._quiet = quiet
        self._size = PageSize(service.page_size)

    def run(self) -> bool:
        """Search from the front; return whether the search came to its end."""
        return any(self._search_once() for _ in range(_ATTEMPTS))

    def has_only_new_in_front(self, new: frozenset[int]) -> bool:
        """Return whether the rows *new* fill the front of the list, with nothing that changed among them."""
        number, due = divmod(len(new), PER_PAGE_MAX)
        for page in range(number + 1, number + 1 + self._quiet):
            window = Window(page, PER_PAGE_MAX)
            part, found = self._read(window)
            rest = set(part.ids[due:])
            if part.start != window.offset or not found.is_quiet or not found.evidence.issuperset(rest):
                return False
            if not new.issuperset(part.ids[:due]) or not new.isdisjoint(rest):
                return False
            due = 0
        return True

    def store_unknown(self) -> None:
        """Store the rows that are still not stored under the direction; where in the list they are is not known."""
        store = self._service.store
        stored = store.find_stored([*self.unknown], self._direction)
        rows = [row for one, row in self.unknown.items() if one not in stored]
        with store.transaction():
            found = len(self._service.upsert(rows, self._direction).new)
            store.set_places(dict.fromkeys(list_ids(rows), UNPLACED))
        self._service.report.new -= found
        self._service.report.found += found

    def _search_once(self) -> bool:
        left, reach, before, is_mixed, has_changes = self._quiet, 0, list[int](), False, False
        while left:
            part, found = self._read(next_window(reach, OVERLAP_MIN, self._size.size))
            if reach and (part.end <= reach or part.rows.keys().isdisjoint(before)):
                return False
            is_mixed = is_mixed or measure_moves(before, part.ids) > 0
            if not found.is_quiet:
                left, has_changes = self._quiet, True
            elif len(found.evidence) >= min(LINK_ROWS, len(part.ids)):
                left -= 1
            if part.short and not part.more:
                break
            reach, before = part.end, part.ids
        return not (is_mixed and has_changes)

    def _read(self, window: Window) -> tuple[Slice, _Found]:
        """Request a window. Update the rows that are stored under the direction, and keep the others for later."""
        store = self._service.store
        page = self._service.request(self._direction, window, "-updated_at")
        stored = store.find_stored(list_ids(page.rows), self._direction)
        with store.transaction():
            result = self._service.upsert([row for row in page.rows if row["id"] in stored], self._direction)
        unknown = {row["id"]: row for row in page.rows if row["id"] not in stored}
        self.unknown.update(unknown)
        evidence = store.find_unchanged(result.same, self._since) if self._since else set()
        return self._size.read(window, make_response(page)), _Found(not (unknown or result.changed), evidence)
