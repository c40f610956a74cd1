"""Conversations: what is asked of them, and what there is to say of one: who waits, and until when may be written.

All times are compared as moments; which day or hour that is anywhere does not matter.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wacr_cli.core.contacts import key_of
from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at

SERVICE_WINDOW = timedelta(hours=24)
"""So long after a customer's last message WhatsApp lets a business write freely; later only templates."""

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
"""What a list of conversations shows of each; ``name`` stands after the number where names are wanted."""

FAILED = "failed"
"""The status of a message that never arrived, and is no answer therefore."""

# In WhatsApp's id: field 3, of so many bytes, the number of the other side.
_WAMID_PEER = re.compile(rb"\x1c\x18(.)([0-9]{5,20})\x15", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ConversationQuery:
    """Which conversations: that of an ``id``, those ``waiting`` for an answer, those with ``unread`` messages.

    At most ``limit`` of them, all where it is None.
    """

    id: int | None = None
    waiting: bool = False
    unread: bool = False
    limit: int | None = 30

    def describe(self) -> str:
        """The question in words."""
        parts = {"waiting for an answer": self.waiting, "with unread messages": self.unread}
        return ", ".join(["conversations", *(words for words, asked in parts.items() if asked)])


@dataclass(frozen=True, slots=True)
class Conversation:
    """What there is to say of a conversation; ``messages`` and ``unread`` are numbers of messages on the service.

    ``last`` is its newest message by when it was sent, ``inbound`` the customer's newest, ``waiting`` the customer's
    oldest since the last answer, each None where there is none. ``matching`` is how many conversations the question
    has in all.
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
        """The other side's number or id: who wrote in, else to whom WhatsApp's id says that the last message went."""
        if self.inbound and self.inbound.get("sender_id"):
            return str(self.inbound["sender_id"])
        return peer_of(self.last.get("message_id")) if self.last.get("direction") == "outbound" else None

    @property
    def window_closes(self) -> datetime | None:
        """The end of the time in which the business may write freely, None where the customer never wrote."""
        moment = parse_sent_at(self.inbound.get("sent_at")) if self.inbound else None
        try:
            return moment + SERVICE_WINDOW if moment else None
        except OverflowError:  # the last day of the year 9999
            return None

    def as_row(self, names: dict[str, str] | None = None) -> Row:
        """As :data:`FIELDS`, with ``name`` where the ``names`` of numbers are given (see :func:`name_in`)."""
        closes = self.window_closes
        row: Row = {"id": self.id, "number": self.number}
        if names is not None:
            row["name"] = name_in(names, self.number)
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


def name_in(names: dict[str, str], number: str | None) -> str | None:
    """The name that goes with a number, however it is written, None where there is none."""
    return None if number is None else names.get(key_of(number))


def peer_of(wamid: object) -> str | None:
    """The number of the other side in WhatsApp's id of a message, None where it has none that can be read."""
    if not isinstance(wamid, str) or not wamid.startswith("wamid."):
        return None
    try:
        found = _WAMID_PEER.match(base64.b64decode(wamid.removeprefix("wamid."), validate=True))
    except (binascii.Error, ValueError):
        return None
    return found[2].decode() if found and found[1][0] == len(found[2]) else None


def in_time(rows: Iterable[Row]) -> list[Row]:
    """Messages by when they were sent, and of one moment by id; those without a time that can be read first."""

    def place(row: Row) -> tuple[float, int]:
        moment = parse_sent_at(row.get("sent_at"))
        return moment.timestamp() if moment else float("-inf"), row["id"]

    return sorted(rows, key=place)


def summed_up(number: int, rows: Sequence[Row]) -> Conversation:
    """The conversation that messages are, in the order of :func:`in_time`; there is at least one."""
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
    """Whether a message went out and was not lost on the way."""
    return row.get("direction") == "outbound" and row.get("status") != FAILED
