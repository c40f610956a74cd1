"""What every command is built with: groups that import a command when it is named, global options, help sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command_from_info
from typer.models import CommandInfo

from wacr_cli import __version__

if TYPE_CHECKING:
    from wacr_cli.session import Session

COLORS = ("auto", "always", "never")

_META = "wacr.global_options"


def _show_version(_ctx: typer.Context, _param: Any, value: bool) -> None:
    if value:
        typer.echo(f"wacr {__version__}")
        raise typer.Exit


def version_option() -> TyperOption:
    """Return the option that shows the version."""
    return TyperOption(
        param_decls=["--version"],
        is_flag=True,
        help="Show the version",
        callback=_show_version,
        is_eager=True,
        expose_value=False,
    )


def _remember(ctx: typer.Context, param: Any, value: Any) -> Any:
    """Keep the value of a global option, wherever on the line it stands; the last one counts."""
    if value is not None and value is not False:
        ctx.meta.setdefault(_META, {})[param.name] = value
    return value


def global_options() -> list[TyperOption]:
    """Return the options that are accepted before and after a command's name."""

    def option(*names: str, text: str, **more: Any) -> TyperOption:
        return TyperOption(param_decls=list(names), help=text, callback=_remember, expose_value=False, **more)

    return [
        option("--profile", metavar="NAME", text="Use this profile of the configuration file"),
        option("--demo", is_flag=True, text="Use the built-in sample workspace: no account, no network"),
        option("--color", metavar="WHEN", text="When to use colour: auto, always or never [default: auto]"),
        option("--quiet", "-q", is_flag=True, text="Print only errors on standard error"),
        option("--verbose", "-v", is_flag=True, text="Print each API call on standard error"),
    ]


_SECTIONS = {
    "Filters": (
        *("type_", "status", "direction", "interaction_id", "filters", "search", "search_mode", "sender", "deleted"),
        *("since", "until", "late", "status_id", "source_id", "assigned_id", "created_at", "group_id"),
        *("category", "language"),
    ),
    "Options": (),
    "Archive": ("archive", "archive_at"),
    "Output": ("format_", "output", "excel", "no_pager"),
    "Calls": ("dry_run", "max_calls", "max_wait", "timeout"),
    "Global options": ("profile", "demo", "color", "quiet", "verbose", "help"),
}
"""The sections of a command's help and their parameters; any other parameter is under Options."""


def help_sections(command: Any, ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """Return the sections of a command's help: for each option its names with the placeholder, and its text."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in ("Arguments", *_SECTIONS)}
    section_of = {param: section for section, params in _SECTIONS.items() for param in params}
    for param in command.get_params(ctx):
        if record := param.get_help_record(ctx):
            is_argument = param.param_type_name == "argument"
            found["Arguments" if is_argument else section_of.get(param.name, "Options")].append(record)
    return {name: records for name, records in found.items() if records}


def _write_sections(command: Any, ctx: Any, formatter: Any) -> None:
    for name, records in help_sections(command, ctx).items():
        with formatter.section(name):
            formatter.write_dl(records)


class Command(TyperCommand):
    """A command that accepts the global options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(global_options())

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line for the list of commands, without a full stop as in the help of options."""
        text = super().get_short_help_str(limit)
        return text if text.endswith("...") else text.rstrip(".")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections of the help."""
        _write_sections(self, ctx, formatter)


class LazyCommands(Mapping[str, Any]):
    """The commands of a group by name; each is built on first use, because that takes time."""

    def __init__(self, names: Iterable[str], build: Callable[[str], Any]) -> None:
        self._commands = dict.fromkeys(names)
        self._build = build

    def __getitem__(self, name: str) -> Any:
        if self._commands[name] is None:
            self._commands[name] = self._build(name)
        return self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)


class LazyGroup(TyperGroup):
    """A group of commands that accepts the global options before the command's name.

    ``build`` makes the command of one of ``names``. The help is written without rich: faster, and the same in a pipe.
    """

    def __init__(self, name: str, help_text: str, names: Iterable[str], build: Callable[[str], Any]) -> None:
        super().__init__(
            name=name,
            help=help_text,
            rich_markup_mode=None,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        self.commands = cast("dict[str, Any]", LazyCommands(names, build))
        self.params.extend(global_options())

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands and the sections of the help."""
        self.format_commands(ctx, formatter)
        _write_sections(self, ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, for which no command is built."""
        return list(self.commands)


def new_app(help_text: str) -> typer.Typer:
    """Return an app to register the commands of a group with; see :func:`make_group`."""
    return typer.Typer(help=help_text, add_completion=False)


def make_group(name: str, app: typer.Typer) -> LazyGroup:
    """Return the group of an app's commands."""
    by_name = {str(info.name): info for info in app.registered_commands}
    return LazyGroup(name, str(app.info.help), by_name, lambda one: _build(by_name[one]))


def make_command(name: str, function: Callable[..., None], examples: str) -> TyperCommand:
    """Return the command of a function; ``examples`` follow the options in its help."""
    return _build(CommandInfo(name, cls=Command, callback=function, epilog=examples))


def _build(info: CommandInfo) -> TyperCommand:
    return cast("TyperCommand", get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None))


def session_from(ctx: typer.Context, **settings: Any) -> Session:
    """Return the session of a command line; ``settings`` are fields of it that the command's own flags set."""
    from wacr_cli.core.validation import choice
    from wacr_cli.session import Session

    given = cast("dict[str, Any]", ctx.meta.get(_META, {}))
    session = Session(
        profile=given.get("profile"),
        demo=given.get("demo", False),
        color=choice(given.get("color", "auto"), COLORS, "--color"),
        quiet=given.get("quiet", False),
        verbose=given.get("verbose", False),
        log=ctx.obj,
        **settings,
    )
    if session.log:
        flags = [name for name in ctx.params if getattr(ctx.get_parameter_source(name), "name", "") != "DEFAULT"]
        session.log.write_line(f"{ctx.command_path}, given: {', '.join((*flags, *given)) or 'nothing'}")
    ctx.call_on_close(session.close)
    return session
