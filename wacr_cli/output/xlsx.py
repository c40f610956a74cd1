"""Excel workbooks: a sheet with a header, filter buttons, real numbers and real times; every text is a text.

A row is written to a temporary file as it comes, so that memory does not grow with the number of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at
from wacr_cli.output.columns import is_time
from wacr_cli.output.json import encode
from wacr_cli.output.sanitize import printable

if TYPE_CHECKING:
    from wacr_cli.output.destinations import Stream

MAX_ROWS = 1_048_575
"""Rows of a sheet, without the header."""

MAX_TEXT = 32_767
"""The most UTF-16 units in a cell."""

_CUT = " … [cut]"
_MAX_DIGITS = 15
# Excel counts days from 1900, which it takes for a leap year.
_FIRST_TIME = datetime(1900, 3, 1)
_NUMBERS_IN_NAME = frozenset(("sender_id", "number", "phone", "zip"))
# What XML can't hold. A carriage return would be read as a line feed.
_UNHOLDABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_CHUNK = 1 << 20
_MIN_WIDTH, _MAX_WIDTH, _TIME_WIDTH = 8, 60, 19


class Xlsx:
    """Rows as a workbook. *folder* holds them until it is finished; *warn* gets a line for each text that is cut.

    Times are in UTC, which the header says. Numbers of more than 15 digits, which Excel can't hold, are texts.
    """

    def __init__(self, sink: Stream, columns: Sequence[str], folder: str, warn: Callable[[str], None]) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise UsageError("Excel files need XlsxWriter", "Install it: pip install 'wacr-cli[excel]'") from None
        self._sink = sink
        self._path = Path(folder) / "book.xlsx"
        self._columns = columns
        self._warn = warn
        self._book = xlsxwriter.Workbook(self._path, {"constant_memory": True, "tmpdir": folder})
        self._book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC)})  # the same rows give the same file
        self._header = self._book.add_format({"bold": True})
        self._time, self._digits = (
            self._book.add_format({"num_format": name}) for name in ("yyyy-mm-dd hh:mm:ss", "0")
        )
        self._sheet_class = _make_sheet_class()
        self._widths = [len(self._name(column)) + 3 for column in columns]
        self._sheet: Any = None
        self._row = MAX_ROWS

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        for row in rows:
            if self._row >= MAX_ROWS:
                self._start_sheet()
            self._row += 1
            for at, column in enumerate(self._columns):
                self._write_cell(at, column, row.get(column), row)

    def finish(self) -> None:
        """Write the workbook."""
        from xlsxwriter.exceptions import FileCreateError

        if self._sheet is None:
            self._start_sheet()
        self._end_sheet()
        try:
            self._book.close()
        except FileCreateError as error:
            raise WacrError(f"writing failed: {error}", "Is the disk full?", code="WRITE_FAILED") from None
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                self._sink.write_bytes(chunk)

    def close(self) -> None:
        """Close the temporary files of a workbook that was not finished."""
        for sheet in self._book.worksheets():
            if not sheet.row_data_fh.closed:
                sheet.row_data_fh.close()

    def _start_sheet(self) -> None:
        if self._sheet is not None:
            self._end_sheet()
        self._sheet = self._book.add_worksheet(worksheet_class=self._sheet_class)
        self._sheet.freeze_panes(1, 0)
        for at, column in enumerate(self._columns):
            self._sheet.write_string(0, at, self._fit(self._name(column), column, {}), self._header)
        self._row = 0

    def _end_sheet(self) -> None:
        """Set what depends on all rows."""
        if self._columns:
            self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)
        for at, width in enumerate(self._widths):
            self._sheet.set_column(at, at, min(max(width, _MIN_WIDTH), _MAX_WIDTH))

    def _name(self, column: str) -> str:
        return f"{column} (UTC)" if is_time(column) else column

    def _write_cell(self, at: int, column: str, value: object, row: Row) -> None:
        """Write a value as what it is: nothing, a boolean, a number, a time or a text."""
        if value is None:
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, at, value)
        elif isinstance(value, int | float) and abs(value) < 10**_MAX_DIGITS and column not in _NUMBERS_IN_NAME:
            # Excel's general format shows 12 digits as 1.23E+11.
            self._sheet.write_number(self._row, at, value, self._digits if isinstance(value, int) else None)
            self._widen(at, len(str(value)))
        elif is_time(column) and (moment := _to_excel_time(value)):
            self._sheet.write_datetime(self._row, at, moment, self._time)
            self._widen(at, _TIME_WIDTH)
        else:
            text = self._fit(value if isinstance(value, str) else encode(value), column, row)
            self._sheet.write_string(self._row, at, text)
            self._widen(at, max(map(len, text.split("\n"))) + 1)

    def _widen(self, at: int, width: int) -> None:
        self._widths[at] = max(self._widths[at], width)

    def _fit(self, text: str, column: str, row: Row) -> str:
        """Return a text that a cell can hold."""
        text = _UNHOLDABLE.sub(_make_visible, text.replace("\r\n", "\n"))
        encoded = text.encode("utf-16-le")
        if len(encoded) <= 2 * MAX_TEXT:
            return text
        self._warn(f"wacr: {column} of {row.get('id')} has more than {MAX_TEXT:,} characters, and was cut")
        return encoded[: 2 * (MAX_TEXT - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def _make_sheet_class() -> Any:
    """Return a worksheet that takes no text for markup: xlsxwriter would write ``<r>…</r>`` into the file as it is."""
    from xlsxwriter.worksheet import Worksheet

    class Sheet(Worksheet):  # type: ignore[misc] # the library has no types
        def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
            self._xml_inline_string(string, True, attributes)

    return Sheet


def _make_visible(found: re.Match[str]) -> str:
    """Return a character as tables show it, in escapes where they don't need to."""
    shown = printable(found[0])
    return shown if shown != found[0] else f"\\u{ord(shown):04x}"


def _to_excel_time(value: object) -> datetime | None:
    """Return a time in UTC without its zone, None where Excel has no such time."""
    moment = parse_sent_at(value)
    if moment is None:
        return None
    try:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None
    return moment if moment >= _FIRST_TIME else None
