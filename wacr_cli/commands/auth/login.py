"""``wacr auth login``: ask for a token, try it, and store it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import MaxWaitOption, TimeoutOption
from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import AuthError, UsageError

if TYPE_CHECKING:
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr auth login
  wacr auth login --profile shop
  wacr auth login --with-token < token.txt

The token is tried with one call, and kept only if it reads messages: in the
system's keyring, should there be one, else in a file that nobody else can read.
"""

_MOST_BYTES = 2**16

_SCOPES_HELP = """\
Make a token in the app under Settings → API, with the scopes
  messages:read   to read messages, without which nothing works
  account:read    to show whose account it is, what it uses and may
  contacts:read   to show names beside numbers, and the contacts"""


def log_in(
    ctx: typer.Context,
    with_token: Annotated[bool, typer.Option("--with-token", help="Read the token from standard input.")] = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Ask for a token, try it, and keep it for the profile."""
    from wacr_cli.diagnostics import token_status
    from wacr_cli.settings import config, credentials, editor
    from wacr_cli.settings.keys import check_profile_name

    session = session_from(ctx, max_wait=max_wait, timeout=timeout, new_profile=True)
    if session.settings.demo:
        raise UsageError("the sample workspace takes no token", "Leave --demo out (or WACR_DEMO), and log in.")
    settings = session.settings
    check_profile_name(settings.profile)
    store = credentials.Store(session.environ)
    broken = store.broken()  # before anybody takes the trouble: a file that can't be trusted takes no token
    text, origin = _read_token(session, with_token=with_token)
    token = session.register_secret(credentials.Token(credentials.pasted_token(text, origin), "given", origin))
    client = session.make_client(token)
    try:
        client.messages(token_status.SMALLEST)
    except AuthError as error:
        raise _explain_refusal(error) from None
    finally:
        client.close()
    if editor.make_profile(session.environ, settings.profile):
        session.console.note(f"Made the profile {settings.profile!r} in {config.config_path(session.environ)}.")
    if broken:
        session.console.note(f"wacr: {broken}; it is written anew, and other profiles have to log in again")
    place, why = store.keep(settings.profile, config.origin_of(settings.api_url), token.value)
    if why:
        session.console.note(f"wacr: {why}")
    session.console.note(f"Logged in to {settings.api_url} (profile {settings.profile}). The token is in {place}.")
    if credentials.of_environment(session.environ):
        session.console.note("WACR_TOKEN is set, and goes before it as long as it is.")


def _explain_refusal(error: AuthError) -> AuthError:
    """The refusal of a token that was just given; it says that nothing is kept."""
    if error.scope is None:
        hint = "It may be mistyped, revoked or expired: copy it again, or make a new one under Settings → API."
    else:
        hint = f"Give it the scope {error.scope or 'messages:read'} under Settings → API, and log in again."
    return AuthError(f"{error.message}; it is not kept", hint, code=error.code, scope=error.scope)


def _read_token(session: Session, *, with_token: bool) -> tuple[str, str]:
    """The words that are to be a token, and where they came from."""
    stdin = sys.stdin
    if with_token and (stdin is None or stdin.closed):
        raise UsageError("--with-token: standard input is closed", "Pipe the token in: … --with-token < FILE.")
    terminal = stdin is not None and not stdin.closed and stdin.isatty()
    if with_token and not terminal:
        return stdin.buffer.read(_MOST_BYTES).decode(errors="replace"), "standard input"
    if not terminal or not session.console.stderr_is_terminal:
        raise UsageError(
            "there is no terminal to ask for the token on", "Pipe it in: wacr auth login --with-token < FILE."
        )
    from getpass import getpass

    session.console.say(f"To read from {session.settings.api_url} (profile {session.settings.profile}):")
    for line in _SCOPES_HELP.split("\n"):
        session.console.say(line)
    try:
        return getpass("Token, which is not shown: ", stream=sys.stderr), "the token"
    except EOFError:
        raise UsageError("no token was given", "Nothing is kept.") from None
