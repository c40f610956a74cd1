"""Messages of an export as CSV or JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from gzip import GzipFile
from typing import BinaryIO

from wacr_cli.archive.months import FIELDS
from wacr_cli.core.models import Row
from wacr_cli.output.csv import Csv
from wacr_cli.output.destinations import Stream
from wacr_cli.output.json import JsonLines

_COMPRESSION_LEVEL = 6


class Text:
    """Writes one file: ``csv`` or ``jsonl``, gzip-compressed or not. The same messages give the same bytes."""

    def __init__(self, file: BinaryIO, form: str, *, compressed: bool) -> None:
        self._gzip = None
        if compressed:
            self._gzip = GzipFile(filename="", fileobj=file, mode="wb", compresslevel=_COMPRESSION_LEVEL, mtime=0)
        stream = Stream(self._gzip or file)  # type: ignore[arg-type]
        self._writer = Csv(stream, FIELDS) if form == "csv" else JsonLines(stream, FIELDS)

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages."""
        self._writer.write(rows)

    def finish(self) -> None:
        """Write what comes after the last message."""
        self._writer.finish()
        if self._gzip:
            self._gzip.close()
