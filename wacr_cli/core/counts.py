"""The numbers of messages that statistics need, and what provides them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from wacr_cli.core.contacts import Names
from wacr_cli.core.conversations import Conversation, ConversationQuery
from wacr_cli.core.query import Query

SECOND = 1_000_000
QUARTER = 900 * SECOND
"""A quarter of an hour, in microseconds."""

INBOUND, REPLY, FAILED_REPLY = range(3)
"""The kinds of messages: from a customer, to a customer, and to a customer but failed."""

Line = tuple[int, int, int, int, int | None]
"""A message: its conversation, when it was sent (microseconds since 1970), its kind, 1 where filters match it, and the
id of the person who sent it, None where it is not known.
"""


class MessageCounts(Names, Protocol):
    """What counts messages: an archive. Messages without a time or direction are left out, and deleted ones."""

    def count_ignored(self, query: Query) -> int:
        """Return how many messages match but have no valid time, or no direction."""
        ...

    def count_messages(self, query: Query, columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
        """Return the number of messages for each quarter of an hour: its microseconds, the *columns*, the number."""
        ...

    def count_conversations(self, query: Query) -> tuple[int, int]:
        """Return how many conversations have messages that match, and how many of them began in the query's period."""
        ...

    def rank_conversations(self, query: Query, limit: int | None) -> Sequence[tuple[int, int, int, int]]:
        """Return the conversations with the most messages: id, inbound, outbound, microseconds of the last one."""
        ...

    def read_lines(self, query: Query, ids: Sequence[int] | None = None, *, with_staff: bool = False) -> Iterator[Line]:
        """Yield the messages before the query's end, of the conversations that have matching ones in its period.

        With *ids*, of these conversations. They are sorted by conversation, time and id. Who sent them is None unless
        *with_staff*, which takes longer.
        """
        ...

    def count_reasons(self, query: Query) -> Sequence[tuple[str | None, int]]:
        """Return the reasons of failed messages, null where it is unknown, and their numbers."""
        ...

    def list_conversations(self, query: ConversationQuery) -> list[Conversation]:
        """Return conversations."""
        ...
