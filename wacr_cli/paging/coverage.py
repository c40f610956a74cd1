"""Coverage: the rows that a walk has read, and how a response repeats them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wacr_cli.paging.responses import Row, Slice

_EARLIER = -1
"""In place of a pass: the row was covered by an earlier walk, and not read again yet."""

_IN_DOUBT = 0

_BLOCK_MIN = 40
"""Rows: so many covered rows in one block are not there because rows of one second changed places."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a window repeats covered rows: ``known`` of them, ``leading`` without a gap at its start.

    ``spread`` is over how many places rows changed places, as far as the window shows it; 0 where they did not.
    """

    known: int
    leading: int
    spread: int


@dataclass(slots=True)
class _LastWindow:
    """The last accepted window: where it begins, the ids that it added, and whether it was linked."""

    start: int = 0
    fresh: list[Any] = field(default_factory=list)
    linked: bool = True


class Coverage:
    """The ids that were read, without a gap from the start of the list to the offset ``reach``.

    ``frontier`` is the number of rows that an earlier walk covered: at least as far do they reach, wherever they begin.
    Each id is stored with the pass over the list that covered it last. An id that was returned to the caller, but is in
    doubt, is no longer covered, and not returned again either.
    """

    def __init__(self, reach: int, covered: Iterable[Any]) -> None:
        self.passes = 1
        self.reach = reach
        self.last = _LastWindow()
        self._ids: dict[Any, int] = dict.fromkeys(covered, _EARLIER)
        self.frontier = len(self._ids)
        self._order: dict[Any, int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def compare(self, part: Slice, *, newest_first: bool) -> Overlap:
        """Return how a slice repeats the covered rows."""
        ids = part.ids
        passes = [self._ids.get(one, _IN_DOUBT) for one in ids]
        known = [one in (self.passes, _EARLIER) for one in passes]
        number = sum(known)
        leading = number if all(known[:number]) else known.index(False)
        straddling = self._measure_straddling([one == self.passes for one in passes], leading, newest_first)
        return Overlap(number, leading, max(straddling, self._measure_disorder(ids)))

    def _measure_straddling(self, known: list[bool], leading: int, newest_first: bool) -> int:
        """Return over how many places new rows stand before rows of this walk, 0 where they do not."""
        number = sum(known)
        if number == len(known) or not number:
            return 0
        last = len(known) - 1 - known[::-1].index(True)
        is_block = number >= _BLOCK_MIN and last - known.index(True) < number
        if is_block and newest_first:
            return 0  # rows were inserted above a block of covered rows
        return last - leading + 1 if last > leading else 0

    def _measure_disorder(self, ids: list[Any]) -> int:
        """Return over how many places rows moved up compared with the last window, 0 where their order is the same."""
        places = [self._order[one] for one in ids if one in self._order]
        ranked = sorted(range(len(places)), key=places.__getitem__)
        furthest = max((before - after for before, after in enumerate(ranked)), default=0)
        return furthest + 1 if furthest else 0

    def repeats_as_counted(self, part: Slice, overlap: Overlap, rise: int) -> bool:
        """Return whether a slice repeats exactly as many rows as its offset and the *rise* of the total say."""
        counted = min(self.reach - part.start + rise, len(part.rows))
        return overlap.known == overlap.leading == counted

    def add(self, part: Slice, *, linked: bool) -> list[Row]:
        """Cover the rows of a slice; return those that were never returned before."""
        fresh = [row for one, row in part.rows.items() if one not in self._ids]
        self.last = _LastWindow(part.start, [row["id"] for row in fresh], linked)
        self._ids.update(dict.fromkeys(part.rows, self.passes))
        self._order = {one: place for place, one in enumerate(part.rows)}
        self.reach = part.end
        return fresh

    def withdraw_last(self) -> list[Any]:
        """Put the rows of the last window in doubt; return their ids."""
        self._ids.update(dict.fromkeys(self.last.fresh, _IN_DOUBT))
        self.reach = self.last.start
        return self.last.fresh

    def withdraw_all(self) -> list[Any]:
        """Put all rows in doubt, to read the list from its start again; return their ids."""
        self._ids = dict.fromkeys(self._ids, _IN_DOUBT)
        self.reach, self.frontier, self.last, self._order = 0, 0, _LastWindow(), {}
        return list(self._ids)
