"""The output of one command: where it goes, in which format, and the writer that does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Pager, PagerClosedError, Sink, Stream, output_file
from wacr_cli.output.options import Format, OutputOptions
from wacr_cli.output.writers import View, Writer, card_view, make_writer, table_view

if TYPE_CHECKING:
    from wacr_cli.output.cards import Card


class Output:
    """Writes rows, a record or a text as the options say: :meth:`rows`, :meth:`record`, :meth:`text`."""

    def __init__(self, options: OutputOptions, console: Console, now: Callable[[], datetime]) -> None:
        self._options = options
        self._console = console
        self._now = now
        self._temporary = ExitStack()

    @property
    def format(self) -> Format:
        """The format of this run."""
        return self._options.resolve_format(is_terminal=self._console.stdout_is_terminal)

    @contextmanager
    def open(self) -> Iterator[Sink]:
        """Open what is written to: the file that ``--output`` names, or standard output through the pager.

        Closing the pager early ends the block without an error: the reader has seen enough.
        """
        try:
            with self._open() as sink, ExitStack() as self._temporary:
                yield sink
        except PagerClosedError:
            self._console.quiet = True

    @contextmanager
    def rows(
        self, columns: Sequence[str], *, fields: Sequence[str] | None = None, view: View | None = None
    ) -> Iterator[Writer]:
        """Open the output and return its writer of rows.

        CSV and TSV have *columns*; JSON has whole rows, or *fields* where given. *view* is what people look at, by
        default a table of the columns. The caller finishes the writer.
        """
        with self.open() as sink:
            yield self.make_writer(sink, columns, fields=fields, view=view)

    def make_writer(
        self, sink: Sink, columns: Sequence[str], *, fields: Sequence[str] | None = None, view: View | None = None
    ) -> Writer:
        """Return the writer of rows to an open output; see :meth:`rows`."""
        if self.format == "xlsx":
            return self._make_xlsx(sink, fields or columns)
        view = view or table_view(self._console, self._now, columns)
        return make_writer(self.format, sink, columns, view=view, fields=fields, excel=self._options.excel)

    def _make_xlsx(self, sink: Sink, columns: Sequence[str]) -> Writer:
        """Return the writer of a workbook. Raises :class:`UsageError` for a terminal."""
        from tempfile import TemporaryDirectory

        from wacr_cli.output.xlsx import Xlsx

        folder = self._temporary.enter_context(TemporaryDirectory(prefix="wacr-"))
        book = Xlsx(self._require_bytes(sink, "an Excel file"), columns, folder, self._console.note)
        self._temporary.callback(book.close)
        return book

    def record(self, row: Row, make_card: Callable[[Row], Card]) -> None:
        """Write a single row: a card for people, one object in JSON."""
        view = card_view(self._console, lambda one, _: make_card(one), single=True)
        with self.rows(tuple(row), view=view) as writer:
            writer.write([row])
            writer.finish()

    def text(self, *lines: str) -> None:
        """Write lines of text to the destination, whatever the format."""
        with self.open() as sink:
            for line in lines:
                sink.write(f"{line}\n")

    def picture(self, data: bytes) -> None:
        """Write bytes to the destination. Raises :class:`UsageError` where that is a terminal."""
        with self.open() as sink:
            self._require_bytes(sink, "a picture").write_bytes(data)

    def _require_bytes(self, sink: Sink, what: str) -> Stream:
        if sink.is_terminal or not isinstance(sink, Stream):
            raise UsageError(f"{what} can't be shown in a terminal", "Name a file with --output.")
        return sink

    @contextmanager
    def _open(self) -> Iterator[Sink]:
        if self._options.is_file:
            with output_file(str(self._options.output)) as file:
                yield file
            return
        if sys.stdout is None:
            raise UsageError("standard output is closed", "Leave it open, or name a file with --output.")
        stdout = Stream(sys.stdout.buffer, is_terminal=self._console.stdout_is_terminal)
        if not self._console.pager or self._options.resolve_format(is_terminal=True) != "table":
            yield stdout
            return
        pager = Pager(stdout, self._console.pager, self._console.height, self._console.yield_screen)
        try:
            yield pager
        finally:
            pager.finish()
