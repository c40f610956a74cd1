"""Flags that several commands share: each declared once, with the parser of its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.core.errors import UsageError
from wacr_cli.core.validation import choice, truncate

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions


def whole_number(least: int, most: int = 10**9) -> Callable[[str], int]:
    """The parser of an option that is a whole number in a range."""

    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,10}", text) and least <= int(text) <= most:
            return int(text)
        to = f" to {most}" if most < 10**9 else ""
        raise typer.BadParameter(f"{truncate(text)!r} is not a whole number from {least}{to}")

    return parse


def seconds(text: str | float) -> float:
    """The parser of an option that is a time in seconds, fractions allowed; typer hands it the default too."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", str(text)):
        return float(text)
    raise typer.BadParameter(f"{truncate(str(text))!r} is not a number of seconds")


def some_seconds(text: str | float) -> float:
    """The same, for a time that can't be none at all."""
    if (time := seconds(text)) > 0:
        return time
    raise typer.BadParameter("no call is done in no time")


FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="table, tsv, csv, json or jsonl. [default: table on a terminal, tsv elsewhere]",
    ),
]
DocumentFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="table, md, html, json, jsonl, csv or tsv. [default: table on a terminal, tsv elsewhere]",
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to FILE, which is replaced only when all of it is there; the format is that of its ending.",
    ),
]
ExcelOption = Annotated[bool, typer.Option("--excel", help="CSV for spreadsheets: no cell of it runs as a formula.")]
ArchiveOption = Annotated[
    bool, typer.Option("--archive", help="Answer from the local archive, which wacr sync keeps: no call is made.")
]
ArchiveAtOption = Annotated[
    str | None,
    typer.Option(
        "--archive-at",
        metavar="FILE",
        help="The archive: a file, or a postgresql:// URL. [default: WACR_ARCHIVE, or a file for each profile]",
    ),
]
FieldsOption = Annotated[
    str | None, typer.Option("--fields", metavar="FIELD[,…]", help="The fields to show, in this order.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All that match.")]
PageOption = Annotated[
    int | None, typer.Option("--page", metavar="N", parser=whole_number(1), help="One page of the API, as it is.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show the calls as curl commands, and what they cost.")]
NoPagerOption = Annotated[bool, typer.Option("--no-pager", help="Show a long table without a pager.")]
MaxWaitOption = Annotated[
    float,
    typer.Option(
        "--max-wait",
        metavar="SECONDS",
        parser=seconds,
        help="The longest single wait for the call limit or a retry.",
    ),
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", parser=some_seconds, help="The time that one call may take.")
]


ExpandOption = Annotated[
    str | None,
    typer.Option("--expand", metavar="WHAT[,…]", help="Add by name what ids refer to: groups, source, status."),
]
NamesOption = Annotated[bool, typer.Option("--names", help="Add people's names from the contacts.")]
SenderNamesOption = Annotated[
    bool, typer.Option("--names", help="Add the senders' names from the contacts (scope contacts:read).")
]


def output_options(
    format_: str | None, output: str | None = None, *, excel: bool = False, document: bool = False
) -> OutputOptions:
    """Return the options of the output; ``document`` allows the formats of a page too.

    Raises :class:`UsageError` where the flags can't be used together.
    """
    from wacr_cli.output.options import DOCUMENT_FORMATS, FORMATS, OutputOptions

    if format_ is not None:
        choice(format_, DOCUMENT_FORMATS if document else FORMATS, "--format")
    if output == "":
        raise UsageError("--output: an empty name", "Name a file, or leave --output out.")
    options = OutputOptions(format_, output, excel, document)
    options.resolve_format(is_terminal=True)
    return options


def parse_page(
    page: int | None, per_page: int | None, limit: int | None, *, everything: bool, count: bool
) -> int | None:
    """Return the one page to request, None where it is not one page.

    Raises :class:`UsageError` where more than one flag says how many rows are wanted.
    """
    paged = "--page" if page is not None else "--per-page" if per_page is not None else ""
    limited = "--limit" if limit is not None else ""
    whole = "--all" if everything else "--count" if count else ""
    flags = [flag for flag in (paged, limited, whole) if flag]
    if len(flags) > 1:
        raise UsageError(f"{flags[0]} and {flags[1]} exclude each other", "Say in one way how many are wanted.")
    return page or 1 if paged else None
