"""The protocol of an archive: what every store does, whichever database it is in.

A store holds the copy of one account. Readers never wait for the sync that writes. Every failure is a
:class:`~wacr_cli.core.errors.WacrError`. A :meth:`Store.transaction` is stored as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from wacr_cli.core.conversations import Conversation, ConversationQuery
from wacr_cli.core.counts import MessageCounts
from wacr_cli.core.models import Row
from wacr_cli.core.source import Source

if TYPE_CHECKING:
    from wacr_cli.archive.months import Month


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """The ids of upserted rows, by what they changed in the store.

    ``revived`` is the number of changed rows that were marked as deleted, ``redirected`` that of those which had the
    other direction.
    """

    new: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    same: tuple[int, ...] = ()
    revived: int = 0
    redirected: int = 0


@dataclass(frozen=True, slots=True)
class MediaFile:
    """The file of a message in the manifest: its name, or an ``error`` where it could not be fetched.

    ``bytes`` is its size, ``content_type`` what its first bytes show, and ``fetched_at`` the last try, RFC 3339.
    """

    file: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    content_type: str | None = None
    fetched_at: str | None = None
    error: str | None = None


Place = tuple[float, int]
"""Where a row stands in the order of ``created_at``: the greater, the newer. The second number is its id."""

UNPLACED = float("-inf")
"""The place of a message of which it is not known yet."""

Directions = Sequence[str | None]
"""The directions of the rows in a list; None stands for those without a direction."""


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


class Store(Source, MessageCounts, Protocol):
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

    def count_outbound(self, since: datetime) -> dict[str | None, int]:
        """Return the number of outbound messages sent since a moment, by their status."""
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

    # Files of messages.

    def get_media(self, ids: Sequence[int]) -> dict[int, MediaFile]:
        """Return what the manifest has about the files of messages."""
        ...

    def set_media(self, files: Mapping[int, MediaFile]) -> None:
        """Store what is known about the files of messages; :meth:`open_beside_sync` comes first."""
        ...

    def open_beside_sync(self) -> None:
        """Open the archive for writing what no sync writes, without the lock of the one writer."""
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
        """Commit everything within the block at its end, or nothing; within another transaction, with that."""
        ...

    def rehearsal(self) -> AbstractContextManager[None]:
        """Take back everything that the block writes."""
        ...

    def upsert(self, rows: Sequence[Row], direction: str | None, now: str) -> UpsertResult:
        """Insert the new ones of *rows*, which the API returned at *now*, RFC 3339, and update the others.

        The rows are not deleted and not missed from then on. A *direction* replaces that which was stored.
        """
        ...

    def upsert_contacts(self, rows: Sequence[Row], now: str) -> UpsertResult:
        """Insert or update contacts."""
        ...

    def count_live(self) -> int:
        """Return how many messages the API has, as far as is known."""
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

    def find_others(self, ids: Sequence[int], direction: str) -> set[int]:
        """Return those of *ids* that are stored under the other direction, unless they are deleted."""
        ...

    def list_unseen(self, direction: str | None, before: str) -> list[int]:
        """Return the ids of the messages of a direction that were last seen before a moment, newest first."""
        ...

    def mark_deleted(self, ids: Sequence[int], now: str) -> int:
        """Mark messages as deleted, and return how many they are."""
        ...

    def mark_missed(self, ids: Sequence[int], now: str) -> None:
        """Mark messages that a reading did not find, unless they are marked already."""
        ...

    def clear_missed(self, ids: Sequence[int]) -> None:
        """Take the marks of :meth:`mark_missed` back."""
        ...

    def list_unplaced(self, directions: Directions) -> list[int]:
        """Return the ids of the messages of a list whose places are not known."""
        ...

    def list_missed(self, directions: Directions, until: str | None = None) -> list[int]:
        """Return the ids of the messages that a reading did not find, newest first; *until* is the latest moment."""
        ...

    def clear_direction(self, ids: Sequence[int], now: str) -> None:
        """Take the direction from messages."""
        ...

    # Details: what lists lack.

    def list_without_details(self, kinds: Sequence[str], before: int | None, most: int) -> list[int]:
        """Return the ids of messages of some kinds without details, newest first; *before* is the last id so far."""
        ...

    def count_without_details(self, kinds: Sequence[str]) -> int:
        """Return how many messages of some kinds have no details."""
        ...

    def set_details(self, number: int, row: Row, now: str) -> None:
        """Store the details of a message as of *now*, RFC 3339."""
        ...

    # Events: what changed.

    def record_events(self) -> None:
        """Store an event for each message that this store changes from now on, in the transaction of the change."""
        ...

    def list_events(self) -> list[tuple[int, str]]:
        """Return the oldest events that were not deleted: a number, and a JSON object."""
        ...

    def delete_events(self, until: int) -> None:
        """Delete the events up to a number."""
        ...

    # Order: where the rows of a list stand.

    def find_places(self, ids: Sequence[int], directions: Directions) -> dict[int, Place]:
        """Return the places of those of *ids* that are in a list."""
        ...

    def set_places(self, places: dict[int, float]) -> None:
        """Let messages stand where their ids would not put them."""
        ...

    def find_next(self, directions: Directions, place: Place, *, newer: bool) -> Place | None:
        """Return the next newer or next older place in a list, None where there is none, without unplaced messages."""
        ...

    def count_before(self, directions: Directions, place: Place | None) -> int:
        """Return how many messages of a list are newer than a place, None for all; without missed and unplaced ones."""
        ...

    def list_between(self, directions: Directions, newest: Place | None, oldest: Place | None) -> list[Place]:
        """Return the places from *newest* to *oldest*, both included, None for no end; missed messages too."""
        ...

    def set_state(self, key: str, value: Any) -> None:
        """Store a JSON value under *key*."""
        ...
