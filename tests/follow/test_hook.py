"""The command of --exec runs for each message, without a shell and without the token."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.follow.test_loop import ManualClock
from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.follow.hook import Hook

ROW = {"id": 7, "message": "a; rm -rf $HOME\n'\"", "status": None}


def script(folder: Path, body: str) -> str:
    """Return a command that runs a Python script with the folder as its argument."""
    path = folder / "hook.py"
    path.write_text(f"import json, os, pathlib, sys\nfolder = pathlib.Path(sys.argv[1])\n{body}\n")
    return shlex.join([sys.executable, str(path), str(folder)])


def test_the_command_gets_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is JSON on standard input, its id is in the environment, and the token is not."""
    monkeypatch.setenv("WACR_TOKEN", "secret")
    command = script(
        tmp_path, "(folder / 'got').write_text(json.dumps([json.load(sys.stdin), dict(os.environ), sys.argv[2:]]))"
    )
    Hook(f"{command} '$HOME' ';'", ManualClock(), print, keep_going=False).run(ROW)
    message, environ, words = json.loads((tmp_path / "got").read_text())
    assert message == ROW
    assert environ["WACR_MESSAGE_ID"] == "7"
    assert "secret" not in environ.values()
    assert words == ["$HOME", ";"]


def test_a_command_that_fails_is_tried_four_times(tmp_path: Path) -> None:
    """The pauses grow; the error names the command, its status and the message."""
    command = script(tmp_path, "(folder / 'tries').open('a').write('x'); sys.exit(3)")
    clock = ManualClock()
    with pytest.raises(WacrError, match="ended with status 3 for message 7, 4 times") as raised:
        Hook(command, clock, print, keep_going=False).run(ROW)
    assert raised.value.exit_status == 1
    assert (tmp_path / "tries").read_text() == "xxxx"
    assert clock.slept == 21


def test_a_command_that_succeeds_at_last_is_a_success(tmp_path: Path) -> None:
    """A failure that passes ends nothing."""
    tries = "tries = folder / 'tries'; tries.open('a').write('x'); sys.exit(len(tries.read_text()) < 3)"
    Hook(script(tmp_path, tries), ManualClock(), print, keep_going=False).run(ROW)
    assert (tmp_path / "tries").read_text() == "xxx"


def test_keep_going_reports_the_message(tmp_path: Path) -> None:
    """With --keep-going a message for which the command fails is one line."""
    lines: list[str] = []
    Hook(script(tmp_path, "os.kill(os.getpid(), 9)"), ManualClock(), lines.append, keep_going=True).run(ROW)
    assert len(lines) == 1
    assert "was ended by signal 9 for message 7" in lines[0]


def test_a_command_that_reads_nothing_is_a_success() -> None:
    """A command may leave its standard input unread, however long the message is."""
    Hook("true", ManualClock(), print, keep_going=False).run({"id": 1, "message": "x" * 1_000_000})


@pytest.mark.parametrize("command", ["", "  ", "no-such-command-of-wacr", "echo 'half", os.devnull])
def test_what_is_not_a_command_is_refused(command: str) -> None:
    """A command that can't be run is an error before the first message."""
    with pytest.raises(UsageError, match="--exec"):
        Hook(command, ManualClock(), print, keep_going=False)
