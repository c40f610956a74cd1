"""Write the log of one run for WACR_DEBUG: calls and responses, without tokens, phone numbers or messages.

Of what messages and people contain only the shape is logged. All tokens that the run knows are replaced in every line.
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
from wacr_cli.settings.redaction import (
    hide_encoded_token,
    mask_numbers,
    secret_from_environment,
    secret_from_token,
)

_LOGGED_PARAMETERS = re.compile(
    r"page|per_page|sort|fields|include|filter\[(type|status|direction|\w+_id|created_at|updated_at)\](\[\w+\])?"
)
"""The parameters whose values never contain text of a message or data of a person."""


class DebugLog:
    """A log file that only its owner can read, with a line for each event."""

    def __init__(self, path: Path, file: TextIO, environ: Mapping[str, str]) -> None:
        self.path = path
        self._file = file
        self._secrets = [secret for secret in (secret_from_environment(environ),) if secret]

    def register_secret(self, token: str) -> None:
        """Hide a token in all further lines."""
        if secret := secret_from_token(token):
            self._secrets.append(secret)

    def write_line(self, text: str) -> None:
        """Write a line, as far as possible: a full disk must not stop the run."""
        for secret in self._secrets:
            text = hide_encoded_token(text, secret)
        line = text if text.isprintable() else ascii(text)
        with suppress(OSError, ValueError):
            self._file.write(f"{time.strftime('%H:%M:%S')} {line}\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_log(environ: Mapping[str, str]) -> DebugLog:
    """Create the log of this run and write its first lines. Raises :class:`OSError`."""
    state_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = state_dir() / "debug"
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    log = DebugLog(path, os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace"), environ)
    log.write_line(f"wacr {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}")
    variables = sorted(name for name in environ if name.startswith("WACR_"))
    log.write_line(f"variables: {', '.join(variables) or 'none'}")
    terminals = [name for name in ("stdin", "stdout", "stderr") if _is_terminal(name)]
    log.write_line(f"terminals: {', '.join(terminals) or 'none'}")
    return log


def _is_terminal(name: str) -> bool:
    stream = getattr(sys, name)
    return stream is not None and not stream.closed and stream.isatty()


class LoggedProgress(Progress):
    """Write the progress of a run to the log, and pass it on."""

    detailed = True

    def __init__(self, inner: Progress, log: DebugLog) -> None:
        self._inner = inner
        self._log = log
        self._reason = ""

    def called(self, call: Call) -> None:
        """Log a call, with the parameters that contain no text of a message or a person."""
        left = "" if call.left is None else f", {call.left} calls left"
        query = f"?{mask_parameters(call.parameters)}" if call.parameters else ""
        outcome = mask_numbers(call.outcome) if isinstance(call.outcome, str) else call.outcome
        self._log.write_line(f"{call.method} {call.path}{query} {outcome} {call.seconds * 1000:.0f} ms{left}")
        self._inner.called(call)

    def waiting(self, seconds: float, reason: str) -> None:
        """Log the start of a wait."""
        if seconds > 0 and reason != self._reason:
            self._log.write_line(f"waiting {seconds:.1f} s for {reason}")
        self._reason = reason if seconds > 0 else ""
        self._inner.waiting(seconds, reason)

    def read(self, rows: int, total: int | None) -> None:
        """Log the number of rows read so far."""
        self._log.write_line(f"{rows} of {'an unknown number of' if total is None else total} rows read")
        self._inner.read(rows, total)

    def read_details(self, rows: int, total: int) -> None:
        """Log the number of messages whose details were read so far."""
        self._log.write_line(f"details of {rows} of {total} messages read")
        self._inner.read_details(rows, total)


def mask_parameters(parameters: str) -> str:
    """Return a query string with ``…`` for each value that may be text of a message or data of a person."""
    parts = (part.partition("=") for part in parameters.split("&"))
    return "&".join(f"{key}={value if _LOGGED_PARAMETERS.fullmatch(key) else '…'}" for key, _, value in parts)
