"""Writers: one for each format. Data formats are the same for all rows; what people look at is a :data:`View`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from wacr_cli.core.models import TEMPLATE_FIELDS, Row
from wacr_cli.output.columns import CONVERSATION_COLUMNS
from wacr_cli.output.console import Console
from wacr_cli.output.csv import Csv, Tsv
from wacr_cli.output.destinations import Sink
from wacr_cli.output.json import JsonArray, JsonDocument, JsonLines, JsonObject
from wacr_cli.output.options import Format

if TYPE_CHECKING:
    from wacr_cli.output.cards import Card
    from wacr_cli.output.transcript import Find, FindFile


class Writer(Protocol):
    """Writes rows in one format."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        ...

    def finish(self) -> None:
        """Write what comes after the last row."""
        ...


View = Callable[[Format, Sink], Writer | None]
"""Makes the writer of a format that depends on what the rows are; None leaves it to :func:`make_writer`."""


def make_writer(
    form: Format,
    sink: Sink,
    columns: Sequence[str],
    *,
    view: View,
    fields: Sequence[str] | None = None,
    excel: bool = False,
) -> Writer:
    """Return the writer of a format: CSV and TSV have *columns*; JSON has whole rows, or *fields* where given."""
    if writer := view(form, sink):
        return writer
    if form == "json":
        return JsonArray(sink, fields)
    if form == "jsonl":
        return JsonLines(sink, fields)
    return Csv(sink, columns, excel=excel) if form == "csv" else Tsv(sink, columns)


def table_view(console: Console, now: Callable[[], datetime], fields: Sequence[str]) -> View:
    """Return the view of rows as a table of *fields*."""

    def make(form: Format, sink: Sink) -> Writer | None:
        if form != "table":
            return None
        from wacr_cli.output.table import Table

        return Table(sink, console, fields, now)

    return make


def card_view(console: Console, make_card: Callable[[Row, bool], Card], *, single: bool = False) -> View:
    """Return the view of rows as cards; with *single*, JSON is one object and not an array."""

    def make(form: Format, sink: Sink) -> Writer | None:
        if form == "json" and single:
            return JsonObject(sink)
        if form != "table":
            return None
        from wacr_cli.output.cards import Cards

        return Cards(sink, console, make_card)

    return make


def template_view(console: Console, *, single: bool = False) -> View:
    """Return the view of templates as cards; with *single*, JSON is one object and not an array."""

    def make_card(row: Row, is_terminal: bool) -> Card:
        from wacr_cli.output.cards import make_template_card

        return make_template_card(row, TEMPLATE_FIELDS, is_terminal)

    return card_view(console, make_card, single=single)


def conversation_list_view(
    console: Console, now: Callable[[], datetime], columns: Sequence[str], description: str
) -> View:
    """Return the view of a list of conversations; a page shows its *description*.

    What people look at has few columns, and the number where there is no name.
    """
    shown = ("name" if "name" in columns else "number", "id", *CONVERSATION_COLUMNS)

    def make(form: Format, sink: Sink) -> Writer | None:
        if form == "md":
            from wacr_cli.output.markdown import MarkdownTable

            return MarkdownTable(sink, shown)
        if form == "html":
            from wacr_cli.output.html import HtmlTable

            return HtmlTable(sink, shown, "Conversations", description, now())
        return table_view(console, now, shown)(form, sink)

    return make


def transcript_view(
    console: Console, now: Callable[[], datetime], conversation: Row, find: Find, files: FindFile | None = None
) -> View:
    """Return the view of a conversation's messages; *find* returns the message that another one replies to.

    *files* returns the relative URL of a message's file, for HTML.
    """

    def make(form: Format, sink: Sink) -> Writer | None:
        if form == "table":
            from wacr_cli.output.chat import Chat

            return Chat(sink, console, conversation, now, find)
        if form == "md":
            from wacr_cli.output.markdown import MarkdownTranscript

            return MarkdownTranscript(sink, conversation, now, find)
        if form == "html":
            from wacr_cli.output.html import HtmlTranscript

            return HtmlTranscript(sink, conversation, now, find, files)
        return JsonDocument(sink, "conversation", conversation, "messages") if form == "json" else None

    return make


def statistics_view(console: Console) -> View:
    """Return the view of statistics: tables with bars; JSON is one object."""

    def make(form: Format, sink: Sink) -> Writer | None:
        if form == "json":
            return JsonObject(sink)
        if form != "table":
            return None
        from wacr_cli.output.statistics import StatisticsTable

        return StatisticsTable(sink, console)

    return make
