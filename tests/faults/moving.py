"""The list that the server answers from: rows in the API's order, which may move between any two requests."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .server import Reply, Request

DEFAULT_PER_PAGE = 15
MOST_PER_PAGE = 100
SECOND_OF_THE_FIRST = 1_760_000_000


@dataclass(slots=True)
class Entry:
    """A message as the server knows it; times in whole seconds."""

    id: int
    created_at: int
    updated_at: int


@dataclass
class Moving:
    """`size` messages, `tie` of them in each second, answered as the API answers.

    `total`, `has_more` and `echo` put those into the answers (`echo`: the page and its size); `most` clamps per_page;
    `shuffled` answers the rows of one second in another order each time. `move` is called with the number of each
    request, for every other one between its count and its select, and what it does is counted in `moved`.
    """

    size: int = 0
    tie: int = 1
    most: int = MOST_PER_PAGE
    total: bool = True
    has_more: bool = True
    echo: bool = True
    shuffled: bool = False
    move: Callable[[Moving, int], None] | None = None
    always_page_1: bool = False
    more_always: bool = False
    moved: int = 0
    answered: int = 0
    entries: dict[int, Entry] = field(default_factory=dict)
    first: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.chance = random.Random(20_260_211)  # noqa: S311 - a plan, not a secret
        self._second = SECOND_OF_THE_FIRST
        self._next = 1
        for index in range(self.size):
            self._second += index % self.tie == 0
            self._add()
        self.first = set(self.entries)

    @property
    def alive_throughout(self) -> set[int]:
        """The ids that were there before the first request and are there still."""
        return self.first & set(self.entries)

    def _add(self) -> None:
        self.entries[self._next] = Entry(self._next, self._second, self._second)
        self._next += 1

    def insert(self, number: int) -> None:
        """Rows come in at the newest end."""
        self._second += 1
        for _ in range(number):
            self._add()
        self.moved += number

    def delete(self, ids: Iterable[int]) -> None:
        """Rows go."""
        for one in ids:
            del self.entries[one]
            self.moved += 1

    def touch(self, ids: Iterable[int]) -> None:
        """Rows are updated now."""
        self._second += 1
        for one in ids:
            self.entries[one].updated_at = self._second
            self.moved += 1

    def some(self, number: int) -> list[int]:
        """Ids from anywhere, no more than a third of those there are."""
        return self.chance.sample(list(self.entries), min(number, len(self.entries) // 3))

    def in_order(self, sort: str) -> list[Entry]:
        """The list as a request sees it."""
        by_updated, newest_first = sort.endswith("updated_at"), sort.startswith("-")

        def place(entry: Entry) -> tuple[int, float]:
            second = entry.updated_at if by_updated else entry.created_at
            return second, self.chance.random() if self.shuffled else entry.id

        self.moved += self.shuffled
        return sorted(self.entries.values(), key=place, reverse=newest_first)

    def __call__(self, request: Request) -> Reply:
        """Answer ``GET /messages`` and ``GET /messages/{id}``."""
        with self._lock:
            self.answered += 1
            *_, noun, last = request.path.split("/")
            if noun == "messages":
                return _json({"data": _row(self.entries[int(last)])})
            return self._list(request) if last == "messages" else Reply(404, b"{}")

    def _list(self, request: Request) -> Reply:
        params = request.params
        page, per_page = int(params.get("page", 1)), int(params.get("per_page", DEFAULT_PER_PAGE))
        page = 1 if self.always_page_1 else page
        per_page = min(per_page, self.most)
        total = len(self.entries)
        if self.move and request.number % 2:
            self.move(self, request.number)
        rows = self.in_order(params.get("sort", "-created_at"))[(page - 1) * per_page : page * per_page]
        if self.move and not request.number % 2:
            self.move(self, request.number)
        numbers: dict[str, Any] = {}
        if self.total:
            numbers["total"] = total
        if self.has_more:
            numbers["has_more"] = self.more_always or page * per_page < total
        if self.echo:
            numbers |= {"current_page": page, "per_page": per_page}
        return _json({"success": True, "data": [_row(entry) for entry in rows], "meta": {"pagination": numbers}})


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode())


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "interaction_id": entry.id % 40,
        "sender_id": f"50688{entry.id:06}",
        "type": "text",
        "message": f"Message {entry.id}, which says no more than this.",
        "status": "read",
        "message_id": f"wamid.{entry.id:024}",
        "sent_at": f"2026-02-11T{entry.created_at // 3600 % 24:02}:{entry.created_at // 60 % 60:02}:00+00:00",
        "is_read": True,
    }
