"""Draw the pictures of docs/images/: what three commands show in a terminal, each on a dark and on a light background.

The commands run in a pseudo-terminal against the sample workspace, at a fixed time, so that the files come out the same
on every machine. ``--check`` writes nothing, and exits with 1 where a file is not what would be written.
"""

from __future__ import annotations

import errno
import os
import pty
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from unittest import mock

from rich.cells import cell_len

from wacr_cli import cli
from wacr_cli.core.times import SystemClock

IMAGES = Path(__file__).parent.parent / "docs" / "images"
NOW = datetime(2026, 11, 20, 11, 50, tzinfo=UTC)
COLUMNS = 104


@dataclass(frozen=True)
class Picture:
    """A file's name and the command whose output it shows."""

    name: str
    command: str


PICTURES = (
    Picture("table", "wacr messages list --direction outbound --limit 13"),
    Picture("conversation", "wacr conversations show 1204 --names --details --limit 7"),
    Picture("card", "wacr messages get 53343"),
)


@dataclass(frozen=True)
class Theme:
    """Colours: of the background, its border and plain text, and of SGR codes 31 to 36."""

    name: str
    background: str
    border: str
    plain: str
    ansi: dict[int, str]


THEMES = (
    Theme(
        "dark",
        "#0d1117",
        "#30363d",
        "#e6edf3",
        {31: "#ff7b72", 32: "#56d364", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"},
    ),
    Theme(
        "light",
        "#ffffff",
        "#d0d7de",
        "#1f2328",
        {31: "#cf222e", 32: "#116329", 33: "#7d4e00", 34: "#0969da", 35: "#8250df", 36: "#1b7c83"},
    ),
)


def record(command: str) -> str:
    """Return what a command writes to a terminal: its standard output, with SGR codes."""
    child, terminal = pty.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # the closing line names the seconds it took
        with mock.patch.object(SystemClock, "now", return_value=NOW):
            cli.main(command.split()[1:])
    shown = b"".join(_read(terminal))
    os.close(terminal)
    if status := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise SystemExit(f"exit status {status} of: {command}")
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> Iterator[bytes]:
    try:
        while data := os.read(terminal, 65536):
            yield data
    except OSError as error:
        if error.errno != errno.EIO:  # the way Linux reports that the other end is closed
            raise


@dataclass(frozen=True)
class Style:
    """How text looks: the SGR code of its colour, 0 where it has none, and what makes it stand out."""

    colour: int = 0
    bold: bool = False
    dim: bool = False
    italic: bool = False

    def apply(self, code: int) -> Style:
        """Return the style after one SGR code."""
        changed = {0: Style(), 1: replace(self, bold=True), 2: replace(self, dim=True), 3: replace(self, italic=True)}
        return changed[code] if code in changed else replace(self, colour=code)


@dataclass(frozen=True)
class Run:
    """A piece of a line: its first cell, its style, its text."""

    column: int
    style: Style
    text: str


def parse_line(line: str) -> Iterator[Run]:
    """Yield the runs of a line. Two blanks separate them, so that a wide character does not move the next column."""
    style, column = Style(), 0
    for codes, text in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", line):
        if not text:
            for code in codes.split(";"):
                style = style.apply(int(code or 0))
        for piece in re.split(r"( {2,})", text):
            if piece.strip(" "):
                yield Run(column, style, piece)
            column += cell_len(piece)


CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN = 8.4, 20, 14, 18
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def draw(picture: Picture, shown: str, theme: Theme) -> str:
    """Return the SVG of a command and its output; it loads nothing from elsewhere."""
    lines = [f"\x1b[2m$\x1b[0m \x1b[1m{picture.command}\x1b[0m", *shown.rstrip("\n").split("\n")]
    width, height = round(COLUMNS * CELL_WIDTH + 2 * MARGIN), len(lines) * LINE_HEIGHT + 2 * MARGIN
    size = f'width="{width}" height="{height}"'
    rules = "".join(f".c{code} {{ fill: {colour} }} " for code, colour in theme.ansi.items())
    texts = [
        draw_run(run, MARGIN + FONT_SIZE + number * LINE_HEIGHT)
        for number, line in enumerate(lines)
        for run in parse_line(line)
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">',
            f"<title>{escape(picture.command)}</title>",
            f"<style>text {{ font: {FONT_SIZE}px {FONTS}; white-space: pre; fill: {theme.plain} }} {rules}"
            ".b { font-weight: bold } .d { opacity: .65 } .i { font-style: italic }</style>",
            f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8" fill="{theme.background}" '
            f'stroke="{theme.border}"/>',
            *texts,
            "</svg>",
            "",
        )
    )


def draw_run(run: Run, baseline: int) -> str:
    """Return the element of a run, at its place in the grid of cells."""
    style = run.style
    names = [name for name, is_set in (("b", style.bold), ("d", style.dim), ("i", style.italic)) if is_set]
    names += [f"c{style.colour}"] * bool(style.colour)
    attributes = f' class="{" ".join(names)}"' if names else ""
    if run.text.isascii():  # a fixed length would break the joined letters of other scripts
        attributes += f' textLength="{len(run.text) * CELL_WIDTH:.1f}"'
    return f'<text x="{MARGIN + run.column * CELL_WIDTH:.1f}" y="{baseline}"{attributes}>{escape(run.text)}</text>'


def set_environment(home: str) -> None:
    """Give the commands the sample workspace, an empty home, a known terminal and UTC."""
    os.environ.clear()
    os.environ.update(HOME=home, WACR_DEMO="1", TZ="UTC", LC_ALL="C.UTF-8", TERM="xterm-256color", PAGER="cat")
    os.environ.update(COLUMNS=str(COLUMNS), LINES="60")
    time.tzset()


def files() -> dict[Path, str]:
    """Return each file and its text."""
    with tempfile.TemporaryDirectory() as home:
        set_environment(home)
        shown = [(picture, record(picture.command)) for picture in PICTURES]
    return {
        IMAGES / f"{picture.name}-{theme.name}.svg": draw(picture, text, theme)
        for picture, text in shown
        for theme in THEMES
    }


def main() -> None:
    """Write the files, or with ``--check`` compare them."""
    wanted = files()
    if "--check" in sys.argv[1:]:
        stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        if stale:
            sys.exit(f"stale: {', '.join(stale)}; run python scripts/picture.py")
        return
    IMAGES.mkdir(exist_ok=True)
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
