"""The README and the pages of docs/, read as the tests need them: blocks of code, headings, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "docs" / "reference.md"
PAGES = (ROOT / "README.md", *sorted(path for path in (ROOT / "docs").glob("*.md") if path != GENERATED))


@dataclass(frozen=True)
class Block:
    """A block of code: its page, the name in the comment above it (empty where there is none), language and text."""

    page: Path
    marker: str
    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines that are not empty."""
        return [line for line in self.text.splitlines() if line.strip()]


def read_blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of code of a page."""
    text = page.read_text(encoding="utf-8")
    for marker, language, body in re.findall(r"(?:<!-- (\w+) -->\n)?```(\w*)\n(.*?)```", text, re.DOTALL):
        yield Block(page, marker, language, body)


BLOCKS = [block for page in PAGES for block in read_blocks(page)]


def find_blocks(marker: str, language: str = "sh", page: str = "") -> list[Block]:
    """Return the blocks with this marker and language, of all pages or of the one with this name."""
    return [b for b in BLOCKS if (b.marker, b.language) == (marker, language) and page in ("", b.page.name)]


def prose(page: Path) -> str:
    """Return the text of a page without its blocks of code and comments."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links and pictures that are not on the web."""
    for target in re.findall(r'\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"', prose(page)):
        found = "".join(target)
        if "://" not in found:
            yield found
