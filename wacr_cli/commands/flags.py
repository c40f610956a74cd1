"""Flags that several commands share: each declared once, with the parser of its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wacr_cli.core import models
from wacr_cli.core.errors import UsageError
from wacr_cli.core.validation import choice, truncate

if TYPE_CHECKING:
    from wacr_cli.core.query import Filter
    from wacr_cli.output.options import OutputOptions


def whole_number(least: int, most: int = 10**9) -> Callable[[str | int], int]:
    """Return the parser of a whole number from *least* to *most*; typer passes the default too."""

    def parse(given: str | int) -> int:
        text = str(given)
        if re.fullmatch(r"[0-9]{1,10}", text) and least <= int(text) <= most:
            return int(text)
        to = f" to {most}" if most < 10**9 else ""
        raise typer.BadParameter(f"{truncate(text)!r} is not a whole number from {least}{to}")

    return parse


def parse_seconds(text: str | float) -> float:
    """Parse a time in seconds, fractions allowed; typer passes the default too."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", str(text)):
        return float(text)
    raise typer.BadParameter(f"{truncate(str(text))!r} is not a number of seconds")


def parse_positive_seconds(text: str | float) -> float:
    """Parse a time in seconds that must be greater than 0."""
    if (time := parse_seconds(text)) > 0:
        return time
    raise typer.BadParameter("it must be greater than 0")


FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="Output format: table, tsv, csv, json, jsonl or xlsx [default: table on a terminal, tsv elsewhere]",
    ),
]
DocumentFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="Output format: table, md, html, json, jsonl, csv, tsv or xlsx "
        "[default: table on a terminal, tsv elsewhere]",
    ),
]
ChartFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="Output format: table, tsv, csv, json, jsonl, xlsx, svg or png "
        "[default: table on a terminal, tsv elsewhere]",
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to FILE, in the format of its ending; FILE is replaced only when everything was written",
    ),
]
ExcelOption = Annotated[bool, typer.Option("--excel", help="Write CSV for spreadsheets; no cell can run as a formula")]
ArchiveOption = Annotated[
    bool, typer.Option("--archive", help="Read from the local archive instead of the API (see wacr sync)")
]
ArchiveAtOption = Annotated[
    str | None,
    typer.Option(
        "--archive-at",
        metavar="FILE",
        help="Use this archive: a file or a postgresql:// URL [default: WACR_ARCHIVE, or a file for each profile]",
    ),
]
FieldsOption = Annotated[
    str | None, typer.Option("--fields", metavar="FIELD[,…]", help="Show only these fields, in this order")
]
AllOption = Annotated[bool, typer.Option("--all", help="Show everything that matches")]
PageOption = Annotated[
    int | None, typer.Option("--page", metavar="N", parser=whole_number(1), help="Show only page N of the API")
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Show the API calls as curl commands, and how many there are, without making them"),
]
NoPagerOption = Annotated[bool, typer.Option("--no-pager", help="Show long tables without a pager")]
MaxWaitOption = Annotated[
    float,
    typer.Option(
        "--max-wait",
        metavar="SECONDS",
        parser=parse_seconds,
        help="Wait at most this long for the rate limit or before a retry",
    ),
]
MaxCallsOption = Annotated[
    int,
    typer.Option(
        "--max-calls",
        metavar="N",
        parser=whole_number(0),
        help="Search with at most N calls for messages that the archive lacks or the API no longer has",
    ),
]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout", metavar="SECONDS", parser=parse_positive_seconds, help="Give each API call at most this long"
    ),
]


ExpandOption = Annotated[
    str | None,
    typer.Option("--expand", metavar="WHAT[,…]", help="Add the names behind ids: groups, source, status"),
]
NamesOption = Annotated[
    bool | None,
    typer.Option(
        "--names/--no-names", help="Add names from the contacts [default: in tables and pages from the archive]"
    ),
]
SenderNamesOption = Annotated[
    bool | None,
    typer.Option(
        "--names/--no-names",
        help="Add the senders' names from the contacts; without an archive that needs the scope contacts:read "
        "[default: in tables from the archive]",
    ),
]


RawFilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", metavar="'FIELD[OP]=VALUE'", help="Any other filter of the API, passed on unchecked"),
]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="WHEN", help="Only messages sent before WHEN")]


def limit_option(noun: str) -> Any:
    """Return the option for the most rows to show."""
    return typer.Option(
        "--limit", "-L", metavar="N", parser=whole_number(1), help=f"Show at most N {noun} [default: 30]"
    )


def per_page_option(noun: str) -> Any:
    """Return the option for the size of a single page."""
    return typer.Option(
        "--per-page",
        metavar="N",
        parser=whole_number(1, models.PER_PAGE_MAX),
        help=f"{noun.capitalize()} on a page, with --page [default: 15]",
    )


def count_option(noun: str) -> Any:
    """Return the option that shows only a count."""
    return typer.Option("--count", help=f"Show only the number of {noun}")


Values = list[str] | None
"""The values of a filter that may be given several times."""


def value_option(name: str, help_text: str, value: str = "VALUE") -> Any:
    """Return the option of a filter that takes operators."""
    return typer.Option(name, metavar=f"[OP:]{value}[,…]", help=help_text)


TypeOption = Annotated[
    Values,
    value_option("--type", f"Only messages of this type: {', '.join(models.TYPES)}, or another type of the API"),
]
STATUS_HELP = f"Only messages with this status: {', '.join(models.STATUSES)}"
StatusOption = Annotated[Values, value_option("--status", STATUS_HELP)]
DirectionOption = Annotated[Values, value_option("--direction", "Only inbound or outbound messages")]
InteractionOption = Annotated[Values, value_option("--interaction-id", "Only messages of this conversation", "ID")]
SearchOption = Annotated[
    str | None, typer.Option("--search", "-s", metavar="TEXT", help="Only messages whose text contains TEXT")
]

SearchModeOption = Annotated[
    str, typer.Option("--search-mode", metavar="MODE", help='Search for a text, or for words and "phrases"')
]
SenderOption = Annotated[
    str | None, typer.Option("--sender", metavar="NUMBER", help="Only messages from this phone number")
]


def parse_filters(**words: list[str] | None) -> tuple[Filter, ...]:
    """Return the filters of flags, by the names of their fields."""
    from wacr_cli.core.query import parse_filter

    parsed = (parse_filter(field, some or ()) for field, some in words.items())
    return tuple(one for one in parsed if one)


def output_options(
    format_: str | None,
    output: str | None = None,
    *,
    excel: bool = False,
    document: bool = False,
    chart: bool = False,
    pages: bool = False,
) -> OutputOptions:
    """Return the options of the output, which say what is allowed; see :class:`OutputOptions`.

    Raises :class:`UsageError` where the flags can't be used together.
    """
    from wacr_cli.output.options import CHART_FORMATS, DOCUMENT_FORMATS, FORMATS, OutputOptions

    if format_ is not None:
        choice(format_, DOCUMENT_FORMATS if document else CHART_FORMATS if chart else FORMATS, "--format")
    if output == "":
        raise UsageError("--output: the file name is empty", "Name a file, or leave out --output.")
    options = OutputOptions(format_, output, excel, document, chart, pages)
    options.resolve_format(is_terminal=True)
    return options


def parse_limit(limit: int | None, *, everything: bool) -> int | None:
    """Return the most rows to show, 30 unless told otherwise, None for all. Raises :class:`UsageError` for both."""
    parse_page(None, None, limit, everything=everything, count=False)
    return None if everything else limit or 30


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
        raise UsageError(f"{flags[0]} and {flags[1]} can't be used together", "Use one of them.")
    return page or 1 if paged else None
