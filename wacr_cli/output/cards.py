"""Cards: one thing at a time, a line for each label and its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table as RichTable
from rich.text import Text

from wacr_cli.core.models import Row
from wacr_cli.core.times import format_full_local, format_short_local, parse_sent_at
from wacr_cli.output.cells import NULL, format_value, make_cell
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Sink
from wacr_cli.output.rendering import Renderer
from wacr_cli.output.sanitize import html_to_text, printable

_BAR_WIDTH = 20
_NEARLY_FULL = 90


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of something is used: ``percent`` from 0 to 100, None where it is unlimited; ``text`` says the same."""

    percent: float | None
    text: str


Card = Sequence[tuple[str, object]]
"""The lines of a card: a label each, and a value, a :class:`Bar` or a rich Text; an empty label is an empty line."""


class Cards:
    """Writes a card for each row. ``make_card`` makes it; it gets whether a terminal shows the card."""

    def __init__(self, sink: Sink, console: Console, make_card: Callable[[Row, bool], Card]) -> None:
        self._sink = sink
        self._make_card = make_card
        self._renderer = Renderer(console, sink, width=console.width if sink.is_terminal else None)
        self._separator = ""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some cards, an empty line between two."""
        for row in rows:
            card = self._build(self._make_card(row, self._sink.is_terminal))
            self._sink.write(self._separator + self._renderer.render(card))
            self._separator = "\n"

    def finish(self) -> None:
        """Nothing follows the last card."""

    def _build(self, card: Card) -> RichTable:
        grid = RichTable.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold", no_wrap=not self._sink.is_terminal)
        for label, value in card:
            grid.add_row(Text(printable(label)), _make_value(value, local=self._sink.is_terminal))
        return grid


def _make_value(value: object, *, local: bool) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, Bar):
        return _make_bar(value)
    if local and isinstance(value, str) and "T" in value and (moment := parse_sent_at(value)):
        with suppress(OverflowError):  # a year that no time zone reaches stays as it is
            return Text(format_full_local(moment))
    return Text(NULL, style="dim") if value is None else Text(format_value("", value, {}))


def _make_bar(bar: Bar) -> Text:
    """Return a bar of blocks followed by its text: colours and blocks may be lost in a copy."""
    text = printable(bar.text)
    if bar.percent is None:
        return Text(f"{'·' * _BAR_WIDTH}  {text}")
    full = round(min(max(bar.percent, 0), 100) * _BAR_WIDTH / 100)
    drawn = Text("█" * full, style="red" if bar.percent >= _NEARLY_FULL else "green")
    return drawn.append("░" * (_BAR_WIDTH - full), style="dim").append(f"  {text}", style="default")


_MESSAGE_LABELS = {
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
    "details_at": "Details read",
}


def make_message_card(row: Row, fields: Sequence[str], now: datetime | None) -> Card:
    """Return the card of a message: *fields* first, then whatever else the row has.

    Where *now* is given a terminal shows the card: times are local and texts keep their lines.
    """
    names = (*fields, *(name for name in row if name not in fields))
    return [(_MESSAGE_LABELS.get(name) or name, _make_message_value(name, row, now)) for name in names]


def _make_message_value(field: str, row: Row, now: datetime | None) -> Text:
    value = row.get(field)
    if field == "sent_at" and now and (moment := parse_sent_at(value)):
        return Text(_format_long_time(moment, str(value), now))
    if field == "message" and now and isinstance(value, str):
        return Text("\n".join(printable(line) for line in _split_lines(value, row)))
    return make_cell(field, row, None)


def _split_lines(value: str, row: Row) -> list[str]:
    text = html_to_text(value) if row.get("type") == "template" else value
    return text.replace("\r\n", "\n").split("\n")


def _format_long_time(moment: datetime, received: str, now: datetime) -> str:
    try:
        full, short = format_full_local(moment), format_short_local(moment, now)
    except OverflowError:  # a year that no time zone reaches
        return printable(received)
    return f"{full} ({short})" if short.endswith(("ago", "now")) else full


_TEMPLATE_LABELS = {
    "id": "Internal id",
    "template_id": "Template",
    "template_name": "Name",
    "created_at": "Created",
    "updated_at": "Updated",
    "body_data": "Text",
    "header_data_text": "Header",
    "footer_data": "Footer",
    "buttons_data": "Buttons",
}


def make_template_card(row: Row, fields: Sequence[str], is_terminal: bool) -> Card:
    """Return the card of a template: *fields* first, then whatever else the row has; texts keep their lines."""
    repeated = ("name",) if row.get("name") == row.get("template_name") else ()
    names = (*fields, *(name for name in row if name not in (*fields, *repeated)))
    return [
        (
            _TEMPLATE_LABELS.get(name) or name[:1].upper() + name[1:].replace("_", " "),
            _keep_lines(row, name, is_terminal),
        )
        for name in names
    ]


def _keep_lines(row: Row, name: str, is_terminal: bool) -> object:
    value = row.get(name)
    if is_terminal and isinstance(value, str) and "\n" in value:
        return Text("\n".join(printable(line) for line in value.replace("\r\n", "\n").split("\n")))
    return value
