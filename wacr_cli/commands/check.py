"""``wacr check``: one line and an exit status for monitoring."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import ArchiveAtOption, MaxWaitOption, OutputOption, TimeoutOption
from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.times import parse_age
from wacr_cli.core.validation import choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wacr_cli.diagnostics.monitoring import Check
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr check --waiting-over 30m:2h --synced-within 20m:2h
  wacr check --failed-over 2%:10% --within 1d
  wacr check --format openmetrics --output /var/lib/node_exporter/wacr.prom

Each threshold is WARN or WARN:CRIT. The exit status is 0 (OK), 1 (WARNING),
2 (CRITICAL) or 3 (UNKNOWN). Waiting counts business hours only, if the profile
has business_hours or business_days. Everything but --calls-left-under is read
from the archive.
"""

FORMATS = ("text", "json", "openmetrics")


def check(
    ctx: typer.Context,
    waiting_over: Annotated[
        str | None,
        typer.Option("--waiting-over", metavar="AGE[:AGE]", help="Longest time that a customer waits for an answer"),
    ] = None,
    failed_over: Annotated[
        str | None,
        typer.Option(
            "--failed-over", metavar="N%[:N%]", help="Share of outbound messages that failed; at least 20 are judged"
        ),
    ] = None,
    within: Annotated[
        str, typer.Option("--within", metavar="AGE", help="Judge the outbound messages of this time")
    ] = "1h",
    synced_within: Annotated[
        str | None, typer.Option("--synced-within", metavar="AGE[:AGE]", help="Longest time since the last sync")
    ] = None,
    calls_left_under: Annotated[
        str | None,
        typer.Option("--calls-left-under", metavar="N[:N]", help="Calls left of the rate limit; makes one API call"),
    ] = None,
    archive_at: ArchiveAtOption = None,
    format_: Annotated[
        str,
        typer.Option("--format", "-f", metavar="FORMAT", help="Output format: text, json or openmetrics"),
    ] = "text",
    output: OutputOption = None,
    max_wait: MaxWaitOption = 10,
    timeout: TimeoutOption = 10,
) -> None:
    """Check waiting customers, failures and syncs for monitoring."""
    from wacr_cli.diagnostics import monitoring

    session = session_from(ctx, archive_at=archive_at, max_wait=max_wait, timeout=timeout)
    try:
        choice(format_, FORMATS, "--format")
        flags = (waiting_over, failed_over, synced_within, calls_left_under)
        checks = _run_checks(session, flags, parse_age(within, "--within"))
    except WacrError as error:
        hint = f" ({error.hint})" if error.hint else ""
        session.console.clear_status()
        session.output(_output_options(None)).text(f"WACR UNKNOWN - {error.message}{hint}".replace("|", "/"))
        raise typer.Exit(monitoring.UNKNOWN) from None
    session.console.clear_status()
    session.output(_output_options(output)).text(*_format(session, checks, format_))
    raise typer.Exit(max(one.state for one in checks))


def _run_checks(
    session: Session, flags: tuple[str | None, str | None, str | None, str | None], within: timedelta
) -> Sequence[Check]:
    """Return the results of the checks: those of the archive always, the API only where it is asked for."""
    from wacr_cli.diagnostics import monitoring as m

    waiting, failed, synced, calls = flags
    if within <= timedelta():
        raise UsageError("--within: the time is empty", "Write it like 1h or 7d.")
    none = m.Thresholds()
    over = m.parse_thresholds(waiting, "--waiting-over", m.parse_seconds_of) if waiting else none
    share = m.parse_thresholds(failed, "--failed-over", m.parse_percent) if failed else none
    age = m.parse_thresholds(synced, "--synced-within", m.parse_seconds_of) if synced else none
    left = m.parse_thresholds(calls, "--calls-left-under", m.parse_count, is_least=True) if calls else none
    now, store = session.clock.now(), session.store
    checks = [
        *m.check_synced(store, now, age),
        *m.check_waiting(store, now, session.business_hours, over),
        *m.check_failed(store, now, within, share),
    ]
    if calls:
        session.client.messages([("page", "1"), ("per_page", "1")])
        checks += m.check_calls(session.rate_limiter, left)
    return checks


def _format(session: Session, checks: Sequence[Check], format_: str) -> list[str]:
    """Return the lines to write."""
    from wacr_cli.diagnostics import monitoring

    if format_ == "openmetrics":
        return monitoring.format_openmetrics(checks, session.settings.profile)
    if format_ == "json":
        from wacr_cli.output.json import encode

        rows = [
            {
                "name": one.name,
                "state": monitoring.STATES[one.state],
                "value": one.value,
                "unit": one.unit,
                "warning": one.thresholds.warning,
                "critical": one.thresholds.critical,
            }
            for one in checks
        ]
        state = monitoring.STATES[max(one.state for one in checks)]
        return [encode({"state": state, "checks": rows})]
    return [monitoring.format_line(checks)]


def _output_options(output: str | None) -> OutputOptions:
    from wacr_cli.output.options import OutputOptions

    return OutputOptions(format="tsv", output=output)
