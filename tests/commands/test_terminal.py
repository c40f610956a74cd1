"""The program on a real pseudo-terminal: what a person sees, and what strangers' texts can't do there."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
import unicodedata

import pytest

from tests.conftest import NOW

PATIENCE = 120
"""Seconds: far more than a slow machine needs between two things that it writes."""
OURS = re.compile(r"\x1b\[[0-9;]*m|\r\n|\r\x1b\[K")
"""What the program itself may write: colours, line ends, and its passing line taken away."""


def seen(*words: str, columns: int = 80, stdin: str = "", **environ: str) -> str:
    """Return what a terminal gets when a command runs in it."""
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, columns))
    environment = {**os.environ, "TERM": "xterm-256color", "WACR_DEMO": "1", "TZ": "UTC", **environ}
    command = [sys.executable, "-m", "wacr_cli", *words]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        got = b""
        while select.select([leader], [], [], PATIENCE)[0]:
            try:
                part = os.read(leader, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            got += part
    os.close(leader)
    assert process.returncode == 0, got
    return got.decode()


@pytest.mark.parametrize("form", ["table", "tsv", "csv", "json", "jsonl"])
@pytest.mark.parametrize("sort", ["-created_at", pytest.param("created_at", marks=pytest.mark.soak)])
def test_nothing_in_a_message_acts(form: str, sort: str) -> None:
    """In no format does a control character or direction mark reach the terminal."""
    text = seen("messages", "list", "-f", form, "--sort", sort, "--limit", "1000", "--no-pager")
    rest = OURS.sub("", text)
    acting = {letter for letter in rest if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")}
    marks = {letter for letter in rest if unicodedata.category(letter) == "Cf"} - {"\u200c", "\u200d"}
    assert (acting, marks) == ({"\t"} if form == "tsv" else set(), set())
    assert len(rest) > 10_000


def test_a_card_is_safe_too(api_ids: list[str]) -> None:
    """The same holds for single messages with all their fields."""
    rest = OURS.sub("", seen("messages", "get", *api_ids, "--no-pager"))
    assert not {letter for letter in rest if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")}
    assert rest.count("WhatsApp id") == len(api_ids)


@pytest.fixture
def api_ids() -> list[str]:
    """Return the ids of the sample messages with hostile texts."""
    from wacr_cli.sandbox import world

    rows = world.load(NOW).rows
    hostile = [row for row in rows if row.message and not row.message.replace("\n", "").isprintable()]
    return [str(row.id) for row in hostile][:40]


@pytest.mark.parametrize("columns", [80, 200])
def test_a_table_fits_its_terminal(columns: int) -> None:
    """The columns stand below their headings."""
    lines = OURS.sub("\n", seen("messages", "list", "--color", "never", "--no-pager", columns=columns)).split("\n")
    rows = [line for line in lines if re.match(r" *[0-9]+ ", line)]
    assert len(rows) == 30
    assert max(map(len, lines)) <= columns
    heading = next(line for line in lines if "CONV" in line)
    at = heading.index("SENDER")
    assert all(line[at - 1] == " " and line[at] != " " for line in rows)


def test_a_terminal_has_colour_unless_no_color_is_set() -> None:
    """There is colour on a terminal, none with NO_COLOR."""
    assert "\x1b[32m" in seen("messages", "list", "--no-pager")
    assert "\x1b[32m" not in seen("messages", "list", "--no-pager", NO_COLOR="1")


def test_a_long_table_goes_through_the_pager() -> None:
    """A short one does not, and --no-pager prints both."""
    marked = "sed s/^/PAGED/"
    assert seen("messages", "list", "--limit", "40", WACR_PAGER=marked).count("PAGED") == 41
    assert "PAGED" not in seen("messages", "list", "--limit", "5", WACR_PAGER=marked)
    assert "PAGED" not in seen("messages", "list", "--limit", "40", "--no-pager", WACR_PAGER=marked)
    assert "PAGED" not in seen("messages", "list", "--limit", "40", "-f", "csv", WACR_PAGER=marked)
