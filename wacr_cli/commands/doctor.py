"""``wacr doctor``: find out what is wrong with an installation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import OutputOption, TimeoutOption, output_options
from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import WacrError

if TYPE_CHECKING:
    from wacr_cli.diagnostics.checks import CheckResult, Setup
    from wacr_cli.diagnostics.connection import Step
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr doctor
  wacr doctor --connect --profile shop
  wacr doctor --format json | jq '.[] | select(.state == "error")'

The report contains no tokens and no phone numbers, so you can share it.
The exit status is that of the first error.
"""

COLUMNS = ("topic", "state", "message", "hint")
_MARKS = {"error": "✗", "warning": "!", "ok": " "}


DoctorFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="Output format: table, tsv, csv, json or jsonl [default: a report]",
    ),
]


def doctor(
    ctx: typer.Context,
    connect: Annotated[
        bool, typer.Option("--connect", help="Also test the connection to the API with one call")
    ] = False,
    format_: DoctorFormat = None,
    output: OutputOption = None,
    timeout: TimeoutOption = 30,
) -> None:
    """Find problems of the installation and the settings."""
    from wacr_cli.diagnostics import checks

    session = session_from(ctx, timeout=timeout)
    options = output_options(format_, output)
    setup, results = checks.run_checks(session.environ, profile=session.profile, demo=session.demo)
    if connect:
        results += checks.run_check("network", lambda _: _check_network(session, setup), setup)
    results = checks.sort_results(results)
    if options.format == "table" or (options.format is None and options.output is None):
        with session.output(replace(options, format="table")).open() as sink:
            for line in _format_report(results, session.console.width if sink.is_terminal else None):
                sink.write(f"{line}\n")
    else:
        with session.output(options).rows(COLUMNS) as writer:
            writer.write([result.as_row() for result in results])
            writer.finish()
    if status := checks.get_exit_status(results):
        raise typer.Exit(status)


def _check_network(session: Session, setup: Setup) -> Iterator[CheckResult]:
    """Test the connection to the API, up to the first step that fails."""
    from wacr_cli.diagnostics import checks, connection
    from wacr_cli.settings.redaction import mask_numbers

    if setup.settings is None:
        yield checks.CheckResult("network", "warning", "connection not tested: the configuration is invalid")
        return
    try:
        if not setup.settings.demo:
            yield from map(_make_result, connection.check_connection(setup.settings.api_url, session.timeout))
    except WacrError as error:
        yield checks.make_error("network", error)
        return
    try:
        yield from map(_make_result, connection.check_call(session.client, session.clock))
    except WacrError as error:
        error.message = mask_numbers(error.message)  # the API's own message may contain phone numbers
        yield checks.make_error("call", error)


def _make_result(step: Step) -> CheckResult:
    from wacr_cli.diagnostics import checks

    return checks.CheckResult(step.topic, "warning" if step.hint else "ok", step.message, step.hint)


def _format_report(results: Sequence[CheckResult], width: int | None) -> Iterator[str]:
    """Yield the lines of the report: the number of problems, then the results, wrapped to *width* columns."""
    from wacr_cli.output.sanitize import printable

    errors, warnings = (sum(one.state == state for one in results) for state in ("error", "warning"))
    summary = f"{errors} problem{'s' * (errors != 1)} found" if errors else "No problems found"
    yield summary + (f", {warnings} warning{'s' * (warnings != 1)}" if warnings else "")
    for one in results:
        yield from _wrap(f"{_MARKS[one.state]} {one.topic:<13} ", printable(one.message), width)
        if one.hint:
            yield from _wrap(f"{'':<15} → ", printable(one.hint), width)


def _wrap(prefix: str, text: str, width: int | None) -> Iterator[str]:
    """Yield a text in lines of at most *width* columns, aligned after *prefix*."""
    from textwrap import wrap

    room = max(20, width - len(prefix)) if width else len(text) + 1
    for number, line in enumerate(wrap(text, room, break_on_hyphens=False) or [""]):
        yield f"{prefix if number == 0 else ' ' * len(prefix)}{line}"
