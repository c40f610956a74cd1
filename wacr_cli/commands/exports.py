"""What ``wacr archive export`` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from gzip import GzipFile
from pathlib import Path
from typing import BinaryIO

from wacr_cli.archive.months import FIELDS
from wacr_cli.commands.answers import tell_age
from wacr_cli.core.models import Row
from wacr_cli.core.times import span
from wacr_cli.export.export import Export, Report, Writer
from wacr_cli.output import writers
from wacr_cli.output.csv import Csv
from wacr_cli.output.destinations import Stream
from wacr_cli.output.json import JsonLines
from wacr_cli.output.options import Display
from wacr_cli.session import Run

_LEVEL = 6


def export(run: Run, folder: str, kind: str, display: Display) -> None:
    """Bring an export up to date, and say what was done."""
    start = run.clock.monotonic()
    writer = writer_of(kind)
    tell_age(run)
    done = 0

    def tell(rows: int) -> None:
        nonlocal done
        done += rows
        run.console.status(f"{done:,} messages written")

    report = Export(run.store, Path(folder).expanduser(), kind, writer, tell).run()
    run.console.clear_status()
    if display.format not in (None, "table"):
        with writers.opened(display, run.console) as sink:
            row = asdict(report) | {"seconds": round(run.clock.monotonic() - start, 3)}
            form = display.chosen(terminal=False)
            out = writers.record_writer(form, sink, run.console, tuple(row), lambda _: (), single=True)
            out.write([row])
            out.finish()
    run.console.note(_closing(report, run.clock.monotonic() - start))


def _closing(report: Report, seconds: float) -> str:
    removed = f", {report.removed:,} removed" if report.removed else ""
    size = f" ({report.bytes / 2**20:,.1f} MiB)" if report.written else ""
    months = f"{report.written:,} month{'s' * (report.written != 1)} written{size}, {report.unchanged:,} unchanged"
    return f"{report.messages:,} message{'s' * (report.messages != 1)}: {months}{removed}; {span(seconds)}"


def writer_of(kind: str) -> Callable[[BinaryIO], Writer]:
    """What makes the writer of a file."""
    if kind == "parquet":
        from wacr_cli.export.parquet import Parquet

        return Parquet
    form, _, packed = kind.partition(".")
    return lambda file: _Text(file, form, packed=bool(packed))


class _Text:
    """Messages as CSV or JSON lines, packed where that is wanted; the same messages are the same bytes."""

    def __init__(self, file: BinaryIO, form: str, *, packed: bool) -> None:
        self._gzip = GzipFile(filename="", fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) if packed else None
        stream = Stream(self._gzip or file)  # type: ignore[arg-type]
        self._writer: Writer = Csv(stream, FIELDS) if form == "csv" else JsonLines(stream, FIELDS)

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages."""
        self._writer.write(rows)

    def finish(self) -> None:
        """Write what comes after the last."""
        self._writer.finish()
        if self._gzip:
            self._gzip.close()
