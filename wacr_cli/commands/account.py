"""``wacr account``: the account, its usage and its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from wacr_cli.commands.flags import FormatOption, MaxWaitOption, OutputOption, TimeoutOption, output_options
from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import AuthError, IncompleteError, NotFoundError, WacrError
from wacr_cli.core.models import Row

EXAMPLES = """\b
Examples:
  wacr account
  wacr account --format json | jq .usage.contacts.remaining
  wacr --demo account

It takes three calls and needs the scope account:read. If the API refuses the
usage or the limits, the rest is shown, and the exit status is 8.
"""

_PARTS = {"id": "Account", "name": "Name", "subdomain": "Subdomain", "status": "Status", "created_at": "Since"}
_PLAN = {"plan_name": "Plan", "status": "Plan's status", "expires_at": "Paid until"}


def account(
    ctx: typer.Context,
    format_: FormatOption = None,
    output: OutputOption = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show the account, its usage and the limits of its plan."""
    from wacr_cli.output.writers import card_view

    session = session_from(ctx, max_wait=max_wait, timeout=timeout)
    options = output_options(format_, output)
    client = session.client
    row: Row = {"account": client.account()}
    failures = _add_parts(row, {"usage": client.usage, "limits": client.limits})
    session.console.clear_status()
    view = card_view(session.console, lambda one, _: _make_card(one), single=True)
    with session.output(options).rows(tuple(row), view=view) as writer:
        writer.write([row])
        writer.finish()
        if failures:
            raise _make_error(failures)


def _add_parts(row: Row, calls: Mapping[str, Callable[[], Row]]) -> dict[str, WacrError]:
    """Add the part of each call, None where it failed; return the failures. A refused token is an error."""
    failures = {}
    for name, call in calls.items():
        try:
            row[name] = call()
        except WacrError as error:
            if isinstance(error, AuthError) and error.scope is None:
                raise
            row[name] = None
            failures[name] = error
    return failures


def _make_error(failures: Mapping[str, WacrError]) -> IncompleteError:
    """Return the error that says what is missing and why."""
    reasons = "; ".join(f"{name}: {error.message}" for name, error in failures.items())
    hints = dict.fromkeys(error.hint for error in failures.values() if not isinstance(error, NotFoundError))
    kept = "The rest is printed. A file named with --output was not replaced."
    return IncompleteError(f"incomplete: {reasons}", " ".join((*hints, kept)))


def _make_card(row: Row) -> list[tuple[str, object]]:
    """Return the card of an account: who it is, what it uses, and what its plan allows."""
    return [
        *_describe_account(row["account"]),
        ("", ""),
        *(_make_bars(row["usage"]) if row["usage"] is not None else [("Usage", None)]),
        ("", ""),
        *(_describe_plan(row["limits"]) if row["limits"] is not None else [("Limits", None)]),
    ]


def _describe_account(account: Row) -> list[tuple[str, object]]:
    subscription = account.get("subscription")
    plan = subscription if isinstance(subscription, dict) else account
    parts: list[tuple[str, object]] = [(label, account.get(name)) for name, label in _PARTS.items()]
    return parts + [(label, plan.get(name)) for name, label in _PLAN.items() if plan is not account or name != "status"]


def _make_bars(usage: Row) -> list[tuple[str, object]]:
    """Return a bar for each feature, wherever the response has them."""
    from wacr_cli.output.cards import Bar

    inner = usage.get("usage")
    features = inner if isinstance(inner, dict) else usage
    lines: list[tuple[str, object]] = []
    for name, one in features.items():
        if not isinstance(one, dict):
            continue
        current, limit = one.get("current"), one.get("limit")
        if one.get("is_unlimited") or limit == -1:
            bar = Bar(None, f"{_format_number(current)}, unlimited")
        else:
            bar = Bar(
                _get_percentage(one),
                f"{_format_number(current)} of {_format_number(limit)}, {_format_number(one.get('remaining'))} left",
            )
        lines.append((_format_label(name), bar))
    return lines


def _describe_plan(limits: Row) -> list[tuple[str, object]]:
    limit_of = limits.get("limits")
    calls = limit_of.get("api_calls_per_minute") if isinstance(limit_of, dict) else None
    lines: list[tuple[str, object]] = []
    if isinstance(calls, dict):
        lines.append(("Calls per minute", "unlimited" if calls.get("is_unlimited") else calls.get("limit")))
    features = limits.get("features")
    if isinstance(features, dict):
        lines += [
            ("With" if on else "Without", names) for on in (True, False) if (names := _list_features(features, on))
        ]
    return lines


def _list_features(features: Row, on: bool) -> str:
    return ", ".join(name.replace("_", " ") for name, value in features.items() if bool(value) is on)


def _get_percentage(one: Row) -> float:
    """Return how much of a feature is used, in percent; computed where the response does not say."""
    given, current, limit = one.get("percentage_used"), one.get("current"), one.get("limit")
    if isinstance(given, int | float):
        return float(given)
    if isinstance(current, int | float) and isinstance(limit, int | float) and limit > 0:
        return 100 * current / limit
    return 0.0


def _format_number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else "?" if value is None else str(value)


def _format_label(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")
