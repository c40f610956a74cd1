"""Evidence: what a walk has seen of the list and of the server, by which it judges the next response.

The numbers in parentheses are those of the statements in :mod:`wacr_cli.paging.walk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wacr_cli.paging.responses import Slice
from wacr_cli.paging.windows import OVERLAP_MIN, PAGE_MAX, max_overlap

_CALM_WINDOWS = 2
_CALLS_PER_DOUBT = 25


class OverlapSize:
    """How many rows a linked window repeats: more as soon as rows of one second change places.

    ``spread`` is over how many places they changed, ``narrowest`` the fewest rows that a link repeated: a link that
    repeats fewer rows than change places may hide a missing row.
    """

    def __init__(self) -> None:
        self.rows = OVERLAP_MIN
        self.spread = 0
        self.narrowest = PAGE_MAX

    def widen(self, size: int, *, fully: bool = False) -> bool:
        """Double the overlap, or make it as wide as pages of *size* rows allow; return whether it grew."""
        before, largest = self.rows, max_overlap(size)
        self.rows = max(before, largest if fully else min(2 * before, largest))
        return self.rows > before

    def is_too_narrow(self, known: int, *, has_total: bool) -> bool:
        """Return whether a link of *known* rows is too narrow (7): by what was seen, or at once without a total."""
        if not has_total:
            return self.spread > 0
        return known < 2 * self.spread and self.rows < 3 * self.spread

    def reset(self) -> None:
        """Forget what was seen in an earlier pass; the overlap stays as wide as it is."""
        self.spread, self.narrowest = 0, PAGE_MAX


class Total:
    """The number of rows in the list as the server counts it, and whether the list was seen to change."""

    def __init__(self, *, has_changed: bool) -> None:
        self.count: int | None = None
        self.has_changed = has_changed
        self._newest: frozenset[Any] | None = None

    def update(self, total: int | None) -> int:
        """Register the total of a response; return by how much it rose, 0 where there is none."""
        before, self.count = self.count, total if total is not None else self.count
        if total is None:
            self.has_changed = True
            return 0
        rise = total - before if before is not None else 0
        self.has_changed = self.has_changed or bool(rise)
        return rise

    def look_at_newest(self, part: Slice, *, newest_first: bool) -> None:
        """Register the newest end: where rows were inserted, a total that is the same again proves nothing."""
        if part.start != 0 if newest_first else not part.short or part.more:
            return
        ids = part.ids
        if self._newest is None:
            self._newest = frozenset(ids)
        nearest = ids[:OVERLAP_MIN] if newest_first else ids[-OVERLAP_MIN:]
        self.has_changed = self.has_changed or not self._newest.issuperset(nearest)

    def proves(self, number: int) -> bool:
        """Return whether a total that never changed says that *number* rows are all there are."""
        return self.count is not None and not self.has_changed and number == self.count


@dataclass(slots=True)
class Linking:
    """Whether windows must be linked (2) or may be counted (3), and how often that was in doubt."""

    can_count: bool
    linked: bool
    has_counted: bool = False
    calm: int = 0
    doubts: int = 0

    def relax(self, calls: int) -> None:
        """Count windows again after calm ones (5), unless doubts come more often than every 25 calls."""
        if self.linked and self.can_count and self.calm >= _CALM_WINDOWS:
            self.linked = self.doubts > 1 + calls // _CALLS_PER_DOUBT


@dataclass(slots=True)
class Effort:
    """What tells that a server leads nowhere (9), and how its end was announced (8)."""

    idle: int = 0
    empty_ends: int = 0
    is_asking: bool = False
    is_denied: bool = False


@dataclass(slots=True)
class Retreat:
    """The offset to look for a link at where a window had none; None while there is no need to."""

    target: int | None = None
    rows: int = 0

    def step(self, start: int) -> None:
        """Go back from *start* by 100 rows, then by 100, 200, 400 … more; the start of the list is always a link."""
        self.target = (start if self.target is None or not self.rows else self.target) - (self.rows or PAGE_MAX)
        self.rows = 2 * self.rows or PAGE_MAX
