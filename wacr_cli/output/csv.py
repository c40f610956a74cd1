"""CSV and TSV: a header, then a line for each row; null is empty, booleans are ``true`` and ``false``.

The csv module of Python 3.11 leaves a lone carriage return unquoted and takes half of the time of a large export, so
the lines are written here, one column of a window at a time: most columns contain nothing to quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from wacr_cli.core.models import Row
from wacr_cli.output.destinations import Sink
from wacr_cli.output.json import encode
from wacr_cli.output.sanitize import printable

BYTE_ORDER_MARK = "\ufeff"

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - full-width signs run as formulas too
_TSV_SPECIAL = re.compile(r"[\t\n\r\\]")
_TSV_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"}


class _Delimited:
    """Rows as lines of cells, after a header. Subclasses format the cells of a column."""

    def __init__(self, sink: Sink, columns: Sequence[str], separator: str, end: str, mark: str = "") -> None:
        self._sink = sink
        self._columns = columns
        self._separator = separator
        self._end = end
        self._header = mark + separator.join(columns) + end

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        columns = [self._format_column([row.get(name) for row in rows]) for name in self._columns]
        lines = [self._separator.join(line) + self._end for line in zip(*columns, strict=True)]
        self._sink.write(self._header + "".join(lines))
        self._header = ""

    def finish(self) -> None:
        """Write the header where there were no rows."""
        self._sink.write(self._header)

    def _format_column(self, values: list[object]) -> list[str]:
        raise NotImplementedError


class Csv(_Delimited):
    """RFC 4180 with line feeds; ``excel`` is the dialect of spreadsheets.

    That has a byte-order mark, CRLF, and an apostrophe before texts that would run as formulas.
    """

    def __init__(self, sink: Sink, columns: Sequence[str], *, excel: bool = False) -> None:
        super().__init__(sink, columns, ",", "\r\n" if excel else "\n", BYTE_ORDER_MARK * excel)
        self._excel = excel

    def _format_column(self, values: list[object]) -> list[str]:
        if self._excel:
            values = [_escape_formula(value) for value in values]
        cells = _format_values(values)
        if self._sink.is_terminal:
            cells = [printable(cell) for cell in cells]
        if _needs_quotes("\0".join(cells)):
            cells = ['"' + cell.replace('"', '""') + '"' if _needs_quotes(cell) else cell for cell in cells]
        # Readers skip an empty line, so the only cell of a row is quoted.
        return cells if len(self._columns) > 1 else [cell or '""' for cell in cells]


class Tsv(_Delimited):
    r"""Tab-separated values: tab, newline, carriage return and backslash are written ``\t \n \r \\``."""

    def __init__(self, sink: Sink, columns: Sequence[str]) -> None:
        super().__init__(sink, columns, "\t", "\n")

    def _format_column(self, values: list[object]) -> list[str]:
        cells = _format_values(values)
        if _TSV_SPECIAL.search("\0".join(cells)):
            cells = [_TSV_SPECIAL.sub(_escape_tsv, cell) for cell in cells]
        return [printable(cell) for cell in cells] if self._sink.is_terminal else cells


def _format_values(values: list[object]) -> list[str]:
    """Return the values of a column as texts, before anything is quoted."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return cast("list[str]", values)
    return list(map(str, values)) if kinds == {int} else [_format_value(value) for value in values]


def _format_value(value: object) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    return value if isinstance(value, str) else encode(value)


def _needs_quotes(text: str) -> bool:
    return "," in text or '"' in text or "\n" in text or "\r" in text


def _escape_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _escape_tsv(found: re.Match[str]) -> str:
    return _TSV_ESCAPES[found[0]]
