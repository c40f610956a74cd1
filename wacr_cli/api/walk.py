"""Walk a list that moves: which window to ask for next, and what an answer proves.

The list is paged by number while rows come in at its newest end, vanish anywhere and, sorted by updated_at, jump to
the newest end. Reading page after page loses a row whenever a border slides past it, and nothing in the answers says
so. A `Walk` only ever counts as read what it can prove to be read.

What the proof rests on:

* One answer is one SELECT: nothing is missing between its first and its last row. Two windows that share a row that
  has not moved therefore have nothing missing between them. Any window that starts at a multiple of its size can be
  had, so windows are made to share rows by asking for fewer than the most the server gives.
* Newest first and sorted by created_at, rows come in before everything that was read. They push rows that were read
  into the next window, as many as the total rose by. While each window repeats exactly the rows that its offset and
  the rise of the total foretell, nothing slipped past its start and windows may stand end to end. The total is
  counted before the rows are selected, so a movement may show one answer late: at the first disagreement the walk
  goes back before the window it took last, and links every window from there on. When some of these in a row show
  that nothing moves, they may stand end to end again, as after the first request; unless such doubts come often.
  What no answer can show is a row that came in between the count and the select of the request after which windows
  stand end to end, and one that was read vanishing right after it, in a list that then stands still; whoever minds
  that links throughout.
* Oldest first, rows come in at the end that is still to be read. One row in and one read row out leave the total as
  it was and still pull a row out of the next window, so no count can stand in for the link: every window has one.
* Sorted by updated_at, oldest first, a row that was read can turn up again at the end of the list. It proves nothing
  about what stands before it there. A link is believed only of rows that stand no further back than they stood, in
  the order in which they stood, with most of the rows that followed them.
* Sorted by updated_at, newest first, rows that were not read yet jump to the front, behind the reader's back. The
  front is read again, down to rows that stand as they stood, until one single window shows that nothing jumped.
* Rows of the same second may change places between two requests. A window that starts inside such a group can share
  a row with what was read and still miss another. New rows standing before rows that were read are the sign of it:
  what was read end to end is read again, and the overlap is widened until the group lies inside it. The list is
  walked again where a total that never changed says that rows are missing nonetheless, or where rows changed places
  over more others than two windows shared. What may be missing even then is believed to be there only by its count:
  as many rows were read as a total says that never changed, and the newest end shows that none came in, hence that
  none went.
* The end is believed only of a linked window that holds fewer rows than were asked for. A server that tells nothing
  of what follows may give fewer rows a page than asked: it is asked once for the page that would follow if it did.

A walk newest first can be left and taken up later: a `Checkpoint` and the ids that are covered say all that the next
window is judged by. It is asked for so that it shares rows with what is covered; rows that came in meanwhile are a
rise of the total like any other.

Whatever the server answers, the walk ends: calls that bring nothing are counted and so are all calls. What could not
be proved complete is said to be incomplete.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count, pairwise
from typing import Any

Row = Mapping[str, Any]
"""One decoded JSON object of the list. `row["id"]` is an int and says which row it is."""

LARGEST_PAGE = 100

_OVERLAP = 5
_LEAST_SHARED = 3
_WALKS_AGAIN = 3
_REREADS = 8
_DRY = 3
_IDLE = 12
_CALLS = 64
_CALLS_PER_READ = 12
_REMEMBERED = 8 * LARGEST_PAGE
_IN_STEP = 40
_SURE = 1.25
_SMALLEST_PAGE = 10
_LINKED_AFTER_DOUBT = 2
_CALLS_PER_DOUBT = 25


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the list that one request asks for: `page` from 1, `per_page` rows."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """How many rows of the list stand before the window."""
        return (self.page - 1) * self.per_page

    @property
    def end(self) -> int:
        """The offset just behind the window."""
        return self.page * self.per_page


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a window.

    `has_more` and `total` are None where the envelope does not hold them. `page` and `per_page` are what the envelope
    says it answered, None where it says nothing; they are believed over what was asked.
    """

    rows: Sequence[Row]
    has_more: bool | None = None
    total: int | None = None
    page: int | None = None
    per_page: int | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a walk stands: what it takes, with the ids that are covered, to go on with it in another process.

    The covered rows reach to the offset `reach` of a list of `total` rows. `start` is the offset of the last window
    taken, `frontier` its ids in their order and `fresh` those that it was the first to bring; `sure` says that it was
    linked. `linked` says that every window has to be, `plain` that not every window was.
    """

    reach: int
    total: int | None
    start: int
    frontier: tuple[int, ...]
    fresh: tuple[int, ...]
    sure: bool
    linked: bool
    plain: bool


@dataclass(frozen=True, slots=True)
class _Held:
    """What an answer holds: each of its rows once, and the offsets `start` to `end` they stand at."""

    start: int
    end: int
    rows: Sequence[Row]
    ids: list[int]
    short: bool
    more: bool


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How a window repeats what is covered: `known` rows of it, `run` of them at its head without a break.

    `spread` is over how many places rows changed places, as far as the window shows it; 0 where none did.
    """

    known: int
    run: int
    spread: int = 0


class _Link(Enum):
    SOUND = auto()
    BROKEN = auto()
    SHUFFLED = auto()
    MISTAKEN = auto()


class Walk:
    """One walk along one list: ask for `window`, hand the answer to `take`, until `window` is None.

    `by_updated` and `newest_first` say how the list is sorted. `limit` ends the walk after that many rows. `per_page`
    is the most rows to ask for at once, 1 to 100. `linked` True links every window from the first; False, sorted by
    created_at, links from the first doubt on; None does what the order needs to be proved. A caller may stop at any
    time: rows are handed out as soon as they are proved, each id once. `resumed` is the checkpoint of an earlier walk
    of the same list, newest first by created_at, and the ids that it covered: its rows are not handed out again.
    Raises ValueError for a `limit` or a `per_page` that can't be.
    """

    def __init__(
        self,
        *,
        by_updated: bool = False,
        newest_first: bool = True,
        limit: int | None = None,
        per_page: int = LARGEST_PAGE,
        linked: bool | None = None,
        resumed: tuple[Checkpoint, Iterable[int]] | None = None,
    ) -> None:
        if limit is not None and limit < 0:
            raise ValueError(f"limit must not be negative, not {limit}")
        if not 1 <= per_page <= LARGEST_PAGE:
            raise ValueError(f"per_page must be from 1 to {LARGEST_PAGE}, not {per_page}")
        self._by_updated = by_updated
        self._newest_first = newest_first
        self._limit = limit
        self._size = per_page
        self._largest = per_page
        self._most_held = 0
        # For every id the number of the call that last covered it. Numbers are shared by the rows of a window,
        # so this takes no more memory than a set, and it also says where a row stood and in which pass.
        self._covered: dict[int, int] = {}
        self._starts = [0]
        self._order: dict[int, int] = {}
        self._sequence = 0
        self._last_order: dict[int, int] = {}
        self._seen = 0

        self._linked = linked or by_updated or (linked is None and not newest_first)
        self._may_relax = linked is None and newest_first and not by_updated
        self._doubts = 0
        self._linked_since = 0
        self._withdrawn: list[int] = []
        self._took = False
        self._resuming = False
        self._overlap = _OVERLAP
        self._spread_seen = 0
        self._fewest_shared = LARGEST_PAGE
        self._plain = False
        self._newest: frozenset[int] = frozenset()
        self._newest_at = 0
        self._quiet = True
        self._still = True
        self._total: int | None = None
        self._rise = self._risen = 0
        self._steady = True

        self._reach = 0
        self._since = 1
        self._anchored = True
        self._at_frontier = True
        self._passes = [1]
        self._reread_rows: Counter[int] = Counter()
        self._reread_last: list[int] = []
        self._head_in_step = False
        self._settled = False
        self._last_start = 0
        self._last_linked = True
        self._last_fresh: list[int] = []
        self._target: int | None = None
        self._base = 0
        self._back = 0
        self._idle = 0
        self._dry = 0
        self._cut = False
        self._denied = False
        self._walks = 0
        self._seen_before = 0
        self._rereads = 0
        self._rereading = False
        self._length = 0
        self._tail = 0

        self._silent = False
        self._asking = False

        self._complete = False
        self._reason: str | None = None
        self._window: Window | None = Window(1, per_page if limit is None else min(per_page, limit))
        if limit == 0:
            self._finish()
        if resumed is not None:
            self._resume(*resumed)

    def _resume(self, checkpoint: Checkpoint, covered: Iterable[int]) -> None:
        self._starts.append(checkpoint.start)
        self._covered = dict.fromkeys(covered, 1)
        self._reach, self._total = checkpoint.reach, checkpoint.total
        self._last_start, self._last_linked = checkpoint.start, checkpoint.sure
        self._last_fresh = list(checkpoint.fresh)
        self._linked = self._linked or checkpoint.linked
        self._plain = checkpoint.plain
        self._steady = self._still = False  # Rows may have gone meanwhile without a trace in the total.
        self._remember(list(checkpoint.frontier))
        self._resuming = True
        self._window = _furthest(self._reach - _OVERLAP, self._size)

    @property
    def checkpoint(self) -> Checkpoint:
        """Where the walk stands; what it covers is what it handed out, less what it has `withdrawn`."""
        return Checkpoint(
            self._reach,
            self._total,
            self._last_start,
            tuple(self._last_order),
            tuple(self._last_fresh),
            self._last_linked,
            self._linked,
            self._plain,
        )

    @property
    def took(self) -> bool:
        """Whether the last answer was taken: its rows stand without a gap with those that are covered."""
        return self._took

    @property
    def still(self) -> bool:
        """Whether nothing spoke for a movement of the list, from the first answer of the walk on."""
        return self._steady and not self._doubts

    @property
    def withdrawn(self) -> list[int]:
        """The ids that the last answer put in doubt: handed out, and no longer covered until they are read again."""
        return self._withdrawn

    @property
    def window(self) -> Window | None:
        """What to ask for next; None when the walk is over."""
        return self._window

    @property
    def calls(self) -> int:
        """Answers taken so far; those before a checkpoint count as one."""
        return len(self._starts) - 1

    @property
    def complete(self) -> bool:
        """Whether the walk is over and every row that was there throughout, or every row of the limit, is out."""
        return self._complete

    @property
    def seen(self) -> int:
        """Rows handed out so far."""
        return self._seen

    @property
    def expected(self) -> int | None:
        """Rows of the list as last counted by the server, or the limit if that is less; None where it counts none."""
        if self._total is None or self._limit is None:
            return self._total
        return min(self._total, self._limit)

    @property
    def reason(self) -> str | None:
        """Why a walk that is over is not complete; None for one that is complete or not over."""
        return self._reason

    def take(self, answer: Answer) -> list[Row]:
        """Judge the answer to `window`; return the rows it newly proves, in the order of the list.

        Raises RuntimeError when the walk is over.
        """
        if self._window is None:
            raise RuntimeError("the walk is over")
        self._withdrawn, self._took = [], False
        held = self._believe(self._window, answer)
        self._starts.append(held.start)
        if self._asking:
            self._hear(held)
            return []
        self._silent = answer.has_more is None and answer.total is None and answer.per_page is None
        self._note_total(answer.total)
        if (self._resuming or not self._linked) and self._is_short_of_frontier(held):
            return []
        likeness = self._compare(held)
        link = self._judge(held, likeness)
        fresh: list[Row] = []
        self._took = link is _Link.SOUND
        if self._took:
            fresh = self._cover(held, likeness)
            self._seen += len(fresh)
            self._go_on(held, len(fresh))
        else:
            self._refuse(held, link)
        self._plan()
        return fresh

    # What an answer holds.

    def _believe(self, asked: Window, answer: Answer) -> _Held:
        number = len(answer.rows)
        size = self._size_served(asked, answer)
        start = ((answer.page or asked.page) - 1) * size
        more = self._follows(answer, start + number)
        if 0 < number < size and more and not answer.per_page and self._most_held < asked.per_page:
            # No answer ever held as many rows: the server clamps per_page without saying so.
            size = number
            start = ((answer.page or asked.page) - 1) * size
        self._most_held = max(self._most_held, number)
        if size < asked.per_page:
            self._size = min(self._size, max(size, self._most_held, _SMALLEST_PAGE))
        rows = answer.rows
        ids = [row["id"] for row in rows]
        if len(set(ids)) < number:
            ids = list(dict.fromkeys(ids))
            by_id = {row["id"]: row for row in rows}
            rows = [by_id[one] for one in ids]
        return _Held(start, start + number, rows, ids, number < size, more)

    @staticmethod
    def _size_served(asked: Window, answer: Answer) -> int:
        size = answer.per_page or asked.per_page
        return max(size, len(answer.rows))

    @staticmethod
    def _follows(answer: Answer, end: int) -> bool:
        if answer.has_more is None:
            return answer.total is not None and end < answer.total
        return answer.has_more

    def _note_total(self, total: int | None) -> None:
        self._rise = 0
        if total is None:
            self._steady = self._may_relax = False
            self._link_from_here()
        elif self._total is None:
            self._steady = self.calls == 1
        else:
            self._rise = total - self._total
            self._risen += self._rise
        self._total = total if total is not None else self._total
        if self._rise:
            self._steady = False

    def _is_short_of_frontier(self, held: _Held) -> bool:
        """Whether so much came in since the last window that this one ends before the frontier; then go there."""
        resuming, self._resuming = self._resuming, False
        if self._rise <= 0 or not self._newest_first:
            return False
        short = held.end < self._reach + self._rise and bool(held.ids)
        if short or resuming:
            self._last_start += self._rise
        if short:
            self._reach += self._rise
            self._risen = 0
            self._plan()
            if self._window is not None:
                self._window = _furthest(self._reach - _OVERLAP, self._size)
        return short

    # What it shares with what is covered.

    def _compare(self, held: _Held) -> _Likeness:
        covered, since = self._covered, self._since
        known = [covered.get(one, 0) >= since for one in held.ids]
        number = sum(known)
        run = number if all(known[:number]) else known.index(False)
        if run == len(known) or (run == number and not self._linked):
            return _Likeness(number, run)
        return _Likeness(number, run, self._spread(held, known, run))

    def _spread(self, held: _Held, known: list[bool], run: int) -> int:
        within = min(len(known), self._unjumped(held))
        indices = [index for index in range(within) if known[index]]
        block = len(indices) >= _IN_STEP and indices[-1] - indices[0] < len(indices)
        if not indices or (block and self._newest_first):
            straddling = 0  # New rows above a block of covered ones came in there; they are not of its second.
        else:
            straddling = indices[-1] - run + 1 if indices[-1] > run else int(run == 0)
        return max(straddling, self._moved([held.ids[index] for index in indices]))

    def _unjumped(self, held: _Held) -> int:
        """How many rows of the window may have changed places within a second; covered rows below them were touched."""
        if not self._by_updated:
            return len(held.ids)
        if self._newest_first:
            return self._reach - held.start + self._overlap
        # One of the three rows that stood last has hardly been touched, and where it stands the covered rows end.
        places = ((self._last_order[one], index) for index, one in enumerate(held.ids) if one in self._last_order)
        last = sorted(places)[-3:]
        return min((index for _, index in last), default=0) + 1 + max(_OVERLAP, self._spread_seen)

    def _moved(self, ids: list[int]) -> int:
        places = [self._last_order[one] for one in ids if one in self._last_order]
        ranked = sorted(range(len(places)), key=places.__getitem__)
        # Only rows that came up: where touched rows go to the end, one that went down need not be of this second.
        furthest = max((before - after for before, after in enumerate(ranked)), default=0)
        return furthest + 1 if furthest else 0

    def _judge(self, held: _Held, like: _Likeness) -> _Link:
        if held.start == 0 or not self._anchored:
            return _Link.SOUND
        if not self._linked:
            return self._judge_unlinked(held, like)
        # Few shared rows where more were meant to be may be there by chance, if rows of one second change places.
        least = min(_LEAST_SHARED, self._reach - held.start, len(held.ids))
        if like.known < max(least, 1) or not self._stayed(held, like):
            return _Link.BROKEN
        return self._judge_order(held, like)

    def _judge_unlinked(self, held: _Held, like: _Likeness) -> _Link:
        if (self._rise == 0 or (self._rise > 0 and self._newest_first)) and self._is_as_foretold(held, like):
            self._plain = True
            return _Link.SOUND
        return _Link.BROKEN

    def _is_as_foretold(self, held: _Held, like: _Likeness) -> bool:
        """Whether the window repeats as many rows as its offset and the rise since the last one foretell."""
        foretold = self._reach - held.start + self._risen
        return like.known == like.run == min(foretold, len(held.ids))

    def _judge_order(self, held: _Held, like: _Likeness) -> _Link:
        spread = like.spread
        if self._at_frontier and not self._newest_first and not self._by_updated:
            # Nothing comes in before these rows, so more of them than foretold are rows of one second.
            spread = max(spread, like.known - (self._reach - held.start))
        self._spread_seen = max(self._spread_seen, spread)
        if like.known == len(held.ids):
            return _Link.SOUND
        if spread and self._plain:
            # The rows that earlier windows repeated, as foretold, may have been others than those foretold.
            return _Link.MISTAKEN
        few = like.known < 2 * self._spread_seen and self._overlap < 3 * self._spread_seen
        if few and self._widen():
            return _Link.SHUFFLED
        self._fewest_shared = min(self._fewest_shared, like.known)
        return _Link.SOUND

    def _stayed(self, held: _Held, like: _Likeness) -> bool:
        """Whether the head of the window is rows that were not touched since, where touched rows go to the end."""
        if self._newest_first or not self._by_updated:
            return True
        if not like.run:
            return False
        head = held.ids[: like.run]
        if held.start >= self._starts[self._covered[head[0]]] + LARGEST_PAGE:
            return False
        places = [self._order[one] for one in head if one in self._order]
        if len(places) < like.run:
            return like.run >= _IN_STEP and _in_step([self._covered[one] for one in head])
        first = min(places)
        followers = sum(1 for place in self._order.values() if place >= first)
        return 2 * like.run >= min(followers, len(held.ids))

    # Taking a window, or not.

    def _cover(self, held: _Held, like: _Likeness) -> list[Row]:
        covered = self._covered
        as_foretold = self._is_as_foretold(held, like)
        if (held.start == 0) if self._newest_first else (held.short and not held.more):
            self._look_at_newest(held)
        fresh = [row for row, one in zip(held.rows, held.ids, strict=True) if one not in covered]
        self._last_fresh = [row["id"] for row in fresh]
        self._last_start = held.start
        self._last_linked = self._linked or like.known > 0 or held.start == 0
        if held.start and (like.known != self._reach - held.start or like.spread):
            self._still = False
        self._at_frontier = like.known < len(held.ids)
        if self._rereading:
            self._compare_passes(held)
        covered.update(dict.fromkeys(held.ids, self.calls))
        self._remember(held.ids)
        self._idle = self._idle + 1 if like.known == len(held.ids) else 0
        self._reach = held.end
        self._cut = held.short and held.more
        self._target, self._back = None, 0
        self._relax(as_foretold=as_foretold)
        self._risen = 0
        return fresh if self._limit is None else fresh[: self._limit - self._seen]

    def _relax(self, *, as_foretold: bool) -> None:
        """Let windows stand end to end again after some linked ones that show no movement, while doubts are few.

        Where rows come in at every request, each may be counted one answer late, and a row that goes hide behind it.
        """
        if not self._linked or not self._may_relax or self._silent:
            return
        self._linked_since = self._linked_since + 1 if as_foretold and not self._risen else 0
        few = self._doubts <= 1 + self.calls // _CALLS_PER_DOUBT
        told = self._total is not None and self._walks == 0 and not self._spread_seen
        if self._linked_since >= _LINKED_AFTER_DOUBT and few and told:
            self._linked = False

    def _look_at_newest(self, held: _Held) -> None:
        """See whether rows came in since the newest end was first seen; then the total says nothing of who is gone."""
        if not self._newest:
            self._newest, self._newest_at = frozenset(held.ids), self.calls
        nearest = held.ids[:_OVERLAP] if self._newest_first else held.ids[-_OVERLAP:]
        self._quiet = self._quiet and self._newest.issuperset(nearest)

    def _counted(self) -> bool:
        """Whether as many rows were read as there were at the start, while none came in or went."""
        if self._total is None or not (self._steady and self._quiet):
            return False
        first = 1 if self._newest_first else self._newest_at
        return sum(call >= first for call in self._covered.values()) == self._total

    def _shuffled(self) -> bool:
        """Whether rows changed places over so many others that the rows which a link shared may hide a loss."""
        # A loss is hidden where all that a link shares is of one second, and seconds are wider than was seen.
        hidden = self._spread_seen > 0 and self._fewest_shared < _SURE * self._spread_seen
        return hidden and not self._counted()

    def _compare_passes(self, held: _Held) -> None:
        """See whether the window reaches rows that stand as an earlier pass read them: nothing jumped from there."""
        calls = [self._covered.get(one, 0) for one in held.ids]
        step = min(_IN_STEP, self._size // 2)
        self._head_in_step = len(calls) >= step and _in_step(calls[:step])
        before = [call for call in calls if call < self._since]
        self._reread_rows.update(before)
        self._reread_last = (self._reread_last + before)[-step:]
        tail = self._reread_last
        self._settled = len(tail) == step and _in_step(tail) and self._read_above(tail[0])

    def _read_above(self, call: int) -> bool:
        """Whether this pass read most of the rows that stood above the window of that call."""
        index = bisect_right(self._passes, call)
        first, later = self._passes[index - 1], self._passes[index]
        rows = self._reread_rows.items()
        above = sum(number for other, number in rows if first <= other < call or other >= later)
        return 2 * above >= self._starts[call]

    def _remember(self, ids: list[int]) -> None:
        self._last_order = {one: place for place, one in enumerate(ids)}
        self._order.update(zip(ids, count(self._sequence), strict=False))
        self._sequence += len(ids)
        if len(self._order) > _REMEMBERED:
            oldest = self._sequence - _REMEMBERED // 2
            self._order = {one: place for one, place in self._order.items() if place >= oldest}

    def _refuse(self, held: _Held, link: _Link) -> None:
        self._still = False
        self._idle += 1
        self._linked_since = 0
        if not self._linked:
            self._link_from_here()
        elif link is _Link.MISTAKEN:
            self._start_pass(0)
        elif link is _Link.SHUFFLED:
            self._target = min(self._reach - self._overlap, held.start - 1)
        else:
            self._step_back(held)

    def _step_back(self, held: _Held) -> None:
        self._widen()
        if not self._back:
            self._base = held.start if self._total is None else min(held.start, self._total)
        self._back = 2 * self._back or LARGEST_PAGE
        self._target = self._base - self._back

    def _link_from_here(self) -> None:
        """Link every window from now on, and go back before the last one if it was taken without a link."""
        if self._linked:
            return
        self._linked = True
        self._linked_since = 0
        self._doubts += 1
        if not self._last_linked:
            self._covered.update(dict.fromkeys(self._last_fresh, 0))
            self._withdrawn = self._last_fresh
            self._reach = self._last_start

    def _widen(self) -> bool:
        """Double the overlap, as far as a window can still get ahead; say whether it grew."""
        before = self._overlap
        self._overlap = max(before, min(2 * before, _widest_overlap(self._size)))
        return self._overlap > before

    # Where nothing is told, whether more follows.

    def _ask_for_more(self, number: int) -> None:
        """Ask for the page that follows if the server gives no more than that many rows, whatever is asked."""
        self._asking = True
        self._window = Window(2, number)

    def _hear(self, held: _Held) -> None:
        self._asking = False
        if held.ids:
            self._size = self._reach
            self._plan()
        else:
            self._finish()

    # What comes next.

    def _go_on(self, held: _Held, fresh: int) -> None:
        anchored, self._anchored = self._anchored, True
        if self._limit is not None and self._seen >= self._limit:
            self._finish()
        elif not anchored and held.start and not self._head_in_step:
            self._reread_tail()
        elif self._rereading and self._newest_first and self._settled:
            self._end_pass(held)
        elif held.short and held.ids and self._silent and self.calls == 1:
            self._ask_for_more(len(held.ids))
        elif held.short and self._last_linked:
            self._dry = 0 if fresh else self._dry + 1
            if not held.more or self._dry >= _DRY:
                self._denied = self._denied or held.more
                self._end_pass(held)

    def _end_pass(self, held: _Held) -> None:
        if self._may_have_jumped(held):
            self._reread(held)
        elif (self._lacks_rows(held) or (self._shuffled() and self._walks == 0)) and self._may_find_more():
            self._walk_again()
        else:
            self._finish(self._doubt(held))

    def _may_have_jumped(self, held: _Held) -> bool:
        if not self._by_updated or held.start == 0:
            return False
        if self._newest_first:
            return not (self._still and self._steady)
        return not (self._still or self._rereading)

    def _may_find_more(self) -> bool:
        moved = self._spread_seen > 0 or self._seen > self._seen_before or self._walks == 0
        return moved and self._seen > 0 and self._walks < _WALKS_AGAIN

    def _reread(self, held: _Held) -> None:
        self._rereading = True
        self._length = held.end
        if not self._newest_first:
            self._reread_tail()
        elif self._rereads < _REREADS:
            self._rereads += 1
            self._start_pass(0)
        else:
            self._finish("rows are updated faster than they can be read")

    def _reread_tail(self) -> None:
        """Read the end again from further back, until the window it starts with brings nothing new."""
        self._tail = 2 * self._tail or 1
        self._start_pass(self._length)
        self._anchored = False
        self._target = self._length - self._tail * self._size + self._size // 10

    def _walk_again(self) -> None:
        self._walks += 1
        self._seen_before = self._seen
        self._rereading = False
        self._denied = False
        self._linked = True
        self._spread_seen, self._fewest_shared = 0, LARGEST_PAGE
        self._tail = 0
        self._size = max(self._size, min(self._most_held, self._largest))
        self._widen()
        self._start_pass(0)

    def _start_pass(self, reach: int) -> None:
        self._may_relax = False
        self._withdrawn = list(self._covered)
        self._last_linked, self._last_start, self._last_fresh = True, reach, []
        self._reach = reach
        self._since = self.calls + 1
        self._passes.append(self._since)
        self._reread_rows.clear()
        self._reread_last = []
        self._target, self._back = None, 0
        self._plain = False
        self._still = False
        self._dry = 0

    def _lacks_rows(self, held: _Held) -> bool:
        """Whether fewer rows came than a total that never moved, or an end that rows only move towards, foretells."""
        if self._total is not None and self._steady:
            return len(self._covered) < self._total
        return held.short and not self._newest_first and len(self._covered) < held.end

    def _doubt(self, held: _Held) -> str | None:
        counted = self._total is not None and len(self._covered) >= self._total
        if self._lacks_rows(held):
            return "the list holds more rows than the server shows"
        if self._denied and not counted:
            return "the server says that more rows follow but shows none"
        if self._shuffled():
            return "rows change places faster than they can be read"
        return None

    def _finish(self, reason: str | None = None) -> None:
        self._window = None
        self._reason = reason
        self._complete = reason is None

    # Which window to ask for.

    def _plan(self) -> None:
        if self._window is None or self._asking:
            return
        reads = len(self._covered) // self._size
        if self._idle > _IDLE + 2 * reads or self.calls > _CALLS + _CALLS_PER_READ * reads:
            self._finish("the server does not show the rest of the list")
            return
        self._window = self._choose()

    def _choose(self) -> Window:
        if self._target is not None:
            return _furthest(self._target, self._size)
        return self._limiting() or self._closing() or self._advancing()

    def _limiting(self) -> Window | None:
        """Return the window that brings the last rows of the limit and the fewest more, if one can."""
        if self._limit is None:
            return None
        wanted = self._reach + self._limit - self._seen
        latest = self._reach - (self._overlap if self._linked else 0)
        if wanted - latest > self._size or (self._total is not None and wanted > self._total):
            return None
        fitting = [window for window in _windows(latest, self._size) if window.end >= wanted]
        return min(fitting, key=lambda window: window.end, default=None)

    def _closing(self) -> Window | None:
        """Return the window that is linked and also reaches past the end of the list, if one can."""
        if self._total is None or self._total - self._reach >= self._size:
            return None
        end = max(self._total, self._reach)
        latest = self._reach - (self._overlap if self._linked else 1)
        fitting = [window for window in _windows(latest, self._size) if window.end > end]
        return max(fitting, key=lambda window: min(self._reach - window.offset, window.end - end), default=None)

    def _aligning(self) -> Window | None:
        """Return the window that overlaps to where largest windows stand end to end, if that spares calls."""
        step = _furthest(self._reach, self._size).end - self._reach
        if self._total is None or step == self._size:
            return None
        left = self._total - self._reach
        window = Window(self._reach // self._size + 1, self._size)
        spared = left / step - (1 + (left - (window.end - self._reach)) / self._size)
        return window if spared > 0 else None

    def _advancing(self) -> Window:
        if not self._linked and (window := self._aligning()):
            return window
        overlap = min(self._overlap, _widest_overlap(self._size)) if self._linked else 0
        if self._cut and self._linked:
            # The server gives less than it says: only what stands at the head of a window is sure to come.
            latest = self._reach - overlap
            return max(_windows(latest, self._size), key=lambda window: window.per_page - 3 * (latest - window.offset))
        window = _furthest(self._reach - overlap, self._size)
        while window.end <= self._reach:
            overlap -= 1
            window = _furthest(self._reach - overlap, self._size)
        return window


def _windows(latest: int, size: int) -> Iterator[Window]:
    """For each number of rows up to `size` the last window that starts at `latest` or before it."""
    latest = max(latest, 0)
    return (Window(latest // rows + 1, rows) for rows in range(size, 0, -1))


def _furthest(latest: int, size: int) -> Window:
    """Of these windows the one that ends last, and of several the one that starts first."""
    latest = max(latest, 0)
    if latest % size == 0:
        return Window(latest // size + 1, size)
    rows = max(range(size, 0, -1), key=lambda rows: latest // rows * rows + rows)
    return Window(latest // rows + 1, rows)


def _widest_overlap(size: int) -> int:
    return max(1, size * 9 // 20)


def _in_step(calls: list[int]) -> bool:
    """Whether rows come in the order of the calls that covered them, but for a few that changed places."""
    return min(calls) > 0 and 10 * sum(after < before for before, after in pairwise(calls)) <= len(calls)
