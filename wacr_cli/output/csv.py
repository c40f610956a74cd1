"""CSV and TSV: a header, then a line a row; null is empty, booleans are ``true`` and ``false``.

The csv module of Python 3.11 leaves a lone carriage return unquoted and takes half of a dump's time, so
lines are written here, a column of a window at a time: most columns hold nothing that needs a second look.
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
    """Rows as lines of cells: a header, then a line a row. How a column's cells are written, its children say."""

    def __init__(self, sink: Sink, columns: Sequence[str], separator: str, end: str, mark: str = "") -> None:
        self._sink = sink
        self._columns = columns
        self._separator = separator
        self._end = end
        self._header = mark + separator.join(columns) + end

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        columns = [self._column([row.get(name) for row in rows]) for name in self._columns]
        lines = [self._separator.join(line) + self._end for line in zip(*columns, strict=True)]
        self._sink.write(self._header + "".join(lines))
        self._header = ""

    def finish(self) -> None:
        """Write the header, should there have been no rows."""
        self._sink.write(self._header)

    def _column(self, values: list[object]) -> list[str]:
        raise NotImplementedError


class Csv(_Delimited):
    """RFC 4180 but for the line feed that ends a line; ``excel`` is the dialect of spreadsheets.

    That has a byte-order mark and CRLF, and an apostrophe before texts that would run as formulas.
    """

    def __init__(self, sink: Sink, columns: Sequence[str], *, excel: bool = False) -> None:
        super().__init__(sink, columns, ",", "\r\n" if excel else "\n", BYTE_ORDER_MARK * excel)
        self._excel = excel

    def _column(self, values: list[object]) -> list[str]:
        if self._excel:
            values = [_unformula(value) for value in values]
        cells = _texts(values)
        if self._sink.is_terminal:
            cells = [printable(cell) for cell in cells]
        if _wants_quotes("\0".join(cells)):
            cells = ['"' + cell.replace('"', '""') + '"' if _wants_quotes(cell) else cell for cell in cells]
        # An empty line is no row to whoever reads it.
        return cells if len(self._columns) > 1 else [cell or '""' for cell in cells]


class Tsv(_Delimited):
    r"""Tab-separated: tab, newline, carriage return and backslash are written ``\t \n \r \\``."""

    def __init__(self, sink: Sink, columns: Sequence[str]) -> None:
        super().__init__(sink, columns, "\t", "\n")

    def _column(self, values: list[object]) -> list[str]:
        cells = _texts(values)
        if _TSV_SPECIAL.search("\0".join(cells)):
            cells = [_TSV_SPECIAL.sub(_escaped, cell) for cell in cells]
        return [printable(cell) for cell in cells] if self._sink.is_terminal else cells


def _texts(values: list[object]) -> list[str]:
    """A column's values as texts, before anything is quoted."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return cast("list[str]", values)
    return list(map(str, values)) if kinds == {int} else [_text(value) for value in values]


def _text(value: object) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    return value if isinstance(value, str) else encode(value)


def _wants_quotes(text: str) -> bool:
    return "," in text or '"' in text or "\n" in text or "\r" in text


def _unformula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _escaped(found: re.Match[str]) -> str:
    return _TSV_ESCAPES[found[0]]
