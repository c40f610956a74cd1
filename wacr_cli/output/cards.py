"""Things for people to look at, a card each: labels, and what stands behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from wacr_cli.core.models import Row
from wacr_cli.core.times import full_local, parse_sent_at
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Sink
from wacr_cli.output.sanitize import printable
from wacr_cli.output.table import NOTHING, Pen, words

_BAR = 20
_NEARLY_FULL = 90


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of something is used: ``percent`` from 0 to 100, None where there is no end to it; and the same said."""

    percent: float | None
    said: str


Card = Sequence[tuple[str, object]]
"""The lines of a card: a label each, and a value or a :class:`Bar`; an empty label begins a new part."""


class Cards:
    """Writes a card for each row."""

    def __init__(self, sink: Sink, console: Console, card: Callable[[Row], Card]) -> None:
        self._sink = sink
        self._card = card
        self._pen = Pen(console, sink, width=console.width if sink.is_terminal else None)
        self._before = ""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some cards, an empty line between two."""
        for row in rows:
            self._sink.write(self._before + self._pen.draw(self._drawn(self._card(row))))
            self._before = "\n"

    def finish(self) -> None:
        """Nothing follows the last card."""

    def _drawn(self, card: Card) -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold", no_wrap=not self._sink.is_terminal)
        for label, value in card:
            grid.add_row(Text(printable(label)), _value(value, local=self._sink.is_terminal))
        return grid


def _value(value: object, *, local: bool) -> Text:
    if isinstance(value, Bar):
        return _bar(value)
    if local and isinstance(value, str) and "T" in value and (moment := parse_sent_at(value)):
        with suppress(OverflowError):  # a year that no time zone reaches stays as it is
            return Text(full_local(moment))
    return Text(NOTHING, style="dim") if value is None else Text(words("", value, {}))


def _bar(bar: Bar) -> Text:
    """A bar of blocks that also says its length in words: colours and blocks may be lost on the way."""
    said = printable(bar.said)
    if bar.percent is None:
        return Text(f"{'·' * _BAR}  {said}")
    full = round(min(max(bar.percent, 0), 100) * _BAR / 100)
    text = Text("█" * full, style="red" if bar.percent >= _NEARLY_FULL else "green")
    return text.append("░" * (_BAR - full), style="dim").append(f"  {said}", style="default")
