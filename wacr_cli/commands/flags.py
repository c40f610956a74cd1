"""Every flag that commands share, declared once, and the flags that each command takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command_from_info
from typer.models import CommandInfo

from wacr_cli import __version__
from wacr_cli.core.errors import UsageError

if TYPE_CHECKING:
    from wacr_cli.output.options import Display
    from wacr_cli.session import Run

COLORS = ("auto", "always", "never")

_META = "wacr.house"


def _short(text: str) -> str:
    from wacr_cli.core.validation import truncate

    return truncate(text)


def whole_number(least: int, most: int = 10**9) -> Callable[[str], int]:
    """The parser of an option that is a whole number in a range."""

    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,10}", text) and least <= int(text) <= most:
            return int(text)
        to = f" to {most}" if most < 10**9 else ""
        raise typer.BadParameter(f"{_short(text)!r} is not a whole number from {least}{to}")

    return parse


def seconds(text: str | float) -> float:
    """The parser of an option that is a time in seconds, fractions allowed; typer hands it the default too."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", str(text)):
        return float(text)
    raise typer.BadParameter(f"{_short(str(text))!r} is not a number of seconds")


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


def _show_version(_ctx: typer.Context, _param: Any, value: bool) -> None:
    if value:
        typer.echo(f"wacr {__version__}")
        raise typer.Exit


def version_option() -> TyperOption:
    """What shows the version."""
    return TyperOption(
        param_decls=["--version"],
        is_flag=True,
        help="Show the version.",
        callback=_show_version,
        is_eager=True,
        expose_value=False,
    )


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


_SECTIONS = {
    "Filters": (
        *("type_", "status", "direction", "interaction_id", "filters", "search", "search_mode", "sender", "deleted"),
        *("since", "until", "status_id", "source_id", "assigned_id", "created_at", "group_id"),
    ),
    "Options": (),
    "Archive": ("archive", "archive_at"),
    "Output": ("format_", "output", "excel", "no_pager"),
    "Calls": ("dry_run", "max_wait", "timeout"),
    "Everywhere": ("profile", "demo", "color", "quiet", "verbose", "help"),
}
"""Where a command's help has its options, by parameter; what is named nowhere stands under Options."""


def sections(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """What a command's help says of its arguments and options, by section: names and placeholder, and the words."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in ("Arguments", *_SECTIONS)}
    of = {param: section for section, params in _SECTIONS.items() for param in params}
    for param in command.get_params(ctx):
        if record := param.get_help_record(ctx):
            section = "Arguments" if param.param_type_name == "argument" else of.get(param.name, "Options")
            found[section].append(record)
    return {name: records for name, records in found.items() if records}


def _write_sections(command: Any, ctx: Any, formatter: Any) -> None:
    for name, records in sections(command, ctx).items():
        with formatter.section(name):
            formatter.write_dl(records)


class HouseCommand(TyperCommand):
    """A command that takes the house options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_house_options())

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections of its help."""
        _write_sections(self, ctx, formatter)


class _WhenNamed(Mapping[str, Any]):
    """The commands of a group by name, each of which is built when it is asked for: that takes time."""

    def __init__(self, names: Iterable[str], build: Callable[[str], Any]) -> None:
        self._built = dict.fromkeys(names)
        self._build = build

    def __getitem__(self, name: str) -> Any:
        if self._built[name] is None:
            self._built[name] = self._build(name)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._built)

    def __len__(self) -> int:
        return len(self._built)


class HouseGroup(TyperGroup):
    """A group of commands that takes the house options before the command's name.

    ``build`` makes the command of one of ``names``. The help is drawn without rich: at once, and the same in a pipe.
    """

    def __init__(self, name: str, help_text: str, names: Iterable[str], build: Callable[[str], Any]) -> None:
        super().__init__(
            name=name,
            help=help_text,
            rich_markup_mode=None,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        self.commands = cast("dict[str, Any]", _WhenNamed(names, build))
        self.params.extend(_house_options())

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections of its help, and the commands."""
        self.format_commands(ctx, formatter)
        _write_sections(self, ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, for which nothing has to be built."""
        return list(self.commands)


def group_of(name: str, app: typer.Typer) -> HouseGroup:
    """The group of an app's commands."""
    by_name = {str(info.name): info for info in app.registered_commands}
    return HouseGroup(name, str(app.info.help), by_name, lambda one: _built(by_name[one]))


def command_of(name: str, function: Callable[..., None], examples: str) -> TyperCommand:
    """The command that a function is."""
    return _built(CommandInfo(name, cls=HouseCommand, callback=function, epilog=examples))


def _built(info: CommandInfo) -> TyperCommand:
    return cast("TyperCommand", get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None))


def display_of(format_: str | None, output: str | None = None, *, excel: bool = False, paper: bool = False) -> Display:
    """How the person wants to see it, ``paper`` where that can be a page too.

    Raises :class:`UsageError` where the flags do not go together.
    """
    from wacr_cli.core.validation import choice
    from wacr_cli.output.options import FORMATS, PAPER_FORMATS, Display

    if format_ is not None:
        choice(format_, PAPER_FORMATS if paper else FORMATS, "--format")
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
    """What the commands of a group are gathered in; :func:`group_of` makes the group of it."""
    return typer.Typer(help=help_text, add_completion=False)


def run_of(ctx: typer.Context, **more: Any) -> Run:
    """The run that a command line asks for; ``more`` are the command's own settings of it."""
    from wacr_cli.core.validation import choice
    from wacr_cli.session import Run

    house = cast("dict[str, Any]", ctx.meta.get(_META, {}))
    run = Run(
        profile=house.get("profile"),
        demo=house.get("demo", False),
        color=choice(house.get("color", "auto"), COLORS, "--color"),
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
