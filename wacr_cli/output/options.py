"""Options of every output: ``--format``, ``--output`` and ``--excel``, and the format that they amount to.

This module imports little, since every command line is checked by it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wacr_cli.core.errors import UsageError

Format = Literal["table", "tsv", "csv", "json", "jsonl", "xlsx", "md", "html", "svg", "png"]
FORMATS: tuple[Format, ...] = ("table", "tsv", "csv", "json", "jsonl", "xlsx")
DOCUMENT_FORMATS: tuple[Format, ...] = (*FORMATS, "md", "html")
"""The formats of what can be read as a page."""

CHART_FORMATS: tuple[Format, ...] = (*FORMATS, "svg", "png")
"""The formats of what can be drawn as a chart."""

EXTENSIONS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
DOCUMENT_EXTENSIONS: dict[str, Format] = {**EXTENSIONS, ".md": "md", ".html": "html", ".htm": "html"}
_PACKED = ("xlsx", "png")
"""Formats that are compressed already."""
CHART_EXTENSIONS: dict[str, Format] = {**EXTENSIONS, ".svg": "svg", ".png": "png"}


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """The values of ``--format``, ``--output`` and ``--excel``.

    ``document`` allows the formats of a page too, ``chart`` those of a chart, and ``pages`` a folder of pages.
    """

    format: str | None = None
    output: str | None = None
    excel: bool = False
    document: bool = False
    chart: bool = False
    pages: bool = False

    @property
    def is_folder(self) -> bool:
        """Return whether ``--output`` names a folder for pages."""
        name = self.output or ""
        return self.pages and (name.endswith(("/", os.sep)) or (name != "" and Path(name).is_dir()))

    @property
    def is_file(self) -> bool:
        """Return whether ``--output`` names a file, and not standard output."""
        return self.output not in (None, "-")

    def resolve_format(self, *, is_terminal: bool) -> Format:
        """Return the format: the flag, else that of the file's extension, else what suits a terminal or a pipe.

        Raises :class:`UsageError` where the options can't be used together.
        """
        format_: Format
        if self.format is not None:
            format_ = self.format  # type: ignore[assignment]
        elif self.is_folder:
            format_ = "html"
        elif self.is_file:
            format_ = self._detect_format(Path(str(self.output)))
        else:
            format_ = "csv" if self.excel else "table" if is_terminal else "tsv"
        if self.excel and format_ != "csv":
            raise UsageError(f"--excel goes with csv, not with {format_}", "Leave one of them out.")
        if format_ == "xlsx" and not self.is_file:
            raise UsageError("--format xlsx needs --output", "Name a file: --output FILE.xlsx.")
        return format_

    def _detect_format(self, path: Path) -> Format:
        if self.excel and not path.suffix:
            return "csv"
        extensions = DOCUMENT_EXTENSIONS if self.document else CHART_EXTENSIONS if self.chart else EXTENSIONS
        return detect_format(path, extensions)


def detect_format(path: Path, extensions: Mapping[str, Format] = EXTENSIONS) -> Format:
    """Return the format that a file's extension names, ``.gz`` aside; a device or pipe gets that of a pipe.

    Raises :class:`UsageError` for an extension that names none.
    """
    name = path.name.lower().removesuffix(".gz")
    is_packed = name != path.name.lower()
    for extension, format_ in extensions.items():
        if name.endswith(extension) and not (is_packed and format_ in _PACKED):
            return format_
    if path.exists() and not path.is_file():
        return "tsv"
    raise UsageError(
        f"--output: the ending of {str(path)!r} names no format",
        f"End it in {', '.join(extensions)}, or add --format.",
    )
