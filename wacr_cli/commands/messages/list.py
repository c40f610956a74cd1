"""``wacr messages list``: read the messages that match and write them as they come."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    AllOption,
    ArchiveAtOption,
    ArchiveOption,
    DirectionOption,
    DryRunOption,
    ExcelOption,
    FieldsOption,
    FormatOption,
    InteractionOption,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    PageOption,
    RawFilterOption,
    SearchOption,
    SenderNamesOption,
    StatusOption,
    TimeoutOption,
    TypeOption,
    UntilOption,
    count_option,
    limit_option,
    output_options,
    parse_filters,
    parse_page,
    per_page_option,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import (
    add_names,
    check_complete,
    format_cost,
    format_summary,
    plural,
    source_for,
    wants_names,
    write_windows,
)
from wacr_cli.core import models
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.query import (
    Query,
    hint_for_type,
    parse_fields,
    parse_raw_filter,
    parse_search,
)
from wacr_cli.core.times import format_length, parse_age, parse_when
from wacr_cli.core.validation import choice

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session

_WIDE = 100
"""Cells of a terminal: a narrower one has no room for names beside numbers, unless they are asked for."""

EXAMPLES = """\b
Examples:
  wacr messages list --type in:text,template --direction outbound
  wacr messages list --status failed --since 7d --format json | jq .
  wacr messages list --all --output messages.csv
  wacr --demo messages list --search invoice
  wacr messages list --archive --search '"late delivery"' --search-mode words

A filter is VALUE, VALUE,VALUE or OP:VALUE, where OP is ne, in or not_in.
A filter that is given twice matches the values of both.

--archive reads the copy that wacr sync keeps and makes no API call. Only the
archive has --search-mode words, --sender, --deleted and --sort sent_at.
"""


def list_messages(
    ctx: typer.Context,
    type_: TypeOption = None,
    status: StatusOption = None,
    direction: DirectionOption = None,
    interaction_id: InteractionOption = None,
    filters: RawFilterOption = None,
    search: SearchOption = None,
    search_mode: Annotated[
        str,
        typer.Option(
            "--search-mode", metavar="MODE", help='With --archive: search for a text, or for words and "phrases"'
        ),
    ] = "text",
    sender: Annotated[
        str | None,
        typer.Option("--sender", metavar="NUMBER", help="With --archive: only messages from this phone number"),
    ] = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="With --archive: only messages that the API no longer has")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="Only messages sent at or after WHEN: a date, month or time, 7d, 2 hours ago, yesterday 14:00. "
            "Newest first, reading stops when 300 messages in a row are older by more than --late",
        ),
    ] = None,
    until: UntilOption = None,
    late: Annotated[
        str | None,
        typer.Option(
            "--late",
            metavar="AGE",
            help="With --since: how long after it was sent a message may have been recorded [default: 24h]",
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="FIELD",
            help="Sort by created_at or updated_at, with - for newest first; with --archive also by sent_at "
            "[default: -created_at]",
        ),
    ] = None,
    names: SenderNamesOption = None,
    fields: FieldsOption = None,
    limit: Annotated[int | None, limit_option("messages")] = None,
    all_: AllOption = False,
    page: PageOption = None,
    per_page: Annotated[int | None, per_page_option("messages")] = None,
    with_direction: Annotated[
        bool,
        typer.Option(
            "--with-direction",
            help="Add the direction of each message; inbound and outbound messages are read as two lists",
        ),
    ] = False,
    count: Annotated[bool, count_option("messages")] = False,
    archive: ArchiveOption = False,
    archive_at: ArchiveAtOption = None,
    dry_run: DryRunOption = False,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """List messages, newest first."""
    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    now = session.clock.now()
    local = archive or archive_at is not None
    _require_archive(local, {"--search-mode": search_mode != "text", "--sender": sender, "--deleted": deleted})
    options = output_options(format_, output, excel=excel)
    query = Query(
        filters=parse_filters(type=type_, status=status, direction=direction, interaction_id=interaction_id),
        raw_filters=tuple(parse_raw_filter(text) for text in filters or ()),
        search=None if search is None else parse_search(search),
        sort=None if sort is None else choice(sort, models.LOCAL_SORTS if local else models.SORTS, "--sort"),
        page=parse_page(page, per_page, limit, everything=all_, count=count),
        per_page=per_page,
        limit=None if all_ or count else limit or 30,
        since=None if since is None else parse_when(since, now, "--since"),
        until=None if until is None else parse_when(until, now, "--until"),
        late=_parse_late(late, since, local=local),
        with_direction=with_direction or local,
        with_names=wants_names(session, names, options, local=local) and (names or not (fields or count or dry_run)),
        local=local,
        words=choice(search_mode, models.SEARCH_MODES, "--search-mode") == "words",
        sender=sender,
        deleted=deleted,
    )
    if fields is not None:
        query = replace(query, fields=parse_fields(fields, query.selectable))
    if hint := hint_for_type(query):
        session.console.note(f"wacr: {hint}")
    if dry_run:
        _show_requests(session, query, count=count)
    elif count:
        _show_count(session, query, options)
    else:
        is_narrow = session.console.stdout_is_terminal and session.console.width < _WIDE
        _show_messages(session, query, options, is_compact=is_narrow and names is None and query.with_names)


def _parse_late(late: str | None, since: str | None, *, local: bool) -> timedelta:
    """Return how late a message may have been recorded."""
    if late is not None and (local or since is None):
        raise UsageError(
            f"--late can't be used {'with --archive' if local else 'without --since'}",
            "Leave it out: the archive finds every message." if local else "Add --since, or leave it out.",
        )
    return parse_age("24h" if late is None else late, "--late")


def _require_archive(local: bool, flags: dict[str, object]) -> None:
    """Refuse the flags that only the archive can answer where the API is asked."""
    for flag, given in flags.items():
        if given and not local:
            raise UsageError(
                f"{flag} needs --archive",
                "The API has no such filter. Create the archive with wacr sync, then add --archive.",
            )


def _show_messages(session: "Session", query: Query, options: "OutputOptions", *, is_compact: bool) -> None:
    """Write the messages; a compact table has names in place of numbers, and numbers without a name."""
    from wacr_cli.output.columns import columns_with
    from wacr_cli.output.writers import table_view

    start = session.clock.monotonic()
    source = source_for(session, query)
    output = session.output(options)
    columns = query.fields or tuple(one for one in columns_with(query.added) if not (is_compact and one == "sender_id"))
    view = table_view(session.console, session.clock.now, columns)
    with output.rows(query.columns, fields=query.fields, view=view) as writer:
        listing = source.list_messages(query)
        windows = listing.windows
        if query.with_names:
            windows = add_names(windows, session.store if query.local else session.names)
        if is_compact:
            windows = (
                [row | {"sender_name": row["sender_name"] or row.get("sender_id")} for row in rows] for rows in windows
            )
        number = write_windows(session, writer, windows)
        check_complete(listing)
    if listing.note:
        session.console.note(listing.note)
    cost = format_cost(session.progress.calls, session.clock.monotonic() - start)
    session.console.note(format_summary(query, listing, number, cost))


def _fill_names(windows: Iterable[list[Row]]) -> Iterator[list[Row]]:
    """Yield messages with the sender's number where there is no name."""
    for rows in windows:
        yield [row | {"sender_name": row["sender_name"] or row.get("sender_id")} for row in rows]


def _show_count(session: "Session", query: Query, options: "OutputOptions") -> None:
    source = source_for(session, query)
    with session.output(options).open() as sink:
        number = source.count(query)
        session.console.clear_status()
        sink.write(f"{number}\n")
    if query.since and not query.local and query.newest_first:
        session.console.note(
            f"Counted the messages that were recorded within {format_length(query.late)} of being sent."
        )


def _show_requests(session: "Session", query: Query, *, count: bool) -> None:
    """Write the requests of a query as curl commands, and report what they would cost.

    The length of a whole list is requested where a token is at hand; nothing else is.
    """
    from wacr_cli.api import dry_run
    from wacr_cli.api.lists import query_params
    from wacr_cli.api.names import NEWEST_FIRST
    from wacr_cli.api.params import window_params
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.settings import credentials

    if query.local:
        session.console.note("The archive is read; no API call is made.")
        return
    totals: list[int | None] = []
    if dry_run.needs_totals(query, count=count) and (
        session.settings.demo or credentials.has_token(session.environ, session.settings)
    ):
        totals = session.source.totals(query)
        session.console.note(f"Read the number of messages with {plural(session.progress.calls, 'call')}.")
    url = session.settings.api_url
    with session.output(OutputOptions(format="jsonl")).open() as sink:
        calls = 0
        for params in dry_run.requests(query, totals, count=count):
            sink.write(f"{dry_run.curl(url, params)}\n")
            calls += 1
        reads_names = query.with_names and not count and not session.archived_names
        if reads_names:
            first = [*query_params(NEWEST_FIRST, walking=True), *window_params(1, models.PER_PAGE_MAX)]
            sink.write(f"{dry_run.curl(url, first, 'contacts')}\n")
    session.console.note(dry_run.cost(query, calls, totals, session.limit, count=count))
    if reads_names:
        session.console.note(
            "Names take 1 call for up to 100 contacts; with more contacts, 1 call for each hundred of them or for each "
            "number that was not found yet, whichever is less."
        )
