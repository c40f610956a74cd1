"""The log of one run, for WACR_DEBUG: what was asked and answered, without secrets, telephone numbers or messages.

Of what messages and people hold nothing is written but its shape. Whatever else is written has the tokens hidden that
the run knows of.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from wacr_cli import __version__
from wacr_cli.core.progress import Call, Progress
from wacr_cli.settings.config import state_dir
from wacr_cli.settings.redaction import hide_written, mask_numbers, secret, secret_of

_TELLING = re.compile(
    r"page|per_page|sort|fields|include|filter\[(type|status|direction|\w+_id|created_at|updated_at)\](\[\w+\])?"
)
"""The parameters whose values are no part of a message or a person."""


class Log:
    """A file that only its owner can read; a line for each thing that happens."""

    def __init__(self, path: Path, file: TextIO, environ: Mapping[str, str]) -> None:
        self.path = path
        self._file = file
        self._secrets = [one for one in (secret_of(environ),) if one]

    def heed(self, token: str) -> None:
        """See that a token is not written from here on."""
        if one := secret(token):
            self._secrets.append(one)

    def say(self, text: str) -> None:
        """Write a line. A log that can't be written keeps nobody from reading messages."""
        for one in self._secrets:
            text = hide_written(text, one)
        line = text if text.isprintable() else ascii(text)
        with suppress(OSError, ValueError):
            self._file.write(f"{time.strftime('%H:%M:%S')} {line}\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def start(environ: Mapping[str, str]) -> Log:
    """Begin the log of this run. Raises :class:`OSError` where it can't be written."""
    state_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = state_dir() / "debug"
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    log = Log(path, os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace"), environ)
    log.say(f"wacr {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}")
    log.say(f"set in the environment: {', '.join(sorted(n for n in environ if n.startswith('WACR_'))) or 'nothing'}")
    log.say(f"terminals: {[n for n in ('stdin', 'stdout', 'stderr') if _is_terminal(n)]}")
    return log


def _is_terminal(name: str) -> bool:
    stream = getattr(sys, name)
    return stream is not None and not stream.closed and stream.isatty()


class LoggedProgress(Progress):
    """Passes on what a run tells of itself, and writes it down."""

    detailed = True

    def __init__(self, inner: Progress, log: Log) -> None:
        self._inner = inner
        self._log = log
        self._reason = ""

    def called(self, call: Call) -> None:
        """Write down the call, its parameters as far as they are no text of anybody's."""
        left = "" if call.left is None else f", {call.left} calls left"
        asked = f"?{telling(call.parameters)}" if call.parameters else ""
        outcome = mask_numbers(call.outcome) if isinstance(call.outcome, str) else call.outcome
        self._log.say(f"{call.method} {call.path}{asked} {outcome} {call.seconds * 1000:.0f} ms{left}")
        self._inner.called(call)

    def waiting(self, seconds: float, reason: str) -> None:
        """Write down the beginning of a wait."""
        if seconds > 0 and reason != self._reason:
            self._log.say(f"waiting {seconds:.1f} s for {reason}")
        self._reason = reason if seconds > 0 else ""
        self._inner.waiting(seconds, reason)

    def read(self, rows: int, total: int | None) -> None:
        """Write down how far it is."""
        self._log.say(f"{rows} rows read of {'an unknown number' if total is None else total}")
        self._inner.read(rows, total)


def telling(parameters: str) -> str:
    """A query string with the values left out that may be somebody's words."""
    parts = (part.partition("=") for part in parameters.split("&"))
    return "&".join(f"{key}={value if _TELLING.fullmatch(key) else '…'}" for key, _, value in parts)
