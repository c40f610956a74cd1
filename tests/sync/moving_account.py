"""An account in memory: its messages come, go and change, and it answers like the API and lists the calls."""

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
    """A message of the API. Times are whole seconds; `turn` orders the messages of one second."""

    id: int
    direction: str | None
    created: int
    updated: int
    status: str
    turn: int


@dataclass
class Account:
    """`size` messages, `share` of them inbound, `tie` in each second; `shuffled` mixes those in each response.

    `counts` puts the total into the responses, `silent` leaves every number out of them. `page_size` is the number of
    rows that a page has at most. `first` is the first id, and `prefix` begins WhatsApp's ids. `move` is called before
    each response; with the chance of `race` between its count and its select. `ignores_direction` ignores that filter.
    Every second response comes from a replica that lacks the `lag` newest messages.
    """

    size: int = 0
    share: float = 0.5
    tie: int = 1
    counts: bool = True
    silent: bool = False
    page_size: int = 100
    race: float = 0.0
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
    deleted: list[Message] = field(default_factory=list)
    lag: int = 0

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
        """Insert messages at the newest end, all in one new second."""
        self.second += 1
        for _ in range(number):
            self._add(direction)

    def insert_late(self, number: int, age: int, *, is_backdated: bool = False) -> None:
        """Insert messages that were created *age* seconds ago; *is_backdated* makes their updated_at old too."""
        self.second += 1
        for _ in range(number):
            one = self._add()
            one.created -= age
            if is_backdated:
                one.updated = one.created

    def delete(self, ids: Iterable[int]) -> None:
        """Delete messages."""
        for one in ids:
            if one in self.stored:
                self.deleted.append(self.stored.pop(one))

    def restore(self, number: int) -> None:
        """Let messages that were deleted last appear again, where they were."""
        for _ in range(min(number, len(self.deleted))):
            one = self.deleted.pop()
            self.stored[one.id] = one

    def turn_around(self, ids: Iterable[int]) -> None:
        """Give messages the other direction."""
        self.second += 1
        for one in ids:
            message = self.stored[one]
            message.direction = {"inbound": "outbound", "outbound": "inbound"}.get(str(message.direction))
            message.updated = self.second

    def change(self, ids: Iterable[int], status: str = "read") -> None:
        """Change the status of messages now."""
        self.second += 1
        for number in ids:
            self._turn += 1
            one = self.stored[number]
            one.status, one.updated, one.turn = status, self.second, self._turn

    def some(self, number: int) -> list[int]:
        """Return up to *number* ids from anywhere in the list."""
        return self.chance.sample(sorted(self.stored), min(number, len(self.stored)))

    @property
    def truth(self) -> dict[int, tuple[str | None, str]]:
        """Direction and status of each message, by its id."""
        return {one.id: (one.direction, one.status) for one in self.stored.values()}

    def calls_needed(self) -> int:
        """Return how many windows have all messages, counted for each direction."""
        directions = [one.direction for one in self.stored.values()]
        return sum(-(-directions.count(direction) // 100) for direction in ("inbound", "outbound"))

    # The calls of a client.

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return one window of the messages."""
        asked = dict(params)
        self.calls.append(asked)
        races = self.race > self.chance.random()
        if self.move and not races:
            self.move(self)
        total = len(self._find(asked))
        if self.move and races:
            self.move(self)
        found = self._sorted(self._find(asked), asked.get("sort", "-created_at"))
        return self._page(asked, found, total, self._row)

    def _find(self, asked: dict[str, str]) -> list[Message]:
        wanted = None if self.ignores_direction else asked.get("filter[direction]")
        latest = self._next - self.lag if self.lag and len(self.calls) % 2 else self._next
        return [one for one in self.stored.values() if wanted in (None, one.direction) and one.id < latest]

    def _row(self, one: Message) -> dict[str, Any]:
        return {**_row(one), "message_id": f"{self.prefix}.{one.id:024}"}

    def message(self, number: int) -> dict[str, Any]:
        """Return one message."""
        self.calls.append({"id": str(number)})
        if number not in self.stored:
            raise NotFoundError("no such message")
        return self._row(self.stored[number])

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return one window of the contacts."""
        asked = dict(params)
        self.contacts_calls.append(asked)
        sort = asked["sort"]
        people = sorted(self.people, key=lambda one: one[sort.removeprefix("-")], reverse=sort.startswith("-"))
        return self._page(asked, people, len(people), dict)

    def _sorted(self, found: list[Message], sort: str) -> list[Message]:
        newest_first, by_updated = sort.startswith("-"), sort.endswith("updated_at")

        def place(one: Message) -> tuple[int, float]:
            second = one.updated if by_updated else one.created
            return second, self.chance.random() if self.shuffled else one.turn if by_updated else one.id

        return sorted(found, key=place, reverse=newest_first)

    def _page(self, asked: dict[str, str], rows: list[T], total: int, show: Callable[[T], dict[str, Any]]) -> Page:
        page, size = int(asked["page"]), min(int(asked["per_page"]), self.page_size)
        here = [show(one) for one in rows[(page - 1) * size : page * size]]
        if self.silent:
            return Page(here, None, None, None, None)
        return Page(here, page * size < total, total if self.counts else None, page, size)


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
