"""Responses: what a server returned for a window, as far as it can be trusted.

A server may return fewer rows than requested, with or without saying so, return another page, or repeat a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wacr_cli.paging.windows import Window

Row = Mapping[str, Any]
"""A JSON object of the list; its ``id`` identifies it."""

_MIN_SIZE = 10
"""Rows: a page size below this is not believed, since every window must overlap the one before."""


@dataclass(frozen=True, slots=True)
class Response:
    """The rows of a response and what it says about the list; None is what it does not say."""

    rows: Sequence[Row]
    has_more: bool | None = None
    total: int | None = None
    page: int | None = None
    per_page: int | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of the list in a response: its rows by id, at the offsets ``start`` to ``end``.

    ``short`` is whether it has fewer rows than a full page, ``more`` whether rows follow it.
    """

    start: int
    end: int
    rows: dict[Any, Row]
    total: int | None
    short: bool
    more: bool

    @property
    def ids(self) -> list[Any]:
        """The ids in the order of the list."""
        return list(self.rows)


class PageSize:
    """The page size that the server really uses: ``size`` rows at most, learnt from its responses."""

    def __init__(self, per_page: int) -> None:
        self.size = per_page
        self._largest = 0
        self.is_silent = False
        """Whether nothing in the last response says whether rows follow it."""

    def read(self, window: Window, response: Response) -> Slice:
        """Return the slice in the response to a window."""
        number = len(response.rows)
        size = max(response.per_page or window.per_page, number)
        page = response.page or window.page
        more = response.has_more
        if more is None:
            more = response.total is not None and (page - 1) * size + number < response.total
        if 0 < number < size and more and not response.per_page and self._largest < window.per_page:
            size = number  # no response ever had as many rows: the server limits per_page without saying so
        self._largest = max(self._largest, number)
        if size < window.per_page:
            self.size = min(self.size, max(size, self._largest, _MIN_SIZE))
        self.is_silent = response.has_more is None and response.total is None and response.per_page is None
        start = (page - 1) * size
        rows = {row["id"]: row for row in response.rows}
        return Slice(start, start + number, rows, response.total, number < size, more)
