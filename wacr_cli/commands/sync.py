"""``wacr sync``: bring the local archive up to date."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    MaxWaitOption,
    TimeoutOption,
    output_options,
    parse_positive_seconds,
    whole_number,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import format_cost
from wacr_cli.core.errors import IncompleteError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wacr_cli.core.models import Row
    from wacr_cli.session import Session
    from wacr_cli.sync import Details, Report

EXAMPLES = """\b
Examples:
  wacr sync
  wacr sync --quiet --max-wait 600
  wacr sync --full --format json
  wacr sync --all-profiles --jobs 8
  wacr sync --follow --events
  wacr sync --details failed,media --max-calls 500
  wacr --demo sync

The first run reads every message, 100 in each call. If it is interrupted, the
next run continues from there. Later runs take about seven calls, and one more
for about every 90 new messages. The API does not say which messages changed:
a run reads the most recently updated ones until none of them is new. Then it
compares the totals of the API with the archive, and searches for what differs.
--full reads everything again. A message is marked as deleted if the API has
none with its id, or if two runs a minute apart did not find it.

Lists lack why a message failed, what it replies to, its file and who sent it.
--details reads that, one call for each message, newest first, after the rest
of the sync. It takes failed, media, replies (texts and choices of customers),
outbound or all; none turns off the details of the profile. What was read is
kept, so a run may end at any time.
"""

_CALLS = 60
"""Calls of a search for differences, and with --follow for the details of each sync, unless told otherwise."""


def sync(
    ctx: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything again; finds every change and repairs any difference")
    ] = False,
    no_contacts: Annotated[bool, typer.Option("--no-contacts", help="Don't read the contacts")] = False,
    details: Annotated[
        str | None,
        typer.Option(
            "--details",
            metavar="KIND[,…]",
            help="Read the details of these messages too: failed, media, replies, outbound, all or none "
            "[default: details of the profile]",
        ),
    ] = None,
    max_calls: Annotated[
        int | None,
        typer.Option(
            "--max-calls",
            metavar="N",
            parser=whole_number(0),
            help="Make at most N calls to find differences and to read details "
            "[default: 60 for differences, no limit for details; 60 for both with --follow]",
        ),
    ] = None,
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
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep the archive up to date until Ctrl-C: sync again every --interval")
    ] = False,
    interval: Annotated[
        float,
        typer.Option(
            "--interval", metavar="SECONDS", parser=parse_positive_seconds, help="Seconds between syncs with --follow"
        ),
    ] = 60,
    events: Annotated[
        bool, typer.Option("--events", help="Write what changed to standard output, a line of JSON for each message")
    ] = False,
    archive_at: ArchiveAtOption = None,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", metavar="FORMAT", help="json prints one object with the result")
    ] = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Copy all messages to the local archive, or update it."""
    session = session_from(ctx, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    options = output_options(format_)
    _check_flags(all_profiles=all_profiles, jobs=jobs, follow=follow, events=events, full=full, format_=format_)
    if all_profiles:
        from wacr_cli.commands.all_profiles import DEFAULT_JOBS, sync_all_profiles

        raise typer.Exit(sync_all_profiles(ctx, session, jobs or DEFAULT_JOBS))
    session.progress.on_wait = session.store.keep_lock
    wanted = _parse_details(session, details, _CALLS if follow and max_calls is None else max_calls)
    calls = _CALLS if max_calls is None else max_calls
    sync_once = partial(_sync, session, full=full, contacts=not no_contacts, calls=calls, events=events, details=wanted)
    if follow:
        _follow(session, sync_once, interval)
        return
    report, cost = sync_once()
    if options.format not in (None, "table"):
        session.output(options).record(_make_row(report, *cost), lambda _: ())
    if not report.complete:
        raise IncompleteError(
            f"incomplete: {'; '.join(report.missing)}",
            f"What was read is stored ({_format_changes(report)}). Run it again; it goes on from there.",
        )
    session.console.note(f"Synced: {_format_changes(report)}; {format_cost(*cost)}, complete")


def _check_flags(
    *, all_profiles: bool, jobs: int | None, follow: bool, events: bool, full: bool, format_: str | None
) -> None:
    """Refuse flags that can't be used together."""
    if follow and full:
        raise UsageError("--follow and --full can't be used together", "Run wacr sync --full first.")
    if jobs is not None and not all_profiles:
        raise UsageError("--jobs needs --all-profiles", "Add --all-profiles, or leave out --jobs.")
    for flag, given in (("--follow", follow), ("--events", events)):
        if given and (all_profiles or format_ is not None):
            other = "--all-profiles" if all_profiles else "--format"
            raise UsageError(f"{flag} and {other} can't be used together", "Use one of them.")


def _parse_details(session: Session, words: str | None, calls: int | None) -> Details | None:
    """Return which details to read, by the flag or the profile; None where none are wanted."""
    from wacr_cli.settings.keys import parse_details
    from wacr_cli.sync import Details

    configured = session.settings.details
    if words is None and configured is None:
        return None
    kinds = parse_details(words or "", "--details") if words is not None else parse_details(configured or "", "details")
    return Details(kinds, calls) if kinds else None


def _sync(
    session: Session, *, full: bool, contacts: bool, calls: int, events: bool, details: Details | None
) -> tuple[Report, tuple[int, float]]:
    """Run one sync; return its report, and its calls and seconds."""
    from wacr_cli.sync import Sync

    start, before = session.clock.monotonic(), session.progress.calls
    report = Sync(
        session.client,
        session.store,
        session.clock,
        session.progress,
        origin=session.origin,
        full=full,
        contacts=contacts,
        calls=calls,
        details=details,
        write_events=_write_events(session) if events else None,
    ).run()
    session.console.clear_status()
    for note in report.notes:
        session.console.note(note)
    return report, (session.progress.calls - before, session.clock.monotonic() - start)


def _write_events(session: Session) -> Callable[[list[str]], None]:
    """Return what writes events to standard output, a line each."""
    from wacr_cli.output.options import OutputOptions

    def write(events: list[str]) -> None:
        session.console.clear_status()
        session.output(OutputOptions(format="jsonl")).text(*events)

    return write


def _follow(session: Session, sync_once: Callable[[], tuple[Report, tuple[int, float]]], interval: float) -> None:
    """Sync again and again; report what changed, and what is missing where that changes."""
    from wacr_cli.follow.loop import Loop

    missing: list[str] = []

    def poll() -> None:
        report, cost = sync_once()
        if any((report.new, report.changed, report.deleted, report.found, report.details_read)):
            session.console.note(f"Synced: {_format_changes(report)}; {format_cost(*cost)}")
        if report.missing and report.missing != missing:
            session.console.write_line(f"wacr: incomplete: {'; '.join(report.missing)}")
        missing[:] = report.missing

    Loop(session.clock, interval, session.console.note, session.is_crowded).run(poll)


def _make_row(report: Report, calls: int, seconds: float) -> Row:
    return {
        "new": report.new,
        "changed": report.changed,
        "deleted": report.deleted,
        "found_missing": report.found,
        "restored": report.revived,
        "redirected": report.redirected,
        "details_read": report.details_read,
        "details_left": report.details_left,
        "calls": calls,
        "seconds": round(seconds, 3),
        "complete": report.complete,
        "newest_sent_at": report.newest_sent_at,
    }


def _format_changes(report: Report) -> str:
    """Return what changed in the archive, in words."""
    others = {
        "found missing": report.found,
        "deleted": report.deleted,
        "no longer deleted": report.revived,
        "of the other direction": report.redirected,
    }
    counts = {"new": report.new, "changed": report.changed, **{name: n for name, n in others.items() if n}}
    parts = [f"{number:,} {name}" for name, number in counts.items()]
    if report.details_left is not None:
        left = f" ({report.details_left:,} left)" if report.details_left else ""
        parts.append(f"details of {report.details_read:,} read{left}")
    return ", ".join(parts)
