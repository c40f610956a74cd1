"""A conversation as people read it: what a transcript shows of each message, in any format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at
from wacr_cli.output.sanitize import html_to_text

Find = Callable[[str], Row | None]
"""Returns the message of a WhatsApp id, None where it is unknown."""

FindFile = Callable[[int], str]
"""Returns the relative URL of the file of a message, by its id; empty where there is none."""

TEXT_TYPES = ("text", "template", "interactive")
"""The types that consist of text; others have a file."""

US = "You"
COMMENT = "comment"
"""The ``kind`` of a row that is an internal note."""

UNKNOWN_REPLY = "in reply to a message not shown here"
_SNIPPET = 120


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message replies to; ``who`` and ``text`` are empty where it is unknown."""

    who: str
    text: str

    def __str__(self) -> str:
        return f"{self.who}: {self.text}" if self.who else UNKNOWN_REPLY


@dataclass(frozen=True, slots=True)
class Entry:
    """A message of a transcript, or an internal note; all its texts are untrusted.

    ``ours`` is whether it is outbound, None where that is unknown; ``moment`` is local or as received, None where it
    is not a time. ``media`` names the file, ``status`` the delivery of an outbound message and why it failed, or the
    label of a note.
    """

    row: Row
    ours: bool | None
    who: str
    moment: datetime | None
    text: str
    media: str
    status: str
    quote: Quote | None

    @property
    def is_comment(self) -> bool:
        """Return whether it is an internal note, which the customer does not see."""
        return self.row.get("kind") == COMMENT

    @property
    def day(self) -> date | None:
        """The day that it belongs to."""
        return self.moment.date() if self.moment else None

    @property
    def is_failed(self) -> bool:
        """Return whether it is outbound and failed."""
        return self.ours is True and self.row.get("status") == "failed"


def make_entries(rows: Sequence[Row], find: Find, *, local: bool = True) -> Iterator[Entry]:
    """Yield the entries of rows with a direction, in their order."""
    for row in rows:
        direction = row.get("direction")
        yield Entry(
            row=row,
            ours=None if direction is None else direction == "outbound",
            who=_get_sender(row),
            moment=_parse_moment(row.get("sent_at"), local=local),
            text=_get_text(row),
            media=describe_media(row),
            status=_describe_status(row, direction),
            quote=_find_quote(row.get("ref_message_id"), find),
        )


def _get_sender(row: Row) -> str:
    if row.get("kind") == COMMENT:
        staff = row.get("staff_id")
        return "Note" if staff is None else f"Note by staff {staff}"
    if row.get("direction") == "outbound":
        return US
    return str(row.get("sender_name") or row.get("sender_id") or "Unknown")


def _parse_moment(value: object, *, local: bool) -> datetime | None:
    moment = parse_sent_at(value)
    try:
        return moment.astimezone() if moment and local else moment
    except OverflowError:  # a year that no time zone reaches
        return moment


def _get_text(row: Row) -> str:
    value = row.get("message")
    if not isinstance(value, str):
        return ""
    text = html_to_text(value) if row.get("type") == "template" or row.get("kind") == COMMENT else value
    return text.replace("\r\n", "\n").replace("\r", "\n")


def describe_media(row: Row) -> str:
    """Return what a message has besides its text: ``image``, or ``image photo.jpg`` where the file name is known."""
    kind, url = row.get("type"), row.get("url")
    name = ""
    if isinstance(url, str):
        from urllib.parse import unquote

        name = unquote(re.split(r"[?#]", url)[0].rstrip("/").rpartition("/")[2])
    if not isinstance(kind, str) or kind in TEXT_TYPES:
        return f"file {name}" if name else ""
    return f"{kind} {name}".rstrip()


def _describe_status(row: Row, direction: object) -> str:
    if row.get("kind") == COMMENT:
        return str(row.get("status_message") or "")
    if direction != "outbound":
        return ""
    status, reason = row.get("status"), row.get("status_message")
    parts = [part for part in (status, reason) if isinstance(part, str) and part]
    return ": ".join(parts)


def _find_quote(wamid: object, find: Find) -> Quote | None:
    if not isinstance(wamid, str) or not wamid:
        return None
    row = find(wamid)
    if row is None:
        return Quote("", "")
    words = " ".join(_get_text(row).split()) or describe_media(row)
    return Quote(_get_sender(row), words if len(words) <= _SNIPPET else words[: _SNIPPET - 1] + "…")


class DayHeadings:
    """The days of a transcript, each named once, before its first message."""

    def __init__(self) -> None:
        self._begun = False
        self._day: date | None = None

    def next(self, entry: Entry) -> str:
        """Return the heading of a day for its first message, else an empty text."""
        if self._begun and entry.day == self._day:
            return ""
        self._begun, self._day = True, entry.day
        return format_day(entry.day)


def format_day(day: date | None) -> str:
    """Return a day as a heading shows it."""
    return "No date" if day is None else f"{day:%A} {day.day} {day:%B} {day:%Y}"


def format_clock(entry: Entry) -> str:
    """Return the time of day of a message; the received text where it is not a time."""
    if entry.moment is None:
        return str(entry.row.get("sent_at") or "")
    return f"{entry.moment:%H:%M}"


def heading(conversation: Row) -> list[str]:
    """Return the parts of a conversation's heading: its id, name and number, as far as they are known."""
    parts = [f"Conversation {conversation['id']}", conversation.get("name"), conversation.get("number")]
    return [str(part) for part in parts if part]


def summarize(conversation: Row, now: datetime) -> str:
    """Return a conversation's state in words: its messages, who waits, when the service window closes."""
    parts = []
    if (number := conversation.get("messages")) is not None:
        parts.append(f"{number:,} message{'s' * (number != 1)}")
    if conversation.get("unread"):
        parts.append(f"{conversation['unread']:,} unread")
    if since := parse_sent_at(conversation.get("waiting_since")):
        parts.append(f"waiting for an answer since {_format_moment(since)}")
    if closes := parse_sent_at(conversation.get("window_closes_at")):
        word = "open until" if closes > now else "closed since"
        parts.append(f"service window {word} {_format_moment(closes)}")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def _format_moment(moment: datetime) -> str:
    try:
        local = moment.astimezone()
    except OverflowError:
        local = moment
    return f"{local.day} {local:%b %Y, %H:%M}"


def format_zone(now: datetime) -> str:
    """Return the offset of local time: ``UTC+05:30``."""
    local = now.astimezone()
    return f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:5]
