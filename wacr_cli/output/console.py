"""The person's side: who is a terminal, colour, the pager, and what is said on standard error."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

from wacr_cli.core.models import PER_PAGE_MAX
from wacr_cli.core.progress import Call, Progress
from wacr_cli.core.times import span
from wacr_cli.output.sanitize import printable
from wacr_cli.settings.redaction import hide_encoded_token, secret_from_environment

DEFAULT_PAGER = "less"


@dataclass(slots=True)
class Console:
    """What is known of the two output streams, and the one way to say something on standard error."""

    stdout_is_terminal: bool = False
    stderr_is_terminal: bool = False
    colour: bool = False
    width: int = 80
    height: int = 24
    quiet: bool = False
    verbose: bool = False
    pager: str = ""
    secret: str = ""
    stderr: TextIO = field(default_factory=lambda: sys.stderr or _nowhere())
    _status: bool = False

    @classmethod
    def of_process(
        cls,
        environ: Mapping[str, str],
        *,
        color: str = "auto",
        quiet: bool = False,
        verbose: bool = False,
        pager: bool = True,
    ) -> Console:
        """The console of this process; ``color`` is ``auto``, ``always`` or ``never``."""
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
            pager=_pager(environ) if terminal and pager else "",
            secret=secret_from_environment(environ),
        )

    def note(self, text: str) -> None:
        """Say something in passing: a count, a hint, a warning. Not with ``--quiet``."""
        if not self.quiet:
            self.say(text)

    def say(self, text: str) -> None:
        """Say one line, whose text may come from anywhere; the token is not said, not even where a person typed it."""
        self.clear_status()
        self._write(printable(hide_encoded_token(text, self.secret)) + "\n")

    def status(self, text: str) -> None:
        """Show one passing line, in place of the last one, where a person can see it."""
        if self.stderr_is_terminal and not self.quiet:
            self._write("\r\x1b[K" + printable(text)[: self.width - 1])
            self._status = True

    def yield_screen(self) -> None:
        """Show no passing lines any more: a pager has the screen."""
        self.clear_status()
        self.stderr_is_terminal = False

    def clear_status(self) -> None:
        """Take the passing line away."""
        if self._status:
            self._status = False
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            self.stderr.write(text)
            self.stderr.flush()
        except (OSError, ValueError):
            self.stderr = _nowhere()  # nobody can be told that nobody can be told


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for the rest of the process


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _pager(environ: Mapping[str, str]) -> str:
    """The pager's command, empty where none is wanted or there is none."""
    command = environ.get("WACR_PAGER", environ.get("PAGER", DEFAULT_PAGER)).strip()
    return "" if command == "cat" or environ.get("TERM") == "dumb" else command


def wants_colour(choice: str, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to colour: the flag first, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environ.get("TERM") != "dumb"


class ConsoleProgress(Progress):
    """Shows a run's progress once it has taken a second, and each call with ``--verbose``."""

    noun = "messages"
    """What is read."""

    def __init__(self, console: Console, *, limit: int) -> None:
        self._console = console
        self.detailed = console.verbose
        self._limit = limit
        self._start = time.monotonic()
        self.calls = 0
        self._rows = 0
        self._total: int | None = None

    def called(self, call: Call) -> None:
        """Count it; with ``--verbose``, say how it went."""
        self.calls += 1
        if self._console.verbose:
            left = "" if call.left is None else f", {call.left} calls left"
            query = f"?{call.parameters}" if call.parameters else ""
            self._console.say(f"{call.method} {call.path}{query} {call.outcome} {call.seconds * 1000:.0f} ms{left}")

    def waiting(self, seconds: float, reason: str) -> None:
        """Count down."""
        if seconds <= 0:
            self._console.clear_status()
        elif seconds > 1 or self._elapsed > 1:
            self._console.status(f"{self._so_far}waiting {span(max(1, round(seconds)))} for {reason}{self._left()}")

    def read(self, rows: int, total: int | None) -> None:
        """Say how far it is, and how long it will take at this rate and under this limit."""
        self._rows, self._total = rows, total
        if self._elapsed > 1:
            self._console.status(f"{self._so_far}{rows / self._elapsed:,.0f} a second{self._left()}")

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._start

    @property
    def _so_far(self) -> str:
        of = f" of {self._total:,}" if self._total else ""
        return f"{self._rows:,}{of} {self.noun}, {self.calls} calls, " if self._rows else ""

    def _left(self) -> str:
        """The time left: of the calls still to make when the limit rules, else at the rate so far."""
        if not self._rows or not self._total or self._total <= self._rows:
            return ""
        last_call = self.calls + -(-(self._total - self._rows) // PER_PAGE_MAX)
        if last_call > self._limit:
            seconds = 60 * ((last_call - 1) // self._limit) - self._elapsed
        else:
            seconds = (self._total - self._rows) / self._rows * self._elapsed
        return f", about {span(max(1, round(seconds)))} left"
