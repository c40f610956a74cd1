"""CSV and TSV: a header, then a line a row; null is empty, booleans are ``true`` and ``false``."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from wacr_cli.models import Row
from wacr_cli.output.json import encode
from wacr_cli.output.safe import printable
from wacr_cli.output.sinks import Sink

BYTE_ORDER_MARK = "\ufeff"

_PLAIN = frozenset((str, int, type(None)))
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - full-width signs run as formulas too
_TSV_SPECIAL = re.compile(r"[\t\n\r\\]")
_TSV_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"}


def cell(value: object) -> object:
    """What the csv module writes as it should: only texts, integers and None are that already."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if type(value) in _PLAIN else encode(value)


class Csv:
    """RFC 4180 but for the line feed that ends a line; ``excel`` is the dialect of spreadsheets.

    That has a byte-order mark and CRLF, and an apostrophe before texts that would run as formulas.
    """

    def __init__(self, sink: Sink, columns: Sequence[str], *, excel: bool = False) -> None:
        self._sink = sink
        self._columns = columns
        self._excel = excel
        self._lines: list[str] = []
        # Only with CRLF as its own line end does the csv module quote a lone carriage return.
        self._writer = csv.writer(_Lines(self._lines, "\r\n" if excel else "\n"), lineterminator="\r\n")
        self._writer.writerow(columns)
        if excel:
            self._lines.insert(0, BYTE_ORDER_MARK)

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._writer.writerows(
            zip(*(self._column([row.get(name) for row in rows]) for name in self._columns), strict=True)
        )
        self._flush()

    def finish(self) -> None:
        """Write the header, should there have been no rows."""
        self._flush()

    def _column(self, values: list[object]) -> list[object]:
        """The cells of a column; most columns hold nothing but what the csv module writes well by itself."""
        if change := self._change():
            return [change(cell(value)) for value in values]
        return values if _PLAIN.issuperset(map(type, values)) else [cell(value) for value in values]

    def _change(self) -> Callable[[object], object] | None:
        if self._excel:
            return _unformula_shown if self._sink.is_terminal else _unformula
        return _shown if self._sink.is_terminal else None

    def _flush(self) -> None:
        self._sink.write("".join(self._lines))
        self._lines.clear()


class _Lines:
    """The file that a csv writer writes to: gathers lines, each with the line end wanted."""

    def __init__(self, lines: list[str], end: str) -> None:
        self._lines = lines
        self._end = end

    def write(self, line: str) -> None:
        self._lines.append(line[:-2] + self._end)


def _unformula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _unformula_shown(value: object) -> object:
    return _shown(_unformula(value))


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) else value


class Tsv:
    r"""Tab-separated: tab, newline, carriage return and backslash are written ``\t \n \r \\``."""

    def __init__(self, sink: Sink, columns: Sequence[str]) -> None:
        self._sink = sink
        self._columns = columns
        self._header = "\t".join(columns) + "\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        lines = ["\t".join([self._cell(row.get(name)) for name in self._columns]) + "\n" for row in rows]
        self._sink.write(self._header + "".join(lines))
        self._header = ""

    def finish(self) -> None:
        """Write the header, should there have been no rows."""
        self._sink.write(self._header)

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        text = value if isinstance(value, str) else str(cell(value))
        escaped = _TSV_SPECIAL.sub(lambda found: _TSV_ESCAPES[found[0]], text)
        return printable(escaped) if self._sink.is_terminal else escaped
