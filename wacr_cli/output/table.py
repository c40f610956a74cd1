"""Rows as a table for people. Untrusted text is shown, never obeyed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.table import Table as RichTable
from rich.text import Text

from wacr_cli.core.models import Row
from wacr_cli.output.cells import cut, escape_ambiguous, make_cell, max_cell_width
from wacr_cli.output.columns import Column, make_columns
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Sink
from wacr_cli.output.rendering import Renderer

_GAP = 2
_WIDE_TERMINAL = 100
_READABLE_TEXT = 40
_MIN_TEXT = 20


class Table:
    """Writes rows, a line each. Columns are as wide as the rows so far need; flexible ones take what is left.

    On a terminal, rows are cut to its width and times are local; elsewhere nothing is cut and times are as received.
    """

    def __init__(self, sink: Sink, console: Console, fields: Sequence[str], now: Callable[[], datetime]) -> None:
        self._sink = sink
        self._renderer = Renderer(console, sink)
        self._is_cut = sink.is_terminal
        self._columns = make_columns(fields)
        self._now = now
        self._widths: list[int] = []
        self._width = console.width
        self._gap = _GAP if console.width >= _WIDE_TERMINAL or not self._is_cut else 1

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows; the headings come before the first."""
        if not rows:
            return
        now = self._now() if self._is_cut else None
        if self._is_cut:
            rows = [_truncate_texts(row, 8 * self._width + 256) for row in rows]
        lines = [[self._make_cell(column, row, now) for column in self._columns] for row in rows]
        has_headings = not self._widths
        self._widths = self._fit(lines)
        if self._is_cut:
            for line in lines:
                line[:] = [cut(cell, width) for cell, width in zip(line, self._widths, strict=True)]
                self._reserve_overflow(line)
        self._sink.write(self._renderer.render(self._build(lines, has_headings=has_headings)))

    def finish(self) -> None:
        """Nothing follows the last row."""

    def _make_cell(self, column: Column, row: Row, now: datetime | None) -> Text:
        cell = make_cell(column.field, row, now)
        return cell if not self._is_cut or column.flexible or column.verbatim else escape_ambiguous(cell)

    def _build(self, lines: list[list[Text]], *, has_headings: bool) -> RichTable:
        table = RichTable(
            box=None, show_header=has_headings, pad_edge=False, padding=(0, self._gap, 0, 0), header_style="bold"
        )
        for column, width in zip(self._columns, self._widths, strict=True):
            table.add_column(
                column.heading,
                justify="right" if column.align_right else "left",
                no_wrap=True,
                overflow="ellipsis",
                min_width=width,
                max_width=width if self._is_cut else None,
            )
        for line in lines:
            table.add_row(*line)
        return table

    def _reserve_overflow(self, line: list[Text]) -> None:
        """Cut flexible cells by as much as verbatim ones may turn out wider than they are padded for."""
        overflow = sum(
            max_cell_width(cell.plain) - cell_len(cell.plain)
            for column, cell in zip(self._columns, line, strict=True)
            if column.verbatim
        )
        for i, column in enumerate(self._columns):
            if overflow and column.flexible:
                line[i] = cut(line[i], max(1, self._widths[i] - overflow))

    def _fit(self, lines: list[list[Text]]) -> list[int]:
        """Return the width of each column: what the rows so far need, within what the terminal has."""
        before = self._widths or [cell_len(column.heading) for column in self._columns]
        needed = [max(width, *(max_cell_width(line[i].plain) for line in lines)) for i, width in enumerate(before)]
        if not self._is_cut:
            return needed
        widths = [
            width if column.flexible else min(width, column.max_width)
            for width, column in zip(needed, self._columns, strict=True)
        ]
        excess = sum(widths) + self._gap * (len(widths) - 1) - self._width
        excess = self._shrink(widths, excess, lambda column: _READABLE_TEXT * column.flexible)
        excess = self._shrink(widths, excess, lambda column: column.min_width)
        excess = self._shrink(widths, excess, lambda column: _MIN_TEXT * column.flexible)
        while excess > 0 and max(widths) > 4:
            widths[widths.index(max(widths))] -= 1
            excess -= 1
        return widths

    def _shrink(self, widths: list[int], excess: int, min_width: Callable[[Column], int]) -> int:
        """Narrow the columns that have a ``min_width`` while a line is too wide; return the cells still in excess."""
        for i, column in enumerate(self._columns):
            if excess > 0 and (narrowest := min_width(column)):
                saved = min(excess, max(0, widths[i] - narrowest))
                widths[i] -= saved
                excess -= saved
        return excess


def _truncate_texts(row: Row, length: int) -> Row:
    """Return the row with texts no longer than could be shown: to measure 65,000 characters for a line takes time."""
    return {name: value[:length] if isinstance(value, str) else value for name, value in row.items()}
