"""``wacr messages follow``: print each new message once, as it arrives."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    STATUS_HELP,
    TYPE_HELP,
    FieldsOption,
    MaxWaitOption,
    RawFilterOption,
    TimeoutOption,
    output_options,
    parse_filters,
    parse_positive_seconds,
    value_option,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import check_complete, plural
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query, parse_fields, parse_raw_filter, parse_search
from wacr_cli.core.times import parse_when
from wacr_cli.core.validation import choice

if TYPE_CHECKING:
    from wacr_cli.follow.cursor import Cursor
    from wacr_cli.follow.hook import Hook
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr messages follow
  wacr messages follow --direction inbound --format jsonl
  wacr messages follow --status failed --exec 'logger -t whatsapp'
  wacr messages follow --since today --cursor messages.cursor

It makes one API call every --interval seconds. Ctrl-C ends it.
With --cursor, each message comes at least once: after a crash, the messages
that were being printed come again.
"""

FORMATS = ("table", "tsv", "csv", "jsonl")


def follow_messages(
    ctx: typer.Context,
    type_: Annotated[list[str] | None, value_option("--type", TYPE_HELP)] = None,
    status: Annotated[
        list[str] | None, value_option("--status", f"{STATUS_HELP}; a message is printed when it first matches")
    ] = None,
    direction: Annotated[list[str] | None, value_option("--direction", "Only inbound or outbound messages")] = None,
    interaction_id: Annotated[
        list[str] | None, value_option("--interaction-id", "Only messages of this conversation", "ID")
    ] = None,
    filters: RawFilterOption = None,
    search: Annotated[
        str | None, typer.Option("--search", "-s", metavar="TEXT", help="Only messages whose text contains TEXT")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="First print the messages sent since WHEN, as in messages list"),
    ] = None,
    fields: FieldsOption = None,
    interval: Annotated[
        float,
        typer.Option(
            "--interval",
            metavar="SECONDS",
            parser=parse_positive_seconds,
            help="Look for new messages this often; less often while few calls are left of the rate limit",
        ),
    ] = 15,
    cursor: Annotated[
        str | None,
        typer.Option("--cursor", metavar="FILE", help="Keep in FILE what was printed, and go on from there next time"),
    ] = None,
    exec_: Annotated[
        str | None,
        typer.Option(
            "--exec",
            metavar="COMMAND",
            help="Run COMMAND for each message, with the message as JSON on standard input and its id in "
            "WACR_MESSAGE_ID; stop where it fails four times",
        ),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="With --exec: report a message for which it fails, and go on")
    ] = False,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="Output format: table, tsv, csv or jsonl [default: table on a terminal, tsv elsewhere]",
        ),
    ] = None,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Print each new message once, as it arrives."""
    session = session_from(ctx, pager=False, max_wait=max_wait, timeout=timeout)
    query = Query(
        filters=parse_filters(type=type_, status=status, direction=direction, interaction_id=interaction_id),
        raw_filters=tuple(parse_raw_filter(text) for text in filters or ()),
        search=None if search is None else parse_search(search),
        limit=None,
        since=None if since is None else parse_when(since, session.clock.now(), "--since"),
    )
    if fields is not None:
        query = replace(query, fields=parse_fields(fields, query.columns))
    if format_ is not None:
        choice(format_, FORMATS, "--format")
    if keep_going and exec_ is None:
        raise UsageError("--keep-going needs --exec", "Leave it out, or name a command with --exec.")
    options = output_options(format_)
    subject = f"{session.origin}, {replace(query, since=None, fields=None).describe()}"
    from wacr_cli.follow.cursor import open_cursor

    hook = _make_hook(session, exec_, keep_going=keep_going)
    with open_cursor(None if cursor is None else Path(cursor), subject) as opened:
        _follow(session, query, options, hook, opened, interval)


def _make_hook(session: "Session", command: str | None, *, keep_going: bool) -> "Hook | None":
    if command is None:
        return None
    from wacr_cli.follow.hook import Hook

    return Hook(command, session.clock, session.console.write_line, keep_going=keep_going)


def _follow(
    session: "Session",
    query: Query,
    options: "OutputOptions",
    hook: "Hook | None",
    cursor: "Cursor",
    interval: float,
) -> None:
    from wacr_cli.follow.loop import Loop
    from wacr_cli.follow.reader import Reader
    from wacr_cli.output.writers import table_view

    reader = Reader(session.client, replace(query, since=None), cursor.position)
    if session.console.stderr_is_terminal:
        session.console.note("Waiting for new messages. Ctrl-C ends it.")
    view = table_view(session.console, session.clock.now, query.columns)
    with session.output(options).rows(query.columns, fields=query.fields, view=view) as writer:

        def deliver(rows: list[Row]) -> None:
            """Print messages. Confirm each once it is printed and its command has succeeded."""
            session.console.clear_status()
            if hook is None:
                writer.write(rows)
                reader.confirm([row["id"] for row in rows])
                return
            for row in rows:
                writer.write([row])
                hook.run(row)
                reader.confirm([row["id"]])
                if reader.is_started:
                    cursor.save(reader.position)

        def poll() -> None:
            if reader.is_started:
                deliver(reader.poll())
            else:
                reader.start()
                deliver(_list_earlier(session, query))
            if reader.late:
                session.console.note(f"wacr: {plural(reader.late, 'message')} recorded late could not be found")
            reader.finish()
            cursor.save(reader.position)

        Loop(session.clock, interval, session.console.note, session.is_crowded).run(poll)


def _list_earlier(session: "Session", query: Query) -> list[Row]:
    """Return the messages sent since ``--since``, oldest first."""
    if query.since is None:
        return []
    listing = session.source.list_messages(query)
    rows = [row for window in listing.windows for row in window]
    check_complete(listing)
    return rows[::-1]
