"""Find the messages that changed since the last run, by ``-updated_at``.

Rows don't show when they were updated, so the end of the search has to be read off what is stored. *Evidence* is a row
that was stored when the last search began and has not changed after it: it stands behind everything that changed since.
(In a first copy, only rows of the first window are evidence, because changes are to be found from then on.)

1. The search requests windows from the front until two in a row (after a first copy, one) have nothing new, nothing
   changed and at least ten rows of evidence. Each window shares rows with the one before, or the search starts over.
   So it does where rows of one second changed places meanwhile, until it finds no change.
2. Rows that a run stored before it was ended are no evidence, whether they came in or changed: the next run reads on
   behind them.
3. A message that is not stored under the direction is not stored before the new messages have been read once more: it
   could be newer than all of those, and hide a gap below it. What is not stored even then came in at an older place.
4. Where many messages came in, they fill the front. The window behind as many rows as are new shows whether anything
   else is among them: if exactly as many new ones as are due stand at its head, and evidence behind them.

This is no proof that every change was found, because ``updated_at`` is the API's and no row shows it; ``--full`` is.

It costs two calls for each direction where nothing changed, and one for every 95 messages that did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wacr_cli.api.lists import make_response
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
        """Store the rows that are still not stored under the direction."""
        store = self._service.store
        stored = store.find_stored([*self.unknown], self._direction)
        with store.transaction():
            self._service.upsert([row for one, row in self.unknown.items() if one not in stored], self._direction)

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
