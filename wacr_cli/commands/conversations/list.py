"""``wacr conversations list``: the conversations of the archive, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    AllOption,
    ArchiveAtOption,
    DocumentFormatOption,
    NamesOption,
    NoPagerOption,
    OutputOption,
    limit_option,
    output_options,
    parse_limit,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import plural, report_archive_age, wants_names, write_windows
from wacr_cli.core.conversations import FIELDS, Conversation, ConversationQuery
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.times import format_duration

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr conversations list
  wacr conversations list --waiting
  wacr conversations list --unread --format json | jq '.[].id'
  wacr conversations list --all --output conversations.html

The list comes from the archive, which wacr sync keeps. A customer waits from
the first message without an answer; a message that failed is not an answer.
WhatsApp's service window, in which a business may write freely, closes 24
hours after the customer's last message.
"""

_BATCH = 500
"""Rows: so many are written, and so many names are looked up, at once."""


def list_conversations(
    ctx: typer.Context,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only conversations whose customer waits for an answer")
    ] = False,
    unread: Annotated[bool, typer.Option("--unread", help="Only conversations with unread messages")] = False,
    names: NamesOption = None,
    limit: Annotated[int | None, limit_option("conversations")] = None,
    all_: AllOption = False,
    archive_at: ArchiveAtOption = None,
    format_: DocumentFormatOption = None,
    output: OutputOption = None,
    no_pager: NoPagerOption = False,
) -> None:
    """List conversations, newest messages first."""
    session = session_from(ctx, pager=not no_pager, archive_at=archive_at)
    query = ConversationQuery(waiting=waiting, unread=unread, limit=parse_limit(limit, everything=all_))
    options = output_options(format_, output, document=True)
    with_names = wants_names(session, names, options, local=True)
    _show_conversations(session, query, options, with_names=with_names)


def _show_conversations(
    session: Session, query: ConversationQuery, options: OutputOptions, *, with_names: bool
) -> None:
    from wacr_cli.output.writers import conversation_list_view

    start = session.clock.monotonic()
    if not session.store.exists:
        raise UsageError(
            f"the list of conversations needs an archive, and there is none at {session.store.location!r}",
            "Create it with wacr sync. To read one conversation from the API, use wacr conversations show ID.",
        )
    report_archive_age(session)
    output = session.output(options)
    columns = (*FIELDS[:2], *("name",) * with_names, *FIELDS[2:])
    description = f"{query.describe().capitalize()}, newest messages first."
    view = conversation_list_view(session.console, session.clock.now, columns, description)
    with output.rows(columns, view=view) as writer:
        found = session.store.list_conversations(query)
        names = _find_names(session, found) if with_names else None
        is_page = output.format in ("table", "md", "html")
        write_windows(session, writer, _make_rows(found, names, is_page=is_page))
    session.console.note(_format_summary(query, found, session.clock.monotonic() - start))


def _make_rows(found: Sequence[Conversation], names: dict[str, str] | None, *, is_page: bool) -> Iterator[list[Row]]:
    """Yield the rows in batches; a page shows the number of who has no name."""
    for at in range(0, len(found), _BATCH):
        rows = [one.as_row(names) for one in found[at : at + _BATCH]]
        yield [row | {"name": row.get("name") or row["number"]} for row in rows] if is_page else rows


def _find_names(session: Session, found: Sequence[Conversation]) -> dict[str, str]:
    if not session.store.get_state("contacts"):
        session.console.note("The archive has no contacts yet. Read them with wacr sync.")
    numbers = [one.number for one in found if one.number is not None]
    names: dict[str, str] = {}
    for at in range(0, len(numbers), _BATCH):
        names |= session.store.names_for(numbers[at : at + _BATCH])
    return names


def _format_summary(query: ConversationQuery, found: Sequence[Conversation], seconds: float) -> str:
    if not found:
        words = query.describe()
        return "There are no conversations." if words == "conversations" else f"No conversations match: {words}."
    total = found[0].matching
    summary = f"{plural(total, 'conversation')}, {format_duration(seconds)}"
    if len(found) == total:
        return f"{summary}, complete"
    return f"Showing {len(found):,} of {summary}; --limit N or --all shows more"
