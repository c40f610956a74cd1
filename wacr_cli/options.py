"""Every flag that commands share, declared once, and the flags that each command takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from wacr_cli import __version__
from wacr_cli.errors import UsageError
from wacr_cli.output.display import FORMATS, PAPER_FORMATS, Display
from wacr_cli.query import one_of, shorten

if TYPE_CHECKING:
    from wacr_cli.run import Run

COLORS = ("auto", "always", "never")

_META = "wacr.house"


def whole_number(least: int, most: int = 10**9) -> Callable[[str], int]:
    """The parser of an option that is a whole number in a range."""

    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,10}", text) and least <= int(text) <= most:
            return int(text)
        to = f" to {most}" if most < 10**9 else ""
        raise typer.BadParameter(f"{shorten(text)!r} is not a whole number from {least}{to}")

    return parse


def seconds(text: str | float) -> float:
    """The parser of an option that is a time in seconds, fractions allowed; typer hands it the default too."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", str(text)):
        return float(text)
    raise typer.BadParameter(f"{shorten(str(text))!r} is not a number of seconds")


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
PaperFormatOption = Annotated[
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


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"wacr {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
]


def _remember(ctx: typer.Context, param: Any, value: Any) -> Any:
    """Keep a house option's value, wherever on the line it stands; the last one counts."""
    if value is not None and value is not False:
        ctx.meta.setdefault(_META, {})[param.name] = value
    return value


def _house_options() -> list[TyperOption]:
    """The options taken before and after a command's name."""

    def option(*names: str, text: str, **more: Any) -> TyperOption:
        return TyperOption(param_decls=list(names), help=text, callback=_remember, expose_value=False, **more)

    return [
        option("--profile", metavar="NAME", text="The profile of the configuration file to use."),
        option("--demo", is_flag=True, text="Use the built-in sample workspace: no account, no network."),
        option("--color", metavar="WHEN", text="auto, always or never."),
        option("--quiet", "-q", is_flag=True, text="Say nothing on standard error but errors."),
        option("--verbose", "-v", is_flag=True, text="Tell each call on standard error."),
    ]


class HouseCommand(TyperCommand):
    """A command that takes the house options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_house_options())


class HouseGroup(TyperGroup):
    """A group of commands that takes the house options before the command's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_house_options())


def display_of(format_: str | None, output: str | None = None, *, excel: bool = False, paper: bool = False) -> Display:
    """How the person wants to see it, ``paper`` where that can be a page too.

    Raises :class:`UsageError` where the flags do not go together.
    """
    if format_ is not None:
        one_of(format_, PAPER_FORMATS if paper else FORMATS, "--format")
    if output == "":
        raise UsageError("--output: an empty name", "Name a file, or leave --output out.")
    display = Display(format_, output, excel, paper)
    display.chosen(terminal=True)
    return display


def one_page(page: int | None, per_page: int | None, limit: int | None, *, everything: bool, count: bool) -> int | None:
    """The one page that is asked for, None where it is not one; how many is said in one way alone."""
    paged = "--page" if page is not None else "--per-page" if per_page is not None else ""
    cut = "--limit" if limit is not None else ""
    whole = "--all" if everything else "--count" if count else ""
    ways = [way for way in (paged, cut, whole) if way]
    if len(ways) > 1:
        raise UsageError(f"{ways[0]} and {ways[1]} exclude each other", "Say in one way how many are wanted.")
    return page or 1 if paged else None


def new_app(help_text: str) -> typer.Typer:
    """A group of commands, whose help is drawn without rich: drawn at once, and the same in a pipe."""
    return typer.Typer(
        cls=HouseGroup,
        help=help_text,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def run_of(ctx: typer.Context, **more: Any) -> Run:
    """The run that a command line asks for; ``more`` are the command's own settings of it."""
    from wacr_cli.run import Run

    house = cast("dict[str, Any]", ctx.meta.get(_META, {}))
    run = Run(
        profile=house.get("profile"),
        demo=house.get("demo", False),
        color=one_of(house.get("color", "auto"), COLORS, "--color"),
        quiet=house.get("quiet", False),
        verbose=house.get("verbose", False),
        log=ctx.obj,
        **more,
    )
    if run.log:
        flags = [name for name in ctx.params if getattr(ctx.get_parameter_source(name), "name", "") != "DEFAULT"]
        run.log.say(f"{ctx.command_path}, given: {', '.join((*flags, *house)) or 'nothing'}")
    ctx.call_on_close(run.close)
    return run
