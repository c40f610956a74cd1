"""Markdown: a transcript, and rows as a table. Untrusted text is escaped, so that Markdown shows it as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from wacr_cli.core.models import Row
from wacr_cli.output.destinations import Sink
from wacr_cli.output.sanitize import printable
from wacr_cli.output.transcript import (
    DayHeadings,
    Entry,
    Find,
    format_clock,
    format_zone,
    heading,
    make_entries,
    summarize,
)

_SIGNS = re.compile(r"([\\`*_\[\]<>&|~#$])")
# What begins a list, underlines a heading or draws a rule at the start of a line; what makes a link anywhere.
_STARTS = re.compile(r"^(\s*)([-+=]|[0-9]{1,9}(?=[.)]))")
_LINKS = re.compile(r"(?i)(\bwww|\bhttps?|\bftp|\bmailto|\bxmpp)([.:])|@")


def escape(text: str) -> str:
    """Return a line of text that Markdown shows as it is."""
    escaped = _SIGNS.sub(r"\\\1", printable(text))
    escaped = _STARTS.sub(_escape_start, escaped)
    escaped = _LINKS.sub(_escape_link, escaped)
    return re.sub(r"^ +| {2,}$", lambda blanks: "&nbsp;" * len(blanks[0]), escaped)


def _escape_start(found: re.Match[str]) -> str:
    sign = found[2]
    return f"{found[1]}{sign}\\" if sign.isdigit() else f"{found[1]}\\{sign}"


def _escape_link(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else "&#64;"


class MarkdownTranscript:
    """Writes messages under their days, each with its sender and time; the text is a quotation.

    The heading of a message is bold, that of an internal note italic.
    """

    def __init__(self, sink: Sink, conversation: Row, now: Callable[[], datetime], find: Find) -> None:
        self._sink = sink
        self._find = find
        self._days = DayHeadings()
        more = f"{summarize(conversation, now())}. " if summarize(conversation, now()) else ""
        about = f"{more}Times are local, {format_zone(now())} now."
        self._head = f"# {escape(' · '.join(heading(conversation)))}\n\n{escape(about)}\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages, oldest first."""
        parts = [self._head]
        self._head = ""
        for entry in make_entries(rows, self._find):
            if day := self._days.next(entry):
                parts.append(f"\n## {day}\n")
            parts.append(_format_entry(entry))
        self._sink.write("".join(parts))

    def finish(self) -> None:
        """Write the heading where there were no messages."""
        self._sink.write(self._head)
        self._head = ""


def _format_entry(entry: Entry) -> str:
    status = f" · {escape(entry.status)}" if entry.status else ""
    lines = []
    if entry.quote:
        lines += [f"> > {escape(str(entry.quote))}", ">"]
    if entry.media:
        lines += [f"> *{escape(entry.media)}*", *[">"] * bool(entry.text)]
    # A backslash at the end keeps the line break.
    lines += "\\\n".join(f"> {escape(line)}" for line in entry.text.split("\n")).split("\n") if entry.text else []
    lines = [">" if line == "> \\" else line for line in lines]
    who = f"*{escape(entry.who)}*" if entry.is_comment else f"**{escape(entry.who)}**"
    return "\n".join((f"\n{who}, {escape(format_clock(entry))}{status}\n", *lines)) + "\n"


class MarkdownTable:
    """Writes rows as a table."""

    def __init__(self, sink: Sink, columns: Sequence[str]) -> None:
        self._sink = sink
        self._columns = columns
        self._head = f"| {' | '.join(map(_format_title, columns))} |\n|{' --- |' * len(columns)}\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows; a heading before the first."""
        lines = [f"| {' | '.join(escape(_format_cell(row.get(name))) for name in self._columns)} |\n" for row in rows]
        self._sink.write(self._head + "".join(lines))
        self._head = ""

    def finish(self) -> None:
        """Write the heading where there were no rows."""
        self._sink.write(self._head)


def _format_title(name: str) -> str:
    return name.replace("_", " ")


def _format_cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
