"""What the commands of ``wacr auth`` do: ask for a token, try it, keep it, tell how it stands."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Any

from wacr_cli.core.errors import AuthError, UsageError, WacrError
from wacr_cli.diagnostics import token_status
from wacr_cli.output import writers
from wacr_cli.output.options import Display
from wacr_cli.session import Run
from wacr_cli.settings import config, credentials, editor
from wacr_cli.settings.keys import check_profile_name

_MOST_BYTES = 2**16

WHAT_IT_NEEDS = """\
Make a token in the app under Settings → API, with the scopes
  messages:read   to read messages, without which nothing works
  account:read    to show whose account it is, what it uses and may
  contacts:read   to show names beside numbers, and the contacts"""

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
    "rate_limit": "Calls a minute",
    "calls_left": "Left now",
    "error": "Problem",
}


def log_in(run: Run, *, with_token: bool) -> None:
    """Take a token, try it with one call, and keep it; nothing is kept of one that does not work."""
    if run.settings.demo:
        raise UsageError("the sample workspace takes no token", "Leave --demo out (or WACR_DEMO), and log in.")
    settings = run.settings
    check_profile_name(settings.profile)
    store = credentials.Store(run.environ)
    broken = store.broken()  # before anybody takes the trouble: a file that can't be trusted takes no token
    text, origin = _given(run, with_token=with_token)
    token = run.heed(credentials.Token(credentials.pasted_token(text, origin), "given", origin))
    client = run.connected(token)
    try:
        client.messages(token_status.SMALLEST)
    except AuthError as error:
        raise _refused(error) from None
    finally:
        client.close()
    if editor.make_profile(run.environ, settings.profile):
        run.console.note(f"Made the profile {settings.profile!r} in {config.config_path(run.environ)}.")
    if broken:
        run.console.note(f"wacr: {broken}; it is written anew, and other profiles have to log in again")
    place, why = store.keep(settings.profile, config.origin_of(settings.api_url), token.value)
    if why:
        run.console.note(f"wacr: {why}")
    run.console.note(f"Logged in to {settings.api_url} (profile {settings.profile}). The token is in {place}.")
    if credentials.of_environment(run.environ):
        run.console.note("WACR_TOKEN is set, and goes before it as long as it is.")


def _refused(error: AuthError) -> AuthError:
    """The refusal of a token that was just given; it says that nothing is kept."""
    if error.scope is None:
        hint = "It may be mistyped, revoked or expired: copy it again, or make a new one under Settings → API."
    else:
        hint = f"Give it the scope {error.scope or 'messages:read'} under Settings → API, and log in again."
    return AuthError(f"{error.message}; it is not kept", hint, code=error.code, scope=error.scope)


def _given(run: Run, *, with_token: bool) -> tuple[str, str]:
    """The words that are to be a token, and where they came from."""
    stdin = sys.stdin
    if with_token and (stdin is None or stdin.closed):
        raise UsageError("--with-token: standard input is closed", "Pipe the token in: … --with-token < FILE.")
    terminal = stdin is not None and not stdin.closed and stdin.isatty()
    if with_token and not terminal:
        return stdin.buffer.read(_MOST_BYTES).decode(errors="replace"), "standard input"
    if not terminal or not run.console.stderr_is_terminal:
        raise UsageError(
            "there is no terminal to ask for the token on", "Pipe it in: wacr auth login --with-token < FILE."
        )
    from getpass import getpass

    run.console.say(f"To read from {run.settings.api_url} (profile {run.settings.profile}):")
    for line in WHAT_IT_NEEDS.split("\n"):
        run.console.say(line)
    try:
        return getpass("Token, which is not shown: ", stream=sys.stderr), "the token"
    except EOFError:
        raise UsageError("no token was given", "Nothing is kept.") from None


def log_out(run: Run) -> None:
    """Remove what is kept for a profile."""
    if run.settings.demo:
        raise UsageError("the sample workspace keeps no token", "Leave --demo out (or WACR_DEMO).")
    profile = run.settings.profile
    place, why = credentials.Store(run.environ).forget(profile)
    if why:
        raise WacrError(
            f"the token of profile {profile!r} is no longer used, but still there: {why}",
            "Remove the entry of wacr from the keyring by its own means.",
            code="KEYRING",
        )
    if place:
        run.console.note(f"Logged out of profile {profile}: its token is removed from {place}.")
        run.console.note("It is still good: revoke it in the app under Settings → API if it should not be.")
    else:
        config.load(run.environ, profile=run.profile)  # a profile that is not there is told as everywhere
        run.console.note(f"No token is kept for profile {profile}.")
    if credentials.of_environment(run.environ):
        run.console.note("WACR_TOKEN is set, and is used as long as it is.")


def show_status(run: Run, display: Display) -> None:
    """Show how each profile's token stands; the failure of the one in use is that of the command."""
    in_use = run.settings.profile
    failure: WacrError | None = None
    with writers.opened(display, run.console) as sink:
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        writer = writers.record_writer(form, sink, run.console, COLUMNS, _card, excel=display.excel)
        for name in _profiles(run):
            one = run if name == in_use else _of_other(run, name)
            standing = _row(one, in_use=name == in_use)
            run.console.clear_status()
            failure = failure or (standing.pop("failure") if name == in_use else None)
            standing.pop("failure", None)
            writer.write([standing])
        writer.finish()
    if failure:
        raise failure


def _profiles(run: Run) -> list[str]:
    """The profile in use, then all others that the file or the credentials know."""
    if run.settings.demo:
        return [run.settings.profile]
    path = config.config_path(run.environ)
    known = config.profiles_of(config.read(path), path)
    return list(dict.fromkeys((run.settings.profile, *known, *credentials.Store(run.environ).entries())))


def _of_other(run: Run, profile: str) -> Run:
    """The run of a profile that is not in use: what the environment says is meant for the one that is."""
    ours = ("WACR_TOKEN", "WACR_API_URL", "WACR_RATE_LIMIT", "WACR_PROFILE")
    environ = {name: value for name, value in (run.environ or os.environ).items() if name not in ours}
    return replace(run, profile=profile, environ=environ, new_profile=True)


def _row(run: Run, *, in_use: bool) -> dict[str, Any]:
    """How one profile's token stands, and under ``failure`` why it does not work."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"profile": run.profile, "in_use": in_use, "scopes": []}
    try:
        row |= {"profile": run.settings.profile, "api_url": run.settings.api_url}
        row |= {"token_from": run.token.place, "token_ending": run.token.ending}
        standing = _standing(run, row)
        failure = standing.error
    except WacrError as error:
        failure = error
    finally:
        run.close()
    row["error"] = failure.message if failure else None
    return row | {"failure": failure}


def _standing(run: Run, row: dict[str, Any]) -> token_status.Standing:
    client = run.client
    standing = token_status.standing_of(client, with_limit=not run.settings.demo and not run.budget.named)
    row |= {"account": standing.account.get("name"), "plan": standing.plan, "scopes": standing.scopes}
    if not run.settings.demo:
        limit, left = run.budget.left()
        if standing.limit and not run.budget.named:
            limit, left = standing.limit, max(0, standing.limit - (limit - left))
        row |= {"rate_limit": limit, "calls_left": left}
    return standing


def _card(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """What a person sees of a profile."""
    shown = dict(row)
    shown["token_from"] = f"{row['token_ending']} from {row['token_from']}" if row["token_from"] else "none"
    shown["scopes"] = ", ".join(row["scopes"]) or "none found"
    return [(label, shown[name]) for name, label in _LABELS.items() if name != "error" or shown[name]]
