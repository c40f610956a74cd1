"""``wacr archive``: what there is to say of the local archive."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    FormatOption,
    HouseCommand,
    MaxWaitOption,
    OutputOption,
    TimeoutOption,
    display_of,
    new_app,
    run_of,
)
from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.query import one_of

if TYPE_CHECKING:
    from wacr_cli.core.models import Row
    from wacr_cli.output.options import Display
    from wacr_cli.session import Run

app = new_app("The local archive, which wacr sync keeps.")

INFO_EXAMPLES = """\b
Examples:
  wacr archive info
  wacr archive info --format json | jq .messages
"""
CHECK_EXAMPLES = """\b
Examples:
  wacr archive check
  wacr archive check --online
"""
PATH_EXAMPLES = """\b
Examples:
  wacr archive path
  sqlite3 -readonly "$(wacr archive path)" .schema
"""
EXPORT_EXAMPLES = """\b
Examples:
  wacr archive export --to warehouse
  wacr archive export --to s3-upload --as csv.gz --format json
  duckdb -c "from 'warehouse/*/*.parquet' select count(*)"

A file for each month, by UTC: warehouse/sent_month=2026-11/messages.parquet.
Run again, it writes the months that changed. Parquet needs the extra:
pip install 'wacr-cli[parquet]'.
"""

_LABELS = {
    "place": "Archive",
    "bytes": "Size",
    "messages": "Messages",
    "inbound": "  inbound",
    "outbound": "  outbound",
    "deleted": "Deleted",
    "status_changes": "Status changes",
    "contacts": "Contacts",
    "oldest_sent_at": "Oldest",
    "newest_sent_at": "Newest",
    "synced_at": "Last sync",
    "complete": "Complete",
    "since": "  since",
    "schema": "Schema",
}


@app.command("info", cls=HouseCommand, epilog=INFO_EXAMPLES)
def info(
    ctx: typer.Context, archive_at: ArchiveAtOption = None, format_: FormatOption = None, output: OutputOption = None
) -> None:
    """Show what is in the archive, and how far it reaches."""
    run = run_of(ctx, archive_at=archive_at)
    display = display_of(format_, output)
    _show(run, display, asdict(run.store.info()))


@app.command("check", cls=HouseCommand, epilog=CHECK_EXAMPLES)
def check(
    ctx: typer.Context,
    online: Annotated[
        bool, typer.Option("--online", help="Also compare the number of messages with the API's.")
    ] = False,
    archive_at: ArchiveAtOption = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Check that the archive is sound; exit status 1 where it is not."""
    run = run_of(ctx, archive_at=archive_at, max_wait=max_wait, timeout=timeout)
    display = display_of(format_, output)
    found = run.store.check()
    row: Row = {"place": run.store.location, "sound": not found, "found": found}
    if online:
        total, here = run.client.messages([("page", "1"), ("per_page", "1")]).total, run.store.info().messages
        run.console.clear_status()
        row |= {"messages": here, "on_service": total}
    _show(run, display, row)
    if found:
        raise WacrError(
            f"the archive {run.store.location!r} is damaged: {found[0]}",
            "Move it away and run wacr sync, which reads it anew.",
            code="ARCHIVE_DAMAGED",
        )
    if online and row["on_service"] is None:
        run.console.note("The service does not say how many messages there are.")
    elif online and row["on_service"] != row["messages"]:
        raise WacrError(
            f"the archive has {row['messages']:,} messages, the service {row['on_service']:,}",
            "wacr sync brings what is new, wacr sync --full finds what was deleted.",
            code="ARCHIVE_DIFFERS",
        )


@app.command("path", cls=HouseCommand, epilog=PATH_EXAMPLES)
def path(ctx: typer.Context, archive_at: ArchiveAtOption = None) -> None:
    """Print where the archive is, or would be."""
    typer.echo(run_of(ctx, archive_at=archive_at).store.location)


@app.command("export", cls=HouseCommand, epilog=EXPORT_EXAMPLES)
def export(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="FOLDER", help="The folder: a new one, or that of an export.")],
    kind: Annotated[
        str, typer.Option("--as", metavar="KIND", help="parquet, csv, csv.gz, jsonl or jsonl.gz.")
    ] = "parquet",
    archive_at: ArchiveAtOption = None,
    format_: FormatOption = None,
) -> None:
    """Write the archive out for a warehouse, month by month."""
    from wacr_cli.commands import exports
    from wacr_cli.export.export import KINDS

    run = run_of(ctx, archive_at=archive_at)
    if not to:
        raise UsageError("--to: an empty name", "Name a folder.")
    exports.export(run, to, one_of(kind, KINDS, "--as"), display_of(format_))


def _show(run: Run, display: Display, row: Row) -> None:
    from wacr_cli.output import writers

    with writers.opened(display, run.console) as sink:
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        writer = writers.record_writer(form, sink, run.console, tuple(row), _card, single=True)
        writer.write([row])
        writer.finish()


def _card(row: Row) -> list[tuple[str, object]]:
    """What a person sees of it."""
    return [(_LABELS.get(name, name.capitalize().replace("_", " ")), _said(name, value)) for name, value in row.items()]


def _said(name: str, value: object) -> object:
    if name == "bytes" and isinstance(value, int):
        return f"{value / 2**20:,.1f} MiB"
    if isinstance(value, list):
        return "; ".join(value) or "nothing wrong"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
