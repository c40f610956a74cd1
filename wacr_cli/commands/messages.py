"""``wacr messages``: list and get."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from wacr_cli.commands.flags import (
    AllOption,
    ArchiveAtOption,
    ArchiveOption,
    DryRunOption,
    ExcelOption,
    FieldsOption,
    FormatOption,
    HouseCommand,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    PageOption,
    TimeoutOption,
    display_of,
    new_app,
    one_page,
    run_of,
    whole_number,
)
from wacr_cli.core import models, query, validation
from wacr_cli.core.errors import UsageError
from wacr_cli.core.times import parse_when

app = new_app("List messages, or look at some of them.")

LIST_EXAMPLES = """\b
Examples:
  wacr messages list --type in:text,template --direction outbound
  wacr messages list --status failed --since 7d --format json | jq .
  wacr messages list --all --output messages.csv
  wacr --demo messages list --search invoice
  wacr messages list --archive --search '"late delivery"' --search-mode words

A filter takes VALUE, VALUE,VALUE, or OP:VALUE where OP is ne, in or not_in;
given twice, its values are gathered.

--archive answers from the copy that wacr sync keeps, without a call. It can
also search for words and "phrases", and knows --sender, --deleted and
--sort sent_at.
"""
GET_EXAMPLES = """\b
Examples:
  wacr messages get 51234
  wacr messages get 51234 51235 --format json
  wacr messages list --fields id -f tsv | tail -n +2 | wacr messages get -
  wacr messages get --archive wamid.HBgMOTE5ODc2NTQzMjEwFQIAERgS

The archive holds what a list tells of a message, not the last four fields.
"""

NamesOption = Annotated[
    bool, typer.Option("--names", help="Add the senders' names from the contacts (scope contacts:read).")
]


@app.command("list", cls=HouseCommand, epilog=LIST_EXAMPLES)
def list_messages(
    ctx: typer.Context,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="[OP:]VALUE[,…]", help=f"{', '.join(models.TYPES)}, or another the API has."),
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="[OP:]VALUE[,…]", help=f"{', '.join(models.STATUSES)}."),
    ] = None,
    direction: Annotated[
        list[str] | None,
        typer.Option("--direction", metavar="[OP:]VALUE[,…]", help=f"{' or '.join(models.DIRECTIONS)}."),
    ] = None,
    interaction_id: Annotated[
        list[str] | None, typer.Option("--interaction-id", metavar="[OP:]ID[,…]", help="The conversation.")
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="'FIELD[OP]=VALUE'", help="Any other filter of the API, passed on as it is."),
    ] = None,
    search: Annotated[str | None, typer.Option("--search", "-s", metavar="TEXT", help="Part of the text.")] = None,
    search_mode: Annotated[
        str,
        typer.Option("--search-mode", metavar="MODE", help='With --archive: text, or words and "phrases".'),
    ] = "text",
    sender: Annotated[
        str | None, typer.Option("--sender", metavar="NUMBER", help="With --archive: who sent it, by digits.")
    ] = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="With --archive: those that are no longer on the service.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="Sent at or after: a date or time, 7d, 12h, today, yesterday. Newest first, reading stops once 100 "
            "messages in a row are older.",
        ),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="WHEN", help="Sent before.")] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="FIELD",
            help="created_at or updated_at, with - for newest first; with --archive also sent_at. "
            "[default: -created_at]",
        ),
    ] = None,
    names: NamesOption = False,
    fields: FieldsOption = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-L", metavar="N", parser=whole_number(1), help="At most N messages. [default: 30]"),
    ] = None,
    all_: AllOption = False,
    page: PageOption = None,
    per_page: Annotated[
        int | None,
        typer.Option(
            "--per-page",
            metavar="N",
            parser=whole_number(1, models.PER_PAGE_MAX),
            help="Messages a page, with --page. [default: the API's, 15]",
        ),
    ] = None,
    with_direction: Annotated[
        bool,
        typer.Option("--with-direction", help="Add each message's direction: inbound and outbound are read apart."),
    ] = False,
    count: Annotated[bool, typer.Option("--count", help="The number of messages alone.")] = False,
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
    from wacr_cli.commands import answers

    run = run_of(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    now = run.clock.now()
    local = archive or archive_at is not None
    _check_local(local, {"--search-mode": search_mode != "text", "--sender": sender, "--deleted": deleted})
    question = query.Query(
        filters=_filters(type=type_, status=status, direction=direction, interaction_id=interaction_id),
        raw_filters=tuple(query.parse_raw_filter(text) for text in filters or ()),
        search=None if search is None else query.parse_search(search),
        sort=None if sort is None else validation.choice(sort, models.LOCAL_SORTS if local else models.SORTS, "--sort"),
        page=one_page(page, per_page, limit, everything=all_, count=count),
        per_page=per_page,
        limit=None if all_ or count else limit or 30,
        since=None if since is None else parse_when(since, now, "--since"),
        until=None if until is None else parse_when(until, now, "--until"),
        with_direction=with_direction or local,
        with_names=names,
        local=local,
        words=validation.choice(search_mode, models.SEARCH_MODES, "--search-mode") == "words",
        sender=sender,
        deleted=deleted,
    )
    if fields is not None:
        question = replace(question, fields=query.parse_fields(fields, question.columns))
    display = display_of(format_, output, excel=excel)
    if hint := query.hint_for_type(question):
        run.console.note(f"wacr: {hint}")
    if dry_run:
        answers.show_plan(run, question, count=count)
    elif count:
        answers.show_count(run, question, display)
    else:
        answers.show_list(run, question, display)


@app.command("get", cls=HouseCommand, epilog=GET_EXAMPLES)
def get_messages(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="The messages' ids; - reads them from standard input.")
    ],
    names: NamesOption = False,
    archive: ArchiveOption = False,
    archive_at: ArchiveAtOption = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show single messages with all their fields."""
    from wacr_cli.commands import answers

    run = run_of(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    display = display_of(format_, output, excel=excel)
    if archive or archive_at is not None:
        answers.show_messages(run, words_of(ids), display, with_names=names, local=True)
    else:
        answers.show_messages(run, ids_of(ids), display, with_names=names)


def _filters(**words: list[str] | None) -> tuple[query.Filter, ...]:
    parsed = (query.parse_filter(field, some or ()) for field, some in words.items())
    return tuple(one for one in parsed if one)


def _check_local(local: bool, flags: dict[str, object]) -> None:
    """Refuse what only the archive can answer, where it is not asked."""
    for flag, given in flags.items():
        if given and not local:
            raise UsageError(f"{flag} goes with --archive", "The API can't answer that; wacr sync makes an archive.")


def ids_of(words: list[str]) -> list[int]:
    """The ids named, each once; those of standard input where a ``-`` stands for them."""
    return list(dict.fromkeys(validation.parse_id(word, "ID") for word in words_of(words)))


def words_of(words: list[str]) -> list[str]:
    """The words named, each once; those of standard input where a ``-`` stands for them."""
    given: list[str] = []
    for word in words:
        given += _standard_input().split() if word == "-" else [word]
    return list(dict.fromkeys(given))


def _standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("ID: standard input is closed, so - stands for nothing", "Name the ids, or pipe them in.")
    return sys.stdin.buffer.read().decode(errors="replace")
