"""Windows: the part of a list that a request asks for, and which of them overlaps or reaches furthest.

The API returns any window that begins at a multiple of its size. Windows of fewer rows than the largest page therefore
begin at more places, and can be made to overlap what was read. Offsets are numbers of rows from the start of the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PAGE_MAX = 100
"""Rows: the largest page of the API."""

OVERLAP_MIN = 5
"""Rows: how many a linked window repeats at first."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the list that one request asks for: ``page`` from 1, ``per_page`` rows."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """The number of rows before the window."""
        return (self.page - 1) * self.per_page

    @property
    def end(self) -> int:
        """The offset after the last row of the window."""
        return self.page * self.per_page


def max_overlap(size: int) -> int:
    """Return the largest overlap with which windows of *size* rows still advance."""
    return max(1, size * 9 // 20)


def windows_from(latest: int, size: int) -> Iterator[Window]:
    """Yield, for each number of rows up to *size*, the last window that begins at *latest* or before it."""
    latest = max(latest, 0)
    return (Window(latest // rows + 1, rows) for rows in range(size, 0, -1))


def furthest_window(latest: int, size: int) -> Window:
    """Return the window that begins at *latest* or before it and ends last."""
    return max(windows_from(latest, size), key=lambda window: window.end)


def next_window(reach: int, overlap: int, size: int) -> Window:
    """Return the window that repeats *overlap* rows before *reach*, if possible, and ends furthest beyond it."""
    overlaps = range(min(overlap, max_overlap(size)), -1, -1)
    return next(window for shared in overlaps if (window := furthest_window(reach - shared, size)).end > reach)


def closing_window(reach: int, overlap: int, size: int, total: int) -> Window | None:
    """Return the window with the largest overlap that also ends after the last row, None where there is none."""
    if total - reach >= size:
        return None
    end = max(total, reach)
    closing = [window for window in windows_from(reach - max(overlap, 1), size) if window.end > end]
    return max(closing, key=lambda window: min(reach - window.offset, window.end - end), default=None)


def limiting_window(reach: int, overlap: int, size: int, wanted: int) -> Window | None:
    """Return the window that ends at *wanted* or as little as possible after it, None where none reaches it."""
    reaching = [window for window in windows_from(reach - overlap, size) if window.end >= wanted]
    return min(reaching, key=lambda window: window.end, default=None)


def aligned_window(reach: int, size: int, total: int) -> Window | None:
    """Return the full page that contains *reach* where continuing with full pages saves requests, else None."""
    step = furthest_window(reach, size).end - reach
    window = Window(reach // size + 1, size)
    left = total - reach
    saved = left / step - (1 + (left - (window.end - reach)) / size)
    return window if step < size and saved > 0 else None


def plan_window(reach: int, overlap: int, size: int, *, total: int | None, wanted: int | None) -> Window:
    """Return the next window after *reach*: one that ends the list or the rows *wanted* if possible, else the furthest.

    ``overlap`` is 0 where windows need not repeat rows. ``total`` and ``wanted`` are offsets, None where unknown.
    """
    is_within = wanted is not None and (total is None or wanted <= total)
    if is_within and (limiting := limiting_window(reach, overlap, size, wanted or 0)):
        return limiting
    if total is not None:
        if closing := closing_window(reach, overlap, size, total):
            return closing
        if not overlap and (aligned := aligned_window(reach, size, total)):
            return aligned
    return next_window(reach, overlap, size)
