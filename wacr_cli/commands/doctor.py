"""``wacr doctor``: what may be wrong with a set-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import OutputOption, TimeoutOption, output_options
from wacr_cli.commands.framework import session_from
from wacr_cli.core.errors import WacrError

if TYPE_CHECKING:
    from wacr_cli.diagnostics import checks, connection
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr doctor
  wacr doctor --connect --profile shop
  wacr doctor --format json | jq '.[] | select(.state == "fault")'

Nothing in it is secret, nor anybody's number: it can be pasted into a report.
The exit status is that of the first fault.
"""

COLUMNS = ("topic", "state", "said", "hint")
_MARKS = {"fault": "✗", "warning": "!", "fine": " "}


DoctorFormat = Annotated[
    str | None,
    typer.Option("--format", "-f", metavar="FORMAT", help="table, tsv, csv, json or jsonl. [default: lines to read]"),
]


def examine(
    ctx: typer.Context,
    connect: Annotated[bool, typer.Option("--connect", help="Try the way to the API too, with one call.")] = False,
    format_: DoctorFormat = None,
    output: OutputOption = None,
    timeout: TimeoutOption = 30,
) -> None:
    """Look at everything that wacr needs, and name what is wrong with it."""
    from wacr_cli.diagnostics import checks

    session = session_from(ctx, timeout=timeout)
    options = output_options(format_, output)
    patient, found = checks.examine(session.environ, profile=session.profile, demo=session.demo)
    if connect:
        found += checks.looked("network", lambda _: _connected(session, patient), patient)
    findings = checks.sorted_findings(found)
    if options.format == "table" or (options.format is None and options.output is None):
        with session.output(replace(options, format="table")).open() as sink:
            for line in _lines(findings, session.console.width if sink.is_terminal else None):
                sink.write(f"{line}\n")
    else:
        with session.output(options).rows(COLUMNS) as writer:
            writer.write([one.as_row() for one in findings])
            writer.finish()
    if status := checks.first_status(findings):
        raise typer.Exit(status)


def _connected(session: Session, patient: checks.Patient) -> Iterator[checks.Finding]:
    """The way to the API, as far as it goes: the first step that fails is the last."""
    from wacr_cli.diagnostics import checks, connection
    from wacr_cli.settings.redaction import mask_numbers

    if patient.settings is None:
        yield checks.Finding("network", "warning", "the way to the API is not tried: the configuration is broken")
        return
    try:
        if not patient.settings.demo:
            yield from map(_found, connection.reach(patient.settings.api_url, session.timeout))
    except WacrError as error:
        yield checks.fault("network", error)
        return
    try:
        yield from map(_found, connection.call(session.client, session.clock))
    except WacrError as error:
        error.message = mask_numbers(error.message)  # the service's words may be of anybody
        yield checks.fault("call", error)


def _found(step: connection.Step) -> checks.Finding:
    from wacr_cli.diagnostics import checks

    return checks.Finding(step.topic, "warning" if step.hint else "fine", step.said, step.hint)


def _lines(findings: Sequence[checks.Finding], width: int | None) -> Iterator[str]:
    """What a person reads: how many faults there are, then the findings, faults first, in lines of a width."""
    from wacr_cli.output.sanitize import printable

    faults, warnings = (sum(one.state == state for one in findings) for state in ("fault", "warning"))
    counted = f"{faults} fault{'s' * (faults != 1)} found" if faults else "No fault found"
    yield counted + (f", {warnings} warning{'s' * (warnings != 1)}" if warnings else "")
    for one in findings:
        yield from _folded(f"{_MARKS[one.state]} {one.topic:<13} ", printable(one.said), width)
        if one.hint:
            yield from _folded(f"{'':<15} → ", printable(one.hint), width)


def _folded(before: str, text: str, width: int | None) -> Iterator[str]:
    """A text in lines that stand below each other."""
    from textwrap import wrap

    room = max(20, width - len(before)) if width else len(text) + 1
    for number, line in enumerate(wrap(text, room, break_on_hyphens=False) or [""]):
        yield f"{before if number == 0 else ' ' * len(before)}{line}"
