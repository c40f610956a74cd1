"""What ``--format``, ``--output`` and ``--excel`` add up to; light, since every command line is checked by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wacr_cli.core.errors import UsageError

Format = Literal["table", "tsv", "csv", "json", "jsonl", "md", "html"]
FORMATS: tuple[Format, ...] = ("table", "tsv", "csv", "json", "jsonl")
PAPER_FORMATS: tuple[Format, ...] = (*FORMATS, "md", "html")
"""Of what people read as a page."""

ENDINGS: dict[str, Format] = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
PAPER_ENDINGS: dict[str, Format] = {**ENDINGS, ".md": "md", ".html": "html", ".htm": "html"}


@dataclass(frozen=True, slots=True)
class Display:
    """How the person wants to see it: the words of ``--format``, ``--output`` and ``--excel``.

    ``paper`` says that it can be a page too.
    """

    format: str | None = None
    output: str | None = None
    excel: bool = False
    paper: bool = False

    def chosen(self, *, terminal: bool) -> Format:
        """The format: the flag, the file's ending, else what suits a terminal or a pipe.

        Raises :class:`UsageError` where the words do not go together.
        """
        chosen: Format
        if self.format is not None:
            chosen = self.format  # type: ignore[assignment]
        elif self.output not in (None, "-"):
            path = Path(str(self.output))
            chosen = (
                "csv" if self.excel and not path.suffix else format_of(path, PAPER_ENDINGS if self.paper else ENDINGS)
            )
        else:
            chosen = "csv" if self.excel else "table" if terminal else "tsv"
        if self.excel and chosen != "csv":
            raise UsageError(f"--excel goes with csv, not with {chosen}", "Leave one of them out.")
        return chosen


def format_of(path: Path, endings: Mapping[str, Format] = ENDINGS) -> Format:
    """The format that a file's ending names, ``.gz`` aside; what is no file, as a device, takes that of a pipe."""
    plain = path.name.lower().removesuffix(".gz")
    for ending, form in endings.items():
        if plain.endswith(ending):
            return form
    if path.exists() and not path.is_file():
        return "tsv"
    raise UsageError(
        f"--output: the ending of {str(path)!r} names no format", f"End it in {', '.join(endings)}, or add --format."
    )
