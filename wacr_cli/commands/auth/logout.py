"""``wacr auth logout``: remove the stored token of a profile."""

from __future__ import annotations

import typer

from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import UsageError, WacrError

EXAMPLES = """\b
Examples:
  wacr auth logout
  wacr auth logout --profile shop
"""


def log_out(ctx: typer.Context) -> None:
    """Log out: remove the stored token of the profile."""
    from wacr_cli.settings import config, credentials

    session = session_from(ctx, new_profile=True)
    if session.settings.demo:
        raise UsageError("the sample workspace has no token", "Leave out --demo (or unset WACR_DEMO).")
    profile = session.settings.profile
    place, why = credentials.TokenStore(session.environ).delete_token(profile)
    if why:
        raise WacrError(
            f"the token of profile {profile!r} is no longer used, but it could not be deleted: {why}",
            "Delete the entry 'wacr' with your keyring's own program.",
            code="KEYRING",
        )
    if place:
        session.console.note(f"Logged out of profile {profile}. Its token was deleted from {place}.")
        session.console.note("The token itself is still valid. To revoke it, go to Settings → API in the app.")
    else:
        config.load(session.environ, profile=session.profile)  # raises for a profile that does not exist
        session.console.note(f"There is no stored token for profile {profile}.")
    if credentials.token_from_environment(session.environ):
        session.console.note("WACR_TOKEN is set and is still used.")
