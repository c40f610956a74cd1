"""A server in memory whose list moves: what the API does, and what it might do wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from wacr_cli.paging.responses import Response, Row
from wacr_cli.paging.updated import UpdatedWalk
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(slots=True)
class Entry:
    """A row as the server knows it: times in whole seconds, and `turn`, which breaks ties of a second."""

    id: int
    created_at: int
    updated_at: int
    turn: int


@dataclass
class MovingList:
    """A list of `rows` rows, `tie` of them to a second, answered as the API answers.

    `by_updated` and `newest_first` are the sort. `largest` clamps per_page; `counts`, `echoes` and `says_more` put
    total, page with per_page, and has_more into the answers. `shuffles` gives the rows of one second another order
    with every request. `between` is called between the count and the select of every request.
    """

    rows: int = 0
    by_updated: bool = False
    newest_first: bool = True
    tie: int = 1
    largest: int = 100
    counts: bool = True
    echoes: bool = False
    says_more: bool = True
    shuffles: bool = False
    seed: int = 0
    between: Callable[[MovingList], None] | None = None
    asked: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311
        self._ids = count(1)
        self._turns = count(1)
        self.clock = 0
        self.entries: dict[int, Entry] = {}
        self._sorted: list[Entry] | None = None
        self._own: tuple[bool, bool] | None = None
        for number in range(self.rows):
            self.clock = number // self.tie
            self._add()

    @property
    def ids(self) -> set[int]:
        """The ids of the rows that are there now."""
        return set(self.entries)

    def _add(self) -> None:
        one = next(self._ids)
        self.entries[one] = Entry(one, self.clock, self.clock, next(self._turns))
        self._sorted = None

    def set_sort(self, sort: str | None) -> None:
        """Sort by an order other than that of the list, or by that of the list again."""
        own = (self.by_updated, self.newest_first) if self._own is None else self._own
        wanted = own if sort is None else (sort.endswith("updated_at"), sort.startswith("-"))
        if wanted != (self.by_updated, self.newest_first):
            self._own, (self.by_updated, self.newest_first) = own, wanted
            self._sorted = None

    def insert(self, number: int = 1) -> None:
        """Put rows in at the newest end, all in one new second."""
        self.clock += 1
        for _ in range(number):
            self._add()

    def delete(self, ids: Iterable[int]) -> None:
        """Take these rows out."""
        for one in ids:
            self.entries.pop(one, None)
        self._sorted = None

    def touch(self, ids: Iterable[int]) -> None:
        """Give these rows a new updated_at, the same for all, in the order given."""
        self.clock += 1
        for one in ids:
            entry = self.entries[one]
            entry.updated_at, entry.turn = self.clock, next(self._turns)
        self._sorted = None

    def some(self, number: int) -> list[int]:
        """Return up to so many ids, from anywhere."""
        there = list(self.entries)
        return self.chance.sample(there, min(number, len(there)))

    def stretch(self, number: int, start: float) -> list[int]:
        """Return up to so many ids that stand together, from this fraction of the list on."""
        there = [entry.id for entry in self._in_order()]
        first = int(start * len(there))
        return there[first : first + number]

    def _in_order(self) -> list[Entry]:
        if self._sorted is None:
            self._sorted = sorted(self.entries.values(), key=self._place, reverse=self.newest_first)
        if not self.shuffles:
            return self._sorted
        mixed = sorted(self._sorted, key=lambda _: self.chance.random())
        return sorted(mixed, key=self._second, reverse=self.newest_first)

    def _second(self, entry: Entry) -> int:
        return entry.updated_at if self.by_updated else entry.created_at

    def _place(self, entry: Entry) -> tuple[int, int]:
        return self._second(entry), entry.turn if self.by_updated else entry.id

    def answer(self, window: Window, sort: str | None = None) -> Response:
        """Count, let the list move, select."""
        self.asked.append(window)
        self.set_sort(sort)
        size = min(window.per_page, self.largest)
        total = len(self.entries)
        if self.between is not None:
            self.between(self)
        start = (window.page - 1) * size
        rows: list[Row] = [{"id": entry.id} for entry in self._in_order()[start : start + size]]
        return Response(
            rows=rows,
            has_more=window.page * size < total if self.says_more else None,
            total=total if self.counts else None,
            page=window.page if self.echoes else None,
            per_page=size if self.echoes else None,
        )


def read(
    walk: Walk | UpdatedWalk,
    answer: Callable[..., Response],
    between: Callable[[], None] | None = None,
    *,
    at_most: int = 100_000,
) -> list[int]:
    """Walk to the end and return the ids in the order they came; `between` is called after every answer."""
    ids: list[int] = []
    while walk.window is not None:
        assert walk.calls < at_most, "the walk does not end"
        ids += [row["id"] for row in walk.take(answer(walk.window, walk.sort) if walk.sort else answer(walk.window))]
        if between is not None:
            between()
    return ids
