"""Markdown: a transcript, and rows as a table. What strangers wrote is shown as text and means nothing to Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from wacr_cli.core.models import Row
from wacr_cli.output.destinations import Sink
from wacr_cli.output.sanitize import printable
from wacr_cli.output.transcript import Days, Entry, Find, clock, entries, heading, standing, zone_of

_SIGNS = re.compile(r"([\\`*_\[\]<>&|~#$])")
# What makes a list, a heading's underline or a rule at the beginning of a line, and a link of bare words anywhere.
_STARTS = re.compile(r"^(\s*)([-+=]|[0-9]{1,9}(?=[.)]))")
_LINKS = re.compile(r"(?i)(\bwww|\bhttps?|\bftp|\bmailto|\bxmpp)([.:])|@")


def plain(text: str) -> str:
    """A line of text that Markdown shows as it is."""
    escaped = _SIGNS.sub(r"\\\1", printable(text))
    escaped = _STARTS.sub(_unlisted, escaped)
    escaped = _LINKS.sub(_unlinked, escaped)
    return re.sub(r"^ +| {2,}$", lambda blanks: "&nbsp;" * len(blanks[0]), escaped)


def _unlisted(found: re.Match[str]) -> str:
    sign = found[2]
    return f"{found[1]}{sign}\\" if sign.isdigit() else f"{found[1]}\\{sign}"


def _unlinked(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else "&#64;"


class MarkdownTranscript:
    """Writes messages under their days, each with who said it and when, its text as a quotation."""

    def __init__(self, sink: Sink, known: Row, now: Callable[[], datetime], find: Find) -> None:
        self._sink = sink
        self._find = find
        self._days = Days()
        more = f"{standing(known, now())}. " if standing(known, now()) else ""
        self._head = (
            f"# {plain(' · '.join(heading(known)))}\n\n{plain(f'{more}Times are local, {zone_of(now())} now.')}\n"
        )

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages, oldest first."""
        parts = [self._head]
        self._head = ""
        for entry in entries(rows, self._find):
            if day := self._days.begun_by(entry):
                parts.append(f"\n## {day}\n")
            parts.append(_said(entry))
        self._sink.write("".join(parts))

    def finish(self) -> None:
        """Write the heading, should there have been no messages."""
        self._sink.write(self._head)
        self._head = ""


def _said(entry: Entry) -> str:
    status = f" · {plain(entry.status)}" if entry.status else ""
    lines = []
    if entry.quote:
        words = f"{entry.quote.who}: {entry.quote.text}" if entry.quote.who else "in reply to a message not at hand"
        lines += [f"> > {plain(words)}", ">"]
    if entry.media:
        lines += [f"> *{plain(entry.media)}*", *[">"] * bool(entry.text)]
    # A backslash at the end of a line keeps it a line.
    lines += "\\\n".join(f"> {plain(line)}" for line in entry.text.split("\n")).split("\n") if entry.text else []
    lines = [">" if line == "> \\" else line for line in lines]
    return "\n".join((f"\n**{plain(entry.who)}**, {plain(clock(entry))}{status}\n", *lines)) + "\n"


class MarkdownTable:
    """Writes rows as a table."""

    def __init__(self, sink: Sink, columns: Sequence[str]) -> None:
        self._sink = sink
        self._columns = columns
        self._head = f"| {' | '.join(map(_titled, columns))} |\n|{' --- |' * len(columns)}\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows; a heading before the first."""
        lines = [f"| {' | '.join(plain(_cell(row.get(name))) for name in self._columns)} |\n" for row in rows]
        self._sink.write(self._head + "".join(lines))
        self._head = ""

    def finish(self) -> None:
        """Write the heading, should there have been no rows."""
        self._sink.write(self._head)


def _titled(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
