"""What a store of the archive does, whichever database it is: questions are answered, windows are taken.

A store is one account's copy. Whoever reads it never waits for the one sync that writes. Every failure is a
:class:`WacrError`; what is written within one :meth:`Store.transaction` is there whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from wacr_cli.core.contacts import Names
from wacr_cli.core.conversations import Conversation, ConversationQuery
from wacr_cli.core.models import Row
from wacr_cli.core.source import Source

if TYPE_CHECKING:
    from wacr_cli.archive.months import Month

Mark = Literal["seen", "pending"]
"""What a sync notes about messages until it is through.

``seen``: a walk of the whole list has covered them. ``pending``: they are stored, but it is not proved yet that
no message between them and those of earlier syncs is missing.
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What rows were to a store that took them: their ids."""

    new: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    same: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Info:
    """What there is to say of an archive; times are RFC 3339, None where there is none.

    ``messages`` are those on the service as far as is known, ``deleted`` those that are no longer. ``complete`` says
    that every message of the service was read, the first time by ``since``; ``synced_at`` is the end of the last sync.
    """

    place: str
    schema: int
    bytes: int
    messages: int
    inbound: int
    outbound: int
    deleted: int
    status_changes: int
    contacts: int
    oldest_sent_at: str | None
    newest_sent_at: str | None
    synced_at: str | None
    complete: bool
    since: str | None


class Store(Source, Names, Protocol):
    """One account's archive."""

    @property
    def place(self) -> str:
        """Where it is, in words that hold no secret."""
        ...

    def find(self, word: str) -> Row:
        """The message of an id, or of WhatsApp's id; :class:`NotFoundError` where there is none."""
        ...

    def conversations(self, query: ConversationQuery) -> list[Conversation]:
        """The conversations that are asked for, that of the newest message first."""
        ...

    def months(self) -> list[Month]:
        """The months of which there are messages, oldest first, and what tells whether one has changed."""
        ...

    def of_month(self, month: Month) -> Iterator[list[Row]]:
        """The messages of a month, oldest first, as :data:`~wacr_cli.archive.months.FIELDS` and ``sent_us``."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Whatever is asked within is answered as of one moment."""
        ...

    def state(self, key: str) -> Any:
        """What was noted under a key, JSON, None where nothing was."""
        ...

    def info(self) -> Info:
        """What there is to say of it."""
        ...

    def check(self) -> list[str]:
        """What is wrong with it, a line each; empty where nothing is."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...

    # What only the sync asks for.

    @property
    def exists(self) -> bool:
        """Whether there is anything yet."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Be the one that writes; :class:`~wacr_cli.core.errors.BusyError` names another that does."""
        ...

    def prepare(self) -> None:
        """Make it, or bring it to this program's schema."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Everything within is kept at its end, or nothing."""
        ...

    def take(self, rows: Sequence[Row], direction: str | None, now: str) -> Taken:
        """Put rows in that the service answered at ``now``, RFC 3339: new ones, and what changed of the others.

        Raises :class:`~wacr_cli.core.errors.BadAnswerError` where most were stored under the other direction.
        """
        ...

    def take_contacts(self, rows: Sequence[Row], now: str) -> Taken:
        """The same for contacts."""
        ...

    def count_directed(self, direction: str | None) -> int:
        """How many messages of a direction are on the service as far as is known."""
        ...

    def settled(self, ids: Sequence[int], direction: str | None) -> set[int]:
        """Those of the ids that are stored under that direction and not pending."""
        ...

    def rows_of(self, ids: Sequence[int]) -> dict[int, Row]:
        """Those of the ids that are stored, under whatever direction, with what was received of each."""
        ...

    def unchanged_since(self, ids: Sequence[int], moment: str) -> set[int]:
        """Those of the ids that were stored by a moment, and were not found changed after it."""
        ...

    def mark(self, mark: Mark, ids: Iterable[int], direction: str | None) -> None:
        """Note that."""
        ...

    def unmark(self, mark: Mark, direction: str | None, ids: Iterable[int] | None = None) -> None:
        """Forget it: of these ids, or of the whole direction."""
        ...

    def marked(self, mark: Mark, direction: str | None) -> list[int]:
        """The ids that are marked so."""
        ...

    def mark_deleted(self, direction: str | None, before: str, now: str) -> int:
        """Note as deleted what was last seen before a moment; how many that were."""
        ...

    def note(self, key: str, value: Any) -> None:
        """Note something, JSON, under a key."""
        ...
