"""``wacr archive``: inspect, check and export the local archive."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    FormatOption,
    MaxCallsOption,
    MaxWaitOption,
    OutputOption,
    TimeoutOption,
    output_options,
)
from wacr_cli.commands.framework import Command, new_app, session_from
from wacr_cli.commands.shared import plural, report_archive_age
from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.times import format_duration
from wacr_cli.core.validation import choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from wacr_cli.core.models import Row
    from wacr_cli.export.export import Report, Writer
    from wacr_cli.session import Session
    from wacr_cli.sync import Report as SyncReport

app = new_app("Inspect, check and export the local archive")

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

There is one file for each month (UTC), such as
warehouse/sent_month=2026-11/messages.parquet. The next run writes only the
months that changed. Parquet needs an extra: pip install 'wacr-cli[parquet]'.
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


@app.command("info", cls=Command, epilog=INFO_EXAMPLES)
def info(
    ctx: typer.Context, archive_at: ArchiveAtOption = None, format_: FormatOption = None, output: OutputOption = None
) -> None:
    """Show what the archive contains and when it was synced."""
    session = session_from(ctx, archive_at=archive_at)
    options = output_options(format_, output)
    session.output(options).record(asdict(session.store.info()), _make_card)


@app.command("check", cls=Command, epilog=CHECK_EXAMPLES)
def check(
    ctx: typer.Context,
    online: Annotated[
        bool, typer.Option("--online", help="Also search for differences from the API, without changing anything")
    ] = False,
    max_calls: MaxCallsOption = 60,
    archive_at: ArchiveAtOption = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Check the archive for damage; exit with 1 if there is any."""
    session = session_from(ctx, archive_at=archive_at, max_wait=max_wait, timeout=timeout)
    options = output_options(format_, output)
    found = session.store.check()
    row: Row = {"place": session.store.location, "sound": not found, "found": found}
    report = _compare(session, max_calls) if online else None
    if report:
        row |= {"messages": session.store.info().messages, "on_service": report.total, **_count_differences(report)}
    session.output(options).record(row, _make_card)
    if found:
        raise WacrError(
            f"the archive {session.store.location!r} is damaged: {found[0]}",
            "Move it away, then run wacr sync to read everything again.",
            code="ARCHIVE_DAMAGED",
        )
    if report:
        _report_comparison(session, report, row)


def _compare(session: Session, calls: int) -> SyncReport:
    """Find how the archive differs from the API, without changing it."""
    from wacr_cli.sync import Sync

    sync = Sync(session.client, session.store, session.clock, session.progress, origin=session.origin, calls=calls)
    report = sync.compare()
    session.console.clear_status()
    return report


def _count_differences(report: SyncReport) -> dict[str, int]:
    return {"missing": report.found, "gone": report.deleted, "changed": report.changed}


def _report_comparison(session: Session, report: SyncReport, row: Row) -> None:
    """Raise :class:`WacrError` where the archive differs from the API."""
    for note in report.notes:
        session.console.note(note)
    if row["on_service"] is None:
        session.console.note("The API does not report how many messages there are.")
    elif row["on_service"] != row["messages"]:
        raise WacrError(
            f"the archive has {row['messages']:,} messages, the API {row['on_service']:,}",
            "Run wacr sync, then check again.",
            code="ARCHIVE_DIFFERS",
        )
    if report.missing or any(_count_differences(report).values()):
        counts = ", ".join(f"{number:,} {name}" for name, number in _count_differences(report).items())
        raise WacrError(
            f"the archive differs from the API: {'; '.join([counts, *report.missing])}",
            "Run wacr sync, then check again. If the difference remains, run wacr sync --full.",
            code="ARCHIVE_DIFFERS",
        )


@app.command("path", cls=Command, epilog=PATH_EXAMPLES)
def path(ctx: typer.Context, archive_at: ArchiveAtOption = None) -> None:
    """Print the location of the archive."""
    typer.echo(session_from(ctx, archive_at=archive_at).store.location)


@app.command("export", cls=Command, epilog=EXPORT_EXAMPLES)
def export(
    ctx: typer.Context,
    to: Annotated[
        str, typer.Option("--to", metavar="FOLDER", help="Write to FOLDER: a new one, or that of an earlier export")
    ],
    kind: Annotated[
        str, typer.Option("--as", metavar="KIND", help="Format of the files: parquet, csv, csv.gz, jsonl or jsonl.gz")
    ] = "parquet",
    archive_at: ArchiveAtOption = None,
    format_: FormatOption = None,
) -> None:
    """Export the archive for a data warehouse, one file for each month."""
    from wacr_cli.export.export import KINDS, Export

    session = session_from(ctx, archive_at=archive_at)
    if not to:
        raise UsageError("--to: the folder name is empty", "Name a folder.")
    kind, options = choice(kind, KINDS, "--as"), output_options(format_)
    start = session.clock.monotonic()
    make_file_writer = _make_file_writer(kind)
    report_archive_age(session)

    def report_progress(written: int, total: int) -> None:
        session.console.status(f"{written:,} of {total:,} messages written", written / total)

    report = Export(session.store, Path(to).expanduser(), kind, make_file_writer, report_progress).run()
    session.console.clear_status()
    seconds = session.clock.monotonic() - start
    if options.format not in (None, "table"):
        session.output(options).record(asdict(report) | {"seconds": round(seconds, 3)}, lambda _: ())
    session.console.note(_format_summary(report, seconds))


def _format_summary(report: Report, seconds: float) -> str:
    removed = f", {report.removed:,} removed" if report.removed else ""
    size = f" ({report.bytes / 2**20:,.1f} MiB)" if report.written else ""
    months = f"{plural(report.written, 'month')} written{size}, {report.unchanged:,} unchanged"
    return f"{plural(report.messages, 'message')}: {months}{removed}; {format_duration(seconds)}"


def _make_file_writer(kind: str) -> Callable[[BinaryIO], Writer]:
    """Return what makes the writer of one file of an export."""
    if kind == "parquet":
        from wacr_cli.export.parquet import Parquet

        return Parquet
    from wacr_cli.export.text import Text

    form, _, compression = kind.partition(".")
    return lambda file: Text(file, form, compressed=bool(compression))


def _make_card(row: Row) -> list[tuple[str, object]]:
    """Return the card of what is known of the archive."""
    return [
        (_LABELS.get(name, name.capitalize().replace("_", " ")), _format_value(name, value))
        for name, value in row.items()
    ]


def _format_value(name: str, value: object) -> object:
    if name == "bytes" and isinstance(value, int):
        return f"{value / 2**20:,.1f} MiB"
    if isinstance(value, list):
        return "; ".join(value) or "no problems"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
