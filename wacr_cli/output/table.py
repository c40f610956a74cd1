"""Rows as a table for people, and one message as a card. What strangers wrote is shown, never obeyed."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console as RichConsole
from rich.table import Table
from rich.text import Text

from wacr_cli.core.models import DETAIL_FIELDS, Row
from wacr_cli.core.times import full_local, left, parse_sent_at, short_local
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Sink
from wacr_cli.output.json import encode
from wacr_cli.output.sanitize import html_to_text, printable

NOTHING = "–"  # noqa: RUF001 - the dash for what is null
_GAP = 2
_UNCUT = 1_000_000
_ROOMY = 100
_READABLE_TEXT = 40
_LEAST_TEXT = 20

_STATUS_STYLES = {"sent": "dim", "delivered": "cyan", "read": "green", "failed": "bold red"}
_DIRECTION_STYLES = {"inbound": "magenta"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field it shows, its heading, how it is aligned, and the most cells it may take.

    Where there is little room it is cut to ``least`` cells, should that not be 0. A ``legible`` one is shown as it is
    written even where terminals disagree about its width, so that what follows may stand a little off: in escapes, a
    name is nobody's.
    """

    field: str
    heading: str
    right: bool = False
    most: int = 24
    least: int = 0
    flexible: bool = False
    legible: bool = False


_COLUMNS: Mapping[str, Column] = {
    column.field: column
    for column in (
        Column("id", "ID", right=True, most=20),
        Column("interaction_id", "CONV", right=True, most=20),
        Column("sender_id", "SENDER", most=16),
        Column("type", "TYPE", most=12, least=8),
        Column("message", "MESSAGE", flexible=True),
        Column("status", "STATUS", most=10),
        Column("message_id", "WAMID", most=60),
        Column("sent_at", "SENT", most=32),
        Column("is_read", "READ", most=5),
        Column("direction", "DIRECTION", most=9),
        Column("deleted_at", "DELETED", most=32),
        Column("sender_name", "NAME", most=24, least=10, legible=True),
        Column("name", "NAME", flexible=True),
        Column("phone", "PHONE", most=20),
        Column("email", "EMAIL", most=40, least=12),
        Column("company", "COMPANY", most=24, least=8),
        Column("created_at", "CREATED", most=32),
        Column("updated_at", "UPDATED", most=32),
        Column("number", "NUMBER", most=16),
        Column("unread", "NEW", right=True, most=7),
        Column("messages", "MESSAGES", right=True, most=9),
        Column("last_at", "LAST", most=32),
        Column("last_message", "LAST MESSAGE", flexible=True),
        Column("waiting_since", "WAITING", most=32),
        Column("window_closes_at", "WINDOW", most=32),
        Column("value", "VALUE", most=60, least=12),
        Column("origin", "ORIGIN", flexible=True),
    )
}
_TIMES = ("sent_at", "created_at", "updated_at", "last_at", "waiting_since")
_DEADLINES = ("window_closes_at",)
_TEXTS = {"message": "type", "last_message": "last_type"}
"""The fields that hold a message's text, with those that say of which type it is."""

DEFAULT_COLUMNS = ("id", "sent_at", "interaction_id", "sender_id", "type", "status", "message")


def columns_with(added: Sequence[str]) -> tuple[str, ...]:
    """The columns of a table of messages: what was added stands beside the sender."""
    at = DEFAULT_COLUMNS.index("sender_id") + 1
    beside = sorted(added, key=("sender_name", "direction", "deleted_at").index)
    return (*DEFAULT_COLUMNS[:at], *beside, *DEFAULT_COLUMNS[at:])


class MessageTable:
    """Messages, a line each. Columns are as wide as the rows so far need; the text takes what is left."""

    def __init__(
        self, sink: Sink, console: Console, columns: Sequence[str] | None, now: Callable[[], datetime]
    ) -> None:
        self._sink = sink
        self._pen = Pen(console, sink)
        self._cut = sink.is_terminal
        self._columns = [_COLUMNS.get(name) or Column(name, name.upper()) for name in columns or DEFAULT_COLUMNS]
        self._now = now
        self._widths: list[int] = []
        self._width = console.width
        self._gap = _GAP if console.width >= _ROOMY or not self._cut else 1

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows; a heading before the first."""
        now = self._now() if self._cut else None
        if self._cut:
            rows = [_shortened(row, 8 * self._width + 256) for row in rows]
        cells = [[self._steady(column, _cell(column.field, row, now)) for column in self._columns] for row in rows]
        if not cells:
            return
        first = not self._widths
        self._widths = self._fit(cells)
        if self._cut:
            for line in cells:
                line[:] = [_cut(text, width) for text, width in zip(line, self._widths, strict=True)]
                self._make_room(line)
        self._sink.write(self._pen.draw(self._table(cells, heading=first)))

    def finish(self) -> None:
        """Nothing follows the last row."""

    def _table(self, cells: list[list[Text]], *, heading: bool) -> Table:
        table = Table(box=None, show_header=heading, pad_edge=False, padding=(0, self._gap, 0, 0), header_style="bold")
        for column, width in zip(self._columns, self._widths, strict=True):
            table.add_column(
                column.heading,
                justify="right" if column.right else "left",
                no_wrap=True,
                overflow="ellipsis",
                min_width=width,
                max_width=width if self._cut else None,
            )
        for line in cells:
            table.add_row(*line)
        return table

    def _make_room(self, line: list[Text]) -> None:
        """Cut the flexible cell by as much as legible ones may turn out wider than they are padded for."""
        spill = sum(
            breadth(text.plain) - cell_len(text.plain)
            for column, text in zip(self._columns, line, strict=True)
            if column.legible
        )
        for i, column in enumerate(self._columns):
            if spill and column.flexible:
                line[i] = _cut(line[i], max(1, self._widths[i] - spill))

    def _steady(self, column: Column, text: Text) -> Text:
        """A cell with another one after it: written in escapes where terminals disagree about its width."""
        plain = text.plain
        if (
            not self._cut
            or column.flexible
            or column.legible
            or len({breadth(plain), cell_len(plain), sum(map(cell_len, plain))}) == 1
        ):
            return text
        return Text(plain.encode("ascii", "backslashreplace").decode())

    def _fit(self, cells: list[list[Text]]) -> list[int]:
        """The width of each column: what the rows so far need, and the text's what is left of the terminal."""
        before = self._widths or [cell_len(column.heading) for column in self._columns]
        natural = [max(width, *(breadth(line[i].plain) for line in cells)) for i, width in enumerate(before)]
        if not self._cut:
            return natural
        widths = [width if c.flexible else min(width, c.most) for width, c in zip(natural, self._columns, strict=True)]
        over = sum(widths) + self._gap * (len(widths) - 1) - self._width
        over = self._shrink(widths, over, lambda column: _READABLE_TEXT * column.flexible)
        over = self._shrink(widths, over, lambda column: column.least)
        over = self._shrink(widths, over, lambda column: _LEAST_TEXT * column.flexible)
        while over > 0 and max(widths) > 4:
            widest = widths.index(max(widths))
            widths[widest] -= 1
            over -= 1
        return widths

    def _shrink(self, widths: list[int], over: int, floor: Callable[[Column], int]) -> int:
        """Narrow the columns that have a floor down to it, while a line is ``over`` its room; what is left of that."""
        for i, column in enumerate(self._columns):
            if over > 0 and (least := floor(column)):
                spared = min(over, max(0, widths[i] - least))
                widths[i] -= spared
                over -= spared
        return over


def breadth(text: str) -> int:
    """The most cells that a terminal may give a text: each code point by itself, no emoji joined into one."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(letter: str) -> int:
    if letter == "\ufe0f":  # draws the sign before it as an emoji, which is wider
        return 1
    wide = unicodedata.east_asian_width(letter) in ("W", "F")
    marks = unicodedata.category(letter) in ("Mn", "Me", "Cf")
    return max(cell_len(letter), 0 if marks else 1 + wide)


def _cut(text: Text, width: int) -> Text:
    """A cell that takes no more than its column on any terminal."""
    words = text.plain
    if breadth(words) <= width:
        return text
    room = width - 1
    for at, letter in enumerate(words):
        room -= _cells(letter)
        if room < 0:
            return Text(words[:at].rstrip("\u200d") + "…", style=text.style)
    return text


class Pen:
    """Draws with rich, which is shown no markup, emoji code or highlighting of ours or anybody's."""

    def __init__(self, console: Console, sink: Sink, *, width: int | None = None) -> None:
        self._file = io.StringIO()
        # A file that is written from a terminal gets no colour, unlike a pipe whose colour was forced.
        colour = console.colour and (sink.is_terminal or not console.stdout_is_terminal)
        self._console = RichConsole(
            file=self._file,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            width=width or _UNCUT,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )

    def draw(self, what: Any) -> str:
        """The words, with their colours, of something that rich can draw; no line ends in spaces."""
        self._console.print(what, no_wrap=True, crop=False)
        drawn = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return "".join(line.rstrip(" ") + "\n" for line in drawn.split("\n")[:-1])


def _cell(field: str, row: Row, now: datetime | None) -> Text:
    value = row.get(field)
    if value is None:
        return Text(NOTHING, style="dim")
    if field in _TIMES and now is not None and isinstance(value, str):
        return Text(_short_time(value, now))
    if field in _DEADLINES and now is not None and (moment := parse_sent_at(value)):
        return Text(left(moment, now), style="" if moment > now else "dim")
    text = words(field, value, row)
    styles = {"status": _STATUS_STYLES, "direction": _DIRECTION_STYLES}.get(field, {})
    return Text(text, style=styles.get(value, "") if isinstance(value, str) else "")


def _shortened(row: Row, most: int) -> Row:
    """A row whose texts are no longer than could be shown: to judge 65,000 characters for a line takes time."""
    return {name: value[:most] if isinstance(value, str) else value for name, value in row.items()}


def _short_time(value: str, now: datetime) -> str:
    moment = parse_sent_at(value)
    try:
        return short_local(moment, now) if moment else printable(value)
    except OverflowError:  # a year that no time zone reaches
        return printable(value)


def words(field: str, value: object, row: Row) -> str:
    """A field's value as printable text on one line; HTML of templates as the text it shows."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value) if isinstance(value, int) else printable(encode(value))
    if field in _TEXTS and row.get(_TEXTS[field]) == "template":
        value = html_to_text(value)
    return printable(value)


_CARD_LABELS = {
    "id": "Message",
    "interaction_id": "Conversation",
    "sender_id": "Sender",
    "sender_name": "Sender's name",
    "type": "Type",
    "message": "Text",
    "status": "Status",
    "message_id": "WhatsApp id",
    "sent_at": "Sent",
    "is_read": "Read",
    "status_message": "Reason",
    "ref_message_id": "In reply to",
    "url": "Media",
    "staff_id": "Staff",
    "direction": "Direction",
    "deleted_at": "Deleted",
}


class MessageCards:
    """Messages, a card each, with all their fields."""

    def __init__(
        self,
        sink: Sink,
        console: Console,
        now: Callable[[], datetime],
        fields: Sequence[str] = DETAIL_FIELDS,
    ) -> None:
        self._sink = sink
        self._now = now
        self._fields = fields
        self._pen = Pen(console, sink, width=console.width if sink.is_terminal else None)
        self._before = ""

    def write(self, rows: Sequence[Row]) -> None:
        """Write a card a row, an empty line between two."""
        for row in rows:
            self._sink.write(self._before + self._pen.draw(self._card(row)))
            self._before = "\n"

    def finish(self) -> None:
        """Nothing follows."""

    def _card(self, row: Row) -> Table:
        card = Table.grid(padding=(0, _GAP, 0, 0))
        card.add_column(style="bold", no_wrap=True)
        card.add_column(overflow="fold", no_wrap=not self._sink.is_terminal)
        for field in (*self._fields, *(name for name in row if name not in self._fields)):
            card.add_row(Text(_CARD_LABELS.get(field) or printable(field)), self._value(field, row))
        return card

    def _value(self, field: str, row: Row) -> Text:
        value = row.get(field)
        if field == "sent_at" and self._sink.is_terminal and (moment := parse_sent_at(value)):
            return Text(_long_time(moment, str(value), self._now()))
        if field == "message" and isinstance(value, str) and self._sink.is_terminal:
            return Text("\n".join(printable(line) for line in _lines(value, row)))
        return _cell(field, row, None)


def _lines(value: str, row: Row) -> list[str]:
    shown = html_to_text(value) if row.get("type") == "template" else value
    return shown.replace("\r\n", "\n").split("\n")


def _long_time(moment: datetime, received: str, now: datetime) -> str:
    try:
        full, short = full_local(moment), short_local(moment, now)
    except OverflowError:  # a year that no time zone reaches
        return printable(received)
    return f"{full} ({short})" if short.endswith(("ago", "now")) else full
