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

The token is tested with one call and stored if it can read messages: in the
system's keyring if there is one, else in a file that only you can read.
"""

_MOST_BYTES = 2**16

_SCOPES_HELP = """\
Create a token in the app under Settings → API, with these scopes:
  messages:read   to read messages (required)
  account:read    to show the account, its usage and its limits
  contacts:read   to show contacts, and names next to phone numbers
  templates:read  to show message templates"""


def log_in(
    ctx: typer.Context,
    with_token: Annotated[bool, typer.Option("--with-token", help="Read the token from standard input")] = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Log in: ask for a token, test it, and store it for the profile."""
    from wacr_cli.diagnostics import token_status
    from wacr_cli.settings import config, credentials, editor
    from wacr_cli.settings.keys import check_profile_name

    session = session_from(ctx, max_wait=max_wait, timeout=timeout, new_profile=True)
    if session.settings.demo:
        raise UsageError("the sample workspace needs no token", "Leave out --demo (or unset WACR_DEMO), then log in.")
    settings = session.settings
    check_profile_name(settings.profile)
    store = credentials.TokenStore(session.environ)
    broken = store.find_damage()  # checked first: no token is stored in a file that others can change
    text, origin = _read_token(session, with_token=with_token)
    token = session.register_secret(credentials.Token(credentials.parse_pasted_token(text, origin), "given", origin))
    client = session.make_client(token)
    try:
        client.messages(token_status.SMALLEST_PAGE)
    except AuthError as error:
        raise _explain_refusal(error) from None
    finally:
        client.close()
    if editor.create_profile(session.environ, settings.profile):
        session.console.note(f"Created the profile {settings.profile!r} in {config.config_path(session.environ)}.")
    if broken:
        session.console.note(f"wacr: {broken}; it was replaced, so log in again for other profiles")
    place, why = store.save_token(settings.profile, config.get_origin(settings.api_url), token.value)
    if why:
        session.console.note(f"wacr: {why}")
    session.console.note(
        f"Logged in to {settings.api_url} (profile {settings.profile}). The token is stored in {place}."
    )
    if credentials.token_from_environment(session.environ):
        session.console.note("WACR_TOKEN is set and is used instead of the stored token.")


def _explain_refusal(error: AuthError) -> AuthError:
    """Return the error for a token that the API refused at login."""
    if error.scope is None:
        hint = (
            "It may be mistyped, revoked or expired. Copy it again, or create a token in the app under Settings → API."
        )
    else:
        hint = f"Give it the scope {error.scope or 'messages:read'} in the app under Settings → API, then log in again."
    return AuthError(f"{error.message}; the token was not stored", hint, code=error.code, scope=error.scope)


def _read_token(session: Session, *, with_token: bool) -> tuple[str, str]:
    """Return the text that is given as a token, and where it came from."""
    stdin = sys.stdin
    if with_token and (stdin is None or stdin.closed):
        raise UsageError("--with-token: standard input is closed", "Run wacr auth login --with-token < FILE.")
    terminal = stdin is not None and not stdin.closed and stdin.isatty()
    if with_token and not terminal:
        return stdin.buffer.read(_MOST_BYTES).decode(errors="replace"), "standard input"
    if not terminal or not session.console.stderr_is_terminal:
        raise UsageError("no terminal to ask for the token", "Run wacr auth login --with-token < FILE.")
    from getpass import getpass

    session.console.write_line(f"Log in to {session.settings.api_url} (profile {session.settings.profile}).")
    for line in _SCOPES_HELP.split("\n"):
        session.console.write_line(line)
    try:
        return getpass("Token (not shown): ", stream=sys.stderr), "the input"
    except EOFError:
        raise UsageError("no token was given", "Run wacr auth login again and paste the token.") from None
