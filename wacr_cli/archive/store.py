"""The protocol of an archive: what every store does, whichever database it is in.

A store holds the copy of one account. Readers never wait for the sync that writes. Every failure is a
:class:`~wacr_cli.core.errors.WacrError`. A :meth:`Store.transaction` is stored as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from wacr_cli.core.contacts import Names
from wacr_cli.core.conversations import Conversation, ConversationQuery
from wacr_cli.core.models import Row
from wacr_cli.core.source import Source

if TYPE_CHECKING:
    from wacr_cli.archive.months import Month


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """The ids of upserted rows, by what they changed in the store."""

    new: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    same: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Info:
    """The figures of an archive, as ``wacr archive info`` shows them. Times are RFC 3339, None where there is none.

    ``messages`` counts those that the API has, as far as is known, and ``deleted`` those that it no longer has.
    ``complete`` says that every message of the API was read, for the first time at ``since``. ``synced_at`` is the end
    of the last sync.
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
    """The archive of one account."""

    @property
    def location(self) -> str:
        """The file's path or the database's URL, without a password."""
        ...

    def find(self, word: str) -> Row:
        """Return the message with this id, the API's or WhatsApp's. Raises :class:`NotFoundError`."""
        ...

    def list_conversations(self, query: ConversationQuery) -> list[Conversation]:
        """Return the conversations that match, the one with the newest message first."""
        ...

    def list_months(self) -> list[Month]:
        """Return the months that have messages, oldest first, each with a mark that differs once one has changed."""
        ...

    def read_month(self, month: Month) -> Iterator[list[Row]]:
        """Return the messages of a month, oldest first: :data:`~wacr_cli.archive.months.FIELDS` and ``sent_us``."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Answer every query within the block as of one moment."""
        ...

    def get_state(self, key: str) -> Any:
        """Return the JSON value stored under *key*, None where there is none."""
        ...

    def info(self) -> Info:
        """Return the archive's figures."""
        ...

    def check(self) -> list[str]:
        """Return the problems found in the archive, a line each."""
        ...

    def close(self) -> None:
        """Close the file or the connection."""
        ...

    # For the sync only.

    @property
    def exists(self) -> bool:
        """Whether the archive exists."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the lock of the one writer. Raises :class:`~wacr_cli.core.errors.BusyError`, naming its holder."""
        ...

    def keep_lock(self) -> None:
        """Keep the lock of the one writer during a wait; a failure shows in the next transaction."""
        ...

    def prepare(self) -> None:
        """Create the archive, or migrate it to this program's schema."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commit everything within the block at its end, or nothing."""
        ...

    def upsert(self, rows: Sequence[Row], direction: str | None, now: str) -> UpsertResult:
        """Insert the new ones of *rows*, which the API returned at *now*, RFC 3339, and update the others.

        Raises :class:`~wacr_cli.core.errors.BadResponseError` where most are stored under the other direction.
        """
        ...

    def upsert_contacts(self, rows: Sequence[Row], now: str) -> UpsertResult:
        """Insert or update contacts."""
        ...

    def count_direction(self, direction: str | None) -> int:
        """Return how many messages of a direction the API has, as far as is known."""
        ...

    def find_stored(self, ids: Sequence[int], direction: str | None) -> set[int]:
        """Return those of *ids* that are stored under *direction*, deleted ones too."""
        ...

    def list_seen(self, direction: str | None, since: str, until: str) -> list[int]:
        """Return the ids of the messages of a direction that were last seen from *since* to *until*, RFC 3339."""
        ...

    def get_rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """Return the stored messages with these ids, whatever their direction, as they were received."""
        ...

    def find_unchanged(self, ids: Sequence[int], moment: str) -> set[int]:
        """Return those of *ids* that were stored at *moment* and have not changed after it."""
        ...

    def mark_deleted(self, direction: str | None, before: str, now: str) -> int:
        """Mark messages last seen before a moment as deleted, and return how many they are."""
        ...

    def set_state(self, key: str, value: Any) -> None:
        """Store a JSON value under *key*."""
        ...
