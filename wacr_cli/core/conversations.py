"""Queries for conversations, and the summary of one: who waits for an answer, and when the service window closes.

Times are compared as moments, independent of time zones.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wacr_cli.core.contacts import normalize_number
from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at

SERVICE_WINDOW = timedelta(hours=24)
"""How long after a customer's last message a business may write freely; later WhatsApp allows only templates."""

FIELDS = (
    "id",
    "number",
    "messages",
    "unread",
    "last_at",
    "last_direction",
    "last_type",
    "last_status",
    "last_message",
    "waiting_since",
    "window_closes_at",
)
"""The fields of a conversation in a list; ``name`` follows the number where names are added."""

FAILED = "failed"
"""The status of a message that was not delivered and therefore is not an answer."""

# In a WhatsApp id: field 3 holds a length in bytes and the phone number of the other side.
_WAMID_PEER = re.compile(rb"\x1c\x18(.)([0-9]{5,20})\x15", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ConversationQuery:
    """A query for conversations: those with ``ids``, those ``waiting`` for an answer or with ``unread`` messages.

    It selects at most ``limit`` conversations, all where it is None.
    """

    ids: tuple[int, ...] | None = None
    waiting: bool = False
    unread: bool = False
    limit: int | None = 30

    def describe(self) -> str:
        """The question in words."""
        parts = {"waiting for an answer": self.waiting, "with unread messages": self.unread}
        return ", ".join(["conversations", *(words for words, asked in parts.items() if asked)])


@dataclass(frozen=True, slots=True)
class Conversation:
    """The summary of a conversation; ``messages`` and ``unread`` are counts.

    ``last`` is its newest message by sent_at, ``inbound`` the customer's newest, ``waiting`` the customer's oldest
    since the last answer, each None where there is none. ``matching`` is the number of all conversations that match
    the query.
    """

    id: int
    messages: int
    unread: int
    last: Row
    inbound: Row | None = None
    waiting: Row | None = None
    matching: int = 1

    @property
    def number(self) -> str | None:
        """The customer's number or id: the sender of an inbound message, else the recipient in the last WhatsApp id."""
        if self.inbound and self.inbound.get("sender_id"):
            return str(self.inbound["sender_id"])
        return parse_peer(self.last.get("message_id")) if self.last.get("direction") == "outbound" else None

    @property
    def window_closes(self) -> datetime | None:
        """When the service window closes, None where the customer never wrote."""
        moment = parse_sent_at(self.inbound.get("sent_at")) if self.inbound else None
        try:
            return moment + SERVICE_WINDOW if moment else None
        except OverflowError:  # the last day of the year 9999
            return None

    def as_row(self, names: dict[str, str] | None = None) -> Row:
        """Return :data:`FIELDS`, with ``name`` where ``names`` are given (see :func:`find_name`)."""
        closes = self.window_closes
        row: Row = {"id": self.id, "number": self.number}
        if names is not None:
            row["name"] = find_name(names, self.number)
        return row | {
            "messages": self.messages,
            "unread": self.unread,
            "last_at": self.last.get("sent_at"),
            "last_direction": self.last.get("direction"),
            "last_type": self.last.get("type"),
            "last_status": self.last.get("status"),
            "last_message": self.last.get("message"),
            "waiting_since": self.waiting.get("sent_at") if self.waiting else None,
            "window_closes_at": closes.isoformat() if closes else None,
        }


def find_name(names: Mapping[str, str], number: str | None) -> str | None:
    """Return the name of a number in any notation, None where it is unknown."""
    return None if number is None else names.get(normalize_number(number))


def parse_peer(wamid: object) -> str | None:
    """Return the customer's number in the WhatsApp id of a message, None where it can't be read."""
    if not isinstance(wamid, str) or not wamid.startswith("wamid."):
        return None
    try:
        found = _WAMID_PEER.match(base64.b64decode(wamid.removeprefix("wamid."), validate=True))
    except (binascii.Error, ValueError):
        return None
    return found[2].decode() if found and found[1][0] == len(found[2]) else None


def find_number(rows: Sequence[Row]) -> str | None:
    """Return the customer's number from the newest message that has it; *rows* are sorted, oldest first."""
    for row in reversed(rows):
        if row.get("direction") == "inbound" and row.get("sender_id"):
            return str(row["sender_id"])
        if number := parse_peer(row.get("message_id")):
            return number
    return None


def sort_by_time(rows: Iterable[Row]) -> list[Row]:
    """Return messages sorted by sent_at, then id; those without a valid time come first."""

    def place(row: Row) -> tuple[float, int]:
        moment = parse_sent_at(row.get("sent_at"))
        return moment.timestamp() if moment else float("-inf"), row["id"]

    return sorted(rows, key=place)


def make_conversation(number: int, rows: Sequence[Row]) -> Conversation:
    """Return the summary of messages, which are in the order of :func:`sort_by_time`; there is at least one."""
    timed = [row for row in rows if parse_sent_at(row.get("sent_at"))]
    inbound = [row for row in timed if row.get("direction") == "inbound"]
    waiting: Row | None = None
    for row in timed:
        if row.get("direction") == "inbound":
            waiting = waiting or row
        elif is_answer(row):
            waiting = None
    unread = sum(row.get("direction") == "inbound" and row.get("is_read") is False for row in rows)
    return Conversation(number, len(rows), unread, rows[-1], inbound[-1] if inbound else None, waiting)


def is_answer(row: Row) -> bool:
    """Return whether a message is outbound and did not fail."""
    return row.get("direction") == "outbound" and row.get("status") != FAILED
