"""``wacr account``: whose account it is, what it uses and what it may."""

from __future__ import annotations

import typer

from wacr_cli.commands.flags import FormatOption, MaxWaitOption, OutputOption, TimeoutOption, display_of, run_of
from wacr_cli.core.models import Row

EXAMPLES = """\b
Examples:
  wacr account
  wacr account --format json | jq .usage.contacts.remaining
  wacr --demo account

It takes three calls, and the scope account:read.
"""

COLUMNS = ("account", "usage", "limits")
_PARTS = {"id": "Account", "name": "Name", "subdomain": "Subdomain", "status": "Status", "created_at": "Since"}
_PLAN = {"plan_name": "Plan", "status": "Plan's status", "expires_at": "Paid until"}


def account(
    ctx: typer.Context,
    format_: FormatOption = None,
    output: OutputOption = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show the account, what it uses of its plan, and its limits."""
    from wacr_cli.output import writers

    run = run_of(ctx, max_wait=max_wait, timeout=timeout)
    display = display_of(format_, output)
    client = run.client
    row: Row = {"account": client.account(), "usage": client.usage(), "limits": client.limits()}
    run.console.clear_status()
    with writers.opened(display, run.console) as sink:
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        writer = writers.record_writer(form, sink, run.console, COLUMNS, _card, single=True)
        writer.write([row])
        writer.finish()


def _card(row: Row) -> list[tuple[str, object]]:
    """The page that a person sees: who, how much, and what may be done."""
    return [*_whose(row["account"]), ("", ""), *_used(row["usage"]), ("", ""), *_allowed(row["limits"])]


def _whose(account: Row) -> list[tuple[str, object]]:
    subscription = account.get("subscription")
    plan = subscription if isinstance(subscription, dict) else account
    parts: list[tuple[str, object]] = [(label, account.get(name)) for name, label in _PARTS.items()]
    return parts + [(label, plan.get(name)) for name, label in _PLAN.items() if plan is not account or name != "status"]


def _used(usage: Row) -> list[tuple[str, object]]:
    """A bar for each feature, wherever the answer holds them."""
    from wacr_cli.output.cards import Bar

    inner = usage.get("usage")
    features = inner if isinstance(inner, dict) else usage
    lines: list[tuple[str, object]] = []
    for name, one in features.items():
        if not isinstance(one, dict):
            continue
        current, limit = one.get("current"), one.get("limit")
        if one.get("is_unlimited") or limit == -1:
            bar = Bar(None, f"{_number(current)}, unlimited")
        else:
            bar = Bar(_percent(one), f"{_number(current)} of {_number(limit)}, {_number(one.get('remaining'))} left")
        lines.append((_label(name), bar))
    return lines


def _allowed(limits: Row) -> list[tuple[str, object]]:
    of_calls = limits.get("limits")
    calls = of_calls.get("api_calls_per_minute") if isinstance(of_calls, dict) else None
    lines: list[tuple[str, object]] = []
    if isinstance(calls, dict):
        lines.append(("Calls a minute", "unlimited" if calls.get("is_unlimited") else calls.get("limit")))
    features = limits.get("features")
    if isinstance(features, dict):
        lines += [("With" if on else "Without", names) for on in (True, False) if (names := _features(features, on))]
    return lines


def _features(features: Row, on: bool) -> str:
    return ", ".join(name.replace("_", " ") for name, value in features.items() if bool(value) is on)


def _percent(one: Row) -> float:
    """How much of a feature is used; reckoned where the answer does not say."""
    said, current, limit = one.get("percentage_used"), one.get("current"), one.get("limit")
    if isinstance(said, int | float):
        return float(said)
    if isinstance(current, int | float) and isinstance(limit, int | float) and limit > 0:
        return 100 * current / limit
    return 0.0


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else "?" if value is None else str(value)


def _label(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")
