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
    """Remove the token that is kept for the profile."""
    from wacr_cli.settings import config, credentials

    session = session_from(ctx, new_profile=True)
    if session.settings.demo:
        raise UsageError("the sample workspace keeps no token", "Leave --demo out (or WACR_DEMO).")
    profile = session.settings.profile
    place, why = credentials.Store(session.environ).forget(profile)
    if why:
        raise WacrError(
            f"the token of profile {profile!r} is no longer used, but still there: {why}",
            "Remove the entry of wacr from the keyring by its own means.",
            code="KEYRING",
        )
    if place:
        session.console.note(f"Logged out of profile {profile}: its token is removed from {place}.")
        session.console.note("It is still good: revoke it in the app under Settings → API if it should not be.")
    else:
        config.load(session.environ, profile=session.profile)  # a profile that is not there is told as everywhere
        session.console.note(f"No token is kept for profile {profile}.")
    if credentials.of_environment(session.environ):
        session.console.note("WACR_TOKEN is set, and is used as long as it is.")
