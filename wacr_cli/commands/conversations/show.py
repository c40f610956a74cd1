"""``wacr conversations show``: what was said in one conversation, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    DocumentFormatOption,
    MaxWaitOption,
    NamesOption,
    NoPagerOption,
    OutputOption,
    TimeoutOption,
    UntilOption,
    output_options,
    whole_number,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.lists import read_comments
from wacr_cli.commands.shared import (
    add_names,
    check_complete,
    format_cost,
    plural,
    source_for,
    wants_names,
    write_windows,
)
from wacr_cli.core.comments import drop_older, merge_comments, sort_comments
from wacr_cli.core.contacts import Names, extract_digits
from wacr_cli.core.conversations import (
    Conversation,
    ConversationQuery,
    find_name,
    find_number,
    make_conversation,
    sort_by_time,
)
from wacr_cli.core.errors import NotFoundError, UsageError
from wacr_cli.core.models import DETAIL_FIELDS, EXTRA_FIELDS, LIST_FIELDS, Row
from wacr_cli.core.query import Filter, Query
from wacr_cli.core.source import Listing
from wacr_cli.core.times import parse_when
from wacr_cli.core.validation import parse_id

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.output.pages import TranscriptPages
    from wacr_cli.output.transcript import Find
    from wacr_cli.output.writers import Writer
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr conversations show 1204
  wacr conversations show 1204 --since 7d --names
  wacr conversations show 1204 --output 1204.html
  wacr conversations show 1204 --output 1204/    # a page for each month
  wacr conversations show 1204 --output 1204.html --media files
  wacr conversations show 1204 --comments
  wacr --demo conversations show 1204 --limit 5 --format md

The messages come from the archive. Without an archive they come from the API,
with one call for every hundred messages in each direction. The API's lists
don't say what a message replies to, which file it has and why it failed:
--details reads that, with one call for each message, unless wacr sync --details
has read it already. --comments adds the team's internal notes, with one call.
In JSON and CSV their kind is comment.
"""


_BATCH = 500
_LONG_PAGE = 10_000
"""Messages: a browser opens a page of more slowly."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a conversation to show: a span of time, and of that the newest ``limit`` messages."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None

    @property
    def is_whole(self) -> bool:
        """Return whether it is all of the conversation."""
        return self == Extent()


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show of a conversation, and where it comes from; ``files`` finds the files of messages.

    ``names`` of senders, ``details`` that no list has and ``comments``, the internal notes, are added on request.
    """

    extent: Extent
    local: bool
    names: bool = False
    details: bool = False
    comments: bool = False
    files: Callable[[int], str] | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation as it was read: its messages, oldest first; ``find`` returns those that they reply to."""

    conversation: Conversation
    windows: Iterator[list[Row]]
    find: Find
    listing: Listing


def show_conversation(
    ctx: typer.Context,
    number: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the conversation: the interaction_id of its messages")
    ],
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="Only messages sent at or after WHEN: a date or time, 7d, 12h, today, yesterday",
        ),
    ] = None,
    until: UntilOption = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-L", metavar="N", parser=whole_number(1), help="Show only the N newest messages [default: all]"
        ),
    ] = None,
    names: NamesOption = None,
    media: Annotated[
        str | None,
        typer.Option(
            "--media", metavar="FOLDER", help="With HTML: show the files that wacr media fetch stored in FOLDER"
        ),
    ] = None,
    details: Annotated[
        bool,
        typer.Option("--details", help="Read replies, files and failure reasons from the API: 1 call for each message"),
    ] = False,
    comments: Annotated[
        bool, typer.Option("--comments", help="Add the team's internal notes from the API, set apart: 1 call")
    ] = False,
    online: Annotated[bool, typer.Option("--online", help="Read from the API even if there is an archive")] = False,
    archive_at: ArchiveAtOption = None,
    format_: DocumentFormatOption = None,
    output: OutputOption = None,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show what was said in a conversation, oldest first."""
    if online and archive_at is not None:
        raise UsageError("--online and --archive-at can't be used together", "Use one of them.")
    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    now = session.clock.now()
    id_ = parse_id(number, "ID")
    options = output_options(format_, output, document=True, pages=True)
    extent = Extent(
        since=None if since is None else parse_when(since, now, "--since"),
        until=None if until is None else parse_when(until, now, "--until"),
        limit=limit,
    )
    local = archive_at is not None or (not online and session.store.exists)
    with_names = wants_names(session, names, options, local=local)
    files = None if media is None else _find_files(session, media, options, local=local)
    show = Shown(extent, local, with_names, details, comments, files)
    _show_transcript(session, id_, show, options)


def _find_files(session: Session, folder: str, options: OutputOptions, *, local: bool) -> Callable[[int], str]:
    """Return what finds the file of a message in a folder, as a URL relative to the page.

    Raises :class:`UsageError` without an archive, which knows the files, and for another format than HTML.
    """
    if options.resolve_format(is_terminal=session.console.stdout_is_terminal) != "html":
        raise UsageError("--media needs HTML", "Add --output FILE.html or --format html.")
    if not local or not Path(folder).is_dir():
        reason = "there is no folder" if local else "there is no archive with the files of"
        raise UsageError(f"--media: {reason} {folder!r}", "Run wacr sync --details media, then wacr media fetch.")
    from wacr_cli.media.links import make_links

    place = Path(str(options.output)) if options.is_file else Path("page.html")
    return make_links(session.store, Path(folder), place if options.is_folder else place.parent)


def _show_transcript(session: Session, id_: int, show: Shown, options: OutputOptions) -> None:
    from wacr_cli.output.writers import transcript_view

    start = session.clock.monotonic()
    output = session.output(options)
    with ExitStack() as stack:
        sink = None if options.is_folder else stack.enter_context(output.open())
        read = _read_archive if show.local else _read_api
        transcript = read(session, id_, show.extent)
        names = (session.store if show.local else session.names) if show.names else None
        summary = _summarize(transcript.conversation, names, is_whole=show.local or show.extent.is_whole)
        find = _make_naming_find(transcript.find, names) if names else transcript.find
        if sink is None:
            writer: Writer = stack.enter_context(_make_pages(session, options, summary, find, show.files))
        else:
            view = transcript_view(session.console, session.clock.now, summary, find, show.files)
            writer = output.make_writer(sink, _make_columns(show), view=view)
        windows = _add_details(session, transcript.windows) if show.details else transcript.windows
        windows = add_names(windows, names) if names else windows
        notes: list[Row] = []
        if show.comments:
            windows, notes = _add_comments(session, transcript.conversation.number, windows, show.extent)
        number = write_windows(session, writer, windows)
        check_complete(transcript.listing)
    if transcript.listing.note:
        session.console.note(transcript.listing.note)
    if number > _LONG_PAGE and output.format == "html" and not options.is_folder:
        session.console.note(
            f"wacr: browsers open a page of {number:,} messages slowly; --output FOLDER/ writes a page for each month"
        )
    cost = format_cost(session.progress.calls, session.clock.monotonic() - start)
    shown = plural(number - len(notes), "message") + (f" and {plural(len(notes), 'comment')}" if notes else "")
    session.console.note(f"{shown} of conversation {id_}, {cost}")


def _make_columns(added: Shown) -> tuple[str, ...]:
    """Return the columns of CSV and TSV."""
    fields = DETAIL_FIELDS if added.details else LIST_FIELDS
    labels = ("status_message",) if added.comments and not added.details else ()
    return (*("kind",) * added.comments, *fields, *labels, "direction", *("sender_name",) * added.names)


def _add_comments(
    session: Session, number: str | None, windows: Iterator[list[Row]], extent: Extent
) -> tuple[Iterator[list[Row]], list[Row]]:
    """Return messages with the internal notes between them, and these notes."""
    if not (digits := extract_digits(number)):
        rows = [row for some in windows for row in some]
        windows, digits = iter([rows]), extract_digits(find_number(rows))
    if not digits:
        session.console.note("The comments can't be read: the customer's number is unknown.")
        return merge_comments(windows, ()), []
    listing = read_comments(session, digits)
    notes = sort_comments((row for rows in listing.windows for row in rows), extent.since, extent.until)
    check_complete(listing)
    if extent.limit is not None:
        rows = [row for some in windows for row in some]
        if len(rows) == extent.limit:  # there may be older messages, which are not shown
            notes = drop_older(notes, rows[0])
        windows = iter([rows])
    return merge_comments(windows, notes), notes


def _make_pages(
    session: Session, options: OutputOptions, summary: Row, find: Find, files: Callable[[int], str] | None
) -> TranscriptPages:
    """Return the writer of a page for each month. Raises :class:`UsageError` for any other format than html."""
    from wacr_cli.output.pages import TranscriptPages

    if options.format not in (None, "html"):
        raise UsageError(
            f"--output: {options.format} can't be written to a folder", "Leave out --format: pages are HTML."
        )
    return TranscriptPages(Path(str(options.output)), summary, session.clock.now, find, files)


def _make_query(id_: int, extent: Extent, *, local: bool) -> Query:
    """Return the query of a conversation: in order where the source can do that, else from the newest end."""
    sort = None
    if local:
        sort = "sent_at" if extent.limit is None else "-sent_at"
    return Query(
        filters=(Filter("interaction_id", "eq", (str(id_),)),),
        sort=sort,
        limit=extent.limit,
        since=extent.since,
        until=extent.until,
        with_direction=True,
        local=local,
    )


def _read_archive(session: Session, id_: int, extent: Extent) -> Transcript:
    query = _make_query(id_, extent, local=True)
    source = source_for(session, query)
    found = session.store.list_conversations(ConversationQuery(ids=(id_,)))
    if not found:
        raise NotFoundError(
            f"no conversation {id_} in the archive",
            "Update the archive with wacr sync, or read from the API with --online.",
        )
    listing = source.list_messages(query)
    windows = listing.windows
    if query.limit is not None:
        windows = iter([[row for rows in windows for row in rows][::-1]])

    def find(wamid: str) -> Row | None:
        try:
            return session.store.find(wamid)
        except NotFoundError:
            return None

    return Transcript(found[0], windows, find, listing)


def _read_api(session: Session, id_: int, extent: Extent) -> Transcript:
    query = _make_query(id_, extent, local=False)
    listing = session.source.list_messages(query)
    rows = sort_by_time([row for rows in listing.windows for row in rows])
    if not rows and (extent.is_whole or not session.source.count(Query(filters=query.filters, limit=1))):
        raise NotFoundError(
            f"no conversation {id_}", "List the existing ids with wacr messages list --fields interaction_id."
        )
    by_wamid = {row["message_id"]: row for row in rows if row.get("message_id")}
    conversation = make_conversation(id_, rows) if rows else Conversation(id_, 0, 0, {})
    windows = (rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH))
    return Transcript(conversation, windows, by_wamid.get, listing)


def _summarize(conversation: Conversation, names: Names | None, *, is_whole: bool) -> Row:
    """Return the row of a conversation; of one that was read in part, only what the part proves."""
    known = dict(names.names_for([conversation.number])) if names and conversation.number else {}
    if is_whole:
        return conversation.as_row(known if names else None)
    name = {"name": find_name(known, conversation.number)} if names else {}
    closes = conversation.window_closes
    return {
        "id": conversation.id,
        "number": conversation.number,
        **name,
        "window_closes_at": closes.isoformat() if closes else None,
    }


def _make_naming_find(find: Find, names: Names) -> Find:
    """Return a *find* whose messages have the names of their senders."""

    def find_with_name(wamid: str) -> Row | None:
        row = find(wamid)
        return next(add_names([[row]], names))[0] if row else None

    return find_with_name


def _add_details(session: Session, windows: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """Yield messages with the fields that no list has; a message that is gone by now stays as it is.

    Those of the archive that have them cost no call.
    """
    for rows in windows:
        details = [row if row.get("details_at") else _get_details(session, row) for row in rows]
        yield [row | {name: more.get(name) for name in EXTRA_FIELDS} for row, more in zip(rows, details, strict=True)]


def _get_details(session: Session, row: Row) -> Row:
    try:
        return session.source.get(row["id"])
    except NotFoundError:
        return {}
