"""A conversation as people read it: what each message is to a transcript, whatever form that has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at
from wacr_cli.output.sanitize import html_to_text

Find = Callable[[str], Row | None]
"""The message of a WhatsApp id, None where nobody has it."""

WORDED = ("text", "template", "interactive")
"""The types whose text is all there is to them; of others there is a file."""

US = "You"
_SNIPPET = 120


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message replies to; ``text`` is empty where it is not known, and ``who`` too."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A message of a transcript; every text of it is a stranger's.

    ``ours`` says that it went out, None where nobody knows; ``moment`` is local, or as received, None where there is
    none. ``media`` names what is not text, ``status`` how far a message of ours came, and why not further.
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
    def day(self) -> date | None:
        """The day that it stands under."""
        return self.moment.date() if self.moment else None

    @property
    def failed(self) -> bool:
        """Whether it never arrived."""
        return self.ours is True and self.row.get("status") == "failed"


def entries(rows: Sequence[Row], find: Find, *, local: bool = True) -> Iterator[Entry]:
    """What rows, which know their directions, are to a transcript, in their order."""
    for row in rows:
        direction = row.get("direction")
        yield Entry(
            row=row,
            ours=None if direction is None else direction == "outbound",
            who=_who(row),
            moment=_moment(row.get("sent_at"), local=local),
            text=_text(row),
            media=media_of(row),
            status=_status(row) if direction == "outbound" else "",
            quote=_quote(row.get("ref_message_id"), find),
        )


def _who(row: Row) -> str:
    if row.get("direction") == "outbound":
        return US
    return str(row.get("sender_name") or row.get("sender_id") or "Somebody")


def _moment(value: object, *, local: bool) -> datetime | None:
    moment = parse_sent_at(value)
    try:
        return moment.astimezone() if moment and local else moment
    except OverflowError:  # a year that no time zone reaches
        return moment


def _text(row: Row) -> str:
    value = row.get("message")
    if not isinstance(value, str):
        return ""
    text = html_to_text(value) if row.get("type") == "template" else value
    return text.replace("\r\n", "\n").replace("\r", "\n")


def media_of(row: Row) -> str:
    """What a message has beside its text: ``image``, or ``image photo.jpg`` where the file's name is known."""
    kind, url = row.get("type"), row.get("url")
    name = ""
    if isinstance(url, str):
        from urllib.parse import unquote

        name = unquote(re.split(r"[?#]", url)[0].rstrip("/").rpartition("/")[2])
    if not isinstance(kind, str) or kind in WORDED:
        return f"file {name}" if name else ""
    return f"{kind} {name}".rstrip()


def _status(row: Row) -> str:
    status, reason = row.get("status"), row.get("status_message")
    parts = [part for part in (status, reason) if isinstance(part, str) and part]
    return ": ".join(parts)


def _quote(wamid: object, find: Find) -> Quote | None:
    if not isinstance(wamid, str) or not wamid:
        return None
    row = find(wamid)
    if row is None:
        return Quote("", "")
    words = " ".join(_text(row).split()) or media_of(row)
    return Quote(_who(row), words if len(words) <= _SNIPPET else words[: _SNIPPET - 1] + "…")


class Days:
    """The days of a transcript, each named once, before its first message."""

    def __init__(self) -> None:
        self._begun = False
        self._day: date | None = None

    def begun_by(self, entry: Entry) -> str:
        """The name of the day that a message is the first of, empty where it is not."""
        if self._begun and entry.day == self._day:
            return ""
        self._begun, self._day = True, entry.day
        return day_title(entry.day)


def day_title(day: date | None) -> str:
    """A day as a separator names it."""
    return "No date" if day is None else f"{day:%A} {day.day} {day:%B} {day:%Y}"


def clock(entry: Entry) -> str:
    """The time of day of a message; what was received, where that is no time."""
    if entry.moment is None:
        return str(entry.row.get("sent_at") or "")
    return f"{entry.moment:%H:%M}"


def heading(known: Row) -> list[str]:
    """What a conversation is called, in parts: by its id, name and number, as far as they are known."""
    parts = [f"Conversation {known['id']}", known.get("name"), known.get("number")]
    return [str(part) for part in parts if part]


def standing(known: Row, now: datetime) -> str:
    """How a conversation stands, in words: how many messages, who waits, until when may be written freely."""
    parts = []
    if (number := known.get("messages")) is not None:
        parts.append(f"{number:,} message{'s' * (number != 1)}")
    if known.get("unread"):
        parts.append(f"{known['unread']:,} unread")
    if since := parse_sent_at(known.get("waiting_since")):
        parts.append(f"waiting for an answer since {_said(since)}")
    if closes := parse_sent_at(known.get("window_closes_at")):
        word = "open until" if closes > now else "closed since"
        parts.append(f"service window {word} {_said(closes)}")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def _said(moment: datetime) -> str:
    try:
        local = moment.astimezone()
    except OverflowError:
        local = moment
    return f"{local.day} {local:%b %Y, %H:%M}"


def zone_of(now: datetime) -> str:
    """The offset of local time: ``UTC+05:30``."""
    local = now.astimezone()
    return f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:5]
