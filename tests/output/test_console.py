"""The person's side: when there is colour, what is said, and what only a terminal sees."""

from __future__ import annotations

import io
import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.core.progress import Call
from wacr_cli.output.console import Console, ConsoleProgress, wants_colour

CLEAR = "\r\x1b[K"


def console(**more: object) -> tuple[Console, io.StringIO]:
    """Return a console and its standard error."""
    out = io.StringIO()
    return Console(stderr=out, **more), out  # type: ignore[arg-type]


class TestColour:
    """The flag, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then the terminal decides."""

    @pytest.mark.parametrize(
        ("choice", "environ", "terminal", "colour"),
        [
            ("auto", {}, True, True),
            ("auto", {}, False, False),
            ("auto", {"TERM": "xterm-256color"}, True, True),
            ("auto", {"TERM": "dumb"}, True, False),
            ("auto", {"NO_COLOR": "1"}, True, False),
            ("auto", {"NO_COLOR": "0"}, True, False),
            ("auto", {"NO_COLOR": ""}, True, True),
            ("auto", {"FORCE_COLOR": "1"}, False, True),
            ("auto", {"FORCE_COLOR": "0"}, False, False),
            ("auto", {"FORCE_COLOR": ""}, False, False),
            ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
            ("auto", {"CLICOLOR_FORCE": "0"}, True, True),
            ("auto", {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, True, False),
            ("auto", {"FORCE_COLOR": "1", "NO_COLOR": ""}, False, True),
            ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
            ("always", {}, False, True),
            ("always", {"NO_COLOR": "1"}, False, True),
            ("always", {"TERM": "dumb"}, False, True),
            ("never", {}, True, False),
            ("never", {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, True, False),
        ],
    )
    def test_the_more_specific_setting_decides(
        self, choice: str, environ: dict[str, str], terminal: bool, colour: bool
    ) -> None:
        """What is nearer to the person counts more."""
        assert wants_colour(choice, environ, terminal=terminal) is colour


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is."""
        return True


class TestOfProcess:
    """What is detected of this process."""

    @pytest.mark.parametrize(
        ("environ", "pager"),
        [
            ({}, "less"),
            ({"PAGER": "more"}, "more"),
            ({"PAGER": "more", "WACR_PAGER": "less -S"}, "less -S"),
            ({"PAGER": "more", "WACR_PAGER": ""}, ""),
            ({"PAGER": ""}, ""),
            ({"PAGER": " "}, ""),
            ({"PAGER": "cat"}, ""),
            ({"TERM": "dumb"}, ""),
        ],
    )
    def test_the_pager_is_wacr_pager_then_pager_then_less(
        self, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], pager: str
    ) -> None:
        """An empty one and cat are none."""
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setenv("LINES", "30")
        made = Console.detect(environ)
        assert made.pager == pager
        assert made.stdout_is_terminal
        assert (made.width, made.height) == (100, 30)
        assert Console.detect(environ, pager=False).pager == ""

    def test_a_pipe_has_neither_pager_nor_colour(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a pipe there is neither pager nor colour."""
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        made = Console.detect({"PAGER": "less"})
        assert (made.stdout_is_terminal, made.pager, made.colour) == (False, "", False)

    def test_closed_streams_are_not_terminals(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A process that was started without standard output or error is one without terminals."""
        monkeypatch.setattr(sys, "stdout", None)
        monkeypatch.setattr(sys, "stderr", None)
        made = Console.detect({})
        made.write_line("to no reader")
        assert (made.stdout_is_terminal, made.stderr_is_terminal) == (False, False)
        made.stderr.close()

    @pytest.mark.parametrize("color", ["always", "never"])
    def test_the_flags_are_passed_on(self, color: str) -> None:
        """The flags come through."""
        made = Console.detect({}, color=color, quiet=True, verbose=True)
        assert (made.colour, made.quiet, made.verbose) == (color == "always", True, True)


class TestStandardError:
    """Lines on standard error."""

    def test_each_text_is_one_line_and_nothing_in_it_acts(self) -> None:
        """Each is one line, whatever is in it, and nothing in it acts."""
        made, out = console()
        made.write_line("one")
        made.note("two\nthree \x1b[31m\u202e")
        assert out.getvalue() == "one\ntwo↵three ␛[31m\\u202e\n"

    @settings(deadline=None)
    @given(st.text(st.characters()))
    def test_any_text_is_one_line_that_can_be_encoded(self, text: str) -> None:
        """Any text is one line, which can be encoded."""
        made, out = console()
        made.write_line(text)
        assert out.getvalue().count("\n") == 1
        assert out.getvalue().encode()

    def test_quiet_hides_notes_but_not_errors(self) -> None:
        """With --quiet what is said in passing is not; errors are."""
        made, out = console(quiet=True, stderr_is_terminal=True)
        made.note("in passing")
        made.status("working")
        made.write_line("an error")
        assert out.getvalue() == "an error\n"

    def test_a_status_line_replaces_the_last_one(self) -> None:
        """It is cut to the width, and removed before a line is written."""
        made, out = console(stderr_is_terminal=True, width=10)
        made.status("first")
        made.status("x" * 50)
        made.write_line("said")
        made.write_line("more")
        assert out.getvalue() == f"{CLEAR}first{CLEAR}{'x' * 9}{CLEAR}said\nmore\n"

    @pytest.mark.parametrize(("share", "cells", "percent"), [(0, 0, 0), (0.5, 10, 50), (1, 20, 100), (1.5, 20, 100)])
    def test_status_with_a_bar(self, share: float, cells: int, percent: int) -> None:
        """The bar is as long as the share, with the percentage; the line is cut to the width."""
        made, out = console(stderr_is_terminal=True, width=80)
        made.status("x" * 100, share)
        line = out.getvalue().removeprefix(CLEAR)
        assert line.rstrip("x") == f"{'━' * cells:20} {percent:>3}% "
        assert len(line) == 79

    def test_a_narrow_terminal_has_no_bar(self) -> None:
        """There is only room for the text."""
        made, out = console(stderr_is_terminal=True, width=50)
        made.status("working", 0.5)
        assert out.getvalue() == f"{CLEAR}working"

    def test_a_status_line_is_removed_once(self) -> None:
        """A line that is gone is not taken away again."""
        made, out = console(stderr_is_terminal=True)
        made.clear_status()
        made.status("working")
        made.clear_status()
        made.clear_status()
        assert out.getvalue() == f"{CLEAR}working{CLEAR}"

    def test_a_pipe_has_no_status_lines(self) -> None:
        """In a pipe there is no passing line, nor a trace of one."""
        made, out = console()
        made.status("working")
        made.clear_status()
        assert out.getvalue() == ""

    def test_untrusted_text_in_a_status_line_is_printable(self) -> None:
        """What comes from elsewhere acts in it as little."""
        made, out = console(stderr_is_terminal=True)
        made.status("\x1b[2J\n")
        assert out.getvalue() == f"{CLEAR}␛[2J↵"

    @pytest.mark.parametrize("failure", ["closed", "full"])
    def test_a_failing_standard_error_is_not_an_error(self, failure: str) -> None:
        """A standard error that takes nothing fails nothing."""
        if failure == "closed":
            out = io.StringIO()
            out.close()
        else:

            class Full(io.StringIO):
                def write(self, text: str) -> int:
                    raise OSError(28, "No space left on device")

            out = Full()
        made = Console(stderr=out)
        for _ in range(3):
            made.write_line("said to no reader")
        assert made.stderr.name == os.devnull
        made.stderr.close()


def call(**more: object) -> Call:
    """Return a successful call."""
    values = {
        "method": "GET",
        "path": "/messages",
        "parameters": "page=1",
        "outcome": 200,
        "seconds": 0.1234,
        "left": None,
    }
    return Call(**(values | more))  # type: ignore[arg-type]


class TestProgress:
    """The progress of a run."""

    @pytest.mark.parametrize(
        ("more", "line"),
        [
            ({}, "GET /messages?page=1 200 123 ms\n"),
            ({"left": 41}, "GET /messages?page=1 200 123 ms, 41 calls left\n"),
            ({"left": 0, "outcome": 429}, "GET /messages?page=1 429 123 ms, 0 calls left\n"),
            ({"parameters": "", "outcome": "no connection"}, "GET /messages no connection 123 ms\n"),
            ({"parameters": "search=\x1b[2J"}, "GET /messages?search=␛[2J 200 123 ms\n"),
        ],
    )
    def test_verbose_prints_each_call(self, more: dict[str, object], line: str) -> None:
        """Otherwise calls are only counted."""
        loud, said = console(verbose=True)
        ConsoleProgress(loud, limit=60).called(call(**more))
        assert said.getvalue() == line
        calm, unsaid = console()
        progress = ConsoleProgress(calm, limit=60)
        progress.called(call(**more))
        progress.called(call(**more))
        assert (unsaid.getvalue(), progress.calls) == ("", 2)

    def test_a_wait_is_counted_down_with_its_reason(self) -> None:
        """It is removed when it is over; a wait of a second or less is not shown."""
        made, out = console(stderr_is_terminal=True)
        progress = ConsoleProgress(made, limit=60)
        progress.waiting(90, "the call limit")
        progress.waiting(2.2, "the call limit")
        progress.waiting(0, "the call limit")
        assert out.getvalue() == f"{CLEAR}waiting 1m30s for the call limit{CLEAR}waiting 2.0s for the call limit{CLEAR}"

    def test_a_pipe_shows_no_progress(self) -> None:
        """In a pipe none of it is said."""
        made, out = console()
        progress = ConsoleProgress(made, limit=60)
        progress.waiting(90, "the call limit")
        progress.read(100, 1000)
        assert out.getvalue() == ""

    def test_a_short_run_shows_no_progress(self) -> None:
        """A run that is over at once shows no progress."""
        made, out = console(stderr_is_terminal=True)
        ConsoleProgress(made, limit=60).read(100, 1000)
        assert out.getvalue() == ""
