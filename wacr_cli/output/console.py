"""The terminal: what is a terminal, colour, width and pager; and everything that goes to standard error."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from wacr_cli.core.models import PER_PAGE_MAX
from wacr_cli.core.progress import Call, Progress
from wacr_cli.core.times import format_duration, format_estimate
from wacr_cli.output.sanitize import printable
from wacr_cli.settings.redaction import hide_encoded_token, secret_from_environment

DEFAULT_PAGER = "less"
_NARROWEST_BAR = 60
"""Cells of a terminal: a narrower one has no room for a bar beside the text."""


@dataclass(slots=True)
class Console:
    """The properties of the output streams, and the only way to write to standard error."""

    stdout_is_terminal: bool = False
    stderr_is_terminal: bool = False
    colour: bool = False
    width: int = 80
    height: int = 24
    quiet: bool = False
    verbose: bool = False
    pager: str = ""
    secret: str = ""
    stderr: TextIO = field(default_factory=lambda: sys.stderr or _open_devnull())
    _status: bool = False

    @classmethod
    def detect(
        cls,
        environ: Mapping[str, str],
        *,
        color: str = "auto",
        quiet: bool = False,
        verbose: bool = False,
        pager: bool = True,
    ) -> Console:
        """Return the console of this process; ``color`` is ``auto``, ``always`` or ``never``."""
        terminal = _is_terminal(sys.stdout)
        size = shutil.get_terminal_size()
        return cls(
            stdout_is_terminal=terminal,
            stderr_is_terminal=_is_terminal(sys.stderr),
            colour=wants_colour(color, environ, terminal=terminal),
            width=size.columns,
            height=size.lines,
            quiet=quiet,
            verbose=verbose,
            pager=_find_pager(environ) if terminal and pager else "",
            secret=secret_from_environment(environ),
        )

    def note(self, text: str) -> None:
        """Write a count, a hint or a warning, unless ``--quiet`` is given."""
        if not self.quiet:
            self.write_line(text)

    def write_line(self, text: str) -> None:
        """Write one line of text from any source; the token is redacted, even where the user typed it."""
        self.clear_status()
        self._write(printable(hide_encoded_token(text, self.secret)) + "\n")

    def status(self, text: str, share: float | None = None) -> None:
        """Show a status line in place of the last one, on a terminal; a *share* from 0 to 1 of the work as a bar."""
        if self.stderr_is_terminal and not self.quiet:
            room, bar = self.width - 1, ""
            if share is not None and self.width >= _NARROWEST_BAR:
                from wacr_cli.output.progress import WIDTH, draw_bar

                bar, room = f"{draw_bar(share, colour=self.colour)} ", room - WIDTH - 1
            self._write("\r\x1b[K" + bar + printable(text)[:room])
            self._status = True

    def yield_screen(self) -> None:
        """Show no more status lines: a pager has the screen."""
        self.clear_status()
        self.stderr_is_terminal = False

    def clear_status(self) -> None:
        """Remove the status line."""
        if self._status:
            self._status = False
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            self.stderr.write(text)
            self.stderr.flush()
        except (OSError, ValueError):
            self.stderr = _open_devnull()  # an error about standard error has no place to go


def _open_devnull() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for the rest of the process


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _find_pager(environ: Mapping[str, str]) -> str:
    """Return the command of the pager, empty where none is wanted."""
    command = environ.get("WACR_PAGER", environ.get("PAGER", DEFAULT_PAGER)).strip()
    return "" if command == "cat" or environ.get("TERM") == "dumb" else command


def wants_colour(choice: str, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Return whether to use colour: by the flag, NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then by the terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environ.get("TERM") != "dumb"


class ConsoleProgress(Progress):
    """Shows the progress of a run that takes longer than a second, and each call with ``--verbose``."""

    noun = "messages"
    """What the rows are."""

    def __init__(self, console: Console, *, limit: int) -> None:
        self._console = console
        self.detailed = console.verbose
        self._limit = limit
        self._start = time.monotonic()
        self.calls = 0
        self._rows = 0
        self._total: int | None = None
        self._first_detail: tuple[float, int] | None = None
        self._details = ""
        self.on_wait: Callable[[], None] = lambda: None

    def called(self, call: Call) -> None:
        """Count a call; with ``--verbose``, print it."""
        self.calls += 1
        if self._console.verbose:
            left = "" if call.left is None else f", {call.left} calls left"
            query = f"?{call.parameters}" if call.parameters else ""
            milliseconds = f"{call.seconds * 1000:.0f} ms"
            self._console.write_line(f"{call.method} {call.path}{query} {call.outcome} {milliseconds}{left}")

    def waiting(self, seconds: float, reason: str) -> None:
        """Show the seconds left of a wait, and call ``on_wait``."""
        self.on_wait()
        if seconds <= 0:
            self._console.clear_status()
        elif seconds > 1 or self._elapsed > 1:
            self._console.status(
                f"{self._summary}waiting {format_duration(max(1, round(seconds)))} for {reason}{self._format_left()}",
                self._share,
            )

    def read(self, rows: int, total: int | None) -> None:
        """Show the rows read so far, and an estimate of the time left."""
        self._rows, self._total = rows, total
        if self._elapsed > 1:
            text = f"{self._summary}{rows / self._elapsed:,.0f} a second{self._format_left()}"
            self._console.status(text, self._share)

    def read_details(self, rows: int, total: int) -> None:
        """Show the details read so far, and an estimate of the time left: a call each, at most the limit a minute."""
        if self._first_detail is None:
            self._first_detail = time.monotonic(), rows
        begin, first = self._first_detail
        pace = (time.monotonic() - begin) / max(1, rows - first)
        left = (total - rows) * max(pace, 60 / self._limit)
        self._rows, self._details = 0, f"Details: {rows:,} of {total:,}, about {format_estimate(left)}"
        if self._elapsed > 1:
            self._console.status(self._details)

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._start

    @property
    def _share(self) -> float | None:
        return self._rows / self._total if self._total else None

    @property
    def _summary(self) -> str:
        if self._details:
            return f"{self._details}, "
        of = f" of {self._total:,}" if self._total else ""
        return f"{self._rows:,}{of} {self.noun}, {self.calls} calls, " if self._rows else ""

    def _format_left(self) -> str:
        """Return the time left: by the rate limit for the calls still to make, else by the rate so far."""
        if not self._rows or not self._total or self._total <= self._rows:
            return ""
        last_call = self.calls + -(-(self._total - self._rows) // PER_PAGE_MAX)
        if last_call > self._limit:
            seconds = 60 * ((last_call - 1) // self._limit) - self._elapsed
        else:
            seconds = (self._total - self._rows) / self._rows * self._elapsed
        return f", about {format_duration(max(1, round(seconds)))} left"
