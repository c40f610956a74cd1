"""The way out of a run: which format, into what, and the writer that does it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import DETAIL_FIELDS, Row
from wacr_cli.core.query import Query
from wacr_cli.output.console import Console
from wacr_cli.output.csv import Csv, Tsv
from wacr_cli.output.destinations import Pager, Sink, Stream, output_file
from wacr_cli.output.json import JsonArray, JsonLines, JsonObject, JsonWithin
from wacr_cli.output.options import Display, Format

if TYPE_CHECKING:
    from wacr_cli.output.cards import Card
    from wacr_cli.output.transcript import Find


_OF_A_CONVERSATION = ("unread", "last_at", "waiting_since", "window_closes_at", "last_message")


class Writer(Protocol):
    """Writes rows in one format."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        ...

    def finish(self) -> None:
        """Write what comes after the last row."""
        ...


@contextmanager
def opened(display: Display, console: Console) -> Iterator[Sink]:
    """What the rows are written to: the file that was named, or standard output by way of the pager."""
    if display.output not in (None, "-"):
        with output_file(str(display.output)) as sink:
            yield sink
        return
    if sys.stdout is None:
        raise UsageError("standard output is closed", "Leave it open, or name a file with --output.")
    stdout = Stream(sys.stdout.buffer, is_terminal=console.stdout_is_terminal)
    if console.pager and display.chosen(terminal=True) == "table":
        with _paged(stdout, console) as pager:
            yield pager
    else:
        yield stdout


@contextmanager
def _paged(stdout: Stream, console: Console) -> Iterator[Sink]:
    pager = Pager(stdout, console.pager, console.height, console.yield_screen)
    try:
        yield pager
    finally:
        pager.finish()


def message_writer(
    form: Format,
    sink: Sink,
    console: Console,
    now: Callable[[], datetime],
    query: Query,
    *,
    excel: bool = False,
) -> Writer:
    """The writer of the messages that answer a query; JSON holds whole rows where no fields were asked for."""
    if form == "table":
        from wacr_cli.output.table import MessageTable, columns_with

        return MessageTable(sink, console, query.fields or columns_with(query.added), now)
    if form == "json":
        return JsonArray(sink, query.fields)
    if form == "jsonl":
        return JsonLines(sink, query.fields)
    return Csv(sink, query.columns, excel=excel) if form == "csv" else Tsv(sink, query.columns)


def record_writer(
    form: Format,
    sink: Sink,
    console: Console,
    columns: Sequence[str],
    card: Callable[[Row], Card],
    *,
    single: bool = False,
    excel: bool = False,
) -> Writer:
    """The writer of things other than messages; ``card`` makes what a person sees of one."""
    if form == "table":
        from wacr_cli.output.cards import Cards

        return Cards(sink, console, card)
    if form == "json":
        return JsonObject(sink) if single else JsonArray(sink, None)
    if form == "jsonl":
        return JsonLines(sink, None)
    return Csv(sink, columns, excel=excel) if form == "csv" else Tsv(sink, columns)


def row_writer(
    form: Format,
    sink: Sink,
    console: Console,
    now: Callable[[], datetime],
    columns: Sequence[str],
    *,
    excel: bool = False,
    chosen: Sequence[str] | None = None,
) -> Writer:
    """The writer of rows of any kind: JSON holds whole rows unless ``chosen`` names fields, others hold ``columns``."""
    if form == "table":
        from wacr_cli.output.table import MessageTable

        return MessageTable(sink, console, columns, now)
    if form == "json":
        return JsonArray(sink, chosen)
    if form == "jsonl":
        return JsonLines(sink, chosen)
    return Csv(sink, chosen or columns, excel=excel) if form == "csv" else Tsv(sink, chosen or columns)


def transcript_writer(
    form: Format,
    sink: Sink,
    console: Console,
    now: Callable[[], datetime],
    known: Row,
    find: Find,
    columns: Sequence[str],
) -> Writer:
    """The writer of a conversation's messages, of which ``known`` is said; ``find`` has what they reply to."""
    if form == "table":
        from wacr_cli.output.chat import Bubbles

        return Bubbles(sink, console, known, now, find)
    if form == "md":
        from wacr_cli.output.markdown import MarkdownTranscript

        return MarkdownTranscript(sink, known, now, find)
    if form == "html":
        from wacr_cli.output.html import HtmlTranscript

        return HtmlTranscript(sink, known, now, find)
    if form == "json":
        return JsonWithin(sink, "conversation", known, "messages")
    return row_writer(form, sink, console, now, columns)


def conversations_writer(
    form: Format, sink: Sink, console: Console, now: Callable[[], datetime], columns: Sequence[str], about: str
) -> Writer:
    """The writer of a list of conversations; ``about`` is said of it on a page.

    What people look at has few columns; who has no name is there by the number.
    """
    few = ("id", "name" if "name" in columns else "number", *_OF_A_CONVERSATION)
    if form == "md":
        from wacr_cli.output.markdown import MarkdownTable

        return MarkdownTable(sink, few)
    if form == "html":
        from wacr_cli.output.html import HtmlTable

        return HtmlTable(sink, few, "Conversations", about, now())
    return row_writer(form, sink, console, now, few if form == "table" else columns)


def detail_writer(
    form: Format,
    sink: Sink,
    console: Console,
    now: Callable[[], datetime],
    *,
    single: bool,
    excel: bool = False,
    columns: Sequence[str] = DETAIL_FIELDS,
) -> Writer:
    """The writer of messages with all their fields, ``columns``; ``single`` says that one was asked for."""
    if form == "table":
        from wacr_cli.output.table import MessageCards

        return MessageCards(sink, console, now, columns)
    if form == "json":
        return JsonObject(sink) if single else JsonArray(sink, None)
    if form == "jsonl":
        return JsonLines(sink, None)
    return Csv(sink, columns, excel=excel) if form == "csv" else Tsv(sink, columns)
