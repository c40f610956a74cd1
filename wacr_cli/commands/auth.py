"""``wacr auth``: login, status and logout."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import (
    ExcelOption,
    FormatOption,
    HouseCommand,
    MaxWaitOption,
    OutputOption,
    TimeoutOption,
    display_of,
    new_app,
    run_of,
)

app = new_app("Keep a token for each account, and see how it stands.")

LOGIN_EXAMPLES = """\b
Examples:
  wacr auth login
  wacr auth login --profile shop
  wacr auth login --with-token < token.txt

The token is tried with one call, and kept only if it reads messages: in the
system's keyring, should there be one, else in a file that nobody else can read.
"""
STATUS_EXAMPLES = """\b
Examples:
  wacr auth status
  wacr auth status --format json | jq '.[] | select(.in_use)'
"""
LOGOUT_EXAMPLES = """\b
Examples:
  wacr auth logout
  wacr auth logout --profile shop
"""


@app.command("login", cls=HouseCommand, epilog=LOGIN_EXAMPLES)
def login(
    ctx: typer.Context,
    with_token: Annotated[bool, typer.Option("--with-token", help="Read the token from standard input.")] = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Ask for a token, try it, and keep it for the profile."""
    from wacr_cli.commands import tokens

    tokens.log_in(run_of(ctx, max_wait=max_wait, timeout=timeout, new_profile=True), with_token=with_token)


@app.command("status", cls=HouseCommand, epilog=STATUS_EXAMPLES)
def status(
    ctx: typer.Context,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show each profile's token, account, scopes and call limit.

    Scopes are found by trying, with up to four calls a profile.
    """
    from wacr_cli.commands import tokens

    run = run_of(ctx, max_wait=max_wait, timeout=timeout)
    tokens.show_status(run, display_of(format_, output, excel=excel))


@app.command("logout", cls=HouseCommand, epilog=LOGOUT_EXAMPLES)
def logout(ctx: typer.Context) -> None:
    """Remove the token that is kept for the profile."""
    from wacr_cli.commands import tokens

    tokens.log_out(run_of(ctx, new_profile=True))
