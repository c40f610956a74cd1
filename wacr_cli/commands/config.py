"""``wacr config``: show and change the settings, each with its origin."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import FormatOption, output_options
from wacr_cli.commands.framework import Command, new_app, session_from
from wacr_cli.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wacr_cli.session import Session

app = new_app("Show and change settings")

LIST_EXAMPLES = """\b
Examples:
  wacr config list
  wacr config list --profile shop --format json
"""
GET_EXAMPLES = """\b
Examples:
  wacr config get api_url
  wacr config get rate_limit --profile shop
"""
SET_EXAMPLES = """\b
Examples:
  wacr config set rate_limit 120
  wacr config set api_url https://app.wa.cr/api/v2 --profile shop
  wacr config set default_profile shop

A profile that does not exist is created. Comments and order of the file stay.
"""
UNSET_EXAMPLES = """\b
Examples:
  wacr config unset rate_limit
  wacr config unset api_url --profile shop
"""
PATH_EXAMPLES = """\b
Examples:
  wacr config path
  cat "$(wacr config path)"
"""
EDIT_EXAMPLES = """\b
Examples:
  wacr config edit
  VISUAL=nano wacr config edit
"""

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="default_profile, api_url, rate_limit or archive", show_default=False)
]

_COLUMNS = ("key", "value", "origin")


@app.command("list", cls=Command, epilog=LIST_EXAMPLES)
def list_values(ctx: typer.Context, format_: FormatOption = None) -> None:
    """Show every setting and where its value comes from."""
    from wacr_cli.settings import config, keys

    session, options = session_from(ctx), output_options(format_)
    environ = _without_demo(session.environ)
    found = keys.list_settings(environ, session.profile)
    for warning in config.load(environ, profile=session.profile).warnings:
        session.console.note(f"wacr: {warning}")
    with session.output(options).rows(_COLUMNS) as writer:
        writer.write([{"key": one.key, "value": one.value, "origin": one.origin} for one in found])
        writer.finish()


@app.command("get", cls=Command, epilog=GET_EXAMPLES)
def get_value(ctx: typer.Context, key: KeyArgument, format_: FormatOption = None) -> None:
    """Print the value of one setting."""
    from wacr_cli.output.json import encode
    from wacr_cli.settings import keys

    session, options = session_from(ctx), output_options(format_)
    found = keys.get_setting(keys.check_key(key), _without_demo(session.environ), session.profile)
    output = session.output(output_options("tsv"))
    if options.format in ("json", "jsonl"):
        output.text(encode({"key": found.key, "value": found.value, "origin": found.origin}))
    elif found.value is not None:
        output.text(str(found.value))
    if found.value is None:
        session.console.note(f"{key} is not set.")


@app.command("set", cls=Command, epilog=SET_EXAMPLES)
def set_value(
    ctx: typer.Context,
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="New value", show_default=False)],
) -> None:
    """Change a setting of the profile."""
    _change(session_from(ctx), key, value)


@app.command("unset", cls=Command, epilog=UNSET_EXAMPLES)
def unset_value(ctx: typer.Context, key: KeyArgument) -> None:
    """Remove a setting, so that its default applies."""
    _change(session_from(ctx), key, None)


@app.command("path", cls=Command, epilog=PATH_EXAMPLES)
def path(ctx: typer.Context) -> None:
    """Print the location of the configuration file."""
    from wacr_cli.settings import config

    session = session_from(ctx)
    session.output(output_options("tsv")).text(str(config.config_path(session.environ)))


@app.command("edit", cls=Command, epilog=EDIT_EXAMPLES)
def edit(ctx: typer.Context) -> None:
    """Open the configuration file in an editor (VISUAL, EDITOR)."""
    from wacr_cli.settings import config, editor

    session = session_from(ctx)
    path = config.config_path(session.environ)
    if not (session.console.stdout_is_terminal and sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError(
            "no terminal to open an editor in", f"Change single values with wacr config set. The file is {path}."
        )
    editor.create_file(path)
    program = session.environ.get("VISUAL") or session.environ.get("EDITOR") or "vi"
    try:
        done = subprocess.run([*shlex.split(program), str(path)], check=False)  # noqa: S603 - the user's own editor
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor {program!r} can't be started: {error}", "Set VISUAL or EDITOR.") from None
    if done.returncode:
        raise UsageError(f"the editor {program!r} failed with exit status {done.returncode}", f"Check the file {path}.")
    for warning in config.load(_without_demo(session.environ), profile=session.profile).warnings:
        session.console.note(f"wacr: {warning}")


def _change(session: Session, key: str, text: str | None) -> None:
    """Set a key of the profile, or remove it where *text* is None."""
    from wacr_cli.settings import config, editor, keys

    keys.check_key(key)
    environ = _without_demo(session.environ)
    path = config.config_path(environ)
    # Only the name is checked: an error in a profile must not prevent fixing it.
    profile = config.find_profile_name(environ, session.profile, config.read(path), path) or config.DEFAULT_PROFILE
    owner = "" if key == "default_profile" else f" of profile {profile}"
    if text is None:
        done = editor.unset_value(environ, profile, key)
        session.console.note(f"{key}{owner} is {'no longer' if done else 'not'} set in {path}.")
        return
    made = editor.set_value(environ, profile, key, text)
    session.console.note(f"{'Created the profile and set' if made else 'Set'} {key}{owner} in {path}.")
    variable = keys.VARIABLES.get(key, "")
    if environ.get(variable):
        session.console.note(f"{variable} is set and is used instead.")


def _without_demo(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without WACR_DEMO: the settings shown are those of the file all the same."""
    return {name: value for name, value in environ.items() if name != "WACR_DEMO"}
