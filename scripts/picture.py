"""Draw docs/table.svg: what ``wacr --demo messages list`` shows in a terminal of 110 columns.

``--check`` draws nothing, and fails where the words in the picture are no longer those of the program.
"""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx
from rich.console import Console as RichConsole
from rich.text import Text

from wacr_cli.api.client import Client
from wacr_cli.api.source import ApiSource
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.output.columns import MESSAGE_COLUMNS
from wacr_cli.output.console import Console
from wacr_cli.output.destinations import Stream
from wacr_cli.output.table import Table
from wacr_cli.sandbox import world
from wacr_cli.sandbox.app import Sandbox

PICTURE = Path(__file__).parent.parent / "docs" / "table.svg"
NOW = datetime(2026, 11, 20, 11, 50, tzinfo=UTC)
COLUMNS = 110
ROWS = 16

# rich's own frame, without its fonts from elsewhere: the picture loads nothing.
FRAME = """\
<svg viewBox="0 0 {terminal_width} {terminal_height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; white-space: pre; }}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#0c0c0c" width="{terminal_width}" height="{terminal_height}" rx="8"/>
<g transform="translate(9, 9) scale(0.98)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def table() -> str:
    """The table as a terminal would get it, colours included."""
    out = io.BytesIO()
    console = Console(colour=True, width=COLUMNS, stdout_is_terminal=True)
    query = Query(limit=ROWS)
    source = ApiSource(
        Client(httpx.MockTransport(Sandbox(world.build(NOW))), "http://localhost/api/v2", "demo"), Progress()
    )
    writer = Table(Stream(out, is_terminal=True), console, MESSAGE_COLUMNS, lambda: NOW)
    for rows in source.ask(query).windows:
        writer.write(rows)
    return out.getvalue().decode()


def draw(shown: str) -> str:
    """The picture of what a terminal shows."""
    pen = RichConsole(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True)
    pen.print(Text("$ wacr --demo messages list", style="bold"))
    pen.print(Text.from_ansi(shown))
    return pen.export_svg(title="", code_format=FRAME, unique_id="wacr")


def words(svg: str) -> str:
    """The words of a picture, whatever version of rich drew it."""
    return " ".join(unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))).split())


def main() -> int:
    """Draw, or check; the exit status."""
    svg = draw(table())
    if "--check" in sys.argv[1:]:
        return int(not PICTURE.exists() or words(PICTURE.read_text(encoding="utf-8")) != words(svg))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
