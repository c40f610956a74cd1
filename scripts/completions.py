"""Write completions/: what bash, zsh and fish complete for wacr, read from the program itself.

The scripts of the shells are in templates/; this module fills in commands, flags and values. ``--check`` writes
nothing, and exits with 1 if a file is not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wacr_cli.api.raw import METHODS
from wacr_cli.cli import build_app
from wacr_cli.commands import check
from wacr_cli.commands.completion import FILES
from wacr_cli.commands.framework import COLORS
from wacr_cli.commands.messages import follow
from wacr_cli.core import contacts, models, templates
from wacr_cli.export import export
from wacr_cli.output.options import CHART_FORMATS, DOCUMENT_FORMATS, FORMATS
from wacr_cli.settings import keys
from wacr_cli.statistics.query import GROUPINGS, TOPICS

FOLDER = Path(__file__).parent.parent / "completions"
TEMPLATES = Path(__file__).parent / "templates"

VALUES: dict[str, tuple[str, Sequence[str]]] = {
    "--type": ("filter", models.TYPES),
    "--status": ("filter", models.STATUSES),
    "--direction": ("filter", models.DIRECTIONS),
    "--interaction-id": ("filter", ()),
    "--fields": ("list", models.LIST_FIELDS),
    "--sort": ("choice", models.LOCAL_SORTS),
    "--search-mode": ("choice", models.SEARCH_MODES),
    "--since": ("choice", ("today", "yesterday")),
    "--until": ("choice", ("today", "yesterday")),
    "--format": ("choice", FORMATS),
    "sync --details": ("list", (*models.DETAIL_KINDS, keys.NO_DETAILS)),
    "--color": ("choice", COLORS),
    "--profile": ("profile", ()),
    "FILE": ("file", ()),
    "SHELL": ("choice", tuple(FILES)),
    "KEY": ("choice", keys.KEYS),
    "--method": ("choice", METHODS),
    "--expand": ("list", contacts.INCLUDES),
    "--as": ("choice", export.KINDS),
    "FOLDER": ("file", ()),
    "messages follow --format": ("choice", follow.FORMATS),
    "check --format": ("choice", check.FORMATS),
    "stats --format": ("choice", CHART_FORMATS),
    "[TOPIC]": ("choice", TOPICS),
    "--by": ("choice", GROUPINGS["volume"]),
    "conversations list --format": ("choice", DOCUMENT_FORMATS),
    "conversations show --format": ("choice", DOCUMENT_FORMATS),
    **dict.fromkeys(
        ("--status-id", "--source-id", "--assigned-id", "--created-at", "--group-id"),
        ("operator", tuple(name for name in contacts.OPERATORS if name != "null")),
    ),
    "contacts list --type": ("filter", contacts.TYPES),
    "contacts list --sort": ("list", contacts.SORTS),
    "contacts list --fields": ("list", models.CONTACT_FIELDS),
    "comments list --fields": ("list", models.COMMENT_FIELDS),
    "templates list --status": ("choice", templates.STATUSES),
    "templates list --category": ("choice", templates.CATEGORIES),
    "templates list --sort": ("list", templates.SORTS),
    "templates list --fields": ("list", models.TEMPLATE_FIELDS),
}
"""The kind and the values of a flag, or of all flags and arguments with a placeholder.

If a flag has other values in one command than in the rest, the words of that command stand before its name. A value of
a ``choice`` is one of the values, of a ``list`` several with commas between them, of a ``filter`` either, after an
optional operator. A value of an ``operator`` is an operator and any text, or ``null``.
"""


@dataclass(frozen=True)
class Flag:
    """A flag with its long name first, or an argument without names. ``kind`` is empty if it has no value."""

    names: tuple[str, ...]
    kind: str
    words: tuple[str, ...]
    metavar: str
    help: str
    repeats: bool


@dataclass(frozen=True)
class Command:
    """A command; ``path`` is its words after ``wacr``."""

    path: tuple[str, ...]
    help: str
    flags: tuple[Flag, ...]
    arguments: tuple[Flag, ...]
    commands: tuple[Command, ...]

    def walk(self) -> Iterator[Command]:
        """Yield the command and all commands below it."""
        yield self
        for one in self.commands:
            yield from one.walk()


def read_command(command: Any, context: Any, path: tuple[str, ...] = ()) -> Command:
    """Return what the program knows about a command."""
    params = [one for one in command.get_params(context) if not getattr(one, "hidden", False)]
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    below = [(name, command.get_command(context, name)) for name in names]
    return Command(
        path,
        _summary(command.help),
        tuple(_read_flag(one, path) for one in params if one.param_type_name == "option"),
        tuple(_read_flag(one, path) for one in params if one.param_type_name == "argument"),
        tuple(
            read_command(one, one.make_context(name, [], parent=context, resilient_parsing=True), (*path, name))
            for name, one in below
            if not one.hidden
        ),
    )


def _read_flag(param: Any, path: tuple[str, ...]) -> Flag:
    is_option = param.param_type_name == "option"
    names = sorted((*param.opts, *param.secondary_opts), key=lambda name: not name.startswith("--"))
    if not is_option:
        names = []
    metavar = (param.metavar or param.name.upper()).rstrip("…")
    has_value = not is_option or not (param.is_flag or param.count)
    choices = ("choice", tuple(getattr(param.type, "choices", ())))
    keys = (*(" ".join((*path, name)) for name in names), *names, metavar)
    known = next((VALUES[key] for key in keys if key in VALUES), choices if choices[1] else ("text", ()))
    kind, words = known if has_value else ("", ())
    repeats = param.nargs == -1 or getattr(param, "multiple", False)
    return Flag(tuple(names), kind, tuple(words), metavar, _summary(param.help), repeats)


def _summary(text: str | None) -> str:
    """Return the first sentence of a help text, on one line."""
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


def _escape(text: str, letters: str) -> str:
    """Return *text* with a backslash before each of *letters* and each backslash."""
    return "".join(f"\\{letter}" if letter in f"\\{letters}" else letter for letter in text)


def _quote(text: str) -> str:
    """Return *text* as one word of bash or zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _commands_by_flag(root: Command) -> dict[Flag, list[Command]]:
    found: dict[Flag, list[Command]] = {}
    for command in root.walk():
        for flag in command.flags:
            found.setdefault(flag, []).append(command)
    return found


def _fill(shell: str, parts: dict[str, str]) -> str:
    """Return the template of a shell with *parts* in the places of their names."""
    script = (TEMPLATES / FILES[shell]).read_text(encoding="utf-8")
    for name, text in parts.items():
        script = script.replace(f"@{name}@", text)
    return script


def render_bash(root: Command) -> str:
    """Return the script for bash."""
    commands = [_bash_command(command) for command in root.walk()]
    flags = [
        _bash_flag(root, flag, places)
        for flag, places in _commands_by_flag(root).items()
        if flag.kind or len(flag.names) > 1
    ]
    return _fill("bash", {"commands": "\n".join(commands), "flags": "\n".join(flags)})


def _bash_command(command: Command) -> str:
    argument = next(iter(command.arguments), None)
    parts = {
        "commands": " ".join(one.path[-1] for one in command.commands),
        "flags": " ".join(flag.names[0] for flag in command.flags),
        "argument": " ".join((argument.kind, *argument.words)) if argument else "",
    }
    words = " ".join(f"{key}={_quote(value)}" for key, value in parts.items() if value)
    return f"    {_quote(' '.join(('wacr', *command.path)))}) {words} ;;"


def _bash_flag(root: Command, flag: Flag, places: list[Command]) -> str:
    same_name = [one for one in root.walk() if any(set(flag.names) & set(other.names) for other in one.flags)]
    if all(flag in one.flags for one in same_name):
        paths = [f"*{_quote(f' {name}')}" for name in flag.names]
    else:
        paths = [_quote(" ".join(("wacr", *place.path, name))) for place in places for name in flag.names]
    parts = {"name": "" if flag.repeats else flag.names[0], "kind": flag.kind, "words": " ".join(flag.words)}
    words = " ".join(f"{key}={_quote(value)}" for key, value in parts.items())
    return f"    {' | '.join(paths)}) {words} ;;"


def render_zsh(root: Command) -> str:
    """Return the script for zsh."""
    every = list(root.walk())
    shared = {flag for flag, places in _commands_by_flag(root).items() if len(places) == len(every)}
    functions = []
    for command in every:
        name = "_".join(("_wacr", *command.path))
        specs = [spec for flag in command.flags if flag not in shared for spec in _zsh_specs(flag)]
        specs += [_quote(f"{'*' if one.repeats else ''}:{_zsh_value(one)}") for one in command.arguments]
        below = [_quote(f"{one.path[-1]}:{one.help}") for one in command.commands]
        functions += [
            f"\n{name}() {{",
            f"  local -a {'given ' * (command is root)}commands",
            f"  commands=({' '.join(below)})",
            " \\\n    ".join((f"  _wacr_at {name}", *specs)),
            "}",
        ]
    everywhere = " ".join(spec for flag in root.flags if flag in shared for spec in _zsh_specs(flag))
    return _fill("zsh", {"everywhere": everywhere, "functions": "\n".join(functions) + "\n"})


def _zsh_specs(flag: Flag) -> list[str]:
    """Return a flag under each of its names, in the syntax of ``_arguments``."""
    before = "*" if flag.repeats else f"({' '.join(flag.names)})"
    after = f"[{_escape(flag.help, '[]')}]" + (f":{_zsh_value(flag)}" if flag.kind else "")
    joints = {True: "=", False: "+"} if flag.kind else {}
    return [_quote(f"{before}{name}{joints.get(name.startswith('--'), '')}{after}") for name in flag.names]


def _zsh_value(flag: Flag) -> str:
    words = " ".join(flag.words)
    # Free text only gets a description. An argument gets none, since zsh would show it instead of inserting a flag.
    actions = {
        "text": " " if flag.names else "{false}",
        "file": "_files",
        "profile": "_wacr_profiles",
        "choice": f"({words})",
    }
    return f"{_escape(flag.metavar, ':')}:{actions.get(flag.kind, f'{{_wacr_values {flag.kind} {words}}}')}"


def render_fish(root: Command) -> str:
    """Return the script for fish."""
    every = list(root.walk())
    lines = [line for command in every for line in _fish_command(command)]
    for flag, places in _commands_by_flag(root).items():
        lines += _fish_flag(flag, [] if len(places) == len(every) else places)
    parts = {
        "valued": " ".join(_names_with_value(root)),
        "sometimes": " ".join(_paths_with_value(root)),
        "commands": " ".join(_fish_path(one) for one in every[1:]),
        "lines": "\n".join(lines),
    }
    return _fill("fish", parts)


def _names_with_value(root: Command) -> list[str]:
    """Return the names of flags that have a value in every command that has them."""
    flags = list(_commands_by_flag(root))
    without = {name for flag in flags if not flag.kind for name in flag.names}
    return list(dict.fromkeys(name for flag in flags if flag.kind for name in flag.names if name not in without))


def _paths_with_value(root: Command) -> list[str]:
    """Return the flags that have a value in some of their commands only, each behind such a command."""
    always = _names_with_value(root)
    without = {name for flag in _commands_by_flag(root) if not flag.kind for name in flag.names}
    return [
        _fish_quote(" ".join(("", *command.path, name)))
        for command in root.walk()
        for flag in command.flags
        for name in flag.names
        if flag.kind and name in without and name not in always
    ]


def _fish_command(command: Command) -> Iterator[str]:
    """Yield the lines that complete the first word after a command."""
    condition = _fish_quote(f"__wacr_may ARGUMENT {_fish_path(command)}")
    for one in command.commands:
        yield f"complete -c wacr -n {condition} -a {one.path[-1]} -d {_fish_quote(one.help)}"
    for argument in command.arguments[:1]:
        if argument.kind != "text":
            yield f"complete -c wacr -n {condition} {_fish_value(argument)}"


def _fish_flag(flag: Flag, places: list[Command]) -> Iterator[str]:
    """Yield the lines that complete a flag and its value, in the commands *places*, or in all if there are none."""
    names = " ".join(("+",) * flag.repeats + flag.names)
    paths = "".join(f" {_fish_path(place)}" for place in places)
    yield (
        f"complete -c wacr -n {_fish_quote(f'__wacr_may {_fish_quote(names)}{paths}')} "
        + "".join(f"-l {one[2:]} " if one.startswith("--") else f"-s {one[1:]} " for one in flag.names)
        + (f"{_fish_value(flag)} " if flag.kind else "")
        + f"-d {_fish_quote(flag.help)}"
    )
    if dashed := " ".join(word for word in flag.words if word.startswith("-")):
        yield f"complete -c wacr -n '__wacr_awaits {flag.names[0]}' -a {_fish_quote(dashed)}"


def _fish_quote(text: str) -> str:
    return "'" + _escape(text, "'") + "'"


def _fish_path(command: Command) -> str:
    """Return a command in the form that ``__wacr_may`` compares: a blank before each word."""
    return _fish_quote("".join(f" {word}" for word in command.path))


def _fish_value(flag: Flag) -> str:
    words = " ".join(flag.words)
    match flag.kind:
        case "file":
            return "-r -F"
        case "profile":
            return "-x -a '(__wacr_profiles)'"
        case "choice" | "list" | "filter" | "operator":
            return f"-x -a {_fish_quote(f'(__wacr_values {flag.kind} {words})')}"
    return "-x"


def main() -> None:
    """Write the files, or with ``--check`` compare them."""
    command = build_app()
    root = read_command(command, command.make_context("wacr", [], resilient_parsing=True))
    wanted = {
        FOLDER / FILES["bash"]: render_bash(root),
        FOLDER / FILES["zsh"]: render_zsh(root),
        FOLDER / FILES["fish"]: render_fish(root),
    }
    if "--check" in sys.argv[1:]:
        stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        if stale:
            sys.exit(f"stale: {', '.join(stale)}; run python scripts/completions.py")
        return
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
