"""``wacr sync``: bring the local archive up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import ArchiveAtOption, MaxWaitOption, TimeoutOption, display_of, run_of
from wacr_cli.core.errors import IncompleteError
from wacr_cli.core.times import span

if TYPE_CHECKING:
    from wacr_cli.core.models import Row
    from wacr_cli.session import Run
    from wacr_cli.sync import Report

EXAMPLES = """\b
Examples:
  wacr sync
  wacr sync --quiet --max-wait 600
  wacr sync --full --format json
  wacr --demo sync

The first run reads every message, 100 a call; interrupted at any time, the
next one goes on where it was. Later runs take some seven calls, and one more
for every hundred new messages. The service does not say what changed: a run
looks at what was updated last, until nothing of it is new. --full reads
everything again, and marks what is gone from the service as deleted.
"""


def sync(
    ctx: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything again: finds every change, and what was deleted.")
    ] = False,
    no_contacts: Annotated[bool, typer.Option("--no-contacts", help="Leave out the contacts.")] = False,
    archive_at: ArchiveAtOption = None,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="json: one object that says what was done.")
    ] = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Bring the local archive of all messages up to date."""
    from wacr_cli.output import writers
    from wacr_cli.sync import Sync

    run = run_of(ctx, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    display = display_of(format_)
    start = run.clock.monotonic()
    work = Sync(run.client, run.store, run.clock, run.progress, origin=run.origin, full=full, contacts=not no_contacts)
    report = work.run()
    seconds = run.clock.monotonic() - start
    run.console.clear_status()
    for note in report.notes:
        run.console.note(note)
    if display.format not in (None, "table"):
        with writers.opened(display, run.console) as sink:
            form = display.chosen(terminal=False)
            row = _row(report, run.progress.calls, seconds)
            writer = writers.record_writer(form, sink, run.console, tuple(row), lambda _: (), single=True)
            writer.write([row])
            writer.finish()
    if not report.complete:
        raise IncompleteError(
            f"incomplete: {'; '.join(report.missing)}",
            "What was read is kept. Run it again, when fewer messages change.",
        )
    run.console.note(_closing(run, report, seconds))


def _row(report: Report, calls: int, seconds: float) -> Row:
    return {
        "new": report.new,
        "changed": report.changed,
        "deleted": report.deleted,
        "calls": calls,
        "seconds": round(seconds, 3),
        "complete": report.complete,
        "newest_sent_at": report.newest_sent_at,
    }


def _closing(run: Run, report: Report, seconds: float) -> str:
    deleted = f", {report.deleted:,} deleted" if report.deleted else ""
    calls = run.progress.calls
    spent = f"{calls:,} call{'s' * (calls != 1)}, {span(seconds)}"
    return f"Synced: {report.new:,} new, {report.changed:,} changed{deleted}; {spent}, complete"
