"""``wacr config``: what wacr is set to, from where, and changing it."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import FormatOption, HouseCommand, display_of, new_app, run_of

app = new_app("Show and change the settings of each profile.")

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

A profile that is not there yet is made. Comments and order of the file stay.
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
    str, typer.Argument(metavar="KEY", help="default_profile, api_url, rate_limit or archive.", show_default=False)
]


@app.command("list", cls=HouseCommand, epilog=LIST_EXAMPLES)
def list_values(ctx: typer.Context, format_: FormatOption = None) -> None:
    """Show every setting, and where it came from."""
    from wacr_cli.commands import settings

    settings.show_values(run_of(ctx), display_of(format_))


@app.command("get", cls=HouseCommand, epilog=GET_EXAMPLES)
def get_value(ctx: typer.Context, key: KeyArgument, format_: FormatOption = None) -> None:
    """Show one setting: its value alone."""
    from wacr_cli.commands import settings

    settings.show_value(run_of(ctx), key, display_of(format_))


@app.command("set", cls=HouseCommand, epilog=SET_EXAMPLES)
def set_value(
    ctx: typer.Context,
    key: KeyArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it shall be.", show_default=False)],
) -> None:
    """Give a setting of the profile another value."""
    from wacr_cli.commands import settings

    settings.change(run_of(ctx), key, value)


@app.command("unset", cls=HouseCommand, epilog=UNSET_EXAMPLES)
def unset_value(ctx: typer.Context, key: KeyArgument) -> None:
    """Take a setting's value away, so that the default holds."""
    from wacr_cli.commands import settings

    settings.change(run_of(ctx), key, None)


@app.command("path", cls=HouseCommand, epilog=PATH_EXAMPLES)
def path(ctx: typer.Context) -> None:
    """Show where the configuration file is, or would be."""
    from wacr_cli.commands import settings

    settings.show_path(run_of(ctx))


@app.command("edit", cls=HouseCommand, epilog=EDIT_EXAMPLES)
def edit(ctx: typer.Context) -> None:
    """Open the configuration file in an editor (VISUAL, EDITOR)."""
    from wacr_cli.commands import settings

    settings.edit_file(run_of(ctx))
