"""A transcript in a terminal: theirs on the left, ours on the right, days between."""

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
from wacr_cli.output.transcript import Days, Entry, Find, clock, entries, heading, standing

_STATUS_STYLES = {"delivered": "cyan", "read": "green", "failed": "bold red"}
_WIDEST = 72
_NARROWEST = 24
_INDENT = 4
_AT_ONCE = 100


class Chat:
    """Writes messages as they were said. Not on a terminal nothing is broken, and times are as received."""

    def __init__(self, sink: Sink, console: Console, known: Row, now: Callable[[], datetime], find: Find) -> None:
        self._sink = sink
        self._renderer = Renderer(console, sink)
        self._terminal = sink.is_terminal
        self._width = console.width
        self._find = find
        self._days = Days()
        width = console.width - 1 if self._terminal else 0
        self._head = [Text(line, style="bold") for line in wrapped(" · ".join(heading(known)), width)]
        if more := standing(known, now()):
            self._head += [Text(line, style="dim") for line in wrapped(more, width)]

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages, oldest first."""
        lines = self._head
        self._head = []
        for entry in entries(rows, self._find, local=self._terminal):
            if day := self._days.begun_by(entry):
                lines += [Text(), self._separator(day)]
            lines += [Text(), *self._bubble(entry)]
        # Some at a time: to draw takes longer for each line by itself, and longer still for thousands at once.
        for at in range(0, len(lines), _AT_ONCE):
            self._sink.write(self._renderer.render(Text("\n").join(lines[at : at + _AT_ONCE])))

    def finish(self) -> None:
        """Write the heading, should there have been no messages."""
        self.write(())

    def _separator(self, title: str) -> Text:
        rule = "─" * max(2, (min(self._width, 2 * _WIDEST) - len(title) - 3) // 2 if self._terminal else 2)
        return Text(f"{rule} {title} {rule}", style="dim")

    def _bubble(self, entry: Entry) -> list[Text]:
        width = max(_NARROWEST, min(_WIDEST, self._width * 3 // 4)) if self._terminal else 0
        lines = [self._top(entry)]
        if entry.quote:
            said = f"{entry.quote.who}: {entry.quote.text}" if entry.quote.who else "in reply to a message not at hand"
            lines += [Text(f"│ {line}", style="dim") for line in wrapped(said, width - 2)]
        if entry.media:
            lines += [Text(line, style="italic") for line in wrapped(f"[{entry.media}]", width)]
        lines += [Text(line) for line in wrapped(entry.text, width)] if entry.text else []
        return self._aligned(lines, entry)

    def _top(self, entry: Entry) -> Text:
        time = clock(entry) if self._terminal else str(entry.row.get("sent_at") or "")
        top = Text().append(printable(entry.who), style="magenta" if entry.ours is False else "bold")
        top.append(f"  {printable(time)}", style="dim")
        if entry.status:
            style = _STATUS_STYLES.get(str(entry.row.get("status")), "dim")
            top.append(f"  {printable(entry.status)}", style=style)
        return top

    def _aligned(self, lines: list[Text], entry: Entry) -> list[Text]:
        """A block of ours on the right, as far as it can be: the lines of one begin below each other."""
        if not entry.ours:
            return lines
        widest = max(max_cell_width(line.plain) for line in lines)
        before = max(0, min(self._width, 2 * _WIDEST) - 1 - widest) if self._terminal else _INDENT
        return [Text(" " * before) + line for line in lines]


def wrapped(text: str, width: int) -> list[str]:
    """A text's lines, each printable and on any terminal no wider than so many cells; where that is 0, unbroken."""
    lines = [printable(line) for line in text.split("\n")]
    if width <= 0:
        return lines
    return [part for line in lines for part in _broken(line, width)]


def _broken(line: str, width: int) -> list[str]:
    """A line, broken at blanks; a word that is wider than a line, wherever it must be."""
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
            at = _fitting(word, room)
            parts.append(here + word[:at])
            here, word, room = "", word[at:], width
        here, room = here + word, room - max_cell_width(word)
    return [*parts, here]


def _fitting(word: str, room: int) -> int:
    """How many letters of a word fit, at least one."""
    for at, letter in enumerate(word):
        room -= max_cell_width(letter)
        if room < 0:
            return max(1, at)
    return len(word)
