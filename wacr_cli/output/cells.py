"""Cells of tables and cards: a value as printable text on one line, and the room that it takes.

Terminals disagree about the width of emoji and of Indic text, so the width is the most that any of them uses.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from rich.cells import cell_len
from rich.text import Text

from wacr_cli.core.models import Row
from wacr_cli.core.times import format_short_local, format_time_left, parse_sent_at
from wacr_cli.output.columns import DEADLINES, TEXTS, TIMES
from wacr_cli.output.json import encode
from wacr_cli.output.sanitize import html_to_text, printable

NULL = "–"  # noqa: RUF001 - the dash for null

_STATUS_STYLES = {"sent": "dim", "delivered": "cyan", "read": "green", "failed": "bold red"}
_DIRECTION_STYLES = {"inbound": "magenta"}


def max_cell_width(text: str) -> int:
    """Return the most cells that a terminal may use for *text*: each code point alone, no emoji joined into one."""
    return len(text) if text.isascii() else sum(map(_max_char_width, text))


def _max_char_width(char: str) -> int:
    if char == "\ufe0f":  # draws the character before it as an emoji, which is wider
        return 1
    wide = unicodedata.east_asian_width(char) in ("W", "F")
    combining = unicodedata.category(char) in ("Mn", "Me", "Cf")
    return max(cell_len(char), 0 if combining else 1 + wide)


def cut(cell: Text, width: int) -> Text:
    """Return *cell* cut to *width* cells, whatever the terminal."""
    text = cell.plain
    if max_cell_width(text) <= width:
        return cell
    room = width - 1
    for at, char in enumerate(text):
        room -= _max_char_width(char)
        if room < 0:
            return Text(text[:at].rstrip("\u200d") + "…", style=cell.style)
    return cell


def escape_ambiguous(cell: Text) -> Text:
    """Return *cell* in escapes where terminals disagree about its width, so that the next cell stays in line."""
    text = cell.plain
    if len({max_cell_width(text), cell_len(text), sum(map(cell_len, text))}) == 1:
        return cell
    return Text(text.encode("ascii", "backslashreplace").decode())


def make_cell(field: str, row: Row, now: datetime | None) -> Text:
    """Return the cell of a field; times are local and short where *now* is given, else as received."""
    value = row.get(field)
    if value is None:
        return Text(NULL, style="dim")
    if field in TIMES and now is not None and isinstance(value, str):
        return Text(_format_short_time(value, now))
    if field in DEADLINES and now is not None and (moment := parse_sent_at(value)):
        return Text(format_time_left(moment, now), style="" if moment > now else "dim")
    text = format_value(field, value, row)
    styles = {"status": _STATUS_STYLES, "direction": _DIRECTION_STYLES}.get(field, {})
    return Text(text, style=styles.get(value, "") if isinstance(value, str) else "")


def _format_short_time(value: str, now: datetime) -> str:
    moment = parse_sent_at(value)
    try:
        return format_short_local(moment, now) if moment else printable(value)
    except OverflowError:  # a year that no time zone reaches
        return printable(value)


def format_value(field: str, value: object, row: Row) -> str:
    """Return a field's value as printable text on one line; HTML of templates becomes the text that it shows."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value) if isinstance(value, int) else printable(encode(value))
    if field in TEXTS and row.get(TEXTS[field]) == "template":
        value = html_to_text(value)
    return printable(value)
