"""Run a command for each message: without a shell, one at a time, the message as JSON on its standard input."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable

from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.times import Clock

_PAUSES = (1.0, 4.0, 16.0)
"""Seconds before each further attempt."""


class Hook:
    """The command of ``--exec``. ``keep_going`` reports a message for which it fails and goes on."""

    def __init__(self, command: str, clock: Clock, report: Callable[[str], None], *, keep_going: bool) -> None:
        self._words = _split(command)
        self._clock = clock
        self._report = report
        self._keep_going = keep_going

    def run(self, row: Row) -> None:
        """Run the command for a message. Raises :class:`WacrError` after the last attempt."""
        for pause in (*_PAUSES, None):
            problem = self._attempt(row)
            if not problem:
                return
            if pause is not None:
                self._clock.sleep(pause)
        failure = f"--exec: {self._words[0]} {problem} for message {row['id']}, {1 + len(_PAUSES)} times"
        if not self._keep_going:
            raise WacrError(failure, "Fix the command and start again; --cursor continues with this message.")
        self._report(f"wacr: {failure}")

    def _attempt(self, row: Row) -> str:
        """Run the command once; return what went wrong, empty where it succeeded."""
        environ = {name: value for name, value in os.environ.items() if name != "WACR_TOKEN"}
        environ["WACR_MESSAGE_ID"] = str(row["id"])
        data = json.dumps(row).encode() + b"\n"
        try:
            done = subprocess.run(self._words, input=data, env=environ, check=False)  # noqa: S603 - the user's command
        except OSError as error:
            return f"can't be run ({error.strerror})"
        if done.returncode < 0:
            return f"was ended by signal {-done.returncode}"
        return f"ended with status {done.returncode}" if done.returncode else ""


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--exec: can't read the command: {error}", "Check its quotation marks.") from None
    if not words:
        raise UsageError("--exec: the command is empty", "Name a command, or leave out --exec.")
    if shutil.which(words[0]) is None:
        raise UsageError(f"--exec: there is no command {words[0]!r}", "Check its name and your PATH.")
    return words
