"""``wacr auth status``: the token of each profile, its account, scopes and call limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from wacr_cli.commands.flags import (
    ExcelOption,
    FormatOption,
    MaxWaitOption,
    OutputOption,
    TimeoutOption,
    output_options,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import WacrError
from wacr_cli.core.models import Row

if TYPE_CHECKING:
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr auth status
  wacr auth status --format json | jq '.[] | select(.in_use)'
"""

COLUMNS = (
    "profile",
    "in_use",
    "api_url",
    "token_from",
    "token_ending",
    "account",
    "plan",
    "scopes",
    "rate_limit",
    "calls_left",
    "error",
)
_LABELS = {
    "profile": "Profile",
    "in_use": "In use",
    "api_url": "API",
    "token_from": "Token",
    "account": "Account",
    "plan": "Plan",
    "scopes": "Scopes",
    "rate_limit": "Calls per minute",
    "calls_left": "Calls left",
    "error": "Problem",
}


def show_status(
    ctx: typer.Context,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show each profile's token, account, scopes and rate limit.

    Scopes are tested with up to four calls for each profile.
    """
    from wacr_cli.output.writers import card_view

    session = session_from(ctx, max_wait=max_wait, timeout=timeout)
    options = output_options(format_, output, excel=excel)
    current = session.settings.profile
    failure: WacrError | None = None
    view = card_view(session.console, lambda row, _: _make_card(row))
    with session.output(options).rows(COLUMNS, view=view) as writer:
        for name in _list_profiles(session):
            is_current = name == current
            row, error = _check_profile(session if is_current else _switch_profile(session, name), in_use=is_current)
            session.console.clear_status()
            if is_current:
                failure = error
            writer.write([row])
        writer.finish()
    if failure:
        raise failure


def _list_profiles(session: Session) -> list[str]:
    """Return the profile in use, then all others in the configuration or with a stored token."""
    from wacr_cli.settings import config, credentials

    if session.settings.demo:
        return [session.settings.profile]
    path = config.config_path(session.environ)
    known = config.get_profiles(config.read(path), path)
    stored = credentials.TokenStore(session.environ).read_entries()
    return list(dict.fromkeys((session.settings.profile, *known, *stored)))


def _switch_profile(session: Session, profile: str) -> Session:
    """Return the session of another profile, without the variables that are meant for the one in use."""
    for_current = ("WACR_TOKEN", "WACR_API_URL", "WACR_RATE_LIMIT", "WACR_PROFILE")
    environ = {name: value for name, value in session.environ.items() if name not in for_current}
    return replace(session, profile=profile, environ=environ, new_profile=True)


def _check_profile(session: Session, *, in_use: bool) -> tuple[Row, WacrError | None]:
    """Return the row of a profile, and why its token does not work, None where it does."""
    row: Row = dict.fromkeys(COLUMNS)
    row |= {"profile": session.profile, "in_use": in_use, "scopes": []}
    try:
        row |= {"profile": session.settings.profile, "api_url": session.settings.api_url}
        row |= {"token_from": session.token.location, "token_ending": session.token.ending}
        failure = _check_token(session, row)
    except WacrError as error:
        failure = error
    finally:
        session.close()
    row["error"] = failure.message if failure else None
    return row, failure


def _check_token(session: Session, row: Row) -> WacrError | None:
    """Add to *row* what the API shows of the token; return why it does not work, None where it does."""
    from wacr_cli.diagnostics import token_status

    is_limit_unknown = not session.settings.demo and not session.rate_limiter.named
    status = token_status.check_token(session.client, with_limit=is_limit_unknown)
    row |= {"account": status.account.get("name"), "plan": status.plan, "scopes": status.scopes}
    if not session.settings.demo:
        limit, left = session.rate_limiter.left()
        if status.limit and not session.rate_limiter.named:
            limit, left = status.limit, max(0, status.limit - (limit - left))
        row |= {"rate_limit": limit, "calls_left": left}
    return status.error


def _make_card(row: Row) -> list[tuple[str, object]]:
    shown = dict(row)
    shown["token_from"] = f"{row['token_ending']} from {row['token_from']}" if row["token_from"] else "none"
    shown["scopes"] = ", ".join(row["scopes"]) or "none found"
    return [(label, shown[name]) for name, label in _LABELS.items() if name != "error" or shown[name]]
