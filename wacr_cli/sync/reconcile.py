"""Compare the archive with the totals that the API reports, and find where the two differ by bisection.

The archive has each list in the order of the API. So the offset of a row in the API's list is its rank in the archive,
plus the rows before it that the archive lacks, less those before it that the API no longer has. That difference is the
*shift* of the row.

1. One response is one SELECT. What stands between two of its rows in the archive and not in the response is gone; what
   stands between them in the response and not in the archive is missing. Both are settled at once.
2. Where two rows have the same shift, as many rows are missing between them as are gone: mostly none. Where the shifts
   differ, the page in the middle is requested, and each half whose ends differ is searched. That costs about
   log2(N/100) + 2 calls for rows that are missing side by side, and one more for each 95 of them.
3. Equal numbers of missing and gone rows cancel in the totals. So the call that counts all messages asks for a page of
   the past, in rotation (the *scrub*). A shift in it starts a search, and it brings changes that were missed.
4. New rows at the front raise ``total`` and push all others back. So offsets count as of the start of the search.
5. Rows of one second may change places, so a row's shift may be wrong by some. The shift of a window is therefore that
   which most of its rows have, near each of its ends.
6. A row found between two others gets a place between theirs: :mod:`~wacr_cli.sync.order`. Where a row has another
   place than was thought, or another direction, its place is forgotten until it is found.

A run requests :data:`CALLS` pages at most, newest first; what it found is stored, and the next run goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wacr_cli.api.lists import make_response
from wacr_cli.archive.store import UNPLACED, Place
from wacr_cli.core.models import DIRECTIONS, Row
from wacr_cli.paging.responses import PageSize
from wacr_cli.paging.windows import Window, furthest_window
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.deletions import CHECKS, Deletions
from wacr_cli.sync.order import find_ordered
from wacr_cli.sync.service import ALL_DIRECTIONS, Service, list_directions

CALLS = 60
"""Calls of a run at most, unless told otherwise."""

_EDGE = 20
"""Rows at each end of a window whose shifts are compared."""

_GUESSES = 3
"""Windows at most to find the one in which a message would be."""

_FIRST: Place = (float("inf"), 0)
"""Above every row: the start of a list."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row that both have: its offset in the API's list, as of the start, less its rank is its shift.

    ``place`` is None for the end of the list.
    """

    offset: int
    place: Place | None


@dataclass(slots=True)
class Budget:
    """The calls that a run may still make."""

    left: int = CALLS

    def spend(self) -> bool:
        """Take one call; return whether there was one."""
        self.left -= 1
        return self.left >= 0


class ListSearch:
    """The search in the list of one direction, None for the list of all messages."""

    def __init__(
        self, service: Service, account: AccountCheck, deletions: Deletions, budget: Budget, direction: str | None
    ) -> None:
        self.direction = direction
        self._service = service
        self._account = account
        self._deletions = deletions
        self._budget = budget
        self._directions = list_directions(direction)
        self._size = PageSize(service.page_size)
        self._start = service.totals.get(direction)
        self._takes_new = False
        self._takes_unknown = True
        self._is_mixed = False

    @property
    def stored(self) -> int:
        """The number of messages in the archive's list, without missed ones."""
        return self._count_before(None) + len(self._unplaced)

    @property
    def _unplaced(self) -> list[int]:
        return self._service.store.list_unplaced(self._directions)

    @property
    def total(self) -> int | None:
        """The number of messages in the API's list, as the last response reported it; None where it does not."""
        return self._service.totals.get(self.direction)

    @property
    def page_size(self) -> int:
        """How many rows the API's pages have at most, as far as is known."""
        return self._size.size

    @property
    def missed(self) -> list[int]:
        """The ids of messages of this direction, or of none, that a reading did not find."""
        return self._service.store.list_missed((self.direction,))

    def run(self, *, takes_new: bool = False) -> bool:
        """Find what differs, as far as the calls suffice; return whether the archive has the whole list.

        *takes_new* stores the rows in front of all others too.
        """
        self._takes_new = takes_new
        total = self.total
        if total is None or (self._agrees() and not self._unplaced):
            return True
        if total < self.stored and self._is_capped(total):
            self._service.report.notes.append(
                f"The API does not count beyond {total:,} messages, so wacr can't check that none is missing."
            )
            return True
        for _ in range(2):  # a message that came in between a response's count and its rows makes them differ
            if (anchors := self._read(Window(1, self._size.size))) is None:
                return self.total == self.stored == 0
            self._start = self.total
            if self._start is None:
                return True
            expected = self._start - anchors[0].offset
            if expected != self._count_before(None):
                self._search(anchors[-1], Anchor(self._start, None))
            if expected == self._count_before(None):
                self._settle_unplaced()
                break
        return expected == self.stored or self._agrees()

    def _agrees(self) -> bool:
        """Return whether the archive has as many messages as the API counts.

        Where rows change places, windows miss messages that are there. If the number is right with them, they are.
        """
        if self.total != self.stored and self._is_mixed and self.total == self.stored + len(self.missed):
            with self._service.store.transaction():
                self._service.store.clear_missed(self.missed)
        return self.total == self.stored

    def _settle_unplaced(self) -> None:
        """Settle the messages without a place: the list is complete without them."""
        self._deletions.report_missed(self._unplaced)
        if self.direction:
            elsewhere = [one for one in self._unplaced if one in self._deletions.alive]
            with self._service.store.transaction():
                self._service.store.clear_direction(elsewhere, self._service.now())

    def read_missed(self) -> None:
        """Read the windows again in which an earlier run missed messages."""
        store, done = self._service.store, set[int]()
        own = (self.direction,)  # the list of all messages is read for those without a direction
        while left := [one for one in store.list_missed(own, self._service.started) if one not in done]:
            done.add(left[0])
            place = store.find_places(left[:1], own)[left[0]]
            if place[0] == UNPLACED:
                self._deletions.report_missed(left[:1])
            elif not self._read_around(place):
                return

    def _read_around(self, place: Place) -> bool:
        """Read the window in which a message would be; return whether a call is left."""
        shift, tried = 0, set[Window]()
        for _ in range(_GUESSES):
            offset = self._count_before(place) + shift
            window = furthest_window(offset - self._size.size // 3, self._size.size)
            if window in tried:
                break
            tried.add(window)
            if (anchors := self._read(window)) is None:
                return self._budget.left > 0
            newer, older = (anchor.place for anchor in anchors)
            if newer is not None and older is not None and older <= place <= newer:
                break
            shift = self._find_shift(anchors[0] if newer is not None and place > newer else anchors[-1])
        return True

    def read_page(self, rank: int) -> list[Anchor] | None:
        """Read and settle the page that a rank is in; return its first and last anchor."""
        self._start = None
        anchors = self._read(Window(rank // self._size.size + 1, self._size.size))
        self._start = self.total
        return anchors

    def find_shift_after(self, rank: int) -> int:
        """Return by how many rows the page at a rank is further back in the API's list than in the archive.

        Its rows that the archive lacks are left to the steps that follow.
        """
        self._takes_unknown = False
        anchors = self.read_page(rank)
        self._takes_unknown = True
        return self._find_shift(anchors[-1]) if anchors else 0

    def search_around(self, rank: int) -> None:
        """Search before and behind the page at a rank, where it is not where it should be."""
        if anchors := self.read_page(rank):
            self._search(Anchor(0, _FIRST), anchors[0])
            if self.total is not None:
                self._search(anchors[-1], Anchor(self.total, None))

    def _is_capped(self, total: int) -> bool:
        """Return whether the list goes on behind the number of its messages."""
        window = Window(total // self._size.size + 2, self._size.size)
        if not self._budget.spend():
            return False
        part = self._size.read(window, make_response(self._service.request(self.direction, window)))
        return part.start >= total and bool(part.rows)

    def _search(self, newest: Anchor, oldest: Anchor) -> None:
        """Search between two rows, the newer half first."""
        left = [(newest, oldest, False)]
        while left:
            low, high, in_order = left.pop()
            if low.offset >= high.offset or self._find_shift(low) == self._find_shift(high):
                continue
            in_order = in_order or high.offset - low.offset < self._size.size
            middle = (low.offset + high.offset) // 2 + self._growth
            anchors = self._read(
                furthest_window(low.offset + self._growth, self._size.size)
                if in_order
                else Window(middle // self._size.size + 1, self._size.size)
            )
            if self._budget.left <= 0:
                return
            if anchors is None:
                # The archive has nothing of the page in the middle: read on from what it has.
                left += [(low, high, True)] * (not in_order)
                continue
            if anchors[-1].offset > low.offset:
                left.append((anchors[-1], high, in_order))
            if not in_order and anchors[0].offset > low.offset:
                left.append((low, anchors[0], False))

    @property
    def _growth(self) -> int:
        """How many messages came in since the start, less those that went."""
        return 0 if self.total is None or self._start is None else self.total - self._start

    def _find_shift(self, anchor: Anchor) -> int:
        return 0 if anchor.place == _FIRST else anchor.offset - self._count_before(anchor.place)

    def _count_before(self, place: Place | None) -> int:
        return self._service.store.count_before(self._directions, place)

    # One window.

    def _read(self, window: Window) -> list[Anchor] | None:
        """Request a window, settle what differs, and return its first and its last anchor.

        None where no call is left, or where the archive has none of its rows.
        """
        if not self._budget.spend():
            return None
        page = self._service.request(self.direction, window)
        part = self._size.read(window, make_response(page))
        store = self._service.store
        known = store.find_places(part.ids, self._directions)
        if not known:
            if part.start == 0 and part.short and not part.more and not part.rows:
                self._deletions.report_missed([*self._list_ids(None, None), *self._unplaced])
            return None
        self._account.check(page.rows)
        placed = [known[one] for one in part.ids if one in known]
        ordered = [placed[at] for at in find_ordered(placed)]  # a wrong place would make the rest look gone
        self._is_mixed = self._is_mixed or len(ordered) < len(placed)
        placed = ordered
        newest, oldest = (placed[0], placed[-1]) if placed else (_FIRST, _FIRST)
        gone = [number for _, number in store.list_between(self._directions, newest, oldest) if number not in part.rows]
        above = self._list_ids(None, newest)[:-1] if part.start == 0 else []
        below = self._list_ids(oldest, None)[1:] if placed and part.short and not part.more else []
        with store.transaction():
            self._store(page.rows, known)
        missed = [*above, *gone, *below]
        self._deletions.report_missed(missed, above)
        self._deletions.unplace(missed)
        return self._choose_anchors(part.ids, part.start - self._growth)

    def _list_ids(self, newest: Place | None, oldest: Place | None) -> list[int]:
        return [number for _, number in self._service.store.list_between(self._directions, newest, oldest)]

    def _store(self, rows: list[Row], known: Collection[int]) -> None:
        """Store rows with their places, and count those that were missing.

        Those in front of all that are known are new, or another window shows what is before them.
        """
        if not self._takes_unknown:
            rows = [row for row in rows if row["id"] in known]
        first = 0 if self._takes_new else next(at for at, row in enumerate(rows) if row["id"] in known)
        report, before = self._service.report, self._service.report.new
        self._service.upsert_window(rows[first:], self.direction)
        report.found += report.new - before
        report.new = before

    def _choose_anchors(self, ids: Sequence[int], start: int) -> list[Anchor]:
        """Return a row near each end that has the shift of most rows there."""
        store = self._service.store
        known = store.find_places(ids, self._directions)
        between = store.list_between(self._directions, max(known.values()), min(known.values()))
        missed = set(store.list_missed(self._directions))
        base = self._count_before(between[0])
        ranks = {place: base + at for at, place in enumerate(one for one in between if one[1] not in missed)}
        rows = [Anchor(start + at, known[one]) for at, one in enumerate(ids) if known.get(one) in ranks]
        shifts = {row: row.offset - ranks[row.place] for row in rows if row.place}
        ends = (rows[:_EDGE], rows[::-1][:_EDGE])
        common = [Counter(shifts[row] for row in end).most_common(1)[0][0] for end in ends]
        return [next(row for row in end if shifts[row] == shift) for end, shift in zip(ends, common, strict=True)]


class Reconciliation:
    """The comparison of one run with the archive. ``calls`` is the number of pages to request at most."""

    def __init__(self, service: Service, account: AccountCheck, deletions: Deletions, calls: int) -> None:
        self._service = service
        self._deletions = deletions
        self._calls = calls
        self._budget = budget = Budget(calls + 1)  # the call that counts is made anyway
        self._lists = {one: ListSearch(service, account, deletions, budget, one) for one in (*DIRECTIONS, None)}
        self._rank: int | None = None
        self._counted: int | None = None

    @property
    def spent(self) -> int:
        """The number of calls that were made, without the one that counts."""
        return max(0, self._calls - max(0, self._budget.left))

    def count(self) -> int | None:
        """Return how many messages there are of whatever direction, from the response to the scrub.

        None where the API does not count. It comes before the other steps, so that no message that comes in meanwhile
        is taken for one without a direction.
        """
        everything, store = self._lists[None], self._service.store
        scrubbed = store.get_state("scrub") or 0
        rank = scrubbed if scrubbed < everything.stored else 0
        self._service.totals.pop(None, None)
        shift = everything.find_shift_after(rank)
        self._counted = everything.total
        new = 0 if self._counted is None else self._counted - everything.stored
        if shift not in (0, new):
            self._rank = rank
        with store.transaction():
            store.set_state("scrub", rank + everything.page_size)
        return self._counted

    def run(self) -> None:
        """Find what differs; report what stays unexplained."""
        for search in self._lists.values():
            search.read_missed()
        if self._rank is not None:
            self._lists[None].search_around(self._rank)
        for direction in DIRECTIONS:
            self._report(self._lists[direction], is_whole=self._lists[direction].run())
        if not self._service.report.missing:
            self._report(self._lists[None], is_whole=self._run_undirected())
        if not self._service.report.missing:  # the list of all messages may miss some of either direction
            self._report_missed(self._service.store.list_missed(ALL_DIRECTIONS))

    def _run_undirected(self) -> bool:
        """Compare the messages without a direction: the total of all lists, less those of the directions."""
        directed = [self._service.totals.get(direction) for direction in DIRECTIONS]
        if self._counted is None or None in directed:
            return True
        store, counted = self._service.store, sum(filter(None, directed))
        stored = counted + store.count_direction(None)
        if self._counted > stored:
            return self._lists[None].run(takes_new=True)
        if self._counted < stored and (total := self._service.count() or 0) < stored:
            ids = [number for _, number in store.list_between((None,), None, None)]
            if len(ids) <= CHECKS:
                self._deletions.report_missed(ids)
            return total == counted + store.count_direction(None) or self._lists[None].run()
        return True

    def _report(self, search: ListSearch, *, is_whole: bool) -> None:
        if search.missed and (is_whole or search.total is None or search.total == search.stored):
            self._report_missed(search.missed)
        elif not is_whole:
            self._service.report.missing.append(
                f"{search.direction or 'messages'}: the API has {search.total:,}, the archive {search.stored:,}"
            )

    def _report_missed(self, missed: list[int]) -> None:
        if missed:
            what = f"{len(missed):,} message{'s' * (len(missed) != 1)}"
            self._service.report.missing.append(f"{what} not found in one reading; a sync after a minute looks again")
