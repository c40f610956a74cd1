"""An account in memory whose messages come, go and change: what the API answers, and every call noted."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from wacr_cli.api.envelope import Page
from wacr_cli.api.params import Params
from wacr_cli.core.errors import NotFoundError

FIRST_SECOND = 1_790_000_000
T = TypeVar("T")


@dataclass(slots=True)
class Message:
    """A message as the service knows it; times in whole seconds, `turn` breaks the ties of a second."""

    id: int
    direction: str | None
    created: int
    updated: int
    status: str
    turn: int


@dataclass
class Account:
    """`size` messages, `share` of them inbound. `tie` stand in each second, and `shuffled` mixes those.

    `counts` puts the total into the answers. `first` is the first id, `prefix` begins WhatsApp's ids. `move` is
    called before each answer; `ignores_direction` is a service that does not know that filter.
    """

    size: int = 0
    share: float = 0.5
    tie: int = 1
    counts: bool = True
    shuffled: bool = False
    ignores_direction: bool = False
    prefix: str = "wamid"
    first: int = 1
    seed: int = 0
    move: Callable[[Account], None] | None = None
    calls: list[dict[str, str]] = field(default_factory=list)
    contacts_calls: list[dict[str, str]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    stored: dict[int, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - a plan, not a secret
        self.second = FIRST_SECOND
        self._turn = 0
        self._next = self.first
        for number in range(self.size):
            self.second += number % self.tie == 0
            self._add()

    def _add(self, direction: str | None = "") -> Message:
        if direction == "":
            direction = "inbound" if self.chance.random() < self.share else "outbound"
        self._turn += 1
        one = Message(self._next, direction, self.second, self.second, "sent", self._turn)
        self.stored[one.id] = one
        self._next += 1
        return one

    def insert(self, number: int = 1, direction: str | None = "") -> None:
        """Put messages in at the newest end, all in one new second."""
        self.second += 1
        for _ in range(number):
            self._add(direction)

    def delete(self, ids: Iterable[int]) -> None:
        """Take messages out."""
        for one in ids:
            self.stored.pop(one, None)

    def change(self, ids: Iterable[int], status: str = "read") -> None:
        """Give messages another status, now."""
        self.second += 1
        for number in ids:
            self._turn += 1
            one = self.stored[number]
            one.status, one.updated, one.turn = status, self.second, self._turn

    def some(self, number: int) -> list[int]:
        """Up to so many ids, from anywhere."""
        return self.chance.sample(sorted(self.stored), min(number, len(self.stored)))

    @property
    def truth(self) -> dict[int, tuple[str | None, str]]:
        """Direction and status of each message that is there now."""
        return {one.id: (one.direction, one.status) for one in self.stored.values()}

    def calls_needed(self) -> int:
        """How many windows hold all there is, each direction by itself."""
        directions = [one.direction for one in self.stored.values()]
        return sum(-(-directions.count(direction) // 100) for direction in ("inbound", "outbound"))

    # What a client has.

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """One window."""
        asked = dict(params)
        self.calls.append(asked)
        if self.move:
            self.move(self)
        wanted = asked.get("filter[direction]")
        found = [one for one in self.stored.values() if self.ignores_direction or wanted in (None, one.direction)]
        return self._page(asked, self._sorted(found, asked.get("sort", "-created_at")), self._row)

    def _row(self, one: Message) -> dict[str, Any]:
        return {**_row(one), "message_id": f"{self.prefix}.{one.id:024}"}

    def message(self, number: int) -> dict[str, Any]:
        """One message."""
        self.calls.append({"id": str(number)})
        if number not in self.stored:
            raise NotFoundError("no such message")
        return self._row(self.stored[number])

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """One window of the people."""
        asked = dict(params)
        self.contacts_calls.append(asked)
        sort = asked["sort"]
        people = sorted(self.people, key=lambda one: one[sort.removeprefix("-")], reverse=sort.startswith("-"))
        return self._page(asked, people, dict)

    def _sorted(self, found: list[Message], sort: str) -> list[Message]:
        newest_first, by_updated = sort.startswith("-"), sort.endswith("updated_at")

        def place(one: Message) -> tuple[int, float]:
            second = one.updated if by_updated else one.created
            return second, self.chance.random() if self.shuffled else one.turn if by_updated else one.id

        return sorted(found, key=place, reverse=newest_first)

    def _page(self, asked: dict[str, str], rows: list[T], show: Callable[[T], dict[str, Any]]) -> Page:
        page, size = int(asked["page"]), int(asked["per_page"])
        here = [show(one) for one in rows[(page - 1) * size : page * size]]
        return Page(here, page * size < len(rows), len(rows) if self.counts else None, page, size)


def _row(one: Message) -> dict[str, Any]:
    return {
        "id": one.id,
        "interaction_id": one.id % 40,
        "sender_id": f"50688{one.id % 40:06}",
        "type": "text",
        "message": f"Message {one.id}, which says no more than this.",
        "status": one.status,
        "message_id": f"wamid.{one.id:024}",
        "sent_at": datetime.fromtimestamp(one.created, UTC).isoformat(),
        "is_read": True,
    }
