"""``wacr sync``: bring the local archive up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    MaxCallsOption,
    MaxWaitOption,
    TimeoutOption,
    output_options,
    whole_number,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import format_cost
from wacr_cli.core.errors import IncompleteError, UsageError

if TYPE_CHECKING:
    from wacr_cli.core.models import Row
    from wacr_cli.sync import Report

EXAMPLES = """\b
Examples:
  wacr sync
  wacr sync --quiet --max-wait 600
  wacr sync --full --format json
  wacr sync --all-profiles --jobs 8
  wacr --demo sync

The first run reads every message, 100 in each call. If it is interrupted, the
next run continues from there. Later runs take about seven calls, and one more
for about every 90 new messages. The API does not say which messages changed:
a run reads the most recently updated ones until none of them is new. Then it
compares the totals of the API with the archive, and searches for what differs.
--full reads everything again. A message is marked as deleted if the API has
none with its id, or if two runs a minute apart did not find it.
"""


def sync(
    ctx: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything again; finds every change and repairs any difference")
    ] = False,
    no_contacts: Annotated[bool, typer.Option("--no-contacts", help="Don't read the contacts")] = False,
    max_calls: MaxCallsOption = 60,
    all_profiles: Annotated[bool, typer.Option("--all-profiles", help="Sync every profile, several at a time")] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="N",
            parser=whole_number(1, 32),
            help="Sync N profiles at a time, with --all-profiles [default: 4]",
        ),
    ] = None,
    archive_at: ArchiveAtOption = None,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="json prints one object with the result")
    ] = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Copy all messages to the local archive, or update it."""
    from wacr_cli.sync import Sync

    session = session_from(ctx, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    options = output_options(format_)
    if jobs is not None and not all_profiles:
        raise UsageError("--jobs needs --all-profiles", "Add --all-profiles, or leave out --jobs.")
    if all_profiles:
        from wacr_cli.commands.all_profiles import DEFAULT_JOBS, sync_all_profiles

        raise typer.Exit(sync_all_profiles(ctx, session, jobs or DEFAULT_JOBS))
    session.progress.on_wait = session.store.keep_lock
    start = session.clock.monotonic()
    report = Sync(
        session.client,
        session.store,
        session.clock,
        session.progress,
        origin=session.origin,
        full=full,
        contacts=not no_contacts,
        calls=max_calls,
    ).run()
    seconds = session.clock.monotonic() - start
    session.console.clear_status()
    for note in report.notes:
        session.console.note(note)
    if options.format not in (None, "table"):
        session.output(options).record(_make_row(report, session.progress.calls, seconds), lambda _: ())
    if not report.complete:
        raise IncompleteError(
            f"incomplete: {'; '.join(report.missing)}",
            f"What was read is stored ({_format_changes(report)}). Run it again; it goes on from there.",
        )
    session.console.note(_format_summary(report, format_cost(session.progress.calls, seconds)))


def _make_row(report: Report, calls: int, seconds: float) -> Row:
    return {
        "new": report.new,
        "changed": report.changed,
        "deleted": report.deleted,
        "found_missing": report.found,
        "restored": report.revived,
        "redirected": report.redirected,
        "calls": calls,
        "seconds": round(seconds, 3),
        "complete": report.complete,
        "newest_sent_at": report.newest_sent_at,
    }


def _format_summary(report: Report, cost: str) -> str:
    return f"Synced: {_format_changes(report)}; {cost}, complete"


def _format_changes(report: Report) -> str:
    """Return what changed in the archive, in words."""
    others = {
        "found missing": report.found,
        "deleted": report.deleted,
        "no longer deleted": report.revived,
        "of the other direction": report.redirected,
    }
    counts = {"new": report.new, "changed": report.changed, **{name: n for name, n in others.items() if n}}
    return ", ".join(f"{number:,} {name}" for name, number in counts.items())
