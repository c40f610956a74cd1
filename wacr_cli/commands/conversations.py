"""``wacr conversations``: list and show."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    HouseCommand,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    PaperFormatOption,
    TimeoutOption,
    display_of,
    new_app,
    run_of,
    whole_number,
)
from wacr_cli.core import validation
from wacr_cli.core.conversations import ConversationQuery
from wacr_cli.core.errors import UsageError
from wacr_cli.core.times import parse_when

app = new_app("List conversations, or read one of them.")

LIST_EXAMPLES = """\b
Examples:
  wacr conversations list
  wacr conversations list --waiting --names
  wacr conversations list --unread --format json | jq '.[].id'
  wacr conversations list --all --output conversations.html

It reads the archive, which wacr sync keeps. A customer waits from the first
message that nobody answered; a message that failed is no answer. WhatsApp's
service window, in which a business may write freely, closes 24 hours after
the customer's last message.
"""
SHOW_EXAMPLES = """\b
Examples:
  wacr conversations show 1204
  wacr conversations show 1204 --since 7d --names
  wacr conversations show 1204 --output 1204.html
  wacr --demo conversations show 1204 --limit 5 --format md

It reads the archive, and without one the API, a call for every hundred
messages each way. What a message replies to, its file and why it failed are
in no list of the API: --details asks for each message by itself.
"""

NamesOption = Annotated[bool, typer.Option("--names", help="Add people's names from the contacts.")]


@app.command("list", cls=HouseCommand, epilog=LIST_EXAMPLES)
def list_conversations(
    ctx: typer.Context,
    waiting: Annotated[bool, typer.Option("--waiting", help="Those whose customer waits for an answer.")] = False,
    unread: Annotated[bool, typer.Option("--unread", help="Those with messages that nobody has read.")] = False,
    names: NamesOption = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", "-L", metavar="N", parser=whole_number(1), help="At most N conversations. [default: 30]"
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that match.")] = False,
    archive_at: ArchiveAtOption = None,
    format_: PaperFormatOption = None,
    output: OutputOption = None,
    no_pager: NoPagerOption = False,
) -> None:
    """List conversations, those with the newest messages first."""
    from wacr_cli.commands import transcripts

    if all_ and limit is not None:
        raise UsageError("--limit and --all exclude each other", "Say in one way how many are wanted.")
    run = run_of(ctx, pager=not no_pager, archive_at=archive_at)
    question = ConversationQuery(waiting=waiting, unread=unread, limit=None if all_ else limit or 30)
    transcripts.show_list(run, question, display_of(format_, output, paper=True), with_names=names)


@app.command("show", cls=HouseCommand, epilog=SHOW_EXAMPLES)
def show_conversation(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="ID", help="The conversation: a message's interaction_id.")],
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Sent at or after: a date or time, 7d, 12h, today, yesterday."),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="WHEN", help="Sent before.")] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-L", metavar="N", parser=whole_number(1), help="The N newest. [default: all]"),
    ] = None,
    names: NamesOption = False,
    details: Annotated[
        bool,
        typer.Option("--details", help="Ask the API for replies, files and failures: a call for each message."),
    ] = False,
    online: Annotated[bool, typer.Option("--online", help="Read the API, even where there is an archive.")] = False,
    archive_at: ArchiveAtOption = None,
    format_: PaperFormatOption = None,
    output: OutputOption = None,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show what was said in a conversation, oldest first."""
    from wacr_cli.commands import transcripts

    if online and archive_at is not None:
        raise UsageError("--online and --archive-at exclude each other", "Say in one way where to read.")
    run = run_of(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    now = run.clock.now()
    transcripts.show_one(
        run,
        validation.parse_id(number, "ID"),
        display_of(format_, output, paper=True),
        transcripts.Extent(
            since=None if since is None else parse_when(since, now, "--since"),
            until=None if until is None else parse_when(until, now, "--until"),
            limit=limit,
        ),
        with_names=names,
        with_details=details,
        local=archive_at is not None or (not online and run.store.exists),
    )
