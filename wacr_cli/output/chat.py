"""A transcript in a terminal: the customer on the left, the business on the right, days in between.

An internal note is on the left behind a dashed line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.text import Text

from wacr_cli.core.models import Row
from wacr_cli.output.cells import max_cell_width
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Sink
from wacr_cli.output.rendering import Renderer
from wacr_cli.output.sanitize import printable
from wacr_cli.output.transcript import DayHeadings, Entry, Find, format_clock, heading, make_entries, summarize

_STATUS_STYLES = {"delivered": "cyan", "read": "green", "failed": "bold red"}
_MAX_WIDTH = 72
_MIN_WIDTH = 24
_INDENT = 4
_LINES_PER_RENDER = 100


class Chat:
    """Writes messages as a chat. Outside a terminal, lines are not wrapped and times are as received."""

    def __init__(
        self, sink: Sink, console: Console, conversation: Row, now: Callable[[], datetime], find: Find
    ) -> None:
        self._sink = sink
        self._renderer = Renderer(console, sink)
        self._terminal = sink.is_terminal
        self._width = console.width
        self._find = find
        self._days = DayHeadings()
        width = console.width - 1 if self._terminal else 0
        self._head = [Text(line, style="bold") for line in wrap(" · ".join(heading(conversation)), width)]
        if more := summarize(conversation, now()):
            self._head += [Text(line, style="dim") for line in wrap(more, width)]

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages, oldest first."""
        lines = self._head
        self._head = []
        for entry in make_entries(rows, self._find, local=self._terminal):
            if day := self._days.next(entry):
                lines += [Text(), self._make_separator(day)]
            lines += [Text(), *self._make_block(entry)]
        # In batches: rendering each line alone is slow, and thousands at once are slower still.
        for at in range(0, len(lines), _LINES_PER_RENDER):
            self._sink.write(self._renderer.render(Text("\n").join(lines[at : at + _LINES_PER_RENDER])))

    def finish(self) -> None:
        """Write the heading where there were no messages."""
        self.write(())

    def _make_separator(self, title: str) -> Text:
        rule = "─" * max(2, (min(self._width, 2 * _MAX_WIDTH) - len(title) - 3) // 2 if self._terminal else 2)
        return Text(f"{rule} {title} {rule}", style="dim")

    def _make_block(self, entry: Entry) -> list[Text]:
        width = max(_MIN_WIDTH, min(_MAX_WIDTH, self._width * 3 // 4)) if self._terminal else 0
        lines = [self._make_heading(entry)]
        if entry.quote:
            reply = str(entry.quote)
            lines += [Text(f"│ {line}", style="dim") for line in wrap(reply, width - 2)]
        if entry.media:
            lines += [Text(line, style="italic") for line in wrap(f"[{entry.media}]", width)]
        lines += [Text(line) for line in wrap(entry.text, width)] if entry.text else []
        if entry.is_comment:
            return [Text("┆ ", style="yellow") + line for line in lines]
        return self._align(lines, entry)

    def _make_heading(self, entry: Entry) -> Text:
        time = format_clock(entry) if self._terminal else str(entry.row.get("sent_at") or "")
        style = "yellow" if entry.is_comment else "magenta" if entry.ours is False else "bold"
        top = Text().append(printable(entry.who), style=style)
        top.append(f"  {printable(time)}", style="dim")
        if entry.status:
            style = _STATUS_STYLES.get(str(entry.row.get("status")), "dim")
            top.append(f"  {printable(entry.status)}", style=style)
        return top

    def _align(self, lines: list[Text], entry: Entry) -> list[Text]:
        """Return the lines of a block; those of the business move to the right and stay aligned with each other."""
        if not entry.ours:
            return lines
        widest = max(max_cell_width(line.plain) for line in lines)
        before = max(0, min(self._width, 2 * _MAX_WIDTH) - 1 - widest) if self._terminal else _INDENT
        return [Text(" " * before) + line for line in lines]


def wrap(text: str, width: int) -> list[str]:
    """Return printable lines of at most *width* cells on any terminal; with 0, lines are not wrapped."""
    lines = [printable(line) for line in text.split("\n")]
    if width <= 0:
        return lines
    return [part for line in lines for part in _wrap_line(line, width)]


def _wrap_line(line: str, width: int) -> list[str]:
    """Wrap a line at spaces; a word that is too wide is split."""
    if max_cell_width(line) <= width:
        return [line]
    parts, here, room = [], "", width
    for word in line.split(" "):
        if here and max_cell_width(word) + 1 > room:
            parts.append(here)
            here, room = "", width
        elif here:
            here, room = f"{here} ", room - 1
        while max_cell_width(word) > room:
            at = _fit(word, room)
            parts.append(here + word[:at])
            here, word, room = "", word[at:], width
        here, room = here + word, room - max_cell_width(word)
    return [*parts, here]


def _fit(word: str, room: int) -> int:
    """Return how many characters of a word fit, at least one."""
    for at, letter in enumerate(word):
        room -= max_cell_width(letter)
        if room < 0:
            return max(1, at)
    return len(word)
