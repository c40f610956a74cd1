"""Render with rich: what is drawn becomes text, with or without colour."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console as RichConsole

from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Sink

_UNLIMITED_WIDTH = 1_000_000


class Renderer:
    """Renders what rich can draw; markup, emoji codes and highlighting are off, since texts are untrusted."""

    def __init__(self, console: Console, sink: Sink, *, width: int | None = None) -> None:
        self._file = io.StringIO()
        # A file that is written from a terminal gets no colour, unlike a pipe with forced colour.
        colour = console.colour and (sink.is_terminal or not console.stdout_is_terminal)
        self._console = RichConsole(
            file=self._file,
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            width=width or _UNLIMITED_WIDTH,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )

    def render(self, renderable: Any) -> str:
        """Return the text of something that rich can draw, colours included; no line ends in spaces."""
        self._console.print(renderable, no_wrap=True, crop=False)
        text = self._file.getvalue()
        self._file.seek(0)
        self._file.truncate()
        return "".join(line.rstrip(" ") + "\n" for line in text.split("\n")[:-1])
