"""Ctrl-C at any moment of a run, its first milliseconds included."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("wacr")


def interrupt_after(seconds: float) -> tuple[int, str]:
    """Start the installed program, interrupt it after a time, and return its exit status and standard error."""
    process = subprocess.Popen(
        [str(PROGRAM), "--demo", "messages", "list", "--all", "--quiet"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    return process.returncode, stderr


@pytest.mark.parametrize("runs", [20, pytest.param(100, marks=pytest.mark.soak)])
def test_ctrl_c_ends_the_run_quietly(runs: int) -> None:
    """The exit status is 130, or that of the signal before Python handles it; wacr never shows a traceback.

    A run that was over before the signal came has ended with 0. Python's own start takes some milliseconds, in which
    it reports the signal itself: such a traceback has no line of wacr, but perhaps those before the first handler.
    """
    delays = random.Random(runs)  # noqa: S311 - not a secret
    for _ in range(runs):
        status, stderr = interrupt_after(delays.uniform(0, 0.3))
        assert not re.search(r"wacr_cli/(?!__init__|__main__)", stderr)
        if "KeyboardInterrupt" not in stderr:
            assert status in (0, 130, -signal.SIGINT)
            assert stderr == ""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_a_destructor_is_not_lost(number: int, status: int) -> None:
    """Python ignores an exception there, so the signal is delivered again."""
    code = f"""
import os, time
from wacr_cli import cli

class Closing:
    def __del__(self):
        os.kill(os.getpid(), {number})

def run(words, log):
    Closing()
    time.sleep(60)

cli._run = run
cli.main(["--version"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_a_class_is_made_is_no_failure(number: int, status: int) -> None:
    """Python 3.11 makes a RuntimeError of an exception in ``__set_name__``; the exit status is still the signal's."""
    code = f"""
import os, time
from wacr_cli import cli

class Field:
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), {number})
        time.sleep(60)

def run(words, log):
    type("Record", (), {{"field": Field()}})

cli._run = run
cli.main(["--version"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")
